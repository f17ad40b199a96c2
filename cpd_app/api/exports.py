"""Exports for machines: order one, see how far it is, take the file; or stop it."""

import secrets
from typing import TYPE_CHECKING, Any

from flask import Response, make_response, url_for
from flask_smorest import Blueprint

from cpd_app import clock
from cpd_app.access import asks_again, current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.documents.spreadsheets import XLSX
from cpd_app.downloads import download
from cpd_app.schemas.answers import refuses
from cpd_app.schemas.jobs import JobJson, NewExport, NewExportSchema, job_json
from cpd_app.storage import local_files
from cpd_app.usecases import bulk_dossiers, export_orders, job_files, jobs, register_sheets
from cpd_app.usecases.bulk_dossiers import Span
from cpd_app.usecases.register_sheets import SheetOrder
from cpd_app.usecases.societies import society_of_code

if TYPE_CHECKING:
    from cpd_app.models import Job

blp = Blueprint(
    "api_exports", __name__, description="Files made in the background; tokens without scopes only"
)

BINARY = {"schema": {"type": "string", "format": "binary"}}
#: what a file may be
FORMS = ("application/zip", "text/csv", XLSX)
#: after so many seconds it is worth asking again
AGAIN = "2"


@blp.post("/exports")
@signed_in
@asks_again
@blp.arguments(NewExportSchema())
@blp.response(202, JobJson, headers={"Location": {"schema": {"type": "string"}}})
@refuses(blp, 400, 404, 422)
def order(new: NewExport) -> Response:
    """Order a file; `Location` says where to ask how far it is."""
    with transaction():
        job_id = _ordered(new).id
    answer = make_response(_json(job_id), 202)
    answer.headers["Location"] = url_for("api_exports.show", job_id=job_id)
    answer.headers["Retry-After"] = AGAIN
    return answer


@blp.get("/jobs/<int:job_id>")
@signed_in
@blp.response(200, JobJson)
@refuses(blp, 404)
def show(job_id: int) -> dict[str, Any]:
    """How far it is; with `file` once it can be taken."""
    return _json(job_id)


@blp.post("/jobs/<int:job_id>/cancel")
@signed_in
@blp.response(200, JobJson)
@refuses(blp, 404, 422)
def cancel(job_id: int) -> dict[str, Any]:
    """Stop it; no file is left."""
    with transaction():
        jobs.cancel_job(current_actor(), job_id, now=clock.now())
    return _json(job_id)


@blp.get("/jobs/<int:job_id>/file")
@signed_in
@asks_again
@blp.doc(responses={200: {"description": "The bytes", "content": dict.fromkeys(FORMS, BINARY)}})
@refuses(blp, 404)
def file(job_id: int) -> Response:
    """The bytes, for who ordered them; `Range` goes on with a download that broke off."""
    with transaction():
        made = job_files.take_file(current_actor(), job_id, now=clock.now())
    return download(made)


def _ordered(new: NewExport) -> "Job":
    actor, now = current_actor(), clock.now()
    key = new.key or secrets.token_hex(8)
    if new.what == "own":
        return export_orders.order_own(actor, language=new.language, key=key, now=now)
    society_id = society_of_code(new.society).id
    if new.what in register_sheets.SUBJECTS:
        asked = SheetOrder(society_id, new.what, new.form, new.wanted, clock.today(), new.language)
        return register_sheets.order_sheet(actor, asked, key=key, now=now)
    assert new.first_on is not None and new.last_on is not None  # noqa: S101, PT018 - the schema's
    return bulk_dossiers.order_dossiers(
        actor,
        Span(society_id, new.first_on, new.last_on),
        with_evidence=new.with_evidence,
        room=local_files().room(),
        language=new.language,
        key=key,
        now=now,
    )


def _json(job_id: int) -> dict[str, Any]:
    shown = job_files.shown_job(current_actor(), job_id, now=clock.now())
    return job_json(shown, url=url_for("api_exports.file", job_id=job_id))
