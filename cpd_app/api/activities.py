"""Records for machines: create once, read, change with an ETag, withdraw."""

from typing import Any

from flask import Response, make_response, request
from flask_smorest import Blueprint

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.api.shown import registration_asked
from cpd_app.db import transaction
from cpd_app.domain.errors import ChangedSince
from cpd_app.schemas.activities import (
    ActivityJson,
    ActivityListSchema,
    ActivityQuerySchema,
    NewActivitySchema,
    PatchActivitySchema,
    activity_json,
)
from cpd_app.schemas.answers import refuses
from cpd_app.schemas.evidence import evidence_json
from cpd_app.usecases import activities, evidence
from cpd_app.usecases.activity_input import NewActivity, patched
from cpd_app.usecases.progress import standing_of
from cpd_app.usecases.record_details import RecordDetail, details_of, record_detail
from cpd_app.wording import arithmetic

blp = Blueprint("api_activities", __name__, description="Records of what a member did")

PAGE = 50


@blp.get("/activities")
@signed_in
@blp.arguments(ActivityQuerySchema(), location="query")
@blp.response(200, ActivityListSchema)
@refuses(blp, 404, 422)
def index(query: dict[str, Any]) -> dict[str, Any]:
    """The caller's records, newest finishing day first."""
    actor, today = current_actor(), clock.today()
    shown = registration_asked(actor, query["registration"], today)
    standing = standing_of(actor, shown.registration, on=today)
    rows = [r for r in standing.records if _wanted(r, query, standing.term.id)]
    pages = max(1, -(-len(rows) // PAGE))
    first = (query["page"] - 1) * PAGE
    details = details_of(shown.registration, [r.id for r in rows[first : first + PAGE]])
    return {
        "activities": _json(details),
        "page": query["page"],
        "pages": pages,
        "total": len(rows),
    }


@blp.post("/activities")
@signed_in
@blp.arguments(NewActivitySchema())
@blp.response(201, ActivityJson)
@blp.alt_response(200, schema=ActivityJson, description="A repeat of a key: the first record")
@refuses(blp, 400, 404, 409, 422)
def create(new: NewActivity) -> Response:
    """Log a record; the same key gives the first record back."""
    actor = current_actor()
    with transaction():
        logged = activities.log_activity(actor, new, now=clock.now(), today=clock.today())
    return _answer(logged.activity.id, 201 if logged.created else 200)


@blp.get("/activities/<int:activity_id>")
@signed_in
@blp.response(200, ActivityJson)
@refuses(blp, 404)
def read(activity_id: int) -> Response:
    """One record, with its arithmetic and evidence."""
    return _answer(activity_id, 200)


@blp.patch("/activities/<int:activity_id>")
@signed_in
@blp.arguments(PatchActivitySchema(), required=False)
@blp.response(200, ActivityJson)
@refuses(blp, 400, 404, 409, 412, 422)
def change(patch: dict[str, Any], activity_id: int) -> Response:
    """Change parts of a record; send If-Match to be sure of the version."""
    actor, today = current_actor(), clock.today()
    with transaction():
        known = activities.held_activity(actor, activity_id)
        _check_sent(known.version)
        activities.correct_activity(
            actor,
            activity_id,
            patched(known, patch),
            version=known.version,
            now=clock.now(),
            today=today,
        )
    return _answer(activity_id, 200)


@blp.delete("/activities/<int:activity_id>")
@signed_in
@blp.response(204)
@refuses(blp, 404, 409, 412)
def withdraw(activity_id: int) -> None:
    """Withdraw a record: it counts no more and stays in the history."""
    actor = current_actor()
    with transaction():
        known = activities.held_activity(actor, activity_id)
        _check_sent(known.version)
        activities.withdraw_activity(actor, activity_id, version=known.version, now=clock.now())


def _wanted(row: Any, query: dict[str, Any], term_id: int) -> bool:
    year, kind = query["year"], query["kind"]
    if year is not None and (row.year_index != year or row.term_id != term_id):
        return False
    return kind is None or row.kind == kind


def _answer(activity_id: int, status: int) -> Response:
    detail = record_detail(current_actor(), activity_id, on=clock.today())
    response = make_response(_json([detail])[0], status)
    response.set_etag(str(detail.row.version))
    return response


def _json(details: list[RecordDetail]) -> list[dict[str, Any]]:
    with_files = [d.row.id for d in details if d.row.evidence_count]
    attached = evidence.evidence_of(with_files) if with_files else {}
    return [
        activity_json(
            detail,
            arithmetic(detail.trace, detail.row.reasons),
            [evidence_json(e) for e in attached.get(detail.row.id, ())],
        )
        for detail in details
    ]


def _check_sent(present: int) -> None:
    """412 when If-Match was sent and is not the present version."""
    sent = request.if_match
    if sent and not sent.contains(str(present)):
        raise ChangedSince("changed_meanwhile")
