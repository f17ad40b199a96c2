"""Telling people what a day brings: an expiry, a year that lacks hours, a return, an event.

The clock's doing, for whole societies and a part at a time: rows by an index, the step by
domain/reminders.py, and only what was not told yet. A part is a transaction; one that was lost is
found again by the next run, since a message is told once by its key.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, exists, select
from sqlalchemy.orm import aliased

from cpd_app.db import session
from cpd_app.domain import reminders
from cpd_app.domain.messages import Habits, MessageKind, out_of_quiet
from cpd_app.domain.renewal import CertificateState
from cpd_app.domain.roster import EntryState
from cpd_app.models import (
    Deadline,
    Event,
    FileReturn,
    Filing,
    LastStanding,
    Message,
    MessageHabit,
    Person,
    Registration,
    RosterEntry,
    Society,
    Term,
)
from cpd_app.usecases.deadlines import DeadlineKind
from cpd_app.usecases.event_messages import place_words
from cpd_app.usecases.event_visibility import COMING
from cpd_app.usecases.messages import Draft, tell_all
from cpd_app.usecases.renewal_facts import FILED
from cpd_app.usecases.returns import ReturnState
from cpd_app.usecases.standings import lacking_of
from cpd_app.usecases.work_calendar import calendar_around

#: rows looked at in one transaction
AT_ONCE = 1000
RUNNING = tuple(state.value for state in reminders.RUNNING)
#: no filing of such a certificate leads anywhere
ENDED = (CertificateState.CANCELLED.value, CertificateState.REVOKED.value)


@dataclass(frozen=True)
class Part:
    """What became of one part: how many messages it was, and where the next one begins."""

    done: int
    #: None: it was the last
    last_id: int | None


def remind_expiry(after: int, *, now: datetime, today: date, limit: int = AT_ONCE) -> Part:
    """Tell whose certificate expires in 12, 6, 3 or 1 months, and has not filed."""
    rows = session.execute(
        certificates()
        .where(
            Term.id > after,
            Term.ends_on > today,
            Term.ends_on < reminders.expiry_horizon(today),
            Term.state.in_(RUNNING),
            Person.messages_stopped_at.is_(None),
        )
        .order_by(Term.id)
        .limit(limit)
    ).all()
    return _told(rows, lambda row: _expiry(row, today), limit, now)


def remind_years(after: int, *, now: datetime, today: date, limit: int = AT_ONCE) -> Part:
    """Tell whose CPD year ends in 90, 30 or 7 days and lacks hours, by the day's kept standings."""
    horizon = today + timedelta(days=max(reminders.YEAR_DAYS))
    rows = session.execute(
        select(
            Registration.id, Registration.number, Registration.person_id, Registration.society_id,
            LastStanding.lacking,
        )
        .join(LastStanding, LastStanding.registration_id == Registration.id)
        .join(Term, Term.id == LastStanding.term_id)
        .join(Person, Person.id == Registration.person_id)
        .join(Society, Society.id == Registration.society_id)
        .where(
            Registration.id > after,
            LastStanding.lacking_until <= horizon,
            LastStanding.on_day == today,
            LastStanding.registration_version == Registration.version,
            LastStanding.standing_round == Society.standing_round,
            Term.state.in_(RUNNING),
            Person.barred_on.is_(None),
            Person.messages_stopped_at.is_(None),
        )
        .order_by(Registration.id)
        .limit(limit)
    ).all()  # fmt: skip
    return _told(rows, lambda row: _years(row, today), limit, now)


def remind_returns(after: int, *, now: datetime, today: date, limit: int = AT_ONCE) -> Part:
    """Tell whose return is to be answered in 3 working days or 1; not while its clock stands."""
    calendar = calendar_around(today)
    rows = session.execute(
        select(
            FileReturn.id, FileReturn.filing_id, Deadline.due_on, Filing.number,
            Filing.person_id, Filing.society_id,
        )
        .join(Deadline, Deadline.subject_id == FileReturn.id)
        .join(Filing, Filing.id == FileReturn.filing_id)
        .join(Term, Term.id == Filing.term_id)
        .where(
            FileReturn.id > after,
            FileReturn.state == ReturnState.OPEN.value,
            Deadline.kind == DeadlineKind.RETURN.value,
            Deadline.closed_at.is_(None),
            Deadline.paused_on.is_(None),
            Deadline.due_on >= today,
            Deadline.due_on < reminders.return_horizon(calendar, today),
            Term.state.not_in(ENDED),
        )
        .order_by(FileReturn.id)
        .limit(limit)
    ).all()  # fmt: skip

    def drafts(row: Row[Any]) -> list[Draft]:
        step = reminders.return_due(calendar, row.due_on, today)
        left = calendar.left(today, row.due_on)
        return [_return(row, step, left)] if step else []

    return _told(rows, drafts, limit, now)


