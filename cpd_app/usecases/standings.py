"""The last standing of each registration, kept for lists and counts of thousands.

A page about one member asks `progress.readiness_of` anew. A list, or a count over a whole society,
cannot: so its answer is kept beside each registration. The same function (`progress.judge`) makes
it, with few statements for up to 250 registrations, whatever their number of records; on a new
day the records are not read again (usecases/term_sums.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, literal, or_, select
from sqlalchemy.orm import joinedload, lazyload

from cpd_app.db import session
from cpd_app.domain.nudges import open_checks
from cpd_app.domain.reminders import LackingYear, lacking_years
from cpd_app.domain.renewal import Readiness
from cpd_app.domain.years import Verdict
from cpd_app.models import LastStanding, Person, Registration, Term
from cpd_app.usecases.progress import OfSociety, judge
from cpd_app.usecases.records import audit_proof_setting, records_of_terms
from cpd_app.usecases.registrations_shown import term_on
from cpd_app.usecases.renewal_facts import facts_of
from cpd_app.usecases.term_sums import TermSums, sums_of

#: registrations judged together
AT_ONCE = 250
#: what one page brings up to date before it is shown; the worker does the rest
A_PAGE_DOES = 500

#: the worst first: what a list says of a whole term
WORST_FIRST = (
    Verdict.SHORT,
    Verdict.BEHIND,
    Verdict.ON_TRACK,
    Verdict.MET,
    Verdict.WAIVED,
    Verdict.AHEAD,
)


@dataclass(frozen=True)
class CaughtUp:
    """How many were brought up to date, and whether there may be more."""

    judged: int
    more: bool


def catch_up(
    society_id: int, *, on: date, limit: int = A_PAGE_DOES, only: ColumnElement[bool] | None = None
) -> CaughtUp:
    """Judge registrations of a society whose kept standing is missing or old, at most `limit`."""
    old = _old(society_id, on, only)
    ids = list(session.scalars(old.order_by(Registration.id).limit(limit)))
    judge_again(ids, on=on)
    return CaughtUp(judged=len(ids), more=len(ids) == limit)


def waiting_in(society_id: int, *, on: date) -> int:
    """How many registrations of a society have a kept standing that is missing or old."""
    old = _old(society_id, on, None)
    return session.scalar(select(func.count()).select_from(old.subquery())) or 0


def societies_to_catch_up(*, on: date) -> list[int]:
    """Societies that have a registration whose kept standing is missing or old."""
    statement = (
        select(Registration.society_id)
        .outerjoin(LastStanding, LastStanding.registration_id == Registration.id)
        .where(_is_old(on), _has_term())
        .distinct()
    )
    return list(session.scalars(statement))


def judge_again(registration_ids: Sequence[int], *, on: date) -> None:
    """Judge these registrations and keep the answers."""
    for begin in range(0, len(registration_ids), AT_ONCE):
        _judge_part(registration_ids[begin : begin + AT_ONCE], on)


def old_among(registration_ids: Sequence[int], *, on: date) -> list[int]:
    """Those of some registrations whose kept standing is missing or old."""
    return list(
        session.scalars(
            select(Registration.id)
            .outerjoin(LastStanding, LastStanding.registration_id == Registration.id)
            .where(Registration.id.in_(registration_ids), _is_old(on), _has_term())
        )
    )


def readiness_of_many(registration_ids: Sequence[int], *, on: date) -> dict[int, Readiness]:
    """The whole answer for many registrations, in few statements; nothing is kept."""
    found = {}
    for begin in range(0, len(registration_ids), AT_ONCE):
        for standing in judged(registration_ids[begin : begin + AT_ONCE], on=on):
            found[standing.registration.id] = standing.answer
    return found


def worst_of(readiness: Readiness) -> str:
    """One verdict for a whole term: that of its worst year."""
    verdicts = {year.verdict for year in readiness.years}
    return next((v.value for v in WORST_FIRST if v in verdicts), Verdict.AHEAD.value)


def lacking_of(kept: list[Any]) -> list[LackingYear]:
    """The years that `LastStanding.lacking` keeps."""
    return [
        LackingYear(index, date.fromisoformat(starts), date.fromisoformat(ends), missing, deferred)
        for index, starts, ends, missing, deferred in kept
    ]


def _has_term() -> ColumnElement[bool]:
    return exists(select(literal(1)).where(Term.registration_id == Registration.id))


def _is_old(on: date) -> ColumnElement[bool]:
    return or_(
        LastStanding.registration_id.is_(None),
        LastStanding.on_day != on,
        LastStanding.registration_version != Registration.version,
        LastStanding.to_do.is_(None),
    )


def _old(society_id: int, on: date, only: ColumnElement[bool] | None) -> Select[int]:
    statement = (
        select(Registration.id)
        .outerjoin(LastStanding, LastStanding.registration_id == Registration.id)
        .where(Registration.society_id == society_id, _is_old(on), _has_term())
    )
    return statement if only is None else statement.where(only)


@dataclass(frozen=True)
class Judged:
    """A registration with the term that is looked at, and how it stands."""

    registration: Registration
    term: Term
    answer: Readiness
    sums: TermSums


def judged(ids: Sequence[int], *, on: date) -> list[Judged]:
    """How these registrations stand on a day, by the kept sums where they still hold.

    A registration without a term is not among them. Few statements; nothing is written.
    """
    registrations = session.scalars(
        select(Registration)
        .where(Registration.id.in_(ids))
        .options(
            joinedload(Registration.society),
            joinedload(Registration.person).options(lazyload(Person.names)),
        )
        .execution_options(populate_existing=True)
    ).all()
    pairs = [(r, t) for r in registrations if (t := term_on(r, on)) is not None]
    societies = {s: OfSociety(s) for s in {r.society_id for r in registrations}}
    sums = _sums(pairs)
    facts = facts_of(pairs)
    return [
        Judged(
            registration,
            term,
            judge(
                registration,
                term,
                sums[registration.id],
                societies[registration.society_id],
                facts[term.id],
                on=on,
            ),
            sums[registration.id],
        )
        for registration, term in pairs
    ]


def _judge_part(ids: Sequence[int], on: date) -> None:
    rows = [_row(standing) for standing in judged(ids, on=on)]
    session.execute(delete(LastStanding).where(LastStanding.registration_id.in_(ids)))
    if rows:
        session.execute(insert(LastStanding), rows)


def _sums(pairs: Sequence[tuple[Registration, Term]]) -> dict[int, TermSums]:
    """By registration: as they were kept, and from the records where those have changed since."""
    kept = {
        row.registration_id: row
        for row in session.execute(
            select(
                LastStanding.registration_id,
                LastStanding.registration_version,
                LastStanding.term_id,
                LastStanding.sums,
            ).where(LastStanding.registration_id.in_([r.id for r, _term in pairs]))
        )
    }
    sums: dict[int, TermSums] = {}
    for registration, term in pairs:
        row = kept.get(registration.id)
        if row and (row.registration_version, row.term_id) == (registration.version, term.id):
            found = TermSums.from_kept(row.sums, audit_proof_setting(registration.society))
            if found is not None:
                sums[registration.id] = found
    unknown = [(r, term) for r, term in pairs if r.id not in sums]
    if unknown:
        records = records_of_terms(unknown)
        sums |= {r.id: sums_of(records[r.id], term.id) for r, term in unknown}
    return sums


def _row(standing: Judged) -> dict[str, object]:
    registration, answer = standing.registration, standing.answer
    open_years = [y for y in answer.years if y.verdict is Verdict.SHORT or y.running]
    lacking = lacking_years(answer.years, answer.on)
    return {
        "registration_id": registration.id,
        "society_id": registration.society_id,
        "term_id": standing.term.id,
        "registration_version": registration.version,
        "on_day": answer.on,
        "ready": answer.ready,
        "verdict": worst_of(answer),
        "first_check": answer.to_do[0].code if answer.to_do else None,
        "to_do": f" {' '.join(open_checks(answer))} ",
        "missing": sum(y.missing for y in open_years),
        "sums": standing.sums.as_kept(audit_proof_setting(registration.society)),
        "lacking": [
            [y.index, y.starts_on.isoformat(), y.ends_on.isoformat(), y.missing, y.deferred]
            for y in lacking
        ],
        "lacking_until": min((y.ends_on for y in lacking), default=None),
    }
