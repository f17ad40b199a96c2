"""From scans and corrections to presence, and from presence to credited seconds (domain rules §6).

The whole of one person's scans of an event is read in order of time, in whatever order they came:
every scan ends what was before, a check-in begins a stay. What no scan ended is missing its
out-scan, and the event's policy says what that gives. A later correction of a session stands
before its scans. Instants are aware, of whole seconds.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from cpd_app.domain.agenda import Span, united, without
from cpd_app.domain.assurance import Presence as Proof
from cpd_app.domain.room_codes import Direction

#: a scan elsewhere this long after a session's end says nothing about how long one stayed in it:
#: next morning's check-in is no proof of yesterday's afternoon
NIGHT = timedelta(hours=6)
#: a second check-out this soon is a second try, not a check-in that is missing
SECOND_TRY = timedelta(minutes=10)


class MissingOut(StrEnum):
    """What a missing out-scan gives."""

    #: until the session's end
    FULL = "full"
    #: until the last scan of any kind
    UNTIL_LAST_PROOF = "until_last_proof"
    #: nothing, until the organiser settles it
    NONE = "none"


class Verb(StrEnum):
    """What a correction does."""

    #: was there from … to …
    PRESENCE = "presence"
    #: was not there
    ABSENCE = "absence"
    #: that scan is void
    REVERSAL = "reversal"
    #: earlier corrections of the session stand no more: it is again as the scans say
    AS_SCANNED = "as_scanned"


@dataclass(frozen=True, slots=True)
class Room:
    """A session as far as presence goes."""

    id: int
    starts_at: datetime
    ends_at: datetime
    #: its credited stretches, breaks taken off; none in a session that gives nothing
    spans: tuple[Span, ...]
    #: whether no out-scan can come any more
    over: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """One valid scan."""

    session: int
    direction: Direction
    at: datetime
    proof: Proof = Proof.SELF_SCAN
    marks: frozenset[str] = frozenset()
    id: int = 0


@dataclass(frozen=True, slots=True)
class Amended:
    """One correction; `spans` is the whole presence in the session as it became."""

    verb: Verb
    at: datetime
    session: int | None = None
    spans: tuple[Span, ...] = ()
    #: the scan that a reversal takes back
    scan: int | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Stay:
    """One stretch of being in a session's room."""

    session: int
    in_at: datetime
    #: None: still inside, or the out-scan is missing and gives nothing
    out_at: datetime | None
    proof: Proof
    marks: frozenset[str] = frozenset()
    #: no scan ended it
    open: bool = False
    #: its end is what the event's policy says
    assumed: bool = False
    corrected: bool = False
    #: credited seconds of it, not counted by an earlier stay
    seconds: int = 0
    #: seconds of it within the session that are breaks or not credited
    breaks: int = 0
    #: seconds of it in which the person was lecturing, which has a record of its own
    lectures: int = 0


@dataclass(frozen=True, slots=True)
class Attended:
    """What the presence of one person at an event comes to."""

    stays: tuple[Stay, ...]
    #: the credited stretches, in order
    spans: tuple[Span, ...]
    seconds: int
    #: the surest way that proves every counted stretch
    proof: Proof | None
    marks: frozenset[str]
    #: some session is over and nobody saw them leave it
    missing_out: bool
    #: check-outs that no check-in stands before
    missing_in: tuple[datetime, ...]
    #: the session they are in now
    inside: int | None
    corrected: bool

    @property
    def minutes(self) -> int:
        """Whole minutes: seconds are summed first, floored once."""
        return self.seconds // 60

    def days(self, zone: str) -> tuple[date, date] | None:
        """The first and the last credited day in the event's zone; None: nothing is credited.

        What ends at midnight belongs to the day that it ended.
        """
        if not self.spans:
            return None
        here = ZoneInfo(zone)
        last = self.spans[-1][1] - timedelta(microseconds=1)
        return self.spans[0][0].astimezone(here).date(), last.astimezone(here).date()


def attended(
    rooms: Iterable[Room],
    scans: Iterable[Seen],
    corrections: Iterable[Amended] = (),
    *,
    missing_out: MissingOut,
    lectures: Iterable[Span] = (),
) -> Attended:
    """What scans and corrections of one person come to; their order does not matter.

    Scans and corrections of sessions that are not among `rooms` (a rehearsal) count for nothing.
    """
    known = {room.id: room for room in rooms}
    amended = sorted(corrections, key=lambda c: (c.at, c.id))
    void = {c.scan for c in amended if c.verb is Verb.REVERSAL}
    valid = [s for s in scans if s.session in known and s.id not in void]
    ordered = _in_order(valid)
    standing = _standing(amended, known)
    scanned, alone = _stays(ordered, known, missing_out)
    stays = [stay for stay in scanned if stay.session not in standing]
    stays += [s for c in standing.values() for s in _corrected(c)]
    counted, spans = _counted(stays, known, united(lectures))
    proof, marks = _proof(counted)
    inside = [s.session for s in counted if s.open and not known[s.session].over]
    return Attended(
        stays=counted,
        spans=spans,
        seconds=_seconds(spans),
        proof=proof,
        marks=marks,
        missing_out=any(s.open and known[s.session].over for s in counted),
        missing_in=tuple(s.at for s in alone if s.session not in standing),
        inside=inside[-1] if inside else None,
        corrected=bool(standing),
    )


