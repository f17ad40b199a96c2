"""Take along what is recorded: the member everything, staff what their society credits."""

import secrets

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cpd_app import clock, message_words
from cpd_app.access import asks_again, current_actor, signed_in, staff_area
from cpd_app.db import transaction
from cpd_app.documents.spreadsheets import CSV, XLSX
from cpd_app.sheets import records
from cpd_app.usecases import export_orders, exports
from cpd_app.usecases.exports import Exported
from cpd_app.web.locale import short_locale

bp = Blueprint("exports", __name__)

MEDIA = {"csv": CSV, "xlsx": XLSX, "json": "application/json"}


@bp.get("/me/export")
@signed_in
def index() -> ResponseReturnValue:
    """Choose a form; below it what is being packed or was."""
    actor = current_actor()
    files, size = export_orders.size_of_proofs(actor)
    return render_template(
        "exports/index.html",
        files=files,
        bytes=size,
        orders=export_orders.own_orders(actor, now=clock.now()),
        key=secrets.token_hex(8),
    )


@bp.post("/me/export")
@signed_in
@asks_again
def order() -> ResponseReturnValue:
    """Have everything packed with its proofs; its page shows how far it is."""
    with transaction():
        job = export_orders.order_own(
            current_actor(),
            language=short_locale(),
            key=request.form.get("key", "")[:40] or secrets.token_hex(8),
            now=clock.now(),
        )
        job_id = job.id
    return redirect(url_for("job_files.show", job_id=job_id), 303)


@bp.get("/me/export/<any(csv, xlsx, json):form>")
@signed_in
@asks_again
def own(form: str) -> ResponseReturnValue:
    """All of one's own records."""
    return _sent(exports.export_own(current_actor()), form)


@bp.get("/staff/registrations/<int:registration_id>/export/<any(csv, xlsx, json):form>")
@staff_area
@asks_again
def of_registration(registration_id: int, form: str) -> ResponseReturnValue:
    """The records of a registration of the society."""
    with transaction():
        exported = exports.export_registration(current_actor(), registration_id, now=clock.now())
    return _sent(exported, form)


def _sent(exported: Exported, form: str) -> Response:
    match form:
        case "csv":
            body = records.as_csv(records.table_of(exported))
        case "xlsx":
            body = records.as_xlsx(records.table_of(exported))
        case _:
            body = records.as_json(
                exports.as_json(exported, now=clock.now(), say=message_words.said)
            )
    response = Response(body)
    response.headers["Content-Type"] = MEDIA[form]
    name = f"cpd-{clock.today().isoformat()}.{form}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
