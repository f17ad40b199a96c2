"""Somebody leaves the society's staff: what ends and what is handed over, then the one act."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import asks_again, current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected
from cpd_app.schemas.certificates import SuccessorSchema
from cpd_app.usecases import leavers
from cpd_app.usecases.role_holders import role_holders
from cpd_app.web import desk
from cpd_app.web.forms import Read, read
from cpd_app.web.member_page import role_word

bp = Blueprint("leavers", __name__, url_prefix="/leavers")


@bp.route("/<int:role_id>", methods=["GET", "POST"])
@staff_area
@asks_again
def leave(role_id: int) -> ResponseReturnValue:
    """Roles, sign-ins, tokens and phones end; open files and events go to a colleague."""
    actor, society_id = current_actor(), desk.society_id()
    now, today = clock.now(), clock.today()
    given, values = Read(), {}
    if request.method == "POST":
        values = request.form.to_dict()
        given = read(SuccessorSchema())
        if given.ok and _left(role_id, given):
            return redirect(url_for("staff.roles.index"), 303)
    found = leavers.leaving_of(actor, society_id, role_id, now=now, today=today)
    colleagues = {
        h.person_id: h.name
        for h in role_holders(actor, society_id, today=today)
        if h.person_id != found.person.id
    }
    page = render_template(
        "staff/leave.html",
        found=found,
        roles=[role_word(role) for role in found.roles],
        colleagues=list(colleagues.items()),
        values=values,
        errors=given.errors,
    )
    return page, 200 if given.ok else 422


def _left(role_id: int, given: Read) -> bool:
    try:
        with transaction():
            done = leavers.leave(
                current_actor(),
                desk.society_id(),
                role_id,
                given.value["successor_id"],
                now=clock.now(),
                today=clock.today(),
            )
    except Rejected as error:
        given.refuse(error, known=SuccessorSchema().fields)
        return False
    flash(_said(done), "success")
    return True


def _said(done: Any) -> str:
    said = _("已离任。交接了 %(files)s 份档案、%(events)s 场活动。",
             files=done.files, events=done.events)  # fmt: skip
    if done.kept_back:
        said += ngettext(
            "%(num)s 份档案因回避不能交给这位同事，已回到待分配。",
            "%(num)s 份档案因回避不能交给这位同事，已回到待分配。",
            done.kept_back,
        )
    return said
