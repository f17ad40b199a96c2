"""Who may own an event that somebody plans: the societies they plan for, or the federation."""

from datetime import datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import NotAllowed, NotFound, Rejected
from cpd_app.models import Society
from cpd_app.policy import Actor, Permission, Target, may
from cpd_app.usecases.event_access import runs_some_event

#: how a machine and a form name the federation
FEDERATION = "federation"


def owners_for(actor: Actor) -> list[Society | None]:
    """Every owner that the actor may plan for; None = the federation."""
    found: list[Society | None] = [
        society
        for society in session.scalars(
            select(Society).where(Society.id.in_(actor.roles)).order_by(Society.id)
        )
        if may(actor, Permission.PLAN_EVENT, Target(societies=frozenset({society.id})))
    ]
    if may(actor, Permission.PLAN_EVENT, Target()):
        found.append(None)
    return found


def may_plan(actor: Actor) -> bool:
    """Whether somebody may plan events at all."""
    return bool(owners_for(actor))


def organises(actor: Actor, *, now: datetime) -> bool:
    """Whether somebody plans events or runs one: then their list is one tap away."""
    if actor.person_id is None:
        return False
    return may_plan(actor) or runs_some_event(actor.person_id, now=now)


def owner_asked(actor: Actor, code: str | None) -> int | None:
    """The owner by its code; without one the only one that the actor plans for.

    Raises NotAllowed for who plans for nobody, NotFound for a society that is not theirs,
    Rejected `choose_society` when there are several.
    """
    owners = owners_for(actor)
    if not owners:
        raise NotAllowed
    if code is None:
        if len(owners) > 1:
            raise Rejected("choose_society", "society")
        return owners[0].id if owners[0] else None
    for owner in owners:
        if code == (owner.code if owner else FEDERATION):
            return owner.id if owner else None
    raise NotFound
