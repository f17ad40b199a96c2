"""Check-ins for machines and for our own scanner: a code in, what became of it out."""

from dataclasses import replace
from typing import Any

from flask import current_app, request
from flask_smorest import Blueprint

from cpd_app import clock
from cpd_app.access import DEVICE_COOKIE, current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.room_codes import link_of
from cpd_app.schemas.answers import refuses
from cpd_app.schemas.checkin import (
    CheckinJson,
    CheckinSchema,
    CodeQuerySchema,
    RoomCodeJson,
    checkin_json,
    leaves_at,
    next_code,
    room_code_json,
)
from cpd_app.usecases import checkin, claims, room
from cpd_app.usecases.checkin import CheckedIn, NewCheckin
from cpd_app.usecases.guessing import guesser
from cpd_app.wording import sentence

blp = Blueprint("api_checkins", __name__, description="Checking in and out by a room's code")


@blp.post("/checkins")
@signed_in
@blp.arguments(CheckinSchema())
@blp.response(201, CheckinJson)
@blp.alt_response(200, schema=CheckinJson, description="A repeat of a key: the first scan")
@refuses(blp, 400, 409, 422)
def check_in(new: NewCheckin) -> tuple[dict[str, Any], int]:
    """Check in or out; the same key gives the first scan back.

    A code that was read without network is sent later with `scanned_at`: it counts until the
    settlement and for 72 hours, after that it is kept as a statement for the organiser.
    """
    new = replace(new, device=request.cookies.get(DEVICE_COOKIE))
    done = _typed(new) if claims.is_typed(new.code) else _scanned(new)
    return _json(done), 201 if done.created else 200


@blp.get("/events/<int:event_id>/sessions/<int:session_id>/code")
@signed_in
@blp.arguments(CodeQuerySchema(), location="query")
@blp.response(200, RoomCodeJson)
@refuses(blp, 404, 422)
def code(query: dict[str, Any], event_id: int, session_id: int) -> dict[str, Any]:
    """The code that a session's screen shows at this moment, for who runs the event."""
    shown = room.code_shown(
        current_actor(), event_id, session_id, query["direction"], now=clock.now()
    )
    return room_code_json(shown, link_of(current_app.config["CPD"].base_url, shown.code))


def _scanned(new: NewCheckin) -> CheckedIn:
    with transaction():
        return checkin.check_in(current_actor(), new, now=clock.now())


def _typed(new: NewCheckin) -> CheckedIn:
    """Six characters: a miss is kept by itself, so that it is counted although it is refused."""
    actor, now = current_actor(), clock.now()
    by = guesser(actor.person_id, request.remote_addr or "-")
    if first := checkin.first_of(actor, new.key):
        return first
    with transaction():
        found = claims.find_typed(new.code, by=by, now=now)
    claim = found.claimed()
    with transaction():
        return checkin.finish_claim(actor, claim, device=new.device, key=new.key, now=now)


def _json(done: CheckedIn) -> dict[str, Any]:
    code = next_code(done.outcome, done.direction)
    values = {"time": f"{leaves_at(done):%H:%M}"}
    return checkin_json(
        done, sentence(done.outcome.value), sentence(f"next_{code}", values) if code else ""
    )
