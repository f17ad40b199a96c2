"""The society's imports: send a file, look at what it would do, confirm it, take it back."""

from flask import Blueprint, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from cpd_app import clock, storage
from cpd_app.access import current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected
from cpd_app.policy import Permission, Target, may
from cpd_app.usecases import imports
from cpd_app.usecases.activity_rows import activity_columns
from cpd_app.usecases.import_checks import Scope
from cpd_app.web import desk, import_pages
from cpd_app.web.import_acts import add_acts
from cpd_app.web.import_pages import COLUMNS
from cpd_app.wording import sentence

bp = Blueprint("imports", __name__, url_prefix="/staff/imports")

KIND = "<any(members, activities):kind>"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@staff_area
def index() -> ResponseReturnValue:
    """Send a file; below, what was imported before."""
    return _index()


def _index(fault: str = "", kind: str = "members") -> str:
    society_id = desk.society_id()
    actor = current_actor()
    return render_template(
        "imports/index.html",
        lines=imports.imports_for(actor, society_id=society_id),
        words=import_pages.state_words,
        fault=fault,
        kind=kind,
        may_import=may(actor, Permission.IMPORT_MEMBERS, Target(societies=frozenset({society_id}))),
    )


@bp.post(f"/{KIND}")
@staff_area
def send(kind: str) -> ResponseReturnValue:
    """Take the file in; it is read in the background."""
    try:
        name, data = import_pages.uploaded()
        with transaction():
            started = imports.start_import(
                current_actor(),
                Scope(kind, society_id=desk.society_id()),
                name,
                data,
                files=storage.local_files(),
                now=clock.now(),
            )
    except Rejected as refusal:
        return _index(sentence(refusal.code, refusal.values), kind), 422
    return redirect(url_for("imports.show", import_id=started.id), 303)


@bp.get(f"/template/{KIND}")
@staff_area
def template(kind: str) -> ResponseReturnValue:
    """An empty file with the right heading."""
    columns = COLUMNS[kind] if kind == "members" else activity_columns(desk.society_id())
    return send_file(
        import_pages.template_of(kind, columns),
        mimetype=XLSX,
        as_attachment=True,
        download_name=f"{kind}.xlsx",
    )


add_acts(bp, staff_area, template="imports/show.html", of_society=True)
