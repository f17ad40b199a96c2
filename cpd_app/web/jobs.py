"""How far a job is: a piece of a page for our script, JSON for programs, for whoever ordered it."""

from typing import Any

from flask import Blueprint, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue

from cpd_app.access import current_actor, signed_in
from cpd_app.usecases.jobs import JobState, job_of

bp = Blueprint("jobs", __name__)

OVER = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})


@bp.get("/jobs/<int:job_id>/progress")
@signed_in
def progress(job_id: int) -> ResponseReturnValue:
    """The inside of the progress bar; `X-Done: 1` at the end. JSON when that is asked for."""
    job = job_of(current_actor(), job_id)
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify(_json(job))
    response = make_response(render_template("imports/_progress.html", job=job))
    if job.state in OVER:
        response.headers["X-Done"] = "1"
    return response


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
