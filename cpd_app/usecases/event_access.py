"""Whose an event is and who runs it: what every use case of an event loads and asks first."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound
from cpd_app.models import Event, EventOrganiser, EventSession
from cpd_app.policy import Actor, Permission, Target, require

#: how long who was invited may still look after the settlement
AFTER_SETTLEMENT = timedelta(days=7)


def event_target(event: Event, *, now: datetime) -> Target:
    """What a permission about an event is asked for.

    Its creator runs it, and so does whoever accepted an invitation to, until it is revoked or
    7 days after the settlement.
    """
    organisers = {event.created_by_id}
    if event.settled_at is None or now < event.settled_at + AFTER_SETTLEMENT:
        invited = session.scalars(
            select(EventOrganiser.person_id).where(
                EventOrganiser.event_id == event.id,
                EventOrganiser.person_id.is_not(None),
                EventOrganiser.revoked_at.is_(None),
            )
        )
        organisers |= {person_id for person_id in invited if person_id is not None}
    return Target(
        owner_id=event.created_by_id,
        societies=frozenset() if event.society_id is None else frozenset({event.society_id}),
        event_id=event.id,
        organisers=frozenset(organisers),
    )


def event_for(actor: Actor, event_id: int, permission: Permission, *, now: datetime) -> Event:
    """An event that the actor may do this with; NotFound for strangers, else NotAllowed."""
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound
    require(actor, permission, event_target(event, now=now))
    return event


def session_for(
    actor: Actor, event_id: int, session_id: int, permission: Permission, *, now: datetime
) -> EventSession:
    """A session of an event that the actor may do this with."""
    event = event_for(actor, event_id, permission, now=now)
    found = next((s for s in event.sessions if s.id == session_id), None)
    if found is None:
        raise NotFound
    return found


def runs_some_event(person_id: int, *, now: datetime) -> bool:
    """Whether somebody created an event or was asked in to run one that is not long settled."""
    open_still = or_(Event.settled_at.is_(None), Event.settled_at > now - AFTER_SETTLEMENT)
    created = select(Event.id).where(Event.created_by_id == person_id)
    invited = (
        select(EventOrganiser.event_id)
        .join(Event, Event.id == EventOrganiser.event_id)
        .where(
            EventOrganiser.person_id == person_id, EventOrganiser.revoked_at.is_(None), open_still
        )
    )
    return session.scalar(select(or_(created.exists(), invited.exists()))) is True