def presence_in(session: int, stays: Iterable[Stay]) -> tuple[Span, ...]:
    """The stretches of a session that have an end, as a correction writes them down."""
    return tuple(
        (s.in_at, s.out_at) for s in stays if s.session == session and s.out_at is not None
    )


def _in_order(scans: Iterable[Seen]) -> list[Seen]:
    """By time; at one instant out comes before in: leaving one room and entering the next.

    Of the rest the order is any, but the same whatever order the scans came in.
    """
    whole = (replace(s, at=s.at.replace(microsecond=0)) for s in scans)
    return sorted(
        whole,
        key=lambda s: (s.at, s.direction is Direction.IN, s.session, s.proof, sorted(s.marks)),
    )


def _standing(corrections: Sequence[Amended], known: Mapping[int, Room]) -> dict[int, Amended]:
    """For each session the correction that stands: the last, unless scans were let in again."""
    last = {c.session: c for c in corrections if c.verb is not Verb.REVERSAL and c.session in known}
    return {
        session: c
        for session, c in sorted(last.items(), key=lambda pair: pair[0] or 0)
        if session is not None and c.verb is not Verb.AS_SCANNED
    }


def _stays(
    scans: Sequence[Seen], known: Mapping[int, Room], policy: MissingOut
) -> tuple[list[Stay], list[Seen]]:
    """Stays, and check-outs of people who were not in that session.

    Repeats in one room are one stay; going into another room ends the one before; going out ends
    only the session it names, and elsewhere proves that they were still there.
    """
    stays: list[Stay] = []
    alone: list[Seen] = []
    running: Stay | None = None
    proved_at = left_at = None
    for scan in scans:
        here = running is not None and scan.session == running.session
        if running is not None and proved_at is not None:
            in_time = here or scan.at <= known[running.session].ends_at + NIGHT
            entering = scan.direction is Direction.IN
            if in_time and here is entering:
                proved_at = scan.at
            elif in_time:
                stays.append(_ended(running, scan))
                running = None
            elif entering:
                stays.append(_left_open(running, proved_at, known[running.session], policy))
                running = None
        if scan.direction is Direction.IN:
            if running is None:
                running = Stay(scan.session, scan.at, None, scan.proof, scan.marks, open=True)
                proved_at = scan.at
            continue
        second_try = left_at is not None and scan.at - left_at <= SECOND_TRY
        if not here and not second_try:
            alone.append(scan)
        left_at = scan.at
    if running is not None and proved_at is not None:
        stays.append(_left_open(running, proved_at, known[running.session], policy))
    return stays, alone


def _ended(stay: Stay, scan: Seen) -> Stay:
    return replace(
        stay,
        out_at=scan.at,
        open=False,
        proof=max(stay.proof, scan.proof),
        marks=stay.marks | scan.marks,
    )


def _left_open(stay: Stay, proved_at: datetime, room: Room, policy: MissingOut) -> Stay:
    """A stay that nobody saw end: what the policy gives once the session is over."""
    if not room.over or policy is MissingOut.NONE:
        return stay
    until = max(proved_at, room.ends_at) if policy is MissingOut.FULL else proved_at
    return replace(stay, out_at=until, assumed=True)


def _corrected(correction: Amended) -> Iterable[Stay]:
    if correction.verb is Verb.ABSENCE:
        return
    for in_at, out_at in united(correction.spans):
        yield Stay(correction.session or 0, in_at, out_at, Proof.ROSTER, corrected=True)


def _counted(
    stays: Iterable[Stay], known: Mapping[int, Room], lectures: Sequence[Span]
) -> tuple[tuple[Stay, ...], tuple[Span, ...]]:
    """Stays with their credited seconds; what two of them share counts in the first."""
    counted: list[Stay] = []
    spans: tuple[Span, ...] = ()
    for stay in sorted(stays, key=lambda s: (s.in_at, s.session, s.out_at or s.in_at)):
        if stay.out_at is None:
            counted.append(stay)
            continue
        room = known[stay.session]
        here = _overlap(((stay.in_at, stay.out_at),), ((room.starts_at, room.ends_at),))
        credited = _overlap(here, room.spans)
        listened = _less(credited, lectures)
        fresh = _less(listened, spans)
        counted.append(
            replace(
                stay,
                seconds=_seconds(fresh),
                breaks=_seconds(here) - _seconds(credited),
                lectures=_seconds(credited) - _seconds(listened),
            )
        )
        spans = united((*spans, *fresh))
    return tuple(counted), spans


def _proof(stays: Collection[Stay]) -> tuple[Proof | None, frozenset[str]]:
    """The weakest of what the counted stays rest on; where nothing counts, of all stays."""
    resting = [s for s in stays if s.seconds] or list(stays)
    marks = frozenset(mark for s in resting for mark in s.marks)
    return max((s.proof for s in resting), default=None), marks


def _overlap(ones: Iterable[Span], others: Sequence[Span]) -> tuple[Span, ...]:
    """What lies in both."""
    return united(
        (max(first, begins), min(last, ends))
        for first, last in ones
        for begins, ends in others
        if max(first, begins) < min(last, ends)
    )


def _less(ones: Iterable[Span], others: Sequence[Span]) -> tuple[Span, ...]:
    """What lies in the first and not in the second."""
    return tuple(left for one in ones for left in without(one, others))


def _seconds(spans: Iterable[Span]) -> int:
    return int(sum((last - first).total_seconds() for first, last in spans))
