"""POST /api/v1/conversions: what a record would be worth, without keeping it."""

from typing import Any

from flask_smorest import Blueprint

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.api.shown import RegistrationQuerySchema, registration_asked
from cpd_app.schemas.activities import ConversionSchema, FlatRecordSchema, conversion_json
from cpd_app.schemas.answers import refuses
from cpd_app.usecases.conversions import convert_record
from cpd_app.wording import arithmetic

blp = Blueprint("api_conversions", __name__, description="What a record is worth by itself")


@blp.post("/conversions")
@signed_in
@blp.arguments(FlatRecordSchema())
@blp.arguments(RegistrationQuerySchema(), location="query")
@blp.response(200, ConversionSchema)
@refuses(blp, 400, 404, 422)
def convert(record: dict[str, Any], query: dict[str, Any]) -> dict[str, Any]:
    """Convert a record by the rule set in force on its finishing day."""
    today = clock.today()
    shown = registration_asked(current_actor(), query["registration"], today)
    result = convert_record(shown.registration, record)
    return conversion_json(result, arithmetic(result.conversion.trace))
