"""The queue of files that wait for their audit: by deadline and risk, with its filters (§8)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select

from cpd_app.db import session
from cpd_app.domain.audits import OPEN, FilingState
from cpd_app.domain.renewal import WINDOW_DAYS
from cpd_app.models import (
    Deadline,
    FileProgress,
    Filing,
    PersonName,
    Reader,
    Registration,
    Snapshot,
    Society,
    Term,
)
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases.audit_access import reads_on
from cpd_app.usecases.audit_flags import rate_filing
from cpd_app.usecases.credits_shown import names_of
from cpd_app.usecases.deadlines import DeadlineKind

#: files of one page; more are found by the filters
MOST = 500
#: files that one request rates, when the queue finds them unrated
AT_ONCE = 60
STATES = tuple(state.value for state in FilingState if state in OPEN)
#: deadlines that a file shows: of the society, and of the member it was returned to
SHOWN = (DeadlineKind.COMPLETENESS.value, DeadlineKind.RETURN.value)


@dataclass(frozen=True)
class QueueFilter:
    """What the address asks for; empty asks for everything."""

    state: str = ""
    reader: int | None = None
    mine: bool = False
    #: today (also overdue), week
    due: str = ""
    unassigned: bool = False


@dataclass(frozen=True)
class QueueRow:
    """One file of the queue."""

    filing_id: int
    number: str
    person_id: int
    name: str
    level: str
    state: str
    filed_at: datetime
    #: the earliest open deadline, else the certificate's last day
    due_on: date
    #: it is a deadline in working days, and not only the certificate's end
    by_deadline: bool
    #: the clock stands still (核实)
    paused: bool
    risk: int
    needed: int
    judged: int
    flags: dict[str, int]
    readers: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Queue:
    """The files that wait, and the counts of the filters."""

    rows: tuple[QueueRow, ...]
    states: dict[str, int]
    mine: int
    unassigned: int
    due_today: int
    total: int
    #: the first day on which another file can arrive; None = unknown
    next_on: date | None


def queue_of(actor: Actor, society_id: int | None, wanted: QueueFilter, *, today: date) -> Queue:
    """What waits in a society; without one, what an outside expert was given anywhere.

    Own files are left out; an expert finds those assigned to them and no others.
    """
    visible = _visible(actor, society_id, today)
    rows = _rows(visible)
    readers = _readers([r.id for r in rows], today)
    made = [_row(r, readers.get(r.id, ())) for r in rows]
    made.sort(key=lambda r: (r.paused, r.due_on, -r.risk, r.filed_at, r.filing_id))
    mine = [r for r in made if any(p == actor.person_id for p, _n in r.readers)]
    due_today = [r for r in made if not r.paused and r.by_deadline and r.due_on <= today]
    return Queue(
        rows=tuple(r for r in made if _fits(r, wanted, actor, today)),
        states=dict(Counter(r.state for r in made)),
        mine=len(mine),
        unassigned=sum(not r.readers for r in made),
        due_today=len(due_today),
        total=len(made),
        next_on=None if made or society_id is None else _next_on(society_id, today),
    )


def count_waiting(actor: Actor, society_id: int) -> int:
    """Files of a society that wait, for the number beside the navigation's word."""
    require(actor, Permission.LIST_AUDITS, Target(societies=frozenset({society_id})))
    count = session.scalar(
        select(func.count()).where(
            Filing.society_id == society_id,
            Filing.state.in_(STATES),
            Filing.person_id != actor.person_id,
        )
    )
    return count or 0


def unrated(society_ids: Sequence[int], *, limit: int = AT_ONCE) -> list[int]:
    """Files whose risk and progress are not computed yet, or are older than a supplement."""
    count = (
        select(func.count())
        .where(Snapshot.filing_id == Filing.id)
        .correlate(Filing)
        .scalar_subquery()
    )
    return list(
        session.scalars(
            select(Filing.id)
            .outerjoin(FileProgress, FileProgress.filing_id == Filing.id)
            .where(
                Filing.society_id.in_(society_ids),
                Filing.state.in_(STATES),
                or_(FileProgress.filing_id.is_(None), FileProgress.snapshots != count),
            )
            .order_by(Filing.id)
            .limit(limit)
        )
    )


def rate_files(actor: Actor, filing_ids: Sequence[int], *, now: datetime) -> int:
    """Rate them, so that the queue can sort by risk; how many."""
    filings = session.scalars(select(Filing).where(Filing.id.in_(filing_ids))).all()
    for society_id in {f.society_id for f in filings}:
        require(actor, Permission.LIST_AUDITS, Target(societies=frozenset({society_id})))
    for filing in filings:
        rate_filing(filing, now=now)
    return len(filings)


