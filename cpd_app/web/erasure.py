"""依本人要求删除: what would be erased, what stays and why, then the one act."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import asks_again, current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected
from cpd_app.domain.retention import Kept
from cpd_app.schemas.members import ErasureSchema
from cpd_app.usecases import erasure
from cpd_app.usecases.erasure import ErasableFiling
from cpd_app.web.filters import day
from cpd_app.web.forms import Read, read

bp = Blueprint("erasure", __name__)


@bp.route("/<int:registration_id>/erase", methods=["GET", "POST"])
@staff_area
@asks_again
def erase(registration_id: int) -> ResponseReturnValue:
    """Erase a member's values in old filings and journal entries, after the member's request."""
    given = Read()
    if request.method == "POST":
        given = read(ErasureSchema())
        if given.ok and _erased(registration_id, given):
            flash(_("已删除。学时、日期和校验值仍在，合计不变。"), "success")
            return redirect(url_for("members.show", registration_id=registration_id), 303)
    found = erasure.erasable_of(current_actor(), registration_id, today=clock.today())
    page = render_template(
        "members/erase.html",
        found=found,
        registration=found.registration,
        lines=[(one.filing.number, _fate(one)) for one in found.filings],
        values=request.form,
        errors=given.errors,
    )
    return page, 200 if given.ok else 422


def _erased(registration_id: int, given: Read) -> bool:
    try:
        with transaction():
            erasure.erase_values(
                current_actor(),
                registration_id,
                given.value["reason"],
                now=clock.now(),
                today=clock.today(),
            )
    except Rejected as refusal:
        given.refuse(refusal, known=ErasureSchema().fields)
        return False
    return True


def _fate(one: ErasableFiling) -> str:
    """What becomes of a filing's values, in words."""
    if one.kept is Kept.OPEN:
        return _("保留：还在办理")
    if one.kept is Kept.APPEAL:
        return _("保留：申诉还没有决定")
    if one.kept is Kept.RETENTION and one.until is not None:
        return _("保留：决定后满一年才能删除，%(day)s起可以", day=day(one.until))
    return _("删除姓名、总结、记录名称和内容、文件名")
