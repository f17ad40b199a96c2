"""The one way in which a scan is kept: appended, never changed, whoever scanned and however often.

The roster entry is held while a scan is judged, so of many scans of one person at the same moment
exactly one is the first. Tables are read and written as plain rows: four statements a scan.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import Insert, Table, bindparam, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cpd_app.db import session
from cpd_app.domain.checkin import Outcome, Step, Window, judge, moved, position_of
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.room_codes import Direction
from cpd_app.models import Correction, Event, EventSession, RosterEntry, Scan
from cpd_app.policy import Actor
from cpd_app.usecases import journal

#: a scan that happened this long before it arrived may stand before one that is kept already
ORDERLY = timedelta(seconds=1)
#: states of an entry that an organiser has not settled
UNSETTLED = frozenset({"pending", "waiting", "declined"})


@dataclass(frozen=True)
class ScanToKeep:
    """One proof that somebody was at a session."""

    session_id: int
    entry_id: int
    direction: Direction
    at: datetime
    #: room_code, typed_code, static_code, pass, door
    source: str
    #: who scanned and the client's UUID, or the claim: a repeat gives the first scan back
    once: str
    code_age: int | None = None
    marks: tuple[str, ...] = ()
    device: str | None = None


@dataclass(frozen=True)
class Scanned:
    """What became of a scan, and whether this call kept it (False: a repeat)."""

    scan_id: int
    created: bool
    outcome: Outcome
    entry_id: int
    session_id: int
    direction: Direction
    at: datetime
    #: as the roster has it
    name: str


@dataclass(frozen=True, slots=True)
class Room:
    """A session with what its event says about scans."""

    session_id: int
    event_id: int
    title: str
    place: str | None
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    code_key: str
    rehearsal: bool
    event_title: str
    zone: str
    state: str
    society_id: int | None
    open_to: str
    capacity: int | None
    closed_at: datetime | None

    @property
    def is_settled(self) -> bool:
        """Attendance is final; nothing counts by itself any more."""
        return self.state == "settled"

    def check_open(self, at: datetime) -> None:
        """Raise Rejected `checkin_not_open` or `checkin_closed` for a scan that happened then.

        A rehearsal is open before the event is approved; what happened before an early closing
        still counts.
        """
        closes_at = self.closes_at
        if self.state == "closed" and self.closed_at is not None and not self.rehearsal:
            closes_at = min(closes_at, self.closed_at)
        window = Window(self.opens_at, closes_at, self.zone)
        if self.state in {"draft", "submitted"} and not self.rehearsal:
            raise window.not_open()
        if self.state in {"cancelled", "settled"}:
            raise window.closed()
        window.check(at)

    def was_open(self, at: datetime) -> None:
        """The same for a scan that reports late: whatever became of the event since."""
        Window(self.opens_at, self.closes_at, self.zone).check(at)


def room_of(session_id: int) -> Room:
    """A session as scans need it, in one statement; NotFound when there is none."""
    row = session.execute(_ROOM, {"id": session_id}).first()
    if row is None:
        raise NotFound
    return Room(*cast("Any", row))


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """A person's place on a roster, as far as a scan asks."""

    id: int
    state: str


def entry_in(event_id: int, person_id: int) -> KnownEntry | None:
    """A person's entry on an event's roster; not held."""
    row = session.execute(_OWN, {"event_id": event_id, "person_id": person_id}).first()
    return None if row is None else KnownEntry(row.id, row.state)


def append_scan(actor: Actor, scan: ScanToKeep, *, now: datetime) -> Scanned:
    """Keep one scan of a roster entry; the same `once` gives the first scan back.

    Whether the actor may scan at all the caller has asked (ENROL for oneself, SCAN_DOOR at a
    door). Roster entries that the caller loaded as objects are stale afterwards.
    Raises NotFound when entry and session are not of one event, Conflict `key_reused` when
    `once` belongs to another entry or session, Rejected `checkin_not_open`, `checkin_closed`.
    """
    return append_in(actor, room_of(scan.session_id), scan, now=now)


def append_in(actor: Actor, room: Room, scan: ScanToKeep, *, now: datetime) -> Scanned:
    """The same, for a caller that has read the room."""
    entry = session.execute(_ENTRY, {"id": scan.entry_id}).first()
    if entry is None or entry.event_id != room.event_id:
        raise NotFound
    try:
        room.check_open(scan.at)
    except Rejected:
        if known := _known(scan, entry.name):
            return known
        raise
    pending = entry.state in UNSETTLED
    outcome = _outcome(room, scan, entry.inside_session_id, pending=pending)
    scan_id = _insert(actor, room, scan, outcome, now)
    if scan_id is None:
        known = _known(scan, entry.name)
        if known is None:
            raise Conflict("busy")
        return known
    if not room.rehearsal:
        _move(scan, entry.inside_session_id, now)
    journal.record_many(
        actor,
        "scan.recorded",
        "scan",
        [(scan_id, room.society_id, {"event": room.event_id, "session": room.session_id,
                                     "entry": scan.entry_id, "direction": str(scan.direction),
                                     "outcome": str(outcome)})],
        now=now,
    )  # fmt: skip
    return Scanned(
        scan_id, True, outcome, scan.entry_id, room.session_id, scan.direction, scan.at, entry.name
    )


