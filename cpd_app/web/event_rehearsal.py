"""The go/no-go page: a test session with its codes, and everything that must work on the day."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.usecases import rehearsals
from cpd_app.usecases.rehearsals import Ready, ReadyCheck, Rehearsal
from cpd_app.web import event_words

bp = Blueprint("rehearsal", __name__, url_prefix="/<int:event_id>/rehearsal")


@bp.get("")
@signed_in
def index(event_id: int) -> ResponseReturnValue:
    """What was tried, what is ready, and whether it can go."""
    found = rehearsals.rehearsal_of(current_actor(), event_id, now=clock.now())
    return render_template(
        "events/rehearsal.html",
        page=found,
        event=found.event,
        heading=_heading(found),
        checks=[_shown(check, event_id) for check in found.checks],
        tabs=event_words.tabs_of(found.event, "events.rehearsal.index"),
        words=event_words,
        projector=_projector(found),
    )


@bp.post("")
@signed_in
def start(event_id: int) -> ResponseReturnValue:
    """Begin the test session."""
    with transaction():
        rehearsals.start_rehearsal(current_actor(), event_id, title=_("彩排"), now=clock.now())
    flash(_("彩排场次已开，两小时后自动结束。用自己的手机扫一次签到、一次签退。"), "success")
    return _back(event_id)


@bp.post("/end")
@signed_in
def end(event_id: int) -> ResponseReturnValue:
    """End it; what was tried stays to be seen."""
    with transaction():
        rehearsals.end_rehearsal(current_actor(), event_id, now=clock.now())
    flash(_("彩排已结束，里面的扫码不算数。"), "success")
    return _back(event_id)


def _heading(found: Rehearsal) -> str:
    left = sum(check.ready is Ready.TODO for check in found.checks)
    look = sum(check.ready is Ready.LOOK for check in found.checks)
    if left:
        return ngettext("还不能开场，差 %(num)s 项", "还不能开场，差 %(num)s 项", left)
    if look:
        return ngettext("可以开场，%(num)s 项值得再看", "可以开场，%(num)s 项值得再看", look)
    return _("可以开场，都试过了")


def _projector(found: Rehearsal) -> str:
    """Where the codes of the test session are shown; empty while there is none."""
    if found.session is None or "room.projector" not in current_app.view_functions:
        return ""
    return url_for("room.projector", event_id=found.event.id, session_id=found.session.id)


def _shown(check: ReadyCheck, event_id: int) -> dict[str, Any]:
    """A check in words, with what to do about it and where."""
    ok = check.ready is Ready.OK
    n = check.count
    title, done, todo, endpoint = {
        "approval": (
            _("批准"), _("学会已批准现在的计划"), _("学会还没有批准现在的计划"), "events.studio",
        ),
        "agenda": (
            _("议程"), ngettext("%(num)s 个计学时的场次", "%(num)s 个计学时的场次", n),
            _("没有计学时的场次"), "events.studio",
        ),
        "venue": (_("地点"), _("会员能看到地点"), _("没有填地点"), "events.edit"),
        "roster": (
            _("名单"), ngettext("名单上 %(num)s 人", "名单上 %(num)s 人", n),
            _("名单上还没有人"), "roster.index",
        ),
        "scan_in": (
            _("扫码签到"), _("用手机扫通了"), _("开彩排，用自己的手机扫一次签到码"), "",
        ),
        "scan_out": (_("扫码签退"), _("用手机扫通了"), _("投影页切到签退，再扫一次"), ""),
        "typed_code": (
            _("6 位码"), _("输入过，能用"),
            _("输入一次投影页上的 6 位码，扫不了码的人靠它"), "",
        ),
        "door": (
            _("门岗"), ngettext("%(num)s 台手机已配对", "%(num)s 台手机已配对", n),
            _("没有配对门岗手机。没有投影的会场要用它"), "stewards.index",
        ),
        "second_person": (
            _("第二个人"), _("另有人能开投影页和结束签到"),
            _("只有您一个人能操作。可以再邀请一位组织者"), "events.organisers.index",
        ),
    }[check.code]  # fmt: skip
    known = endpoint in current_app.view_functions
    return {
        "title": title,
        "text": done if ok else todo,
        "ready": check.ready.value,
        "href": "" if ok or not known else url_for(endpoint, event_id=event_id),
    }


def _back(event_id: int) -> ResponseReturnValue:
    return redirect(url_for("events.rehearsal.index", event_id=event_id), 303)
