"""From scans to the record: what the worker computes, writes, changes and takes back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from cpd_app.models import (
    Activity,
    ActivityChange,
    Attendance,
    Credit,
    Event,
    EventSession,
    RosterEntry,
    Society,
)
from cpd_app.usecases import attendance
from tests.support.builders import (
    a_part,
    a_person,
    a_registration,
    a_scan,
    a_session,
    an_entry,
    an_event,
)
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


def test_hours_stand_in_the_log_with_their_arithmetic_after_checking_out(
    day: Day, store: Store, member: Someone
):
    entry = an_entry(store, day.event, member.person)
    day.scans(entry, "in 8:53", "out 16:50")

    assert day.settle("16:51") == 1

    found = day.attendance_of(entry)
    assert (found.minutes, found.hours, found.proof) == (410, 900, 2)
    assert found.presence[0]["breaks"] == 3600
    assert [step["rule"] for step in found.trace][0] == "per_minutes"
    record = day.record_of(entry)
    assert record.source == "event"
    assert (record.kind, record.fields) == ("conference", {"level": "national", "minutes": 410})
    assert (record.started_on, record.ended_on) == (date(2026, 3, 12), date(2026, 3, 12))
    assert (record.starts_at_time, record.ends_at_time) == (time(9), time(16, 50))
    assert record.attended == [
        ["2026-03-12T09:00:00", "2026-03-12T12:00:00"],
        ["2026-03-12T13:00:00", "2026-03-12T16:50:00"],
    ]
    credit = store.one(select(Credit).where(Credit.activity_id == record.id))
    assert (credit.conversion, credit.recognised) == (900, 900)
    assert store.get(RosterEntry, entry.id).stale_at is None
    assert day.settle("16:52") == 0


def test_who_is_still_inside_is_computed_when_the_session_closes(
    day: Day, store: Store, member: Someone
):
    entry = an_entry(store, day.event, member.person)
    day.scans(entry, "in 8:58", "in 13:34")

    assert day.settle("17:30") == 0
    assert day.settle("18:00") == 1

    found = day.attendance_of(entry)
    assert (found.minutes, found.missing_out) == (214, True)
    assert day.settle("18:01") == 0
