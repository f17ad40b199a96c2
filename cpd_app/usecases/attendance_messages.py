"""What people are told about their attendance: 您几点离开？, the receipt, and its changes.

Scans tell nobody anything: the worker that computes attendance does. What somebody was told last
stands in `Attendance.told_hours`, in the transaction that tells it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.messages import MessageKind
from cpd_app.models import Attendance, Event, EventSession, RosterEntry
from cpd_app.usecases.messages import About, Draft, TakenBack, take_back, tell_all

#: entries told in one transaction
AT_ONCE = 200
HOURS = (MessageKind.CHECKED_IN, MessageKind.CORRECTED)


def tell_hours(
    event: Event,
    rows: Iterable[Attendance],
    people: Mapping[int, int | None],
    *,
    inside: Collection[int] = (),
    now: datetime,
) -> int:
    """Tell each person once what an event gave them, when it is final, and every later change.

    `people`: by entry; `inside`: entries that are still there. Final is what the end of the event
    left; who went out before may come back. Returns how many were told.
    """
    is_over = event.ends_at <= now or event.state in {"closed", "settled"}
    due: list[tuple[Attendance, int, int]] = []
    for row in rows:
        person_id, given = people[row.entry_id], row.hours if row.activity_id else 0
        if person_id is None or row.held in {"plan_changed", "joined"}:
            continue
        first = row.told_hours is None and given and is_over and row.entry_id not in inside
        if first or (row.told_hours is not None and row.told_hours != given):
            due.append((row, person_id, given))
    if not due:
        return 0
    again = tuple(person_id for row, person_id, _given in due if row.told_hours is not None)
    unread = _taken_back(event, again, now=now)
    drafts = []
    for row, person_id, given in due:
        before = _known(row.told_hours, unread.get(person_id, ()))
        row.told_hours = given if before is not None or given else None
        if before is None and given:
            drafts.append(_receipt(event, row, person_id, given, now=now))
        elif before is not None and before != given:
            drafts.append(_corrected(event, row, person_id, before, given, now=now))
    session.flush()
    tell_all(drafts, now=now)
    return len(due)


def tell_receipts(*, now: datetime, limit: int = AT_ONCE, **_day: object) -> int:
    """Tell those who went out before an event ended, now that it has; 0: none was due."""
    rows = session.execute(
        select(Attendance, RosterEntry.person_id)
        .join(RosterEntry, RosterEntry.id == Attendance.entry_id)
        .join(Event, Event.id == Attendance.event_id)
        .where(
            Attendance.told_hours.is_(None),
            Attendance.activity_id.is_not(None),
            Attendance.held.is_(None),
            Attendance.hours > 0,
            RosterEntry.person_id.is_not(None),
            RosterEntry.stale_at.is_(None),
            Event.ends_at <= now,
        )
        .order_by(Attendance.event_id, Attendance.entry_id)
        .limit(limit)
        .with_for_update(of=RosterEntry, skip_locked=True, key_share=True)
    ).all()
    by_event: dict[int, list[tuple[Attendance, int | None]]] = {}
    for row, person_id in rows:
        by_event.setdefault(row.event_id, []).append((row, person_id))
    told = 0
    for event_id, of_event in sorted(by_event.items()):
        people = {row.entry_id: person_id for row, person_id in of_event}
        event = session.get_one(Event, event_id)
        told += tell_hours(event, [row for row, _person in of_event], people, now=now)
    return told


def tell_leaving(entries: Sequence[RosterEntry], *, now: datetime) -> None:
    """您几点离开？ to those who are still inside after the end; sessions are read once."""
    rooms = {
        held.id: (held, event)
        for held, event in session.execute(
            select(EventSession, Event)
            .join(Event, Event.id == EventSession.event_id)
            .where(EventSession.id.in_({e.inside_session_id for e in entries} - {None}))
        )
    }
    drafts = []
    for entry in entries:
        room = rooms.get(entry.inside_session_id or 0)
        if entry.person_id is None or room is None:
            continue
        held, event = room
        several = {"variant": "session"} if held.title != event.title else {}
        data = {"session": held.title, "session_id": held.id, **several}
        key = f"leaving:{entry.id}:{held.id}"
        drafts.append(_draft(event, entry.person_id, MessageKind.LEAVING, key, **data))
    tell_all(drafts, now=now)


def untell_leaving(event_id: int, person_ids: Collection[int], *, now: datetime) -> None:
    """The question is answered, by the person or by what was scanned or corrected since."""
    if person_ids:
        about = About((MessageKind.LEAVING,), {"event_id": event_id}, tuple(person_ids))
        take_back(about, now=now)


def _taken_back(
    event: Event, person_ids: tuple[int, ...], *, now: datetime
) -> dict[int, list[TakenBack]]:
    """What was told of these hours and nobody can know yet, by person."""
    found: dict[int, list[TakenBack]] = {}
    if person_ids:
        about = About(HOURS, {"event_id": event.id}, person_ids)
        for gone in take_back(about, now=now, unsent=True):
            found.setdefault(gone.person_id, []).append(gone)
    return found


def _known(told: int | None, gone: Iterable[TakenBack]) -> int | None:
    """The hours that a person knows of; None when even the receipt was taken back unread."""
    for one in gone:
        if "given_hours" in one.data:
            return None
        told = one.data["before_hours"]
    return told


def _receipt(event: Event, row: Attendance, person_id: int, given: int, *, now: datetime) -> Draft:
    data = {"given_hours": given, "activity_id": row.activity_id}
    key = f"attendance:{row.entry_id}:{now.isoformat()}"
    return _draft(event, person_id, MessageKind.CHECKED_IN, key, **data)


def _corrected(
    event: Event, row: Attendance, person_id: int, before: int, after: int, *, now: datetime
) -> Draft:
    key = f"attendance:{row.entry_id}:{now.isoformat()}"
    hours = {"before_hours": before, "after_hours": after}
    return _draft(event, person_id, MessageKind.CORRECTED, key, **hours)


def _draft(event: Event, person_id: int, kind: MessageKind, key: str, **data: Any) -> Draft:
    about = {"title": event.title, "event_id": event.id, **data}
    return Draft(person_id, kind, key, about, event.society_id)
