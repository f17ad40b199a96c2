"""The CPD years of a term in the tables."""

from datetime import date

from cpd_app.domain.years import Boundary, CpdYear, Term, years_of


def cpd_years(starts_on: date, ends_on: date, year_kind: str) -> tuple[CpdYear, ...]:
    """The CPD years of a term by its society's boundary."""
    return years_of(Term(starts_on, ends_on), Boundary(year_kind))
