"""Plan an event and change its plan; whoever changes what decides hours sends it back to staff."""

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from cpd_app.db import session
from cpd_app.domain.agenda import PlannedPart, PlannedSession, check_plan, missing_out_by_length
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.numbers import number_key
from cpd_app.models import (
    AgendaPart,
    Event,
    EventSession,
    Field,
    Registration,
    RosterEntry,
    Scan,
    Society,
    Speaker,
)
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.event_access import event_for
from cpd_app.usecases.event_hours import check_kind, needs_approval, plan_of, terms_of
from cpd_app.usecases.event_input import (
    EventHead,
    EventState,
    NewEvent,
    check_head,
    check_texts,
)
from cpd_app.usecases.event_messages import shown_of, tell_changed
from cpd_app.usecases.roster import move_up

#: nothing of the plan is changed any more
OVER = frozenset({EventState.SETTLED, EventState.CANCELLED})
#: columns that come from the head as they are
PLAIN = (
    "description",
    "organiser",
    "zone",
    "mode",
    "place",
    "venue",
    "field_id",
    "capacity",
    "open_to",
    "opens_before",
    "closes_after",
    "gives_certificate",
)
#: what a calendar shows; a change of it adds one to `sequence`
IN_CALENDARS = ("title", "description", "starts_at", "ends_at", "zone", "mode", "place", "venue")


@dataclass(frozen=True)
class Planned:
    """An event that was planned, now or by an earlier request with the same key."""

    event: Event
    created: bool


@dataclass(frozen=True)
class Changed:
    """A change of the plan: whether it alters hours, so that staff look again."""

    event: Event
    back_to_staff: bool
    session_id: int | None = None


def plan_event(actor: Actor, new: NewEvent, *, now: datetime) -> Planned:
    """Make a draft; a second request with the same key gives the first event back.

    Raises Rejected for texts, times, kind and fields that do not fit.
    """
    societies = frozenset() if new.society_id is None else frozenset({new.society_id})
    require(actor, Permission.PLAN_EVENT, Target(societies=societies))
    known = _of_key(actor, new.key)
    if known is not None:
        return Planned(known, created=False)
    check_head(new.head)
    society = session.get(Society, new.society_id) if new.society_id else None
    event = Event(
        society_id=new.society_id,
        key=new.key,
        uid=str(uuid.uuid4()),
        state=EventState.DRAFT,
        pass_key=secrets.token_hex(32),
        created_at=now,
        created_by_id=actor.person_id,
        updated_at=now,
    )
    head = new.head if new.head.organiser or not society else replace(
        new.head, organiser=society.name
    )  # fmt: skip
    _set_head(event, head)
    for planned in new.sessions or (_whole(head),):
        check_texts(planned)
        made = EventSession(code_key=secrets.token_hex(32), rehearsal=False)
        _set_session(event, made, planned)
        event.sessions.append(made)
    _check(event)
    try:
        with session.begin_nested():
            session.add(event)
    except IntegrityError:
        again = _of_key(actor, new.key)
        if again is None:
            raise
        return Planned(again, created=False)
    journal.record(
        actor, "event.planned", "event", event.id, now=now, society_id=event.society_id,
        data={"kind": event.kind, "sessions": len(event.sessions)},
    )  # fmt: skip
    return Planned(event, created=True)


def change_event(
    actor: Actor, event_id: int, head: EventHead, *, version: int | None, now: datetime
) -> Changed:
    """Change everything but the agenda. `version` is the one that was seen; None: any."""
    event = _changeable(actor, event_id, version, now=now)
    check_head(head)
    before = _before(event)
    _set_head(event, head)
    changed = _changed(actor, event, "event.changed", before, now=now)
    move_up(actor, event, now=now)  # there may be more places than before
    return changed


def keep_session(
    actor: Actor,
    event_id: int,
    session_id: int | None,
    planned: PlannedSession,
    *,
    version: int | None,
    now: datetime,
) -> Changed:
    """Add a session, or change one with its agenda; the event grows with it when it must."""
    event = _changeable(actor, event_id, version, now=now)
    check_texts(planned)
    before = _before(event)
    if session_id is None:
        kept = EventSession(code_key=secrets.token_hex(32), rehearsal=False)
        event.sessions.append(kept)
    else:
        kept = _session_of(event, session_id)
    event.starts_at = min(event.starts_at, planned.starts_at)
    event.ends_at = max(event.ends_at, planned.ends_at)
    _set_session(event, kept, planned)
    changed = _changed(actor, event, "event.session_kept", before, now=now)
    return Changed(event, changed.back_to_staff, kept.id)


def remove_session(
    actor: Actor, event_id: int, session_id: int, *, version: int | None, now: datetime
) -> Changed:
    """Take a session out of the plan; Conflict `session_was_scanned` once somebody was there."""
    event = _changeable(actor, event_id, version, now=now)
    gone = _session_of(event, session_id)
    if session.scalar(select(Scan.id).where(Scan.session_id == session_id).limit(1)):
        raise Conflict("session_was_scanned")
    before = _before(event)
    event.sessions.remove(gone)
    return _changed(actor, event, "event.session_removed", before, now=now)


def set_windows(event: Event) -> None:
    """When the codes of each session are taken; a rehearsal keeps its own hour."""
    for held in event.sessions:
        if not held.rehearsal:
            held.opens_at = held.starts_at - timedelta(minutes=event.opens_before)
            held.closes_at = held.ends_at + timedelta(minutes=event.closes_after)


