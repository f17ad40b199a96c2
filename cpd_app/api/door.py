"""Doors for machines and for our own door page: scans, taking one back, one's own pass."""

from typing import Any

from flask import Response, make_response
from flask_smorest import Blueprint

from cpd_app import clock
from cpd_app.access import at_the_door, current_actor, door_actor, signed_in
from cpd_app.db import transaction
from cpd_app.schemas.answers import refuses
from cpd_app.schemas.door import DoorAnswerSchema, DoorScanSchema, PassSchema, door_answer_json
from cpd_app.usecases import door, passes
from cpd_app.usecases.door import DoorScan

blp = Blueprint("api_door", __name__, description="Scans of members' passes at an event's doors")


@blp.post("/events/<int:event_id>/scans")
@at_the_door
@blp.arguments(DoorScanSchema())
@blp.response(201, DoorAnswerSchema)
@blp.alt_response(200, schema=DoorAnswerSchema, description="A repeat of a key: the first answer")
@refuses(blp, 400, 404, 409, 422)
def scan(new: DoorScan, event_id: int) -> Response:
    """Scan somebody in or out: organisers, and phones paired with the event."""
    with transaction():
        answer = door.scan_at_door(door_actor(), event_id, new, now=clock.now())
        said = DoorAnswerSchema().dump(door_answer_json(answer))
    return make_response(said, 201 if answer.scanned.created else 200)


@blp.post("/events/<int:event_id>/scans/<int:scan_id>/reversal")
@at_the_door
@blp.response(204)
@refuses(blp, 400, 404, 422)
def undo(event_id: int, scan_id: int) -> None:
    """Take back a scan of one's own within ten minutes; it stays in the history."""
    with transaction():
        door.undo_scan(door_actor(), event_id, scan_id, now=clock.now())


@blp.get("/events/<int:event_id>/pass")
@signed_in
@blp.response(200, PassSchema)
@refuses(blp, 404)
def own_pass(event_id: int) -> Any:
    """The caller's own pass of an event they are on the roster of."""
    _event, mine = passes.own_pass(current_actor(), event_id)
    return mine
