"""Events: JSON or form to NewEvent and PlannedSession; an event to JSON."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from marshmallow import INCLUDE, Schema, fields, post_load, validate

from cpd_app.domain.agenda import SPEAKER_KINDS, PlannedPart, PlannedSession, PlannedSpeaker
from cpd_app.domain.errors import Rejected
from cpd_app.domain.hours import to_number
from cpd_app.domain.trace import in_hours
from cpd_app.schemas.answers import Described
from cpd_app.schemas.fields import KeyField, TextField, is_storable
from cpd_app.usecases.event_hours import Potential, planned_session
from cpd_app.usecases.event_input import (
    EventHead,
    EventState,
    MissingOut,
    Mode,
    NewEvent,
    OpenTo,
    is_zone,
    zoned,
)

if TYPE_CHECKING:
    from cpd_app.models import Event, EventSession

ZONE = "Asia/Shanghai"
MOMENT = {
    "format": "date-time",
    "example": "2026-12-01T09:00:00+08:00",
    "description": "without an offset it is read in the event's `zone`",
}


class MomentField(fields.Field[datetime]):
    """An instant as ISO 8601; without an offset it is the event's local time."""

    default_error_messages = {  # noqa: RUF012
        "invalid": "Not a valid moment; expected 2026-12-01T09:00:00+08:00."
    }

    def _deserialize(self, value: Any, *_args: Any, **_kwargs: Any) -> datetime:
        try:
            read = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise self.make_error("invalid") from None
        if len(value) <= len("2026-12-01"):  # a day alone is midnight to Python, not to us
            raise self.make_error("invalid")
        return read


class SpeakerSchema(Schema):
    """Who speaks in a part."""

    name = TextField(required=True)
    unit = TextField(load_default=None, allow_none=True)
    number = TextField(
        load_default=None, allow_none=True, metadata={"description": "registration number"}
    )
    kind = fields.String(load_default="talk", metadata={"enum": list(SPEAKER_KINDS)})


class PartSchema(Schema):
    """A part of a session; `credited: false` is a break."""

    id = fields.Integer(load_default=None, allow_none=True)
    title = TextField(required=True)
    starts_at = MomentField(required=True, metadata=MOMENT)
    ends_at = MomentField(required=True, metadata=MOMENT)
    credited = fields.Boolean(load_default=True)
    speakers = fields.List(fields.Nested(SpeakerSchema), load_default=list)


class SessionSchema(Schema):
    """A session with its parts, read in a zone by `planned_from`."""

    title = TextField(required=True, metadata={"maxLength": 120})
    room = TextField(load_default=None, allow_none=True, metadata={"maxLength": 80})
    starts_at = MomentField(required=True, metadata=MOMENT)
    ends_at = MomentField(required=True, metadata=MOMENT)
    credited = fields.Boolean(load_default=True)
    parts = fields.List(fields.Nested(PartSchema), load_default=list)


class EventHeadSchema(Schema):
    """Everything about an event but its agenda; the kind's own fields stand beside it."""

    class Meta:
        """The kinds' own fields stand beside these and are judged by the rule set."""

        unknown = INCLUDE

    title = TextField(load_default="", allow_none=True, metadata={"maxLength": 200})
    kind = fields.Raw(
        load_default="",
        metadata={"type": "string", "description": "kind of the rule set that counts minutes"},
    )
    starts_at = MomentField(load_default=None, allow_none=True, metadata=MOMENT)
    ends_at = MomentField(load_default=None, allow_none=True, metadata=MOMENT)
    description = TextField(load_default=None, allow_none=True)
    organiser = TextField(load_default=None, allow_none=True)
    zone = TextField(load_default=ZONE, metadata={"example": ZONE})
    mode = fields.String(load_default=None, allow_none=True, metadata={"enum": [*Mode, None]})
    place = TextField(load_default=None, allow_none=True, metadata={"description": "city"})
    venue = TextField(
        load_default=None,
        allow_none=True,
        metadata={"description": "address of the room, or of the online meeting"},
    )
    field_id = fields.Integer(load_default=None, allow_none=True)
    capacity = fields.Integer(load_default=None, allow_none=True)
    open_to = fields.String(load_default=OpenTo.OWN, metadata={"enum": list(OpenTo)})
    missing_out = fields.String(
        load_default=None, allow_none=True, metadata={"enum": [*MissingOut, None]}
    )
    opens_before = fields.Integer(load_default=60, metadata={"description": "minutes"})
    closes_after = fields.Integer(load_default=60, metadata={"description": "minutes"})
    gives_certificate = fields.Boolean(load_default=False)

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> Any:
        """The typed input."""
        return head_from(data, frozenset(self.fields))


