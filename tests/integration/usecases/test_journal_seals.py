"""The sealed journal shows every way of tampering with it, and says where."""

import itertools
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, make_url, select, update
from sqlalchemy.exc import DBAPIError

from cpd_app.models import JournalEntry, JournalSeal, JournalValues
from cpd_app.usecases import journal, journal_seals
from cpd_app.usecases.journal_seals import Head
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 5, 6, 1, 2, 3, tzinfo=UTC)
KEY = b"a key that is not in the database"


@pytest.fixture
def sealed(do: Do, member: Someone) -> Head:
    """Six entries, each with a value, sealed three at a time."""
    for number in range(6):
        do(
            journal.record, member.actor, "activity.logged", "activity", number,
            now=NOW, values={"title": f"培训{number}"},
        )  # fmt: skip
    while do(journal_seals.seal_journal, KEY, now=NOW, limit=3):
        pass
    head: Head = do(journal_seals.last_head)
    return head


Owner = Callable[..., None]


@pytest.fixture
def owner(store: Store, engine_name: str, database_url: str) -> Owner:
    """Runs SQL as whoever owns the database: triggers and foreign keys do not stop them."""

    def run(*statements: str) -> None:
        if engine_name == "postgresql":
            # As a replica the server runs neither triggers nor checks of foreign keys.
            with store.engine.begin() as connection:
                for statement in ("SET LOCAL session_replication_role = replica", *statements):
                    connection.exec_driver_sql(statement)
            return
        with closing(sqlite3.connect(str(make_url(database_url).database))) as connection:
            for table, act in itertools.product(("journal", "journal_seals"), ("update", "delete")):
                connection.execute(f"DROP TRIGGER IF EXISTS {table}_no_{act}")
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    return run


def _found(do: Do, *heads: Head, key: bytes = KEY) -> list[tuple[int, str]]:
    check = do(journal_seals.verify_journal, key, heads)
    return [(fault.sequence, fault.what) for fault in check.faults]


def test_a_whole_journal_has_no_faults(do: Do, sealed: Head):
    check = do(journal_seals.verify_journal, KEY, [sealed])

    assert (check.sealed, check.unsealed, check.faults) == (6, 0, ())


@pytest.mark.usefixtures("sealed")
def test_the_database_refuses_to_change_or_remove_a_seal(store: Store):
    with pytest.raises(DBAPIError, match="insert-only"):
        store.run(update(JournalSeal).values(digest="0" * 64))
    with pytest.raises(DBAPIError, match="insert-only"):
        store.run(delete(JournalSeal))


@pytest.mark.usefixtures("sealed")
def test_sealing_goes_on_where_it_stopped(do: Do, member: Someone, store: Store):
    for number in range(5):
        do(journal.record, member.actor, "activity.logged", "activity", number, now=NOW)

    kept = [do(journal_seals.seal_journal, KEY, now=NOW, limit=2) for _ in range(4)]

    assert kept == [2, 2, 1, 0]
    assert store.one(select(func.max(JournalSeal.sequence))) == 11
    assert _found(do) == []


def test_a_long_journal_is_checked_in_parts(do: Do, member: Someone, owner: Owner):
    many: list[tuple[int, None, dict[str, Any]]] = [
        (number, None, {}) for number in range(2 * journal_seals.PART + 3)
    ]
    do(journal.record_many, member.actor, "activity.logged", "activity", many, now=NOW)
    do(journal_seals.seal_journal, KEY, now=NOW)
    owner(
        "UPDATE journal SET verb = 'activity.withdrawn' WHERE id = "
        "(SELECT entry_id FROM journal_seals WHERE sequence = 1500)"
    )

    check = do(journal_seals.verify_journal, KEY)

    assert check.sealed == len(many)
    assert [(fault.sequence, fault.what) for fault in check.faults] == [(1500, "edited")]


@pytest.mark.usefixtures("sealed")
def test_erased_values_leave_it_whole(do: Do, store: Store):
    store.run(delete(JournalValues))

    assert _found(do) == []


@pytest.mark.usefixtures("sealed")
def test_changed_values_are_noticed(do: Do, store: Store):
    fourth = select(JournalSeal.entry_id).where(JournalSeal.sequence == 4).scalar_subquery()
    changed = update(JournalValues).where(JournalValues.entry_id == fourth)
    store.run(changed.values(values={"title": "别的培训"}))

    assert _found(do) == [(4, "values_edited")]


