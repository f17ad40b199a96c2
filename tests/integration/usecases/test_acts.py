"""Acts of the register: who may, what follows, and that nothing is lost or done twice."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.models import CertificateAct, Deadline, JournalEntry, Person, Term
from cpd_app.usecases import act_appeals, acts, term_acts
from cpd_app.usecases.acts import NewAct
from cpd_app.usecases.notices import Notice, notices_of
from cpd_app.usecases.registrations import NextTerm, add_term
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
TODAY = NOW.date()
RENEWAL = NextTerm("renewal", "示〔2028〕1 号")


def new(kind: str, why: str, **over: Any) -> NewAct:
    """An act with everything that any kind must name."""
    values = {
        "effective_on": TODAY,
        "legal_basis": "学会章程第 9 条",
        "document_no": "示电学〔2026〕3 号",
        "reason": "见文件",
        **over,
    }
    return NewAct(kind, why, **values)


def seen(store: Store, registration_id: int) -> int | None:
    ids = store.all(
        select(CertificateAct.id).where(CertificateAct.registration_id == registration_id)
    )
    return max(ids, default=None)


@pytest.fixture
def act(do: Do, store: Store, member: Someone, registrar: Someone) -> Callable[..., CertificateAct]:
    """Do or propose an act on the member's certificate, as the registrar who saw all others."""
    assert member.registration
    registration_id = member.registration.id

    def doing(kind: str, why: str, *, by: Someone = registrar, **over: Any) -> CertificateAct:
        over.setdefault("seen", seen(store, registration_id))
        return do(acts.act, by.actor, registration_id, new(kind, why, **over),
                  now=NOW, today=TODAY)  # fmt: skip

    return doing


@pytest.fixture
def confirm(do: Do, store: Store, auditor: Someone) -> Callable[..., CertificateAct]:
    """The second person."""

    def confirming(row: CertificateAct, *, by: Someone = auditor) -> CertificateAct:
        version = store.get(CertificateAct, row.id).version
        return do(acts.confirm_act, by.actor, row.id, version=version, now=NOW, today=TODAY)

    return confirming


@pytest.fixture
def announced(do: Do) -> Callable[[], list[Notice]]:
    """What everybody can read."""
    return lambda: do(notices_of, None).notices


def state_of(store: Store, someone: Someone) -> str:
    assert someone.registration
    return store.one(select(Term.state).where(Term.registration_id == someone.registration.id))


def test_a_suspension_is_in_force_public_and_journalled_at_once(act, store, member, announced):
    row = act("suspended", "under_inquiry")

    assert state_of(store, member) == "suspended"
    assert (row.state, row.former_state, row.published_at) == ("in_force", "active", NOW)
    notice = announced()[0]
    assert (notice.kind, notice.number) == ("suspended", member.registration.number)
    assert notice.name == "张＊＊"
    entry = store.one(select(JournalEntry).where(JournalEntry.verb == "certificate.suspended"))
    assert entry.data["act"] == row.id
    deadline = store.one(select(Deadline).where(Deadline.kind == "appeal_act"))
    assert (deadline.subject_id, deadline.work_days) == (row.id, 15)


def test_what_the_member_asked_for_cannot_be_appealed(act, store):
    act("suspended", "own_wish")

    assert store.count(Deadline) == 0


def test_a_revocation_needs_another_person_and_bars_for_life(
    act, confirm, store, member, registrar, announced
):
    row = act("revoked", "false_material")

    assert state_of(store, member) == "active"
    assert announced() == []
    with pytest.raises(NotAllowed, match="same_person"):
        confirm(row, by=registrar)
    confirm(row)

    assert state_of(store, member) == "revoked"
    assert store.get(Person, member.id).barred_on == TODAY
    assert [n.kind for n in announced()] == ["revoked"]
    with pytest.raises(Rejected, match="act_not_possible"):
        act("resumed", "cause_ended")


def test_an_annulment_restores_state_and_bar_and_leaves_the_act_to_be_read(
    act, confirm, store, member, announced
):
    act("suspended", "under_inquiry")
    revoked = confirm(act("revoked", "misconduct"))
    proposal = act("annulled", "appeal_upheld", annuls_id=revoked.id)
    assert store.get(Person, member.id).barred_on == TODAY

    confirm(proposal)

    assert state_of(store, member) == "suspended"
    assert store.get(Person, member.id).barred_on is None
    kinds = [(n.kind, n.annulled) for n in announced()]
    assert kinds == [("annulled", False), ("revoked", True), ("suspended", False)]
    assert announced()[0].corrects == ("revoked", TODAY)