def mark_stale(event: Event, *, now: datetime) -> None:
    """Have the attendance of everybody who was scanned computed again."""
    scanned = select(Scan.entry_id).where(Scan.event_id == event.id)
    session.execute(
        update(RosterEntry)
        .where(RosterEntry.event_id == event.id, RosterEntry.id.in_(scanned))
        .values(stale_at=now)
        .execution_options(synchronize_session=False)
    )


def _changeable(actor: Actor, event_id: int, version: int | None, *, now: datetime) -> Event:
    """The event, held against others who change it at this moment."""
    event = event_for(actor, event_id, Permission.RUN_EVENT, now=now)
    session.refresh(event, with_for_update={"key_share": True})
    if event.state in OVER:
        raise Conflict("event_is_over")
    if version is not None and version != event.version:
        raise Conflict("changed_meanwhile")
    return event


@dataclass(frozen=True)
class _Before:
    """What a change of a plan is compared with: what calendars show, what decides hours."""

    shown: dict[str, Any]
    terms: dict[str, Any]
    #: what matters to those who come; None: nobody was told of the plan
    coming: dict[str, Any] | None


def _before(event: Event) -> _Before:
    return _Before(_in_calendars(event), terms_of(event), shown_of(event))


def _changed(actor: Actor, event: Event, verb: str, before: _Before, *, now: datetime) -> Changed:
    """Judge the plan as it is now, keep it, and send it back to staff when hours changed."""
    _check(event)
    event.version += 1
    event.updated_at = now
    if event.state != EventState.DRAFT and _in_calendars(event) != before.shown:
        event.sequence += 1
    session.flush()
    back = needs_approval(event)
    _note_who(actor, event, before)
    if back and event.state in {EventState.APPROVED, EventState.OPEN, EventState.CLOSED}:
        event.submitted_at = now
        if event.state == EventState.APPROVED:
            event.state = EventState.SUBMITTED
    elif event.state in {EventState.DRAFT, EventState.SUBMITTED} and event.approved and not back:
        event.state = EventState.APPROVED  # the change was undone: staff know these hours
    if event.state in {EventState.OPEN, EventState.CLOSED}:
        mark_stale(event, now=now)
    journal.record(
        actor, verb, "event", event.id, now=now, society_id=event.society_id,
        data={"version": event.version, "back_to_staff": back},
    )  # fmt: skip
    tell_changed(event, before.coming, now=now)
    return Changed(event, back)


def _note_who(actor: Actor, event: Event, before: _Before) -> None:
    """Remember who changed the hours; a plan that staff know is nobody's change."""
    if event.approved and not needs_approval(event):
        event.hours_changed_by = []
    elif actor.person_id is not None and terms_of(event) != before.terms:
        event.hours_changed_by = sorted({*event.hours_changed_by, actor.person_id})


def _check(event: Event) -> None:
    """Everything that is refused about a plan, whoever changed it."""
    set_windows(event)
    plan = plan_of(event)
    check_plan(plan)
    check_kind(plan, event.society_id)


def _set_head(event: Event, head: EventHead) -> None:
    event.title = head.title.strip()
    event.kind = head.kind
    event.fields = dict(head.fields)
    for name in PLAIN:
        setattr(event, name, getattr(head, name))
    if head.field_id is not None and session.get(Field, head.field_id) is None:
        raise Rejected("unknown_value", "field_id", found=head.field_id, allowed=[])
    event.starts_at, event.ends_at = head.starts_at, head.ends_at
    event.missing_out = head.missing_out or missing_out_by_length(head.starts_at, head.ends_at)


def _whole(head: EventHead) -> PlannedSession:
    """One session as long as the event, for events of one room and one sitting."""
    return PlannedSession(head.title.strip()[:120], head.starts_at, head.ends_at)


def _set_session(event: Event, kept: EventSession, planned: PlannedSession) -> None:
    kept.title = planned.title.strip()
    kept.room = planned.room
    kept.starts_at, kept.ends_at = planned.starts_at, planned.ends_at
    kept.opens_at = planned.starts_at - timedelta(minutes=event.opens_before)
    kept.closes_at = planned.ends_at + timedelta(minutes=event.closes_after)
    kept.credited = planned.credited
    known = {part.id: part for part in kept.parts}
    kept.parts = [
        _set_part(known.pop(p.id) if p.id in known else AgendaPart(), p) for p in planned.parts
    ]


def _set_part(kept: AgendaPart, planned: PlannedPart) -> AgendaPart:
    kept.title = planned.title.strip()
    kept.starts_at, kept.ends_at = planned.starts_at, planned.ends_at
    kept.credited = planned.credited
    # A speaker who stays keeps their row: the record that came of it hangs on it.
    known = {(s.name, s.number, s.kind): s for s in kept.speakers}
    kept.speakers = [
        known.pop(same) if same in known else Speaker(name=who.name, kind=who.kind)
        for who in planned.speakers
        for same in [(who.name, who.number, who.kind)]
    ]
    for row, who in zip(kept.speakers, planned.speakers, strict=True):
        row.unit, row.number = who.unit, who.number
        row.person_id = _person_of(who.number)
    return kept


def _person_of(number: str | None) -> int | None:
    """Whose registration number it is; None when nobody has it, or people of two societies."""
    if not number:
        return None
    found: Sequence[int] = session.scalars(
        select(Registration.person_id)
        .where(Registration.number_key == number_key(number))
        .distinct()
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def _session_of(event: Event, session_id: int) -> EventSession:
    found = next((s for s in event.sessions if s.id == session_id and not s.rehearsal), None)
    if found is None:
        raise NotFound
    return found


def _in_calendars(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in IN_CALENDARS}


def _of_key(actor: Actor, key: str | None) -> Event | None:
    if key is None:
        return None
    return session.scalar(
        select(Event).where(Event.created_by_id == actor.person_id, Event.key == key)
    )
