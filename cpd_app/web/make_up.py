"""用来补第 k 年: binding a record to an earlier year, and undoing it."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected
from cpd_app.usecases import make_up
from cpd_app.usecases.make_up import Choice
from cpd_app.usecases.record_details import RecordDetail
from cpd_app.wording import sentence

bp = Blueprint("make_up", __name__)


@bp.app_template_global("make_up_of")
def make_up_of(detail: RecordDetail) -> list[Choice]:
    """The earlier years that a record makes up for or may make up for."""
    row, registration = detail.row, detail.registration
    if registration is None or row.state != "recorded" or row.left_out:
        return []
    return make_up.make_up_choices(current_actor(), detail.activity, registration)


@bp.post("/activities/<int:activity_id>/make-up")
@signed_in
def bind(activity_id: int) -> ResponseReturnValue:
    """Let it count for an earlier year."""
    form = request.form
    year = form.get("year", 0, type=int)
    try:
        with transaction():
            make_up.bind_record(
                current_actor(),
                activity_id,
                form.get("registration", 0, type=int),
                year,
                term_id=form.get("term", type=int),
                now=clock.now(),
            )
    except Rejected as refusal:
        flash(sentence(refusal.code, refusal.values), "error")
    else:
        flash(_("已用来补第 %(n)s 年，不再计入本年。", n=year), "success")
    return redirect(url_for("activities.show", activity_id=activity_id), 303)


@bp.post("/activities/<int:activity_id>/make-up/undo")
@signed_in
def undo(activity_id: int) -> ResponseReturnValue:
    """Let it count for its own year again."""
    with transaction():
        make_up.unbind_record(
            current_actor(),
            activity_id,
            request.form.get("registration", 0, type=int),
            now=clock.now(),
        )
    flash(_("已改回，按完成日计入。"), "success")
    return redirect(url_for("activities.show", activity_id=activity_id), 303)
