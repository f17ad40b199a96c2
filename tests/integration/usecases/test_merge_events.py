"""Two accounts of one person made one: what they have at events moves along and comes back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from cpd_app.models import Event, RosterEntry, Society
from cpd_app.usecases import merges
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def a_twin(store: Store, society: Society) -> Someone:
    person = builders.a_person(store, name="张会员")
    return Someone(person, society, builders.a_registration(store, person, society))


def merge(do: Do, registrar: Someone, kept: Someone, other: Someone) -> int:
    assert kept.registration
    row = do(merges.merge_members, registrar.actor, kept.registration.id, other.id, "重复", now=NOW)
    return int(row.id)


def test_a_place_on_a_roster_and_a_plan_move_and_come_back(
    do: Do, store: Store, society: Society, member: Someone, registrar: Someone
):
    twin = a_twin(store, society)
    event = builders.an_event(store, twin.person, society)
    entry = builders.an_entry(store, event, twin.person)

    done = merge(do, registrar, member, twin)
    assert store.get(RosterEntry, entry.id).person_id == member.id
    assert store.get(Event, event.id).created_by_id == member.id
    do(merges.undo_merge, registrar.actor, done, now=NOW)

    assert store.get(RosterEntry, entry.id).person_id == twin.id
    assert store.get(RosterEntry, entry.id).stale_at == NOW
    assert store.get(Event, event.id).created_by_id == twin.id


def test_of_two_places_on_one_roster_the_kept_accounts_stands_for_both(
    do: Do, store: Store, society: Society, member: Someone, registrar: Someone, organiser: Someone
):
    twin = a_twin(store, society)
    event = builders.an_event(store, organiser.person, society)
    mine = builders.an_entry(store, event, member.person, state="waiting")
    theirs = builders.an_entry(store, event, twin.person)
    builders.a_scan(store, theirs, event.sessions[0])

    done = merge(do, registrar, member, twin)
    assert store.get(RosterEntry, theirs.id).joined_id == mine.id
    assert store.get(RosterEntry, mine.id).state == "listed"
    do(merges.undo_merge, registrar.actor, done, now=NOW + timedelta(hours=1))

    assert store.get(RosterEntry, theirs.id).joined_id is None
    assert store.get(RosterEntry, mine.id).state == "waiting"
