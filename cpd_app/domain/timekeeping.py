"""Whether the clock of a machine can be believed, before it is used for what cannot be undone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: two clocks may differ by so much: codes in a room are good for about as long
TOLERANCE = timedelta(seconds=60)


class Doubt(StrEnum):
    """Why a clock is not believed."""

    DATABASE = "database"
    """The database's clock shows another time."""
    JUMPED = "jumped"
    """It was set while the process ran."""
    FUTURE = "future"
    """What was written last has a time that has not come."""


@dataclass(frozen=True)
class ClockDoubt:
    """A doubt and by how much our clock is ahead (negative: behind)."""

    doubt: Doubt
    ahead: timedelta


def doubt_of(
    now: datetime, *, database: datetime | None, newest: datetime | None, jumped: timedelta
) -> ClockDoubt | None:
    """Why this clock is not believed; None when it is.

    `database`: what the clock of another machine shows, where there is one; it decides alone, since
    two agree. Else `jumped`, by how much the time moved more than it went by, and `newest`, the
    latest time among what was written last, say what they can.
    """
    if database is not None:
        return _beyond(Doubt.DATABASE, now - database)
    if newest is not None and newest - now > TOLERANCE:
        return ClockDoubt(Doubt.FUTURE, now - newest)
    return _beyond(Doubt.JUMPED, jumped)


def _beyond(doubt: Doubt, ahead: timedelta) -> ClockDoubt | None:
    return ClockDoubt(doubt, ahead) if abs(ahead) > TOLERANCE else None
