"""Filings for machines: file once for oneself, read what was filed."""

from typing import Any

from flask import Response, make_response
from flask_smorest import Blueprint

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.api.shown import registration_asked
from cpd_app.db import transaction
from cpd_app.schemas.answers import refuses
from cpd_app.schemas.filings import FilingSchema, NewFilingSchema, filing_json
from cpd_app.usecases import filings
from cpd_app.usecases.deadlines import DeadlineKind, deadline_of
from cpd_app.usecases.registrations_shown import readable_registration
from cpd_app.usecases.snapshots import filed_of

blp = Blueprint("api_filings", __name__, description="Filing for re-registration")


@blp.post("/filings")
@signed_in
@blp.arguments(NewFilingSchema)
@blp.response(201, FilingSchema)
@blp.alt_response(200, schema=FilingSchema, description="A repeat of a key: the first filing")
@refuses(blp, 400, 404, 409, 422)
def create(new: dict[str, Any]) -> Response:
    """File for re-registration with the records and the summary as they are now."""
    actor, today = current_actor(), clock.today()
    shown = registration_asked(actor, new["registration"], today)
    with transaction():
        filed = filings.file_renewal(
            actor,
            filings.NewFiling(shown.registration.id, new["declaration_version"], new["key"]),
            now=clock.now(),
            today=today,
        )
    return make_response(_json(filed.filing.id), 201 if filed.created else 200)


@blp.get("/filings/<int:filing_id>")
@signed_in
@blp.response(200, FilingSchema)
@refuses(blp, 404)
def read(filing_id: int) -> dict[str, Any]:
    """A filing as it was made, its supplements included; for its owner and the society's staff."""
    return _json(filing_id)


def _json(filing_id: int) -> dict[str, Any]:
    actor = current_actor()
    filing = filings.filing_for(actor, filing_id)
    frozen = filed_of(filing)
    return filing_json(
        filing,
        readable_registration(actor, filing.registration_id),
        frozen.years,
        frozen.records,
        deadline_of(DeadlineKind.COMPLETENESS, filing.id),
    )
