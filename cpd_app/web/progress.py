"""Home, 续期体检, how the hours add up, and the switch between registrations."""

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cpd_app import clock
from cpd_app.access import current_actor, current_person, signed_in
from cpd_app.db import transaction
from cpd_app.usecases import annual_plan, people
from cpd_app.usecases.credits_shown import unfinished_counts
from cpd_app.usecases.leaving import leaving_questions
from cpd_app.usecases.progress import Standing, standing_of
from cpd_app.usecases.registrations_shown import shown_registration
from cpd_app.web.annual_plan_page import ClosingCard, closing_words
from cpd_app.web.paths import safe_path
from cpd_app.web.progress_page import home_page, readiness_page, verdict_kind, verdict_word
from cpd_app.web.progress_sums import sums_of

bp = Blueprint("progress", __name__)

BACKFILL = "backfill.index"


@bp.get("/")
@signed_in
def home() -> ResponseReturnValue:
    """The year's hours, what is missing, and the one thing to do next."""
    standing, registrations = shown_standing()
    if standing is None:
        return render_template("progress/none.html")
    page = home_page(standing, unfinished_counts(current_person().id))
    return render_template(
        "progress/home.html",
        page=page,
        standing=standing,
        registrations=registrations,
        backfill=_backfill(),
        closing=closing_card(standing),
        leaving=leaving_questions(current_person().id),
    )


@bp.get("/readiness")
@signed_in
def readiness() -> ResponseReturnValue:
    """Every check of the renewal, with its reason and what to do."""
    standing, registrations = shown_standing()
    if standing is None:
        return render_template("progress/none.html")
    return render_template(
        "progress/readiness.html",
        page=readiness_page(standing),
        backfill=_backfill(),
        standing=standing,
        registrations=registrations,
    )


@bp.get("/how-it-adds-up")
@signed_in
def arithmetic() -> ResponseReturnValue:
    """Where each figure of home comes from."""
    standing, registrations = shown_standing()
    if standing is None:
        return render_template("progress/none.html")
    return render_template(
        "progress/arithmetic.html",
        sums=sums_of(standing),
        standing=standing,
        registrations=registrations,
        verdict_word=verdict_word,
        verdict_kind=verdict_kind,
    )


@bp.post("/registration")
@signed_in
def switch() -> ResponseReturnValue:
    """Show another of the person's registrations from now on."""
    with transaction():
        people.show_registration(current_actor(), request.form.get("registration_id", 0, type=int))
    return redirect(safe_path(request.form.get("next")), 303)


def shown_standing() -> tuple[Standing | None, list[object]]:
    """How the shown registration stands today; None when there is none."""
    actor, person, today = current_actor(), current_person(), clock.today()
    shown, registrations = shown_registration(
        person.id, chosen_id=person.shown_registration_id, day=today
    )
    if shown is None or shown.term is None:
        return None, list(registrations)
    standing = standing_of(actor, shown.registration, on=today, term=shown.term)
    return standing, list(registrations)


def closing_card(standing: Standing) -> ClosingCard | None:
    """The next events that would bring the hours still missing; None when there are none."""
    found = annual_plan.closing_the_gap(current_actor(), standing, now=clock.now())
    return closing_words(found, standing) if found else None


def _backfill() -> str:
    """The address of 补录, where the service has it."""
    return url_for(BACKFILL) if BACKFILL in current_app.view_functions else ""
