"""What the public is told of a certificate (domain.md §9): one state in words, and a dated history.

Withdrawn states are shown and never hidden (handbook Q31).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum


class PublicState(StrEnum):
    """How a certificate stands for somebody who asks."""

    ACTIVE = "active"
    WAITING = "waiting"
    """The term has not begun."""
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    IN_REVIEW = "in_review"
    """Expired, and the member filed in time: 有效期届满，再注册审核中."""
    CANCELLED = "cancelled"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class PublicTerm:
    """A certificate term as the register holds it; half-open."""

    id: int
    level: str
    starts_on: date
    ends_on: date
    #: active, suspended, expired, cancelled, revoked
    state: str
    #: the day of a filing that the society has and has not decided yet
    filed_on: date | None = None


@dataclass(frozen=True, slots=True)
class PublicAct:
    """A published act: what, since when, by which document."""

    id: int
    term_id: int
    kind: str
    effective_on: date
    document_no: str | None = None
    #: set aside by a later act
    annulled: bool = False


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of the public history."""

    #: issued, renewed, upgraded, suspended, resumed, cancelled, revoked, annulled, expired
    kind: str
    on: date
    document_no: str | None = None
    annulled: bool = False
    #: first day after the term that the act gave
    ends_on: date | None = None
    #: it has not begun
    coming: bool = False


#: states beside which a certificate for the next term can be printed: it says its first day
PRINTABLE = frozenset(
    {PublicState.ACTIVE, PublicState.WAITING, PublicState.EXPIRED, PublicState.IN_REVIEW}
)
#: acts that give a term
GIVING = ("issued", "renewed", "upgraded")


def shown_term(terms: Sequence[PublicTerm], today: date) -> PublicTerm | None:
    """The term a certificate stands for: a revoked one before all, else the one that holds today.

    Where none does: the next to begin, else the last one.
    """
    revoked = [t for t in terms if t.state == PublicState.REVOKED]
    holding = [t for t in terms if t.starts_on <= today < t.ends_on]
    coming = [t for t in terms if t.starts_on > today]
    for found in (revoked[-1:], holding, coming[:1], terms[-1:]):
        if found:
            return found[0]
    return None


def public_state(term: PublicTerm, today: date) -> PublicState:
    """The state on a day. Revoked and cancelled stand before the calendar, suspended after it.

    Filed in time = before the term ended.
    """
    if term.state in {PublicState.REVOKED, PublicState.CANCELLED}:
        return PublicState(term.state)
    if today >= term.ends_on or term.state == PublicState.EXPIRED:
        in_time = term.filed_on is not None and term.filed_on < term.ends_on
        return PublicState.IN_REVIEW if in_time else PublicState.EXPIRED
    if term.state == PublicState.SUSPENDED:
        return PublicState.SUSPENDED
    return PublicState.WAITING if today < term.starts_on else PublicState.ACTIVE


def history_of(
    terms: Sequence[PublicTerm], acts: Iterable[PublicAct], today: date
) -> list[HistoryEntry]:
    """What happened to a certificate, the latest first; what is in force today stands on top.

    What begins later (a renewal that was decided early) comes after it: nobody reads a renewal
    where a revocation holds.

    A term without the act that gave it (it came with an import) stands in it all the same, and so
    does an end that nothing followed.
    """
    acts = list(acts)
    ends = {term.id: term.ends_on for term in terms}
    given = {act.term_id for act in acts if act.kind in GIVING}
    entries = [
        (
            act.effective_on,
            1,
            act.id,
            HistoryEntry(
                act.kind,
                act.effective_on,
                act.document_no,
                act.annulled,
                ends.get(act.term_id) if act.kind in GIVING else None,
            ),
        )
        for act in acts
    ]
    before: PublicTerm | None = None
    for term in terms:
        if term.id not in given:
            entry = HistoryEntry(_given_by(before, term), term.starts_on, ends_on=term.ends_on)
            entries.append((term.starts_on, 0, 0, entry))
        before = term
    closed = {PublicState.REVOKED, PublicState.CANCELLED}
    if before is not None and today >= before.ends_on and before.state not in closed:
        entries.append((before.ends_on, 0, 0, HistoryEntry("expired", before.ends_on)))
    ordered = [entry for *_, entry in sorted(entries, key=lambda e: e[:3], reverse=True)]
    begun = [entry for entry in ordered if entry.on <= today]
    coming = [replace(entry, coming=True) for entry in ordered if entry.on > today]
    return [*begun[:1], *coming, *begun[1:]]


def ended_suspended(term: PublicTerm, acts: Iterable[PublicAct], today: date) -> bool:
    """Whether a term is over that was suspended until its end: both facts are told."""
    if public_state(term, today) not in {PublicState.EXPIRED, PublicState.IN_REVIEW}:
        return False
    changes = [a.kind for a in acts if not a.annulled and a.kind in {"suspended", "resumed"}]
    return changes[-1:] == ["suspended"] or (not changes and term.state == PublicState.SUSPENDED)


def coming_term(terms: Sequence[PublicTerm], shown: PublicTerm, today: date) -> PublicTerm | None:
    """The next term, when it was given and has not begun; none while the shown one is withdrawn."""
    if public_state(shown, today) not in PRINTABLE:
        return None
    return next((t for t in terms if t.starts_on > today and t.state == PublicState.ACTIVE), None)


def _given_by(before: PublicTerm | None, term: PublicTerm) -> str:
    if before is None:
        return "issued"
    return "renewed" if before.level == term.level else "upgraded"
