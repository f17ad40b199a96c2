"""What a registrar changes about a member: name, employer, society membership; nothing is lost."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import Rejected
from cpd_app.models import Employment, PersonName, Registration, SocietyMembership
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.accounts import MOST_NAME, text_or_none
from cpd_app.usecases.credits import lock
from cpd_app.usecases.registrations_shown import readable_registration

MOST_NAME_EN = 120
MOST_EMPLOYER = 160
MOST_MEMBER_NO = 60


@dataclass(frozen=True)
class NameChange:
    """A name from a day on; old evidence keeps carrying the old one."""

    name: str
    name_en: str | None
    from_on: date


@dataclass(frozen=True)
class EmployerChange:
    """An employer from a day on; decides conflicts of interest."""

    employer: str
    from_on: date


@dataclass(frozen=True)
class MembershipChange:
    """Number and last day of the ordinary membership (handbook Q4); None is unknown."""

    number: str | None
    until_on: date | None


def change_name(
    actor: Actor, registration_id: int, change: NameChange, *, now: datetime, today: date
) -> None:
    """Call a member by another name from a day on; the same day again mends a slip."""
    registration = changeable(actor, registration_id)
    name = _text(change.name, "name", MOST_NAME)
    name_en = text_or_none(change.name_en)
    if name_en and len(name_en) > MOST_NAME_EN:
        raise Rejected("too_long", "name_en", most=MOST_NAME_EN)
    _check_day(change.from_on, today)
    names = registration.person.names
    if names and change.from_on < names[-1].from_on:
        raise Rejected("older_than_known", "from_on", known=names[-1].from_on)
    before = [names[-1].name, names[-1].name_en] if names else None
    if names and names[-1].from_on == change.from_on:
        names[-1].name, names[-1].name_en = name, name_en
    else:
        names.append(PersonName(name=name, name_en=name_en, from_on=change.from_on))
    _write_down(actor, registration, "member.renamed", {"from_on": change.from_on.isoformat()},
                {"before": before, "after": [name, name_en]}, now=now)  # fmt: skip


def change_employer(
    actor: Actor, registration_id: int, change: EmployerChange, *, now: datetime, today: date
) -> None:
    """Enter where a member works from a day on; the same day again mends a slip."""
    registration = changeable(actor, registration_id)
    employer = _text(change.employer, "employer", MOST_EMPLOYER)
    _check_day(change.from_on, today)
    last = session.scalar(
        select(Employment)
        .where(Employment.person_id == registration.person_id)
        .order_by(Employment.from_on.desc(), Employment.id.desc())
        .limit(1)
    )
    if last is not None and change.from_on < last.from_on:
        raise Rejected("older_than_known", "from_on", known=last.from_on)
    before = last.employer if last else None
    if last is not None and last.from_on == change.from_on:
        last.employer = employer
    else:
        session.add(
            Employment(person_id=registration.person_id, employer=employer, from_on=change.from_on)
        )
    _write_down(actor, registration, "member.employer_changed",
                {"from_on": change.from_on.isoformat()},
                {"before": before, "after": employer}, now=now)  # fmt: skip


def change_membership(
    actor: Actor, registration_id: int, change: MembershipChange, *, now: datetime
) -> None:
    """Enter number and end of the ordinary membership in this society."""
    registration = changeable(actor, registration_id)
    number = text_or_none(change.number)
    if number and len(number) > MOST_MEMBER_NO:
        raise Rejected("too_long", "number", most=MOST_MEMBER_NO)
    kept = session.scalar(
        select(SocietyMembership).where(
            SocietyMembership.person_id == registration.person_id,
            SocietyMembership.society_id == registration.society_id,
        )
    )
    before = [kept.number, _iso(kept.until_on)] if kept else None
    if kept is None:
        kept = SocietyMembership(
            person_id=registration.person_id, society_id=registration.society_id
        )
        session.add(kept)
    kept.number, kept.until_on = number, change.until_on
    lock(registration.id)  # readiness looks at it
    _write_down(actor, registration, "member.membership_changed", {},
                {"before": before, "after": [number, _iso(change.until_on)]}, now=now)  # fmt: skip


def changeable(actor: Actor, registration_id: int) -> Registration:
    """A registration whose member the actor may change: a registrar's, and not one's own."""
    registration = readable_registration(actor, registration_id)
    require(
        actor,
        Permission.CHANGE_MEMBER,
        Target(owner_id=registration.person_id, societies=frozenset({registration.society_id})),
    )
    return registration


def _text(value: str, name: str, most: int) -> str:
    text = value.strip()
    if not text:
        raise Rejected("missing", name)
    if len(text) > most:
        raise Rejected("too_long", name, most=most)
    return text


def _check_day(day: date, today: date) -> None:
    """A change that is still to come is entered on its day: lists show the latest one."""
    if day > today:
        raise Rejected("day_to_come", "from_on")


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _write_down(
    actor: Actor,
    registration: Registration,
    verb: str,
    data: dict[str, object],
    values: dict[str, object],
    *,
    now: datetime,
) -> None:
    journal.record(
        actor,
        verb,
        "person",
        registration.person_id,
        now=now,
        society_id=registration.society_id,
        data={"registration": registration.id, **data},
        values=values,
    )
