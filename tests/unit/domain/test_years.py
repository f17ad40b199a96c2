"""CPD years: boundaries, requirement, relief, verdict, late entries."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from cpd_app.domain.errors import Rejected
from cpd_app.domain.years import (
    Boundary,
    Deferral,
    Reduction,
    Requirement,
    Term,
    Verdict,
    YearTarget,
    anniversary,
    check_deferral,
    five_year_term,
    is_late_entry,
    may_count_for,
    months_after,
    pace,
    relieved_months,
    required_in,
    requirement_on,
    targets_of,
    verdict,
    year_of,
    years_of,
)

TERM = five_year_term(date(2022, 3, 15))
YEARS = years_of(TERM)


def test_a_term_has_five_years_that_follow_each_other():
    assert [y.index for y in YEARS] == [1, 2, 3, 4, 5]
    assert (YEARS[0].starts_on, YEARS[-1].ends_on) == (date(2022, 3, 15), date(2027, 3, 15))
    assert all(a.ends_on == b.starts_on for a, b in pairwise(YEARS))


def test_29_february_falls_on_1_march_in_common_years_and_is_counted_from_the_start():
    years = years_of(five_year_term(date(2020, 2, 29)))
    assert [y.starts_on for y in years] == [
        date(2020, 2, 29),
        date(2021, 3, 1),
        date(2022, 3, 1),
        date(2023, 3, 1),
        date(2024, 2, 29),
    ]
    assert years[-1].ends_on == date(2025, 3, 1)


def test_an_activity_belongs_to_the_year_that_holds_its_finishing_day():
    assert year_of(YEARS, date(2023, 3, 14)) == 1
    assert year_of(YEARS, date(2023, 3, 15)) == 2
    assert year_of(YEARS, date(2022, 3, 14)) is None
    assert year_of(YEARS, date(2027, 3, 15)) is None


def test_calendar_years_of_a_term_are_up_to_six_with_parts_at_both_ends():
    years = years_of(TERM, Boundary.CALENDAR)
    assert [(y.index, y.starts_on, y.ends_on) for y in years] == [
        (1, date(2022, 3, 15), date(2023, 1, 1)),
        (2, date(2023, 1, 1), date(2024, 1, 1)),
        (3, date(2024, 1, 1), date(2025, 1, 1)),
        (4, date(2025, 1, 1), date(2026, 1, 1)),
        (5, date(2026, 1, 1), date(2027, 1, 1)),
        (6, date(2027, 1, 1), date(2027, 3, 15)),
    ]
    # 292 and 73 of 365 days of 50: 40.0 and 10.0
    assert [required_in(y, ()) for y in years] == [4000, 5000, 5000, 5000, 5000, 1000]
    assert len(years_of(five_year_term(date(2021, 1, 1)), Boundary.CALENDAR)) == 5


def test_a_part_year_is_rounded_up_to_half_an_hour_and_then_relief_rounds_down():
    first = years_of(five_year_term(date(2024, 3, 16)), Boundary.CALENDAR)[0]
    assert (first.days, first.whole_days) == (291, 366)
    assert required_in(first, ()) == 4000  # 39.75 up
    assert required_in(first, (), months=1) == 3650  # 40 × 11 ÷ 12 = 36.67 down


def test_the_requirement_is_the_one_in_force_on_the_years_first_day():
    dated = [Requirement(date(2024, 3, 16), 4000), Requirement(date(2023, 1, 1), 4500)]
    assert [required_in(y, dated) for y in YEARS] == [5000, 4500, 4500, 4000, 4000]
    assert requirement_on([Requirement(None, 3000)], date(1990, 1, 1)) == 3000
    assert requirement_on([], date(1990, 1, 1)) == 5000


@pytest.mark.parametrize(
    ("months", "hours"), [(0, 5000), (1, 4550), (3, 3750), (5, 2900), (11, 400), (12, 0)]
)
def test_relief_takes_whole_months_off_and_rounds_down(months: int, hours: int):
    assert required_in(YEARS[0], (), months) == hours


def test_overlapping_reliefs_are_united_and_split_at_the_years_boundary():
    reliefs = [
        Reduction(date(2022, 12, 15), date(2023, 2, 20)),
        Reduction(date(2023, 2, 1), date(2023, 5, 20)),
    ]
    # 15 December to 15 March: 3 months; 15 March to 20 May: 2 months and some days
    assert relieved_months(YEARS, reliefs) == {1: 3, 2: 2, 3: 0, 4: 0, 5: 0}


def test_at_most_24_months_are_relieved_in_a_term():
    assert relieved_months(YEARS, [Reduction(*TERM)]) == {1: 12, 2: 12, 3: 0, 4: 0, 5: 0}
    assert [t.required for t in targets_of(YEARS, (), [Reduction(*TERM)])] == [0, 0] + [5000] * 3


def test_less_than_a_month_is_no_relief():
    assert relieved_months(YEARS, [Reduction(date(2022, 4, 1), date(2022, 4, 30))])[1] == 0
    assert relieved_months(YEARS, [Reduction(date(2022, 4, 1), date(2022, 5, 1))])[1] == 1


def test_a_day_that_a_month_lacks_falls_on_the_first_of_the_next():
    assert months_after(date(2023, 1, 31), 1) == date(2023, 3, 1)
    assert months_after(date(2023, 12, 31), 12) == date(2024, 12, 31)
    assert anniversary(date(2024, 2, 29), 1) == date(2025, 3, 1)


def test_a_deferral_ends_at_most_twelve_months_after_its_year():
    check_deferral(YEARS, Deferral(2, date(2025, 3, 14)))
    for until in (date(2025, 3, 15), date(2024, 3, 14)):
        with pytest.raises(Rejected, match="bad_deferral"):
            check_deferral(YEARS, Deferral(2, until))
    with pytest.raises(Rejected, match="unknown_year"):
        check_deferral(YEARS, Deferral(9, date(2025, 1, 1)))


def test_deferred_hours_may_be_done_until_the_last_day_of_grace():
    target = targets_of(YEARS, deferrals=[Deferral(1, date(2023, 9, 1))])[0]
    assert may_count_for(target, date(2023, 9, 1))
    assert not may_count_for(target, date(2023, 9, 2))
    assert not may_count_for(target, date(2023, 3, 14))
    assert not may_count_for(targets_of(YEARS)[0], date(2023, 9, 1))


def test_a_deferred_year_is_behind_not_short_until_its_last_day_of_grace():
    target = targets_of(YEARS, deferrals=[Deferral(1, date(2023, 9, 1))])[0]
    assert verdict(target, 4000, date(2023, 9, 1)) is Verdict.BEHIND
    assert verdict(target, 4000, date(2023, 9, 2)) is Verdict.SHORT
    assert verdict(target, 5000, date(2023, 9, 1)) is Verdict.MET


@pytest.mark.parametrize(
    ("required", "recognised", "today", "expected"),
    [
        (0, 0, date(2020, 1, 1), Verdict.WAIVED),
        (5000, 9000, date(2022, 3, 14), Verdict.AHEAD),
        (5000, 5000, date(2022, 3, 15), Verdict.MET),
        (5000, 0, date(2022, 3, 15), Verdict.ON_TRACK),
        (5000, 0, date(2022, 3, 16), Verdict.BEHIND),
        (3650, 1000, date(2022, 6, 23), Verdict.ON_TRACK),
        (3650, 1000, date(2022, 6, 24), Verdict.BEHIND),
        (5000, 4950, date(2023, 3, 15), Verdict.SHORT),
        (5000, 5000, date(2026, 3, 15), Verdict.MET),
    ],
)
def test_the_verdict_of_a_year(required: int, recognised: int, today: date, expected: Verdict):
    assert verdict(YearTarget(YEARS[0], required, 0), recognised, today) is expected


def test_a_year_whose_groups_lack_their_least_is_not_met():
    target = YearTarget(YEARS[0], 5000, 0)
    assert verdict(target, 6000, date(2024, 1, 1), minimums_met=False) is Verdict.SHORT


def test_the_pace_is_the_share_of_days_gone_without_today():
    year = YEARS[3]
    day = year.starts_on + timedelta(days=221)
    assert pace(year, 5000, day) == 3027
    assert pace(year, 5000, year.starts_on) == 0
    assert pace(year, 5000, year.ends_on + timedelta(days=9)) == 5000


def test_an_entry_is_late_more_than_90_days_after_its_years_end():
    end = date(2027, 1, 1)
    assert not is_late_entry(date(2027, 3, 31), end)
    assert is_late_entry(date(2027, 4, 1), end)
    assert not is_late_entry(date(2027, 4, 1), end, service_began_on=end)
    assert is_late_entry(date(2027, 4, 1), end, service_began_on=date(2026, 12, 31))


def test_a_term_that_does_not_end_on_an_anniversary_has_a_part_at_its_end():
    years = years_of(Term(date(2022, 1, 1), date(2023, 7, 2)))
    assert [(y.days, y.whole_days) for y in years] == [(365, 365), (182, 365)]
    assert required_in(years[1], ()) == 2500
