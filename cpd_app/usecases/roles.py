"""Roles: what a person may do in a society, from a day and until a day."""

from datetime import date, datetime

from sqlalchemy import or_, select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.models import Person, Role
from cpd_app.policy import Actor, Permission, RoleName, Target, require
from cpd_app.usecases import journal


def grant_role(
    actor: Actor,
    person_id: int,
    role: RoleName,
    *,
    society_id: int | None,
    now: datetime,
    today: date,
    ends_on: date | None = None,
) -> Role:
    """Give a person a role from today; `ends_on` is the first day without it.

    The federation's role has no society, every other one has. Granting it again keeps the one
    that runs. Raises Rejected `role_needs_society`, `role_ends_early`.
    """
    _check(actor, person_id, role, society_id)
    if ends_on is not None and ends_on <= today:
        raise Rejected("role_ends_early", "ends_on")
    running = _running(person_id, role, society_id, today)
    if running:
        return running[0]
    row = Role(
        person_id=person_id,
        society_id=society_id,
        role=str(role),
        starts_on=today,
        ends_on=ends_on,
    )
    session.add(row)
    session.flush()
    _write_down(actor, "role.granted", row, now=now)
    return row


def end_role(
    actor: Actor,
    person_id: int,
    role: RoleName,
    *,
    society_id: int | None,
    now: datetime,
    today: date,
) -> int:
    """Take a role away from today on; how many rows ended. Raises NotFound when there was none."""
    _check(actor, person_id, role, society_id)
    running = _running(person_id, role, society_id, today)
    if not running:
        raise NotFound("role_not_held")
    for row in running:
        row.ends_on = today
        _write_down(actor, "role.ended", row, now=now)
    return len(running)


def _check(actor: Actor, person_id: int, role: RoleName, society_id: int | None) -> None:
    if (role is RoleName.FEDERATION) != (society_id is None):
        raise Rejected("role_needs_society", "society")
    societies = frozenset({society_id} if society_id is not None else ())
    require(actor, Permission.CHANGE_ROLE, Target(owner_id=person_id, societies=societies))
    if session.get(Person, person_id) is None:
        raise NotFound


def _running(person_id: int, role: RoleName, society_id: int | None, today: date) -> list[Role]:
    return list(
        session.scalars(
            select(Role).where(
                Role.person_id == person_id,
                Role.role == str(role),
                Role.society_id == society_id
                if society_id is not None
                else Role.society_id.is_(None),
                or_(Role.ends_on.is_(None), Role.ends_on > today),
            )
        )
    )


def _write_down(actor: Actor, verb: str, row: Role, *, now: datetime) -> None:
    journal.record(
        actor,
        verb,
        "role",
        row.id,
        now=now,
        society_id=row.society_id,
        data={
            "person_id": row.person_id,
            "role": row.role,
            "ends_on": row.ends_on.isoformat() if row.ends_on else None,
        },
    )
