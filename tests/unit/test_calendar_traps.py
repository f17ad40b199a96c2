"""What is known to go wrong in Outlook, Apple's and Google's calendars, one test each.

Outlook shifts or refuses times whose zone is not described (nordeck/matrix-meetings#196,
urlaubsverwaltung/urlaubsverwaltung#4827); the others are RFC 5545 read as those programs read it.
"""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from cpd_app.documents.calendars import calendar_file
from cpd_app.domain.calendar import CalendarEntry, DayEntry, Feed

NINE = datetime(2027, 3, 13, 1, 0, tzinfo=UTC)
EVENT = CalendarEntry(
    uid="6f1c2f0e-0000-4000-8000-000000000001",
    sequence=2,
    title="继电保护研讨会",
    starts_at=NINE,
    ends_at=NINE + timedelta(hours=8),
    zone="Asia/Shanghai",
    updated_at=datetime(2027, 1, 5, 3, 4, 5, 678, tzinfo=UTC),
    alarms=(timedelta(days=1), timedelta(hours=1)),
)
DEADLINE = DayEntry(
    uid="6f1c2f0e-0000-4000-8000-000000000002",
    sequence=1,
    title="补正答复的最后一天",
    on=date(2027, 3, 24),
    updated_at=datetime(2027, 3, 10, tzinfo=UTC),
    link="https://cpd.example.org/renewal/answer",
    alarms=(3, 0),
)
FEED = Feed("我的继续教育日历", (EVENT, DEADLINE), "https://cpd.example.org/")


@pytest.fixture
def data() -> bytes:
    return calendar_file(FEED)


def lines_of(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").split("\r\n")


def day(data: bytes) -> Any:
    return Calendar.from_ical(data).walk("VEVENT")[1]


def test_outlook_shifts_times_whose_zone_is_not_described(data: bytes) -> None:
    lines = lines_of(data)
    named = {m for line in lines for m in re.findall(r"TZID=([^:;]+)", line)}
    described = {line.removeprefix("TZID:") for line in lines if line.startswith("TZID:")}

    assert named == described == {"Asia/Shanghai"}
    starts = [x for x in lines_of(data.partition(b"BEGIN:VEVENT")[2]) if x.startswith("DTSTART")]
    assert starts == ["DTSTART;TZID=Asia/Shanghai:20270313T090000", "DTSTART;VALUE=DATE:20270324"]


def test_outlook_and_apple_show_a_midnight_on_two_days_so_deadlines_are_dates(data: bytes) -> None:
    lines = lines_of(data)

    assert "DTSTART;VALUE=DATE:20270324" in lines
    assert "DTEND;VALUE=DATE:20270325" in lines, "exclusive, or Apple draws a day too few"
    assert type(day(data)["DTSTART"].dt) is date


def test_outlook_shows_people_busy_all_day_because_of_a_deadline(data: bytes) -> None:
    assert day(data)["TRANSP"] == "TRANSPARENT"
    assert day(data)["X-MICROSOFT-CDO-BUSYSTATUS"] == "FREE"
    meeting: Any = Calendar.from_ical(data).walk("VEVENT")[0]
    assert "TRANSP" not in meeting, "an event does take one's time"


def test_outlook_takes_a_feed_with_a_method_for_an_invitation(data: bytes) -> None:
    assert not [x for x in lines_of(data) if x.startswith(("METHOD", "ATTENDEE", "ORGANIZER"))]


def test_outlook_overlooks_a_change_without_a_higher_sequence() -> None:
    moved = replace(DEADLINE, on=date(2027, 3, 25), sequence=2)
    before, after = (
        day(calendar_file(replace(FEED, entries=(EVENT, e)))) for e in (DEADLINE, moved)
    )

    assert before["UID"] == after["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_outlook_wants_crlf_and_lines_of_at_most_75_bytes() -> None:
    long = replace(DEADLINE, title="柔性直流输电技术与新型电力系统稳定控制高级研修班" * 4)
    data = calendar_file(replace(FEED, entries=(long,)))

    assert b"\n" not in data.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    for line in data.split(b"\r\n"):
        line.decode()  # no fold within a character


def test_apple_leaves_out_a_reminder_without_description(data: bytes) -> None:
    alarms: list[Any] = list(Calendar.from_ical(data).walk("VALARM"))

    assert len(alarms) == 4
    for alarm in alarms:
        assert (alarm["ACTION"], bool(alarm["DESCRIPTION"])) == ("DISPLAY", True)


def test_apple_rings_a_whole_days_reminder_at_midnight_unless_told_otherwise(data: bytes) -> None:
    rings = [alarm["TRIGGER"].dt for alarm in day(data).walk("VALARM")]

    assert rings == [-timedelta(days=2, hours=15), timedelta(hours=9)], "nine in the morning"
    assert "TRIGGER:PT9H" in lines_of(data)


def test_apple_and_google_name_a_calendar_by_the_older_names(data: bytes) -> None:
    lines = lines_of(data)

    assert "X-WR-CALNAME:我的继续教育日历" in lines
    assert "X-PUBLISHED-TTL:PT6H" in lines


def test_apple_and_google_keep_what_a_feed_cancels_under_its_own_name(data: bytes) -> None:
    gone = replace(DEADLINE, cancelled=True, sequence=2, alarms=())
    told = day(calendar_file(replace(FEED, entries=(EVENT, gone))))

    assert (told["UID"], told["STATUS"]) == (day(data)["UID"], "CANCELLED")
    assert told["DTSTART"].dt == DEADLINE.on, "without METHOD every entry has a beginning"


def test_google_reads_no_entry_without_dtstamp_and_uid(data: bytes) -> None:
    stamps = [x for x in lines_of(data) if x.startswith("DTSTAMP")]

    assert stamps == ["DTSTAMP:20270105T030405Z", "DTSTAMP:20270310T000000Z"]
    assert len({x for x in lines_of(data) if x.startswith("UID:")}) == 2


def test_a_feed_of_days_alone_describes_no_zone() -> None:
    assert b"VTIMEZONE" not in calendar_file(replace(FEED, entries=(DEADLINE,)))
