"""An event's roster as its organisers read it: a page of names, what waits for them, figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound
from cpd_app.domain.numbers import number_key
from cpd_app.domain.roster import EntryState, places_left
from cpd_app.models import Event, RosterEntry, Scan, Society
from cpd_app.policy import Actor, Permission, may
from cpd_app.usecases import journal
from cpd_app.usecases.event_access import event_for, event_target
from cpd_app.usecases.event_visibility import entry_of, readable_event
from cpd_app.usecases.roster_entries import places_taken

PAGE = 50
#: entries taken out together; a roster of thousands is written in parts
AT_ONCE = 500
#: what `show` may be -> states of entries
TABS: Mapping[str, tuple[EntryState, ...]] = {
    "listed": (EntryState.LISTED,),
    "pending": (EntryState.PENDING,),
    "waiting": (EntryState.WAITING,),
    "gone": (EntryState.DECLINED, EntryState.CANCELLED),
}


@dataclass(frozen=True)
class RosterFilter:
    """What is asked for; every part stands in the address."""

    show: str = "listed"
    q: str = ""
    page: int = 1


@dataclass(frozen=True)
class RosterRow:
    """One entry: name, unit and number, never a contact."""

    entry: RosterEntry
    society: Society | None
    #: whether any scan is known
    came: bool


@dataclass(frozen=True)
class EntryShown:
    """One entry with its event."""

    event: Event
    row: RosterRow
    #: entries that this one stands for as well
    joined: int


@dataclass(frozen=True)
class Roster:
    """A page of an event's roster."""

    event: Event
    rows: tuple[RosterRow, ...]
    total: int
    page: int
    pages: int
    #: how many in each tab, the search as it is
    counts: dict[str, int] = field(default_factory=dict)
    #: free places; None = no limit
    left: int | None = None
    #: how many more are listed than there are places
    over: int = 0


def roster_of(actor: Actor, event_id: int, wanted: RosterFilter, *, now: datetime) -> Roster:
    """A page of the roster for who runs the event, and for the owner's staff."""
    event = event_for(actor, event_id, Permission.READ_ATTENDANCE, now=now)
    fits = _conditions(event.id, wanted.q)
    counts = _counts(fits)
    total = counts[wanted.show]
    pages = max(1, -(-total // PAGE))
    page = min(max(wanted.page, 1), pages)
    entries = session.scalars(
        select(RosterEntry)
        .where(*fits, RosterEntry.state.in_(TABS[wanted.show]))
        .order_by(*_order(wanted.show))
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    taken = places_taken(event.id)
    return Roster(
        event=event,
        rows=tuple(_rows(list(entries))),
        total=total,
        page=page,
        pages=pages,
        counts=counts,
        left=places_left(event.capacity, taken),
        over=max(0, taken - event.capacity) if event.capacity is not None else 0,
    )


def may_read(actor: Actor, event_id: int, *, now: datetime) -> bool:
    """Whether the actor reads the whole roster; NotFound when the event is not for them at all."""
    event = readable_event(actor, event_id, now=now)
    return may(actor, Permission.READ_ATTENDANCE, event_target(event, now=now))


def own_entry(actor: Actor, event_id: int, *, now: datetime) -> RosterEntry | None:
    """The actor's own place on the roster of an event they may look at."""
    event = readable_event(actor, event_id, now=now)
    return entry_of(event.id, actor.person_id) if actor.person_id is not None else None


def event_of_roster(actor: Actor, event_id: int, *, now: datetime) -> Event:
    """The event, for who keeps its roster."""
    return event_for(actor, event_id, Permission.RUN_EVENT, now=now)


def entry_shown(actor: Actor, event_id: int, entry_id: int, *, now: datetime) -> EntryShown:
    """One entry for who runs the event, and for the owner's staff."""
    event = event_for(actor, event_id, Permission.READ_ATTENDANCE, now=now)
    entry = session.get(RosterEntry, entry_id)
    if entry is None or entry.event_id != event.id or entry.joined_id is not None:
        raise NotFound
    joined = session.scalar(
        select(func.count()).select_from(RosterEntry).where(RosterEntry.joined_id == entry.id)
    )
    return EntryShown(event, _rows([entry])[0], joined or 0)


def export_roster(actor: Actor, event_id: int, *, now: datetime) -> Iterator[RosterRow]:
    """Every entry that is listed or asks for something, in order of names; journalled."""
    event = event_for(actor, event_id, Permission.READ_ATTENDANCE, now=now)
    shown = (*TABS["listed"], *TABS["pending"], *TABS["waiting"])
    fits = and_(*_conditions(event.id, ""), RosterEntry.state.in_(shown))
    count = session.scalar(select(func.count()).select_from(RosterEntry).where(fits)) or 0
    journal.record(
        actor,
        "roster.exported",
        "event",
        event.id,
        now=now,
        society_id=event.society_id,
        data={"count": count},
    )
    entries = session.scalars(
        select(RosterEntry).where(fits).order_by(RosterEntry.name, RosterEntry.id)
    )
    return (row for part in entries.partitions(AT_ONCE) for row in _rows(list(part)))


def _conditions(event_id: int, text: str) -> list[ColumnElement[bool]]:
    fits: list[ColumnElement[bool]] = [
        RosterEntry.event_id == event_id,
        RosterEntry.joined_id.is_(None),
    ]
    wanted = text.strip()
    if wanted:
        fits.append(
            or_(
                RosterEntry.name.contains(wanted, autoescape=True),
                RosterEntry.unit.contains(wanted, autoescape=True),
                RosterEntry.number_key.startswith(number_key(wanted), autoescape=True),
            )
        )
    return fits


def _counts(fits: list[ColumnElement[bool]]) -> dict[str, int]:
    states = dict(
        session.execute(
            select(RosterEntry.state, func.count()).where(*fits).group_by(RosterEntry.state)
        ).all()
    )
    return {tab: sum(states.get(state, 0) for state in of_tab) for tab, of_tab in TABS.items()}


def _order(show: str) -> tuple[ColumnElement[Any], ...]:
    """Who waits in the order of coming; names otherwise."""
    if show in {"pending", "waiting"}:
        return (RosterEntry.created_at.asc(), RosterEntry.id.asc())
    return (RosterEntry.name.asc(), RosterEntry.id.asc())


def _rows(entries: list[RosterEntry]) -> list[RosterRow]:
    ids = [entry.id for entry in entries]
    stands_for = func.coalesce(RosterEntry.joined_id, RosterEntry.id)
    came = set(
        session.scalars(
            select(stands_for)
            .join(Scan, Scan.entry_id == RosterEntry.id)
            .where(or_(RosterEntry.id.in_(ids), RosterEntry.joined_id.in_(ids)))
            .distinct()
        )
    )
    homes = {entry.society_id for entry in entries} - {None}
    societies = {s.id: s for s in session.scalars(select(Society).where(Society.id.in_(homes)))}
    return [
        RosterRow(entry, societies.get(entry.society_id or 0), entry.id in came)
        for entry in entries
    ]
