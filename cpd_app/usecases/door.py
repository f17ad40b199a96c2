"""Door mode (门岗扫码): scanning passes, names that walk in, taking a scan back.

A door without network judges by the same rules (js/lib/door-rules.js, compared with these by
tests/e2e/test_door.py) and sends what it kept later; nothing is refused for having been late.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.checkin import OLDEST, Outcome, Reading, still_counts
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.domain.numbers import number_key
from cpd_app.domain.room_codes import Direction
from cpd_app.domain.roster import EntryState, PendingReason, Source
from cpd_app.models import Correction, Event, EventSession, Person, RosterEntry, Scan, Steward
from cpd_app.policy import Actor, Permission, may
from cpd_app.usecases import journal
from cpd_app.usecases.event_access import event_for, event_target
from cpd_app.usecases.passes import entry_id_of
from cpd_app.usecases.position import position_now
from cpd_app.usecases.roster_entries import Named, free_places, matches_of, new_entry
from cpd_app.usecases.roster_lists import Known, NewName, add_walk_in, check_name
from cpd_app.usecases.scans import Scanned, ScanToKeep, append_scan

#: how long a wrong scan can be taken back by the door that made it
UNDO_WITHIN = timedelta(minutes=10)
#: other scans that a door is told of; more say nothing new
MOST_OTHERS = 5


@dataclass(frozen=True)
class DoorScan:
    """What a door sends; exactly one of pass, entry, number and name says whom it means."""

    key: str
    direction: Direction = Direction.IN
    #: None: the one session whose window is open
    session_id: int | None = None
    code: str | None = None
    entry_id: int | None = None
    number: str | None = None
    #: somebody who is not on the roster, as they say it
    named: Named | None = None
    #: when it was scanned, by the server's clock as the door knows it; None = now
    scanned_at: datetime | None = None


@dataclass(frozen=True)
class OtherScan:
    """Another scan of the same person, session and direction, perhaps at another door."""

    at: datetime
    #: the steward's or organiser's name; empty for the member's own phone
    door: str


@dataclass(frozen=True)
class DoorAnswer:
    """What a door is told of one scan."""

    scanned: Scanned
    entry: RosterEntry
    event: Event
    session: EventSession
    #: at most a few, in order of time; a person scanned twice is for a human to look at
    others: tuple[OtherScan, ...]


def scan_at_door(actor: Actor, event_id: int, scan: DoorScan, *, now: datetime) -> DoorAnswer:
    """Keep a scan that a door made; the same key gives the first answer back.

    Raises Rejected `whom_unclear`, `wrong_pass`, `not_on_roster`, `session_unclear`,
    `checkin_not_open`, `checkin_closed`, `scan_too_late`; NotFound for a stranger.
    """
    event = event_for(actor, event_id, Permission.SCAN_DOOR, now=now)
    at = min(scan.scanned_at or now, now)
    room = _session(event, scan.session_id, at)
    settled = event.state == "settled"
    if not settled and not still_counts(Reading(at, None), arrived_at=now, settled=False):
        raise Rejected("scan_too_late")
    entry = _entry(actor, event, scan, now=now)
    _welcome_back(event, entry, now=now)
    kept = append_scan(
        actor,
        ScanToKeep(
            session_id=room.id,
            entry_id=entry.id,
            direction=scan.direction,
            at=at,
            source="pass" if scan.code else "door",
            once=f"{_scanner(actor)}:{scan.key}",
            marks=("late",) if now - at > timedelta(seconds=OLDEST) else (),
        ),
        now=now,
    )
    return DoorAnswer(kept, entry, event, room, _others(kept))


def answer_of(actor: Actor, event_id: int, scan_id: int, *, now: datetime) -> DoorAnswer:
    """One of the actor's own scans, as the page without script shows it again."""
    event = event_for(actor, event_id, Permission.SCAN_DOOR, now=now)
    row = _own_scan(actor, event, scan_id)
    entry = session.get_one(RosterEntry, row.entry_id)
    kept = Scanned(
        row.id,
        False,
        Outcome(row.outcome),
        row.entry_id,
        row.session_id,
        Direction(row.direction),
        row.at,
        entry.name,
    )
    room = session.get_one(EventSession, row.session_id)
    return DoorAnswer(kept, entry, event, room, _others(kept))


def undo_scan(actor: Actor, event_id: int, scan_id: int, *, now: datetime) -> bool:
    """Take back a scan that this door made by mistake; False when it was taken back already.

    The scan stays, a reversal stands beside it. Rejected `door_undo_too_late` after ten minutes.
    """
    event = event_for(actor, event_id, Permission.SCAN_DOOR, now=now)
    row = _own_scan(actor, event, scan_id)
    # held like a scan's entry, so that two who press at once make one reversal
    entry = session.get_one(RosterEntry, row.entry_id, with_for_update={"key_share": True})
    if session.scalar(select(Correction.id).where(Correction.scan_id == row.id)) is not None:
        return False
    if now - row.received_at > UNDO_WITHIN or event.state == "settled":
        raise Rejected("door_undo_too_late")
    session.add(
        Correction(
            event_id=event.id,
            session_id=row.session_id,
            entry_id=row.entry_id,
            verb="reversal",
            scan_id=row.id,
            before=[],
            after=[],
            reason="undone at the door",
            by_role="self",
            by_id=actor.person_id,
            at=now,
        )
    )
    session.flush()
    entry.inside_session_id = position_now(entry.id)
    entry.stale_at = now
    journal.record(
        actor,
        "scan.undone",
        "scan",
        row.id,
        now=now,
        society_id=event.society_id,
        data={"event": event.id, "entry": entry.id, "steward": actor.steward_id},
    )
    return True


