"""认定: staff fix the hours of records whose kind needs it; each ruling is a precedent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select, update

from cpd_app.db import session
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.models import Activity, Credit, Registration, Ruling
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.activity_changes import note_change
from cpd_app.usecases.credits import settle

MOST_REASON = 1000
PAGE = 50


@dataclass(frozen=True)
class Waiting:
    """A record that waits for a ruling, with what the member asks for (hundredths)."""

    credit_id: int
    activity: Activity
    registration: Registration
    asked: int


@dataclass(frozen=True)
class Precedent:
    """An earlier ruling of the society; names nobody."""

    id: int
    kind: str
    subject: str
    asked: int
    granted: int
    reason: str
    at: datetime


def waiting_rulings(actor: Actor, society_id: int) -> list[Waiting]:
    """Records of a society's members that wait for a ruling, the oldest first."""
    require(actor, Permission.FIND_MEMBER, Target(societies=frozenset({society_id})))
    rows = session.execute(
        _of_society(society_id)
        .where(Credit.needs_ruling, Credit.ruled.is_(None))
        .order_by(Credit.id)
    )
    return [Waiting(c.id, a, r, c.claimed) for c, a, r in rows]


def ruling_asked(actor: Actor, credit_id: int) -> Waiting:
    """One record that needs a ruling, also when it was ruled on before."""
    row = session.execute(
        select(Credit, Activity, Registration)
        .join(Activity, Activity.id == Credit.activity_id)
        .join(Registration, Registration.id == Credit.registration_id)
        .where(Credit.id == credit_id)
    ).first()
    if row is None:
        raise NotFound
    credit, activity, registration = row
    target = Target(owner_id=registration.person_id, societies=frozenset({registration.society_id}))
    require(actor, Permission.READ_ACTIVITY, target)
    if not credit.needs_ruling or activity.state != "recorded":
        raise Rejected("no_ruling_needed")
    return Waiting(credit.id, activity, registration, credit.claimed)


def decide_ruling(
    actor: Actor, credit_id: int, *, hours: int, reason: str, subject: str, now: datetime
) -> Ruling:
    """Fix the hours of a record (hundredths); a later ruling replaces an earlier one.

    The society's word [handbook Q24]. Raises Rejected for a missing reason or subject, and for
    more hours than the member asks.
    """
    asked = ruling_asked(actor, credit_id)
    registration = asked.registration
    target = Target(owner_id=registration.person_id, societies=frozenset({registration.society_id}))
    require(actor, Permission.DECIDE_RULING, target)
    _check(asked, hours, reason, subject)
    credit = session.get_one(Credit, credit_id)
    session.execute(
        update(Ruling)
        .where(Ruling.credit_id == credit_id, Ruling.replaced_at.is_(None))
        .values(replaced_at=now)
    )
    ruling = Ruling(
        society_id=registration.society_id,
        credit_id=credit_id,
        kind=asked.activity.kind,
        subject=subject.strip(),
        asked=asked.asked,
        granted=hours,
        reason=reason.strip(),
        by_id=actor.person_id,
        at=now,
    )
    session.add(ruling)
    before, credit.ruled = credit.ruled, hours
    session.flush()
    settle(actor, asked.activity, now=now)
    asked.activity.version += 1
    note_change(actor, asked.activity, "ruled", {"hours": [before, hours]}, now=now)
    journal.record(
        actor,
        "ruling.decided",
        "credit",
        credit_id,
        now=now,
        society_id=registration.society_id,
        data={"ruling": ruling.id, "asked": asked.asked, "granted": hours},
        values={"reason": ruling.reason, "subject": ruling.subject},
    )
    return ruling


def rulings_on(activity_id: int) -> list[Ruling]:
    """The rulings in force on a record, for its owner and for staff."""
    return list(
        session.scalars(
            select(Ruling)
            .join(Credit, Credit.id == Ruling.credit_id)
            .where(Credit.activity_id == activity_id, Ruling.replaced_at.is_(None))
        )
    )


def search_precedents(
    actor: Actor, society_id: int, *, words: str = "", kind: str | None = None, page: int = 1
) -> tuple[list[Precedent], int]:
    """Earlier rulings whose subject or reason holds all the words; with their number."""
    require(actor, Permission.FIND_MEMBER, Target(societies=frozenset({society_id})))
    query = select(Ruling).where(Ruling.society_id == society_id, Ruling.replaced_at.is_(None))
    for word in words.split()[:5]:
        like = f"%{_escaped(word)}%"
        query = query.where(
            or_(Ruling.subject.ilike(like, escape="\\"), Ruling.reason.ilike(like, escape="\\"))
        )
    if kind:
        query = query.where(Ruling.kind == kind)
    total = session.scalar(query.with_only_columns(func.count())) or 0
    rows = session.scalars(
        query.order_by(Ruling.id.desc()).limit(PAGE).offset((max(page, 1) - 1) * PAGE)
    )
    return _precedents(rows), total


def count_waiting(society_id: int) -> int:
    """How many records of a society wait for a ruling."""
    query = _of_society(society_id).where(Credit.needs_ruling, Credit.ruled.is_(None))
    return session.scalar(query.with_only_columns(func.count())) or 0


def _of_society(society_id: int) -> Select[Credit, Activity, Registration]:
    return (
        select(Credit, Activity, Registration)
        .join(Activity, Activity.id == Credit.activity_id)
        .join(Registration, Registration.id == Credit.registration_id)
        .where(Registration.society_id == society_id, Activity.state == "recorded")
    )


def _check(asked: Waiting, hours: int, reason: str, subject: str) -> None:
    if not subject.strip():
        raise Rejected("missing", "subject")
    if not reason.strip():
        raise Rejected("missing", "reason")
    if len(reason) > MOST_REASON:
        raise Rejected("too_long", "reason", most=MOST_REASON)
    if not 0 <= hours <= asked.asked:
        raise Rejected("more_than_asked", "hours", asked=asked.asked)


def _precedents(rows: Iterable[Ruling]) -> list[Precedent]:
    return [Precedent(r.id, r.kind, r.subject, r.asked, r.granted, r.reason, r.at) for r in rows]


def _escaped(word: str) -> str:
    """Characters that LIKE would take for wildcards, taken as they are."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
