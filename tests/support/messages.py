"""Messages as they stand in the inbox, and a society's relay."""

import itertools
from datetime import datetime
from typing import Any

from cpd_app.domain.messages import MessageKind
from cpd_app.models import Message, Person, Society, Webhook
from tests.support.builders import LONG_AGO
from tests.support.store import Store

_numbers = itertools.count(1)

#: data of a message of the kinds that tests show
DATA: dict[MessageKind, dict[str, Any]] = {
    MessageKind.TRIAL: {},
    MessageKind.EXPIRY: {
        "number": "SF-E-2023-00417", "ends_on": "2028-03-15", "months": 6, "registration_id": 1,
    },
    MessageKind.RETURNED: {
        "number": "HOME-2027-000012", "points": 2, "due_on": "2027-03-24", "filing_id": 1,
        "return_id": 1,
    },
    MessageKind.CHECKED_IN: {
        "title": "高压直流输电研讨会", "given_hours": 600, "event_id": 1, "activity_id": 1,
    },
    MessageKind.RULE_CHANGED: {
        "year": 4, "before_hours": 5200, "after_hours": 4800, "version": "2027 年版",
        "registration_id": 1,
    },
}  # fmt: skip


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
            "data": DATA[kind],
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
