"""The desk's first page, the choice of a society, and the federation's counts."""

from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import NotFound
from cpd_app.sheets.words import level_word, state_word
from cpd_app.texts.register import LEVELS
from cpd_app.texts.renewal import CHECK_NAMES
from cpd_app.usecases.overview import (
    SOON,
    Overview,
    bring_up_to_date,
    counts_of_societies,
    old_standings,
    overview_of,
)
from cpd_app.usecases.reach_lists import unreached
from cpd_app.web import desk, leavers, roles
from cpd_app.web.locale import short_locale
from cpd_app.web.member_list import STATE_KINDS, month_words
from cpd_app.web.reach import lack_word

bp = Blueprint("staff", __name__, url_prefix="/staff")
bp.register_blueprint(roles.bp)
bp.register_blueprint(leavers.bp)


@bp.get("")
@staff_area
def overview() -> ResponseReturnValue:
    """What a society's staff see first; for the federation, counts of all societies."""
    actor, today = current_actor(), clock.today()
    here = desk.open_desk()
    if here is None or (actor.is_federation and request.args.get("view") == "federation"):
        return _federation()
    waiting = old_standings(actor, here.society_id, on=today)
    if waiting:
        with transaction():
            bring_up_to_date(actor, here.society_id, on=today)
        waiting = old_standings(actor, here.society_id, on=today)
    found = overview_of(actor, here.society_id, on=today, waiting=waiting)
    return render_template(
        "staff/overview.html",
        page=found,
        heading=_heading(found),
        sub=_sub(found),
        bars=_bars(found),
        reasons=[(_reason(code), count) for code, count in found.reasons],
        unreachable=_unreachable(here.society_id),
        has_rulings="rulings.index" in current_app.view_functions,
        is_registrar=desk.is_registrar(),
    )


@bp.post("/society")
@staff_area
def switch() -> ResponseReturnValue:
    """Work for another of one's societies from now on."""
    if not desk.sit_down(request.form.get("society", "")):
        raise NotFound
    return redirect(url_for("staff.overview"), 303)


def _federation() -> ResponseReturnValue:
    societies = counts_of_societies(current_actor(), on=clock.today())
    english = short_locale() == "en"
    active = sum(s.of_state("active") for s in societies)
    return render_template(
        "staff/federation.html",
        heading=ngettext("有效证书 %(num)s 张", "有效证书 %(num)s 张", active),
        societies=[(s.name_en if english else s.name, s) for s in societies],
        states=[(state, state_word(state)) for state in STATE_KINDS],
        levels=[(level, level_word(level)) for level in LEVELS],
    )


def _unreachable(society_id: int) -> list[tuple[str, int, str]]:
    """Each way of not being reached: words, how many, and the list."""
    counts = unreached(current_actor(), society_id, on=clock.today(), now=clock.now())
    return [
        (lack_word(lack), count, url_for("reach.index", lack=lack.value))
        for lack, count in counts.items()
    ]


def _heading(found: Overview) -> str:
    if not found.due_soon:
        return _("%(months)s 个月内没有人到期", months=SOON)
    missing = found.due_soon - found.ready_soon
    words = ngettext(
        "%(months)s 个月内 %(num)s 人到期", "%(months)s 个月内 %(num)s 人到期", found.due_soon,
        months=SOON,
    )  # fmt: skip
    if not missing:
        return words + _("，都已就绪")
    return words + ngettext("，%(num)s 人未就绪", "，%(num)s 人未就绪", missing)


def _sub(found: Overview) -> str:
    words = ngettext("会员注册 %(num)s 个", "会员注册 %(num)s 个", found.members)
    if found.expired:
        words += _("，")
        words += ngettext(
            "已到期还能再注册的 %(num)s 个", "已到期还能再注册的 %(num)s 个", found.expired
        )
    return words


def _reason(code: str) -> str:
    return _(CHECK_NAMES[code]) if code else _("还没有算出")


#: of the drawing: height of the tallest bar, its foot, width of a month
TALL, FOOT, STEP, WIDE = 200, 232, 62, 34


def _bars(found: Overview) -> dict[str, Any]:
    """The chart as geometry: ready below, not ready above, the total on top."""
    largest = max((m.total for m in found.months), default=0) or 1
    bars: list[dict[str, Any]] = []
    for place, month in enumerate(found.months):
        ready = round(TALL * month.ready / largest, 1)
        missing = round(TALL * month.not_ready / largest, 1)
        bars.append(
            {
                "month": month,
                "x": place * STEP + (STEP - WIDE) // 2,
                "middle": place * STEP + STEP // 2,
                "ready_y": FOOT - ready,
                "ready_height": ready,
                "missing_y": FOOT - ready - missing,
                "missing_height": missing,
                "label": f"{month.first:%b}"
                if short_locale() == "en"
                else f"{month.first.month}月",
                "title": month_words(month.first),
                "due": f"{month.first:%Y-%m}",
            }
        )
    closed = next((b for b in bars if not b["month"].window_open), None)
    return {
        "bars": bars,
        "width": len(bars) * STEP,
        "foot": FOOT,
        "wide": WIDE,
        #: where the filing window is not open any more
        "closed_x": closed["middle"] - STEP // 2 if closed else None,
    }
