"""What a calendar is told of an event (RFC 5545), as plain data."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class CalendarEntry:
    """One event; instants are aware."""

    #: never changes, so that a calendar finds what it has
    uid: str
    #: one more with every change that calendars must know
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    #: the event's own zone, in which calendars keep its wall-clock time
    zone: str
    updated_at: datetime
    cancelled: bool = False
    place: str = ""
    description: str = ""
    link: str = ""
    #: a place that is not confirmed yet
    tentative: bool = False
    #: how long before the start a calendar reminds
    alarms: tuple[timedelta, ...] = ()


@dataclass(frozen=True)
class DayEntry:
    """A deadline: a whole day, the same day in every zone; nobody is busy because of it."""

    uid: str
    sequence: int
    title: str
    on: date
    updated_at: datetime
    cancelled: bool = False
    description: str = ""
    link: str = ""
    #: days before, at nine in the morning, on which a calendar reminds
    alarms: tuple[int, ...] = ()


@dataclass(frozen=True)
class Feed:
    """A calendar that is asked again from time to time."""

    name: str
    entries: tuple[CalendarEntry | DayEntry, ...]
    link: str = ""


def changed_at(entries: Iterable[CalendarEntry | DayEntry]) -> datetime | None:
    """When something of a calendar changed last; to the second, as HTTP says it."""
    last = max((entry.updated_at for entry in entries), default=None)
    return last.replace(microsecond=0) if last else None


def zones_of(entries: Iterable[CalendarEntry | DayEntry]) -> dict[str, tuple[date, date]]:
    """Each zone with the days it must be described for: a year around its events."""
    spans: dict[str, tuple[date, date]] = {}
    margin = timedelta(days=366)
    for entry in entries:
        if isinstance(entry, DayEntry):
            continue
        here = ZoneInfo(entry.zone)
        first = entry.starts_at.astimezone(here).date() - margin
        last = entry.ends_at.astimezone(here).date() + margin
        known = spans.get(entry.zone, (first, last))
        spans[entry.zone] = (min(first, known[0]), max(last, known[1]))
    return spans
