"""The caller's messages for machines: list them, mark one as read."""

from typing import TYPE_CHECKING, Any

from flask import current_app
from flask_smorest import Blueprint

from cpd_app import clock, message_words
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.messages import MessageKind
from cpd_app.schemas.answers import refuses
from cpd_app.schemas.messages import (
    MessageListSchema,
    MessageQuerySchema,
    MessageSchema,
    message_json,
)
from cpd_app.usecases import inbox

if TYPE_CHECKING:
    from cpd_app.models import Message

blp = Blueprint("api_messages", __name__, description="What the caller was told")


@blp.get("/messages")
@signed_in
@blp.arguments(MessageQuerySchema(), location="query")
@blp.response(200, MessageListSchema)
@refuses(blp, 404, 422)
def index(query: dict[str, Any]) -> dict[str, Any]:
    """A page of the caller's messages, the newest first; a page beyond the last is the last."""
    found = inbox.inbox_of(current_actor(), unread_only=query["unread"], page=query["page"])
    return {
        "messages": [_json(message) for message in found.messages],
        "page": found.page,
        "pages": found.pages,
        "total": found.total,
        "unread": found.unread,
    }


@blp.post("/messages/<int:message_id>/read")
@signed_in
@blp.response(200, MessageSchema)
@refuses(blp, 404)
def read(message_id: int) -> dict[str, Any]:
    """Mark one as read; a repeat changes nothing."""
    with transaction():
        message = inbox.read_message(current_actor(), message_id, now=clock.now())
    return _json(message)


def _json(message: "Message") -> dict[str, Any]:
    kind, data = MessageKind(message.kind), message.data
    return message_json(
        message,
        title=message_words.title(kind, data),
        text=message_words.text(kind, data),
        url=current_app.config["CPD"].base_url + message_words.path(kind, data),
    )
