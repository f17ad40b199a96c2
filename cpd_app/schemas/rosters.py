"""A place on an event's roster as JSON; oneself or a list of people as the use cases take them."""

from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from cpd_app.schemas.answers import Described
from cpd_app.schemas.fields import KeyField, TextField
from cpd_app.usecases.roster_entries import Named
from cpd_app.usecases.roster_lists import MOST_NAME, MOST_NUMBER, MOST_ROWS, MOST_UNIT, NewName
from cpd_app.usecases.roster_shown import TABS

MOST_PHONE = 40


@dataclass(frozen=True)
class Enrolling:
    """What was posted: oneself (people is None), or a list by the organiser."""

    people: list[NewName] | None
    key: str | None


def _text(most: int, *, required: bool = False, **metadata: Any) -> TextField:
    absent: dict[str, Any] = {} if required else {"load_default": None, "allow_none": True}
    return TextField(
        required=required,
        validate=validate.Length(min=1, max=most),
        metadata={"maxLength": most, **metadata},
        **absent,
    )


class PersonSchema(Schema):
    """Somebody whom the organiser puts on the roster; a member is found by number or phone."""

    name = _text(MOST_NAME, required=True)
    number = _text(MOST_NUMBER, description="registration number")
    phone = _text(MOST_PHONE)
    unit = _text(MOST_UNIT)
    key = KeyField(load_default=None, allow_none=True)

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> NewName:
        """The person as the use case takes them."""
        named = Named(data["name"] or "", data["number"], data["phone"], data["unit"])
        return NewName(named, data["key"])


class EnrollingSchema(Schema):
    """Nothing, or a key: oneself. `people`: a list, by who runs the event."""

    people = fields.List(
        fields.Nested(PersonSchema),
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=MOST_ROWS),
    )
    key = KeyField(load_default=None, allow_none=True)

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> Enrolling:
        """As the view wants it."""
        return Enrolling(data["people"], data["key"])


class RosterQuerySchema(Schema):
    """A page of a roster, for who runs the event; others are told of themselves only."""

    show = fields.String(
        load_default="listed",
        validate=validate.OneOf(list(TABS)),
        metadata={"enum": list(TABS), "description": "gone: declined or cancelled"},
    )
    q = TextField(load_default="", metadata={"description": "in name or unit; start of a number"})
    page = fields.Integer(strict=False, load_default=1, validate=validate.Range(min=1, max=100_000))


class EntryJson(Described):
    """One place on the roster; contacts are never shown."""

    id = fields.Integer()
    name = fields.String()
    unit = fields.String(allow_none=True)
    number = fields.String(allow_none=True)
    guest = fields.Boolean(metadata={"description": "no member is known behind the name yet"})
    source = fields.String(
        metadata={"enum": ["self", "list", "walk_in", "checkin", "speaker"]},
    )
    state = fields.String(
        metadata={"enum": ["listed", "waiting", "pending", "declined", "cancelled"]}
    )
    pending_reason = fields.String(allow_none=True)
    excused = fields.Boolean()
    answer = fields.String(
        allow_none=True, metadata={"description": "why the organiser declined them"}
    )
    created = fields.Boolean(metadata={"description": "by this call; false: it was there already"})


class EntriesJson(Described):
    """What the call came to, in the order of the list; or a page of the roster."""

    registrations = fields.List(fields.Nested(EntryJson))
    page = fields.Integer()
    pages = fields.Integer()
    total = fields.Integer()


def entry_json(entry: Any, *, created: bool = False) -> dict[str, Any]:
    """An entry (models.RosterEntry) as EntryJson has it."""
    return {
        "id": entry.id,
        "name": entry.name,
        "unit": entry.unit,
        "number": entry.number,
        "guest": entry.person_id is None,
        "source": str(entry.source),
        "state": str(entry.state),
        "pending_reason": entry.pending_reason,
        "excused": bool(entry.excused),
        "answer": entry.answer,
        "created": created,
    }
