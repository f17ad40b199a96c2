"""认定: staff fix the hours of records whose kind needs it; each ruling is a precedent."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select, update

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.hours import format_hours
from cpd_app.domain.likeness import likeness
from cpd_app.models import Activity, Credit, Registration, Ruling
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.activity_changes import note_change
from cpd_app.usecases.credits import settle
from cpd_app.usecases.rule_messages import tell_ruled
from cpd_app.usecases.rules_in_force import compiled

MOST_REASON = 1000
MOST_SUBJECT = 200
PAGE = 50
#: newest rulings among which the similar ones are looked for, and how many are shown
LOOKED_THROUGH = 500
SIMILAR = 6
#: two texts that share less than this much are not alike
ALIKE = 0.12


@dataclass(frozen=True)
class Waiting:
    """A record that waits for a ruling, with what the member asks for (hundredths)."""

    credit_id: int
    activity: Activity
    registration: Registration
    asked: int
    #: hours ruled before; None while it waits
    ruled: int | None


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


def waiting_rulings(actor: Actor, society_id: int, *, page: int = 1) -> tuple[list[Waiting], int]:
    """Records of a society's members that wait for a ruling, the oldest first; their number."""
    require(actor, Permission.FIND_MEMBER, Target(societies=frozenset({society_id})))
    rows = session.execute(
        _waiting(society_id)
        .order_by(Credit.activity_id)
        .limit(PAGE)
        .offset((max(page, 1) - 1) * PAGE)
    )
    return [Waiting(c.id, a, r, c.claimed, c.ruled) for c, a, r in rows], count_waiting(society_id)


def next_waiting(actor: Actor, society_id: int) -> int | None:
    """The credit that waits longest, to go on with; records of one's own are passed over."""
    require(actor, Permission.FIND_MEMBER, Target(societies=frozenset({society_id})))
    query = _waiting(society_id).where(Registration.person_id != actor.person_id)
    return session.scalar(query.with_only_columns(Credit.id).order_by(Credit.activity_id).limit(1))


