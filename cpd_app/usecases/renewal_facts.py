"""What readiness must know of a term beside its records: relief, summary, filing, returns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    Date,
    Integer,
    Select,
    String,
    and_,
    cast,
    literal,
    null,
    select,
    union_all,
)

from cpd_app.db import session
from cpd_app.domain.audits import OPEN, FilingState
from cpd_app.domain.years import Deferral, Reduction
from cpd_app.models import (
    Deadline,
    Filing,
    Registration,
    Relief,
    SocietyMembership,
    Summary,
    Term,
)
from cpd_app.usecases.deadlines import DeadlineKind


@dataclass(frozen=True)
class RenewalFacts:
    """The facts of one term; empty where nothing is there."""

    reductions: tuple[Reduction, ...] = ()
    deferrals: tuple[Deferral, ...] = ()
    summary_characters: int | None = None
    filed: bool = False
    returns_due_on: tuple[date, ...] = ()
    #: last day of the society membership; None = unknown
    membership_until: date | None = None


class _Fact(NamedTuple):
    """One row of the union; what the columns mean depends on `what`."""

    what: str
    #: term, registration, society or person, as `what` says
    of_id: int
    number: int | None
    from_on: date | None
    until_on: date | None


#: a filing in one of these is with the society, or has led to the next term
FILED = tuple(state.value for state in (*OPEN, FilingState.PASSED))
WITH_MEMBER = (FilingState.RETURNED.value, FilingState.UNANSWERED.value)
NO_DAY = cast(null(), Date)
NO_NUMBER = cast(null(), Integer)


def facts_of(pairs: Sequence[tuple[Registration, Term]]) -> dict[int, RenewalFacts]:
    """The facts of many terms, by term id; one statement however many they are."""
    found: dict[tuple[str, int], list[_Fact]] = {}
    if pairs:
        for row in session.execute(union_all(*_parts(pairs))):
            fact = _Fact(*row)
            found.setdefault((fact.what, fact.of_id), []).append(fact)
    return {term.id: _facts(registration, term, found) for registration, term in pairs}


def _facts(
    registration: Registration, term: Term, found: dict[tuple[str, int], list[_Fact]]
) -> RenewalFacts:
    def of(what: str, of_id: int) -> list[_Fact]:
        return found.get((what, of_id), [])

    reduced = (*of("wide", registration.society_id), *of("reduced", registration.id))
    summary = of("summary", term.id)
    until = of(f"member_of_{registration.society_id}", registration.person_id)
    return RenewalFacts(
        reductions=tuple(
            Reduction(f.from_on, f.until_on) for f in reduced if f.from_on and f.until_on
        ),
        deferrals=tuple(
            Deferral(f.number, f.until_on)
            for f in of("deferred", term.id)
            if f.number is not None and f.until_on is not None
        ),
        summary_characters=summary[0].number if summary else None,
        filed=bool(of("filed", term.id)),
        returns_due_on=tuple(sorted(f.until_on for f in of("returned", term.id) if f.until_on)),
        membership_until=until[0].until_on if until else None,
    )


def _parts(pairs: Sequence[tuple[Registration, Term]]) -> "list[Select[*tuple[Any, ...]]]":
    """Each kind of fact as one select of the same five columns."""
    terms = [term.id for _registration, term in pairs]
    registrations = [registration.id for registration, _term in pairs]
    societies = sorted({registration.society_id for registration, _term in pairs})
    people = sorted({registration.person_id for registration, _term in pairs})
    granted = Relief.state == "granted"
    lasting = (Relief.granted_from_on, Relief.granted_to_on)
    return [
        select(literal("wide", String), Relief.society_id, NO_NUMBER, *lasting).where(
            granted, Relief.society_id.in_(societies), Relief.registration_id.is_(None)
        ),
        select(literal("reduced", String), Relief.registration_id, NO_NUMBER, *lasting).where(
            granted, Relief.registration_id.in_(registrations)
        ),
        select(
            literal("deferred", String),
            Relief.term_id,
            Relief.year_index,
            NO_DAY,
            Relief.granted_until_on,
        ).where(granted, Relief.registration_id.in_(registrations), Relief.term_id.in_(terms)),
        select(
            literal("summary", String), Summary.term_id, Summary.characters, NO_DAY, NO_DAY
        ).where(Summary.term_id.in_(terms)),
        select(literal("filed", String), Filing.term_id, NO_NUMBER, NO_DAY, NO_DAY).where(
            Filing.term_id.in_(terms), Filing.state.in_(FILED)
        ),
        select(
            literal("returned", String), Filing.term_id, NO_NUMBER, NO_DAY, Deadline.due_on
        ).where(
            Filing.term_id.in_(terms),
            Filing.state.in_(WITH_MEMBER),
            and_(
                Deadline.registration_id == Filing.registration_id,
                Deadline.kind == DeadlineKind.RETURN.value,
                # A clock that stands still has no last day.
                Deadline.closed_at.is_(None),
                Deadline.paused_on.is_(None),
            ),
        ),
        *(
            select(
                literal(f"member_of_{society_id}", String),
                SocietyMembership.person_id,
                NO_NUMBER,
                NO_DAY,
                SocietyMembership.until_on,
            ).where(
                SocietyMembership.society_id == society_id,
                SocietyMembership.person_id.in_(people),
            )
            for society_id in societies
        ),
    ]
