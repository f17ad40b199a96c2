"""Reports of societies to the federation: read on from a number, acknowledge."""

import json
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.schemas.answers import refuses
from cpd_app.usecases import federation_reports

blp = Blueprint(
    "api_federation", __name__, description="Acts on certificates, reported to the federation"
)


class ReportsQuerySchema(Schema):
    """Where to read on, and whether acknowledged reports are wanted."""

    after = fields.Integer(load_default=0, metadata={"description": "id of the last report read"})
    open = fields.Boolean(load_default=False, metadata={"description": "not acknowledged yet"})


class ReportSchema(Schema):
    """One report; `content` is what was signed, to the letter."""

    id = fields.Integer(required=True)
    society = fields.String(required=True)
    number = fields.Integer(required=True)
    made_at = fields.String(required=True)
    acts = fields.List(fields.Dict(), required=True)
    content = fields.String(required=True)
    digest = fields.String(required=True)
    signature = fields.String(required=True, allow_none=True)
    key_id = fields.String(required=True, allow_none=True)
    acknowledged_at = fields.String(required=True, allow_none=True)


class ReportsSchema(Schema):
    """Some of them, and how many there are in all."""

    reports = fields.List(fields.Nested(ReportSchema), required=True)
    total = fields.Integer(required=True)


class AcknowledgedSchema(Schema):
    """How many reports were acknowledged at once."""

    acknowledged = fields.Integer(required=True)


@blp.get("/federation/reports")
@signed_in
@blp.arguments(ReportsQuerySchema, location="query")
@blp.response(200, ReportsSchema)
@refuses(blp, 403, 422)
def reports(query: dict[str, Any]) -> dict[str, Any]:
    """Reports of every society, for the federation."""
    rows, total = federation_reports.reports(
        current_actor(), only_open=query["open"], after=query["after"]
    )
    return {
        "total": total,
        "reports": [
            {
                "id": report.id,
                "society": society.code,
                "number": report.number,
                "made_at": report.made_at.isoformat(),
                "acts": json.loads(report.content)["acts"],
                "content": report.content,
                "digest": report.digest,
                "signature": report.signature,
                "key_id": report.key_id,
                "acknowledged_at": report.acknowledged_at.isoformat()
                if report.acknowledged_at
                else None,
            }
            for report, society in rows
        ],
    }


@blp.post("/federation/reports/<int:report_id>/acknowledge")
@signed_in
@blp.response(200, AcknowledgedSchema)
@refuses(blp, 403, 404, 409)
def acknowledge(report_id: int) -> dict[str, Any]:
    """The federation has this report, and every earlier one of the society."""
    with transaction():
        count = federation_reports.acknowledge_report(current_actor(), report_id, now=clock.now())
    return {"acknowledged": count}
