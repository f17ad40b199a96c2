"""Whom staff may remind: certificates that end soon, by what is missing, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, select
from sqlalchemy.orm import aliased

from cpd_app.db import session
from cpd_app.domain.nudges import AGAIN_AFTER, ASKED, MONTHS, LeftOut, Way
from cpd_app.domain.years import months_after
from cpd_app.models import LastNudge, LastStanding, Person, Registration, Term
from cpd_app.policy import Actor, Permission, Target, may, require
from cpd_app.usecases.call_notes import LastCall, last_calls
from cpd_app.usecases.members import RENEWABLE, latest_names, shown_term

PAGE_SIZE = 50
#: groups that stand as tabs; "" is everybody who is due
WHO = ("", "not_activated", "not_filed")
NUDGED = ("", "no", "yes")
DEFAULT_MONTHS = 6


@dataclass(frozen=True)
class NudgeFilter:
    """What is asked for; every part stands in the address."""

    months: int = DEFAULT_MONTHS
    #: one of WHO
    who: str = ""
    #: code of a check in ASKED; "" is whatever is missing
    missing: str = ""
    #: whether they were reminded within AGAIN_AFTER: one of NUDGED
    nudged: str = ""


@dataclass(frozen=True, slots=True)
class NudgeRow:
    """One certificate that ends soon."""

    registration_id: int
    number: str
    name: str
    #: None when it is not there, or not to be read by the asker
    phone: str | None
    ends_on: date
    activated: bool
    #: codes of checks that are open
    to_do: tuple[str, ...]
    #: hundredths of 学时 missing in the years that are short or running
    missing: int
    nudged_at: datetime | None
    way: str | None
    call: LastCall | None


@dataclass(frozen=True)
class NudgePage:
    """A page of the list and its counts."""

    rows: tuple[NudgeRow, ...]
    total: int
    page: int
    pages: int
    #: how many in each group of WHO, the other filters as they are
    by_who: dict[str, int]
    may_see_contacts: bool


@dataclass(frozen=True)
class Chosen:
    """Whom staff chose: everybody whom the filter finds, or some of them by id."""

    wanted: NudgeFilter
    ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What a nudge would do, by what was known when it was asked."""

    ids: tuple[int, ...]
    left_out: dict[LeftOut, int]

    @property
    def chosen(self) -> int:
        """All of them."""
        return len(self.ids) + sum(self.left_out.values())


