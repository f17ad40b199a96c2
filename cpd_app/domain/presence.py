"""From scans and corrections to presence, and from presence to credited seconds (domain rules §6).

The whole of one person's scans of an event is read in order of time, in whatever order they came:
every scan ends what was before, a check-in begins a stay. What no scan ended is missing its
out-scan, and the event's policy says what that gives. A correction tells the whole of a session
up to the moment at which it was made; scans after that moment go on from there. Instants are
aware, of whole seconds.
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

    #: until the session's end, or until the event was closed before it
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
    #: when the event was closed, which may be before the session's planned end
    closed_at: datetime | None = None

    @property
    def ended_at(self) -> datetime:
        """When it ended in fact: as planned, or with the event that was closed early."""
        return self.ends_at if self.closed_at is None else min(self.ends_at, self.closed_at)


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
    """One correction; `spans` is the whole presence in the session as it became.

    A last stretch that ends at the very moment of the correction says that the person was still
    there: whatever is scanned afterwards goes on from it.
    """

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
    #: and none is missing: they are in the room now
    inside: bool = False
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
    standing = _standing(amended, known)
    walk = _Walk(known, missing_out)
    for step in _in_order(valid, standing):
        if isinstance(step, Seen):
            walk.see(step)
        else:
            walk.correct(step)
    stays, alone = walk.ended()
    counted, spans = _counted(stays, known, united(lectures))
    proof, marks = _proof(counted)
    inside = [s.session for s in counted if s.inside]
    return Attended(
        stays=counted,
        spans=spans,
        seconds=_seconds(spans),
        proof=proof,
        marks=marks,
        missing_out=any(s.open and known[s.session].over for s in counted),
        missing_in=tuple(s.at for s in alone),
        inside=inside[-1] if inside else None,
        corrected=bool(standing),
    )


def presence_in(session: int, stays: Iterable[Stay]) -> tuple[Span, ...]:
    """The stretches of a session that have an end, as a correction writes them down."""
    return tuple(
        (s.in_at, s.out_at) for s in stays if s.session == session and s.out_at is not None
    )


def _in_order(scans: Iterable[Seen], corrections: Iterable[Amended]) -> list[Seen | Amended]:
    """By time; at one instant out comes before in: leaving one room and entering the next.

    Of the rest the order is any, but the same whatever order the scans came in. A correction
    knew what was scanned in its second.
    """
    whole = (replace(s, at=s.at.replace(microsecond=0)) for s in scans)
    by_time = sorted(
        whole,
        key=lambda s: (s.at, s.direction is Direction.IN, s.session, s.proof, sorted(s.marks)),
    )
    return sorted([*by_time, *corrections], key=lambda step: step.at)


def _standing(corrections: Sequence[Amended], known: Mapping[int, Room]) -> list[Amended]:
    """For each session the correction that stands: the last, unless scans were let in again."""
    last = {
        c.session: c
        for c in corrections
        if c.verb is not Verb.REVERSAL and c.session is not None and c.session in known
    }
    return [c for _, c in sorted(last.items()) if c.verb is not Verb.AS_SCANNED]


class _Walk:
    """One person's event, read step by step in order of time.

    Repeats in one room are one stay; going into another room ends the one before; going out ends
    only the session it names, and elsewhere proves that they were still there.
    """

    def __init__(self, known: Mapping[int, Room], policy: MissingOut) -> None:
        self._known, self._policy = known, policy
        self._stays: list[Stay] = []
        #: check-outs of people who were not in that session
        self._alone: list[Seen] = []
        self._running: Stay | None = None
        self._proved_at: datetime | None = None
        self._left_at: datetime | None = None
        #: sessions that a correction gives until their end: nothing is missing there any more
        self._told: set[int] = set()

    def see(self, scan: Seen) -> None:
        """The next scan."""
        here = self._running is not None and scan.session == self._running.session
        entering = scan.direction is Direction.IN
        if self._running is not None and self._proved_at is not None:
            in_time = here or scan.at <= self._known[self._running.session].ends_at + NIGHT
            if in_time and here is entering:
                self._proved_at = scan.at
            elif in_time:
                self._stays.append(_ended(self._running, scan))
                self._running = None
            elif entering:
                self._leave_open(self._running, self._proved_at)
        if not entering:
            self._went_out(scan, here=here)
        elif self._running is None:
            self._running = Stay(scan.session, scan.at, None, scan.proof, scan.marks, open=True)
            self._proved_at = scan.at

    def correct(self, told: Amended) -> None:
        """A correction: what it says is all there was of its session until now."""
        self._stays = [stay for stay in self._stays if stay.session != told.session]
        self._alone = [scan for scan in self._alone if scan.session != told.session]
        if self._running is not None and self._running.session == told.session:
            self._running = None
        stays = list(_corrected(told))
        if stays and stays[-1].out_at == told.at and self._running is None:
            self._running = replace(stays.pop(), out_at=None, open=True)
            self._proved_at = told.at
        self._stays += stays
        room = self._known[told.session or 0]
        if any(stay.out_at and stay.out_at >= room.ended_at for stay in stays):
            self._told.add(room.id)

    def ended(self) -> tuple[list[Stay], list[Seen]]:
        """All stays, and check-outs of people who were not in that session."""
        if self._running is not None and self._proved_at is not None:
            inside = not self._known[self._running.session].over
            self._leave_open(replace(self._running, inside=inside), self._proved_at)
        return self._stays, self._alone

    def _leave_open(self, stay: Stay, proved_at: datetime) -> None:
        room = self._known[stay.session]
        self._stays.append(_left_open(stay, proved_at, room, self._policy))
        self._running = None

    def _went_out(self, scan: Seen, *, here: bool) -> None:
        second_try = self._left_at is not None and scan.at - self._left_at <= SECOND_TRY
        if not here and not second_try and scan.session not in self._told:
            self._alone.append(scan)
        self._left_at = scan.at


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
    until = max(proved_at, room.ended_at) if policy is MissingOut.FULL else proved_at
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
