"""An event's roster for machines: enrol oneself, put a list on it, read it."""

from typing import Any

from flask_smorest import Blueprint

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.schemas.answers import refuses
from cpd_app.schemas.rosters import (
    Enrolling,
    EnrollingSchema,
    EntriesJson,
    RosterQuerySchema,
    entry_json,
)
from cpd_app.usecases import roster, roster_lists, roster_shown
from cpd_app.usecases.roster_shown import RosterFilter

blp = Blueprint("api_rosters", __name__, description="Who is on an event's roster")


@blp.post("/events/<int:event_id>/registrations")
@signed_in
@blp.arguments(EnrollingSchema(), required=False)
@blp.response(201, EntriesJson)
@blp.alt_response(200, schema=EntriesJson, description="All were on the roster already")
@refuses(blp, 400, 404, 409, 422)
def register(enrolling: Enrolling, event_id: int) -> tuple[dict[str, Any], int]:
    """Enrol oneself; or, for who runs the event, put a list of people on its roster."""
    actor, now = current_actor(), clock.now()
    with transaction():
        if enrolling.people is None:
            added = [roster.enrol(actor, event_id, key=enrolling.key, now=now)]
        else:
            added = roster_lists.add_names(actor, event_id, enrolling.people, now=now)
        answer = {
            "registrations": [entry_json(a.entry, created=a.created) for a in added],
            "page": 1,
            "pages": 1,
            "total": len(added),
        }
    return answer, 201 if any(a.created for a in added) else 200


@blp.get("/events/<int:event_id>/registrations")
@signed_in
@blp.arguments(RosterQuerySchema(), location="query")
@blp.response(200, EntriesJson)
@refuses(blp, 404, 422)
def index(query: dict[str, Any], event_id: int) -> dict[str, Any]:
    """A page of the roster for who runs the event; for others their own entry or none."""
    actor, now = current_actor(), clock.now()
    if not roster_shown.may_read(actor, event_id, now=now):
        mine = roster_shown.own_entry(actor, event_id, now=now)
        own = [entry_json(mine)] if mine is not None else []
        return {"registrations": own, "page": 1, "pages": 1, "total": len(own)}
    wanted = RosterFilter(query["show"], query["q"] or "", query["page"])
    found = roster_shown.roster_of(actor, event_id, wanted, now=now)
    return {
        "registrations": [entry_json(row.entry) for row in found.rows],
        "page": found.page,
        "pages": found.pages,
        "total": found.total,
    }
