"""A merge leaves nothing behind: every column that names a person is moved or says why not."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from cpd_app.models import (
    Base,
    CalendarFeed,
    CalendarItem,
    Deadline,
    Employment,
    Import,
    Message,
    MessageChoice,
    MessageHabit,
    Reach,
    Society,
)
from cpd_app.usecases import merge_events, merge_settings, merges, reaching
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def naming_people() -> set[str]:
    """Every column with a foreign key to people, as table.column."""
    return {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if any(key.target_fullname == "people.id" for key in column.foreign_keys)
    }


def moved_columns() -> set[str]:
    """The columns that the merge moves."""
    with_person = [table for _name, table in merges.MOVING]
    with_person += [table for table, _keys in merge_settings.SETTINGS.values()]
    owners = [table.person_id for table in with_person]
    owners += [*merge_events.OWNED.values(), Employment.person_id, Import.by_id]
    return {f"{owner.class_.__tablename__}.{owner.key}" for owner in owners}


def test_every_column_that_names_a_person_is_moved_or_says_why_not():
    left = {
        name
        for name in naming_people()
        if name in merge_settings.LEFT or name.endswith(("_by_id", ".by_id"))
    }

    assert naming_people() - moved_columns() - left == set()
    assert moved_columns() <= naming_people()
    assert all(merge_settings.LEFT.values())


def test_what_is_said_to_stay_exists():
    named = {name for name in merge_settings.LEFT if "*" not in name}

    assert named <= naming_people()
    assert named & moved_columns() == set()


@pytest.fixture
def twin(store: Store, society: Society) -> Someone:
    """The same person's second account, with settings, messages and a deadline of its own."""
    person = builders.a_person(store, name="张会员", login="zhang")
    twin = Someone(person, society, builders.a_registration(store, person, society))
    assert twin.registration
    store.add(
        Message(person_id=person.id, kind="filed", key="twin-1", data={}, created_at=NOW),
        MessageChoice(person_id=person.id, topic="renewal", channel="email", wanted=False),
        MessageChoice(person_id=person.id, topic="events", channel="email", wanted=False),
        MessageHabit(
            person_id=person.id, zone="Asia/Urumqi", quiet_from=22, quiet_to=8, daily_at=9
        ),
        Reach(person_id=person.id, channel="email", state="ok", since=NOW),
        CalendarFeed(person_id=person.id, token_hash="0" * 64, created_at=NOW),
        CalendarItem(
            person_id=person.id, key="renewal-1", content_hash="0" * 64, sequence=1, changed_at=NOW
        ),
        Employment(person_id=person.id, employer="示范电力公司", from_on=date(2020, 1, 1)),
        Deadline(
            kind="relief", subject_id=1, society_id=society.id, person_id=person.id,
            registration_id=twin.registration.id, delivered_on=NOW.date(), work_days=20,
            due_on=date(2026, 12, 18), provisional=False,
        ),
    )  # fmt: skip
    return twin


OWNED = (
    Message, MessageChoice, MessageHabit, Reach, CalendarFeed, CalendarItem, Employment, Deadline
)  # fmt: skip


def owned_by(store: Store, someone: Someone) -> dict[str, int]:
    return {
        table.__tablename__: len(
            store.all(select(table.person_id).where(table.person_id == someone.id))
        )
        for table in OWNED
    }


def test_settings_messages_and_deadlines_follow_and_come_back(
    do: Do, store: Store, registrar: Someone, member: Someone, twin: Someone
):
    assert member.registration
    store.add(MessageChoice(person_id=member.id, topic="renewal", channel="email", wanted=True))
    before = owned_by(store, twin)

    merged = do(
        merges.merge_members, registrar.actor, member.registration.id, twin.id, "重复", now=NOW
    )

    left = {"message_choices": 1, "reaches": 1}
    assert owned_by(store, twin) == {**dict.fromkeys(before, 0), **left}
    assert owned_by(store, member)["message_choices"] == 2
    kept = select(MessageChoice.wanted).where(
        MessageChoice.person_id == member.id, MessageChoice.topic == "renewal"
    )
    assert store.one(kept) is True, "the kept account's own choice stands"
    do(merges.undo_merge, registrar.actor, merged.id, now=NOW)
    assert owned_by(store, twin) == before


@pytest.mark.parametrize(("taken_over", "bounced"), [(False, set()), (True, {"email"})])
def test_what_is_known_of_an_address_goes_with_the_address(
    do: Do, store: Store, registrar: Someone, member: Someone, twin: Someone, *,
    taken_over: bool, bounced: set[str],
):  # fmt: skip
    assert member.registration
    store.run(update(Reach).values(state="bounced"))
    if taken_over:
        store.change(member.person, email=None)

    do(merges.merge_members, registrar.actor, member.registration.id, twin.id, "重复", now=NOW)

    assert do(reaching.bounced_of, [member.id])[member.id] == bounced
