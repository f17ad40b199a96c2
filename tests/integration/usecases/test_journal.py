"""The journal is only ever added to."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from cpd_app.models import JournalEntry, JournalValues
from cpd_app.usecases import journal
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 5, 6, 1, 2, 3, tzinfo=UTC)


@pytest.fixture
def entry(do: Do, member: Someone) -> JournalEntry:
    """One entry with values beside it."""
    made: JournalEntry = do(
        journal.record,
        member.actor,
        "activity.logged",
        "activity",
        7,
        now=NOW,
        data={"kind": "training"},
        values={"title": "变压器培训"},
    )
    return made


def test_an_entry_says_who_did_what_when(entry: JournalEntry, member: Someone, store: Store):
    kept = store.get(JournalEntry, entry.id)

    assert (kept.actor_id, kept.origin, kept.at) == (member.id, "web", NOW)
    assert (kept.verb, kept.object_type, kept.object_id) == ("activity.logged", "activity", 7)
    assert kept.data == {"kind": "training"}


def test_values_lie_beside_it_and_only_their_salted_hash_in_it(entry: JournalEntry, store: Store):
    values = store.one(select(JournalValues))

    assert values.values == {"title": "变压器培训"}
    assert entry.values_hash == journal.values_hash(values.salt, values.values)
    assert entry.values_hash != journal.values_hash("", values.values)


def test_the_database_refuses_to_change_or_remove(entry: JournalEntry, store: Store):
    assert entry.verb == "activity.logged"
    with pytest.raises(DBAPIError, match="insert-only"):
        store.run(update(JournalEntry).values(verb="activity.withdrawn"))
    with pytest.raises(DBAPIError, match="insert-only"):
        store.run(delete(JournalEntry))

    assert store.count(JournalEntry) == 1
