"""POST registrations: staff enter a member with the columns of the members file."""

from typing import Any

from flask_smorest import Blueprint

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.schemas.answers import refuses
from cpd_app.schemas.registrations import (
    NewRegistrationSchema,
    RegistrationSchema,
    registration_json,
)
from cpd_app.usecases.member_entry import enter_member
from cpd_app.wording import sentence

blp = Blueprint("api_registrations", __name__, description="The register, for staff")


@blp.post("/registrations")
@signed_in
@blp.arguments(NewRegistrationSchema())
@blp.response(201, RegistrationSchema)
@blp.alt_response(200, schema=RegistrationSchema, description="The number was known; corrected")
@refuses(blp, 400, 404, 409, 422)
def enter(columns: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Register a member, or correct what is known under this registration number."""
    said = {name: text for name, text in columns.items() if text is not None}
    with transaction():
        entered = enter_member(current_actor(), said, now=clock.now(), today=clock.today())
    messages = [sentence(w["code"], w) for w in entered.warnings]
    return registration_json(entered, messages), 201 if entered.created else 200
