"""Reminders that wait to be sent and became untrue: taken back before they leave.

Between telling and leaving lie quiet hours, the ten minutes of a bundle, or a day for the one
letter. Meanwhile an event moves, a return is answered, a filing is made, missing hours are logged.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from cpd_app.db import session
from cpd_app.domain.messages import MessageKind
from cpd_app.domain.reminders import is_settled
from cpd_app.models import (
    Deadline,
    Delivery,
    Event,
    LastStanding,
    Message,
    Registration,
    RosterEntry,
    Term,
)
from cpd_app.usecases.deadlines import DeadlineKind
from cpd_app.usecases.event_visibility import COMING
from cpd_app.usecases.messages import withdraw
from cpd_app.usecases.reminders import AT_ONCE, Part, certificate_of, certificates, comes
from cpd_app.usecases.standings import lacking_of

Waiting = Sequence[Row[Any]]


def take_back_reminders(after: int, *, now: datetime, limit: int = AT_ONCE) -> Part:
    """Take back what waits to be sent and is no longer true, a part at a time."""
    rows = session.execute(
        select(Delivery.id, Message.key, Message.kind, Message.person_id, Message.data)
        .join(Message, Message.id == Delivery.message_id)
        .where(
            Delivery.state == "due",
            Delivery.id > after,
            Message.kind.in_(list(UNTRUE)),
            Message.withdrawn_at.is_(None),
        )
        .order_by(Delivery.id)
        .limit(limit)
    ).all()
    taken = 0
    for kind, untrue in UNTRUE.items():
        waiting = [row for row in rows if row.kind == kind]
        keys = sorted(set(untrue(waiting))) if waiting else []
        # An event that moved within its day is told by its change (event_messages.tell_changed).
        withdraw(keys, now=now, again=kind is not MessageKind.EVENT_TOMORROW)
        taken += len(keys)
    return Part(taken, rows[-1].id if len(rows) == limit else None)


def _events(waiting: Waiting) -> list[str]:
    """Of events that moved or were cancelled, or of which somebody is not awaited any more."""
    ids = {w.data["event_id"] for w in waiting}
    awaited = session.execute(
        select(Event.id, Event.starts_at, RosterEntry.person_id)
        .join(RosterEntry, RosterEntry.event_id == Event.id)
        .where(Event.id.in_(ids), Event.state.in_(COMING), comes())
    )
    true = {(row.id, row.starts_at, row.person_id) for row in awaited}
    return [
        w.key
        for w in waiting
        if (w.data["event_id"], datetime.fromisoformat(w.data["starts_at"]), w.person_id)
        not in true
    ]


def _returns(waiting: Waiting) -> list[str]:
    """Of returns that were answered, got more time, or whose clock stands still."""
    open_ones = session.execute(
        select(Deadline.subject_id, Deadline.due_on).where(
            Deadline.kind == DeadlineKind.RETURN.value,
            Deadline.subject_id.in_({w.data["return_id"] for w in waiting}),
            Deadline.closed_at.is_(None),
            Deadline.paused_on.is_(None),
        )
    )
    true = {(row.subject_id, row.due_on.isoformat()) for row in open_ones}
    return [w.key for w in waiting if (w.data["return_id"], w.data["due_on"]) not in true]


def _expiries(waiting: Waiting) -> list[str]:
    """Of certificates whose renewal was filed meanwhile, or which ended otherwise."""
    ids = {w.data["registration_id"] for w in waiting}
    rows = session.execute(certificates().where(Registration.id.in_(ids)))
    settled = {
        (row.registration_id, (row.ends_on - timedelta(days=1)).isoformat())
        for row in rows
        if is_settled(certificate_of(row))
    }
    return [w.key for w in waiting if (w.data["registration_id"], w.data["ends_on"]) in settled]


def _years(waiting: Waiting) -> list[str]:
    """Of years whose hours are done by now, as far as their standing is up to date."""
    rows = session.execute(
        select(Registration.id, LastStanding.lacking)
        .join(LastStanding, LastStanding.registration_id == Registration.id)
        .join(Term, Term.id == LastStanding.term_id)
        .where(
            Registration.id.in_({w.data["registration_id"] for w in waiting}),
            LastStanding.registration_version == Registration.version,
            LastStanding.lacking.is_not(None),
        )
    )
    lacks: dict[int, set[tuple[int, date]]] = {
        row.id: {(year.index, year.last_on) for year in lacking_of(row.lacking)} for row in rows
    }
    return [
        w.key
        for w in waiting
        if w.data["registration_id"] in lacks
        and (w.data["year"], date.fromisoformat(w.data["ends_on"]))
        not in lacks[w.data["registration_id"]]
    ]


#: kind -> those of the waiting messages that are untrue by now
UNTRUE: dict[MessageKind, Callable[[Waiting], list[str]]] = {
    MessageKind.EVENT_TOMORROW: _events,
    MessageKind.RETURN_DUE: _returns,
    MessageKind.EXPIRY: _expiries,
    MessageKind.YEAR_BEHIND: _years,
}
