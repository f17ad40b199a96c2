"""证书登记: the register of certificates, one of them beside the list, and what is taken along."""

import secrets
from functools import partial
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import asks_again, current_actor, staff_area
from cpd_app.domain.errors import NotFound
from cpd_app.sheets.words import field_name, level_word, reason_word
from cpd_app.texts.register import STATES
from cpd_app.usecases import act_history, appeals, federation_reports, members, register_list
from cpd_app.usecases.members import Found, MemberFilter
from cpd_app.web import certificate_acts, desk, sheet_orders
from cpd_app.web.certificate_words import (
    buttons_of,
    field_of,
    history_of,
    state_look,
    state_word,
)
from cpd_app.web.filters import moment
from cpd_app.web.member_list import (
    STATE_KINDS,
    end_column,
    number_column,
)

bp = Blueprint("certificates", __name__, url_prefix="/staff/certificates")
bp.register_blueprint(certificate_acts.bp)

SORTS = ("number", "ends_on", "-ends_on")


@bp.get("")
@staff_area
def index() -> ResponseReturnValue:
    """The list, and at the right the certificate that `r` names."""
    actor, society_id, today = current_actor(), desk.society_id(), clock.today()
    wanted = _wanted()
    found = members.find_members(
        actor, society_id, wanted, on=today, page=request.args.get("page", 1, type=int)
    )
    ids = [row.registration_id for row in found.rows]
    chosen_id = request.args.get("r", type=int)
    return render_template(
        "certificates/index.html",
        heading=_heading(found, wanted),
        sub=_sub(society_id),
        found=found,
        lines=_lines(found, ids),
        tabs=_tabs(found, wanted),
        head=_head(wanted),
        wanted=wanted,
        kept={k: v for k, v in _query(wanted).items() if k != "q"},
        previous=_href(wanted, page=found.page - 1) if found.page > 1 else "",
        following=_href(wanted, page=found.page + 1) if found.page < found.pages else "",
        href=lambda registration_id: _href(wanted, page=found.page, r=registration_id),
        chosen=_chosen(chosen_id) if chosen_id is not None else None,
        waiting=act_history.count_open(society_id),
        query=_query(wanted),
        key=secrets.token_hex(8),
        is_registrar=desk.is_registrar(),
        society=here.code if (here := desk.open_desk()) else "",
    )


@bp.post("/export/<any(csv, xlsx):form>")
@staff_area
@asks_again
def export(form: str) -> ResponseReturnValue:
    """What the list shows, all pages of it."""
    wanted = _wanted(posted=True)
    return sheet_orders.ordered("certificates", form, wanted, back=url_for("certificates.index"))


def _wanted(*, posted: bool = False) -> MemberFilter:
    args = request.form if posted else request.args
    state, sort = args.get("state", ""), args.get("sort", "")
    return MemberFilter(
        q=args.get("q", "").strip()[:100],
        state=state if state in STATES else "",
        sort=sort if sort in SORTS else "number",
    )


def _query(wanted: MemberFilter) -> dict[str, str]:
    asked = {
        "q": wanted.q,
        "state": wanted.state,
        "sort": "" if wanted.sort == "number" else wanted.sort,
    }
    return {name: value for name, value in asked.items() if value}


def _href(wanted: MemberFilter, **changes: Any) -> str:
    asked = {**_query(wanted), **changes}
    return url_for("certificates.index", **{k: v for k, v in asked.items() if v})


def _chosen(registration_id: int) -> dict[str, Any]:
    """The certificate in the panel; another society's is not there."""
    found = register_list.certificate_of(current_actor(), registration_id, today=clock.today())
    if found.registration.society_id != desk.society_id():
        raise NotFound
    appealed = appeals.appealable_acts(registration_id, today=clock.today())
    return {
        "found": found,
        "appeals": [a.appeal.id for a in appealed if a.appeal and a.appeal.state == "open"],
        "state": state_look(found.state, under_review=found.under_review),
        "buttons": buttons_of(found),
        "history": history_of(found),
        "level": level_word(found.term.level),
        "field": field_of(found),
    }


def _lines(found: Found, ids: list[int]) -> list[dict[str, Any]]:
    reasons = register_list.reasons_of(ids)
    reviewed = register_list.under_review(ids)
    lines = []
    for row in found.rows:
        in_review = row.state == "expired" and row.registration_id in reviewed
        lines.append(
            {
                "row": row,
                "level": level_word(row.level),
                "field": field_name(row),
                "state": state_look(row.state, under_review=in_review),
                "note": reason_word(reasons.get(row.registration_id))
                if row.state in register_list.EXPLAINED
                else _("再注册审核")
                if row.registration_id in reviewed and not in_review
                else "",
            }
        )
    return lines


def _heading(found: Found, wanted: MemberFilter) -> str:
    if wanted.q:
        return ngettext("找到 %(num)s 张证书", "找到 %(num)s 张证书", found.total)
    active, suspended = found.by_state.get("active", 0), found.by_state.get("suspended", 0)
    return _("有效 %(active)s 张，暂停 %(suspended)s 张",
             active=f"{active:,}", suspended=f"{suspended:,}")  # fmt: skip


def _sub(society_id: int) -> str:
    stand = federation_reports.to_report(current_actor(), society_id)
    waits = ngettext("要报联合体 %(num)s 件。", "要报联合体 %(num)s 件。", stand.waiting)
    if stand.last is None:
        return waits
    when = moment(stand.last.made_at)
    if stand.last.acknowledged_at is not None:
        return _("%(waits)s上次报送 %(when)s，已收到。", waits=waits, when=when)
    return _("%(waits)s上次报送 %(when)s，对方还没有确认。", waits=waits, when=when)


def _tabs(found: Found, wanted: MemberFilter) -> list[dict[str, Any]]:
    counts = {"": sum(found.by_state.values()), **found.by_state}
    return [
        {
            "href": _href(wanted, state=state),
            "text": state_word(state) if state else _("全部"),
            "count": f"{counts.get(state, 0):,}",
            "active": wanted.state == state,
        }
        for state in ("", *STATE_KINDS)
        if not state or counts.get(state) or wanted.state == state
    ]


def _head(wanted: MemberFilter) -> list[dict[str, Any]]:
    to = partial(_href, wanted)
    return [
        number_column(wanted.sort, to),
        {"text": _("姓名")},
        {"text": _("级别")},
        {"text": _("领域")},
        end_column(wanted.sort, to),
        {"text": _("状态")},
        {"text": _("事由")},
    ]
