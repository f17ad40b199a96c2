"""What a door keeps of an event, so that it can go on without network: sessions and the roster.

Of a person it has name, number, unit, where they are, and a digest of their pass; no phone, nothing
of their records. 5,000 entries come in one answer; afterwards only what changed.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from cpd_app.db import session
from cpd_app.domain.pass_codes import digest_of, pass_of
from cpd_app.domain.room_codes import Direction, turns_at
from cpd_app.models import Correction, Event, EventSession, RosterEntry, Scan
from cpd_app.policy import Actor, Permission
from cpd_app.usecases.event_access import event_for

#: changes are asked for with this much overlap: a slow transaction may be seen late
OVERLAP = timedelta(minutes=1)
#: fewest characters of a search: the roster is never listed (domain.md §11)
LEAST = 2
#: people shown of a search; more says: type another character
MOST_FOUND = 8
#: states of an event in which its doors hold nothing any more
OVER = frozenset({"settled", "cancelled"})


@dataclass(frozen=True)
class DoorSession:
    """A session as a door knows it."""

    id: int
    title: str
    room: str | None
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime
    closes_at: datetime
    turns_at: datetime
    rehearsal: bool


@dataclass(frozen=True)
class DoorEntry:
    """Somebody on the roster as a door knows them."""

    id: int
    name: str
    number: str | None
    unit: str | None
    state: str
    #: the session they are in, and since when
    inside: int | None
    since: datetime | None
    #: sessions they have been scanned in
    been: tuple[int, ...]
    #: what their pass is compared with; the badge of a joined entry has one of its own
    digest: str
    #: the entry that stands for this one
    joined: int | None


@dataclass(frozen=True)
class DoorRoster:
    """What a door is told: everything, or what changed since it was told last."""

    event: Event
    is_over: bool
    sessions: tuple[DoorSession, ...]
    entries: tuple[DoorEntry, ...]
    #: session -> how many are inside
    inside: dict[int, int]
    #: whether `entries` holds only changes
    changes_only: bool


def door_roster_of(
    actor: Actor, event_id: int, *, since: datetime | None = None, now: datetime
) -> DoorRoster:
    """The event at its door; NotFound for who may not scan there."""
    event = event_for(actor, event_id, Permission.SCAN_DOOR, now=now)
    over = event.state in OVER
    return DoorRoster(
        event=event,
        is_over=over,
        sessions=tuple(door_sessions(event)),
        entries=() if over else tuple(_entries(event, since)),
        inside={} if over else inside_of(event),
        changes_only=since is not None,
    )


def door_sessions(event: Event) -> list[DoorSession]:
    """The sessions, each with the window in which scans are taken."""
    return [_session(event, row) for row in event.sessions]


def inside_of(event: Event) -> dict[int, int]:
    """How many people are in each session now."""
    rows = session.execute(
        select(RosterEntry.inside_session_id, func.count())
        .where(
            RosterEntry.event_id == event.id,
            RosterEntry.inside_session_id.is_not(None),
            RosterEntry.joined_id.is_(None),
        )
        .group_by(RosterEntry.inside_session_id)
    )
    return {room: count for room, count in rows if room is not None}


def found_at_door(actor: Actor, event_id: int, text: str, *, now: datetime) -> list[RosterEntry]:
    """Who is meant by two characters or more of a name or number; one more than are shown.

    Fewer characters find nobody: a roster is searched, never listed.
    """
    event = event_for(actor, event_id, Permission.SCAN_DOOR, now=now)
    wanted = "".join(text.split())
    if len(wanted) < LEAST or event.state in OVER:
        return []
    return list(
        session.scalars(
            select(RosterEntry)
            .where(
                RosterEntry.event_id == event.id,
                RosterEntry.joined_id.is_(None),
                or_(
                    func.replace(RosterEntry.name, " ", "").icontains(wanted, autoescape=True),
                    RosterEntry.number_key.icontains(wanted, autoescape=True),
                ),
            )
            .order_by(RosterEntry.name, RosterEntry.id)
            .limit(MOST_FOUND + 1)
        )
    )


def _session(event: Event, row: EventSession) -> DoorSession:
    closes_at = row.closes_at
    if event.state == "closed" and event.closed_at is not None and not row.rehearsal:
        closes_at = min(closes_at, event.closed_at)
    return DoorSession(
        id=row.id,
        title=row.title,
        room=row.room,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        opens_at=row.opens_at,
        closes_at=closes_at,
        turns_at=turns_at(row.starts_at, row.ends_at),
        rehearsal=row.rehearsal,
    )


def _entries(event: Event, since: datetime | None) -> list[DoorEntry]:
    wanted: list[ColumnElement[bool]] = [RosterEntry.event_id == event.id]
    if since is not None:
        wanted.append(_changed(event, since - OVERLAP))
    rows: list[Any] = list(
        session.execute(
            select(
                RosterEntry.id,
                RosterEntry.name,
                RosterEntry.number,
                RosterEntry.unit,
                RosterEntry.state,
                RosterEntry.inside_session_id,
                RosterEntry.joined_id,
            )
            .where(*wanted)
            .order_by(RosterEntry.id)
        )
    )
    been, last = _scanned(event, since)
    return [
        DoorEntry(
            id=row.id,
            name=row.name,
            number=row.number,
            unit=row.unit,
            state=row.state,
            inside=row.inside_session_id,
            since=last.get((row.id, row.inside_session_id)),
            been=tuple(sorted(been[row.id])),
            digest=digest_of(event.id, pass_of(row.id, event.pass_key)),
            joined=row.joined_id,
        )
        for row in rows
    ]


def _changed(event: Event, since: datetime) -> ColumnElement[bool]:
    rooms = [s.id for s in event.sessions]
    scanned = select(Scan.entry_id).where(Scan.session_id.in_(rooms), Scan.received_at >= since)
    corrected = select(Correction.entry_id).where(
        Correction.event_id == event.id, Correction.at >= since
    )
    return or_(
        RosterEntry.created_at >= since,
        RosterEntry.decided_at >= since,
        RosterEntry.stale_at >= since,
        RosterEntry.id.in_(scanned),
        RosterEntry.id.in_(corrected),
    )


def _scanned(
    event: Event, since: datetime | None
) -> tuple[dict[int, set[int]], dict[tuple[int, int | None], datetime]]:
    """Sessions that people were scanned in, and when they came into each last."""
    chosen = select(Scan.entry_id, Scan.session_id, Scan.direction, func.max(Scan.at)).where(
        Scan.event_id == event.id,
        ~select(Correction.id).where(Correction.scan_id == Scan.id).exists(),
    )
    if since is not None:
        changed = select(RosterEntry.id).where(
            RosterEntry.event_id == event.id, _changed(event, since - OVERLAP)
        )
        chosen = chosen.where(Scan.entry_id.in_(changed))
    been: dict[int, set[int]] = defaultdict(set)
    last: dict[tuple[int, int | None], datetime] = {}
    grouped = chosen.group_by(Scan.entry_id, Scan.session_id, Scan.direction)
    for entry_id, room, direction, at in session.execute(grouped):
        been[entry_id].add(room)
        if direction == Direction.IN:
            last[entry_id, room] = at
    return been, last
