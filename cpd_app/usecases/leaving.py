"""您几点离开？ Asked of those who were still inside after the end, confirmed in bulk."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import Rejected
from cpd_app.models import Attendance, Event, EventSession, RosterEntry, Statement
from cpd_app.policy import Actor, Permission
from cpd_app.usecases.corrections import correctable_event
from cpd_app.usecases.event_access import event_for
from cpd_app.usecases.statements import (
    Answer,
    StatementKind,
    StatementState,
    answer_statement,
    statements_of,
)


@dataclass(frozen=True)
class LeavingQuestion:
    """您几点离开？ as it is put to somebody."""

    event_id: int
    title: str
    zone: str
    session_id: int | None
    starts_at: datetime
    ends_at: datetime


def leaving_questions(person_id: int) -> list[LeavingQuestion]:
    """Where somebody was asked when they left and has not answered yet."""
    said = select(Statement.id).where(
        Statement.entry_id == RosterEntry.id,
        Statement.kind.in_((StatementKind.LEAVING, StatementKind.PRESENCE)),
    )
    rows = session.execute(
        select(Event, Attendance)
        .join(Attendance, Attendance.event_id == Event.id)
        .join(RosterEntry, RosterEntry.id == Attendance.entry_id)
        .where(
            RosterEntry.person_id == person_id,
            RosterEntry.inside_session_id.is_not(None),
            Attendance.asked_at.is_not(None),
            Event.state.in_(("open", "closed")),
            ~said.exists(),
        )
        .order_by(Event.starts_at)
    )
    return [_question(event, attendance) for event, attendance in rows]


def leaving_to_confirm(
    actor: Actor, event_id: int, *, now: datetime
) -> list[tuple[Statement, RosterEntry]]:
    """Open answers to 您几点离开？ with whose they are, for confirming them at once."""
    event_for(actor, event_id, Permission.CORRECT_ATTENDANCE, now=now)
    rows = session.execute(
        select(Statement, RosterEntry)
        .join(RosterEntry, RosterEntry.id == Statement.entry_id)
        .where(
            Statement.event_id == event_id,
            Statement.state == StatementState.OPEN,
            Statement.kind == StatementKind.LEAVING,
        )
        .order_by(Statement.out_at, Statement.id)
    )
    return [(statement, entry) for statement, entry in rows]


def confirm_leaving(
    actor: Actor, event_id: int, statement_ids: Collection[int], *, now: datetime, today: date
) -> int:
    """Confirm at once when several people say they left; returns how many could be.

    What makes no sense (before they came, in the future) stays open for a look of its own.
    """
    event = correctable_event(actor, event_id, now=now)
    confirmed = 0
    for statement in statements_of(actor, event_id, now=now):
        open_still = statement.state == StatementState.OPEN
        if statement.id not in statement_ids or not open_still:
            continue
        if statement.kind != StatementKind.LEAVING or statement.person_id == actor.person_id:
            continue
        try:
            with session.begin_nested():
                answer = Answer(accept=True)
                answer_statement(actor, event.id, statement.id, answer, now=now, today=today)
        except Rejected:
            continue
        confirmed += 1
    return confirmed


def _question(event: Event, attendance: Attendance) -> LeavingQuestion:
    last = attendance.presence[-1] if attendance.presence else None
    room = session.get(EventSession, last["session"]) if last else None
    return LeavingQuestion(
        event_id=event.id,
        title=event.title,
        zone=event.zone,
        session_id=room.id if room else None,
        starts_at=room.starts_at if room else event.starts_at,
        ends_at=room.ends_at if room else event.ends_at,
    )