class NewEventSchema(EventHeadSchema):
    """An event to be planned; without sessions it gets one, as long as the event."""

    society = TextField(
        load_default=None,
        allow_none=True,
        metadata={"description": "code of the owner; may be left out by who has one society"},
    )
    sessions = fields.List(fields.Nested(SessionSchema), load_default=list)
    key = KeyField(load_default=None, allow_none=True, metadata={"format": "uuid"})

    @post_load
    def make(self, data: dict[str, Any], **_kwargs: Any) -> Any:
        """The typed input with the code of the society: (society, NewEvent without owner)."""
        head = head_from(data, frozenset(self.fields))
        sessions = tuple(planned_from(s, head.zone) for s in data["sessions"])
        return data["society"], NewEvent(head, None, sessions, data["key"])


class SubmissionSchema(Schema):
    """Why it is submitted after its beginning; not needed before."""

    late_reason = TextField(load_default=None, allow_none=True, validate=validate.Length(max=500))
    key = KeyField(load_default=None, allow_none=True, metadata={"format": "uuid"})


class ApprovalSchema(SubmissionSchema):
    """Staff's answer: approved, or sent back with a reason."""

    approved = fields.Boolean(load_default=True)
    reason = TextField(load_default=None, allow_none=True, validate=validate.Length(max=500))
    version = fields.Integer(
        load_default=None, allow_none=True, metadata={"description": "the plan that was seen"}
    )


class ActSchema(Schema):
    """An act without more to say; a repeat changes nothing, with a key or without."""

    key = KeyField(load_default=None, allow_none=True, metadata={"format": "uuid"})


class EventSessionJson(Described):
    """A session of an event."""

    id = fields.Integer()
    title = fields.String()
    room = fields.String(allow_none=True)
    starts_at = fields.String(metadata={"format": "date-time"})
    ends_at = fields.String(metadata={"format": "date-time"})
    opens_at = fields.String(metadata={"format": "date-time"})
    closes_at = fields.String(metadata={"format": "date-time"})
    credited = fields.Boolean()
    rehearsal = fields.Boolean()
    parts = fields.List(fields.Dict())


class EventJson(Described):
    """An event; the kind's own fields stand beside these."""

    class Meta:
        """The kinds' own fields stand beside these."""

        unknown = INCLUDE

    id = fields.Integer()
    state = fields.String(metadata={"enum": list(EventState)})
    title = fields.String()
    kind = fields.String()
    starts_at = fields.String(metadata={"format": "date-time"})
    ends_at = fields.String(metadata={"format": "date-time"})
    zone = fields.String()
    open_to = fields.String(metadata={"enum": list(OpenTo)})
    sessions = fields.List(fields.Nested(EventSessionJson))
    hours = fields.Float(
        allow_none=True, metadata={"description": "most 学时 that one person can get"}
    )
    approved_hours = fields.Float(allow_none=True)
    credited_minutes = fields.Integer()
    trace = fields.List(fields.Dict())
    lines = fields.List(fields.String(), metadata={"description": "the arithmetic in words"})
    needs_approval = fields.Boolean(
        metadata={"description": "changed since the approval in what decides hours"}
    )
    version = fields.Integer()