def position_now(entry_id: int) -> int | None:
    """The session in which an entry's person is, by all their scans that stand."""
    rows = session.execute(_STEPS, {"entry_id": entry_id})
    return position_of(Step(at, id_, direction, room) for at, id_, direction, room in rows)


def _outcome(room: Room, scan: ScanToKeep, inside: int | None, *, pending: bool) -> Outcome:
    if room.rehearsal:
        return Outcome.REHEARSAL
    was_here = (
        scan.direction is Direction.OUT
        and inside != room.session_id
        and session.scalar(_WAS_HERE, {"entry_id": scan.entry_id, "session_id": room.session_id})
        is True
    )
    return judge(
        scan.direction,
        session_id=room.session_id,
        inside=inside,
        was_here=was_here,
        pending=pending,
    )


def _insert(
    actor: Actor, room: Room, scan: ScanToKeep, outcome: Outcome, now: datetime
) -> int | None:
    """The new row's id; None when there is one with this `once`."""
    values: dict[str, Any] = {
        "event_id": room.event_id,
        "session_id": room.session_id,
        "entry_id": scan.entry_id,
        "direction": str(scan.direction),
        "at": scan.at,
        "received_at": now,
        "source": scan.source,
        "outcome": str(outcome),
        "once": scan.once,
        "code_age": scan.code_age,
        "marks": list(scan.marks),
        "device": scan.device,
        "steward_id": actor.steward_id,
        "by_id": actor.person_id,
    }
    kept = session.execute(_insert_once(session.get_bind().dialect.name), values)
    return cast("int | None", kept.scalar())


def _move(scan: ScanToKeep, inside: int | None, now: datetime) -> None:
    """Where the person is now; looked up anew when the scan may not be the latest one."""
    late = now - scan.at > ORDERLY
    after = position_now(scan.entry_id) if late else moved(inside, scan.direction, scan.session_id)
    session.execute(_MOVE, {"entry": scan.entry_id, "inside": after, "stale": now})


def _known(scan: ScanToKeep, name: str) -> Scanned | None:
    """The scan that was kept with this `once`."""
    row = session.execute(_BY_ONCE, {"once": scan.once}).first()
    if row is None:
        return None
    if row.entry_id != scan.entry_id or row.session_id != scan.session_id:
        raise Conflict("key_reused", "key")
    direction = Direction(row.direction)
    return Scanned(
        row.id, False, Outcome(row.outcome), row.entry_id, row.session_id, direction, row.at, name
    )


@cache
def _insert_once(dialect: str) -> Insert:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    table = cast("Table", Scan.__table__)
    columns = {c.name: bindparam(c.name, type_=c.type) for c in table.columns if c.name != "id"}
    return make(table).values(columns).on_conflict_do_nothing().returning(table.c.id)


_ROOM = (
    select(
        EventSession.id,
        EventSession.event_id,
        EventSession.title,
        EventSession.room,
        EventSession.starts_at,
        EventSession.ends_at,
        EventSession.opens_at,
        EventSession.closes_at,
        EventSession.code_key,
        EventSession.rehearsal,
        Event.title.label("event_title"),
        Event.zone,
        Event.state,
        Event.society_id,
        Event.open_to,
        Event.capacity,
        Event.closed_at,
    )
    .join(Event, Event.id == EventSession.event_id)
    .where(EventSession.id == bindparam("id"))
)
_OWN = select(RosterEntry.id, RosterEntry.state).where(
    RosterEntry.event_id == bindparam("event_id"), RosterEntry.person_id == bindparam("person_id")
)
# held against other scans of this person, but not against rows that merely refer to the entry
_ENTRY = (
    select(
        RosterEntry.id,
        RosterEntry.event_id,
        RosterEntry.name,
        RosterEntry.state,
        RosterEntry.inside_session_id,
    )
    .where(RosterEntry.id == bindparam("id"))
    .with_for_update(key_share=True)
)
_ENTRIES = cast("Table", RosterEntry.__table__)
_MOVE = (
    update(_ENTRIES)
    .where(_ENTRIES.c.id == bindparam("entry"))
    .values(inside_session_id=bindparam("inside"), stale_at=bindparam("stale"))
)
_BY_ONCE = select(
    Scan.id, Scan.entry_id, Scan.session_id, Scan.direction, Scan.at, Scan.outcome
).where(Scan.once == bindparam("once"))
_STANDS = ~exists().where(Correction.scan_id == Scan.id)
_WAS_HERE = select(
    exists().where(
        Scan.entry_id == bindparam("entry_id"),
        Scan.session_id == bindparam("session_id"),
        _STANDS,
    )
)
_STEPS = (
    select(Scan.at, Scan.id, Scan.direction, Scan.session_id)
    .join(EventSession, EventSession.id == Scan.session_id)
    .where(Scan.entry_id == bindparam("entry_id"), EventSession.rehearsal.is_(False), _STANDS)
)