def test_a_bar_of_another_society_stays_when_one_revocation_is_set_aside(
    act, confirm, do, store, member, stranger
):
    elsewhere = builders.a_registration(store, member.person, stranger.society)
    second = builders.a_person(store)
    builders.a_role(store, second, "registrar", stranger.society)
    earlier = new("revoked", "law", effective_on=date(2025, 6, 1))
    theirs = do(acts.act, stranger.actor, elsewhere.id, earlier, now=NOW, today=TODAY)
    confirm(theirs, by=Someone(second, stranger.society, roles=stranger.roles))
    ours = confirm(act("revoked", "misconduct"))
    assert store.get(Person, member.id).barred_on == date(2025, 6, 1)

    confirm(act("annulled", "error", annuls_id=ours.id))

    assert store.get(Person, member.id).barred_on == date(2025, 6, 1)


def test_two_at_once_the_second_is_told(act, confirm):
    act("suspended", "under_inquiry")
    with pytest.raises(Conflict, match="acted_meanwhile"):
        act("cancelled", "society_rule", seen=None)
    proposal = act("revoked", "law")
    with pytest.raises(Conflict, match="proposal_open"):
        act("resumed", "cause_ended")
    confirm(proposal)
    with pytest.raises(Conflict, match="acted_meanwhile"):
        confirm(proposal)


def test_a_form_sent_twice_acts_once(act, store):
    key = "7f1a2b34-47ab-4b6a-9c0a-5ab3e2a6d1f0"
    first = act("suspended", "under_inquiry", key=key)
    again = act("suspended", "under_inquiry", key=key)

    assert again.id == first.id
    assert store.count(CertificateAct, CertificateAct.kind == "suspended") == 1


def test_a_dropped_proposal_changes_nothing(act, do, auditor, store, member, announced):
    row = act("revoked", "law")
    do(acts.drop_act, auditor.actor, row.id, version=row.version, now=NOW)

    assert state_of(store, member) == "active"
    assert announced() == []
    assert act("suspended", "under_inquiry").state == "in_force"


@pytest.mark.parametrize("who", ["auditor", "other_member", "stranger", "member"])
def test_only_the_societys_registrar_acts(who, request, act):
    someone = request.getfixturevalue(who)
    expected = NotFound if who in {"stranger", "other_member"} else NotAllowed

    with pytest.raises(expected):
        act("suspended", "under_inquiry", by=someone)


def test_nobody_acts_on_their_own_certificate(do, store, registrar):
    own = builders.a_registration(store, registrar.person, registrar.society)

    with pytest.raises(NotAllowed):
        do(acts.act, registrar.actor, own.id, new("suspended", "own_wish"), now=NOW, today=TODAY)


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"legal_basis": " "}, "missing"),
        ({"effective_on": TODAY + timedelta(days=1)}, "effective_later"),
        ({"effective_on": date(2020, 1, 1)}, "effective_before_term"),
        ({"reason": "长" * 1001}, "too_long"),
        ({"legal_basis": "长" * 201}, "too_long"),
        ({"document_no": "长" * 81}, "too_long"),
    ],
)
def test_what_an_act_must_say(act, over, code):
    with pytest.raises(Rejected, match=code):
        act("suspended", "under_inquiry", **over)


@pytest.mark.parametrize("missing", ["reason", "document_no"])
def test_a_revocation_says_why_and_by_which_document(act, missing):
    with pytest.raises(Rejected, match="missing"):
        act("revoked", "law", **{missing: ""})


def test_a_member_asks_and_the_registrar_grants(do, store, member, registrar):
    wish = do(acts.ask_act, member.actor, member.registration.id, "suspended", "出国工作",
              now=NOW, today=TODAY)  # fmt: skip
    assert (wish.state, state_of(store, member)) == ("asked", "active")

    do(acts.grant_wish, registrar.actor, wish.id, new("suspended", "own_wish"),
       version=wish.version, now=NOW, today=TODAY)  # fmt: skip

    granted = store.get(CertificateAct, wish.id)
    assert (granted.state, granted.confirmed_by_id) == ("in_force", registrar.id)
    assert state_of(store, member) == "suspended"


def test_a_member_takes_a_wish_back(do, store, member, other_member):
    wish = do(acts.ask_act, member.actor, member.registration.id, "cancelled", "",
              now=NOW, today=TODAY)  # fmt: skip
    with pytest.raises(NotFound):
        do(acts.take_back_wish, other_member.actor, wish.id, now=NOW)
    do(acts.take_back_wish, member.actor, wish.id, now=NOW)

    assert store.get(CertificateAct, wish.id).state == "dropped"
    with pytest.raises(Conflict, match="acted_meanwhile"):
        do(acts.take_back_wish, member.actor, wish.id, now=NOW)


