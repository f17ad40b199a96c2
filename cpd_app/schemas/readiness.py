"""Readiness of a registration as JSON."""

from typing import Any

from marshmallow import Schema, fields

from cpd_app.domain.hours import to_number
from cpd_app.schemas.answers import Described
from cpd_app.schemas.fields import DayField

HOURS = {"type": "number", "description": "学时"}


class OnQuerySchema(Schema):
    """The day that is asked about; today when it is not given."""

    on = DayField(load_default=None, metadata={"type": "string", "format": "date"})


class YearSchema(Described):
    """One CPD year, half-open."""

    index = fields.Integer()
    starts_on = fields.String(metadata={"format": "date"})
    ends_on = fields.String(metadata={"format": "date"})
    required = fields.Float(metadata=HOURS)
    recognised = fields.Float(metadata=HOURS)
    claimed = fields.Float(metadata=HOURS)
    audit_proof = fields.Float(metadata=HOURS)
    verdict = fields.String(
        metadata={"enum": ["waived", "ahead", "met", "on_track", "behind", "short"]}
    )


class CheckSchema(Described):
    """One named check."""

    code = fields.String()
    state = fields.String(metadata={"enum": ["ok", "warning", "blocker"]})
    message = fields.String()


class TermSchema(Described):
    """The certificate's term, half-open."""

    starts_on = fields.String(metadata={"format": "date"})
    ends_on = fields.String(metadata={"format": "date"})


class ReadinessSchema(Described):
    """Whether a registration can be renewed as things stand."""

    registration_no = fields.String()
    society = fields.String(metadata={"description": "code of the society"})
    level = fields.String(metadata={"enum": ["apprentice", "professional", "senior"]})
    field = fields.String()
    term = fields.Nested(TermSchema)
    ready = fields.Boolean()
    can_file = fields.Boolean()
    years = fields.List(fields.Nested(YearSchema))
    checks = fields.List(fields.Nested(CheckSchema))


def readiness_json(standing: Any, messages: list[str]) -> dict[str, Any]:
    """A standing (usecases.progress) as ReadinessSchema has it; one message for each check."""
    registration, ready = standing.registration, standing.readiness
    return {
        "registration_no": registration.number,
        "society": registration.society.code,
        "level": standing.term.level,
        "field": registration.field.name if registration.field else registration.field_text,
        "term": {
            "starts_on": standing.term.starts_on.isoformat(),
            "ends_on": standing.term.ends_on.isoformat(),
        },
        "ready": ready.ready,
        "can_file": ready.can_file,
        "years": [
            {
                "index": year.index,
                "starts_on": year.starts_on.isoformat(),
                "ends_on": year.ends_on.isoformat(),
                "required": to_number(year.required),
                "recognised": to_number(year.recognised),
                "claimed": to_number(year.claimed),
                "audit_proof": to_number(year.audit_proof),
                "verdict": year.verdict.value,
            }
            for year in standing.years
        ],
        "checks": [
            {"code": check.code, "state": check.state.value, "message": message}
            for check, message in zip(ready.checks, messages, strict=True)
        ],
    }
