"""From draft to closed: submit, approve, send back, open, close, cancel; by people and by time."""

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, NotAllowed, Rejected
from cpd_app.models import Event, EventSession, Scan
from cpd_app.policy import Actor, Permission
from cpd_app.usecases import journal
from cpd_app.usecases.event_access import event_for
from cpd_app.usecases.event_hours import hours_it_can_give, needs_approval, terms_of
from cpd_app.usecases.event_input import EventState
from cpd_app.usecases.event_messages import tell_cancelled, tell_listed, tell_planner
from cpd_app.usecases.events import mark_stale

MOST_REASON = 500
#: an event nobody closes is closed this long after its last codes; scans of phones that had no
#: network arrive until then
CLOSES_ITSELF_AFTER = timedelta(hours=72)
#: where an act may begin
#: approved once is enough: what staff have not looked at yet, or sent back, turns nobody away
MAY_OPEN = frozenset(
    {EventState.DRAFT, EventState.SUBMITTED, EventState.APPROVED, EventState.CLOSED}
)
MAY_STAND_APPROVED = frozenset({EventState.APPROVED, EventState.OPEN, EventState.CLOSED})
MAY_CANCEL = frozenset(
    {EventState.DRAFT, EventState.SUBMITTED, EventState.APPROVED, EventState.OPEN}
)


def submit_event(
    actor: Actor, event_id: int, *, late_reason: str | None = None, now: datetime
) -> Event:
    """Hand the plan to the owner's staff; late, when it has begun, only with a reason.

    One that staff sent back and the clock opened meanwhile is handed in again and stays open.
    Raises Rejected `nothing_credited`, `late_reason_missing`, Conflict `not_in_this_state`.
    """
    event = _held(actor, event_id, Permission.RUN_EVENT, now=now)
    if event.state == EventState.SUBMITTED:
        return event
    if not may_submit(event):
        raise Conflict("not_in_this_state")
    if hours_it_can_give(event) is None:
        raise Rejected("nothing_credited", "sessions")
    _check_late(event, late_reason, now=now)
    if event.state == EventState.DRAFT:
        event.state = EventState.SUBMITTED
    event.submitted_at, event.answer = now, None
    _note(actor, event, "event.submitted", now=now)
    return event


def may_submit(event: Event) -> bool:
    """Whether it lies with the organiser: a draft, or a running event that staff sent back."""
    sent_back = _changed_while_running(event) and event.submitted_at is None
    return event.state == EventState.DRAFT or sent_back


def take_back(actor: Actor, event_id: int, *, now: datetime) -> Event:
    """The organiser takes a submission back to work on it."""
    event = _held(actor, event_id, Permission.RUN_EVENT, now=now)
    _check_state(event, {EventState.SUBMITTED})
    event.state, event.submitted_at = EventState.DRAFT, None
    _note(actor, event, "event.taken_back", now=now)
    return event


def approve_event(
    actor: Actor,
    event_id: int,
    *,
    version: int | None = None,
    late_reason: str | None = None,
    now: datetime,
) -> Event:
    """Approve the plan with the hours it can give; late approval needs a reason, of whoever.

    What is approved as it stands is left so: the answer to a repeat of the request.
    Also approves what was changed in an event that is open or closed. `version` is the plan that
    was seen. Raises Conflict `not_in_this_state`, `changed_meanwhile`, Rejected
    `late_reason_missing`, `nothing_credited`, NotAllowed `changed_it_yourself` for whoever changed
    what decides hours since the last approval: that takes two people.
    """
    event = _held(actor, event_id, Permission.APPROVE_EVENT, now=now)
    if event.state in MAY_STAND_APPROVED and event.approved and not needs_approval(event):
        return event
    if has_changed(actor, event):
        raise NotAllowed("changed_it_yourself")
    if event.state != EventState.SUBMITTED and not _changed_while_running(event):
        raise Conflict("not_in_this_state")
    if version is not None and version != event.version:
        raise Conflict("changed_meanwhile")
    potential = hours_it_can_give(event)
    if potential is None:
        raise Rejected("nothing_credited", "sessions")
    _check_late(event, late_reason, now=now)
    event.approved = {
        "terms": terms_of(event),
        "hours": potential.hours,
        "minutes": potential.minutes,
        "rule_version_id": potential.rule.version_id,
    }
    event.approved_at, event.answer, event.hours_changed_by = now, None, []
    if event.state == EventState.SUBMITTED:
        event.state = EventState.APPROVED
    else:
        mark_stale(event, now=now)
    _note(actor, event, "event.approved", now=now, hours=potential.hours)
    tell_planner(event, "approved", by_id=actor.person_id, now=now)
    tell_listed(event, now=now)
    return event


def send_back(actor: Actor, event_id: int, *, reason: str, now: datetime) -> Event:
    """Staff want something changed first, and say what (handbook Q20: always a reason)."""
    event = _held(actor, event_id, Permission.APPROVE_EVENT, now=now)
    said = _reason(reason, "reason")
    if event.submitted_at is None and event.answer == said and may_submit(event):
        return event  # a repeat of the request
    if event.state != EventState.SUBMITTED and not _changed_while_running(event):
        raise Conflict("not_in_this_state")
    event.answer = said
    if event.state == EventState.SUBMITTED:
        event.state = EventState.DRAFT
    event.submitted_at = None
    _note(actor, event, "event.sent_back", now=now)
    tell_planner(event, "sent_back", by_id=actor.person_id, now=now)
    return event


