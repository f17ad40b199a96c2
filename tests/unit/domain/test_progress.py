"""One year against its requirement."""

from datetime import date

from cpd_app.domain.allocation import YearHours
from cpd_app.domain.progress import (
    CarryOver,
    current_year,
    minimums_of,
    term_progress,
    year_progress,
)
from cpd_app.domain.years import (
    Reduction,
    Verdict,
    YearTarget,
    five_year_term,
    targets_of,
    years_of,
)
from cpd_app.rulesets import default_rule_set, load
from tests.support.rules import DATA

YEARS = years_of(five_year_term(date(2023, 3, 15)))


def test_the_numbers_of_a_running_year():
    year = year_progress(
        YearTarget(YEARS[3], 5000, 0), YearHours(3250, 3400), 2700, date(2026, 10, 22)
    )
    assert (year.index, year.verdict) == (4, Verdict.ON_TRACK)
    assert (year.recognised, year.claimed, year.audit_proof) == (3250, 3400, 2700)
    assert (year.missing, year.missing_audit_proof) == (1750, 2300)
    assert (year.pace, year.days_left) == (3027, 143)
    assert (year.last_on, year.running) == (date(2027, 3, 14), True)


def test_years_without_records_stand_at_nothing():
    years = term_progress(targets_of(YEARS), {2: YearHours(5000, 5000)}, {}, date(2025, 3, 15))
    assert [y.verdict for y in years] == [
        Verdict.SHORT,
        Verdict.MET,
        Verdict.ON_TRACK,
        Verdict.AHEAD,
        Verdict.AHEAD,
    ]
    assert current_year(years, date(2025, 3, 15)) is years[2]
    assert current_year(years, date(2030, 1, 1)) is None
    assert [y.days_left for y in years] == [0, 0, 364, 365, 366]
    assert [y.running for y in years] == [False, False, True, False, False]


def test_a_year_with_its_hours_but_not_the_least_of_a_group_is_not_met():
    minimums = minimums_of(load(DATA / "rulesets" / "provincial.yaml"))
    assert minimums == {"professional": 6000}
    assert minimums_of(default_rule_set()) == {}
    target = YearTarget(YEARS[0], 9000, 0)
    hours = YearHours(9500, 9500, {"professional": 5000, "public": 4500})
    year = year_progress(target, hours, 0, date(2025, 1, 1), minimums=minimums)
    assert (year.verdict, year.missing) == (Verdict.SHORT, 1000)
    assert year.groups[0].missing == 1000


def test_relief_lowers_the_least_of_a_group_in_the_same_way():
    target = targets_of(YEARS, (), [Reduction(date(2023, 3, 15), date(2023, 9, 15))])[0]
    year = year_progress(target, YearHours(), 0, date(2023, 3, 15), minimums={"all": 6000})
    assert (year.required, year.months_relieved, year.groups[0].required) == (2500, 6, 3000)


def test_nothing_is_carried_over_unless_the_society_says_so():
    hours = {1: YearHours(9000, 9000), 2: YearHours(4000, 4000), 3: YearHours(4500, 4500)}
    after = YEARS[-1].ends_on
    plain = term_progress(targets_of(YEARS), hours, {}, after)
    assert [y.verdict for y in plain[:3]] == [Verdict.MET, Verdict.SHORT, Verdict.SHORT]
    one = term_progress(targets_of(YEARS), hours, {}, after, carry_over=CarryOver(1200, 1))
    assert [(y.carried, y.missing) for y in one[:3]] == [(0, 0), (1000, 0), (0, 500)]
    two = term_progress(targets_of(YEARS), hours, {}, after, carry_over=CarryOver(1200, 2))
    assert [(y.carried, y.missing) for y in two[:3]] == [(0, 0), (1000, 0), (200, 300)]
