"""Who holds a role in a society, giving somebody a role at the desk, ending it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.models import Person, Role
from cpd_app.policy import Actor, Permission, RoleName, Target, require
from cpd_app.usecases.accounts import NewPerson, find_or_add
from cpd_app.usecases.roles import end_role, grant_role

#: roles that a society's registrar gives
GIVEN = (RoleName.REGISTRAR, RoleName.AUDITOR, RoleName.EXPERT, RoleName.ORGANISER)


@dataclass(frozen=True)
class Holder:
    """A role that somebody holds."""

    role_id: int
    person_id: int
    name: str
    email: str | None
    role: str
    starts_on: date
    #: exclusive; None = until further notice
    ends_on: date | None
    activated: bool
    #: one's own roles are changed by a colleague
    is_self: bool


def role_holders(actor: Actor, society_id: int, *, today: date) -> list[Holder]:
    """Every role in a society that has not ended, by role, then by who has had it longest."""
    require(actor, Permission.CHANGE_ROLE, Target(societies=frozenset({society_id})))
    rows = session.execute(
        select(Role, Person)
        .join(Person, Person.id == Role.person_id)
        .where(
            Role.society_id == society_id,
            or_(Role.ends_on.is_(None), Role.ends_on > today),
        )
        .order_by(Role.starts_on, Role.id)
    ).all()
    holders = [
        Holder(
            role_id=role.id,
            person_id=person.id,
            name=person.name,
            email=person.email,
            role=role.role,
            starts_on=role.starts_on,
            ends_on=role.ends_on,
            activated=person.password_hash is not None,
            is_self=person.id == actor.person_id,
        )
        for role, person in rows
    ]
    return sorted(holders, key=lambda h: [str(r) for r in GIVEN].index(h.role))


def appoint(
    actor: Actor,
    society_id: int,
    who: NewPerson,
    role: str,
    *,
    ends_on: date | None,
    now: datetime,
    today: date,
) -> tuple[Role, bool]:
    """Give somebody a role; whoever has no account yet gets one, to be opened with a code.

    An account that exists is taken only when the name fits (see `accounts.find_or_add`). Returns
    the role and whether the account is new.
    """
    require(actor, Permission.CHANGE_ROLE, Target(societies=frozenset({society_id})))
    if role not in GIVEN:
        raise Rejected("unknown_role", "role")
    if not (who.login or who.email or who.phone):
        raise Rejected("missing", "email")
    person, new = find_or_add(who, known=None, since=today, now=now)
    given = grant_role(
        actor,
        person.id,
        RoleName(role),
        society_id=society_id,
        ends_on=ends_on,
        now=now,
        today=today,
    )
    return given, new


def end_held_role(
    actor: Actor, society_id: int, role_id: int, *, now: datetime, today: date
) -> None:
    """Take a role away from today on; NotFound when it is another society's."""
    role = _held(society_id, role_id)
    end_role(
        actor, role.person_id, RoleName(role.role), society_id=society_id, now=now, today=today
    )


def holder_of(actor: Actor, society_id: int, role_id: int) -> int:
    """Whose role it is, for a code at the counter; NotFound when it is another society's."""
    require(actor, Permission.CHANGE_ROLE, Target(societies=frozenset({society_id})))
    return _held(society_id, role_id).person_id


def _held(society_id: int, role_id: int) -> Role:
    role = session.get(Role, role_id)
    if role is None or role.society_id != society_id:
        raise NotFound
    return role