def open_event(actor: Actor, event_id: int, *, now: datetime) -> Event:
    """Let the codes work from now on, in each session's own window; or open a closed one again.

    Raises Conflict `approval_is_missing` for a plan that staff never approved.
    """
    event = _held(actor, event_id, Permission.RUN_EVENT, now=now)
    if event.state == EventState.OPEN:
        return event
    if event.approved_at is None or event.state not in MAY_OPEN:
        raise Conflict("approval_is_missing")
    event.state, event.closed_at = EventState.OPEN, None
    _note(actor, event, "event.opened", now=now)
    return event


def close_event(actor: Actor, event_id: int, *, now: datetime) -> Event:
    """End the check-in; whoever is still inside gets what the missing-out policy says.

    Late scans from phones without network are taken until the settlement all the same.
    """
    event = _held(actor, event_id, Permission.RUN_EVENT, now=now)
    if event.state == EventState.CLOSED:
        return event
    _check_state(event, {EventState.OPEN})
    if now < event.starts_at:
        raise Conflict("event_not_begun")
    event.state, event.closed_at = EventState.CLOSED, now
    mark_stale(event, now=now)
    _note(actor, event, "event.closed", now=now)
    return event


def cancel_event(actor: Actor, event_id: int, *, reason: str, now: datetime) -> Event:
    """It does not take place; calendars are told. Not once somebody was checked in."""
    event = _held(actor, event_id, Permission.RUN_EVENT, now=now)
    _check_state(event, MAY_CANCEL)
    if was_scanned(event.id):
        raise Conflict("event_was_scanned")
    announced = event.state != EventState.DRAFT
    event.answer = _reason(reason, "reason") if announced else reason.strip()[:MOST_REASON] or None
    event.state, event.closed_at = EventState.CANCELLED, now
    event.sequence += 1
    _note(actor, event, "event.cancelled", now=now)
    tell_cancelled(event, now=now)
    return event


def turn_events(*, now: datetime) -> dict[str, int]:
    """Open what was approved once and begins, close what ended long ago; counts of both."""
    actor = Actor.system("turn-events")
    opened = closed = 0
    for event_id in _to_open(now):
        open_event(actor, event_id, now=now)
        opened += 1
    for event_id in _to_close(now):
        close_event(actor, event_id, now=now)
        closed += 1
    return {"opened": opened, "closed": closed}


def has_changed(actor: Actor, event: Event) -> bool:
    """Whether the actor changed what decides hours, and nobody has approved it since."""
    return actor.person_id in event.hours_changed_by


def was_scanned(event_id: int) -> bool:
    """Whether somebody was checked in; what happened in a rehearsal counts for nothing."""
    scanned = (
        select(Scan.id)
        .join(EventSession, EventSession.id == Scan.session_id)
        .where(Scan.event_id == event_id, EventSession.rehearsal.is_(False))
    )
    return session.scalar(scanned.limit(1)) is not None


def _changed_while_running(event: Event) -> bool:
    return event.state in {EventState.OPEN, EventState.CLOSED} and needs_approval(event)


def _to_open(now: datetime) -> list[int]:
    begins = select(EventSession.id).where(
        EventSession.event_id == Event.id,
        EventSession.rehearsal.is_(False),
        EventSession.opens_at <= now,
    )
    waiting = (EventState.DRAFT, EventState.SUBMITTED, EventState.APPROVED)
    found = select(Event.id).where(
        Event.state.in_(waiting), Event.approved_at.is_not(None), begins.exists()
    )
    return list(session.scalars(found.order_by(Event.id)))


def _to_close(now: datetime) -> list[int]:
    last = (
        select(func.max(EventSession.closes_at))
        .where(EventSession.event_id == Event.id, EventSession.rehearsal.is_(False))
        .scalar_subquery()
    )
    over = or_(
        last <= now - CLOSES_ITSELF_AFTER,
        last.is_(None) & (Event.ends_at <= now - CLOSES_ITSELF_AFTER),
    )
    found = select(Event.id).where(Event.state == EventState.OPEN, over)
    return list(session.scalars(found.order_by(Event.id)))


def _held(actor: Actor, event_id: int, permission: Permission, *, now: datetime) -> Event:
    """The event, held against others who turn it at this moment."""
    event = event_for(actor, event_id, permission, now=now)
    session.refresh(event, with_for_update={"key_share": True})
    return event


def _check_state(event: Event, allowed: frozenset[EventState] | set[EventState]) -> None:
    if event.state not in allowed:
        raise Conflict("not_in_this_state")


def _check_late(event: Event, reason: str | None, *, now: datetime) -> None:
    """Once it has begun, somebody must have said why this comes so late."""
    if now < event.starts_at:
        return
    said = (reason or "").strip()
    if said:
        event.late_reason = _reason(said, "late_reason")
    elif not event.late_reason:
        raise Rejected("late_reason_missing", "late_reason")


def _reason(text: str, name: str) -> str:
    said = text.strip()
    if not said:
        raise Rejected("reason_missing", name)
    if len(said) > MOST_REASON:
        raise Rejected("too_long", name, most=MOST_REASON)
    return said


def _note(actor: Actor, event: Event, verb: str, *, now: datetime, **data: int) -> None:
    event.updated_at = now
    journal.record(
        actor, verb, "event", event.id, now=now, society_id=event.society_id,
        data={"version": event.version, **data},
    )  # fmt: skip