def _visible(actor: Actor, society_id: int | None, today: date) -> ColumnElement[bool]:
    own = Filing.person_id != actor.person_id
    if society_id is not None:
        require(actor, Permission.LIST_AUDITS, Target(societies=frozenset({society_id})))
        if society_id in actor.staff_of:
            return and_(Filing.society_id == society_id, own)
    asked_in = actor.expert_in if society_id is None else actor.expert_in & {society_id}
    if not asked_in:
        return false()
    assigned = exists().where(
        Reader.filing_id == Filing.id, Reader.person_id == actor.person_id, reads_on(today)
    )
    return and_(Filing.society_id.in_(asked_in), assigned, own)


def _rows(visible: ColumnElement[bool]) -> Sequence[Any]:
    """One statement over the open files of a society; each part of it stands on an index."""
    due = (
        select(func.min(Deadline.due_on))
        .where(
            Deadline.registration_id == Filing.registration_id,
            Deadline.kind.in_(SHOWN),
            Deadline.closed_at.is_(None),
            Deadline.paused_on.is_(None),
        )
        .correlate(Filing)
        .scalar_subquery()
    )
    name = (
        select(PersonName.name)
        .where(PersonName.person_id == Filing.person_id)
        .order_by(PersonName.from_on.desc(), PersonName.id.desc())
        .limit(1)
        .correlate(Filing)
        .scalar_subquery()
    )
    return session.execute(
        select(
            Filing.id,
            Filing.person_id,
            Filing.state,
            Filing.filed_at,
            Filing.risk,
            Registration.number,
            Term.level,
            Term.ends_on,
            due.label("due_on"),
            name.label("name"),
            FileProgress.needed,
            FileProgress.judged,
            FileProgress.flags,
        )
        .join(Registration, Registration.id == Filing.registration_id)
        .join(Term, Term.id == Filing.term_id)
        .outerjoin(FileProgress, FileProgress.filing_id == Filing.id)
        .where(visible, Filing.state.in_(STATES))
        .order_by(func.coalesce(due, Term.ends_on), Filing.risk.desc(), Filing.filed_at)
        .limit(MOST)
    ).all()


def _readers(filing_ids: list[int], today: date) -> dict[int, tuple[tuple[int, str], ...]]:
    rows = session.execute(
        select(Reader.filing_id, Reader.person_id)
        .where(Reader.filing_id.in_(filing_ids), reads_on(today))
        .order_by(Reader.id)
    ).all()
    names = names_of(row.person_id for row in rows)
    found: dict[int, list[tuple[int, str]]] = {}
    for row in rows:
        found.setdefault(row.filing_id, []).append((row.person_id, names.get(row.person_id, "")))
    return {filing_id: tuple(people) for filing_id, people in found.items()}


def _row(row: Any, readers: tuple[tuple[int, str], ...]) -> QueueRow:
    last_day = row.ends_on - timedelta(days=1)
    return QueueRow(
        filing_id=row.id,
        number=row.number,
        person_id=row.person_id,
        name=row.name or "",
        level=row.level,
        state=row.state,
        filed_at=row.filed_at,
        due_on=row.due_on or last_day,
        by_deadline=row.due_on is not None,
        paused=row.state == FilingState.VERIFYING,
        risk=row.risk,
        needed=row.needed or 0,
        judged=row.judged or 0,
        flags=row.flags or {},
        readers=readers,
    )


def _fits(row: QueueRow, wanted: QueueFilter, actor: Actor, today: date) -> bool:
    people = {person_id for person_id, _name in row.readers}
    return (
        (not wanted.state or row.state == wanted.state)
        and (wanted.reader is None or wanted.reader in people)
        and (not wanted.mine or actor.person_id in people)
        and (not wanted.unassigned or not people)
        and (wanted.due != "today" or (not row.paused and row.due_on <= today))
        and (wanted.due != "week" or (not row.paused and row.due_on <= week_end(today)))
    )


def week_end(today: date) -> date:
    """The Sunday that ends the week of a day."""
    return today + timedelta(days=6 - today.weekday())


def _next_on(society_id: int, today: date) -> date | None:
    """The day on which the next filing window of the society opens; today when one is open."""
    settings = session.get_one(Society, society_id).settings
    window = timedelta(days=settings.get("window_days", WINDOW_DAYS))
    ends_on = session.scalar(
        select(func.min(Term.ends_on))
        .join(Registration, Registration.id == Term.registration_id)
        .where(
            Registration.society_id == society_id,
            Term.state == "active",
            Term.ends_on > today + window,
        )
    )
    return ends_on - window if ends_on else None
