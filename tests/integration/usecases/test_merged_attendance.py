"""Accounts that are merged bring their roster entries, scans and statements along; and back."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.models import Activity, Merge, RosterEntry, Society, Speaker, Statement
from cpd_app.usecases import merges, statements
from cpd_app.usecases.statements import NewStatement, StatementKind
from tests.support.attendance import Day
from tests.support.builders import a_part, a_person, a_registration
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]


@pytest.fixture
def twin(store: Store, society: Society) -> Someone:
    """The same person's second account in the same society."""
    person = a_person(store, name="张会员")
    return Someone(person, society, a_registration(store, person, society))


def merge(do: Do, day: Day, registrar: Someone, kept: Someone, other: Someone) -> Merge:
    assert kept.registration is not None
    row: Merge = do(
        merges.merge_members, registrar.actor, kept.registration.id, other.id, "重复导入",
        now=day.moment("19:00"),
    )  # fmt: skip
    return row


def counting(store: Store) -> list[Activity]:
    return list(store.all(select(Activity).where(Activity.state == "recorded")))


def test_entries_statements_and_talks_move_with_their_record_and_come_back(
    day: Day, do: Do, store: Store, registrar: Someone, member: Someone, twin: Someone
):
    entry = day.scanned(twin, "in 9:00", "out 12:00")
    day.settle("18:00")
    part = a_part(store, day.hall, title="报告")
    store.add(Speaker(part_id=part.id, name="张会员", kind="talk", person_id=twin.id))
    do(
        statements.make_statement, twin.actor, day.event.id,
        NewStatement(StatementKind.DISPUTE, "少算了"), now=day.moment("18:30"),
    )  # fmt: skip

    row = merge(do, day, registrar, member, twin)

    tables: tuple[Any, ...] = (RosterEntry, Statement, Speaker, Activity)
    assert {t.person_id for table in tables for t in store.all(select(table))} == {member.id}
    assert day.record_of(entry).person_id == member.id

    do(merges.undo_merge, registrar.actor, row.id, now=day.moment("19:01"))
    assert {t.person_id for table in tables for t in store.all(select(table))} == {twin.id}


def test_two_entries_of_one_event_become_one_attendance_and_are_parted_again(
    day: Day, do: Do, store: Store, registrar: Someone, member: Someone, twin: Someone
):
    mine = day.scanned(member, "in 9:00", "out 12:00")
    theirs = day.scanned(twin, "in 13:00", "out 17:00")
    day.settle("18:00")
    assert len(counting(store)) == 2

    row = merge(do, day, registrar, member, twin)
    assert store.get(RosterEntry, theirs.id).joined_id == mine.id
    do(merges.undo_merge, registrar.actor, row.id, now=day.moment("19:01"))
    assert store.get(RosterEntry, theirs.id).joined_id is None

    merge(do, day, registrar, member, twin)
    day.settle("19:05")

    [record] = counting(store)
    assert (record.person_id, record.fields["minutes"]) == (member.id, 420)
    assert day.attendance_of(mine).activity_id == record.id
    assert day.attendance_of(theirs).held == "joined"


def test_the_record_of_the_account_that_ends_is_taken_over_when_only_it_was_there(
    day: Day, do: Do, store: Store, registrar: Someone, member: Someone, twin: Someone
):
    mine = day.scanned(member)
    theirs = day.scanned(twin, "in 9:00", "out 17:00")
    day.settle("18:00")
    record = day.record_of(theirs)

    merge(do, day, registrar, member, twin)
    day.settle("19:05")

    assert [a.id for a in counting(store)] == [record.id]
    assert day.attendance_of(mine).activity_id == record.id
    assert day.attendance_of(theirs).activity_id is None
