"""Deadlines in Chinese working days: set, extend once, let them stand still, close, look up.

One table for all of them, so that the queue, the member's pages, reminders and calendars read the
same days, and an announced calendar moves every open one.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, select

from cpd_app.db import session
from cpd_app.domain.errors import Conflict
from cpd_app.domain.work_days import DueDay, WorkCalendar
from cpd_app.models import Deadline
from cpd_app.usecases.work_calendar import calendar_around

#: of returned files [handbook Q19], their one extension, completeness, relief, appeals [DEFAULT §8]
RETURN_DAYS = 10
EXTENSION_DAYS = 10
COMPLETENESS_DAYS = 10
RELIEF_DAYS = 20
APPEAL_DAYS = 15


class DeadlineKind(StrEnum):
    """What must be done by the day; `subject_id` names the row."""

    COMPLETENESS = "completeness"
    """The society checks a filing (filings)."""
    RETURN = "return"
    """The member answers a return (file_returns)."""
    RELIEF = "relief"
    """The society decides a request for relief (reliefs)."""
    APPEAL_DECISION = "appeal_decision"
    """Last day to appeal against a decision (decisions)."""
    APPEAL_RELIEF = "appeal_relief"
    """Last day to appeal against a refused relief (reliefs)."""
    APPEAL_ACT = "appeal_act"
    """Last day to appeal against an act of the register (certificate_acts)."""


#: days that a member was promised: an announced calendar gives them more time, never less, since
#: only people shorten it; what the society owes follows the calendar both ways
PROMISED = frozenset(
    {
        DeadlineKind.RETURN,
        DeadlineKind.APPEAL_DECISION,
        DeadlineKind.APPEAL_RELIEF,
        DeadlineKind.APPEAL_ACT,
    }
)


def set_deadline(
    kind: DeadlineKind,
    subject_id: int,
    *,
    delivered_on: date,
    work_days: int,
    society_id: int | None,
    registration_id: int | None,
    person_id: int | None,
) -> Deadline:
    """Begin a deadline: day 1 is the first working day after delivery (domain.md §8)."""
    due = calendar_around(delivered_on).due(delivered_on, work_days)
    row = Deadline(
        kind=kind.value,
        subject_id=subject_id,
        society_id=society_id,
        registration_id=registration_id,
        person_id=person_id,
        delivered_on=delivered_on,
        work_days=work_days,
        due_on=due.on,
        provisional=due.provisional,
        paused_days=0,
    )
    session.add(row)
    session.flush()
    return row


def deadline_of(kind: DeadlineKind, subject_id: int) -> Deadline | None:
    """The deadline of one thing, open or closed."""
    return session.scalar(
        select(Deadline).where(Deadline.kind == kind.value, Deadline.subject_id == subject_id)
    )


def deadlines_of(kind: DeadlineKind, subject_ids: Iterable[int]) -> dict[int, Deadline]:
    """The deadlines of many things, by their id; one statement."""
    rows = session.scalars(
        select(Deadline).where(
            Deadline.kind == kind.value, Deadline.subject_id.in_(list(subject_ids))
        )
    )
    return {row.subject_id: row for row in rows}


def extend_deadline(row: Deadline, *, now: datetime, work_days: int = EXTENSION_DAYS) -> None:
    """Give more working days, once (domain.md §8).

    Raises Conflict `extended_already`, `deadline_closed`.
    """
    if row.closed_at is not None:
        raise Conflict("deadline_closed")
    if row.extended_at is not None:
        raise Conflict("extended_already")
    row.extended_at = now
    row.work_days += work_days
    recompute(row)


def pause_deadline(row: Deadline, *, today: date) -> None:
    """Let it stand still from today on (核实); nothing when it stands still or is closed."""
    if row.closed_at is None and row.paused_on is None:
        row.paused_on = today


def resume_deadline(row: Deadline, *, today: date) -> None:
    """Let it run on: the working days of the pause are added to it."""
    if row.paused_on is None:
        return
    calendar = calendar_around(row.paused_on)
    row.paused_days += calendar.past(row.paused_on, today)
    row.paused_on = None
    recompute(row)


def close_deadline(row: Deadline | None, *, now: datetime) -> None:
    """It was done, or is no longer needed."""
    if row is not None and row.closed_at is None:
        row.closed_at = now


def is_past(row: Deadline, today: date) -> bool:
    """Whether its last day is over; never while it stands still."""
    return row.closed_at is None and row.paused_on is None and row.due_on < today


def recompute(row: Deadline, calendar: WorkCalendar | None = None) -> None:
    """Compute its last day anew, by the calendar as it is or as it is going to be."""
    due = due_by(row, calendar or calendar_around(row.delivered_on))
    row.due_on, row.provisional = due.on, due.provisional


def due_by(row: Deadline, calendar: WorkCalendar) -> DueDay:
    """What a calendar makes of a deadline, never less than was promised; nothing is changed."""
    due = by_calendar(row, calendar)
    return DueDay(row.due_on, due.provisional) if shortens(row, due) else due


def by_calendar(row: Deadline, calendar: WorkCalendar) -> DueDay:
    """What a calendar alone would make of it."""
    return calendar.due(row.delivered_on, row.work_days + row.paused_days)


def shortens(row: Deadline, due: DueDay) -> bool:
    """Whether a member would get less time than was promised."""
    return row.kind in PROMISED and due.on < row.due_on


def touching(year: int) -> ColumnElement[bool]:
    """Open deadlines that a year's calendar can move."""
    return and_(Deadline.closed_at.is_(None), Deadline.due_on >= date(year, 1, 1))


def open_deadlines_touching(year: int) -> list[Deadline]:
    """Open deadlines of all societies that a year's calendar can move, in order of their day."""
    return list(
        session.scalars(
            select(Deadline).where(touching(year)).order_by(Deadline.due_on, Deadline.id)
        )
    )