def _session(event: Event, session_id: int | None, at: datetime) -> EventSession:
    """The session that is meant: the one named, else the only one whose window holds the moment."""
    if session_id is not None:
        found = [s for s in event.sessions if s.id == session_id]
        if not found:
            raise NotFound
        return found[0]
    found = [s for s in event.sessions if s.opens_at <= at <= s.closes_at and not s.rehearsal]
    if len(found) != 1:
        raise Rejected("session_unclear", "session_id")
    return found[0]


def _entry(actor: Actor, event: Event, scan: DoorScan, *, now: datetime) -> RosterEntry:
    given = (scan.code, scan.entry_id, scan.number, scan.named)
    if sum(g is not None for g in given) != 1:
        raise Rejected("whom_unclear", "pass")
    if scan.named is not None:
        return _walk_in(actor, event, scan.named, scan.key, now=now)
    if scan.number is not None:
        return _by_number(event, scan.number)
    entry_id = scan.entry_id
    if scan.code is not None:
        entry_id = entry_id_of(event, scan.code)
    entry = session.get(RosterEntry, entry_id) if entry_id is not None else None
    if entry is None or entry.event_id != event.id:
        if scan.code is not None:
            raise Rejected("wrong_pass", "pass")
        raise NotFound
    return _standing_for(entry)


def _by_number(event: Event, number: str) -> RosterEntry:
    entry = session.scalar(
        select(RosterEntry)
        .where(
            RosterEntry.event_id == event.id,
            RosterEntry.number_key == number_key(number),
            RosterEntry.joined_id.is_(None),
        )
        .order_by(RosterEntry.person_id.is_(None), RosterEntry.id)
        .limit(1)
    )
    if entry is None:
        raise Rejected("not_on_roster", "number")
    return entry


def _standing_for(entry: RosterEntry) -> RosterEntry:
    """A badge printed for a guest stays good when the guest was found to be a member."""
    while entry.joined_id is not None:
        entry = session.get_one(RosterEntry, entry.joined_id)
    return entry


def _walk_in(actor: Actor, event: Event, named: Named, key: str, *, now: datetime) -> RosterEntry:
    """Somebody who stands at the door and is on no list.

    An organiser lists them at once; a steward lets them in, and an organiser decides later.
    """
    new = NewName(named, key)
    if may(actor, Permission.RUN_EVENT, event_target(event, now=now)):
        return add_walk_in(actor, event.id, new, now=now).entry
    check_name(named)
    person_id = matches_of([named])[0].person_id
    known = Known(event.id).holding(new, person_id)
    if known is not None:
        return known
    state, reason = EntryState.PENDING, PendingReason.NOT_ON_LIST
    if person_id is not None:
        entry = new_entry(event, person_id, Source.WALK_IN, state, now=now, reason=reason, key=key)
    else:
        entry = RosterEntry(
            event_id=event.id,
            name=named.name.strip(),
            unit=(named.unit or "").strip() or None,
            number=named.number,
            number_key=named.number_key or None,
            phone=named.kept_phone,
            source=Source.WALK_IN,
            state=state,
            pending_reason=PendingReason.GUEST,
            key=key,
            excused=False,
            created_at=now,
        )
        session.add(entry)
        session.flush()
    journal.record_many(
        actor,
        "entry.added",
        "roster_entry",
        [(entry.id, event.society_id, {"event": event.id, "source": str(Source.WALK_IN)})],
        now=now,
    )
    return entry


def _welcome_back(event: Event, entry: RosterEntry, *, now: datetime) -> None:
    """Who cancelled and comes all the same has a place again while there is one."""
    if entry.state != EntryState.CANCELLED:
        return
    left = free_places(event)
    has_room = left is None or left > 0
    entry.state = EntryState.LISTED if has_room else EntryState.PENDING
    entry.pending_reason = None if has_room else PendingReason.OVER_CAPACITY
    entry.excused = False
    entry.stale_at = now
    session.flush()


def _own_scan(actor: Actor, event: Event, scan_id: int) -> Scan:
    row = session.get(Scan, scan_id)
    if row is None or row.event_id != event.id:
        raise NotFound
    if row.steward_id != actor.steward_id or (
        row.steward_id is None and row.by_id != actor.person_id
    ):
        raise NotFound
    return row


def _scanner(actor: Actor) -> str:
    """Whose keys a key is one of."""
    if actor.steward_id is not None:
        return f"steward:{actor.steward_id}"
    return f"person:{actor.person_id}"


def _others(kept: Scanned) -> tuple[OtherScan, ...]:
    """Who scanned the same person in the same direction besides; told when it is not the first."""
    if kept.outcome not in {Outcome.ALREADY_IN, Outcome.ALREADY_OUT}:
        return ()
    rows = session.execute(
        select(Scan.at, Steward.name, Scan.by_id, Scan.source)
        .outerjoin(Steward, Steward.id == Scan.steward_id)
        .where(
            Scan.entry_id == kept.entry_id,
            Scan.session_id == kept.session_id,
            Scan.direction == kept.direction,
            Scan.id != kept.scan_id,
            ~select(Correction.id).where(Correction.scan_id == Scan.id).exists(),
        )
        .order_by(Scan.at, Scan.id)
        .limit(MOST_OTHERS)
    )
    return tuple(OtherScan(at, name or _person(by_id, source)) for at, name, by_id, source in rows)


def _person(person_id: int | None, source: str) -> str:
    """An organiser's name; nothing for a member's own phone."""
    if source not in {"pass", "door"} or person_id is None:
        return ""
    return session.get_one(Person, person_id).name
