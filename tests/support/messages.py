"""Messages as they stand in the inbox, and a society's relay."""

import itertools
from datetime import datetime
from typing import Any

from cpd_app.domain.messages import MessageKind
from cpd_app.models import Message, Person, Society, Webhook
from tests.support.builders import LONG_AGO
from tests.support.store import Store
from tests.support.told import SAMPLES

_numbers = itertools.count(1)


def sample_of(kind: MessageKind) -> dict[str, Any]:
    """Data of a message of a kind, as the use cases give it."""
    variant, data = next(iter(SAMPLES[kind].items()))
    return {**data, **({"variant": variant} if variant else {})}


def a_message(
    store: Store,
    person: Person,
    kind: MessageKind = MessageKind.TRIAL,
    *,
    at: datetime = LONG_AGO,
    **over: Any,
) -> Message:
    """A message that was told and not read."""
    row = Message(
        **{
            "person_id": person.id,
            "kind": kind.value,
            "key": f"test-{next(_numbers)}",
            "data": sample_of(kind),
            "created_at": at,
            **over,
        }
    )
    store.add(row)
    return row


def a_bridge(store: Store, society: Society, *, name: str = "短信", active: bool = True) -> Webhook:
    """A relay of a society; nothing is ever sent to its address."""
    row = Webhook(
        society_id=society.id,
        name=name,
        host="relay.example.org",
        url_sealed="-",
        secret_sealed="-",
        active=active,
        changed_at=LONG_AGO,
    )
    store.add(row)
    return row