@pytest.mark.usefixtures("sealed")
def test_an_edited_entry_is_named(do: Do, owner: Owner):
    owner(
        "UPDATE journal SET verb = 'activity.withdrawn' WHERE id = "
        "(SELECT entry_id FROM journal_seals WHERE sequence = 3)"
    )

    assert _found(do) == [(3, "edited")]


@pytest.mark.usefixtures("sealed")
def test_who_has_the_database_but_not_the_key_cannot_seal_it_again(do: Do, owner: Owner):
    owner("UPDATE journal SET verb = 'activity.withdrawn'", "DELETE FROM journal_seals")
    do(journal_seals.seal_journal, b"another key", now=NOW)

    assert [what for _at, what in _found(do)] == ["edited"] * 6


@pytest.mark.usefixtures("sealed")
def test_a_removed_entry_is_named(do: Do, owner: Owner):
    owner(
        "DELETE FROM journal_values WHERE entry_id = "
        "(SELECT entry_id FROM journal_seals WHERE sequence = 3)",
        "DELETE FROM journal WHERE id = (SELECT entry_id FROM journal_seals WHERE sequence = 3)",
    )

    assert _found(do) == [(3, "entry_gone")]


@pytest.mark.usefixtures("sealed")
def test_removed_seals_are_named(do: Do, owner: Owner):
    owner("DELETE FROM journal_seals WHERE sequence IN (3, 4)")

    assert _found(do) == [(5, "seals_gone")]


@pytest.mark.usefixtures("sealed")
def test_an_entry_put_between_sealed_ones_is_named(do: Do, owner: Owner):
    owner(
        "INSERT INTO journal (id, at, origin, verb, object_type, data) SELECT 900, at, origin, "
        "'activity.forged', object_type, data FROM journal WHERE id = "
        "(SELECT entry_id FROM journal_seals WHERE sequence = 3)",
        "UPDATE journal_seals SET entry_id = 900 WHERE sequence = 3",
    )

    assert _found(do) == [(3, "edited")]


@pytest.mark.usefixtures("sealed")
def test_two_entries_that_changed_places_are_named(do: Do, owner: Owner):
    owner(
        "UPDATE journal_seals SET sequence = 99 WHERE sequence = 2",
        "UPDATE journal_seals SET sequence = 2 WHERE sequence = 5",
        "UPDATE journal_seals SET sequence = 5 WHERE sequence = 99",
    )

    # Each changed place, and what follows on it.
    assert _found(do) == [(2, "edited"), (3, "edited"), (5, "edited"), (6, "edited")]


def test_a_chain_that_was_cut_off_is_missed_by_the_head_kept_outside(
    do: Do, owner: Owner, sealed: Head
):
    owner(
        "DELETE FROM journal_values WHERE entry_id IN "
        "(SELECT entry_id FROM journal_seals WHERE sequence > 4)",
        "DELETE FROM journal WHERE id IN (SELECT entry_id FROM journal_seals WHERE sequence > 4)",
        "DELETE FROM journal_seals WHERE sequence > 4",
    )

    assert _found(do, sealed) == [(4, "cut")]
    assert _found(do) == []  # without a head nobody can know


def test_a_chain_that_grew_again_after_a_cut_has_another_head(
    do: Do, owner: Owner, member: Someone, sealed: Head
):
    owner("DELETE FROM journal_seals WHERE sequence > 4")
    do(journal.record, member.actor, "activity.logged", "activity", 9, now=NOW)
    do(journal_seals.seal_journal, KEY, now=NOW + timedelta(minutes=1))

    assert _found(do, sealed) == [(6, "other_head")]


def test_an_entry_put_far_back_is_never_sealed_and_counted(
    do: Do, owner: Owner, member: Someone, store: Store
):
    do(journal.record, member.actor, "activity.logged", "activity", 9, now=NOW)
    owner("UPDATE journal SET id = 900000 WHERE object_id = 9")
    do(journal_seals.seal_journal, KEY, now=NOW)
    owner(
        "INSERT INTO journal (id, at, origin, verb, object_type, data) SELECT 5, at, origin, "
        "verb, object_type, data FROM journal WHERE id = 900000"
    )
    sealed = do(journal_seals.seal_journal, KEY, now=NOW)

    assert sealed == 0
    assert _found(do)[-1][1] == "never_sealed"
    assert store.count(JournalEntry) > 1
