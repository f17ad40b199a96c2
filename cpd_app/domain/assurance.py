"""How sure an hour is (§5): a letter A–F derived from facts, never typed; marks beside it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Presence(IntEnum):
    """How attendance was proved, the surest first."""

    ORGANISER_SCAN = 1
    SELF_SCAN = 2
    ROSTER = 3


class Assurance(StrEnum):
    """The letter; the order of the alphabet is the order of sureness."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"


class Mark(StrEnum):
    """What stands beside the letter and never changes it."""

    LATE = "late"
    STATIC_CODE = "static_code"
    LATE_ENTRY = "late_entry"
    FLAGGED = "flagged"


BY_PRESENCE = {
    Presence.ORGANISER_SCAN: Assurance.A,
    Presence.SELF_SCAN: Assurance.B,
    Presence.ROSTER: Assurance.C,
}


@dataclass(frozen=True, slots=True)
class EvidenceFacts:
    """What is known about the proof of one record."""

    presence: Presence | None = None
    checked: bool = False
    """Staff checked a document."""
    files: int = 0
    listed: tuple[str, ...] = ()
    """Codes of the proofs listed for the kind."""
    covered: Collection[str] = ()
    """Codes of the proofs that attached files are tagged with."""
    marks: Collection[Mark] = ()


@dataclass(frozen=True, slots=True)
class AuditProofSetting:
    """What a society calls audit-proof; the default is §5's."""

    letters: frozenset[Assurance] = frozenset({Assurance.A, Assurance.B, Assurance.C, Assurance.D})
    complete_e: bool = True
    """E counts where every listed proof is there."""
    marked_needs_document: bool = False
    """A marked record counts only with a checked document or every listed proof."""


DEFAULT_SETTING = AuditProofSetting()


def assurance_of(facts: EvidenceFacts) -> Assurance:
    """The best letter the facts allow."""
    if facts.presence is not None:
        return BY_PRESENCE[facts.presence]
    if facts.checked:
        return Assurance.D
    return Assurance.E if facts.files else Assurance.F


def missing_evidence(facts: EvidenceFacts) -> tuple[str, ...]:
    """Listed proofs that no file covers, in the order of the list.

    Nothing is missing where attendance was proved or a document was checked.
    """
    if assurance_of(facts) < Assurance.E:
        return ()
    return tuple(code for code in facts.listed if code not in facts.covered)


def is_audit_proof(facts: EvidenceFacts, setting: AuditProofSetting = DEFAULT_SETTING) -> bool:
    """Whether a society takes the record's hours as they are in an audit."""
    complete = bool(facts.files) and all(code in facts.covered for code in facts.listed)
    if setting.marked_needs_document and facts.marks and not (facts.checked or complete):
        return False
    letter = assurance_of(facts)
    return letter in setting.letters or (letter is Assurance.E and setting.complete_e and complete)


def sort_key(letter: Assurance, marks: Iterable[Mark]) -> tuple[str, int]:
    """The order of auditors' lists: by letter, marked records below their letter's others."""
    return (letter.value, len(set(marks)))
