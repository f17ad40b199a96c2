"""依本人要求删除: what would be erased, what stays and why, then the one act."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from cpd_app import clock
from cpd_app.access import asks_again, current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected
from cpd_app.domain.retention import Kept
from cpd_app.schemas.members import ErasureSchema
from cpd_app.usecases import erasure
from cpd_app.usecases.erasure import ErasableFiling
from cpd_app.usecases.erasure_fields import Goes
from cpd_app.usecases.erasure_rows import Pile
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
        piles=_piles(found.piles),
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
    if one.erased:
        return _("早先已删除")
    return _("删除姓名、总结、记录名称和内容、文件名，以及审核时写的文字")


def _piles(piles: dict[Goes, Pile]) -> list[tuple[str, str]]:
    """What was written beside filings and the journal, and what becomes of it."""
    names = {
        Goes.RELIEF: _("减免申请的情况说明"),
        Goes.APPEAL: pgettext("theirs", "申诉理由"),
        Goes.STATEMENT: _("“我在场”的说明"),
        Goes.CONTACT: _("通话记录、催办和消息里的文字"),
        Goes.ATTENDANCE: _("活动名单上的电话"),
        Goes.IMPORT: _("导入文件里的原始行"),
    }
    return [
        (name, _what_goes(piles[clock]))
        for clock, name in names.items()
        if piles[clock].going or piles[clock].staying
    ]


def _what_goes(pile: Pile) -> str:
    parts = []
    if pile.going:
        parts.append(ngettext("删除 %(num)s 条", "删除 %(num)s 条", pile.going))
    if pile.staying:
        parts.append(
            ngettext("保留 %(num)s 条：还没有到期", "保留 %(num)s 条：还没有到期", pile.staying)
        )
    return _("；").join(parts)
