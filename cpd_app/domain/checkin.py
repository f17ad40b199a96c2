"""A scan of a code: when it was read, whether the room is open, who is let in, what it comes to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from cpd_app.domain.errors import Rejected
from cpd_app.domain.room_codes import BUCKET_SECONDS, Direction, bucket_starts_at

#: seconds from the beginning of a code's bucket: the present bucket and the one before
FRESH = 2 * BUCKET_SECONDS
#: older codes are taken with their age noted, up to this
OLDEST = 180
#: a screen may be two buckets ahead, for it measures the clock's offset over the network
AHEAD = 2 * BUCKET_SECONDS
#: how long a scan that was read without network still counts by itself
KEPT = timedelta(hours=72)


class Outcome(StrEnum):
    """What whoever scanned is told."""

    ACCEPTED = "accepted"
    ALREADY_IN = "already_checked_in"
    ALREADY_OUT = "already_checked_out"
    #: out without in: it is written down, and proves that they were there
    NOT_IN = "not_checked_in"
    #: written down; an organiser decides about the entry
    PENDING = "pending"
    #: of a 彩排, counts for nothing
    REHEARSAL = "rehearsal"
    #: read in time, arrived after the settlement or 72 hours: a 我在场 for the organiser
    KEPT = "kept_as_statement"


@dataclass(frozen=True, slots=True)
class Window:
    """When codes of a session are taken."""

    opens_at: datetime
    closes_at: datetime
    #: the event's own time zone, in which a refusal says the time
    zone: str

    def check(self, at: datetime) -> None:
        """Raise Rejected `checkin_not_open` or `checkin_closed` outside the window."""
        if at < self.opens_at:
            raise self.not_open()
        if at > self.closes_at:
            raise self.closed()

    def not_open(self) -> Rejected:
        """The refusal before the window."""
        return Rejected("checkin_not_open", "code", opens=self._written(self.opens_at))

    def closed(self) -> Rejected:
        """The refusal after it."""
        return Rejected("checkin_closed", "code", closed=self._written(self.closes_at))

    def _written(self, moment: datetime) -> str:
        return f"{moment.astimezone(ZoneInfo(self.zone)):%m-%d %H:%M}"


@dataclass(frozen=True, slots=True)
class Reading:
    """When a code was read, as far as it can be proved."""

    at: datetime
    #: seconds between the code's bucket and its arrival (its reading, when `late`); None: static
    age: int | None
    #: late, static_code
    marks: tuple[str, ...] = ()
    #: False: only the phone says when, and the code (a printed one) does not
    proved: bool = True

    @property
    def is_late(self) -> bool:
        """Read without network and sent afterwards."""
        return "late" in self.marks


def reading_of(
    bucket: int | None, *, arrived_at: datetime, said_at: datetime | None = None
) -> Reading:
    """Judge a code by its bucket (domain.md §6); `said_at` is when the phone says it read it.

    A fresh code happened when it arrived; an older one when its bucket began. One that was kept
    without network must have been read within 180 s of its bucket, and is marked `late`. A printed
    code proves no time: it counts from its arrival.
    Raises Rejected `wrong_code` for a bucket to come, `code_expired` for one long gone.
    """
    if bucket is None:
        waited = said_at is not None and arrived_at - said_at > timedelta(seconds=OLDEST)
        return Reading(arrived_at, None, ("static_code", "late") if waited else ("static_code",))
    began = bucket_starts_at(bucket)
    age = _seconds(arrived_at - began)
    if age < -AHEAD:
        raise Rejected("wrong_code", "code")
    if age <= OLDEST:
        return Reading(arrived_at if age < FRESH else began, max(age, 0))
    if said_at is None or abs(_seconds(said_at - began)) > OLDEST:
        raise Rejected("code_expired", "code")
    return Reading(began, max(_seconds(said_at - began), 0), ("late",))


def still_counts(reading: Reading, *, arrived_at: datetime, settled: bool) -> bool:
    """Whether a scan counts by itself, or must become a statement (我在场)."""
    return reading.proved and not settled and arrived_at - reading.at <= KEPT


def admission(open_to: str, *, is_own: bool, is_member: bool, has_room: bool) -> str | None:
    """Why somebody who is not on the roster must wait for the organiser; None = welcome.

    `is_own`: an active registration with the owner; `is_member`: one with any society. Nobody is
    refused: what comes back is the reason of a pending entry.
    """
    welcome = {"own": is_own, "societies": is_member, "public": True}
    if open_to not in welcome:
        return "not_on_list"
    if not welcome[open_to]:
        return "not_open_to"
    return None if has_room else "over_capacity"


@dataclass(frozen=True, slots=True)
class Step:
    """One scan of an entry, as far as it moves somebody in or out."""

    at: datetime
    id: int
    direction: str
    session_id: int


def position_of(steps: Iterable[Step]) -> int | None:
    """The session in which somebody is by their scans, in whatever order they arrived.

    Going into another session leaves the one before; going out ends only the session it names.
    """
    inside: int | None = None
    for step in sorted(steps, key=lambda s: (s.at, s.id)):
        inside = moved(inside, Direction(step.direction), step.session_id)
    return inside


def moved(inside: int | None, direction: Direction, session_id: int) -> int | None:
    """Where somebody is after one more scan."""
    if direction is Direction.IN:
        return session_id
    return None if inside == session_id else inside


def judge(
    direction: Direction, *, session_id: int, inside: int | None, was_here: bool, pending: bool
) -> Outcome:
    """What a scan comes to for somebody who is `inside` a session (None = in none).

    `was_here`: whether an earlier scan of this session is known.
    """
    if pending:
        return Outcome.PENDING
    here = inside == session_id
    if direction is Direction.IN:
        return Outcome.ALREADY_IN if here else Outcome.ACCEPTED
    if here:
        return Outcome.ACCEPTED
    return Outcome.ALREADY_OUT if was_here else Outcome.NOT_IN


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds() // 1)
