"""Computing records again: choose a day, see what it would change, order it."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import asks_again, current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.policy import Permission, Target, require
from cpd_app.schemas.fields import day_of
from cpd_app.schemas.rules import DaySchema
from cpd_app.usecases import recalculation
from cpd_app.usecases.rules_in_force import Rules
from cpd_app.web import desk, rule_pages
from cpd_app.web.forms import Read, read
from cpd_app.web.rule_publishing import progress_answer
from cpd_app.wording import sentence

bp = Blueprint("recalculation", __name__, url_prefix="/recalculation")


@bp.get("")
@staff_area
def index() -> ResponseReturnValue:
    """The day, what computing again from it would change, and how far an order is."""
    day = day_of(request.args.get("from_on"))
    return _page(day, Read())


@bp.post("/trial")
@staff_area
def order_trial() -> ResponseReturnValue:
    """Count in the background what would change."""
    given = read(DaySchema())
    if not given.ok:
        return _page(None, given)
    day = given.value["from_on"]
    with transaction():
        recalculation.order_recalculation_trial(
            current_actor(), desk.society_id(), day, now=clock.now()
        )
    return redirect(url_for("rules.recalculation.index", from_on=day.isoformat()), 303)


@bp.get("/trial")
@staff_area
def trial() -> ResponseReturnValue:
    """How far the count is, for the page that waits."""
    day = _asked_day()
    return progress_answer(
        recalculation.recalculation_trial(current_actor(), desk.society_id(), day)
    )


@bp.route("/confirm", methods=["GET", "POST"])
@staff_area
@asks_again
def confirm() -> ResponseReturnValue:
    """Say once more what it does, then order it."""
    day, society_id = _asked_day(), desk.society_id()
    actor = current_actor()
    if request.method == "POST":
        try:
            with transaction():
                recalculation.order_recalculation(actor, society_id, day, now=clock.now())
        except (Rejected, Conflict) as error:
            if error.code not in {"not_tried_yet", "nothing_to_recalculate"}:
                raise
            flash(sentence(error.code), "error")
        else:
            flash(_("已下达重算。"), "success")
        return redirect(url_for("rules.recalculation.index", from_on=day.isoformat()), 303)
    found = recalculation.recalculation_trial(actor, society_id, day)
    if found is None or found.result is None:
        return redirect(url_for("rules.recalculation.index", from_on=day.isoformat()), 303)
    return render_template(
        "rules/recalculation_confirm.html",
        day=day,
        trial=found,
        extent=recalculation.extent_of(actor, society_id, day),
    )


@bp.get("/run")
@staff_area
def run() -> ResponseReturnValue:
    """How far the work is, for the page that waits."""
    found = recalculation.last_run(current_actor(), desk.society_id())
    return progress_answer(found)


def _asked_day() -> date:
    day = day_of(request.values.get("from_on"))
    if day is None:
        raise NotFound
    return day


def _page(day: date | None, given: Read) -> ResponseReturnValue:
    actor, society_id = current_actor(), desk.society_id()
    require(actor, Permission.PUBLISH_RULES, Target(societies=frozenset({society_id})))
    found = recalculation.recalculation_trial(actor, society_id, day) if day else None
    page = render_template(
        "rules/recalculation.html",
        day=day,
        typed=request.values.get("from_on", ""),
        errors=given.errors,
        extent=recalculation.extent_of(actor, society_id, day) if day else None,
        trial=found,
        bars=rule_pages.bars_of(found) if found and found.result else [],
        names=rule_pages.kind_names(Rules(society_id).on(clock.today()).rule_set),
        run=recalculation.last_run(actor, society_id),
    )
    return page, 200 if given.ok else 422
