"""What a door keeps: the least of each person, then changes, nothing once it is over."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from cpd_app.domain.errors import NotFound
from cpd_app.domain.pass_codes import digest_of
from cpd_app.models import Event, RosterEntry, Steward
from cpd_app.usecases import door, door_roster
from tests.support import builders
from tests.support.doors import at_door, pass_for
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]


@pytest.fixture
def roster(app: Flask, event: Event, steward: Steward, now: datetime) -> Callable[..., Any]:
    def read(**over: Any) -> door_roster.DoorRoster:
        with app.app_context():
            return door_roster.door_roster_of(at_door(steward), event.id, **{"now": now, **over})

    return read


def test_it_holds_the_least_of_each_person(
    roster: Callable[..., Any], event: Event, member: Someone, store: Store
):
    entry = builders.an_entry(
        store, event, member.person, number="T1", number_key="T1", phone="+8613800001234"
    )

    known = roster().entries[0]
    assert (known.name, known.number, known.unit, known.state) == (
        "张会员",
        "T1",
        "测试单位",
        "listed",
    )
    assert known.digest == digest_of(event.id, pass_for(event, entry))
    assert set(known.__dataclass_fields__) == {
        "id", "name", "number", "unit", "state", "inside", "since", "been", "digest", "joined",
    }  # fmt: skip


def test_it_says_where_people_are(
    do: Do, roster: Callable[..., Any], event: Event, steward: Steward, store: Store, now: datetime
):
    entry = builders.an_entry(store, event, state="listed")
    room = event.sessions[0].id
    new = door.DoorScan("6a0fbf9c-5b0f-4f5e-9d3f-0a6c3d1f2b11", session_id=room, entry_id=entry.id)
    do(door.scan_at_door, at_door(steward), event.id, new, now=now)

    found = roster()
    assert (found.entries[0].inside, found.entries[0].since, found.entries[0].been) == (
        room,
        now,
        (room,),
    )
    assert found.inside == {room: 1}


def test_afterwards_only_what_changed(
    do: Do, roster: Callable[..., Any], event: Event, steward: Steward, store: Store, now: datetime
):
    moved, _still = (builders.an_entry(store, event, state="listed") for _ in range(2))
    later = now + timedelta(minutes=5)
    new = door.DoorScan("6a0fbf9c-5b0f-4f5e-9d3f-0a6c3d1f2b12", entry_id=moved.id)
    do(door.scan_at_door, at_door(steward), event.id, new, now=later)
    made = builders.an_entry(store, event, created_at=later)

    assert {e.id for e in roster(since=now + timedelta(minutes=3)).entries} == {moved.id, made.id}
    assert roster(since=later + timedelta(minutes=3)).entries == ()
    assert len(roster().entries) == 3


@pytest.mark.parametrize("state", ["settled", "cancelled"])
def test_when_it_is_over_a_door_is_told_nothing(
    app: Flask, organiser: Someone, event: Event, store: Store, now: datetime, state: str
):
    builders.an_entry(store, event)
    with store.session() as session:
        session.get_one(Event, event.id).state = state

    with app.app_context():
        found = door_roster.door_roster_of(organiser.actor, event.id, now=now)
        names = door_roster.found_at_door(organiser.actor, event.id, "来宾", now=now)
    assert (found.is_over, found.entries, found.inside, names) == (True, (), {}, [])


def test_an_early_closing_ends_the_window(
    roster: Callable[..., Any], event: Event, store: Store, now: datetime
):
    with store.session() as session:
        row = session.get_one(Event, event.id)
        row.state, row.closed_at = "closed", now

    assert roster().sessions[0].closes_at == now


def test_search_begins_at_two_characters_and_never_lists(
    app: Flask, event: Event, steward: Steward, store: Store, now: datetime
):
    for n in range(12):
        builders.an_entry(store, event, name=f"欧阳 示范{n}", number_key=f"SF{n:03d}")
    builders.an_entry(store, event, name="100%示范", number_key=None)

    with app.app_context():

        def found(text: str) -> list[RosterEntry]:
            return door_roster.found_at_door(at_door(steward), event.id, text, now=now)

        assert [found(text) for text in ("", "欧", " 欧 ", "S")] == [[], [], [], []]
        assert len(found("欧阳示")) == door_roster.MOST_FOUND + 1
        assert [e.number_key for e in found("sf011")] == ["SF011"]
        assert [e.name for e in found("0%")] == ["100%示范"]


def test_it_is_for_who_may_scan(
    app: Flask, event: Event, member: Someone, stranger: Someone, now: datetime
):
    with app.app_context():
        for somebody in (member, stranger):
            with pytest.raises(NotFound):
                door_roster.door_roster_of(somebody.actor, event.id, now=now)
            with pytest.raises(NotFound):
                door_roster.found_at_door(somebody.actor, event.id, "来宾", now=now)
