"""Until when the hours of which year may still be made up: deferrals, and conditional decisions."""

from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.relief import Effect, ReliefState
from cpd_app.domain.years import CpdYear
from cpd_app.models import Credit, Decision, Filing, Registration, Relief, Society, Term
from cpd_app.usecases.cpd_years import cpd_years
from cpd_app.usecases.places import Place

DEFERRAL = "deferral"
MAKE_UP = "make_up"


@dataclass(frozen=True, order=True)
class Window:
    """The days in which hours may be done for an earlier year; both days inclusive."""

    term_id: int
    year: int
    first_on: date
    until_on: date
    #: deferral or make_up
    source: str
    #: the relief, or the decision
    source_id: int

    def holds(self, ended_on: date) -> bool:
        """Whether a finishing day lies in it."""
        return self.first_on <= ended_on <= self.until_on


def windows_of(registration_id: int) -> list[Window]:
    """Every open window of a registration, in order of the years; two statements."""
    return sorted([*_deferrals(registration_id), *_make_ups(registration_id)])


def window_for(credit: Credit, ended_on: date) -> Window | None:
    """The window that a credit is bound by, while it is open for this finishing day."""
    fitting = [
        window
        for window in windows_of(credit.registration_id)
        if (window.term_id, window.year) == (credit.bound_term_id, credit.bound_year)
        and window.holds(ended_on)
    ]
    bound_by = (credit.bound_source, credit.bound_source_id)
    return max(fitting, key=lambda w: ((w.source, w.source_id) == bound_by, w), default=None)


def bound_place(place: Place, credit: Credit, ended_on: date) -> Place | None:
    """The year that a record makes up for; None when it is bound to none that is still open."""
    window = window_for(credit, ended_on) if credit.bound_term_id is not None else None
    return replace(place, term_id=window.term_id, year_index=window.year) if window else None


def _deferrals(registration_id: int) -> list[Window]:
    """Day 1 is the first after the year (domain.md §3)."""
    rows = session.execute(
        select(Relief, Term, Society.year_kind)
        .join(Term, Term.id == Relief.term_id)
        .join(Society, Society.id == Relief.society_id)
        .where(
            Relief.registration_id == registration_id,
            Relief.state == ReliefState.GRANTED,
            Relief.effect == Effect.DEFERRAL,
        )
    )
    found = []
    for relief, term, year_kind in rows:
        year = _year(term, year_kind, relief.year_index)
        if year is not None and relief.granted_until_on is not None:
            found.append(
                Window(
                    term.id, year.index, year.ends_on, relief.granted_until_on, DEFERRAL, relief.id
                )
            )
    return found


def _make_ups(registration_id: int) -> list[Window]:
    """Day 1 is the one on which the decision came into force, never inside the year (§8)."""
    rows = session.execute(
        select(Decision, Term, Society)
        .join(Filing, Filing.id == Decision.filing_id)
        .join(Term, Term.id == Filing.term_id)
        .join(Registration, Registration.id == Filing.registration_id)
        .join(Society, Society.id == Registration.society_id)
        .where(
            Filing.registration_id == registration_id,
            Decision.outcome == "conditional",
            Decision.state == "in_force",
        )
    )
    found = []
    for decision, term, society in rows:
        if decision.make_up_until_on is None or decision.confirmed_at is None:
            continue
        begins_on = decision.confirmed_at.astimezone(ZoneInfo(society.zone)).date()
        for asked in decision.make_up:
            year = _year(term, society.year_kind, asked["year"])
            if year is not None:
                first_on = max(begins_on, year.ends_on)
                found.append(
                    Window(
                        term.id,
                        year.index,
                        first_on,
                        decision.make_up_until_on,
                        MAKE_UP,
                        decision.id,
                    )
                )
    return found


def _year(term: Term, year_kind: str, index: int | None) -> CpdYear | None:
    years = cpd_years(term.starts_on, term.ends_on, year_kind)
    return next((year for year in years if year.index == index), None)