def head_from(data: dict[str, Any], frame: frozenset[str]) -> EventHead:
    """The head out of loaded fields; what is not in the frame is the kind's own."""
    kind = data["kind"] if isinstance(data["kind"], str) and is_storable(data["kind"]) else ""
    zone = data["zone"] or ZONE
    if not is_zone(zone):
        raise Rejected("unknown_zone", "zone", found=zone)
    for name in ("starts_at", "ends_at"):
        if data[name] is None:
            raise Rejected("missing_field", name)
    plain = {n: data[n] for n in frame if n in EventHead.__dataclass_fields__}
    return EventHead(
        **{
            **plain,
            "title": data["title"] or "",
            "kind": kind,
            "zone": zone,
            "mode": data["mode"] or Mode.VENUE,
            "starts_at": zoned(data["starts_at"], zone, "starts_at"),
            "ends_at": zoned(data["ends_at"], zone, "ends_at"),
            "fields": {k: v for k, v in data.items() if k not in frame and v is not None},
        }
    )


def planned_from(data: dict[str, Any], zone: str) -> PlannedSession:
    """A session out of loaded fields, its local times read in the event's zone."""
    return PlannedSession(
        title=data["title"] or "",
        room=data["room"],
        starts_at=zoned(data["starts_at"], zone, "starts_at"),
        ends_at=zoned(data["ends_at"], zone, "ends_at"),
        credited=data["credited"],
        parts=tuple(
            PlannedPart(
                title=p["title"] or "",
                starts_at=zoned(p["starts_at"], zone, "parts"),
                ends_at=zoned(p["ends_at"], zone, "parts"),
                credited=p["credited"],
                speakers=tuple(
                    PlannedSpeaker(s["name"] or "", s["unit"], s["number"], s["kind"])
                    for s in p["speakers"]
                ),
                id=p["id"],
            )
            for p in data["parts"]
        ),
    )


def event_json(
    event: "Event",
    potential: Potential | None,
    lines: list[str],
    *,
    approved_hours: int | None,
    again: bool,
    inside: bool,
) -> dict[str, Any]:
    """An event as EventJson has it; instants carry the event's own offset.

    Only who runs or judges it (`inside`) reads why it came late and what staff answered.
    """
    zone = ZoneInfo(event.zone)
    plain = (
        "id", "state", "title", "kind", "description", "organiser", "zone", "mode", "place",
        "venue", "field_id", "capacity", "open_to", "missing_out", "opens_before", "closes_after",
        "gives_certificate", "uid", "sequence", "version", "key",
        *(("late_reason", "answer") if inside else ()),
    )  # fmt: skip
    return {
        **event.fields,
        **{name: getattr(event, name) for name in plain},
        "starts_at": _shown(event.starts_at, zone),
        "ends_at": _shown(event.ends_at, zone),
        "sessions": [_session_json(s, zone) for s in event.sessions],
        "hours": None if potential is None else to_number(potential.hours),
        "approved_hours": None if approved_hours is None else to_number(approved_hours),
        "credited_minutes": potential.minutes if potential else 0,
        "trace": in_hours(potential.conversion.trace) if potential else [],
        "lines": lines,
        "needs_approval": again,
    }


def _session_json(held: "EventSession", zone: ZoneInfo) -> dict[str, Any]:
    planned = planned_session(held)
    return {
        "id": held.id,
        "title": held.title,
        "room": held.room,
        **{
            name: _shown(getattr(held, name), zone)
            for name in ("starts_at", "ends_at", "opens_at", "closes_at")
        },
        "credited": held.credited,
        "rehearsal": held.rehearsal,
        "parts": [
            {
                "id": p.id,
                "title": p.title,
                "starts_at": _shown(p.starts_at, zone),
                "ends_at": _shown(p.ends_at, zone),
                "credited": p.credited,
                "speakers": [
                    {"name": s.name, "unit": s.unit, "number": s.number, "kind": s.kind}
                    for s in p.speakers
                ],
            }
            for p in planned.parts
        ],
    }


def _shown(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat()