def remind_events(after: int, *, now: datetime, limit: int = AT_ONCE) -> Part:
    """Tell who is on the roster of an event of tomorrow, in the evening by the event's clock."""
    rows = session.execute(
        select(
            RosterEntry.id, RosterEntry.person_id, RosterEntry.society_id, RosterEntry.created_at,
            Event.id.label("event_id"), Event.title, Event.starts_at, Event.zone, Event.place,
            Event.venue, MessageHabit,
        )
        .join(Event, Event.id == RosterEntry.event_id)
        .outerjoin(MessageHabit, MessageHabit.person_id == RosterEntry.person_id)
        .where(
            RosterEntry.id > after,
            Event.state.in_(COMING),
            Event.starts_at > now,
            Event.starts_at < now + reminders.EVENT_HORIZON,
            comes(),
        )
        .order_by(RosterEntry.id)
        .limit(limit)
    ).all()  # fmt: skip
    return _told(rows, lambda row: _event(row, now), limit, now)


def _told(
    rows: Sequence[Any], drafts: Callable[[Any], list[Draft]], limit: int, now: datetime
) -> Part:
    """Tell what these rows are due and were not told yet."""
    due = {draft.key: draft for row in rows for draft in drafts(row)}
    known = set(session.scalars(select(Message.key).where(Message.key.in_(list(due)))))
    told = tell_all([draft for key, draft in due.items() if key not in known], now=now)
    return Part(told, rows[-1].id if len(rows) == limit else None)


def certificates() -> Select[*tuple[Any, ...]]:
    """Terms with what decides whether somebody is told that they end."""
    later = aliased(Term)
    return (
        select(
            Term.id, Term.ends_on, Term.state, Registration.id.label("registration_id"),
            Registration.number, Registration.person_id, Registration.society_id,
            Person.barred_on,
            exists().where(Filing.term_id == Term.id, Filing.state.in_(FILED)).label("filed"),
            exists().where(
                later.registration_id == Term.registration_id, later.starts_on >= Term.ends_on
            ).label("followed"),
        )
        .join(Registration, Registration.id == Term.registration_id)
        .join(Person, Person.id == Registration.person_id)
    )  # fmt: skip


def certificate_of(row: Row[Any]) -> reminders.Certificate:
    """A row of `certificates` for the rule."""
    return reminders.Certificate(
        ends_on=row.ends_on,
        state=CertificateState(row.state),
        filed=row.filed,
        followed=row.followed,
        barred=row.barred_on is not None,
    )


def _expiry(row: Row[Any], today: date) -> list[Draft]:
    step = reminders.expiry_due(certificate_of(row), today)
    if step is None:
        return []
    days = reminders.days_told(row.ends_on, today)
    return [
        Draft(
            row.person_id,
            MessageKind.EXPIRY,
            reminders.expiry_key(row.registration_id, row.ends_on, step),
            {
                "number": row.number,
                "ends_on": (row.ends_on - timedelta(days=1)).isoformat(),
                "months": reminders.months_left(row.ends_on, today),
                "registration_id": row.registration_id,
                **({"variant": "days", "days": days} if days else {}),
            },
            row.society_id,
        )
    ]


def _years(row: Row[Any], today: date) -> list[Draft]:
    return [
        Draft(
            row.person_id,
            MessageKind.YEAR_BEHIND,
            reminders.year_key(row.id, year, step),
            {
                "number": row.number,
                "year": year.index,
                "ends_on": year.last_on.isoformat(),
                "days": (year.ends_on - today).days,
                "missing_hours": year.missing,
                "registration_id": row.id,
                **({"variant": "deferred"} if year.deferred else {}),
            },
            row.society_id,
        )
        for year in lacking_of(row.lacking)
        if (step := reminders.year_due(year, today))
    ]


def _return(row: Row[Any], step: int, left: int) -> Draft:
    return Draft(
        row.person_id,
        MessageKind.RETURN_DUE,
        reminders.return_key(row.id, row.due_on, step),
        {
            "number": row.number,
            "work_days": left,
            "due_on": row.due_on.isoformat(),
            "filing_id": row.filing_id,
            "return_id": row.id,
            **({} if left else {"variant": "last_day"}),
        },
        row.society_id,
    )


def _event(row: Row[Any], now: datetime) -> list[Draft]:
    habit = row.MessageHabit
    habits = (
        Habits(habit.zone, habit.quiet_from, habit.quiet_to, habit.daily_at) if habit else Habits()
    )
    if not reminders.event_due(row.starts_at, row.zone, habits, entered_at=row.created_at, now=now):
        return []
    here = ZoneInfo(row.zone)
    day = row.starts_at.astimezone(here).date()
    # the word is read when it arrives, which quiet hours may put off over midnight
    arrives_on = out_of_quiet(now, habits).astimezone(here).date()
    return [
        Draft(
            row.person_id,
            MessageKind.EVENT_TOMORROW,
            reminders.event_key(row.event_id, row.person_id, day),
            {
                "title": row.title,
                "starts_at": row.starts_at.isoformat(),
                "zone": row.zone,
                "place": place_words(row.place, row.venue),
                "event_id": row.event_id,
                **({"variant": "today"} if arrives_on == day else {}),
            },
            row.society_id,
        )
    ]


def comes() -> ColumnElement[bool]:
    """Whether somebody on a roster is awaited."""
    return and_(
        RosterEntry.state == EntryState.LISTED.value,
        RosterEntry.excused.is_(False),
        RosterEntry.person_id.is_not(None),
        RosterEntry.joined_id.is_(None),
    )
