"""How sure an hour is: the letter, what is audit-proof, what is missing, marks."""

import pytest

from cpd_app.domain.assurance import (
    Assurance,
    AuditProofSetting,
    EvidenceFacts,
    Mark,
    Presence,
    assurance_of,
    is_audit_proof,
    missing_evidence,
    sort_key,
)

LISTED = ("notice", "sign_in")
NOTHING = EvidenceFacts(listed=LISTED)
ONE_OF_TWO = EvidenceFacts(files=1, listed=LISTED, covered={"notice"})
COMPLETE = EvidenceFacts(files=1, listed=LISTED, covered={"notice", "sign_in"})


@pytest.mark.parametrize(
    ("facts", "letter", "proof"),
    [
        (EvidenceFacts(presence=Presence.ORGANISER_SCAN), "A", True),
        (EvidenceFacts(presence=Presence.SELF_SCAN, checked=True), "B", True),
        (EvidenceFacts(presence=Presence.ROSTER), "C", True),
        (EvidenceFacts(checked=True, files=1, listed=LISTED), "D", True),
        (COMPLETE, "E", True),
        (ONE_OF_TWO, "E", False),
        (EvidenceFacts(files=1), "E", True),
        (NOTHING, "F", False),
        (EvidenceFacts(), "F", False),
    ],
)
def test_the_letter_is_derived_from_facts(facts: EvidenceFacts, letter: str, *, proof: bool):
    assert assurance_of(facts) is Assurance(letter)
    assert is_audit_proof(facts) is proof


def test_a_listed_proof_is_missing_only_where_nothing_surer_stands():
    assert missing_evidence(NOTHING) == LISTED
    assert missing_evidence(ONE_OF_TWO) == ("sign_in",)
    assert missing_evidence(COMPLETE) == ()
    assert missing_evidence(EvidenceFacts(presence=Presence.ROSTER, listed=LISTED)) == ()
    assert missing_evidence(EvidenceFacts(checked=True, listed=LISTED)) == ()


def test_a_society_may_ask_for_more():
    strict = AuditProofSetting(letters=frozenset({Assurance.A}), complete_e=False)
    assert not is_audit_proof(COMPLETE, strict)
    assert not is_audit_proof(EvidenceFacts(presence=Presence.ROSTER), strict)
    assert is_audit_proof(EvidenceFacts(presence=Presence.ORGANISER_SCAN), strict)


def test_a_society_may_want_a_document_for_marked_records():
    setting = AuditProofSetting(marked_needs_document=True)
    late = {Mark.LATE_ENTRY}
    scanned = EvidenceFacts(presence=Presence.SELF_SCAN, marks=late)
    assert is_audit_proof(scanned)
    assert not is_audit_proof(scanned, setting)
    assert is_audit_proof(EvidenceFacts(checked=True, marks=late), setting)


def test_marks_never_change_the_letter_and_sort_below_it():
    assert assurance_of(EvidenceFacts(checked=True, marks={Mark.FLAGGED})) is Assurance.D
    keys = [
        sort_key(Assurance.B, ()),
        sort_key(Assurance.A, {Mark.LATE}),
        sort_key(Assurance.A, ()),
    ]
    assert sorted(keys) == [keys[2], keys[1], keys[0]]
