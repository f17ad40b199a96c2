"""Lists of events: those somebody runs, and those of a society for its staff."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from cpd_app.db import session
from cpd_app.models import Event, EventOrganiser, RosterEntry
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases.event_access import AFTER_SETTLEMENT
from cpd_app.usecases.event_hours import needs_approval
from cpd_app.usecases.event_input import EventState

PAGE = 50
#: the staff's tabs: what waits for them first
TABS: Mapping[str, tuple[EventState, ...]] = {
    "submitted": (EventState.SUBMITTED,),
    "coming": (EventState.APPROVED,),
    "running": (EventState.OPEN, EventState.CLOSED),
    "done": (EventState.SETTLED, EventState.CANCELLED),
    "draft": (EventState.DRAFT,),
}


@dataclass(frozen=True)
class Listed:
    """An event in a list, with how many are on its roster."""

    event: Event
    people: int
    pending: int
    #: changed since its approval in what decides hours
    again: bool


@dataclass(frozen=True)
class Listing:
    """A page of a society's events, and how many each tab holds."""

    events: list[Listed]
    counts: dict[str, int]
    pages: int


def events_of(actor: Actor, *, now: datetime) -> list[Listed]:
    """The events that somebody created or was asked in to run: running ones, coming, past."""
    invited = (
        select(EventOrganiser.event_id)
        .join(Event, Event.id == EventOrganiser.event_id)
        .where(
            EventOrganiser.person_id == actor.person_id,
            EventOrganiser.revoked_at.is_(None),
            or_(Event.settled_at.is_(None), Event.settled_at > now - AFTER_SETTLEMENT),
        )
    )
    mine = or_(Event.created_by_id == actor.person_id, Event.id.in_(invited))
    rows = session.scalars(select(Event).where(mine).order_by(Event.starts_at.desc())).all()
    return _listed(sorted(rows, key=_nearness(now)))


def events_of_society(actor: Actor, society_id: int | None, *, tab: str, page: int = 1) -> Listing:
    """A society's events for its staff (None: the federation's), those of one tab."""
    societies = frozenset() if society_id is None else frozenset({society_id})
    require(actor, Permission.READ_ATTENDANCE, Target(societies=societies))
    counted = dict.fromkeys(TABS, 0)
    for name in TABS:
        counted[name] = session.scalar(_of_tab(society_id, name, func.count(Event.id))) or 0
    shown = _of_tab(society_id, tab, Event)
    order = Event.starts_at.desc() if tab == "done" else Event.starts_at
    rows = session.scalars(
        shown.order_by(order, Event.id).limit(PAGE).offset((max(page, 1) - 1) * PAGE)
    ).all()
    return Listing(_listed(rows), counted, max(1, -(-counted[tab] // PAGE)))


def count_submitted(society_ids: frozenset[int]) -> int:
    """How many events wait for these societies' staff."""
    waits = select(func.count(Event.id)).where(
        Event.state == EventState.SUBMITTED, Event.society_id.in_(society_ids)
    )
    return session.scalar(waits) or 0


def changed_events(actor: Actor, society_id: int | None) -> list[Listed]:
    """Running events of a society that were changed in what decides hours since they began."""
    societies = frozenset() if society_id is None else frozenset({society_id})
    require(actor, Permission.READ_ATTENDANCE, Target(societies=societies))
    running = (EventState.OPEN, EventState.CLOSED)
    rows = session.scalars(
        select(Event)
        .where(
            _owned_by(society_id),
            Event.state.in_(running),
            Event.submitted_at > Event.approved_at,
        )
        .order_by(Event.starts_at)
    )
    return [row for row in _listed(list(rows)) if row.again]


def _of_tab(society_id: int | None, tab: str, what: Any) -> Select[Any]:
    return select(what).where(_owned_by(society_id), Event.state.in_(TABS[tab]))


def _owned_by(society_id: int | None) -> ColumnElement[bool]:
    return Event.society_id.is_(None) if society_id is None else Event.society_id == society_id


def _nearness(now: datetime) -> Callable[[Event], tuple[int, float]]:
    """Running ones first, then what comes next, then what is over, the latest first."""

    def of(event: Event) -> tuple[int, float]:
        away = (event.starts_at - now).total_seconds()
        if event.state == EventState.OPEN:
            return 0, away
        over = event.state in {EventState.CLOSED, EventState.SETTLED, EventState.CANCELLED}
        return (2, -away) if over else (1, away)

    return of


def _listed(events: Sequence[Event]) -> list[Listed]:
    ids = [event.id for event in events]
    counts: dict[int, dict[str, int]] = {}
    if ids:
        found = session.execute(
            select(RosterEntry.event_id, RosterEntry.state, func.count())
            .where(RosterEntry.event_id.in_(ids))
            .group_by(RosterEntry.event_id, RosterEntry.state)
        )
        for event_id, state, count in found:
            counts.setdefault(event_id, {})[state] = count
    return [
        Listed(
            event=event,
            people=counts.get(event.id, {}).get("listed", 0),
            pending=counts.get(event.id, {}).get("pending", 0),
            again=needs_approval(event),
        )
        for event in events
    ]
