"""A filing held for an act on it as a whole: who may, what was seen, where it moves to."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.audits import FilingState, check_move
from cpd_app.domain.decisions import Somebody, check_impartial
from cpd_app.domain.errors import Conflict, NotFound
from cpd_app.models import Deadline, Employment, Filing, Registration, Society, Term
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.credits import lock
from cpd_app.usecases.deadlines import DeadlineKind, pause_deadline, resume_deadline

#: clocks of a filing that stand still while a unit is asked
PAUSED = (DeadlineKind.COMPLETENESS, DeadlineKind.RETURN)


@dataclass(frozen=True)
class Case:
    """A filing with whose it is."""

    filing: Filing
    registration: Registration
    term: Term

    @property
    def society(self) -> Society:
        """The society that decides."""
        return self.registration.society

    @property
    def state(self) -> FilingState:
        """Where it stands."""
        return FilingState(self.filing.state)

    @property
    def member(self) -> Somebody:
        """Whose it is, and where they worked when they filed."""
        return Somebody(self.filing.person_id, self.filing.employer)


def target_of_filing(filing: Filing) -> Target:
    """Whose it is and which society it lies in."""
    return Target(owner_id=filing.person_id, societies=frozenset({filing.society_id}))


def case_of(actor: Actor, filing_id: int, permission: Permission) -> Case:
    """A filing to look at; NotFound for strangers."""
    filing = session.get(Filing, filing_id)
    if filing is None:
        raise NotFound
    require(actor, permission, target_of_filing(filing))
    return _case(filing)


def case_for_act(
    actor: Actor,
    filing_id: int,
    permission: Permission,
    *,
    seen: int | None = None,
    today: date | None = None,
) -> Case:
    """The same, held until the end of the transaction; the registration first, as everywhere.

    `today` is given for acts of staff: they must be impartial (domain.md §8). Raises Conflict
    `changed_meanwhile` when the version that was seen is not the present one.
    """
    case_of(actor, filing_id, permission)
    registration_id = session.scalar(select(Filing.registration_id).where(Filing.id == filing_id))
    # What readiness says of it changes with its filing, so that kept standings are judged anew.
    lock(registration_id or 0)
    filing = session.get_one(Filing, filing_id, populate_existing=True, with_for_update=True)
    if seen is not None and seen != filing.version:
        raise Conflict("changed_meanwhile")
    case = _case(filing)
    if today is not None and not actor.is_system:
        check_impartial(somebody_of(actor, today), case.member)
    return case


def somebody_of(actor: Actor, today: date) -> Somebody:
    """Who acts, with where they work on this day."""
    if actor.person_id is None:
        return Somebody(None, None)
    return Somebody(actor.person_id, employers_on([actor.person_id], today).get(actor.person_id))


def employers_on(person_ids: list[int], day: date) -> dict[int, str]:
    """Where people work on a day; one statement."""
    rows = session.execute(
        select(Employment.person_id, Employment.employer)
        .where(Employment.person_id.in_(person_ids), Employment.from_on <= day)
        .order_by(Employment.from_on, Employment.id)
    )
    return {row.person_id: row.employer for row in rows}


def move(case: Case, after: FilingState) -> None:
    """Take a step that §8 knows, seen by everybody who looked before; Conflict `filing_state`."""
    check_move(case.state, after)
    case.filing.state = after.value
    case.filing.version += 1


def note(
    actor: Actor,
    case: Case,
    verb: str,
    *,
    now: datetime,
    data: dict[str, Any] | None = None,
    values: dict[str, Any] | None = None,
) -> None:
    """Write an act on a filing into the journal."""
    filing = case.filing
    journal.record(
        actor, verb, "filing", filing.id, now=now, society_id=filing.society_id,
        data={"registration": filing.registration_id, "state": filing.state, **(data or {})},
        values=values,
    )  # fmt: skip


def pause_clocks(case: Case, *, today: date) -> None:
    """Let the open clocks of a filing stand still."""
    for row in _clocks(case):
        pause_deadline(row, today=today)


def resume_clocks(case: Case, *, today: date) -> None:
    """Let them run on, with the working days of the pause added."""
    for row in _clocks(case):
        resume_deadline(row, today=today)


def _clocks(case: Case) -> list[Deadline]:
    return list(
        session.scalars(
            select(Deadline).where(
                Deadline.registration_id == case.registration.id,
                Deadline.kind.in_([kind.value for kind in PAUSED]),
                Deadline.closed_at.is_(None),
            )
        )
    )


def _case(filing: Filing) -> Case:
    return Case(
        filing,
        session.get_one(Registration, filing.registration_id),
        session.get_one(Term, filing.term_id),
    )
