"""Lists of requests for relief: a member's own, and the society's queue."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from cpd_app.db import session
from cpd_app.domain.relief import ReliefState
from cpd_app.models import Deadline, Person, Registration, Relief, ReliefGround
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases.deadlines import DeadlineKind, deadlines_of
from cpd_app.usecases.relief_grounds import named_grounds

PAGE = 50


@dataclass(frozen=True)
class Listed:
    """A request as lists show it."""

    relief: Relief
    ground: ReliefGround
    registration: Registration | None
    deadline: Deadline | None


def own_reliefs(actor: Actor, registration: Registration) -> list[Listed]:
    """A member's requests on one registration, newest first, and the society's for all."""
    target = Target(owner_id=registration.person_id, societies=frozenset({registration.society_id}))
    require(actor, Permission.READ_RELIEF, target)
    rows = session.scalars(
        select(Relief)
        .where(
            (Relief.registration_id == registration.id)
            | (
                (Relief.society_id == registration.society_id)
                & Relief.registration_id.is_(None)
                & (Relief.state == ReliefState.GRANTED)
            )
        )
        .order_by(Relief.id.desc())
    ).all()
    return _listed(rows, {registration.id: registration})


def society_reliefs(
    actor: Actor, society_id: int, *, state: str = ReliefState.SUBMITTED, page: int = 1
) -> tuple[list[Listed], dict[str, int]]:
    """Requests of a society in one state, the nearest deadline first, and how many in each."""
    require(actor, Permission.READ_RELIEF, Target(societies=frozenset({society_id})))
    in_states = session.execute(
        select(Relief.state, func.count())
        .where(Relief.society_id == society_id)
        .group_by(Relief.state)
    )
    counts = dict(in_states.all())
    query = (
        select(Relief)
        .outerjoin(
            Deadline,
            (Deadline.subject_id == Relief.id) & (Deadline.kind == DeadlineKind.RELIEF.value),
        )
        .where(Relief.society_id == society_id, Relief.state == state)
    )
    if state == ReliefState.SUBMITTED:
        query = query.order_by(Deadline.due_on, Relief.id)
    else:
        query = query.order_by(Relief.id.desc())
    rows = session.scalars(query.limit(PAGE).offset((max(page, 1) - 1) * PAGE)).all()
    wanted = {row.registration_id for row in rows if row.registration_id is not None}
    return _listed(rows, _registrations(wanted)), counts


def count_waiting(society_ids: Iterable[int]) -> int:
    """How many requests of some societies wait for a decision."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Relief)
            .where(Relief.society_id.in_(list(society_ids)), Relief.state == ReliefState.SUBMITTED)
        )
        or 0
    )


def _registrations(ids: Iterable[int]) -> dict[int, Registration]:
    rows = session.scalars(
        select(Registration)
        .where(Registration.id.in_(list(ids)))
        .options(joinedload(Registration.person).selectinload(Person.names))
    )
    return {row.id: row for row in rows}


def _listed(rows: Sequence[Relief], registrations: dict[int, Registration]) -> list[Listed]:
    grounds = named_grounds({row.ground_id for row in rows})
    deadlines = deadlines_of(DeadlineKind.RELIEF, [row.id for row in rows])
    return [
        Listed(
            row,
            grounds[row.ground_id],
            registrations.get(row.registration_id) if row.registration_id else None,
            deadlines.get(row.id),
        )
        for row in rows
    ]
