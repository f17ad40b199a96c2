"""Who a person is today: roles that have begun and not ended."""

from datetime import date

from sqlalchemy import or_, select

from cpd_app.db import session
from cpd_app.models import Role
from cpd_app.policy import Actor, RoleName


def actor_for(
    person_id: int, *, origin: str, today: date, scopes: frozenset[str] | None = None
) -> Actor:
    """The person as an actor, with the roles of this day."""
    held = session.execute(
        select(Role.society_id, Role.role).where(
            Role.person_id == person_id,
            Role.starts_on <= today,
            or_(Role.ends_on.is_(None), Role.ends_on > today),
        )
    ).all()
    roles: dict[int, set[RoleName]] = {}
    for society_id, role in held:
        if society_id is not None:
            roles.setdefault(society_id, set()).add(RoleName(role))
    return Actor(
        person_id=person_id,
        origin=origin,
        roles={s: frozenset(names) for s, names in roles.items()},
        is_federation=any(r == RoleName.FEDERATION for _s, r in held),
        scopes=scopes,
    )
