"""Who a person is today: roles that have begun and not ended."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, literal, or_, select

from cpd_app.db import session
from cpd_app.models import Role
from cpd_app.policy import Actor, RoleName


def actor_for(
    person_id: int, *, origin: str, today: date, scopes: frozenset[str] | None = None
) -> Actor:
    """The person as an actor, with the roles of this day."""
    held = session.execute(
        select(Role.society_id, Role.role).where(
            holds(Role, Role.person_id == person_id, literal(today, Date))
        )
    ).all()
    return actor_with(person_id, held, origin=origin, scopes=scopes)


def holds(roles: Any, whose: ColumnElement[bool], day: ColumnElement[date]) -> ColumnElement[bool]:
    """The condition for roles of somebody that are held on a day, to look them up or to join.

    `roles` are the columns of the table, or its class.
    """
    return and_(whose, roles.starts_on <= day, or_(roles.ends_on.is_(None), roles.ends_on > day))


def actor_with(
    person_id: int,
    held: Iterable[Any],
    *,
    origin: str,
    scopes: frozenset[str] | None = None,
) -> Actor:
    """The person as an actor with roles that were looked up: pairs of society and role."""
    roles: dict[int, set[RoleName]] = {}
    is_federation = False
    for society_id, role in held:
        if society_id is not None:
            roles.setdefault(society_id, set()).add(RoleName(role))
        is_federation = is_federation or role == RoleName.FEDERATION
    return Actor(
        person_id=person_id,
        origin=origin,
        roles={s: frozenset(names) for s, names in roles.items()},
        is_federation=is_federation,
        scopes=scopes,
    )
