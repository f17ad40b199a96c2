"""Days and times of an event as people type them in forms about attendance."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cpd_app.domain.errors import Rejected
from cpd_app.schemas.fields import time_of
from cpd_app.usecases.event_input import zoned
from cpd_app.web.filters import short_day

if TYPE_CHECKING:
    from cpd_app.models import Event


def days_of(event: "Event") -> list[str]:
    """The days of an event in its zone, for a choice; one day needs none."""
    zone = ZoneInfo(event.zone)
    found = {
        moment.astimezone(zone).date().isoformat()
        for held in event.sessions
        if not held.rehearsal
        for moment in (held.starts_at, held.ends_at)
    }
    return sorted(found) or [event.starts_at.astimezone(zone).date().isoformat()]


def day_options(event: "Event") -> list[tuple[str, str]]:
    """The same for a select."""
    return [(day, short_day(date.fromisoformat(day))) for day in days_of(event)]


def session_options(event: "Event") -> list[tuple[int, str]]:
    """The sessions for a select; a rehearsal is none of them."""
    return [(held.id, held.title) for held in event.sessions if not held.rehearsal]


def moment_of(event: "Event", day: str | None, said: str | None, name: str) -> datetime | None:
    """A time of day as people type it (17:00, 1700, 9.30), on a day of the event.

    Raises Rejected `bad_time`.
    """
    text = (said or "").strip().replace("：", ":").replace(".", ":")
    if not text:
        return None
    if text.isdigit() and len(text) in {3, 4}:
        text = f"{text[:-2]}:{text[-2:]}"
    read = time_of(text.rjust(5, "0"))
    if read is None:
        raise Rejected("bad_time", name)
    days = days_of(event)
    on = day if day in days else days[0]
    return zoned(datetime.fromisoformat(f"{on}T{read:%H:%M}"), event.zone, name)
