"""Check-ins: JSON and forms in, what became of them out."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema, fields, post_load, validate

from cpd_app.domain.checkin import Outcome
from cpd_app.domain.room_codes import Direction, turns_at
from cpd_app.schemas.answers import Described
from cpd_app.schemas.fields import InstantField, KeyField, TextField, instant_json
from cpd_app.schemas.signin import FormSchema
from cpd_app.usecases.checkin import CheckedIn, Guest, NewCheckin

#: longest link that a phone may hand in
MOST_CODE = 300


class CheckinSchema(Schema):
    """A code that was scanned or typed."""

    code = fields.String(
        required=True,
        validate=validate.Length(min=1, max=MOST_CODE),
        metadata={"description": "code of the QR, its link, or the six typed characters"},
    )
    scanned_at = InstantField(
        load_default=None,
        allow_none=True,
        metadata={
            "type": "string",
            "format": "date-time",
            "description": "when the QR was read, for what is sent later",
        },
    )
    key = KeyField(
        required=True, metadata={"format": "uuid", "description": "once per scan; repeat it freely"}
    )

    @post_load
    def made(self, data: dict[str, Any], **_kwargs: Any) -> NewCheckin:
        """The input of the use case."""
        return NewCheckin(**data)


class GuestSchema(FormSchema):
    """Who has no account."""

    name = TextField(required=True, validate=validate.Length(max=80))
    phone = TextField(load_default=None, validate=validate.Length(max=40))
    number = TextField(load_default=None, validate=validate.Length(max=60))
    unit = TextField(required=True, validate=validate.Length(max=160))

    @post_load
    def made(self, data: dict[str, Any], **_kwargs: Any) -> Guest:
        """The input of the use case."""
        return Guest(**data)


class CodeQuerySchema(Schema):
    """Which code of a session."""

    direction = fields.Enum(Direction, by_value=True, load_default=Direction.IN)


class ThingSchema(Described):
    """A session or an event by number and title."""

    id = fields.Integer()
    title = fields.String()


class NextSchema(Described):
    """What comes next."""

    code = fields.String(metadata={"enum": ["check_out", "hours", "organiser"]})
    at = fields.String(metadata={"format": "date-time", "type": ["string", "null"]})
    message = fields.String()


class CheckinJson(Described):
    """What became of a scan."""

    outcome = fields.String(metadata={"enum": [o.value for o in Outcome]})
    message = fields.String()
    direction = fields.String(metadata={"enum": [d.value for d in Direction]})
    session = fields.Nested(ThingSchema)
    event = fields.Nested(ThingSchema)
    at = fields.String(metadata={"format": "date-time"})
    next = fields.Nested(NextSchema, metadata={"description": "null when there is nothing to do"})


class RoomCodeJson(Described):
    """The code that a session's screen shows now."""

    code = fields.String()
    short_code = fields.String(metadata={"description": "to be typed; online only"})
    url = fields.String(metadata={"format": "uri"})
    bucket = fields.Integer(metadata={"description": "number of the ten seconds since 1970"})
    expires_at = fields.String(metadata={"format": "date-time"})


#: what comes next after a scan in, by outcome; a scan out leads to hours
NEXT_IN = {
    Outcome.ACCEPTED: "check_out",
    Outcome.ALREADY_IN: "check_out",
    Outcome.PENDING: "check_out",
    Outcome.KEPT: "organiser",
}
NEXT_OUT = {
    Outcome.ACCEPTED: "hours",
    Outcome.ALREADY_OUT: "hours",
    Outcome.NOT_IN: "organiser",
    Outcome.PENDING: "organiser",
    Outcome.KEPT: "organiser",
}


def next_code(outcome: Outcome, direction: Direction) -> str:
    """check_out, hours, organiser, or nothing."""
    return (NEXT_IN if direction is Direction.IN else NEXT_OUT).get(outcome, "")


def leaves_at(done: CheckedIn) -> datetime:
    """From when the session's codes to leave are shown, in the event's own time."""
    return turns_at(done.room.starts_at, done.room.ends_at).astimezone(ZoneInfo(done.room.zone))


def checkin_json(done: CheckedIn, message: str, next_message: str) -> dict[str, Any]:
    """What became of a scan, as CheckinJson has it."""
    direction, room = done.direction, done.room
    code = next_code(done.outcome, direction)
    return {
        "outcome": done.outcome.value,
        "message": message,
        "direction": direction.value,
        "session": {"id": room.session_id, "title": room.title},
        "event": {"id": room.event_id, "title": room.event_title},
        "at": instant_json(done.at),
        "next": {
            "code": code,
            "at": instant_json(leaves_at(done)) if code == "check_out" else None,
            "message": next_message,
        }
        if code
        else None,
    }


def room_code_json(shown: Any, url: str) -> dict[str, Any]:
    """A shown code (usecases.room) as RoomCodeJson has it."""
    return {
        "code": shown.code,
        "short_code": shown.short_code,
        "url": url,
        "bucket": shown.bucket,
        "expires_at": instant_json(shown.expires_at),
    }
