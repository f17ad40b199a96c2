"""联系不到: members whom no notice reaches, for somebody to call or write to."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import current_actor, staff_area
from cpd_app.usecases import reach_lists
from cpd_app.usecases.reach_lists import MONTHS, Lack, ReachFilter, ReachRow
from cpd_app.web import desk, nudge_words
from cpd_app.web.filters import short_day
from cpd_app.web.reach_words import reason_of, said_of

bp = Blueprint("reach", __name__, url_prefix="/staff/reach")


@bp.get("")
@staff_area
def index() -> ResponseReturnValue:
    """Members who are not reached in one way; the filter stands in the address."""
    wanted = _filter()
    found = reach_lists.reach_page(
        current_actor(),
        desk.society_id(),
        wanted,
        on=clock.today(),
        now=clock.now(),
        page=request.args.get("page", 1, type=int),
    )
    return render_template(
        "reach/index.html",
        found=found,
        wanted=wanted,
        heading=_heading(wanted.lack, found.total),
        explained=_explained(wanted.lack),
        tabs=[
            {
                "href": _href(wanted, lack=lack.value),
                "text": lack_word(lack),
                "count": f"{found.counts[lack]:,}",
                "active": lack is wanted.lack,
            }
            for lack in Lack
        ],
        months=[("", _("不限")), *((str(m), _("%(n)s 个月内", n=m)) for m in MONTHS)],
        lines=[(row, _why(row), row.ends_on - timedelta(days=1)) for row in found.rows],
        previous=_href(wanted, page=found.page - 1) if found.page > 1 else "",
        following=_href(wanted, page=found.page + 1) if found.page < found.pages else "",
        words=nudge_words,
    )


def lack_word(lack: Lack) -> str:
    """How somebody is not reached, in a few words."""
    return {
        Lack.UNSEEN: _("到期提醒没送到"),
        Lack.BROKEN: _("地址失效"),
        Lack.NOWHERE: _("没有渠道"),
    }[lack]


def _filter() -> ReachFilter:
    lack = request.args.get("lack", "")
    months = request.args.get("months", "")
    return ReachFilter(
        Lack(lack) if lack in set(Lack) else Lack.UNSEEN,
        int(months) if months in {str(m) for m in MONTHS} else None,
    )


def _href(wanted: ReachFilter, **changes: Any) -> str:
    asked = {"lack": wanted.lack.value, "months": wanted.months, **changes}
    return url_for("reach.index", **{k: v for k, v in asked.items() if v})


def _heading(lack: Lack, total: int) -> str:
    if not total:
        return _("没有这样的会员")
    match lack:
        case Lack.UNSEEN:
            return ngettext(
                "%(num)s 人一条到期提醒也没收到", "%(num)s 人一条到期提醒也没收到", total
            )
        case Lack.BROKEN:
            return ngettext("%(num)s 人的地址失效", "%(num)s 人的地址失效", total)
        case _:
            return ngettext("%(num)s 人没有任何渠道", "%(num)s 人没有任何渠道", total)


def _explained(lack: Lack) -> str:
    return {
        Lack.UNSEEN: _(
            "提醒发出 7 天以上，没有一个渠道送出，收件箱里也没看。请打电话或寄信，并记下结果。"
        ),
        Lack.BROKEN: _("退信，或多次发送失败。本人或学会换了地址后自动恢复。"),
        Lack.NOWHERE: _("没有能用的邮箱，学会的转发也够不着，收件箱没人看。请查一查新的联系方式。"),
    }[lack]


def _why(row: ReachRow) -> list[tuple[str, str, str]]:
    """What is wrong with the ways to somebody: words, kind of state, what the other side said."""
    found = []
    for broken in row.broken:
        day = short_day(broken.since.astimezone(clock.BEIJING).date())
        words = _broken(broken.channel, broken.state, day)
        reason = reason_of(broken.problem)
        words = _("%(broken)s：%(reason)s", broken=words, reason=reason) if reason else words
        found.append((words, "warning", said_of(broken.problem)))
    if not row.has_email:
        found.append((_("没有邮箱"), "none", ""))
    if not row.has_phone:
        found.append((_("没有手机"), "none", ""))
    if not row.activated:
        found.append((_("未激活"), "none", ""))
    return found


def _broken(channel: str, state: str, day: str) -> str:
    words = {
        ("email", "bounced"): _("邮箱退信，%(day)s起", day=day),
        ("email", "failing"): _("邮箱发送失败，%(day)s起", day=day),
        ("webhook", "bounced"): _("手机号码转发不到，%(day)s起", day=day),
        ("webhook", "failing"): _("转发失败，%(day)s起", day=day),
    }
    return str(words[channel, state])
