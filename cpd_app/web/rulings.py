"""认定 at the desk: records that wait, one record with its precedents, all the precedents."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.hours import format_hours
from cpd_app.policy import Permission, Target, may
from cpd_app.schemas.rules import RulingSchema, hours_of
from cpd_app.usecases import rulings
from cpd_app.usecases.credits_shown import names_of
from cpd_app.usecases.record_details import details_of
from cpd_app.usecases.rules_in_force import Rules
from cpd_app.usecases.rulings import PAGE, Waiting
from cpd_app.web import desk
from cpd_app.web.activity_page import record_page
from cpd_app.web.evidence_panel import panel_of
from cpd_app.web.filters import moment
from cpd_app.web.forms import Read, read
from cpd_app.web.rule_pages import kind_names
from cpd_app.wording import sentence

if TYPE_CHECKING:
    from cpd_app.models import Ruling

bp = Blueprint("rulings", __name__, url_prefix="/staff/rulings")


@dataclass(frozen=True)
class Paging:
    """Where a long list stands, as `pagination` draws it."""

    page: int
    pages: int
    previous: str
    next: str


@bp.get("")
@staff_area
def index() -> ResponseReturnValue:
    """Records that wait for a ruling, the oldest first."""
    society_id, page = desk.society_id(), _page()
    found, total = rulings.waiting_rulings(current_actor(), society_id, page=page)
    return render_template(
        "rulings/index.html",
        heading=ngettext("%(num)s 条记录等待认定", "%(num)s 条记录等待认定", total)
        if total
        else _("没有等待认定的记录"),
        waiting=found,
        total=total,
        kinds=_kinds(society_id),
        own_id=current_actor().person_id,
        paging=_paging("rulings.index", page, total),
    )


@bp.get("/precedents")
@staff_area
def precedents() -> ResponseReturnValue:
    """Earlier rulings of the society, searched by words and kind."""
    society_id, page = desk.society_id(), _page()
    words, kind = request.args.get("q", "").strip()[:100], request.args.get("kind", "")
    found, total = rulings.search_precedents(
        current_actor(), society_id, words=words, kind=kind or None, page=page
    )
    names, ruled = _kinds(society_id), rulings.ruled_kinds(current_actor(), society_id)
    return render_template(
        "rulings/precedents.html",
        precedents=found,
        total=total,
        waiting=rulings.count_waiting(society_id),
        words=words,
        kind=kind,
        kinds=names,
        kind_options=[("", _("全部种类")), *((c, names.get(c, c)) for c in ruled)],
        paging=_paging("rulings.precedents", page, total, q=words, kind=kind),
    )


@bp.route("/<int:credit_id>", methods=["GET", "POST"])
@staff_area
def show(credit_id: int) -> ResponseReturnValue:
    """One record: what is claimed, its evidence, similar rulings, and the society's word."""
    asked = _asked(credit_id)
    history = rulings.rulings_on_credit(current_actor(), credit_id)
    in_force = next((r for r in history if r.replaced_at is None), None)
    given, values = Read(), _values(asked, in_force)
    if request.method == "POST":
        values, given = request.form.to_dict(), read(RulingSchema())
        hours = hours_of(values.get("hours", ""))
        if hours is None and "hours" not in given.errors:
            given.errors = {"hours": sentence("bad_hours"), **given.errors}
        if given.ok and hours is not None and _decide(credit_id, hours, given, values):
            return _go_on()
        asked = _asked(credit_id)  # as it is now, also when somebody changed it meanwhile
    page = render_template(
        "rulings/show.html",
        asked=asked,
        values=values,
        errors=given.errors,
        history=_history(history),
        in_force=in_force,
        may_rule=may(current_actor(), Permission.DECIDE_RULING, _target(asked)),
        **_record(asked),
        **_precedents(asked),
    )
    return page, 200 if given.ok else 422


