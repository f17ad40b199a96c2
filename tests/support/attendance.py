"""A conference of one day with people who scan, and the worker that settles it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from cpd_app.models import Activity, Attendance, Event, EventSession, RosterEntry, Society
from cpd_app.usecases import attendance
from tests.support.builders import a_part, a_scan, a_session, an_entry, an_event
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]


@dataclass
class Day:
    """A conference of one day, 9 to 17 in Beijing with an hour for lunch, and its people."""

    store: Store
    do: Do
    event: Event
    hall: EventSession

    def moment(self, clock: str) -> datetime:
        """A time of the event's day in Beijing; the event begins at nine."""
        hour, minute = clock.split(":")
        return self.event.starts_at + timedelta(hours=int(hour) - 9, minutes=int(minute))

    def scans(self, entry: RosterEntry, *said: str, **over: Any) -> None:
        """Scans such as "in 8:53" of one entry, which is stale and where they left it."""
        inside = None
        for text in said:
            direction, clock = text.split()
            a_scan(self.store, entry, self.hall, direction, at=self.moment(clock), **over)
            inside = self.hall.id if direction == "in" else None
        stale = {"stale_at": self.moment("9:00"), "inside_session_id": inside}
        self.store.run(update(RosterEntry).where(RosterEntry.id == entry.id).values(**stale))

    def settle(self, clock: str = "17:10") -> int:
        """The worker at that time."""
        now = self.moment(clock)
        count: int = self.do(attendance.settle_stale, now=now, today=now.date())
        return count

    def scanned(self, someone: Someone, *said: str, **over: Any) -> RosterEntry:
        """A member on the roster with these scans."""
        entry = an_entry(self.store, self.event, someone.person)
        self.scans(entry, *said, **over)
        return entry

    def attendance_of(self, entry: RosterEntry) -> Attendance:
        """What was computed."""
        return self.store.get(Attendance, entry.id)

    def record_of(self, entry: RosterEntry) -> Activity:
        """The record that it became."""
        activity_id = self.attendance_of(entry).activity_id
        return self.store.get(Activity, activity_id)


@pytest.fixture
def day(store: Store, do: Do, organiser: Someone, society: Society, at: Any) -> Day:
    """The event at which most tests take place, on 12 March 2026."""
    nine = at("2026-03-12 09:00")
    event = an_event(
        store,
        organiser.person,
        society,
        title="高压直流输电研讨会",
        starts_at=nine,
        ends_at=nine + timedelta(hours=8),
        sessions=0,
    )
    hall = a_session(store, event, ends_at=event.ends_at)
    lunch = nine + timedelta(hours=3)
    a_part(store, hall, starts_at=lunch, credited=False)
    return Day(store, do, event, hall)
