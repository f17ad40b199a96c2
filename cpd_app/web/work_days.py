"""工作日历 at the desk: announced years, and entering a notice after seeing whom it moves."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected
from cpd_app.schemas.work_days import NoticeSchema
from cpd_app.usecases import work_day_notices
from cpd_app.usecases.work_day_notices import Effect
from cpd_app.web import desk
from cpd_app.web.forms import Read, read
from cpd_app.wording import sentence

bp = Blueprint("work_days", __name__, url_prefix="/staff/work-days")

#: a notice is a page of text; a file of another kind is much larger
MOST_BYTES = 20_000
FIELDS = ("year", "source", "days")


@bp.get("")
@staff_area
def index() -> ResponseReturnValue:
    """Announced years; what is not among them is provisional."""
    years = work_day_notices.known_years(current_actor(), _society_id())
    coming = clock.today().year + 1
    known = any(year.year == coming for year in years)
    return render_template(
        "work_days/index.html",
        current=[year for year in years if year.year >= coming - 1],
        past=[year for year in years if year.year < coming - 1],
        coming=coming,
        heading=_("%(year)s 年的安排已录入", year=coming)
        if known
        else _("%(year)s 年的安排还没有录入", year=coming),
        known=known,
    )


@bp.route("/notice", methods=["GET", "POST"])
@staff_area
def notice() -> ResponseReturnValue:
    """Type or upload a notice, see which deadlines move, then enter it."""
    society_id = _society_id()
    if request.method == "GET":
        work_day_notices.known_years(current_actor(), society_id)  # whoever may not is told now
        year = request.args.get("year", clock.today().year + 1, type=int)
        return _page({"year": year, "source": "", "days": ""}, Read())
    values = {**request.form.to_dict(), "days": _days()}
    given = read(
        NoticeSchema(), {name: values.get(name, "") for name in ("year", "source", "days")}
    )
    effect = None
    if given.ok:
        try:
            if request.form.get("act") == "enter":
                return _enter(society_id, given)
            effect = work_day_notices.effect_of_notice(
                current_actor(), society_id, given.value, today=clock.today()
            )
        except Rejected as refusal:
            given.refuse(refusal, known=values)
    return _page(values, given, effect), 200 if given.ok else 422


def _enter(society_id: int | None, given: Read) -> ResponseReturnValue:
    with transaction():
        effect = work_day_notices.enter_notice(
            current_actor(), society_id, given.value, now=clock.now(), today=clock.today()
        )
    count = len(effect.moved) + effect.moved_elsewhere
    flash(
        ngettext(
            "已录入，%(num)s 个期限正在改日子，会员会收到通知。",
            "已录入，%(num)s 个期限正在改日子，会员会收到通知。",
            count,
        )
        if count
        else _("已录入，没有期限会改日子。"),
        "success",
    )
    return redirect(url_for("work_days.index"), 303)


def _page(values: dict[str, Any], given: Read, effect: Effect | None = None) -> str:
    return render_template(
        "work_days/notice.html",
        values=values,
        errors=given.errors,
        effect=effect,
        kinds={
            kind: sentence(f"deadline_{kind}") for kind in {m.deadline.kind for m in effect.moved}
        }
        if effect
        else {},
    )


def _days() -> str:
    """The text of the form, or that of an uploaded file in its place."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return request.form.get("days", "")
    data = file.read(MOST_BYTES)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


def _society_id() -> int | None:
    here = desk.open_desk()
    return here.society_id if here else None
