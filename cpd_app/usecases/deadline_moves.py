"""A year's notice moves open deadlines: in the background, and members hear the old and new day.

What a member was promised is never shortened by it (`deadlines.due_by`). A moved return is held as
for any act on its file; doing a part twice moves and tells nothing again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.domain.work_days import WorkCalendar
from cpd_app.models import (
    CertificateAct,
    Deadline,
    Decision,
    FileReturn,
    Filing,
    Registration,
    Relief,
)
from cpd_app.policy import Actor
from cpd_app.usecases import certificate_messages, filing_messages, relief_messages, returns
from cpd_app.usecases.deadlines import DeadlineKind, due_by, recompute, touching
from cpd_app.usecases.jobs import order_job
from cpd_app.usecases.messages import Draft, tell_all
from cpd_app.usecases.work_calendar import calendar_around

#: name of the task
TASK = "calendar_moves"
#: deadlines looked at in one transaction
AT_ONCE = 200
#: what is appealed against: its rows, its id, and what its member is told
APPEALS: dict[str, tuple[Any, Any, Callable[..., Draft | None]]] = {
    DeadlineKind.APPEAL_DECISION: (
        select(Decision, Filing).join(Filing, Filing.id == Decision.filing_id),
        Decision.id,
        filing_messages.appeal_moved,
    ),
    DeadlineKind.APPEAL_RELIEF: (select(Relief), Relief.id, relief_messages.appeal_moved),
    DeadlineKind.APPEAL_ACT: (
        select(CertificateAct, Registration).join(
            Registration, Registration.id == CertificateAct.registration_id
        ),
        CertificateAct.id,
        certificate_messages.appeal_moved,
    ),
}


@dataclass(frozen=True)
class Move:
    """A last day that moved."""

    row: Deadline
    before_on: date


def order_moves(actor: Actor, society_id: int | None, year: int, *, now: datetime) -> None:
    """Compute the open deadlines that a year can move anew; whoever calls entered its notice."""
    key = f"{TASK}:{year}:{now.isoformat()}"
    payload = {"society_id": society_id}
    order_job(actor, TASK, year, key=key, now=now, payload=payload, total=number_of(year))


def number_of(year: int) -> int:
    """How many open deadlines a year can move."""
    return session.scalar(select(func.count()).select_from(Deadline).where(touching(year))) or 0


def move_some(year: int, after: int, *, now: datetime, today: date) -> tuple[int, int] | None:
    """For the worker: move the next deadlines from an id on; how many were looked at, and the last.

    None at the end. It follows from the notice, so nobody is asked for permission again: a role
    that ended meanwhile must not leave half of the deadlines behind.
    """
    rows = session.scalars(
        select(Deadline)
        .where(touching(year), Deadline.id > after)
        .order_by(Deadline.id)
        .limit(AT_ONCE)
        .execution_options(populate_existing=True)
    ).all()
    if not rows:
        return None
    first = min(row.delivered_on for row in rows)
    calendar = calendar_around(first, max(row.due_on for row in rows))
    changed = [row for row in rows if _changes(row, calendar)]
    made = _returns_among(changed)
    for row in sorted(changed, key=lambda row: row.registration_id or 0):
        if row.id in made:
            returns.move_return(row.subject_id, calendar, now=now, today=today)
    others = [row.id for row in changed if row.id not in made]
    tell_all(_drafts(_moved(others, calendar, today)), now=now)
    return len(rows), rows[-1].id


def _changes(row: Deadline, calendar: WorkCalendar) -> bool:
    due = due_by(row, calendar)
    return (due.on, due.provisional) != (row.due_on, row.provisional)


def _returns_among(rows: Sequence[Deadline]) -> set[int]:
    """Ids of the deadlines that belong to a returned file."""
    return set(
        session.scalars(
            select(Deadline.id)
            .join(FileReturn, FileReturn.id == Deadline.subject_id)
            .where(
                Deadline.id.in_([row.id for row in rows]),
                Deadline.kind == DeadlineKind.RETURN.value,
            )
        )
    )


def _moved(ids: Sequence[int], calendar: WorkCalendar, today: date) -> list[Move]:
    """Compute these anew; those that moved and that somebody can still keep."""
    moved = []
    held = select(Deadline).where(Deadline.id.in_(ids), Deadline.closed_at.is_(None))
    for row in session.scalars(
        held.order_by(Deadline.id).with_for_update().execution_options(populate_existing=True)
    ):
        before_on = row.due_on
        recompute(row, calendar)
        if row.due_on != before_on and row.due_on >= today:
            moved.append(Move(row, before_on))
    return moved


def _drafts(moved: Sequence[Move]) -> list[Draft]:
    """What the members of moved appeals are told; a statement for each kind of decision."""
    drafts = []
    for kind, (subjects, key, draft) in APPEALS.items():
        moves = {move.row.subject_id: move for move in moved if move.row.kind == kind}
        for row in session.execute(subjects.where(key.in_(moves))) if moves else ():
            move = moves[row[0].id]
            made = draft(*row, before_on=move.before_on, until_on=move.row.due_on)
            drafts.extend([made] if made is not None else [])
    return drafts
