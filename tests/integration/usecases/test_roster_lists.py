"""Lists of people on a roster: members found, guests kept, nobody twice, all or nothing."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.models import Event, JournalEntry, RosterEntry, Society
from cpd_app.usecases import roster, roster_lists
from cpd_app.usecases.roster_entries import Named
from cpd_app.usecases.roster_lists import NewName
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@pytest.fixture
def event(store: Store, organiser: Someone, society: Society) -> Event:
    """An approved event of the society in a week, with two places."""
    return builders.an_event(
        store,
        organiser.person,
        society,
        state="approved",
        around=NOW + timedelta(days=7),
        capacity=2,
    )


def a_member(store: Store, society: Society, name: str = "") -> Someone:
    person = builders.a_person(store, name=name)
    return Someone(person, society, builders.a_registration(store, person, society))


def number_of(someone: Someone) -> str:
    assert someone.registration
    return someone.registration.number


def entries(store: Store, event: Event) -> dict[str, str]:
    rows = store.all(select(RosterEntry).where(RosterEntry.event_id == event.id))
    return {row.name: row.state for row in rows}


def test_a_list_finds_members_by_number_or_phone_and_keeps_the_others_as_guests(
    do: Do, store: Store, event: Event, organiser: Someone, member: Someone, society: Society
):
    by_phone = a_member(store, society, "李电话")
    assert by_phone.person.phone
    names = [
        NewName(Named("张会员", f" {number_of(member).lower()}")),
        NewName(Named("李电话", phone=by_phone.person.phone[3:], unit="自报单位")),
        NewName(Named("王来宾", "SF-E-1999-00001", "13900001111", "某单位")),
    ]

    added = do(roster_lists.add_names, organiser.actor, event.id, names, now=NOW)

    found = [store.get(RosterEntry, a.entry.id) for a in added]
    assert [e.person_id for e in found] == [member.id, by_phone.id, None]
    assert [e.phone for e in found] == [None, None, "+8613900001111"]
    assert [e.unit for e in found] == [None, "自报单位", "某单位"]
    assert [e.source for e in found] == ["list"] * 3
    assert store.count(JournalEntry, JournalEntry.verb == "entry.added") == 3


def test_a_number_with_another_name_gives_nobodys_attendance_away(
    do: Do, store: Store, event: Event, organiser: Someone, member: Someone
):
    wrong = NewName(Named("赵冒名", number_of(member)))

    added = do(roster_lists.add_names, organiser.actor, event.id, [wrong], now=NOW)

    entry = store.get(RosterEntry, added[0].entry.id)
    assert (entry.person_id, entry.name) == (None, "赵冒名")


def test_the_same_list_twice_adds_nobody(
    do: Do, store: Store, event: Event, organiser: Someone, member: Someone
):
    names = [
        NewName(Named("张会员", number_of(member))),
        NewName(Named("王来宾", phone="13900001111")),
        NewName(Named("赵来宾", unit="某单位")),
        NewName(Named("赵来宾", unit="某单位")),
        NewName(Named("赵来宾", unit="另一个单位")),
    ]
    do(roster_lists.add_names, organiser.actor, event.id, names, now=NOW)
    again = do(roster_lists.add_names, organiser.actor, event.id, names, now=NOW)

    assert not any(a.created for a in again)
    assert store.count(RosterEntry) == 4


def test_a_list_overrules_that_somebody_waits(
    do: Do, store: Store, event: Event, society: Society, organiser: Someone
):
    people = [a_member(store, society, name) for name in ("甲", "乙", "丙")]
    for one in people:
        do(roster.enrol, one.actor, event.id, now=NOW)
    named = NewName(Named("丙", number_of(people[2])))

    do(roster_lists.add_names, organiser.actor, event.id, [named], now=NOW)

    assert entries(store, event)["丙"] == "listed"


def test_a_clients_key_is_used_once(do: Do, event: Event, organiser: Someone):
    key = str(uuid.uuid4())

    first, again = (
        do(
            roster_lists.add_walk_in, organiser.actor, event.id, NewName(Named("来宾"), key),
            now=NOW,
        )
        for _ in range(2)
    )  # fmt: skip

    assert (first.entry.id, again.created) == (again.entry.id, False)
    with pytest.raises(Conflict):
        do(
            roster_lists.add_walk_in, organiser.actor, event.id, NewName(Named("别人"), key),
            now=NOW,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("named", "code", "field"),
    [
        (Named(" "), "missing", "name"),
        (Named("名" * 81), "too_long", "name"),
        (Named("来宾", phone="12"), "bad_phone", "phone"),
        (Named("来宾", unit="单" * 161), "too_long", "unit"),
    ],
)
def test_one_bad_name_keeps_the_whole_list_out(
    do: Do, store: Store, event: Event, organiser: Someone, named: Named, code: str, field: str
):
    names = [NewName(Named("来宾")), NewName(named)]

    with pytest.raises(Rejected) as refused:
        do(roster_lists.add_names, organiser.actor, event.id, names, now=NOW)

    assert (refused.value.code, refused.value.field) == (code, field)
    assert store.count(RosterEntry) == 0
