"""Finding a society's members: one search, filters that stand in the address, counts, pages."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from cpd_app.db import session
from cpd_app.domain.years import months_after
from cpd_app.models import (
    Employment,
    Field,
    LastStanding,
    Person,
    PersonName,
    Registration,
    Term,
)
from cpd_app.policy import Actor, Permission, Target, may, require
from cpd_app.usecases.member_search import registrations_matching

PAGE_SIZE = 50
STATES = ("active", "suspended", "expired", "cancelled", "revoked")
SORTS = ("number", "ends_on", "-ends_on", "newest")
STANDINGS = ("not_activated", "behind", "short", "not_ready")
#: kept states of a term that can still be renewed; whether it has ended, the day says
RENEWABLE = ("active", "suspended", "expired")
#: a field of engineering that is not in the taxonomy
UNMAPPED = "unmapped"


@dataclass(frozen=True)
class MemberFilter:
    """What is asked for; empty asks for nothing. Every part stands in the address."""

    q: str = ""
    #: state of the certificate on the day: one of STATES
    state: str = ""
    level: str = ""
    #: code of a field of engineering, or UNMAPPED
    field: str = ""
    #: one of STANDINGS
    standing: str = ""
    #: the certificate ends within so many months from now
    months: int | None = None
    #: the certificate ends in this month, as 2027-03
    due: str = ""
    sort: str = "number"


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One registration in the list."""

    registration_id: int
    person_id: int
    number: str
    name: str
    name_en: str | None
    employer: str | None
    #: Chinese and English name of the field; None is to be mapped
    field: str | None
    field_en: str | None
    field_text: str
    level: str
    starts_on: date
    ends_on: date
    state: str
    activated: bool
    #: worst verdict of the years when it was last asked; None = not asked yet
    verdict: str | None
    missing: int
    ready: bool | None


@dataclass(frozen=True)
class Found:
    """One page of a list, and how many there are."""

    rows: tuple[MemberRow, ...]
    total: int
    page: int
    pages: int
    #: how many in each state, the other filters as they are
    by_state: dict[str, int] = field(default_factory=dict)


