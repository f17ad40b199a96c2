"""Attendance for machines: read it, correct it, state one's own, settle the event."""

from typing import Any

from flask import Response, make_response, request
from flask_smorest import Blueprint

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.schemas.answers import refuses
from cpd_app.schemas.attendance import (
    Asked,
    AttendanceJson,
    CorrectedJson,
    CorrectionSchema,
    StatementJson,
    StatementSchema,
    attendance_json,
    corrected_json,
)
from cpd_app.schemas.events import ActSchema
from cpd_app.usecases import corrections, settlement, statements
from cpd_app.usecases.attendance_table import attendance_table, traces_of
from cpd_app.usecases.statements import NewStatement

blp = Blueprint("api_attendance", __name__, description="Presence at events, and its corrections")

#: people in one answer
AT_ONCE = 500


@blp.get("/events/<int:event_id>/attendance")
@signed_in
@blp.doc(
    parameters=[
        {"in": "query", "name": "filter", "schema": {"type": "string"},
         "description": "one of `counts`; all when left out"},
        {"in": "query", "name": "q", "schema": {"type": "string"},
         "description": "part of a name or number"},
        {"in": "query", "name": "page", "schema": {"type": "integer", "minimum": 1}},
    ]
)  # fmt: skip
@blp.response(200, AttendanceJson)
@refuses(blp, 404)
def read(event_id: int) -> dict[str, Any]:
    """Who was there from when to when, what it came to and how; 500 people a page."""
    table = attendance_table(
        current_actor(),
        event_id,
        wanted=request.args.get("filter", "all"),
        text=request.args.get("q", ""),
        page=request.args.get("page", 1, type=int),
        at_once=AT_ONCE,
        now=clock.now(),
    )
    return attendance_json(table, traces_of(table))


@blp.post("/events/<int:event_id>/corrections")
@signed_in
@blp.arguments(CorrectionSchema())
@blp.response(201, CorrectedJson)
@blp.alt_response(200, schema=CorrectedJson, description="A repeat of a key: nothing is changed")
@refuses(blp, 400, 404, 422)
def correct(asked: Asked, event_id: int) -> Response:
    """Correct the presence of one or several people; the records follow at once."""
    actor, now = current_actor(), clock.now()
    with transaction():
        repeated = corrections.is_repeat(actor, event_id, asked.correction.key, now=now)
        effects = corrections.correct_attendance(
            actor, event_id, asked.entry_ids, asked.correction, now=now, today=clock.today()
        )
        said = CorrectedJson().dump(corrected_json(effects))
    return make_response(said, 200 if repeated else 201)


@blp.post("/events/<int:event_id>/statements")
@signed_in
@blp.arguments(StatementSchema())
@blp.response(201, StatementJson)
@refuses(blp, 400, 404, 422)
def state(new: NewStatement, event_id: int) -> Any:
    """State one's own presence (我在场); the same key gives the first statement back."""
    with transaction():
        return statements.make_statement(current_actor(), event_id, new, now=clock.now())


@blp.post("/events/<int:event_id>/settlement")
@signed_in
@blp.arguments(ActSchema(), required=False)
@blp.response(204)
@refuses(blp, 400, 404, 409, 422)
def settle(_said: dict[str, Any], event_id: int) -> None:
    """Make the attendance of a closed event final (结项)."""
    with transaction():
        settlement.settle_event(current_actor(), event_id, now=clock.now(), today=clock.today())
