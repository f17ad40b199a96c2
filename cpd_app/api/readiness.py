"""GET readiness: the member's own, and for staff any registration of their society."""

from typing import Any

from flask_smorest import Blueprint

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.api.shown import RegistrationQuerySchema, registration_asked
from cpd_app.schemas.answers import refuses
from cpd_app.schemas.readiness import OnQuerySchema, ReadinessSchema, readiness_json
from cpd_app.usecases.progress import Standing, standing_of
from cpd_app.usecases.registrations_shown import readable_number
from cpd_app.wording import check_sentence

blp = Blueprint("api_readiness", __name__, description="Whether a registration can be renewed")


@blp.get("/readiness")
@signed_in
@blp.arguments(OnQuerySchema(), location="query")
@blp.arguments(RegistrationQuerySchema(), location="query")
@blp.response(200, ReadinessSchema)
@refuses(blp, 404, 422)
def own(query: dict[str, Any], which: dict[str, Any]) -> dict[str, Any]:
    """How the caller's own registration stands."""
    day = query["on"] or clock.today()
    actor = current_actor()
    shown = registration_asked(actor, which["registration"], clock.today())
    return _json(standing_of(actor, shown.registration, on=day))


@blp.get("/registrations/<string:number>/readiness")
@signed_in
@blp.arguments(OnQuerySchema(), location="query")
@blp.response(200, ReadinessSchema)
@refuses(blp, 404, 422)
def of_registration(query: dict[str, Any], number: str) -> dict[str, Any]:
    """How a registration stands, for staff of its society."""
    actor = current_actor()
    day = query["on"] or clock.today()
    return _json(standing_of(actor, readable_number(actor, number), on=day))


def _json(standing: Standing) -> dict[str, Any]:
    return readiness_json(standing, [check_sentence(c) for c in standing.readiness.checks])
