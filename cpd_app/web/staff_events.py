"""The staff's list of a society's events: what waits for approval first."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import current_actor, staff_area
from cpd_app.usecases import event_lists
from cpd_app.usecases.event_access import runs_some_event
from cpd_app.usecases.event_owners import may_plan
from cpd_app.web import desk, event_words
from cpd_app.web.event_words import Tab

bp = Blueprint("staff_events", __name__, url_prefix="/staff/events")


@bp.get("")
@staff_area
def index() -> ResponseReturnValue:
    """One tab of the list; the tab is in the address."""
    actor, here = current_actor(), desk.open_desk()
    society_id = here.society_id if here else None
    chosen = request.args.get("state", "")
    page = max(request.args.get("page", 1, type=int), 1)
    tab = chosen if chosen in event_lists.TABS else "submitted"
    listing = event_lists.events_of_society(actor, society_id, tab=tab, page=page)
    changed = event_lists.changed_events(actor, society_id) if tab == "submitted" else []
    return render_template(
        "staff/events.html",
        heading=_heading(listing.counts["submitted"] + len(changed)),
        tabs=_tabs(tab, listing.counts),
        listing=listing,
        changed=changed,
        paging=_paging(tab, page, listing.pages),
        empty=_empty(tab),
        words=event_words,
        may_plan=may_plan(actor),
        mine=actor.person_id is not None and runs_some_event(actor.person_id, now=clock.now()),
    )


def _heading(waiting: int) -> str:
    if not waiting:
        return _("没有等批准的活动")
    return ngettext("%(num)s 个活动等批准", "%(num)s 个活动等批准", waiting)


def _tabs(chosen: str, counts: dict[str, int]) -> list[Tab]:
    names = {
        "submitted": _("等批准"),
        "coming": _("将办"),
        "running": _("在办"),
        "done": _("办完"),
        "draft": _("草稿"),
    }
    return [
        Tab(url_for("staff_events.index", state=code), name, code == chosen, counts[code])
        for code, name in names.items()
    ]


def _paging(tab: str, page: int, pages: int) -> dict[str, Any]:
    def href(number: int) -> str:
        return url_for("staff_events.index", state=tab, page=number) if 0 < number <= pages else ""

    return {"page": page, "pages": pages, "previous": href(page - 1), "next": href(page + 1)}


def _empty(tab: str) -> str:
    return {
        "submitted": _("都批完了"),
        "coming": _("没有将要办的活动"),
        "running": _("没有正在办的活动"),
        "done": _("还没有办完的活动"),
        "draft": _("没有草稿"),
    }[tab]