def ruling_asked(actor: Actor, credit_id: int) -> Waiting:
    """One record that needs a ruling, also when it was ruled on before."""
    row = session.execute(
        select(Credit, Activity, Registration)
        .join(Activity, Activity.id == Credit.activity_id)
        .join(Registration, Registration.id == Credit.registration_id)
        .where(Credit.id == credit_id)
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound
    credit, activity, registration = row
    target = Target(owner_id=registration.person_id, societies=frozenset({registration.society_id}))
    require(actor, Permission.READ_ACTIVITY, target)
    # `needs_ruling` says that a record waits; one that was ruled on can be ruled on again.
    open_to_ruling = credit.needs_ruling or credit.ruled is not None
    if not open_to_ruling or activity.state != "recorded":
        raise Rejected("no_ruling_needed")
    return Waiting(credit.id, activity, registration, credit.claimed, credit.ruled)


def decide_ruling(
    actor: Actor,
    credit_id: int,
    *,
    hours: int,
    reason: str,
    subject: str,
    replaces: int | None = None,
    seen: int | None = None,
    now: datetime,
) -> Ruling:
    """Fix the hours of a record (hundredths); a later ruling replaces an earlier one.

    The society's word [handbook Q24]. `replaces` is the ruling in force that the person saw,
    `seen` the version of the record. Raises Rejected for a missing reason or subject, for more
    hours than the member asks, and for a subject that names the member; Conflict
    `ruled_meanwhile`, `changed_meanwhile`.
    """
    asked = ruling_asked(actor, credit_id)
    # Held like for a change of the member's own, so that the ruling is on what stands there.
    session.refresh(asked.activity, with_for_update={"key_share": True})
    asked = ruling_asked(actor, credit_id)
    registration = asked.registration
    target = Target(owner_id=registration.person_id, societies=frozenset({registration.society_id}))
    require(actor, Permission.DECIDE_RULING, target)
    in_force = session.scalar(
        select(Ruling.id).where(Ruling.credit_id == credit_id, Ruling.replaced_at.is_(None))
    )
    if in_force != replaces:
        raise Conflict("ruled_meanwhile")
    if seen is not None and seen != asked.activity.version:
        raise Conflict("changed_meanwhile")
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
    tell_ruled(registration, asked.activity, ruling, now=now)
    return ruling


def rulings_on(activity_id: int, *, of: Collection[int] | None = None) -> list[Ruling]:
    """The rulings in force on a record, one a society, for whoever may read the record.

    Staff see those `of` their own societies; None, for the member, is all.
    """
    query = (
        select(Ruling)
        .join(Credit, Credit.id == Ruling.credit_id)
        .where(Credit.activity_id == activity_id, Ruling.replaced_at.is_(None))
        .order_by(Ruling.id)
    )
    return list(session.scalars(query if of is None else query.where(Ruling.society_id.in_(of))))


def rulings_on_credit(actor: Actor, credit_id: int) -> list[Ruling]:
    """Every ruling on a record by one society, newest first; the first is in force."""
    ruling_asked(actor, credit_id)
    return list(
        session.scalars(
            select(Ruling).where(Ruling.credit_id == credit_id).order_by(Ruling.id.desc())
        )
    )


def similar_precedents(
    actor: Actor, society_id: int, *, kind: str, title: str, besides: int | None = None
) -> list[Precedent]:
    """Rulings on records like this one, most alike first; `besides` is the record's own credit."""
    require(actor, Permission.FIND_MEMBER, Target(societies=frozenset({society_id})))
    rows = session.scalars(
        select(Ruling)
        .where(
            Ruling.society_id == society_id,
            Ruling.kind == kind,
            Ruling.replaced_at.is_(None),
            or_(Ruling.credit_id.is_(None), Ruling.credit_id != (besides or 0)),
        )
        .order_by(Ruling.id.desc())
        .limit(LOOKED_THROUGH)
    )
    found = [(likeness(title, f"{r.subject} {r.reason}"), r) for r in rows]
    alike = sorted((pair for pair in found if pair[0] >= ALIKE), key=lambda pair: -pair[0])
    return _precedents(r for _likeness, r in alike[:SIMILAR])


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


def ruled_kinds(actor: Actor, society_id: int) -> list[str]:
    """Kinds of which the society has rulings, to choose among."""
    require(actor, Permission.FIND_MEMBER, Target(societies=frozenset({society_id})))
    query = select(Ruling.kind).where(Ruling.society_id == society_id).distinct()
    return list(session.scalars(query.order_by(Ruling.kind)))


def count_waiting(society_id: int) -> int:
    """How many records of a society wait for a ruling."""
    return session.scalar(_waiting(society_id).with_only_columns(func.count())) or 0


def _waiting(society_id: int) -> Select[Credit, Activity, Registration]:
    return _of_society(society_id).where(
        Credit.needs_ruling, Credit.ruled.is_(None), Credit.left_out.is_(False)
    )


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
    if len(subject) > MOST_SUBJECT:
        raise Rejected("too_long", "subject", most=MOST_SUBJECT)
    names = {n.name for n in asked.registration.person.names}
    if any(name and name in subject for name in names):
        raise Rejected("names_the_member", "subject")
    if not reason.strip():
        raise Rejected("missing", "reason")
    if len(reason) > MOST_REASON:
        raise Rejected("too_long", "reason", most=MOST_REASON)
    if not 0 <= hours <= asked.asked:
        raise Rejected("more_than_asked", "hours", asked=format_hours(asked.asked))
    step = compiled(session.get_one(Credit, asked.credit_id).rule_version_id).step
    if hours % step:
        raise Rejected("not_on_step", "hours", step=format_hours(step))


def _precedents(rows: Iterable[Ruling]) -> list[Precedent]:
    return [Precedent(r.id, r.kind, r.subject, r.asked, r.granted, r.reason, r.at) for r in rows]


def _escaped(word: str) -> str:
    """Characters that LIKE would take for wildcards, taken as they are."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
