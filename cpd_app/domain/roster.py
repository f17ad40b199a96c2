"""How a name came on an event's roster (名单), and where it stands."""

from enum import StrEnum


class Source(StrEnum):
    """How somebody came on the roster."""

    SELF = "self"
    LIST = "list"
    WALK_IN = "walk_in"
    CHECKIN = "checkin"
    SPEAKER = "speaker"


class EntryState(StrEnum):
    """Where an entry stands; only a listed one gives hours."""

    LISTED = "listed"
    WAITING = "waiting"
    PENDING = "pending"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class PendingReason(StrEnum):
    """Why an organiser has to decide; nobody is refused at the door."""

    NOT_ON_LIST = "not_on_list"
    OVER_CAPACITY = "over_capacity"
    NOT_OPEN_TO = "not_open_to"
    GUEST = "guest"


def places_left(capacity: int | None, taken: int) -> int | None:
    """Places that are free; None without a limit. A list may hold more than its capacity."""
    return None if capacity is None else max(0, capacity - taken)


def state_on_enrolling(left: int | None) -> EntryState:
    """A place while there is one, else the end of the waiting list."""
    return EntryState.LISTED if left is None or left > 0 else EntryState.WAITING
