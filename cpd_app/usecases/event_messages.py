"""What people are told about events they are registered for, and organisers about their plans."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.messages import MessageKind
from cpd_app.domain.roster import EntryState, Source
from cpd_app.models import Event, RosterEntry, Statement
from cpd_app.usecases.event_hours import hours_it_can_give
from cpd_app.usecases.event_input import EventState
from cpd_app.usecases.messages import About, Draft, take_back, tell, tell_all

#: states of entries whose person means to come
COMING = (EntryState.LISTED, EntryState.WAITING, EntryState.PENDING)
#: told of what an event was; nobody needs it who does not come, or when there is no event
OF_COMING = (MessageKind.REGISTERED, MessageKind.EVENT_CHANGED, MessageKind.EVENT_TOMORROW)
#: nothing of these is told to those who were to come
OVER = (EventState.DRAFT, EventState.CLOSED, EventState.SETTLED, EventState.CANCELLED)
#: what is told also when the event is over: it says why somebody's presence gives nothing
ALSO_LATE = frozenset({"declined"})


def tell_entries(
    event: Event, entries: Iterable[RosterEntry], variant: str, *, now: datetime
) -> None:
    """What became of people's registration; what they were told before and cannot know yet goes."""
    if event.approved_at is None or (event.ends_at <= now and variant not in ALSO_LATE):
        return
    theirs = {e.person_id: e for e in entries if e.person_id is not None and e.joined_id is None}
    _untell(event, theirs, now=now)
    tell_all(
        (
            _draft(
                event,
                person_id,
                MessageKind.REGISTERED,
                f"entry:{entry.id}:{variant}:{now.isoformat()}",
                variant=variant,
                **({"reason": entry.answer or ""} if variant == "declined" else {}),
            )
            for person_id, entry in theirs.items()
        ),
        now=now,
    )


def untell_entry(event: Event, entry: RosterEntry, *, now: datetime) -> None:
    """Somebody gave their place back themselves: what they were told is settled."""
    if entry.person_id is not None:
        _untell(event, [entry.person_id], now=now)


def tell_listed(event: Event, *, now: datetime) -> None:
    """A plan was approved: whom the organiser had put on the list before is told now."""
    rows = session.scalars(
        select(RosterEntry).where(
            *_who_comes(event),
            RosterEntry.state == EntryState.LISTED,
            RosterEntry.source == Source.LIST,
        )
    )
    tell_all(
        (
            _draft(
                event,
                entry.person_id or 0,
                MessageKind.REGISTERED,
                f"entry:{entry.id}:listed:{entry.created_at.isoformat()}",
                variant="listed",
            )
            for entry in rows
        ),
        now=now,
    )


def shown_of(event: Event) -> dict[str, Any] | None:
    """What matters of a plan to those who come; None while nobody was told of it."""
    if event.approved_at is None or event.state in OVER:
        return None
    potential = hours_it_can_give(event)
    return {
        "frame": [event.starts_at.isoformat(), event.ends_at.isoformat(), event.zone],
        "place": [event.mode, event.place, event.venue],
        "sessions": sorted(
            [held.starts_at.isoformat(), held.ends_at.isoformat(), held.room or ""]
            for held in event.sessions
            if not held.rehearsal
        ),
        "hours": potential.hours if potential else 0,
    }


def tell_changed(event: Event, before: dict[str, Any] | None, *, now: datetime) -> None:
    """A plan is another than those who come know: when, where, which hours of the agenda.

    A change that nobody knows of yet is told together with this one, and not at all when it was
    undone.
    """
    after = shown_of(event)
    if before is None or after is None or after == before or event.ends_at <= now:
        return
    about = About((MessageKind.EVENT_CHANGED,), {"event_id": event.id}, society_id=event.society_id)
    known = {
        gone.person_id: gone.data["before"]
        for gone in take_back(about, now=now, unsent=True)
        if "before" in gone.data
    }
    drafts = []
    for entry_id, person_id in _coming(event):
        was = known.get(person_id, before)
        if was == after:
            continue
        moved = (was["frame"], was["place"]) != (after["frame"], after["place"])
        key = f"event:{event.id}:changed:{event.version}:{entry_id}"
        drafts.append(
            _draft(
                event,
                person_id,
                MessageKind.EVENT_CHANGED,
                key,
                variant="changed" if moved else "agenda",
                place=place_of(event),
                before=was,
            )
        )
    tell_all(drafts, now=now)


