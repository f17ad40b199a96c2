"""Two accounts of one person: find the other one, see what would move, join them, undo it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import asks_again, current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import DomainError
from cpd_app.schemas.members import MergeSchema
from cpd_app.usecases.merges import candidates, merge_members, preview_merge, undo_merge
from cpd_app.usecases.registrations import own_registration
from cpd_app.web.forms import Read, read
from cpd_app.wording import sentence

bp = Blueprint("merges", __name__)


@bp.get("/<int:registration_id>/merge")
@staff_area
def choose(registration_id: int) -> ResponseReturnValue:
    """Accounts of the society that may be the same person; the page's own one would be kept."""
    actor = current_actor()
    registration = own_registration(actor, registration_id)
    text = request.args.get("q", "").strip()[:100]
    return render_template(
        "merges/choose.html",
        registration=registration,
        text=text,
        sides=candidates(actor, registration_id, text),
    )


@bp.route("/<int:registration_id>/merge/<int:person_id>", methods=["GET", "POST"])
@staff_area
@asks_again
def merge(registration_id: int, person_id: int) -> ResponseReturnValue:
    """What would move and what stands against it; then the merge, with its reason."""
    actor = current_actor()
    given = Read()
    if request.method == "POST":
        given = read(MergeSchema())
        if given.ok:
            try:
                with transaction():
                    merge_members(
                        actor, registration_id, person_id, given.value["reason"], now=clock.now()
                    )
            except DomainError as error:
                given.refuse(error, known=MergeSchema().fields)
            else:
                flash(_("两个账号已合并。没有再改动以前，可以撤销。"), "success")
                return redirect(url_for("members.show", registration_id=registration_id), 303)
    refusal, preview = "", None
    try:
        preview = preview_merge(actor, registration_id, person_id)
    except DomainError as error:
        if error.code not in {"merge_elsewhere", "merge_same"}:
            raise
        refusal = sentence(error.code, error.values)
    page = render_template(
        "merges/preview.html",
        registration=own_registration(actor, registration_id),
        preview=preview,
        refusal=refusal,
        errors=given.errors,
        values=request.form,
    )
    return page, 200 if given.ok else 422


@bp.post("/<int:registration_id>/merges/<int:merge_id>/undo")
@staff_area
@asks_again
def undo(registration_id: int, merge_id: int) -> ResponseReturnValue:
    """Make two accounts again."""
    actor = current_actor()
    own_registration(actor, registration_id)
    try:
        with transaction():
            undo_merge(actor, merge_id, now=clock.now())
    except DomainError as error:
        if error.code not in {"merge_undone", "changed_since_merge"}:
            raise
        flash(sentence(error.code, error.values), "error")
    else:
        flash(_("合并已撤销，又是两个账号。"), "success")
    return redirect(url_for("members.show", registration_id=registration_id), 303)
