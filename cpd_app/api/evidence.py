"""Evidence for machines: attach a photo or a PDF to a record."""

from typing import Any

from flask import request
from flask_smorest import Blueprint, abort
from marshmallow import ValidationError

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected
from cpd_app.schemas.activities import EvidenceJson
from cpd_app.schemas.answers import refuses
from cpd_app.schemas.evidence import (
    EvidenceFormSchema,
    evidence_json,
    multipart_body,
    upload_of,
)
from cpd_app.storage import local_files
from cpd_app.usecases import activities, evidence
from cpd_app.usecases.evidence import Outcome

blp = Blueprint("api_evidence", __name__, description="Photos and PDFs that prove records")


@blp.post("/activities/<int:activity_id>/evidence")
@signed_in
@blp.doc(requestBody=multipart_body())
@blp.response(201, EvidenceJson)
@refuses(blp, 400, 404, 409, 413, 422)
def create(activity_id: int) -> dict[str, Any]:
    """Attach a file; the same key, or the same bytes, give the first attachment back."""
    actor = current_actor()
    activities.own_activity(actor, activity_id)  # nobody's file is read for somebody else's record
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Rejected("no_file", "file")
    form = _form()
    upload = upload_of(file, form["secrecy"], form["proofs"], form["key"])
    if isinstance(upload, Outcome):
        raise upload.refusal or Rejected("no_file", "file")
    with transaction():
        made = evidence.add_file(actor, activity_id, upload, store=local_files(), now=clock.now())
    return evidence_json(made)


def _form() -> dict[str, Any]:
    """The fields beside the file; faults are answered as smorest answers its own."""
    posted = {**request.form.to_dict(), "proofs": request.form.getlist("proofs")}
    try:
        form: dict[str, Any] = EvidenceFormSchema().load(posted)
    except ValidationError as error:
        abort(422, messages=error.messages)
    return form
