"""A member's own past records from an Excel file: send, look, confirm, take back."""

from flask import Blueprint, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from cpd_app import clock, storage
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected
from cpd_app.texts.imports import ACTIVITY_COLUMNS
from cpd_app.usecases import imports
from cpd_app.usecases.import_checks import Scope
from cpd_app.web import import_pages
from cpd_app.web.import_acts import add_acts
from cpd_app.wording import sentence

bp = Blueprint("own_imports", __name__, url_prefix="/me/import")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Send a file; below, what was imported before."""
    return _index()


def _index(fault: str = "") -> str:
    return render_template(
        "imports/own.html",
        lines=imports.imports_for(current_actor()),
        words=import_pages.state_words,
        fault=fault,
    )


@bp.post("")
@signed_in
def send() -> ResponseReturnValue:
    """Take the file in; it is read in the background."""
    actor = current_actor()
    try:
        name, data = import_pages.uploaded()
        with transaction():
            started = imports.start_import(
                actor,
                Scope("activities", owner_id=actor.person_id),
                name,
                data,
                files=storage.local_files(),
                now=clock.now(),
            )
    except Rejected as refusal:
        return _index(sentence(refusal.code, refusal.values)), 422
    return redirect(url_for("own_imports.show", import_id=started.id), 303)


@bp.get("/template")
@signed_in
def template() -> ResponseReturnValue:
    """An empty file with the right heading; the account is the member's own."""
    columns = tuple(c for c in ACTIVITY_COLUMNS if c.code != "login")
    return send_file(
        import_pages.template_of("activities", columns),
        mimetype=XLSX,
        as_attachment=True,
        download_name="activities.xlsx",
    )


add_acts(bp, signed_in, template="imports/own_show.html", of_society=False)
