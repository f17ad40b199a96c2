"""CPD years of a certificate term, what each requires, relief from it, and its verdict."""

from calendar import isleap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from cpd_app.domain.errors import Rejected
from cpd_app.domain.hours import ceil_to_step, floor_to_step

DEFAULT_REQUIREMENT = 5000
"""50 学时 (handbook Q22), where the society entered nothing for that day."""

REQUIREMENT_STEP = 50
TERM_YEARS = 5
MOST_RELIEVED_MONTHS = 24
LONGEST_DEFERRAL_MONTHS = 12
LATE_AFTER_DAYS = 90


class Boundary(StrEnum):
    """Where a society's CPD years begin."""

    CERTIFICATE = "certificate"
    CALENDAR = "calendar"


class Verdict(StrEnum):
    """How a CPD year stands."""

    WAIVED = "waived"
    AHEAD = "ahead"
    MET = "met"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    SHORT = "short"


class Term(NamedTuple):
    """The validity of a certificate, half-open."""

    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True, order=True)
class CpdYear:
    """One CPD year, half-open; a part-year has fewer days than the `whole_days` of its year."""

    index: int
    starts_on: date
    ends_on: date
    whole_days: int

    @property
    def days(self) -> int:
        """Days in the year or in its part."""
        return (self.ends_on - self.starts_on).days


class Requirement(NamedTuple):
    """Hours a society asks of every year that begins on this day or later."""

    from_on: date | None
    hours: int


class Reduction(NamedTuple):
    """Relief that takes whole months off the requirement, half-open."""

    from_on: date
    to_on: date


class Deferral(NamedTuple):
    """Relief that lets the missing hours of a year be done until a day (inclusive)."""

    year: int
    until_on: date


@dataclass(frozen=True, slots=True)
class YearTarget:
    """A CPD year with what it requires after relief."""

    year: CpdYear
    required: int
    months_relieved: int
    deferred_until: date | None = None


def months_after(day: date, months: int) -> date:
    """The same day so many months later; a day that month lacks falls on the first of the next."""
    carried, month = divmod(day.month - 1 + months, 12)
    year = day.year + carried
    try:
        return day.replace(year=year, month=month + 1)
    except ValueError:
        return date(year, month + 2, 1)  # only days 29-31, so never in December


def anniversary(day: date, years: int) -> date:
    """The day so many years later; 29 February falls on 1 March in common years."""
    return months_after(day, 12 * years)


def five_year_term(starts_on: date) -> Term:
    """The term of a certificate that begins on this day (handbook Q27)."""
    return Term(starts_on, anniversary(starts_on, TERM_YEARS))


@lru_cache(maxsize=4096)
def years_of(term: Term, boundary: Boundary = Boundary.CERTIFICATE) -> tuple[CpdYear, ...]:
    """Every CPD year of a term in order, numbered from 1."""
    marks = [term.starts_on]
    while marks[-1] < term.ends_on:
        if boundary is Boundary.CALENDAR:
            marks.append(date(marks[-1].year + 1, 1, 1))
        else:
            marks.append(anniversary(term.starts_on, len(marks)))
    rows = []
    for index, (starts_on, mark) in enumerate(pairwise(marks), start=1):
        if boundary is Boundary.CALENDAR:
            whole = 366 if isleap(starts_on.year) else 365
        else:
            whole = (mark - starts_on).days
        rows.append(CpdYear(index, starts_on, min(mark, term.ends_on), whole))
    return tuple(rows)


def year_of(years: Sequence[CpdYear], day: date) -> int | None:
    """Index of the year that holds this finishing day; None outside the term."""
    for year in years:
        if year.starts_on <= day < year.ends_on:
            return year.index
    return None


def requirement_on(requirements: Iterable[Requirement], day: date) -> int:
    """Hours asked of a year beginning on this day; 50 when nothing older is entered."""
    in_force = [r for r in requirements if r.from_on is None or r.from_on <= day]
    if not in_force:
        return DEFAULT_REQUIREMENT
    return max(in_force, key=lambda r: r.from_on or date.min).hours


def relieved_months(years: Sequence[CpdYear], reductions: Iterable[Reduction]) -> dict[int, int]:
    """Whole months relieved in each year: united, split at year ends, 24 in the term at most."""
    months: dict[int, int] = {}
    left = MOST_RELIEVED_MONTHS
    united = _united(reductions)
    for year in years:
        in_year = 0
        for from_on, to_on in united:
            start, end = max(from_on, year.starts_on), min(to_on, year.ends_on)
            if start < end:
                in_year += _whole_months(start, end)
        in_year = min(in_year, 12, left)
        left -= in_year
        months[year.index] = in_year
    return months


