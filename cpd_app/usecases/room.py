"""What a room shows: the code of a session, the keys a screen may hold, how many have arrived."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, distinct, func, select

from cpd_app.db import session
from cpd_app.domain.room_codes import (
    Direction,
    bucket_at,
    bucket_starts_at,
    code_of,
    direction_key,
    short_code_of,
    turns_at,
)
from cpd_app.models import Event, EventSession, RosterEntry, Scan
from cpd_app.policy import Actor, Permission
from cpd_app.usecases.event_access import event_for, session_for
from cpd_app.usecases.scan_rows import STANDS

RATE = timedelta(minutes=1)


@dataclass(frozen=True)
class ShownCode:
    """A session's code of one direction, of a bucket or to print."""

    direction: Direction
    code: str
    #: the six characters; "" for a printed code, which needs none
    short_code: str
    bucket: int | None
    #: when the next bucket begins; a printed code ends with the session's window
    expires_at: datetime


@dataclass(frozen=True)
class Projection:
    """What a screen needs to go on by itself until the session's window closes."""

    event: Event
    session: EventSession
    #: when 签到 gives way to 签退
    turns_at: datetime
    #: of each direction, hex; of this session only
    keys: Mapping[Direction, str]

    def direction_at(self, now: datetime) -> Direction:
        """What the agenda says is shown."""
        return Direction.OUT if now >= self.turns_at else Direction.IN

    def shown(self, direction: Direction, *, now: datetime) -> ShownCode:
        """The code of this moment."""
        return _shown(self.session, direction, bucket_at(now))


@dataclass(frozen=True)
class Arrivals:
    """How many people came and left so far, and in the last minute."""

    came: int
    left: int
    came_per_minute: int
    left_per_minute: int
    #: on the roster
    expected: int


@dataclass(frozen=True)
class PrintedCodes:
    """A session's codes for paper."""

    session: EventSession
    come: ShownCode
    leave: ShownCode


def projection_of(actor: Actor, event_id: int, session_id: int, *, now: datetime) -> Projection:
    """A session's screen, for organisers and the doors; NotFound for strangers."""
    found = session_for(actor, event_id, session_id, Permission.SCAN_DOOR, now=now)
    return Projection(
        found.event,
        found,
        turns_at(found.starts_at, found.ends_at),
        {direction: direction_key(found.code_key, direction) for direction in Direction},
    )


def code_shown(
    actor: Actor, event_id: int, session_id: int, direction: Direction, *, now: datetime
) -> ShownCode:
    """The code that a screen shows at this moment."""
    found = session_for(actor, event_id, session_id, Permission.SCAN_DOOR, now=now)
    return _shown(found, direction, bucket_at(now))


def arrivals_of(actor: Actor, event_id: int, session_id: int, *, now: datetime) -> Arrivals:
    """How many have scanned in and out of a session; what was taken back is not counted."""
    found = session_for(actor, event_id, session_id, Permission.SCAN_DOOR, now=now)
    lately = Scan.received_at > now - RATE
    came, left, came_lately, left_lately = session.execute(
        select(
            _people(Scan.direction == Direction.IN),
            _people(Scan.direction == Direction.OUT),
            _people((Scan.direction == Direction.IN) & lately),
            _people((Scan.direction == Direction.OUT) & lately),
        ).where(Scan.session_id == found.id, STANDS)
    ).one()
    expected = session.scalar(
        select(func.count()).where(RosterEntry.event_id == event_id, RosterEntry.state == "listed")
    )
    return Arrivals(came, left, came_lately, left_lately, expected or 0)


def printed_codes_of(actor: Actor, event_id: int, *, now: datetime) -> list[PrintedCodes]:
    """The codes of every session to print, for rooms without a screen."""
    event = event_for(actor, event_id, Permission.RUN_EVENT, now=now)
    return [
        PrintedCodes(found, _shown(found, Direction.IN, None), _shown(found, Direction.OUT, None))
        for found in event.sessions
    ]


def _shown(found: EventSession, direction: Direction, bucket: int | None) -> ShownCode:
    return ShownCode(
        direction=direction,
        code=code_of(found.id, found.code_key, direction, bucket),
        short_code="" if bucket is None else short_code_of(found.code_key, direction, bucket),
        bucket=bucket,
        expires_at=found.closes_at if bucket is None else bucket_starts_at(bucket + 1),
    )


def _people(which: ColumnElement[bool]) -> ColumnElement[int]:
    """How many people have such a scan."""
    return func.count(distinct(case((which, Scan.entry_id))))
