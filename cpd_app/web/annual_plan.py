"""Members' pages of events: the annual plan, one event, enrolling and giving the place back."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected
from cpd_app.domain.roster import EntryState
from cpd_app.usecases import annual_plan, roster
from cpd_app.usecases.event_owners import organises
from cpd_app.web.annual_plan_page import Filters, plan_page
from cpd_app.web.event_detail import detail_of
from cpd_app.web.progress import shown_standing
from cpd_app.wording import sentence

bp = Blueprint("annual_plan", __name__, url_prefix="/events")


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """What comes, what one enrolled for, what one went to."""
    standing, registrations = shown_standing()
    filters = Filters.of(request.args)
    plan = annual_plan.plan_for(current_actor(), filters.wanted, standing, now=clock.now())
    return render_template(
        "annual_plan/index.html",
        page=plan_page(plan, filters, standing),
        standing=standing,
        registrations=registrations,
        organises=organises(current_actor(), now=clock.now()),
    )


@bp.get("/<int:event_id>")
@signed_in
def show(event_id: int) -> ResponseReturnValue:
    """One event: what it is, what it brings, one's own place, the agenda."""
    standing, _registrations = shown_standing()
    found = annual_plan.event_page_of(current_actor(), event_id, standing, now=clock.now())
    return render_template("annual_plan/show.html", page=detail_of(found, standing))


@bp.post("/<int:event_id>/enrolment")
@signed_in
def enrol(event_id: int) -> ResponseReturnValue:
    """Put oneself on the roster, or on the waiting list."""
    try:
        with transaction():
            entry = roster.enrol(current_actor(), event_id, now=clock.now()).entry
    except Rejected as refusal:
        flash(sentence(refusal.code, refusal.values), "error")
    else:
        said = {
            EntryState.LISTED: _("已报名。到时扫会场的签到码，或出示会员码。"),
            EntryState.WAITING: _("名额已满，您排在候补里。有人退出就按顺序补上。"),
        }
        flash(said.get(EntryState(entry.state), _("已交组织者确认。")), "success")
    return redirect(url_for("annual_plan.show", event_id=event_id), 303)


@bp.post("/<int:event_id>/enrolment/cancel")
@signed_in
def cancel(event_id: int) -> ResponseReturnValue:
    """Give the place back; who was put on the list is excused."""
    try:
        with transaction():
            entry = roster.cancel_enrolment(current_actor(), event_id, now=clock.now())
    except Rejected as refusal:
        flash(sentence(refusal.code, refusal.values), "error")
    else:
        said = _("已请假，名额让给候补的人。") if entry.excused else _("已取消报名。")
        flash(said, "success")
    return redirect(url_for("annual_plan.show", event_id=event_id), 303)
