"""What happens to a version: try it on members, publish it, adopt it."""

from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import asks_again, current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.reading import RuleSetInvalid
from cpd_app.policy import Permission, Target, require
from cpd_app.schemas.rules import AdoptionSchema
from cpd_app.usecases import rules, rules_trial
from cpd_app.usecases.recalculation import Run
from cpd_app.usecases.rules_compared import Comparison
from cpd_app.usecases.rules_trial import Trial
from cpd_app.web import desk, rule_pages
from cpd_app.web.forms import Read, read
from cpd_app.web.rule_drafts import draft_here
from cpd_app.web.rule_pages import label_of
from cpd_app.wording import sentence

if TYPE_CHECKING:
    from cpd_app.models import RuleVersion

bp = Blueprint("publishing", __name__)


@bp.post("/<int:version_id>/trial")
@staff_area
def order_trial(version_id: int) -> ResponseReturnValue:
    """Count in the background what the version would change for this society's members."""
    society_id = desk.society_id()
    try:
        with transaction():
            rules_trial.order_trial(current_actor(), society_id, version_id, now=clock.now())
    except (Rejected, Conflict) as error:
        if error.code != "rule_set_invalid":
            raise
        flash(sentence(error.code, error.values), "error")
    return redirect(url_for("rules.show", version_id=version_id), 303)


@bp.get("/<int:version_id>/trial")
@staff_area
def trial(version_id: int) -> ResponseReturnValue:
    """How far the count is, for the page that waits."""
    found = rules_trial.trial_of(current_actor(), desk.society_id(), version_id)
    return progress_answer(found)


def progress_answer(found: Trial | Run | None) -> ResponseReturnValue:
    """The inside of the waiting element; `X-Done` ends the waiting."""
    if found is None:
        raise NotFound
    answer = Response(
        render_template("jobs/_progress.html", job=found, unit="people"), mimetype="text/html"
    )
    if not found.under_way:
        answer.headers["X-Done"] = "1"
    return answer


@bp.route("/<int:version_id>/publish", methods=["GET", "POST"])
@staff_area
@asks_again
def publish(version_id: int) -> ResponseReturnValue:
    """Put a draft in force; says once more what that means."""
    version = draft_here(version_id)
    label, problem = label_of(version), ""
    if request.method == "POST":
        try:
            with transaction():
                rules.publish_version(
                    current_actor(),
                    version_id,
                    seen=request.form.get("seen"),
                    now=clock.now(),
                )
        except (Rejected, Conflict) as error:
            problem = sentence(error.code, error.values)
        else:
            flash(_("已发布。"), "success")
            return redirect(url_for("rules.show", version_id=version_id), 303)
    compared = _compared(version)
    page = render_template(
        "rules/publish.html",
        version=version,
        label=label,
        problem=problem,
        problems=len(rules.problems_in(version)),
        rows=rule_pages.diff_rows(compared) if compared else [],
        trial=rule_pages.trial_of(version) if version.society_id is not None else None,
        seen=rules.state_of(version),
        is_past=version.in_force_on is not None and version.in_force_on <= clock.today(),
    )
    return page, 422 if problem else 200


@bp.route("/<int:version_id>/adopt", methods=["GET", "POST"])
@staff_area
def adopt(version_id: int) -> ResponseReturnValue:
    """The society makes a published version its own table: 文号 and date."""
    society_id = desk.society_id()
    actor = current_actor()
    require(actor, Permission.ADOPT_RULES, Target(societies=frozenset({society_id})))
    version = rules.version_of(actor, version_id)
    if version.society_id not in {None, society_id}:
        raise NotFound
    given, values = Read(), request.form.to_dict()
    if request.method == "POST":
        given = read(AdoptionSchema())
        if given.ok:
            try:
                with transaction():
                    rules.adopt_version(
                        actor, society_id, version_id, now=clock.now(), **given.value
                    )
            except (Rejected, Conflict) as error:
                given.refuse(error, known=values)
            else:
                flash(_("已采用。按条目折算的学时从现在起写“学会认定”。"), "success")
                return redirect(url_for("rules.show", version_id=version_id), 303)
    page = render_template(
        "rules/adopt.html",
        version=version,
        label=label_of(version),
        values=values,
        errors=given.errors,
    )
    return page, 200 if given.ok else 422


def _compared(version: "RuleVersion") -> Comparison | None:
    try:
        return rule_pages.compared_with_predecessor(version)
    except RuleSetInvalid:
        return None
