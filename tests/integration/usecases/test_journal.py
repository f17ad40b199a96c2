"""The journal is only ever added to, and shows when somebody got round that."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from cpd_app.models import JournalEntry, JournalSeal, JournalValues
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


@pytest.mark.parametrize("table", [JournalEntry, JournalSeal])
@pytest.mark.usefixtures("entry")
def test_the_database_refuses_to_change_or_remove(do: Do, store: Store, table: type[Any]):
    do(journal.seal_journal)
    column = next(iter(c for c in table.__table__.c if not c.primary_key))

    with pytest.raises(DBAPIError, match="insert-only"):
        store.run(update(table).values({column: column}))
    with pytest.raises(DBAPIError, match="insert-only"):
        store.run(delete(table))

    assert store.count(table) == 1


@pytest.mark.usefixtures("entry")
def test_values_can_be_erased_and_the_chain_stays_whole(do: Do, store: Store):
    do(journal.seal_journal)
    store.run(delete(JournalValues))

    assert do(journal.verify_journal) == journal.JournalCheck(sealed=1, unsealed=0, faults=())


@pytest.mark.usefixtures("entry")
def test_changed_values_are_noticed(do: Do, store: Store):
    do(journal.seal_journal)
    store.run(update(JournalValues).values(values={"title": "别的培训"}))

    assert do(journal.verify_journal).faults == ((1, "the values do not match their hash"),)


def test_a_forged_chain_is_noticed(do: Do, member: Someone, store: Store):
    for number in range(3):
        do(journal.record, member.actor, "activity.logged", "activity", number, now=NOW)
    first, second, third = store.all(select(JournalEntry.id).order_by(JournalEntry.id))
    do(journal.seal_journal, limit=1)
    store.add(JournalSeal(sequence=2, entry_id=second, digest="f" * 64))
    do(journal.seal_journal)

    assert do(journal.verify_journal).faults == (
        (2, "the entry or the chain before it was changed"),
    )
    assert store.all(select(JournalSeal.entry_id).order_by(JournalSeal.sequence)) == [
        first,
        second,
        third,
    ]


def test_sealing_goes_on_where_it_stopped(do: Do, member: Someone, store: Store):
    for number in range(5):
        do(journal.record, member.actor, "activity.logged", "activity", number, now=NOW)

    assert [do(journal.seal_journal, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert store.one(select(func.max(JournalSeal.sequence))) == 5
    assert do(journal.verify_journal).faults == ()


@pytest.mark.usefixtures("entry")
def test_a_trigger_that_was_removed_does_not_hide_a_change(do: Do, store: Store, engine_name: str):
    """Who owns the database can get round triggers, not round the chain."""
    do(journal.seal_journal)
    if engine_name == "postgresql":
        store.run(text("ALTER TABLE journal DISABLE TRIGGER USER"))
    else:
        store.run(text("DROP TRIGGER journal_no_update"))
    store.run(update(JournalEntry).values(verb="activity.withdrawn"))

    assert do(journal.verify_journal).faults == (
        (1, "the entry or the chain before it was changed"),
    )
