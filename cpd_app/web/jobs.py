"""How far a job is, and stopping it: for whoever ordered it and the registrars of its society."""

from typing import Any

from flask import Blueprint, flash, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected
from cpd_app.usecases.job_files import makes_file
from cpd_app.usecases.jobs import JobState, cancel_job, job_of
from cpd_app.web.job_words import unit_of
from cpd_app.web.paths import safe_path
from cpd_app.wording import sentence

bp = Blueprint("jobs", __name__)

OVER = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


@bp.get("/jobs/<int:job_id>/progress")
@signed_in
def progress(job_id: int) -> ResponseReturnValue:
    """The inside of the progress bar; `X-Done: 1` at the end. JSON when that is asked for."""
    job = job_of(current_actor(), job_id)
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify(_json(job))
    response = make_response(
        render_template("jobs/_progress.html", job=job, unit=unit_of(job.kind))
    )
    if job.state in OVER:
        response.headers["X-Done"] = "1"
    return response


@bp.post("/jobs/<int:job_id>/cancel")
@signed_in
def cancel(job_id: int) -> ResponseReturnValue:
    """Stop it; what was done so far stays, half a file does not."""
    try:
        with transaction():
            job = cancel_job(current_actor(), job_id, now=clock.now())
            said = _("已停下，没有留下文件。") if makes_file(job) else _("已停下，做完的部分保留。")
    except Rejected as refusal:
        flash(sentence(refusal.code), "error")
    else:
        flash(said, "success")
    return redirect(safe_path(request.form.get("next"), "/staff/work"), 303)


def _json(job: Any) -> dict[str, Any]:
    problem = job.problem or {}
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "problem": problem.get("code"),
    }
