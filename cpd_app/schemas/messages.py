"""What a person chooses about messages, and messages for machines."""

from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Any

from marshmallow import Schema, fields, post_load, pre_load, validate

from cpd_app.domain.messages import TOPICS, Channel, Habits, MessageKind, Topic
from cpd_app.schemas.answers import Described
from cpd_app.schemas.fields import TextField, TimeField, instant_json

if TYPE_CHECKING:
    from cpd_app.models import Message

#: topic and channel as one value of a form: events_email
PAIRS = {
    f"{topic.value}_{channel.value}": (topic, channel) for topic in Topic for channel in Channel
}
#: in place of the time of the one letter a day
EACH = "each"


@dataclass(frozen=True)
class Choices:
    """What was chosen, of the channels that the page showed."""

    channels: frozenset[Channel]
    wanted: dict[Topic, frozenset[Channel]]
    habits: Habits


class MessageChoicesSchema(Schema):
    """The form of the settings; times are those of the zone."""

    channels = fields.List(fields.String(validate=validate.OneOf([c.value for c in Channel])))
    wanted = fields.List(fields.String(validate=validate.OneOf(list(PAIRS))))
    quiet = fields.Boolean(load_default=False)
    quiet_from = TimeField(load_default=time(22))
    quiet_to = TimeField(load_default=time(8))
    zone = TextField(required=True)
    daily_at = TimeField(load_default=None)

    @pre_load
    def each_as_it_comes(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """`each` in place of a time: no letter a day, but each message as it comes."""
        return {k: v for k, v in data.items() if (k, v) != ("daily_at", EACH)}

    @post_load
    def choices(self, data: dict[str, Any], **_kwargs: Any) -> Choices:
        """Typed, without quiet hours when they are switched off."""
        pairs = [PAIRS[value] for value in data.get("wanted", [])]
        quiet_from = _minutes(data["quiet_from"]) if data["quiet"] else 0
        quiet_to = _minutes(data["quiet_to"]) if data["quiet"] else 0
        daily_at = data["daily_at"]
        return Choices(
            frozenset(Channel(value) for value in data.get("channels", [])),
            {topic: frozenset(c for t, c in pairs if t is topic) for topic in Topic},
            Habits(
                data["zone"],
                quiet_from,
                quiet_to,
                _minutes(daily_at) if daily_at is not None else None,
            ),
        )


class MessageQuerySchema(Schema):
    """Which of the caller's messages."""

    unread = fields.Boolean(load_default=False, metadata={"description": "only those not read yet"})
    page = fields.Integer(load_default=1, validate=validate.Range(min=1, max=99_999))


class MessageSchema(Described):
    """One message, in the caller's language."""

    id = fields.Integer()
    kind = fields.String(metadata={"enum": [kind.value for kind in MessageKind]})
    topic = fields.String(metadata={"enum": [topic.value for topic in Topic]})
    title = fields.String()
    text = fields.String()
    url = fields.String(metadata={"description": "the page where it can be done", "format": "uri"})
    created_at = fields.String(metadata={"format": "date-time"})
    read_at = fields.String(allow_none=True, metadata={"format": "date-time"})


class MessageListSchema(Described):
    """A page of messages, the newest first."""

    messages = fields.List(fields.Nested(MessageSchema))
    page = fields.Integer()
    pages = fields.Integer()
    total = fields.Integer(metadata={"description": "on all pages, by the filter"})
    unread = fields.Integer(metadata={"description": "whatever the filter"})


def message_json(message: "Message", *, title: str, text: str, url: str) -> dict[str, Any]:
    """A message with its words."""
    return {
        "id": message.id,
        "kind": message.kind,
        "topic": TOPICS[MessageKind(message.kind)].value,
        "title": title,
        "text": text,
        "url": url,
        "created_at": instant_json(message.created_at),
        "read_at": instant_json(message.read_at) if message.read_at else None,
    }


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute
