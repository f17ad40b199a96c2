"""Scans of a door: JSON in and out."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from cpd_app.domain.room_codes import Direction
from cpd_app.schemas.fields import InstantField, KeyField, TextField
from cpd_app.usecases.door import DoorAnswer, DoorScan
from cpd_app.usecases.roster_entries import Named

MOST_TEXT = 200


class WalkInSchema(Schema):
    """Somebody at the door who is not on the roster."""

    name = TextField(required=True, validate=validate.Length(max=80))
    number = TextField(load_default=None, allow_none=True, validate=validate.Length(max=60))
    phone = TextField(load_default=None, allow_none=True, validate=validate.Length(max=20))
    unit = TextField(load_default=None, allow_none=True, validate=validate.Length(max=160))

    @post_load
    def made(self, data: dict[str, Any], **_kwargs: Any) -> Named:
        """What the roster takes."""
        if data["name"] is None:
            raise ValidationError("Missing data for required field.", "name")
        return Named(**data)


class DoorScanSchema(Schema):
    """One scan; exactly one of pass, entry_id, number and walk_in says whom it means."""

    pass_ = TextField(
        data_key="pass",
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=MOST_TEXT),
        metadata={"description": "a member's pass as its QR code says it"},
    )
    entry_id = fields.Integer(load_default=None, allow_none=True, strict=True)
    number = TextField(load_default=None, allow_none=True, validate=validate.Length(max=60))
    walk_in = fields.Nested(WalkInSchema, load_default=None, allow_none=True)
    session_id = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        metadata={"description": "may be left out while one session is open"},
    )
    direction = fields.Enum(Direction, by_value=True, load_default=Direction.IN)
    scanned_at = InstantField(
        load_default=None,
        allow_none=True,
        metadata={"description": "when it was scanned, for what is sent later; never after now"},
    )
    key = KeyField(required=True)

    @post_load
    def made(self, data: dict[str, Any], **_kwargs: Any) -> DoorScan:
        """What the use case takes."""
        return DoorScan(code=data.pop("pass_"), named=data.pop("walk_in"), **data)


class PlaceSchema(Schema):
    """A session or event by its number and title."""

    id = fields.Integer(required=True)
    title = fields.String(required=True)


class EntrySchema(Schema):
    """Somebody on the roster, as a door may see them."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    number = fields.String(required=True, allow_none=True)
    unit = fields.String(required=True, allow_none=True)


class OtherScanSchema(Schema):
    """Another scan of the same person, session and direction."""

    at = InstantField(required=True)
    door = fields.String(required=True, metadata={"description": "empty: the member's own phone"})


class DoorAnswerSchema(Schema):
    """What became of a scan."""

    id = fields.Integer(required=True)
    outcome = fields.String(required=True)
    direction = fields.String(required=True)
    session = fields.Nested(PlaceSchema, required=True)
    event = fields.Nested(PlaceSchema, required=True)
    at = InstantField(required=True)
    entry = fields.Nested(EntrySchema, required=True)
    others = fields.List(fields.Nested(OtherScanSchema), required=True)


class PassSchema(Schema):
    """A member's own pass of an event."""

    code = fields.String(required=True, data_key="pass")
    name = fields.String(required=True)
    number = fields.String(required=True, allow_none=True)


def door_answer_json(answer: DoorAnswer) -> dict[str, Any]:
    """An answer as the schema describes it."""
    kept, entry = answer.scanned, answer.entry
    return {
        "id": kept.scan_id,
        "outcome": str(kept.outcome),
        "direction": str(kept.direction),
        "session": {"id": answer.session.id, "title": answer.session.title},
        "event": {"id": answer.event.id, "title": answer.event.title},
        "at": kept.at,
        "entry": {
            "id": entry.id,
            "name": entry.name,
            "number": entry.number,
            "unit": entry.unit,
        },
        "others": [{"at": other.at, "door": other.door} for other in answer.others],
    }
