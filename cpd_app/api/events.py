"""Events for machines: plan, read, submit, approve, close."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask_smorest import Blueprint

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.policy import Permission, may
from cpd_app.schemas.answers import refuses
from cpd_app.schemas.events import (
    ActSchema,
    ApprovalSchema,
    EventJson,
    NewEventSchema,
    SubmissionSchema,
    event_json,
)
from cpd_app.usecases import event_states, events
from cpd_app.usecases.event_access import event_target
from cpd_app.usecases.event_hours import approved_hours, hours_or_problem, needs_approval
from cpd_app.usecases.event_input import NewEvent
from cpd_app.usecases.event_owners import owner_asked
from cpd_app.usecases.event_visibility import readable_event
from cpd_app.wording import arithmetic

if TYPE_CHECKING:
    from cpd_app.models import Event

blp = Blueprint("api_events", __name__, description="Events: planned, approved, held, closed")


@blp.post("/events")
@signed_in
@blp.arguments(NewEventSchema())
@blp.response(201, EventJson)
@blp.alt_response(200, schema=EventJson, description="A repeat of a key: the first event")
@refuses(blp, 400, 404, 409, 422)
def create(read: tuple[str | None, NewEvent]) -> tuple[dict[str, Any], int]:
    """Plan an event as a draft; the same key gives the first event back."""
    society, new = read
    actor = current_actor()
    owner = owner_asked(actor, society)
    with transaction():
        planned = events.plan_event(actor, replace(new, society_id=owner), now=clock.now())
        event_id, created = planned.event.id, planned.created
    return _answer(event_id), 201 if created else 200


@blp.get("/events/<int:event_id>")
@signed_in
@blp.response(200, EventJson)
@refuses(blp, 404)
def read(event_id: int) -> dict[str, Any]:
    """One event, with the hours it can give and their arithmetic."""
    return _answer(event_id)


@blp.post("/events/<int:event_id>/submission")
@signed_in
@blp.arguments(SubmissionSchema(), required=False)
@blp.response(200, EventJson)
@refuses(blp, 400, 404, 409, 422)
def submit(said: dict[str, Any], event_id: int) -> dict[str, Any]:
    """Hand the plan to staff; once it has begun, with `late_reason`."""
    with transaction():
        event_states.submit_event(
            current_actor(), event_id, late_reason=said["late_reason"], now=clock.now()
        )
    return _answer(event_id)


@blp.post("/events/<int:event_id>/approval")
@signed_in
@blp.arguments(ApprovalSchema(), required=False)
@blp.response(200, EventJson)
@refuses(blp, 400, 404, 409, 422)
def approve(said: dict[str, Any], event_id: int) -> dict[str, Any]:
    """Staff approve it with the hours it can give, or send it back with a reason."""
    actor, now = current_actor(), clock.now()
    with transaction():
        if said["approved"]:
            event_states.approve_event(
                actor,
                event_id,
                version=said["version"],
                late_reason=said["late_reason"] or said["reason"],
                now=now,
            )
        else:
            event_states.send_back(actor, event_id, reason=said["reason"] or "", now=now)
    return _answer(event_id)


@blp.post("/events/<int:event_id>/closing")
@signed_in
@blp.arguments(ActSchema(), required=False)
@blp.response(200, EventJson)
@refuses(blp, 400, 404, 409, 422)
def close(_said: dict[str, Any], event_id: int) -> dict[str, Any]:
    """End the check-in of an event that has begun."""
    with transaction():
        event_states.close_event(current_actor(), event_id, now=clock.now())
    return _answer(event_id)


def _answer(event_id: int) -> dict[str, Any]:
    actor, now = current_actor(), clock.now()
    event: Event = readable_event(actor, event_id, now=now)
    potential, _problem = hours_or_problem(event)
    lines = arithmetic(potential.conversion.trace) if potential else []
    return event_json(
        event,
        potential,
        lines,
        approved_hours=approved_hours(event),
        again=needs_approval(event),
        inside=may(actor, Permission.READ_ATTENDANCE, event_target(event, now=now)),
    )