def reduced(hours: int, months: int) -> int:
    """Hours asked after whole months of relief, rounded down to 0.5."""
    return floor_to_step(hours * (12 - months) // 12, REQUIREMENT_STEP)


def required_in(year: CpdYear, requirements: Iterable[Requirement], months: int = 0) -> int:
    """Hours a year requires: a part-year's share rounded up first, then the relief down."""
    whole = requirement_on(requirements, year.starts_on)
    if year.days < year.whole_days:
        whole = ceil_to_step(Fraction(whole * year.days, year.whole_days), REQUIREMENT_STEP)
    return reduced(whole, months) if months else whole


def targets_of(
    years: Sequence[CpdYear],
    requirements: Sequence[Requirement] = (),
    reductions: Iterable[Reduction] = (),
    deferrals: Iterable[Deferral] = (),
) -> tuple[YearTarget, ...]:
    """What every year of a term requires after all approved relief."""
    months = relieved_months(years, reductions)
    until: dict[int, date] = {}
    for deferral in deferrals:
        until[deferral.year] = max(deferral.until_on, until.get(deferral.year, date.min))
    return tuple(
        YearTarget(
            year,
            required_in(year, requirements, months[year.index]),
            months[year.index],
            until.get(year.index),
        )
        for year in years
    )


def check_deferral(years: Sequence[CpdYear], deferral: Deferral) -> None:
    """Refuse a deferral that ends with its year or more than 12 months after it."""
    year = next((y for y in years if y.index == deferral.year), None)
    if year is None:
        raise Rejected("unknown_year", "year", year=deferral.year)
    last = months_after(year.ends_on, LONGEST_DEFERRAL_MONTHS) - timedelta(days=1)
    if not year.ends_on <= deferral.until_on <= last:
        raise Rejected("bad_deferral", "until_on", first=year.ends_on, last=last)


def may_count_for(target: YearTarget, ended_on: date) -> bool:
    """Whether a day after the year may be bound to it under its deferral."""
    until = target.deferred_until
    return until is not None and target.year.ends_on <= ended_on <= until


def pace(year: CpdYear, required: int, today: date) -> int:
    """Hours that would be even with today: a rate in hundredths, rounded half up."""
    gone = min(max((today - year.starts_on).days, 0), year.days)
    return (2 * required * gone + year.days) // (2 * year.days)


def verdict(
    target: YearTarget, recognised: int, today: date, *, minimums_met: bool = True
) -> Verdict:
    """How the year stands, first that fits of: waived, ahead, met, on_track/behind, short.

    `minimums_met` is false while a group's own minimum is not reached. A deferred year is
    not short before its last day of grace; until then it is behind.
    """
    year, required = target.year, target.required
    if required == 0:
        return Verdict.WAIVED
    if today < year.starts_on:
        return Verdict.AHEAD
    if recognised >= required and minimums_met:
        return Verdict.MET
    if today < year.ends_on:
        gone = (today - year.starts_on).days
        even = recognised * year.days >= required * gone
        return Verdict.ON_TRACK if even else Verdict.BEHIND
    if target.deferred_until is not None and today <= target.deferred_until:
        return Verdict.BEHIND
    return Verdict.SHORT


def is_late_entry(
    entered_on: date, year_ends_on: date, service_began_on: date | None = None
) -> bool:
    """Entered more than 90 days after its year's end; not for years before the service began."""
    if service_began_on is not None and year_ends_on <= service_began_on:
        return False
    # The year's last day is the day before ends_on.
    return entered_on > year_ends_on - timedelta(days=1) + timedelta(days=LATE_AFTER_DAYS)


def _united(reductions: Iterable[Reduction]) -> list[tuple[date, date]]:
    """Overlapping and touching reliefs made one."""
    united: list[tuple[date, date]] = []
    for from_on, to_on in sorted(reductions):
        if united and from_on <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], to_on))
        else:
            united.append((from_on, to_on))
    return united


def _whole_months(from_on: date, to_on: date) -> int:
    """Greatest n with from_on + n months <= to_on."""
    months = 0
    while months_after(from_on, months + 1) <= to_on:
        months += 1
    return months
