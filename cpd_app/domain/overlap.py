"""The same hours twice: time-based records of one member that overlap in time (§4)."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple


class Presence(NamedTuple):
    """A stretch of a record that carries times of day, half-open: touching is no overlap."""

    ref: Hashable
    order: int
    starts_at: datetime
    ends_at: datetime
    from_event: bool
    different_from: Collection[Hashable]


def held_by(presences: Iterable[Presence]) -> dict[Hashable, Hashable]:
    """Records held at 0 with the question 同一活动？, each with the record that stands.

    An event's record stands before a typed one, else the one entered first. Two that the
    member called different do not hold each other.
    """
    by_start = sorted(presences, key=lambda p: (p.starts_at, p.order))
    rivals = _rivals(by_start)
    if not rivals:
        return {}
    held: dict[Hashable, Hashable] = {}
    for presence in sorted(by_start, key=lambda p: (not p.from_event, p.order)):
        for rival in rivals.get(presence.ref, ()):
            if _rank(rival) < _rank(presence) and rival.ref not in held:
                held[presence.ref] = rival.ref
                break
    return held


def _rivals(by_start: list[Presence]) -> Mapping[Hashable, list[Presence]]:
    """Pairs that overlap and were not called different, each seen from both sides."""
    rivals: dict[Hashable, list[Presence]] = {}
    running: list[Presence] = []
    for presence in by_start:
        running = [other for other in running if other.ends_at > presence.starts_at]
        for other in running:
            if (
                presence.ref == other.ref
                or presence.ref in other.different_from
                or other.ref in presence.different_from
            ):
                continue
            rivals.setdefault(presence.ref, []).append(other)
            rivals.setdefault(other.ref, []).append(presence)
        running.append(presence)
    for found in rivals.values():
        found.sort(key=_rank)
    return rivals


def _rank(presence: Presence) -> tuple[bool, int]:
    return (not presence.from_event, presence.order)
