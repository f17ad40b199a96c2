"""The roster of an event (名单): enrol, cancel, excuse, decide; the waiting list moves up."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from cpd_app.db import session
from cpd_app.domain.errors import NotAllowed, NotFound, Rejected
from cpd_app.domain.roster import EntryState, PendingReason, Source, places_left, state_on_enrolling
from cpd_app.models import Event, RosterEntry, Scan
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.event_access import event_for
from cpd_app.usecases.event_messages import tell_entries, untell_entry
from cpd_app.usecases.event_visibility import COMING, entry_of, readable_event, why_not
from cpd_app.usecases.roster_entries import free_places, new_entry, places_taken

MOST_REASON = 500
#: entries that hold no place and ask for nothing
GONE = (EntryState.DECLINED, EntryState.CANCELLED)
#: how people are told of where they stand now
TOLD_AS = {
    EntryState.LISTED: "confirmed",
    EntryState.WAITING: "waiting",
    EntryState.PENDING: "pending",
    EntryState.DECLINED: "declined",
}


@dataclass(frozen=True)
class Enrolled:
    """An entry, and whether it was made just now."""

    entry: RosterEntry
    created: bool


def enrol(actor: Actor, event_id: int, *, now: datetime, key: str | None = None) -> Enrolled:
    """Put oneself on the roster (报名); when it is full, on the waiting list.

    Somebody who is on it already gets their entry back. Rejected `enrolment_closed`, `event_over`,
    `enrolment_declined`.
    """
    person_id = _oneself(actor)
    event = _coming(actor, event_id, now=now)
    known = entry_of(event.id, person_id)
    if known is None:
        state = state_on_enrolling(free_places(event))
        made = new_entry(event, person_id, Source.SELF, state, now=now, by_id=person_id, key=key)
        note(actor, "entry.enrolled", event, made, now=now, state=state)
        tell_entries(event, [made], TOLD_AS[state], now=now)
        return Enrolled(made, created=True)
    if known.state == EntryState.DECLINED:
        raise Rejected("enrolment_declined", reason=known.answer or "")
    if known.state == EntryState.CANCELLED or known.excused:
        known.excused = False
        known.state = EntryState.CANCELLED  # so that its own place is not counted
        session.flush()
        known.state, known.pending_reason = _state_again(event, known, now=now)
        touch(known, now=now)
        note(actor, "entry.enrolled", event, known, now=now, state=known.state)
        tell_entries(event, [known], TOLD_AS[EntryState(known.state)], now=now)
        return Enrolled(known, created=True)
    return Enrolled(known, created=False)


def cancel_enrolment(actor: Actor, event_id: int, *, now: datetime) -> RosterEntry:
    """Give one's place back; the first who waits gets it. Rejected `already_here` after a scan.

    Who came on the list by the organiser stays on it, excused (请假).
    """
    person_id = _oneself(actor)
    event = _coming(actor, event_id, now=now)
    entry = entry_of(event.id, person_id)
    if entry is None or entry.state in GONE:
        raise NotFound
    if _has_scans(entry.id):
        raise Rejected("already_here")
    if entry.source == Source.SELF:
        entry.state, entry.excused = EntryState.CANCELLED, False
        note(actor, "entry.cancelled", event, entry, now=now)
    else:
        entry.excused = True
        note(actor, "entry.excused", event, entry, now=now)
    untell_entry(event, entry, now=now)
    touch(entry, now=now)
    move_up(actor, event, now=now)
    return entry


def excuse(
    actor: Actor, event_id: int, entry_id: int, *, excused: bool, now: datetime
) -> RosterEntry:
    """Note an apology that reached the organiser (请假), or take the note back."""
    event = running_event(actor, event_id, now=now)
    entry = _entry(event, entry_id)
    if entry.excused != excused:
        entry.excused = excused
        touch(entry, now=now)
        note(actor, "entry.excused", event, entry, now=now, excused=excused)
        move_up(actor, event, now=now)
    return entry


def decide(
    actor: Actor,
    event_id: int,
    entry_ids: Collection[int],
    *,
    accept: bool,
    reason: str = "",
    now: datetime,
) -> int:
    """Let people in who wait for a decision or a place, or do not; returns how many changed.

    Who is declined reads the reason: Rejected `reason_missing`, `too_long` without one.
    """
    event = running_event(actor, event_id, now=now)
    said = None if accept else _reason(reason)
    wanted = EntryState.LISTED if accept else EntryState.DECLINED
    changed = []
    for entry_id in sorted(set(entry_ids)):
        entry = _entry(event, entry_id)
        if entry.state == wanted:
            continue
        entry.state, entry.answer = wanted, said
        entry.decided_at, entry.decided_by_id = now, actor.person_id
        touch(entry, now=now)
        note(actor, "entry.decided", event, entry, now=now, state=wanted)
        changed.append(entry)
    tell_entries(event, changed, TOLD_AS[wanted], now=now)
    move_up(actor, event, now=now)
    return len(changed)


def remove_name(actor: Actor, event_id: int, entry_id: int, *, now: datetime) -> RosterEntry:
    """Take somebody off the roster who was put on it by mistake; Rejected `already_here`."""
    event = running_event(actor, event_id, now=now)
    entry = _entry(event, entry_id)
    if _has_scans(entry.id):
        raise Rejected("already_here")
    entry.state = EntryState.CANCELLED
    touch(entry, now=now)
    note(actor, "entry.removed", event, entry, now=now)
    tell_entries(event, [entry], "removed", now=now)
    move_up(actor, event, now=now)
    return entry


def move_up(actor: Actor, event: Event, *, now: datetime) -> list[RosterEntry]:
    """Give free places to those who wait, in order of their entry, until the event is over.

    For whoever frees a place or raises the capacity; the caller holds the event's lock.
    """
    if event.state not in COMING or event.ends_at <= now:
        return []
    session.flush()
    left = places_left(event.capacity, places_taken(event.id))
    if left == 0:
        return []
    waiting = session.scalars(
        select(RosterEntry)
        .where(RosterEntry.event_id == event.id, RosterEntry.state == EntryState.WAITING)
        .order_by(RosterEntry.created_at, RosterEntry.id)
        .limit(left)
    ).all()
    for entry in waiting:
        entry.state = EntryState.LISTED
        touch(entry, now=now)
        note(actor, "entry.moved_up", event, entry, now=now)
    tell_entries(event, waiting, "promoted", now=now)
    return list(waiting)


def _reason(text: str) -> str:
    said = text.strip()
    if not said:
        raise Rejected("reason_missing", "reason")
    if len(said) > MOST_REASON:
        raise Rejected("too_long", "reason", most=MOST_REASON)
    return said


def _oneself(actor: Actor) -> int:
    require(actor, Permission.ENROL, Target(owner_id=actor.person_id))
    if actor.person_id is None:
        raise NotAllowed
    return actor.person_id


def _coming(actor: Actor, event_id: int, *, now: datetime) -> Event:
    """An event one can still come to, locked: places are given one by one."""
    _lock(event_id)
    event = readable_event(actor, event_id, now=now)
    if event.state not in COMING:
        raise Rejected("enrolment_closed")
    if event.ends_at <= now:
        raise Rejected("event_over")
    return event


def running_event(actor: Actor, event_id: int, *, now: datetime) -> Event:
    """An event whose roster the actor keeps, locked; Rejected `event_settled` once it is final."""
    _lock(event_id)
    event = event_for(actor, event_id, Permission.RUN_EVENT, now=now)
    if event.state in {"settled", "cancelled"}:
        raise Rejected("event_settled" if event.state == "settled" else "event_cancelled")
    return event


def _lock(event_id: int) -> None:
    session.get(Event, event_id, populate_existing=True, with_for_update={"key_share": True})


def _entry(event: Event, entry_id: int) -> RosterEntry:
    entry = session.get(RosterEntry, entry_id, populate_existing=True, with_for_update=True)
    if entry is None or entry.event_id != event.id or entry.joined_id is not None:
        raise NotFound
    return entry


def _has_scans(entry_id: int) -> bool:
    """Whether the person was scanned, as this entry or as one that it stands for."""
    joined = select(RosterEntry.id).where(RosterEntry.joined_id == entry_id)
    scanned = or_(Scan.entry_id == entry_id, Scan.entry_id.in_(joined))
    return session.scalar(select(Scan.id).where(scanned).limit(1)) is not None


def _state_again(
    event: Event, entry: RosterEntry, *, now: datetime
) -> tuple[EntryState, PendingReason | None]:
    """Where somebody stands who comes back after having cancelled."""
    invited = entry.source != Source.SELF
    reason = why_not(event, entry.person_id or 0, now.date(), has_room=True)
    if reason is not None and not invited:
        return EntryState.PENDING, reason
    return state_on_enrolling(free_places(event)), None


def touch(entry: RosterEntry, *, now: datetime) -> None:
    """Whether it counts may have changed, so attendance is computed again."""
    entry.stale_at = now


def note(
    actor: Actor, verb: str, event: Event, entry: RosterEntry, *, now: datetime, **data: object
) -> None:
    """Write down what became of an entry."""
    journal.record(
        actor,
        verb,
        "roster_entry",
        entry.id,
        now=now,
        society_id=event.society_id,
        data={"event": event.id, **{name: _plain(value) for name, value in data.items()}},
    )


def _plain(value: object) -> object:
    return str(value) if isinstance(value, str) else value
