"""Deadlines in Chinese working days, counted by hand over the long holidays."""

from datetime import date, timedelta

import pytest

from cpd_app.domain.errors import Rejected
from cpd_app.domain.work_days import WorkCalendar, read_notice, with_notice

#: National Day 2025 as announced: off 1 to 8 October, work on 28 September and 11 October
NATIONAL_DAY = {
    **{date(2025, 10, day): False for day in range(1, 9)},
    date(2025, 9, 28): True,
    date(2025, 10, 11): True,
}
CALENDAR = WorkCalendar(NATIONAL_DAY, frozenset({2025}))


def test_day_one_is_the_first_working_day_after_delivery():
    assert CALENDAR.due(date(2025, 6, 6), 1).on == date(2025, 6, 9)  # delivered on a Friday
    assert CALENDAR.due(date(2025, 6, 7), 1).on == date(2025, 6, 9)  # on a Saturday


def test_ten_days_over_national_day_count_the_make_up_workday():
    # 26 Sep (Fri) delivered: 28 (Sun, works), 29, 30, then 9, 10, 11 (Sat, works), 13, 14, 15, 16
    assert CALENDAR.due(date(2025, 9, 26), 10).on == date(2025, 10, 16)


def test_a_year_that_is_not_announced_makes_it_provisional():
    calendar = WorkCalendar({}, frozenset({2025}))

    assert not calendar.due(date(2025, 12, 1), 10).provisional
    assert calendar.due(date(2025, 12, 24), 10).provisional


@pytest.mark.parametrize("days", [0, -1, 200])
def test_what_is_no_deadline_is_refused(days: int):
    with pytest.raises(Rejected, match="bad_deadline"):
        CALENDAR.due(date(2025, 6, 6), days)


def test_a_calendar_without_any_work_ends_in_a_refusal():
    never = {date(2025, 1, 1) + timedelta(days=n): False for n in range(800)}

    with pytest.raises(Rejected, match="bad_deadline"):
        WorkCalendar(never, frozenset({2025})).due(date(2025, 1, 1), 10)


def test_days_left_and_days_past_are_working_days():
    assert CALENDAR.left(date(2025, 9, 30), date(2025, 10, 16)) == 7
    assert CALENDAR.left(date(2025, 10, 16), date(2025, 10, 16)) == 0
    assert CALENDAR.past(date(2025, 9, 26), date(2025, 9, 26)) == 0
    assert CALENDAR.past(date(2025, 9, 26), date(2025, 10, 9)) == 4


NOTICE_2026 = """日期,安排,节日
2026-01-01～2026-01-03,休,元旦
2026-01-04 班 元旦
2026年2月15日至2月23日 休 春节
2026-02-14 班 春节
2026/2/28 work 春节
"""


def test_a_notice_is_read_a_line_each_as_text_or_csv():
    days = read_notice(2026, NOTICE_2026)

    assert [d.day for d in days if d.works] == [
        date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28),
    ]  # fmt: skip
    assert sum(not d.works for d in days) == 12
    assert days[0].name == "元旦"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("2026-01-01 也许 元旦", "notice_line"),
        ("2026-02-30 休 春节", "notice_line"),
        ("2026-02-20～2026-02-15 休 春节", "notice_line"),
        ("2026-02-01～2026-04-15 休 春节", "notice_line"),
        ("2027-01-02 休 元旦", "notice_year"),
        ("2026-01-02 休 元旦", "notice_twice"),
        ("2026-03-02 班 春节", "notice_weekday"),
    ],
)
def test_what_cannot_be_right_in_a_notice_is_named_by_its_line(line: str, code: str):
    with pytest.raises(Rejected, match=code) as refused:
        read_notice(2026, NOTICE_2026 + line)

    assert refused.value.values["line"] == 7


def test_half_a_notice_is_refused():
    with pytest.raises(Rejected, match="notice_short"):
        read_notice(2026, "2026-01-01～2026-01-03 休 元旦")


def test_a_notice_replaces_the_estimate_of_its_year_only():
    estimate = WorkCalendar({date(2027, 1, 1): False, date(2026, 1, 1): False}, frozenset({2026}))
    read = read_notice(2027, "2027-02-05～2027-02-12 休 春节")

    calendar = with_notice(estimate, 2027, read)

    assert calendar.announced == {2026, 2027}
    assert calendar.is_work_day(date(2027, 1, 1))
    assert not calendar.is_work_day(date(2026, 1, 1))
    assert not calendar.is_work_day(date(2027, 2, 8))
