"""The one way in which a scan is kept: appended, never changed, whoever scanned and however often.

The roster entry is held while a scan is judged, so of many scans of one person at the same moment
exactly one is the first. An ordinary scan of a listed person is four statements: read the room,
move the person, keep the scan, write the journal.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

from sqlalchemy import Insert, Integer, Table, bindparam, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cpd_app.db import session
from cpd_app.domain.checkin import Outcome, Window, judge
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.room_codes import Direction
from cpd_app.domain.roster import EntryState
from cpd_app.models import Event, EventSession, RosterEntry, Scan
from cpd_app.policy import Actor
from cpd_app.usecases import journal
from cpd_app.usecases.position import STANDS, position_now

#: a scan that happened this long before it arrived may stand before one that is kept already
ORDERLY = timedelta(seconds=1)
#: states of an entry that an organiser has not settled
UNSETTLED = frozenset({EntryState.PENDING, EntryState.WAITING, EntryState.DECLINED})


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
    closed_at: datetime | None
    #: of the person who was asked about: their entry on the roster, and its state
    entry_id: int | None
    entry_state: str | None

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


def room_of(session_id: int, person_id: int | None = None) -> Room:
    """A session as scans need it, and a person's place on its roster; NotFound when there is none.

    One statement; nothing is held.
    """
    row = session.execute(_ROOM, {"id": session_id, "person": person_id}).first()
    if row is None:
        raise NotFound
    return Room(*cast("Any", row))


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
    try:
        room.check_open(scan.at)
    except Rejected:
        if known := _known(scan):
            return known
        raise
    outcome = Outcome.ACCEPTED
    name = None if room.rehearsal or now - scan.at > ORDERLY else _accept(room, scan, now)
    moves = name is None
    if name is None:
        name, outcome = _judged(actor, room, scan, now)
    scan_id = _insert(actor, room, scan, outcome, now)
    if scan_id is None:
        return _first(scan, now)
    if moves and not room.rehearsal:
        _place(scan.entry_id, now)
    data = {
        "event": room.event_id,
        "session": room.session_id,
        "entry": scan.entry_id,
        "direction": str(scan.direction),
        "outcome": str(outcome),
    }
    journal.record_many(actor, "scan.recorded", "scan", [(scan_id, room.society_id, data)], now=now)
    return Scanned(
        scan_id, True, outcome, scan.entry_id, room.session_id, scan.direction, scan.at, name
    )


def _accept(room: Room, scan: ScanToKeep, now: datetime) -> str | None:
    """Move a listed person in or out and hold their entry, all in one statement; their name.

    None when this is not an ordinary scan of the moment: there is more to judge.
    """
    going_in = scan.direction is Direction.IN
    values = {
        "entry": scan.entry_id,
        "event": room.event_id,
        "here": room.session_id,
        "stale": now,
    }
    found = session.execute(_GO_IN if going_in else _GO_OUT, values)
    return cast("str | None", found.scalar())


def _judged(actor: Actor, room: Room, scan: ScanToKeep, now: datetime) -> tuple[str, Outcome]:
    """The name on the roster and what the scan comes to; holds the entry."""
    entry = session.execute(_ENTRY, {"id": scan.entry_id}).first()
    if entry is None or entry.event_id != room.event_id:
        raise NotFound
    if room.rehearsal:
        return entry.name, Outcome.REHEARSAL
    if entry.excused:
        _take_back_excuse(actor, room, scan.entry_id, now)
    inside = entry.inside_session_id
    was_here = (
        scan.direction is Direction.OUT
        and inside != room.session_id
        and session.scalar(_WAS_HERE, {"entry_id": scan.entry_id, "session_id": room.session_id})
        is True
    )
    outcome = judge(
        scan.direction,
        session_id=room.session_id,
        inside=inside,
        was_here=was_here,
        pending=entry.state in UNSETTLED,
    )
    return entry.name, outcome


def _take_back_excuse(actor: Actor, room: Room, entry_id: int, now: datetime) -> None:
    """Whoever had excused themselves (请假) and came all the same is not excused any more."""
    session.execute(_CAME_AFTER_ALL, {"entry": entry_id})
    journal.record(
        actor,
        "entry.excused",
        "roster_entry",
        entry_id,
        now=now,
        society_id=room.society_id,
        data={"event": room.event_id, "excused": False},
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
        "by_id": actor.person_id or actor.beside_id,
    }
    kept = session.execute(_insert_once(session.get_bind().dialect.name), values)
    return cast("int | None", kept.scalar())


def _place(entry_id: int, now: datetime) -> None:
    """Where the person is after a scan that may not be the latest of theirs."""
    session.execute(_MOVE, {"entry": entry_id, "inside": position_now(entry_id), "stale": now})


def _first(scan: ScanToKeep, now: datetime) -> Scanned:
    """The scan that was kept with this `once` before; what a repeat moved is moved back."""
    known = _known(scan)
    if known is None:
        raise Conflict("busy")
    _place(scan.entry_id, now)
    return known


def _known(scan: ScanToKeep) -> Scanned | None:
    """The scan that was kept with this `once`."""
    row = session.execute(_BY_ONCE, {"once": scan.once}).first()
    if row is None:
        return None
    if row.entry_id != scan.entry_id or row.session_id != scan.session_id:
        raise Conflict("key_reused", "key")
    return Scanned(
        row.id,
        False,
        Outcome(row.outcome),
        row.entry_id,
        row.session_id,
        Direction(row.direction),
        row.at,
        row.name,
    )


@cache
def _insert_once(dialect: str) -> Insert:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    columns = {c.name: bindparam(c.name, type_=c.type) for c in _SCANS.columns if c.name != "id"}
    return make(_SCANS).values(columns).on_conflict_do_nothing().returning(_SCANS.c.id)


# Plain tables: the objects of the ORM would cost more than the statements.
_SCANS = cast("Table", Scan.__table__)
_SESSIONS = cast("Table", EventSession.__table__)
_EVENTS = cast("Table", Event.__table__)
_ENTRIES = cast("Table", RosterEntry.__table__)

_ROOM = (
    select(
        *(
            _SESSIONS.c[name]
            for name in (
                "id", "event_id", "title", "room", "starts_at", "ends_at", "opens_at",
                "closes_at", "code_key", "rehearsal",
            )
        ),
        _EVENTS.c.title.label("event_title"),
        *(_EVENTS.c[name] for name in ("zone", "state", "society_id", "closed_at")),
        _ENTRIES.c.id.label("entry_id"),
        _ENTRIES.c.state.label("entry_state"),
    )
    .select_from(_SESSIONS)
    .join(_EVENTS, _EVENTS.c.id == _SESSIONS.c.event_id)
    .outerjoin(
        _ENTRIES,
        (_ENTRIES.c.event_id == _SESSIONS.c.event_id)
        & (_ENTRIES.c.person_id == bindparam("person", type_=Integer)),
    )
    .where(_SESSIONS.c.id == bindparam("id"))
)  # fmt: skip
# held against other scans of this person, but not against rows that merely refer to the entry
_ENTRY = (
    select(
        _ENTRIES.c.id,
        _ENTRIES.c.event_id,
        _ENTRIES.c.name,
        _ENTRIES.c.state,
        _ENTRIES.c.excused,
        _ENTRIES.c.inside_session_id,
    )
    .where(_ENTRIES.c.id == bindparam("id"))
    .with_for_update(key_share=True)
)
_LISTED = (
    update(_ENTRIES)
    .where(
        _ENTRIES.c.id == bindparam("entry"),
        _ENTRIES.c.event_id == bindparam("event"),
        _ENTRIES.c.state == EntryState.LISTED.value,
        _ENTRIES.c.excused.is_(False),
    )
    .values(stale_at=bindparam("stale"))
    .returning(_ENTRIES.c.name)
)
_HERE = bindparam("here", type_=Integer)
_GO_IN = _LISTED.where(_ENTRIES.c.inside_session_id.is_distinct_from(_HERE)).values(
    inside_session_id=_HERE
)
_GO_OUT = _LISTED.where(_ENTRIES.c.inside_session_id == _HERE).values(inside_session_id=None)
_CAME_AFTER_ALL = update(_ENTRIES).where(_ENTRIES.c.id == bindparam("entry")).values(excused=False)
_MOVE = (
    update(_ENTRIES)
    .where(_ENTRIES.c.id == bindparam("entry"))
    .values(inside_session_id=bindparam("inside"), stale_at=bindparam("stale"))
)
_BY_ONCE = (
    select(
        _SCANS.c.id,
        _SCANS.c.entry_id,
        _SCANS.c.session_id,
        _SCANS.c.direction,
        _SCANS.c.at,
        _SCANS.c.outcome,
        _ENTRIES.c.name,
    )
    .join(_ENTRIES, _ENTRIES.c.id == _SCANS.c.entry_id)
    .where(_SCANS.c.once == bindparam("once"))
)
_WAS_HERE = select(
    exists().where(
        _SCANS.c.entry_id == bindparam("entry_id"),
        _SCANS.c.session_id == bindparam("session_id"),
        STANDS,
    )
)