def tell_cancelled(event: Event, *, now: datetime) -> None:
    """It does not take place; whoever meant to come reads why."""
    if event.approved_at is None:
        return
    take_back(
        About(OF_COMING, {"event_id": event.id}, society_id=event.society_id), now=now, unsent=True
    )
    tell_all(
        (
            _draft(
                event,
                person_id,
                MessageKind.EVENT_CHANGED,
                f"event:{event.id}:cancelled:{entry_id}",
                variant="cancelled",
                place=place_of(event),
                reason=event.answer or "",
            )
            for entry_id, person_id in _coming(event)
        ),
        now=now,
    )


def tell_planner(event: Event, variant: str, *, by_id: int | None, now: datetime) -> None:
    """Staff approved a plan or sent it back; whoever did it to their own plan knows."""
    if by_id == event.created_by_id:
        return
    given = {"given_hours": event.approved["hours"]} if event.approved else {}
    words = {"reason": event.answer or ""} if variant == "sent_back" else given
    key = f"event:{event.id}:{variant}:{event.version}:{now.isoformat()}"
    tell(
        _draft(event, event.created_by_id, MessageKind.PLANNED, key, variant=variant, **words),
        now=now,
    )


def tell_answered(event: Event, statement: Statement, *, now: datetime) -> None:
    """我在场 was answered. An accepted answer to 您几点离开？ is told by the hours it gives."""
    variant = str(statement.state)
    if statement.kind == "leaving" and variant == "accepted":
        return
    about = About((MessageKind.ANSWERED,), {"statement_id": statement.id}, (statement.person_id,))
    take_back(about, now=now, unsent=True)
    draft = _draft(
        event,
        statement.person_id,
        MessageKind.ANSWERED,
        f"statement:{statement.id}:{variant}:{now.isoformat()}",
        variant=variant,
        statement_id=statement.id,
        answer=statement.answer or "",
    )
    tell(draft, now=now)


def place_of(event: Event) -> str:
    """Where it is, as people are told; empty: the page says it."""
    return place_words(event.place, event.venue)


def place_words(place: str | None, venue: str | None) -> str:
    """City and room together."""
    return " ".join(part for part in (place, venue) if part)


def _untell(event: Event, person_ids: Iterable[int], *, now: datetime) -> None:
    people = tuple(person_ids)
    if people:
        take_back(About(OF_COMING, {"event_id": event.id}, people), now=now, unsent=True)


def _coming(event: Event) -> Sequence[tuple[int, int]]:
    """Entries and people who mean to come."""
    rows = session.execute(
        select(RosterEntry.id, RosterEntry.person_id)
        .where(*_who_comes(event), RosterEntry.state.in_(COMING))
        .order_by(RosterEntry.id)
    )
    return [(entry_id, person_id) for entry_id, person_id in rows if person_id is not None]


def _who_comes(event: Event) -> tuple[Any, ...]:
    return (
        RosterEntry.event_id == event.id,
        RosterEntry.person_id.is_not(None),
        RosterEntry.joined_id.is_(None),
        RosterEntry.excused.is_(False),
    )


def _draft(event: Event, person_id: int, kind: MessageKind, key: str, **data: Any) -> Draft:
    return Draft(
        person_id,
        kind,
        key,
        {
            "title": event.title,
            "starts_at": event.starts_at.isoformat(),
            "zone": event.zone,
            "event_id": event.id,
            **data,
        },
        event.society_id,
    )