def nudge_page(
    actor: Actor, society_id: int, wanted: NudgeFilter, *, on: date, now: datetime, page: int = 1
) -> NudgePage:
    """Certificates that end within some months, the first to end first."""
    target = Target(societies=frozenset({society_id}))
    require(actor, Permission.NUDGE, target)
    by_who = _by_who(society_id, wanted, on, now)
    total = by_who[wanted.who]
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    contacts = may(actor, Permission.READ_CONTACT, target)
    found = session.execute(
        _due(_rows(), society_id, wanted, on, now)
        .where(_who(wanted.who))
        .order_by(Term.ends_on, Term.id)  # as the index has them: a page reads no further
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    return NudgePage(
        _with_names(found, society_id, contacts=contacts), total, page, pages, by_who, contacts
    )


def plan_of(
    actor: Actor, society_id: int, chosen: Chosen, way: Way, *, on: date, now: datetime
) -> Plan:
    """Whom a nudge would reach, and how many it leaves out for which reason; one statement."""
    require(actor, Permission.NUDGE, Target(societies=frozenset({society_id})))
    wanted = chosen.wanted
    statement = _due(
        select(
            Registration.id,
            Registration.person_id,
            Person.phone.is_not(None).label("has_phone"),
            Person.messages_stopped_at.is_not(None).label("silent"),
            Person.password_hash.is_not(None).label("activated"),
            LastStanding.to_do,
            _lately(now).label("lately"),
        ),
        society_id,
        wanted,
        on,
        now,
    ).where(_who(wanted.who))
    if chosen.ids:
        statement = statement.where(Registration.id.in_(chosen.ids))
    left_out: dict[LeftOut, int] = {}
    ids = []
    people: set[int] = set()
    for row in session.execute(statement.order_by(Term.ends_on, Registration.id)):
        why = _why_not(row, actor, way)
        if why is None and row.person_id in people:
            why = LeftOut.SAME_PERSON
        if why is None:
            people.add(row.person_id)
            ids.append(row.id)
        else:
            left_out[why] = left_out.get(why, 0) + 1
    return Plan(tuple(ids), left_out)


def _why_not(row: Any, actor: Actor, way: Way) -> LeftOut | None:
    if row.person_id == actor.person_id:
        return LeftOut.ONESELF
    if row.silent:
        return LeftOut.SILENT
    if row.lately:
        return LeftOut.RECENTLY
    if row.activated and row.to_do is not None and not row.to_do.strip():
        return LeftOut.NOTHING
    if way is Way.CSV and not row.has_phone:
        return LeftOut.NO_PHONE
    return None


def _rows() -> Select[*tuple[Any, ...]]:
    return select(
        Registration.id,
        Registration.person_id,
        Registration.number,
        Person.phone,
        Term.ends_on,
        Person.password_hash.is_not(None).label("activated"),
        LastStanding.to_do,
        LastStanding.missing,
    )


def _due(
    statement: Select[*tuple[Any, ...]],
    society_id: int,
    wanted: NudgeFilter,
    on: date,
    now: datetime,
) -> Select[*tuple[Any, ...]]:
    """Everything asked for but the group, whose counts are shown side by side."""
    months = wanted.months if wanted.months in MONTHS else DEFAULT_MONTHS
    joined = (
        statement.select_from(Term)
        .join(Registration, Registration.id == Term.registration_id)
        .join(Person, Person.id == Registration.person_id)
        .outerjoin(LastStanding, LastStanding.registration_id == Registration.id)
        .where(
            Registration.society_id == society_id,
            Term.ends_on > on,
            Term.ends_on <= months_after(on, months),
            Term.state.in_(RENEWABLE),
            shown_term(on),
        )
    )
    if wanted.missing in ASKED:
        joined = joined.where(_lacks(wanted.missing))
    if not wanted.nudged:
        return joined
    lately = _lately(now)
    return joined.where(lately if wanted.nudged == "yes" else ~lately)


def _lately(now: datetime) -> ColumnElement[bool]:
    """Whether the person was reminded by this society, for whichever registration it was."""
    newest, theirs = aliased(LastNudge), aliased(Registration)
    return exists(
        select(literal(1))
        .select_from(newest)
        .join(theirs, theirs.id == newest.registration_id)
        .where(
            theirs.person_id == Registration.person_id,
            theirs.society_id == Registration.society_id,
            newest.at > now - AGAIN_AFTER,
        )
    )


def _last_nudges(society_id: int, person_ids: Sequence[int]) -> dict[int, tuple[datetime, str]]:
    """When and how the society reminded some people last; one statement."""
    rows = session.execute(
        select(Registration.person_id, LastNudge.at, LastNudge.way)
        .join(LastNudge, LastNudge.registration_id == Registration.id)
        .where(Registration.society_id == society_id, Registration.person_id.in_(person_ids))
        .order_by(LastNudge.at)
    )
    return {row.person_id: (row.at, row.way) for row in rows}


def _lacks(check: str) -> ColumnElement[bool]:
    return LastStanding.to_do.contains(f" {check} ")


def _who(who: str) -> ColumnElement[bool]:
    if who == "not_activated":
        return Person.password_hash.is_(None)
    # `expiry` is open from the day on which filing can begin until it is filed
    return _lacks("expiry") if who == "not_filed" else and_(True)


def _by_who(society_id: int, wanted: NudgeFilter, on: date, now: datetime) -> dict[str, int]:
    counts = [
        func.sum(case((_who(who), 1), else_=0)).label(who) for who in ("not_activated", "not_filed")
    ]
    row = session.execute(
        _due(select(func.count().label("everybody"), *counts), society_id, wanted, on, now)
    ).one()
    return {
        "": int(row.everybody),
        "not_activated": int(row.not_activated or 0),
        "not_filed": int(row.not_filed or 0),
    }


def _with_names(found: Sequence[Any], society_id: int, *, contacts: bool) -> tuple[NudgeRow, ...]:
    """Names, last nudges and last calls of a page, in three statements."""
    nudges = _last_nudges(society_id, [r.person_id for r in found])
    names = latest_names([r.person_id for r in found])
    calls = last_calls([r.id for r in found])
    return tuple(
        NudgeRow(
            registration_id=r.id,
            number=r.number,
            name=names.get(r.person_id, ("", None))[0],
            phone=r.phone if contacts else None,
            ends_on=r.ends_on,
            activated=r.activated,
            to_do=tuple((r.to_do or "").split()),
            missing=r.missing or 0,
            nudged_at=nudges.get(r.person_id, (None, None))[0],
            way=nudges.get(r.person_id, (None, None))[1],
            call=calls.get(r.id),
        )
        for r in found
    )
