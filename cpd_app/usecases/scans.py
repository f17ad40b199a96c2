"""The one way in which a scan is kept: appended, never changed, whoever scanned and however often.

The roster entry is held while a scan is judged, so of many scans of one person at the same moment
exactly one is the first. An ordinary scan of a listed person is two statements: read the room; move
the person, keep the scan and write the journal (SQLite, which cannot join these, takes three).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from cpd_app.db import run, session
from cpd_app.domain.checkin import Outcome, Window, judge
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.room_codes import Direction
from cpd_app.domain.roster import EntryState
from cpd_app.policy import Actor
from cpd_app.usecases import journal, scan_rows
from cpd_app.usecases.position import position_now

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
    row = run(scan_rows.ROOM, {"id": session_id, "person": person_id}).first()
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
    if room.rehearsal or now - scan.at > ORDERLY:
        return _keep_judged(actor, room, scan, now)
    return _keep_ordinary(actor, room, scan, now) or _keep_judged(actor, room, scan, now)


def _keep_ordinary(actor: Actor, room: Room, scan: ScanToKeep, now: datetime) -> Scanned | None:
    """Move a listed person in or out, hold their entry, keep the scan and write the journal.

    None when this is not an ordinary scan of the moment: there is more to judge.
    """
    row = _row(actor, room, scan, Outcome.ACCEPTED, now)
    entry = _entry(actor, room, scan, Outcome.ACCEPTED, now)
    if session.get_bind().dialect.name == "postgresql":
        kept = run(scan_rows.IN_ONE[scan.direction], row | entry).first()
        if kept is None:
            return None
        name, scan_id = kept
    else:
        name = run(scan_rows.GO[scan.direction], row).scalar()
        if name is None:
            return None
        scan_id = run(scan_rows.KEEP["sqlite"], row).scalar()
        if scan_id is not None:
            run(journal.WRITE, entry | {"journal_object_id": scan_id})
    return _first(scan, now) if scan_id is None else _scanned(scan, scan_id, Outcome.ACCEPTED, name)


def _keep_judged(actor: Actor, room: Room, scan: ScanToKeep, now: datetime) -> Scanned:
    """Keep a scan with whatever it comes to."""
    name, outcome = _judged(actor, room, scan, now)
    keep = scan_rows.KEEP[session.get_bind().dialect.name]
    scan_id = run(keep, _row(actor, room, scan, outcome, now)).scalar()
    if scan_id is None:
        return _first(scan, now)
    if not room.rehearsal:
        _place(scan.entry_id, now)
    entry = _entry(actor, room, scan, outcome, now)
    run(journal.WRITE, entry | {"journal_object_id": scan_id})
    return _scanned(scan, scan_id, outcome, name)


def _judged(actor: Actor, room: Room, scan: ScanToKeep, now: datetime) -> tuple[str, Outcome]:
    """The name on the roster and what the scan comes to; holds the entry."""
    entry = run(scan_rows.ENTRY, {"id": scan.entry_id}).first()
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
        and run(
            scan_rows.WAS_HERE, {"entry_id": scan.entry_id, "session_id": room.session_id}
        ).scalar()
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
    run(scan_rows.CAME_AFTER_ALL, {"entry": entry_id})
    entry = journal.entry(
        actor,
        "entry.excused",
        "roster_entry",
        now=now,
        society_id=room.society_id,
        data={"event": room.event_id, "excused": False},
    )
    run(journal.WRITE, entry | {"journal_object_id": entry_id})


def _row(
    actor: Actor, room: Room, scan: ScanToKeep, outcome: Outcome, now: datetime
) -> dict[str, Any]:
    """The parameters of KEEP, GO and IN_ONE that are the scan's."""
    return {
        "scan_event_id": room.event_id,
        "scan_session_id": room.session_id,
        "scan_entry_id": scan.entry_id,
        "scan_direction": scan.direction.value,
        "scan_at": scan.at,
        "scan_received_at": now,
        "scan_source": scan.source,
        "scan_outcome": outcome.value,
        "scan_once": scan.once,
        "scan_code_age": scan.code_age,
        "scan_marks": list(scan.marks),
        "scan_device": scan.device,
        "scan_steward_id": actor.steward_id,
        "scan_by_id": actor.person_id or actor.beside_id,
    }


def _entry(
    actor: Actor, room: Room, scan: ScanToKeep, outcome: Outcome, now: datetime
) -> dict[str, Any]:
    """The journal's entry of it."""
    data = {
        "event": room.event_id,
        "session": room.session_id,
        "entry": scan.entry_id,
        "direction": scan.direction.value,
        "outcome": outcome.value,
    }
    society_id = room.society_id
    return journal.entry(actor, "scan.recorded", "scan", now=now, society_id=society_id, data=data)


def _scanned(scan: ScanToKeep, scan_id: int, outcome: Outcome, name: str) -> Scanned:
    return Scanned(
        scan_id, True, outcome, scan.entry_id, scan.session_id, scan.direction, scan.at, name
    )


def _place(entry_id: int, now: datetime) -> None:
    """Where the person is after a scan that may not be the latest of theirs."""
    run(scan_rows.MOVE, {"entry": entry_id, "inside": position_now(entry_id), "stale": now})


def _first(scan: ScanToKeep, now: datetime) -> Scanned:
    """The scan that was kept with this `once` before; what a repeat moved is moved back."""
    known = _known(scan)
    if known is None:
        raise Conflict("busy")
    _place(scan.entry_id, now)
    return known


def _known(scan: ScanToKeep) -> Scanned | None:
    """The scan that was kept with this `once`."""
    row = run(scan_rows.BY_ONCE, {"once": scan.once}).first()
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