def _asked(credit_id: int) -> Waiting:
    """A record of this desk's society; another society's is not there."""
    asked = rulings.ruling_asked(current_actor(), credit_id)
    if asked.registration.society_id != desk.society_id():
        raise NotFound
    return asked


def _decide(credit_id: int, hours: int, given: Read, values: dict[str, Any]) -> bool:
    try:
        with transaction():
            rulings.decide_ruling(
                current_actor(),
                credit_id,
                hours=hours,
                subject=given.value["subject"],
                reason=given.value["reason"],
                replaces=given.value["replaces"],
                seen=given.value["seen"],
                now=clock.now(),
            )
    except (Rejected, Conflict) as error:
        given.refuse(error, known=values)
        if error.code == "ruled_meanwhile":
            newest = rulings.rulings_on_credit(current_actor(), credit_id)
            values["replaces"] = newest[0].id if newest else ""
        values["seen"] = rulings.ruling_asked(current_actor(), credit_id).activity.version
        return False
    return True


def _go_on() -> ResponseReturnValue:
    """To the record that waits longest now; to the list when none is left."""
    flash(_("已认定，会员能看到学时和理由。"), "success")
    following = rulings.next_waiting(current_actor(), desk.society_id())
    if following is None:
        return redirect(url_for("rulings.index"), 303)
    return redirect(url_for("rulings.show", credit_id=following), 303)


def _values(asked: Waiting, in_force: "Ruling | None") -> dict[str, Any]:
    seen = asked.activity.version
    if in_force is None:
        asks = format_hours(asked.asked)
        return {"hours": asks, "subject": "", "reason": "", "replaces": "", "seen": seen}
    return {
        "hours": format_hours(in_force.granted),
        "subject": in_force.subject,
        "reason": in_force.reason,
        "replaces": in_force.id,
        "seen": seen,
    }


def _history(history: "list[Ruling]") -> list[dict[str, Any]]:
    """Every ruling on the record, as `history` draws them; replaced ones are struck through."""
    names = names_of({r.by_id for r in history})
    return [
        {
            "title": _("认定 %(hours)s 学时", hours=format_hours(r.granted)),
            "when": moment(r.at),
            "text": r.reason,
            "meta": [names.get(r.by_id, "")],
            "now": r.replaced_at is None,
            "void": r.replaced_at is not None,
        }
        for r in history
    ]


def _record(asked: Waiting) -> dict[str, Any]:
    """The record as its own page says it, and its documents."""
    actor = current_actor()
    detail = details_of(asked.registration, [asked.activity.id])[0]
    return {
        "page": record_page(actor, detail),
        "panel": panel_of(actor, asked.activity),
        "registration": asked.registration,
    }


def _precedents(asked: Waiting) -> dict[str, Any]:
    """Rulings like this one, or what the visitor searches for."""
    actor, society_id = current_actor(), asked.registration.society_id
    words = request.args.get("q", "").strip()[:100]
    if words:
        found, _total = rulings.search_precedents(actor, society_id, words=words)
        return {"precedents": found[: rulings.SIMILAR], "words": words}
    similar = rulings.similar_precedents(
        actor,
        society_id,
        kind=asked.activity.kind,
        title=asked.activity.title,
        besides=asked.credit_id,
    )
    return {"precedents": similar, "words": ""}


def _kinds(society_id: int) -> dict[str, str]:
    return kind_names(Rules(society_id).on(clock.today()).rule_set)


def _target(asked: Waiting) -> Target:
    registration = asked.registration
    return Target(owner_id=registration.person_id, societies=frozenset({registration.society_id}))


def _page() -> int:
    return max(1, request.args.get("page", 1, type=int))


def _paging(endpoint: str, page: int, total: int, **kept: Any) -> Paging:
    pages = max(1, -(-total // PAGE))
    kept = {name: value for name, value in kept.items() if value}
    return Paging(
        page,
        pages,
        url_for(endpoint, page=page - 1, **kept) if page > 1 else "",
        url_for(endpoint, page=page + 1, **kept) if page < pages else "",
    )
