"""What may be asked for and granted under the contingency plan (domain.md §3)."""

from datetime import date

import pytest

from cpd_app.domain.errors import Rejected
from cpd_app.domain.relief import Effect, Span, check_within, checked_span, latest_deferral
from cpd_app.domain.years import Term, years_of

YEARS = years_of(Term(date(2023, 3, 1), date(2028, 3, 1)))


def reduction(from_on: date | None, to_on: date | None) -> Span:
    return Span(Effect.REDUCTION, from_on, to_on)


def test_a_waiver_takes_the_whole_year():
    span = checked_span(Span(Effect.WAIVER, year=3), YEARS)

    assert (span.from_on, span.to_on) == (date(2025, 3, 1), date(2026, 3, 1))
    assert span.reductions
    assert not span.deferrals


def test_a_deferral_lasts_twelve_months_at_most():
    last = latest_deferral(YEARS[2])

    assert last == date(2027, 2, 28)
    assert checked_span(Span(Effect.DEFERRAL, year=3, until_on=last), YEARS).until_on == last
    with pytest.raises(Rejected, match="bad_deferral"):
        checked_span(Span(Effect.DEFERRAL, year=3, until_on=date(2027, 3, 1)), YEARS)


@pytest.mark.parametrize(
    ("span", "code", "field"),
    [
        (reduction(None, date(2025, 6, 1)), "missing", "from_on"),
        (reduction(date(2025, 6, 1), None), "missing", "to_on"),
        (reduction(date(2025, 6, 1), date(2025, 6, 1)), "ends_before_start", "to_on"),
        (reduction(date(2020, 6, 1), date(2021, 6, 1)), "relief_outside_term", "from_on"),
        (reduction(date(2025, 6, 1), date(2025, 8, 31)), "too_short_for_ground", "to_on"),
        (Span(Effect.WAIVER), "missing", "year"),
        (Span(Effect.WAIVER, year=9), "unknown_year", "year"),
        (Span(Effect.DEFERRAL, year=3), "missing", "until_on"),
    ],
)
def test_what_cannot_be_asked_for(span: Span, code: str, field: str):
    with pytest.raises(Rejected, match=code) as refusal:
        checked_span(span, YEARS, least_months=3)

    assert refusal.value.field == field


def test_less_may_be_granted_and_never_more():
    asked = reduction(date(2025, 3, 1), date(2025, 9, 1))

    check_within(reduction(date(2025, 4, 1), date(2025, 8, 1)), asked)
    with pytest.raises(Rejected, match="more_than_asked_for"):
        check_within(reduction(date(2025, 2, 1), date(2025, 8, 1)), asked)
    with pytest.raises(Rejected, match="more_than_asked_for"):
        check_within(reduction(date(2025, 4, 1), date(2025, 9, 2)), asked)
    with pytest.raises(Rejected, match="ends_before_start"):
        check_within(reduction(date(2025, 8, 1), date(2025, 8, 1)), asked)


def test_a_deferral_may_be_granted_shorter():
    asked = Span(Effect.DEFERRAL, year=3, until_on=date(2026, 12, 31))

    check_within(Span(Effect.DEFERRAL, year=3, until_on=date(2026, 10, 31)), asked)
    with pytest.raises(Rejected, match="more_than_asked_for"):
        check_within(Span(Effect.DEFERRAL, year=3, until_on=date(2027, 1, 1)), asked)
