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

from sqlalchemy import ColumnElement, Select, delete, exists, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload, lazyload

from cpd_app.db import session
from cpd_app.domain.nudges import open_checks
from cpd_app.domain.reminders import LackingYear, lacking_years
from cpd_app.domain.renewal import Readiness
from cpd_app.domain.years import Verdict
from cpd_app.models import LastStanding, Person, Registration, Society, Term
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


def judge_range(
    society_id: int, first: int, last: int, *, on: date, limit: int = AT_ONCE
) -> list[int]:
    """Judge what is old among a society's registrations from one id to another, both included.

    At most `limit`; returns their ids in order.
    """
    of_range = Registration.id.between(first, last)
    old = _old(society_id, on, of_range).order_by(Registration.id).limit(limit)
    ids = list(session.scalars(old))
    judge_again(ids, on=on)
    return ids


def ranges_of_old(
    society_id: int, *, on: date, after: int, size: int, limit: int
) -> list[tuple[int, int, int]]:
    """First id, last id and number of what is old, `size` at a time, from an id on (exclusive).

    No more than `limit` ranges: of a society of millions no more is read than is handed out.
    """
    old = (
        _old(society_id, on, Registration.id > after)
        .order_by(Registration.id)
        .limit(size * limit)
        .subquery()
    )
    place = func.row_number().over(order_by=old.c.id) - 1
    numbered = select(old.c.id, (place // literal(size)).label("part")).subquery()
    rows = session.execute(
        select(func.min(numbered.c.id), func.max(numbered.c.id), func.count())
        .group_by(numbered.c.part)
        .order_by(numbered.c.part)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def begin_round(society_id: int) -> None:
    """Something was decided for all members of a society: every kept standing of it is old now.

    One row, however many members; who judges at this very moment keeps what is old.
    """
    session.execute(
        update(Society)
        .where(Society.id == society_id)
        .values(standing_round=Society.standing_round + 1)
    )


def waiting_in(society_id: int, *, on: date) -> int:
    """How many registrations of a society have a kept standing that is missing or old."""
    old = _old(society_id, on, None)
    return session.scalar(select(func.count()).select_from(old.subquery())) or 0


def societies_to_catch_up(*, on: date) -> list[int]:
    """Societies that have a registration whose kept standing is missing or old."""
    old = (
        select(literal(1))
        .select_from(Registration)
        .outerjoin(LastStanding, LastStanding.registration_id == Registration.id)
        .where(Registration.society_id == Society.id, _is_old(on), _has_term())
        .correlate(Society)
    )
    return list(session.scalars(select(Society.id).where(exists(old)).order_by(Society.id)))


def judge_again(registration_ids: Sequence[int], *, on: date) -> None:
    """Judge these registrations and keep the answers."""
    for begin in range(0, len(registration_ids), AT_ONCE):
        _judge_part(registration_ids[begin : begin + AT_ONCE], on)


def old_among(registration_ids: Sequence[int], *, on: date) -> list[int]:
    """Those of some registrations whose kept standing is missing or old."""
    return list(
        session.scalars(
            select(Registration.id)
            .join(Society, Society.id == Registration.society_id)
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
        LastStanding.standing_round != Society.standing_round,
        LastStanding.to_do.is_(None),
    )


def _old(society_id: int, on: date, only: ColumnElement[bool] | None) -> Select[int]:
    statement = (
        select(Registration.id)
        .join(Society, Society.id == Registration.society_id)
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
    """Keep the answers; a page and a worker may judge the same ones at the same moment."""
    rows = sorted(
        (_row(standing) for standing in judged(ids, on=on)), key=lambda row: row["registration_id"]
    )
    without = set(ids) - {row["registration_id"] for row in rows}
    if without:
        session.execute(delete(LastStanding).where(LastStanding.registration_id.in_(without)))
    if rows:
        into = (
            postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        )
        made = into(LastStanding)
        named = {name: made.excluded[name] for name in rows[0] if name != "registration_id"}
        session.execute(
            made.on_conflict_do_update(index_elements=["registration_id"], set_=named), rows
        )


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


def _row(standing: Judged) -> dict[str, Any]:
    registration, answer = standing.registration, standing.answer
    open_years = [y for y in answer.years if y.verdict is Verdict.SHORT or y.running]
    lacking = lacking_years(answer.years, answer.on)
    return {
        "registration_id": registration.id,
        "society_id": registration.society_id,
        "term_id": standing.term.id,
        "registration_version": registration.version,
        "standing_round": registration.society.standing_round,
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
