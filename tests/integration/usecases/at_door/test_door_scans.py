"""What a scan at the door does besides: an apology is void, one's own pass is for a second look."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from cpd_app.domain.checkin import Outcome
from cpd_app.models import Attendance, Event, JournalEntry, RosterEntry, Steward
from cpd_app.policy import Actor
from cpd_app.usecases import attendance, door
from tests.support import builders
from tests.support.doors import at_door, pass_for
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
#: scans somebody as a door would
Scanner = Callable[..., door.DoorAnswer]


@pytest.fixture
def scan(do: Do, event: Event, now: datetime) -> Scanner:
    """Somebody scans a pass into the only session."""

    def make(by: Actor, entry: RosterEntry) -> door.DoorAnswer:
        new = door.DoorScan(str(uuid.uuid4()), code=pass_for(event, entry))
        answer: door.DoorAnswer = do(door.scan_at_door, by, event.id, new, now=now)
        return answer

    return make


def test_whoever_had_excused_themselves_and_comes_is_excused_no_more(
    scan: Scanner, event: Event, steward: Steward, entry: RosterEntry, store: Store
):
    store.run(update(RosterEntry).where(RosterEntry.id == entry.id).values(excused=True))

    answer = scan(at_door(steward), entry)

    kept = store.get(RosterEntry, entry.id)
    assert answer.scanned.outcome == Outcome.ACCEPTED
    assert (kept.excused, kept.state, kept.inside_session_id) == (
        False, "listed", event.sessions[0].id,
    )  # fmt: skip
    noted = store.one(select(JournalEntry).where(JournalEntry.verb == "entry.excused"))
    assert (noted.object_id, noted.data["excused"]) == (entry.id, False)


@pytest.mark.parametrize("by", ["account", "phone"])
def test_scanning_ones_own_pass_is_taken_and_flagged(
    scan: Scanner, do: Do, event: Event, steward: Steward, organiser: Someone, member: Someone,
    store: Store, now: datetime, by: str,
):  # fmt: skip
    """By an organiser's account, and by a steward's phone on which the member is signed in."""
    who = member if by == "phone" else organiser
    entry = builders.an_entry(store, event, who.person)
    other = builders.an_entry(store, event, name="来宾")
    beside = replace(at_door(steward), beside_id=member.id)
    actor = beside if by == "phone" else organiser.actor

    answer = scan(actor, entry)
    scan(actor, other)
    do(attendance.compute, Actor.system("test"), [entry.id, other.id], now=now, today=now.date())

    assert answer.scanned.outcome == Outcome.ACCEPTED
    assert store.get(Attendance, entry.id).flags == [{"code": "self_scan"}]
    assert store.get(Attendance, other.id).flags == []
