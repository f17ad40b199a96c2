"""A member's own past records from an Excel file: send, look, confirm, take back."""

from flask import Blueprint, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock, storage
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.texts.imports import ACTIVITY_COLUMNS
from cpd_app.usecases import imports
from cpd_app.usecases.import_checks import Scope
from cpd_app.web import import_pages
from cpd_app.web.import_pages import SHOW
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


@bp.get("/<int:import_id>")
@signed_in
def show(import_id: int) -> ResponseReturnValue:
    """A preview, a job at work, or what came of it."""
    which, number = import_pages.asked()
    page = imports.page_of(
        current_actor(),
        import_id,
        states=SHOW.get(which, ()),
        warned=which == "warned",
        page=number,
    )
    if page.imported.society_id is not None:
        raise NotFound
    address = url_for("own_imports.show", import_id=import_id)
    view = import_pages.view_of(page, show=which, number=number, address=address)
    return render_template(
        "imports/own_show.html", view=view, address=address, href=import_pages.page_href
    )


@bp.post("/<int:import_id>/confirm")
@signed_in
def confirm(import_id: int) -> ResponseReturnValue:
    """Save the good rows."""
    with transaction():
        imports.confirm_import(current_actor(), import_id, now=clock.now())
    return redirect(url_for("own_imports.show", import_id=import_id), 303)


@bp.post("/<int:import_id>/discard")
@signed_in
def discard(import_id: int) -> ResponseReturnValue:
    """Let the preview go."""
    with transaction():
        imports.discard_import(current_actor(), import_id, now=clock.now())
    flash(_("已放弃，没有导入任何内容。"), "success")
    return redirect(url_for("own_imports.index"), 303)


@bp.post("/<int:import_id>/undo")
@signed_in
def undo(import_id: int) -> ResponseReturnValue:
    """Take the whole import back."""
    with transaction():
        imports.order_undo(current_actor(), import_id, now=clock.now())
    return redirect(url_for("own_imports.show", import_id=import_id), 303)


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
