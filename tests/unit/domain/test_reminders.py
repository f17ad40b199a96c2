"""Steps of reminders, counted by hand and by arithmetic of another kind than the rules' own."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cpd_app.domain.messages import Habits, out_of_quiet
from cpd_app.domain.progress import YearProgress
from cpd_app.domain.reminders import (
    EVENT_HORIZON,
    EXPIRY_MONTHS,
    YEAR_DAYS,
    Certificate,
    LackingYear,
    days_told,
    eve_of,
    event_due,
    event_key,
    expiry_due,
    expiry_horizon,
    expiry_key,
    lacking_years,
    months_left,
    return_due,
    return_horizon,
    return_key,
    year_due,
    year_key,
)
from cpd_app.domain.renewal import CertificateState
from cpd_app.domain.work_days import WorkCalendar
from cpd_app.domain.years import Verdict

DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
ACTIVE = CertificateState.ACTIVE
ZONES = st.sampled_from(
    ["Asia/Shanghai", "America/Los_Angeles", "Europe/Berlin", "Pacific/Auckland", "UTC"]
)
CALENDAR = WorkCalendar(
    {
        **{date(2025, 10, day): False for day in range(1, 9)},
        date(2025, 9, 28): True,
        date(2025, 10, 11): True,
    },
    frozenset({2025}),
)


def back(day: date, months: int) -> date:
    """The day so many months earlier, the month's last where it has no such day."""
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def runs(last: date, *, days: int) -> st.SearchStrategy[list[date]]:
    """Days on which the clock ran, from so many days before a day until after it: with outages."""
    every = [last - timedelta(days=n) for n in range(days, -3, -1)]
    outages = st.lists(st.tuples(st.integers(0, days), st.integers(1, days // 2)), max_size=6)

    def without(gaps: list[tuple[int, int]]) -> list[date]:
        return [
            day
            for n, day in enumerate(every)
            if not any(begins <= n < begins + length for begins, length in gaps)
        ]

    return outages.map(without)


def first_in(ran: list[date], begins: date, ends: date) -> date | None:
    """The first day of a step's own on which the clock ran."""
    return next((day for day in ran if begins <= day < ends), None)


@pytest.mark.parametrize(
    ("ends_on", "months", "from_on"),
    [
        (date(2028, 3, 1), 12, date(2027, 3, 1)),
        (date(2028, 3, 1), 1, date(2028, 2, 1)),
        (date(2027, 5, 31), 3, date(2027, 2, 28)),
        (date(2027, 7, 31), 1, date(2027, 6, 30)),
        (date(2028, 2, 29), 12, date(2027, 2, 28)),
        (date(2028, 5, 31), 3, date(2028, 2, 29)),
        (date(2028, 1, 31), 6, date(2027, 7, 31)),
    ],
)
def test_a_step_begins_on_the_same_day_of_the_month_or_its_last(
    ends_on: date, months: int, from_on: date
) -> None:
    certificate = Certificate(ends_on, ACTIVE)
    before = expiry_due(certificate, from_on - timedelta(days=1))
    assert expiry_due(certificate, from_on) == months
    assert before != months
    assert months_left(ends_on, from_on) == months


@given(data=st.data(), ends_on=DAYS)
def test_expiry_is_told_once_a_step_whatever_the_outages(
    data: st.DataObject, ends_on: date
) -> None:
    ran = data.draw(runs(ends_on, days=420))
    told: dict[str, date] = {}
    for today in ran:
        step = expiry_due(Certificate(ends_on, ACTIVE), today)
        if step:
            told.setdefault(expiry_key(7, ends_on, step), today)

    marks = [*(back(ends_on, months) for months in EXPIRY_MONTHS), ends_on]
    expected = {
        f"expiry:7:{ends_on}:{months}": first_in(ran, marks[n], marks[n + 1])
        for n, months in enumerate(EXPIRY_MONTHS)
    }
    assert told == {key: day for key, day in expected.items() if day}


@pytest.mark.parametrize(("left", "told"), [(31, None), (25, None), (24, 24), (3, 3), (1, 1)])
def test_the_last_weeks_are_told_in_days(left: int, told: int | None) -> None:
    ends_on = date(2028, 3, 1)
    assert days_told(ends_on, ends_on - timedelta(days=left)) == told


@given(ends_on=DAYS, before=st.integers(-5, 800))
def test_whoever_is_due_lies_before_the_horizon(ends_on: date, before: int) -> None:
    today = ends_on - timedelta(days=before)
    due = expiry_due(Certificate(ends_on, ACTIVE), today)
    assert (due is not None) == (today < ends_on < expiry_horizon(today))


@pytest.mark.parametrize(
    "certificate",
    [
        *(
            Certificate(date(2028, 3, 1), state)
            for state in CertificateState
            if state not in {ACTIVE, CertificateState.SUSPENDED}
        ),
        Certificate(date(2028, 3, 1), ACTIVE, filed=True),
        Certificate(date(2028, 3, 1), ACTIVE, followed=True),
        Certificate(date(2028, 3, 1), ACTIVE, barred=True),
    ],
)
def test_nobody_is_told_of_an_end_that_is_settled(certificate: Certificate) -> None:
    assert expiry_due(certificate, date(2028, 2, 1)) is None


def test_a_suspended_certificate_expires_too() -> None:
    suspended = Certificate(date(2028, 3, 1), CertificateState.SUSPENDED)
    assert expiry_due(suspended, date(2028, 2, 1)) == 1


def test_told_late_it_says_how_many_months_are_really_left() -> None:
    assert expiry_due(Certificate(date(2028, 3, 1), ACTIVE), date(2027, 7, 15)) == 12
    assert months_left(date(2028, 3, 1), date(2027, 7, 15)) == 8
    assert months_left(date(2028, 3, 1), date(2028, 3, 1)) == 0


@given(data=st.data(), ends_on=DAYS, length=st.integers(1, 366))
def test_a_years_end_is_told_once_a_step_whatever_the_outages(
    data: st.DataObject, ends_on: date, length: int
) -> None:
    year = LackingYear(3, ends_on - timedelta(days=length), ends_on, 1050)
    ran = [day for day in data.draw(runs(ends_on, days=120)) if day >= year.starts_on]
    told: dict[str, date] = {}
    for today in ran:
        step = year_due(year, today)
        if step:
            told.setdefault(year_key(7, year, step), today)

    marks = [*(ends_on - timedelta(days=days) for days in YEAR_DAYS), ends_on]
    expected = {
        f"year:7:3:{ends_on}:{days}": first_in(ran, marks[n], marks[n + 1])
        for n, days in enumerate(YEAR_DAYS)
        if days <= length
    }
    assert told == {key: day for key, day in expected.items() if day}


def a_year(verdict: Verdict = Verdict.BEHIND, **over: object) -> YearProgress:
    values: dict[str, object] = {
        "index": 2,
        "starts_on": date(2026, 3, 1),
        "ends_on": date(2027, 3, 1),
        "required": 5000,
        "recognised": 4950,
        "claimed": 4950,
        "audit_proof": 0,
        "verdict": verdict,
        "pace": 0,
        "days_left": 0,
        "running": True,
        **over,
    }
    return YearProgress(**values)  # type: ignore[arg-type]


def test_half_an_hour_is_lacking_too() -> None:
    (lacking,) = lacking_years([a_year(Verdict.ON_TRACK)], date(2026, 12, 1))
    assert (lacking.missing, lacking.ends_on) == (50, date(2027, 3, 1))


@pytest.mark.parametrize(
    ("year", "on"),
    [
        (a_year(Verdict.MET, recognised=5000), date(2026, 12, 1)),
        (a_year(Verdict.WAIVED), date(2026, 12, 1)),
        (a_year(Verdict.SHORT), date(2027, 3, 1)),
        (a_year(Verdict.AHEAD), date(2026, 2, 28)),
    ],
)
def test_what_lacks_nothing_or_is_over_is_not_lacking(year: YearProgress, on: date) -> None:
    assert lacking_years([year], on) == ()


def test_a_deferred_year_ends_after_its_last_day_of_grace() -> None:
    year = a_year(deferred_until=date(2027, 8, 31))
    (lacking,) = lacking_years([year], date(2027, 6, 3))
    assert (lacking.ends_on, lacking.last_on) == (date(2027, 9, 1), date(2027, 8, 31))
    assert lacking.deferred
    assert year_due(lacking, date(2027, 6, 2)) is None
    assert year_due(lacking, date(2027, 6, 3)) == 90


def test_working_days_over_a_long_holiday() -> None:
    due_on = date(2025, 10, 10)  # people work on 28, 29, 30 September, 9 and 10 October
    told = {
        day: return_due(CALENDAR, due_on, day)
        for day in (due_on - timedelta(days=n) for n in range(15))
    }
    assert told[date(2025, 9, 28)] is None
    assert told[date(2025, 9, 29)] == told[date(2025, 10, 8)] == 3
    assert told[date(2025, 10, 9)] == 1
    assert told[due_on] == 1
    assert return_due(CALENDAR, due_on, due_on + timedelta(days=1)) is None


@given(data=st.data(), delivered_on=st.dates(date(2025, 8, 1), date(2025, 11, 1)))
def test_a_returns_end_is_told_once_a_step_whatever_the_outages(
    data: st.DataObject, delivered_on: date
) -> None:
    due_on = CALENDAR.due(delivered_on, 10).on
    ran = data.draw(runs(due_on, days=(due_on - delivered_on).days))
    told: dict[str, date] = {}
    for today in ran:
        step = return_due(CALENDAR, due_on, today)
        assert step is None or due_on < return_horizon(CALENDAR, today)
        if step:
            told.setdefault(return_key(7, due_on, step), today)

    worked = [
        day
        for n in range(40, 0, -1)
        if CALENDAR.is_work_day(day := due_on - timedelta(days=n))
    ]  # fmt: skip
    third, last = worked[-3], worked[-1]
    expected = {
        f"return_due:7:{due_on}:3": first_in(ran, third, last),
        f"return_due:7:{due_on}:1": first_in(ran, last, due_on + timedelta(days=1)),
    }
    assert told == {key: day for key, day in expected.items() if day}


MOMENTS = st.integers(0, 4 * 365 * 24 * 12).map(
    lambda steps: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=5 * steps)
)
HABITS = st.builds(
    Habits, zone=ZONES, quiet_from=st.integers(0, 1439), quiet_to=st.integers(0, 1439)
)


def test_an_event_is_reminded_of_in_the_evening_before_by_its_own_clock() -> None:
    starts_at = datetime(2027, 6, 1, 7, tzinfo=ZoneInfo("America/Los_Angeles"))
    evening = datetime(2027, 5, 31, 18, tzinfo=ZoneInfo("America/Los_Angeles"))
    assert eve_of(starts_at, "America/Los_Angeles", Habits(zone="America/Los_Angeles")) == evening


def test_who_sleeps_until_it_begins_is_told_before_going_to_bed() -> None:
    starts_at = datetime(2027, 6, 1, 7, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    owl = Habits(quiet_from=17 * 60, quiet_to=9 * 60)
    told = eve_of(starts_at, "Asia/Shanghai", owl).astimezone(ZoneInfo("Asia/Shanghai"))
    assert (told.date(), told.time()) == (date(2027, 5, 31), time(16, 45))


@given(starts_at=MOMENTS, zone=ZONES, habits=HABITS)
def test_everybody_can_be_reminded_outside_quiet_hours_before_it_begins(
    starts_at: datetime, zone: str, habits: Habits
) -> None:
    eve = eve_of(starts_at, zone, habits)
    long_ago = starts_at - timedelta(days=30)
    assert out_of_quiet(eve, habits) < starts_at
    assert starts_at < eve + EVENT_HORIZON
    assert event_due(starts_at, zone, habits, entered_at=long_ago, now=eve)
    earlier = eve - timedelta(seconds=1)
    assert not event_due(starts_at, zone, habits, entered_at=long_ago, now=earlier)
    assert not event_due(starts_at, zone, habits, entered_at=long_ago, now=starts_at)


@given(starts_at=MOMENTS, habits=HABITS, late=st.timedeltas(timedelta(0), timedelta(hours=40)))
def test_no_reminder_is_told_that_would_arrive_after_the_beginning(
    starts_at: datetime, habits: Habits, late: timedelta
) -> None:
    now = eve_of(starts_at, "Asia/Shanghai", habits) + late
    assume(out_of_quiet(now, habits) >= starts_at)
    assert not event_due(
        starts_at, "Asia/Shanghai", habits, entered_at=starts_at - timedelta(days=30), now=now
    )


def test_who_enrols_in_the_evening_has_read_the_day_in_the_confirmation() -> None:
    starts_at = datetime(2027, 6, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
    at_seven = datetime(2027, 5, 31, 19, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert not event_due(
        starts_at, "Asia/Shanghai", Habits(), entered_at=at_seven, now=at_seven
    )  # fmt: skip


def test_an_event_that_moves_to_another_day_is_another_reminder() -> None:
    assert event_key(1, 2, date(2027, 6, 1)) != event_key(1, 2, date(2027, 6, 2))
