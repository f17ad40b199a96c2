"""What is worth a second look at an event's scans: always for a person, never a verdict (§6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from cpd_app.domain.agenda import Span, united
from cpd_app.domain.room_codes import Direction

#: two who share a phone are ordinary (换人); from here on somebody should look
MANY_ON_ONE_DEVICE = 3
#: the current and the previous code are fresh
OLD_CODE_SECONDS = 20
#: so many people who come with old codes within a minute were perhaps sent one
BURST_PEOPLE = 5
BURST_WITHIN = timedelta(seconds=60)
#: shorter overlaps are the way from one room to the other
ROOMS_APART = timedelta(minutes=5)


class Flag(StrEnum):
    """Why somebody should look."""

    ONE_DEVICE = "one_device"
    OLD_CODE = "old_code"
    BURST = "burst"
    TWO_ROOMS = "two_rooms"
    #: whoever worked at the door scanned their own pass
    SELF_SCAN = "self_scan"
    #: a statement's file that somebody else holds too, or that was used for another event
    SAME_FILE = "same_file"
    #: a check-out without a check-in; a slip, not a suspicion
    MISSING_IN = "missing_in"


#: what puts the mark `flagged` beside a record's letter
SUSPICIONS = frozenset(Flag) - {Flag.MISSING_IN}


@dataclass(frozen=True, slots=True)
class Arrival:
    """One scan as it came in."""

    #: the roster entry that it counts for
    person: int
    session: int
    direction: Direction
    received_at: datetime
    #: seconds between the code and the scan; None: no rotating code
    code_age: int | None = None
    device: str | None = None
    #: who scanned it at a door; None: the person, by a code
    scanned_by: int | None = None

    @property
    def is_old(self) -> bool:
        """Whether the code was older than the screen could still have shown."""
        return self.code_age is not None and self.code_age > OLD_CODE_SECONDS


def flags_of(
    person: int,
    own: Iterable[Arrival],
    *,
    oneself: int | None = None,
    on_device: Mapping[str, int],
    bursts: Mapping[int, int],
    here: Sequence[Span] = (),
    elsewhere: Sequence[Span] = (),
    same_file: bool = False,
    missing_in: Sequence[datetime] = (),
) -> list[dict[str, Any]]:
    """The flags of one person with their reasons, as JSON, the gravest first.

    `oneself`: the person's own number; `on_device`: how many people each device scanned for;
    `bursts`: who came in a burst, of how many; `here`, `elsewhere`: stretches of presence in this
    event and in others.
    """
    own = list(own)
    flags: list[dict[str, Any]] = []
    people = max((on_device.get(a.device, 0) for a in own if a.device), default=0)
    if people >= MANY_ON_ONE_DEVICE:
        flags.append({"code": Flag.ONE_DEVICE.value, "people": people})
    if (both := both_rooms(here, elsewhere)) is not None:
        first, last = both
        flags.append(
            {"code": Flag.TWO_ROOMS.value, "from": first.isoformat(), "to": last.isoformat()}
        )
    if oneself is not None and any(a.scanned_by == oneself for a in own):
        flags.append({"code": Flag.SELF_SCAN.value})
    if same_file:
        flags.append({"code": Flag.SAME_FILE.value})
    if person in bursts:
        flags.append({"code": Flag.BURST.value, "people": bursts[person]})
    oldest = max((a.code_age or 0 for a in own if a.is_old), default=0)
    if oldest:
        flags.append({"code": Flag.OLD_CODE.value, "seconds": oldest})
    if missing_in:
        flags.append({"code": Flag.MISSING_IN.value, "at": min(missing_in).isoformat()})
    return flags


def people_on_devices(arrivals: Iterable[Arrival]) -> dict[str, int]:
    """How many people each device scanned for."""
    people: dict[str, set[int]] = {}
    for arrival in arrivals:
        if arrival.device:
            people.setdefault(arrival.device, set()).add(arrival.person)
    return {device: len(found) for device, found in people.items()}


def burst_of(arrivals: Iterable[Arrival]) -> dict[int, int]:
    """Who came with an old code within a minute of many others who did, and how many they were.

    A full room scanning at once has fresh codes; a code sent around comes in old, and together.
    """
    found: dict[int, int] = {}
    by_door: dict[tuple[int, Direction], list[Arrival]] = {}
    for arrival in arrivals:
        if arrival.is_old:
            by_door.setdefault((arrival.session, arrival.direction), []).append(arrival)
    for old in by_door.values():
        old.sort(key=lambda a: a.received_at)
        begin = 0
        for end, arrival in enumerate(old):
            while arrival.received_at - old[begin].received_at > BURST_WITHIN:
                begin += 1
            together = {a.person for a in old[begin : end + 1]}
            if len(together) >= BURST_PEOPLE:
                for person in together:
                    found[person] = max(found.get(person, 0), len(together))
    return found


def both_rooms(here: Sequence[Span], elsewhere: Sequence[Span]) -> Span | None:
    """The longest stretch in which somebody was in two events at once; None: none to speak of."""
    both = united(
        (max(first, begins), min(last, ends))
        for first, last in here
        for begins, ends in elsewhere
        if max(first, begins) < min(last, ends)
    )
    longest = max(both, key=lambda span: (span[1] - span[0], span), default=None)
    return longest if longest and longest[1] - longest[0] > ROOMS_APART else None