def find_members(
    actor: Actor, society_id: int, wanted: MemberFilter, *, on: date, page: int = 1
) -> Found:
    """The registrations of a society that fit, a page of them, in a stable order."""
    _may_find(actor, society_id)
    conditions = _conditions(actor, society_id, wanted, on)
    by_state = _by_state(conditions, on)
    total = by_state.get(wanted.state, 0) if wanted.state else sum(by_state.values())
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    statement = (
        _rows(on)
        .where(*conditions, *_in_state(wanted, on))
        .order_by(*_order(wanted.sort))
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    rows = _with_names(session.execute(statement).all())
    return Found(tuple(rows), total, page, pages, by_state)


def count_members(actor: Actor, society_id: int, wanted: MemberFilter, *, on: date) -> int:
    """How many registrations a filter finds."""
    _may_find(actor, society_id)
    conditions = _conditions(actor, society_id, wanted, on)
    return sum(_by_state([*conditions, *_in_state(wanted, on)], on).values())


def ids_found(actor: Actor, society_id: int, wanted: MemberFilter, *, on: date) -> list[int]:
    """Ids of all registrations that a filter finds, in the order of the list."""
    _may_find(actor, society_id)
    conditions = [*_conditions(actor, society_id, wanted, on), *_in_state(wanted, on)]
    found = _joined(select(Registration.id)).where(*conditions).order_by(*_order(wanted.sort))
    return list(session.scalars(found))


def members_with(actor: Actor, society_id: int, ids: Sequence[int], *, on: date) -> list[MemberRow]:
    """These registrations of the society as the list shows them, in the order of `ids`."""
    _may_find(actor, society_id)
    wanted = (Registration.society_id == society_id, Registration.id.in_(ids), shown_term(on))
    found = _with_names(session.execute(_rows(on).where(*wanted)).all())
    places = {registration_id: place for place, registration_id in enumerate(ids)}
    return sorted(found, key=lambda row: places[row.registration_id])


def people_found(actor: Actor, society_id: int, wanted: MemberFilter, *, on: date) -> list[int]:
    """Ids of the people that a filter finds (codes in bulk)."""
    _may_find(actor, society_id)
    conditions = [*_conditions(actor, society_id, wanted, on), *_in_state(wanted, on)]
    people = _joined(select(Registration.person_id)).where(*conditions).distinct()
    return list(session.scalars(people))


def latest_names(person_ids: Sequence[int]) -> dict[int, tuple[str, str | None]]:
    """Name in use and as in the passport, of many people in one statement."""
    rows = session.execute(
        select(PersonName.person_id, PersonName.name, PersonName.name_en)
        .where(PersonName.person_id.in_(person_ids))
        .order_by(PersonName.from_on, PersonName.id)
    )
    return {r.person_id: (r.name, r.name_en) for r in rows}


def shown_term(on: date) -> ColumnElement[bool]:
    """Of a registration's terms the one that a list shows: `registrations_shown.term_on` in SQL.

    The first that has not ended, else the last.
    """
    better = aliased(Term)
    earlier_open = and_(Term.ends_on > on, better.ends_on > on, better.starts_on < Term.starts_on)
    open_or_later = and_(
        Term.ends_on <= on, or_(better.ends_on > on, better.starts_on > Term.starts_on)
    )
    return ~exists(
        select(literal(1)).where(
            better.registration_id == Term.registration_id, or_(earlier_open, open_or_later)
        )
    )


def state_on(on: date) -> ColumnElement[str]:
    """The state of a term on a day: one that has ended is expired, unless it was ended before."""
    return case(
        (and_(Term.state.in_(("active", "suspended")), Term.ends_on <= on), literal("expired")),
        else_=Term.state,
    )


def month_of(text: str) -> tuple[date, date] | None:
    """First day of a month written 2027-03, and of the next one; None when it is none."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return first, months_after(first, 1)


def _may_find(actor: Actor, society_id: int) -> None:
    require(actor, Permission.FIND_MEMBER, Target(societies=frozenset({society_id})))


def _joined(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        statement.select_from(Registration)
        .join(Term, Term.registration_id == Registration.id)
        .join(Person, Person.id == Registration.person_id)
        .outerjoin(LastStanding, LastStanding.registration_id == Registration.id)
    )


def _rows(on: date) -> Select[*tuple[Any, ...]]:
    return _joined(
        select(
            Registration.id.label("registration_id"),
            Registration.person_id,
            Registration.number,
            Registration.field_text,
            Field.name.label("field"),
            Field.name_en.label("field_en"),
            Term.level,
            Term.starts_on,
            Term.ends_on,
            state_on(on).label("state"),
            Person.password_hash.is_not(None).label("activated"),
            LastStanding.verdict,
            LastStanding.missing,
            LastStanding.ready,
        )
    ).outerjoin(Field, Field.id == Registration.field_id)


def _conditions(
    actor: Actor, society_id: int, wanted: MemberFilter, on: date
) -> list[ColumnElement[bool]]:
    """Everything asked for but the state, whose counts are shown side by side."""
    conditions = [Registration.society_id == society_id, shown_term(on)]
    if wanted.level:
        conditions.append(Term.level == wanted.level)
    if wanted.field == UNMAPPED:
        conditions.append(Registration.field_id.is_(None))
    elif wanted.field:
        of_code = select(Field.id).where(Field.code == wanted.field).scalar_subquery()
        conditions.append(Registration.field_id == of_code)
    conditions += [*_standing(wanted.standing), *_ending(wanted, on)]
    text = wanted.q.strip()
    if text:
        contacts = may(actor, Permission.READ_CONTACT, Target(societies=frozenset({society_id})))
        conditions.append(
            Registration.id.in_(registrations_matching(society_id, text, contacts=contacts))
        )
    return conditions


def _standing(standing: str) -> list[ColumnElement[bool]]:
    """Not activated is asked apart from behind: nobody has opened those accounts yet."""
    if not standing:
        return []
    activated = Person.password_hash.is_not(None)
    fits = {
        "not_activated": ~activated,
        "not_ready": LastStanding.ready.is_(False),
        "behind": and_(activated, LastStanding.verdict == "behind"),
        "short": and_(activated, LastStanding.verdict == "short"),
    }
    return [Term.state.in_(RENEWABLE), fits[standing]]


def _ending(wanted: MemberFilter, on: date) -> list[ColumnElement[bool]]:
    """By the last day of the certificate, which is the day before `ends_on`."""
    month = month_of(wanted.due)
    within = []
    if wanted.months is not None:
        within.append((on, months_after(on, wanted.months)))
    if month is not None:
        within.append(month)
    spans = [and_(Term.ends_on > after, Term.ends_on <= until) for after, until in within]
    return [Term.state.in_(RENEWABLE), *spans] if spans else []


def _in_state(wanted: MemberFilter, on: date) -> list[ColumnElement[bool]]:
    return [state_on(on) == wanted.state] if wanted.state else []


def _by_state(conditions: Sequence[ColumnElement[bool]], on: date) -> dict[str, int]:
    state = state_on(on).label("state")
    rows = session.execute(
        _joined(select(state, func.count().label("registrations")))
        .where(*conditions)
        .group_by(state)
    )
    return {r.state: int(r.registrations) for r in rows}


def _order(sort: str) -> tuple[ColumnElement[Any], ...]:
    match sort:
        case "ends_on":
            return (Term.ends_on.asc(), Registration.id.asc())
        case "-ends_on":
            return (Term.ends_on.desc(), Registration.id.desc())
        case "newest":
            return (Registration.id.desc(),)
        case _:
            return (Registration.number_key.asc(),)


def _with_names(rows: Sequence[Any]) -> list[MemberRow]:
    """Names and employers of a page, in two statements."""
    ids = [r.person_id for r in rows]
    names, employers = latest_names(ids), _latest_employers(ids)
    made = []
    for row in rows:
        name, name_en = names.get(row.person_id, ("", None))
        made.append(
            MemberRow(
                **{k: v for k, v in row._mapping.items() if k not in {"ready", "missing"}},  # noqa: SLF001 - SQLAlchemy's name
                name=name,
                name_en=name_en,
                employer=employers.get(row.person_id),
                ready=row.ready,
                missing=row.missing or 0,
            )
        )
    return made


def _latest_employers(person_ids: Sequence[int]) -> dict[int, str]:
    rows = session.execute(
        select(Employment.person_id, Employment.employer)
        .where(Employment.person_id.in_(person_ids))
        .order_by(Employment.from_on, Employment.id)
    )
    return {r.person_id: r.employer for r in rows}
