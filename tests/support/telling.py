"""What somebody was told, as the tests of use cases ask for it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from cpd_app import message_words
from cpd_app.domain.messages import MessageKind
from cpd_app.models import Delivery, Message
from tests.support.people import Someone
from tests.support.store import Store
from tests.support.told import SAMPLES

#: kinds with their variant, such as "decided/passed", in order of telling
Told = Callable[[Someone], list[str]]


@pytest.fixture
def told(app: Flask, store: Store) -> Told:
    """What stands in somebody's inbox; every message can be read in both languages."""

    def reading(someone: Someone) -> list[str]:
        return [named(app, message) for message in messages_of(store, someone)]

    return reading


def messages_of(store: Store, someone: Someone) -> list[Message]:
    """Messages that were not taken back, the oldest first."""
    return list(
        store.all(
            select(Message)
            .where(Message.person_id == someone.id, Message.withdrawn_at.is_(None))
            .order_by(Message.id)
        )
    )


def last_of(store: Store, someone: Someone) -> dict[str, Any]:
    """The data of the newest message."""
    return messages_of(store, someone)[-1].data


def named(app: Flask, message: Message) -> str:
    """The kind and variant of a message; its words, its page and its golden file are there."""
    kind, variant = MessageKind(message.kind), str(message.data.get("variant", ""))
    assert variant in SAMPLES[kind]
    with app.test_request_context():
        for locale in ("zh_Hans_CN", "en"):
            with force_locale(locale):
                said = [
                    message_words.title(kind, message.data),
                    message_words.text(kind, message.data),
                ]
            assert not any("%(" in text or "{" in text or "None" in text for text in said), said
        assert message_words.path(kind, message.data).startswith("/")
    return f"{kind}/{variant}" if variant else str(kind)


def states_of(store: Store, someone: Someone) -> list[str]:
    """Where the ways out to somebody stand."""
    return list(
        store.all(
            select(Delivery.state).where(Delivery.person_id == someone.id).order_by(Delivery.id)
        )
    )


def sent(store: Store, someone: Someone) -> None:
    """Everything that was due has left."""
    for row in store.all(
        select(Delivery).where(Delivery.person_id == someone.id, Delivery.state == "due")
    ):
        store.change(row, state="sent", finished_at=row.due_at)