def test_a_member_cannot_ask_for_a_revocation(do, member):
    with pytest.raises(Rejected, match="act_not_possible"):
        do(acts.ask_act, member.actor, member.registration.id, "revoked", "",
           now=NOW, today=TODAY)  # fmt: skip


def test_a_death_stops_messages_and_its_reason_is_never_public(
    act, confirm, store, member, announced
):
    row = act("cancelled", "death")

    assert store.get(Person, member.id).messages_stopped_at == NOW
    assert announced()[0].reason_code is None
    confirm(act("annulled", "error", annuls_id=row.id))
    assert store.get(Person, member.id).messages_stopped_at is None


def test_a_resignation_stops_messages_only_with_the_last_registration(act, store, member, stranger):
    builders.a_registration(store, member.person, stranger.society)
    act("cancelled", "resignation")

    assert store.get(Person, member.id).messages_stopped_at is None


def test_a_term_that_ended_expires_without_an_announcement(do, store, member, announced):
    ended = datetime(2028, 3, 1, 1, 0, tzinfo=UTC)

    assert do(term_acts.expire_terms, now=ended, today=ended.date()) == 1
    assert do(term_acts.expire_terms, now=ended, today=ended.date()) == 0

    assert state_of(store, member) == "expired"
    assert announced() == []
    assert store.count(JournalEntry, JournalEntry.verb == "term.expired") == 1


def test_a_suspension_goes_on_in_the_next_term(act, do, store, member, registrar):
    act("suspended", "under_inquiry")
    later = datetime(2028, 3, 5, 1, 0, tzinfo=UTC)
    do(term_acts.expire_terms, now=later, today=later.date())
    term = do(add_term, registrar.actor, member.registration.id, RENEWAL,
              now=later, today=later.date())  # fmt: skip

    assert term.state == "suspended"
    kinds = store.all(select(CertificateAct.kind).order_by(CertificateAct.id))
    assert kinds == ["suspended", "renewed"]


def test_an_act_on_a_certificate_with_a_coming_term_holds_for_both(
    act, do, store, member, registrar
):
    near = datetime(2028, 1, 10, 1, 0, tzinfo=UTC)
    do(add_term, registrar.actor, member.registration.id, RENEWAL,
       now=near, today=near.date())  # fmt: skip
    act("suspended", "under_inquiry")

    of_registration = Term.registration_id == member.registration.id
    assert store.all(select(Term.state).where(of_registration)) == ["suspended", "suspended"]


def test_an_annulment_after_the_end_leaves_an_expired_certificate(
    do, store, member, registrar, auditor
):
    suspended = do(acts.act, registrar.actor, member.registration.id,
                   new("cancelled", "society_rule"), now=NOW, today=TODAY)  # fmt: skip
    later = datetime(2028, 6, 5, 1, 0, tzinfo=UTC)
    proposal = do(acts.act, registrar.actor, member.registration.id,
                  new("annulled", "error", annuls_id=suspended.id, seen=suspended.id),
                  now=later, today=later.date())  # fmt: skip
    do(acts.confirm_act, auditor.actor, proposal.id, version=proposal.version,
       now=later, today=later.date())  # fmt: skip

    assert state_of(store, member) == "expired"


def test_an_unknown_act_is_not_there(do, registrar, member):
    for call in (
        lambda: do(acts.confirm_act, registrar.actor, 999, version=1, now=NOW, today=TODAY),
        lambda: do(acts.take_back_wish, member.actor, 999, now=NOW),
    ):
        with pytest.raises(NotFound):
            call()


def test_an_appeal_names_who_decided_and_upholding_it_proposes_an_annulment(
    act, confirm, do, store, member, registrar, auditor
):
    revoked = confirm(act("revoked", "misconduct"))
    subject = do(act_appeals.appealed, revoked.id)
    assert subject.person_id == member.id
    assert subject.decided_by == {registrar.id, auditor.id}

    proposal = do(
        act_appeals.uphold, auditor.actor, revoked.id, reason="申诉成立", now=NOW, today=TODAY
    )
    assert (proposal.kind, proposal.state) == ("annulled", "proposed")
    confirm(proposal, by=registrar)

    assert state_of(store, member) == "active"


def test_what_cannot_be_appealed(act, do, auditor):
    wished = act("suspended", "own_wish")
    with pytest.raises(Rejected, match="not_annullable"):
        do(act_appeals.appealed, wished.id)
    for call in (
        lambda: do(act_appeals.appealed, 999),
        lambda: do(act_appeals.uphold, auditor.actor, 999, reason="", now=NOW, today=TODAY),
    ):
        with pytest.raises(NotFound):
            call()
