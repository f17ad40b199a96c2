"""A filing for re-registration: what a machine sends, and what it is told."""

from typing import Any

from marshmallow import Schema, fields

from cpd_app.domain.audits import FilingState
from cpd_app.domain.hours import to_number
from cpd_app.domain.snapshots import FrozenRecord
from cpd_app.schemas.answers import Described
from cpd_app.schemas.fields import KeyField, TextField
from cpd_app.schemas.readiness import YearSchema

HOURS = {"type": "number", "description": "学时"}


class NewFilingSchema(Schema):
    """Everything else is read from the records and the summary."""

    registration = TextField(
        load_default=None, metadata={"description": "number; default: the active one ending first"}
    )
    declaration_version = fields.Integer(
        required=True,
        strict=True,
        metadata={
            "description": "version of the declaration of truth that the member has agreed to"
        },
    )
    key = KeyField(
        required=True,
        metadata={"format": "uuid", "description": "made by the client; a repeat changes nothing"},
    )


class SnapshotSchema(Described):
    """What was frozen: the filing itself, then its supplements."""

    number = fields.Integer()
    taken_at = fields.String(metadata={"format": "date-time"})
    digest = fields.String(metadata={"description": "SHA-256"})


class FiledRecordSchema(Described):
    """One record as it was filed."""

    id = fields.Integer(metadata={"description": "of the record"})
    year = fields.Integer()
    kind = fields.String()
    title = fields.String(allow_none=True)
    ended_on = fields.String(metadata={"format": "date"})
    claimed = fields.Float(metadata=HOURS)
    recognised = fields.Float(metadata=HOURS)
    assurance = fields.String(metadata={"enum": list("ABCDEF")})


class FilingSchema(Described):
    """A filing and what it holds."""

    id = fields.Integer()
    number = fields.String(metadata={"description": "receipt number"})
    registration_no = fields.String()
    state = fields.String(metadata={"enum": [state.value for state in FilingState]})
    filed_at = fields.String(metadata={"format": "date-time"})
    declaration_version = fields.Integer()
    check_due_on = fields.String(
        allow_none=True,
        metadata={
            "format": "date",
            "description": "last day of the society's check of completeness",
        },
    )
    years = fields.List(fields.Nested(YearSchema))
    records = fields.List(fields.Nested(FiledRecordSchema))
    snapshots = fields.List(fields.Nested(SnapshotSchema))


def filing_json(
    filing: Any,
    registration: Any,
    years: tuple[Any, ...],
    records: tuple[FrozenRecord, ...],
    deadline: Any,
) -> dict[str, Any]:
    """A filing, its registration and its deadline (or None) as FilingSchema has them."""
    return {
        "id": filing.id,
        "number": filing.number,
        "registration_no": registration.number,
        "state": filing.state,
        "filed_at": filing.filed_at.isoformat(),
        "declaration_version": filing.declaration_version,
        "check_due_on": deadline.due_on.isoformat()
        if deadline is not None and deadline.closed_at is None
        else None,
        "years": [
            {
                **year,
                **{
                    name: to_number(year[name])
                    for name in ("required", "claimed", "recognised", "audit_proof")
                },
            }
            for year in years
        ],
        "records": [
            {
                "id": record.activity_id,
                "year": record.year_index,
                "kind": record.kind,
                "title": (record.content or {}).get("title"),
                "ended_on": record.ended_on.isoformat(),
                "claimed": to_number(record.claimed),
                "recognised": to_number(record.recognised),
                "assurance": record.assurance,
            }
            for record in records
        ],
        "snapshots": [
            {
                "number": snapshot.number,
                "taken_at": snapshot.taken_at.isoformat(),
                "digest": snapshot.digest,
            }
            for snapshot in filing.snapshots
        ],
    }
