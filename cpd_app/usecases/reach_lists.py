"""Whom a society does not reach: broken addresses, no address at all, expiry notices unseen.

Contact data is given only to who may read it; the lists themselves are every colleague's, since
somebody has to call or write.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from cpd_app.db import session
from cpd_app.domain.messages import Channel, MessageKind
from cpd_app.domain.years import months_after
from cpd_app.models import (
    Delivery,
    Message,
    Person,
    Reach,
    Registration,
    Term,
    Webhook,
)
from cpd_app.policy import Actor, Permission, Target, may, require
from cpd_app.usecases.bulk import plan_plainly
from cpd_app.usecases.call_notes import LastCall, last_calls
from cpd_app.usecases.members import RENEWABLE, latest_names, shown_term

PAGE_SIZE = 50
#: an expiry notice that reached nobody for so many days is to be told another way
UNSEEN_DAYS = 7
#: older notices are not looked at: the certificate has been over for long
LOOK_BACK = timedelta(days=400)
BROKEN_STATES = ("bounced", "failing")
MONTHS = (3, 6, 12)


class Lack(StrEnum):
    """How somebody is not reached."""

    UNSEEN = "unseen"
    """Every expiry notice went unsent, and none was read."""
    BROKEN = "broken"
    """An address bounces, or fails again and again."""
    NOWHERE = "nowhere"
    """No channel at all: no address that works, and nothing was ever read."""


@dataclass(frozen=True)
class ReachFilter:
    """What is asked for; it stands in the address."""

    lack: Lack = Lack.UNSEEN
    #: the certificate ends within so many months; None: whenever
    months: int | None = None


class Broken(NamedTuple):
    """A way that does not reach somebody."""

    channel: str
    state: str
    since: datetime
    #: code, and to who may read contacts the other side's words: they often hold the address
    problem: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ReachRow:
    """One member who is not reached."""

    registration_id: int
    number: str
    name: str
    #: None when it is not there, or not to be read by the asker
    email: str | None
    phone: str | None
    has_email: bool
    has_phone: bool
    activated: bool
    ends_on: date
    broken: tuple[Broken, ...]
    call: LastCall | None


@dataclass(frozen=True)
class ReachPage:
    """A page of a list and the counts of all three."""

    rows: tuple[ReachRow, ...]
    total: int
    page: int
    pages: int
    counts: dict[Lack, int]
    may_see_contacts: bool


def reach_page(
    actor: Actor, society_id: int, wanted: ReachFilter, *, on: date, now: datetime, page: int = 1
) -> ReachPage:
    """Members who are not reached in one way, the certificate that ends first first."""
    target = Target(societies=frozenset({society_id}))
    require(actor, Permission.READ_REACH, target)
    plan_plainly()
    members = _members(select(Registration.id), society_id, wanted.months, on)
    # all of them by id, once: asking for their number and for a page would look twice
    ids = list(
        session.scalars(
            members.where(_lacking(wanted.lack, society_id, now)).order_by(Term.ends_on, Term.id)
        )
    )
    others = [lack for lack in Lack if lack is not wanted.lack]
    counts = {wanted.lack: len(ids), **_counts(others, society_id, wanted.months, on, now)}
    pages = max(1, -(-len(ids) // PAGE_SIZE))
    page = min(max(page, 1), pages)
    contacts = may(actor, Permission.READ_CONTACT, target)
    shown = ids[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    found = session.execute(
        _members(_columns(), society_id, None, on)
        .where(Registration.id.in_(shown))
        .order_by(Term.ends_on, Term.id)
    ).all()
    return ReachPage(_rows(found, contacts=contacts), len(ids), page, pages, counts, contacts)


def unreached(actor: Actor, society_id: int, *, on: date, now: datetime) -> dict[Lack, int]:
    """How many are not reached in each way."""
    require(actor, Permission.READ_REACH, Target(societies=frozenset({society_id})))
    plan_plainly()
    return _counts(list(Lack), society_id, None, on, now)


def _counts(
    lacks: Sequence[Lack], society_id: int, months: int | None, on: date, now: datetime
) -> dict[Lack, int]:
    members = _members(select(func.count()), society_id, months, on)
    return {
        lack: session.scalar(members.where(_lacking(lack, society_id, now))) or 0 for lack in lacks
    }


def _columns() -> Select[*tuple[Any, ...]]:
    return select(
        Registration.id,
        Registration.person_id,
        Registration.number,
        Person.email,
        Person.phone,
        Person.password_hash.is_not(None).label("activated"),
        Term.ends_on,
    )


def _members(
    statement: Select[*tuple[Any, ...]], society_id: int, months: int | None, on: date
) -> Select[*tuple[Any, ...]]:
    """Of the society, with a certificate that can be renewed; who is told nothing is left out."""
    joined = (
        statement.select_from(Registration)
        .join(Term, Term.registration_id == Registration.id)
        .join(Person, Person.id == Registration.person_id)
        .where(
            Registration.society_id == society_id,
            Term.state.in_(RENEWABLE),
            Person.messages_stopped_at.is_(None),
            shown_term(on),
        )
    )
    if months is None:
        return joined
    return joined.where(Term.ends_on > on, Term.ends_on <= months_after(on, months))


def _lacking(lack: Lack, society_id: int, now: datetime) -> ColumnElement[bool]:
    match lack:
        case Lack.UNSEEN:
            return Registration.person_id.in_(_unseen(society_id, now))
        case Lack.BROKEN:
            return Registration.person_id.in_(
                select(Reach.person_id).where(Reach.state.in_(BROKEN_STATES))
            )
        case _:
            return _nowhere(society_id, now)


def _unseen(society_id: int, now: datetime) -> Select[int]:
    """People with expiry notices of some days ago of which none was sent or read."""
    another = aliased(Message)
    told = and_(
        Message.society_id == society_id,
        Message.kind == MessageKind.EXPIRY.value,
        Message.withdrawn_at.is_(None),
        Message.created_at > now - LOOK_BACK,
        Message.created_at <= now - timedelta(days=UNSEEN_DAYS),
    )
    reached = exists(
        select(literal(1)).where(
            another.person_id == Message.person_id,
            another.kind == MessageKind.EXPIRY.value,
            another.society_id == society_id,
            another.created_at > now - LOOK_BACK,
            or_(another.read_at.is_not(None), _is_sent(another)),
        )
    )
    unseen = and_(Message.read_at.is_(None), ~_is_sent(Message))
    return select(Message.person_id).where(told, unseen, ~reached).distinct()


def _is_sent(message: type[Message]) -> ColumnElement[bool]:
    return exists(
        select(literal(1)).where(Delivery.message_id == message.id, Delivery.state == "sent")
    )


def _nowhere(society_id: int, now: datetime) -> ColumnElement[bool]:
    """No address that works, and no sign that the inbox is looked into."""
    by_mail = and_(Person.email.is_not(None), ~_is_broken(Channel.EMAIL))
    bridged = exists(
        select(literal(1)).where(Webhook.society_id == society_id, Webhook.active.is_(True))
    )
    by_bridge = and_(Person.phone.is_not(None), bridged, ~_is_broken(Channel.WEBHOOK))
    of_person = Message.person_id == Person.id
    unread = exists(
        select(literal(1)).where(
            of_person,
            Message.read_at.is_(None),
            Message.withdrawn_at.is_(None),
            Message.created_at <= now - timedelta(days=UNSEEN_DAYS),
        )
    )
    read = exists(select(literal(1)).where(of_person, Message.read_at.is_not(None)))
    looks = and_(Person.password_hash.is_not(None), or_(read, ~unread))
    return and_(~by_mail, ~by_bridge, ~looks)


def _is_broken(channel: Channel) -> ColumnElement[bool]:
    """Few addresses are broken: they are looked up once, and not for each of 100,000 people."""
    return Person.id.in_(
        select(Reach.person_id).where(
            Reach.channel == channel.value, Reach.state.in_(BROKEN_STATES)
        )
    )


def _rows(found: Sequence[Any], *, contacts: bool) -> tuple[ReachRow, ...]:
    """Names, broken addresses and last calls of a page, in three statements."""
    people = [r.person_id for r in found]
    names, calls = latest_names(people), last_calls([r.id for r in found])
    broken: dict[int, list[Broken]] = {}
    for reach in session.scalars(
        select(Reach)
        .where(Reach.person_id.in_(people), Reach.state.in_(BROKEN_STATES))
        .order_by(Reach.channel)
    ):
        problem = reach.problem
        if problem and not contacts:
            problem = {"code": problem["code"]}
        found_broken = Broken(reach.channel, reach.state, reach.since, problem)
        broken.setdefault(reach.person_id, []).append(found_broken)
    return tuple(
        ReachRow(
            registration_id=r.id,
            number=r.number,
            name=names.get(r.person_id, ("", None))[0],
            email=r.email if contacts else None,
            phone=r.phone if contacts else None,
            has_email=r.email is not None,
            has_phone=r.phone is not None,
            activated=r.activated,
            ends_on=r.ends_on,
            broken=tuple(broken.get(r.person_id, [])),
            call=calls.get(r.id),
        )
        for r in found
    )
