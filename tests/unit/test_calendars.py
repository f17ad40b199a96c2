"""Events as calendars read them: valid RFC 5545, the same event again, the right time anywhere."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from cpd_app.documents.calendars import calendar_file
from cpd_app.domain.calendar import CalendarEntry, Feed, changed_at, zones_of

NINE = datetime(2027, 3, 13, 1, 0, tzinfo=UTC)
ENTRY = CalendarEntry(
    uid="6f1c2f0e-0000-4000-8000-000000000001",
    sequence=2,
    title="继电保护；整定,计算\\研讨会",
    starts_at=NINE,
    ends_at=NINE + timedelta(hours=8),
    zone="Asia/Shanghai",
    updated_at=datetime(2027, 1, 5, 3, 4, 5, 678, tzinfo=UTC),
    place="北京; 主楼",
    description="第一行\n第二行",
    link="https://cpd.example.org/events/7",
)


def lines_of(data: bytes) -> list[str]:
    """Content lines with their folds taken out (RFC 5545 §3.1)."""
    return data.decode().replace("\r\n ", "").split("\r\n")


def test_an_event_reads_back_as_it_was():
    calendar = Calendar.from_ical(calendar_file(Feed("", (ENTRY,))))
    event: Any = calendar.walk("VEVENT")[0]

    assert (event["UID"], event["SEQUENCE"], event["SUMMARY"]) == (ENTRY.uid, 2, ENTRY.title)
    assert event["DTSTART"].dt == NINE
    assert event["DTSTART"].dt.tzinfo == ZoneInfo("Asia/Shanghai")
    assert event["DTEND"].dt == ENTRY.ends_at
    assert (event["LOCATION"], event["DESCRIPTION"]) == (ENTRY.place, ENTRY.description)
    assert event["STATUS"] == "CONFIRMED"
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt == changed_at([ENTRY])


def test_every_zone_that_is_named_is_described_for_the_days_it_is_used():
    tokyo, utc = (replace(ENTRY, uid=zone, zone=zone) for zone in ("Asia/Tokyo", "UTC"))
    lines = lines_of(calendar_file(Feed("计划", (ENTRY, tokyo, utc))))

    named = {part.split(":")[0] for line in lines for part in line.split("TZID=")[1:]}
    described = {line.removeprefix("TZID:") for line in lines if line.startswith("TZID:")}
    assert named == described == {"Asia/Shanghai", "Asia/Tokyo"}
    assert zones_of([ENTRY])["Asia/Shanghai"] == (date(2026, 3, 12), date(2028, 3, 13))


def test_summer_time_of_another_zone_is_described():
    berlin = replace(ENTRY, zone="Europe/Berlin")
    lines = lines_of(calendar_file(Feed("", (berlin,))))

    assert "BEGIN:DAYLIGHT" in lines
    assert "DTSTART;TZID=Europe/Berlin:20270313T020000" in lines


def test_a_cancelled_event_says_so_under_its_own_name():
    gone = replace(ENTRY, cancelled=True, sequence=3)
    lines = lines_of(calendar_file(Feed("", (gone,))))

    assert {"STATUS:CANCELLED", f"UID:{ENTRY.uid}", "SEQUENCE:3"} <= set(lines)


def test_a_feed_has_a_name_and_says_how_often_to_ask():
    lines = lines_of(calendar_file(Feed("示范学会活动计划", (), "https://cpd.example.org/")))

    assert "NAME:示范学会活动计划" in lines
    assert "X-WR-CALNAME:示范学会活动计划" in lines
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H" in lines
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]


def test_the_same_events_give_the_same_bytes():
    assert calendar_file(Feed("计划", (ENTRY,))) == calendar_file(Feed("计划", (ENTRY,)))


def test_an_empty_feed_changed_never():
    assert changed_at([]) is None


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200))
def test_whatever_a_title_holds_lines_are_short_and_it_reads_back(title: str):
    data = calendar_file(Feed("", (replace(ENTRY, title=title),)))

    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    event: Any = Calendar.from_ical(data).walk("VEVENT")[0]
    assert str(event["SUMMARY"]) == title


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Urumqi", "America/New_York", "UTC"])
def test_the_instant_is_the_same_in_every_zone(zone: str):
    data = calendar_file(Feed("", (replace(ENTRY, zone=zone),)))

    event: Any = Calendar.from_ical(data).walk("VEVENT")[0]
    assert event["DTSTART"].dt == NINE
