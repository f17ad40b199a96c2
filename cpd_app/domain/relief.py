"""Relief under the contingency plan (预案): what may be asked for, and granted of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from cpd_app.domain.errors import Rejected
from cpd_app.domain.years import (
    LONGEST_DEFERRAL_MONTHS,
    CpdYear,
    Deferral,
    Reduction,
    check_deferral,
    months_after,
)


class Effect(StrEnum):
    """What a ground does to the requirement."""

    REDUCTION = "reduction"
    """Whole months are taken off (domain.md §3)."""
    WAIVER = "waiver"
    """One whole year is taken off: a reduction from its first day to its last."""
    DEFERRAL = "deferral"
    """The missing hours of a year may be done later."""


class ReliefState(StrEnum):
    """Where a request stands."""

    SUBMITTED = "submitted"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ANNULLED = "annulled"
    """Granted before, set aside by the society since; it has no effect any more."""


@dataclass(frozen=True)
class Span:
    """The days that are asked for or granted: of a reduction, a waiver or a deferral."""

    effect: Effect
    #: of a reduction and a waiver, half-open
    from_on: date | None = None
    to_on: date | None = None
    #: of a waiver and a deferral
    year: int | None = None
    #: of a deferral: the last day, inclusive
    until_on: date | None = None

    @property
    def reductions(self) -> tuple[Reduction, ...]:
        """What it takes off."""
        if self.from_on is None or self.to_on is None:
            return ()
        return (Reduction(self.from_on, self.to_on),)

    @property
    def deferrals(self) -> tuple[Deferral, ...]:
        """What it puts off."""
        if self.year is None or self.until_on is None:
            return ()
        return (Deferral(self.year, self.until_on),)


def checked_span(span: Span, years: Sequence[CpdYear], *, least_months: int = 0) -> Span:
    """The span as it is kept, or why it cannot be asked for.

    A waiver gets the days of its year. Raises Rejected `missing`, `unknown_year`,
    `ends_before_start`, `outside_term`, `too_short_for_ground`, `bad_deferral`.
    """
    if span.effect is Effect.REDUCTION:
        return _checked_reduction(span, years, least_months)
    if span.year is None:
        raise Rejected("missing", "year")
    year = next((y for y in years if y.index == span.year), None)
    if year is None:
        raise Rejected("unknown_year", "year", year=span.year)
    if span.effect is Effect.WAIVER:
        return Span(Effect.WAIVER, year.starts_on, year.ends_on, span.year)
    if span.until_on is None:
        raise Rejected("missing", "until_on")
    check_deferral(years, Deferral(span.year, span.until_on))
    return Span(Effect.DEFERRAL, year=span.year, until_on=span.until_on)


def check_within(granted: Span, asked: Span) -> None:
    """Refuse to grant more than was asked for; Rejected `more_than_asked_for`.

    Less is allowed: the days of a reduction shorter, the last day of a deferral earlier.
    """
    if asked.effect is Effect.DEFERRAL:
        first = granted.until_on is None or asked.until_on is None
        if first or granted.until_on > asked.until_on:  # type: ignore[operator]
            raise Rejected("more_than_asked_for", "until_on")
        return
    if granted.from_on is None or granted.to_on is None:
        raise Rejected("missing", "from_on")
    if granted.to_on <= granted.from_on:
        raise Rejected("ends_before_start", "to_on")
    if asked.from_on is None or asked.to_on is None or granted.from_on < asked.from_on:
        raise Rejected("more_than_asked_for", "from_on")
    if granted.to_on > asked.to_on:
        raise Rejected("more_than_asked_for", "to_on")


def latest_deferral(year: CpdYear) -> date:
    """The last day that a deferral of this year can have: 12 months after the year's last day."""
    return months_after(year.ends_on, LONGEST_DEFERRAL_MONTHS) - timedelta(days=1)


def _checked_reduction(span: Span, years: Sequence[CpdYear], least_months: int) -> Span:
    if span.from_on is None:
        raise Rejected("missing", "from_on")
    if span.to_on is None:
        raise Rejected("missing", "to_on")
    if span.to_on <= span.from_on:
        raise Rejected("ends_before_start", "to_on")
    if not years or span.to_on <= years[0].starts_on or span.from_on >= years[-1].ends_on:
        raise Rejected("relief_outside_term", "from_on")
    if months_after(span.from_on, max(least_months, 1)) > span.to_on:
        raise Rejected("too_short_for_ground", "to_on", months=max(least_months, 1))
    return Span(Effect.REDUCTION, span.from_on, span.to_on)
