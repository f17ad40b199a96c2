"""Events as calendars are told of them: one that somebody may read, or a society's whole plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound
from cpd_app.domain.roster import EntryState
from cpd_app.models import Event, RosterEntry, Society
from cpd_app.policy import Actor
from cpd_app.usecases.event_visibility import entry_of, readable_event

#: the federation's own plan, which belongs to no society
FEDERATION = "federation"
#: a feed keeps what is over for so long
KEPT = timedelta(days=366)
#: states in which an approved event stands in a feed; a cancelled one says so
IN_FEEDS = ("submitted", "approved", "open", "closed", "settled", "cancelled")


@dataclass(frozen=True)
class Planned:
    """An event for a calendar, and whether whoever asks gave their place back."""

    event: Event
    given_back: bool = False


@dataclass(frozen=True)
class SocietyPlan:
    """What a society announced; None is the federation."""

    society: Society | None
    events: Sequence[Event]


def calendar_of_event(actor: Actor, event_id: int, *, now: datetime) -> Planned:
    """One event for whoever may read it."""
    event = readable_event(actor, event_id, now=now)
    entry = entry_of(event.id, actor.person_id) if actor.person_id is not None else None
    return Planned(event, given_back=_is_given_back(entry))


def calendar_of_society(code: str, *, now: datetime) -> SocietyPlan:
    """The plan that a society announces to everybody (活动计划, handbook Q21).

    What is only for people on a list is not announced. NotFound for an unknown code.
    """
    society = None
    if code != FEDERATION:
        society = session.scalar(select(Society).where(Society.code == code))
        if society is None:
            raise NotFound
    events = session.scalars(
        select(Event)
        .where(
            Event.society_id == society.id if society else Event.society_id.is_(None),
            Event.approved_at.is_not(None),
            Event.state.in_(IN_FEEDS),
            Event.open_to != "list",
            Event.ends_at > now - KEPT,
        )
        .order_by(Event.starts_at, Event.id)
    )
    return SocietyPlan(society, events.all())


def _is_given_back(entry: RosterEntry | None) -> bool:
    gone = (EntryState.CANCELLED, EntryState.DECLINED)
    return entry is not None and (entry.state in gone or entry.excused)
