"""Take along what is recorded: the member everything, staff what their society credits."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from cpd_app import clock, storage
from cpd_app.access import asks_again, current_actor, signed_in, staff_area
from cpd_app.db import transaction
from cpd_app.usecases import exports
from cpd_app.usecases.exports import Exported
from cpd_app.web import export_files

bp = Blueprint("exports", __name__)

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "zip": "application/zip",
}


@bp.get("/me/export")
@signed_in
def index() -> ResponseReturnValue:
    """Choose a form."""
    return render_template("exports/index.html")


@bp.get("/me/export/<any(csv, xlsx, json, zip):form>")
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
    now = clock.now()
    match form:
        case "csv":
            body = export_files.as_csv(export_files.table_of(exported))
        case "xlsx":
            body = export_files.as_xlsx(export_files.table_of(exported))
        case "json":
            body = export_files.as_json(exports.as_json(exported, now=now))
        case _:
            data = exports.as_json(exported, now=now)
            return _attached(
                Response(export_files.as_zip(exported, data, storage.local_files())), form
            )
    return _attached(Response(body), form)


def _attached(response: Response, form: str) -> Response:
    response.headers["Content-Type"] = MEDIA[form]
    day = clock.today().isoformat()
    response.headers.set("Content-Disposition", "attachment", filename=f"cpd-{day}.{form}")
    return response
