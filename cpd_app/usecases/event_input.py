"""An event as it comes in from a form or a machine, before anything has judged it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from cpd_app.domain.agenda import SPEAKER_KINDS, PlannedPart, PlannedSession
from cpd_app.domain.errors import Rejected

LONGEST = {
    "title": 200,
    "description": 4000,
    "organiser": 160,
    "place": 80,
    "venue": 200,
    "kind": 40,
}
LONGEST_SESSION = {"title": 120, "room": 80}
LONGEST_PART = 200
LONGEST_SPEAKER = {"name": 80, "unit": 160, "number": 60}
MOST_CAPACITY = 100_000
#: minutes in which codes are taken before a session's start and after its end
LONGEST_WINDOW = 24 * 60


class EventState(StrEnum):
    """Where an event stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    OPEN = "open"
    CLOSED = "closed"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class OpenTo(StrEnum):
    """Who may come: members of the owner, of all societies, who is on the list, anybody."""

    OWN = "own"
    SOCIETIES = "societies"
    LIST = "list"
    PUBLIC = "public"


class MissingOut(StrEnum):
    """What a missing out-scan gives (domain.md §6)."""

    FULL = "full"
    UNTIL_LAST_PROOF = "until_last_proof"
    NONE = "none"


class Mode(StrEnum):
    """In a place, or online."""

    VENUE = "venue"
    ONLINE = "online"


@dataclass(frozen=True)
class EventHead:
    """Everything about an event but its agenda. `missing_out` None: by the event's length."""

    title: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    fields: Mapping[str, Any] = field(default_factory=dict)
    description: str | None = None
    organiser: str | None = None
    zone: str = "Asia/Shanghai"
    mode: str = Mode.VENUE
    place: str | None = None
    venue: str | None = None
    field_id: int | None = None
    capacity: int | None = None
    open_to: str = OpenTo.OWN
    missing_out: str | None = None
    opens_before: int = 60
    closes_after: int = 60
    gives_certificate: bool = False


@dataclass(frozen=True)
class NewEvent:
    """An event to be planned; without sessions it gets one, as long as the event."""

    head: EventHead
    #: the owner; None = the federation
    society_id: int | None
    sessions: tuple[PlannedSession, ...] = ()
    #: UUID made by the client once per event
    key: str | None = None


def check_head(head: EventHead) -> None:
    """Refuse what no rule set looks at: texts, zone, numbers, choices."""
    if not head.title.strip():
        raise Rejected("missing_field", "title")
    _check_lengths(head, LONGEST)
    for name, allowed in (("mode", Mode), ("open_to", OpenTo)):
        if getattr(head, name) not in set(allowed):
            raise Rejected("unknown_value", name, found=getattr(head, name), allowed=list(allowed))
    if head.missing_out is not None and head.missing_out not in set(MissingOut):
        raise Rejected(
            "unknown_value", "missing_out", found=head.missing_out, allowed=list(MissingOut)
        )
    if not is_zone(head.zone):
        raise Rejected("unknown_zone", "zone", found=head.zone)
    if head.capacity is not None and not 1 <= head.capacity <= MOST_CAPACITY:
        raise Rejected("bad_value", "capacity", found=head.capacity)
    for name in ("opens_before", "closes_after"):
        if not 0 <= getattr(head, name) <= LONGEST_WINDOW:
            raise Rejected("bad_value", name, found=getattr(head, name))


def check_texts(session: PlannedSession) -> None:
    """Refuse empty or overlong texts of a session, its parts and its speakers."""
    if not session.title.strip():
        raise Rejected("missing_field", "title")
    _check_lengths(session, LONGEST_SESSION)
    for part in session.parts:
        _check_part(part)


def _check_part(part: PlannedPart) -> None:
    if not part.title.strip():
        raise Rejected("part_without_title", "parts")
    if len(part.title) > LONGEST_PART:
        raise Rejected("too_long", "parts", most=LONGEST_PART)
    for who in part.speakers:
        if not who.name.strip():
            raise Rejected("speaker_without_name", "parts", title=part.title)
        for name, most in LONGEST_SPEAKER.items():
            if len(getattr(who, name) or "") > most:
                raise Rejected("too_long", "parts", most=most)
        if who.kind not in SPEAKER_KINDS:
            raise Rejected("unknown_value", "parts", found=who.kind, allowed=list(SPEAKER_KINDS))


def _check_lengths(given: object, longest: Mapping[str, int]) -> None:
    for name, most in longest.items():
        if len(getattr(given, name) or "") > most:
            raise Rejected("too_long", name, most=most)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Whether a zone is one of the time-zone database."""
    return name in _zones()


def zoned(moment: datetime, zone: str, name: str) -> datetime:
    """A moment as it was given, read in the event's zone when it says none.

    Raises Rejected `no_such_time` for an hour that a change of summer time left out.
    """
    if moment.tzinfo is not None:
        return moment
    local = moment.replace(tzinfo=ZoneInfo(zone))
    if local.astimezone(ZoneInfo("UTC")).astimezone(local.tzinfo).replace(tzinfo=None) != moment:
        raise Rejected("no_such_time", name)
    return local
