"""Members and guests check themselves in: who is let in, what a repeat gives, what comes late."""

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.domain.errors import NotAllowed, Rejected
from cpd_app.models import Event, JournalEntry, RosterEntry, Scan, Society, Statement
from cpd_app.policy import Actor
from cpd_app.usecases import checkin
from cpd_app.usecases.checkin import CheckedIn, NewCheckin
from tests.support import builders
from tests.support.checkins import Room, Time
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
Sends = Callable[..., CheckedIn]


def entry_of(store: Store, someone: Someone) -> RosterEntry:
    return store.one(select(RosterEntry).where(RosterEntry.person_id == someone.id))


def close(store: Store, room: Room, state: str, **over: Any) -> None:
    with store.session() as session:
        event = session.get_one(Event, room.event.id)
        event.state = state
        for name, value in over.items():
            setattr(event, name, value)


def test_a_member_who_is_welcome_is_listed_and_accepted(
    sends: Sends, store: Store, room: Room, member: Someone, time: Time
):
    done = sends(member, room.code())

    entry = entry_of(store, member)
    kept = store.one(select(Scan))
    assert (done.outcome, done.created) == ("accepted", True)
    assert (entry.state, entry.source, entry.inside_session_id) == (
        "listed",
        "checkin",
        room.session.id,
    )
    assert entry.stale_at == time.now
    assert (kept.at, kept.received_at, kept.source, kept.code_age) == (
        time.now,
        time.now,
        "room_code",
        3,
    )
    verbs = store.all(select(JournalEntry.verb).order_by(JournalEntry.id))
    assert list(verbs) == ["entry.admitted", "scan.recorded"]


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"open_to": "list"}, "not_on_list"),
        ({"open_to": "own", "capacity": 0}, "over_capacity"),
        ({"open_to": "own"}, "not_open_to"),
        ({"open_to": "societies"}, None),
        ({"open_to": "public"}, None),
    ],
)
def test_nobody_is_refused_at_the_door(
    over: dict[str, Any],
    reason: str | None,
    sends: Sends,
    store: Store,
    a_room: Callable[..., Room],
    member: Someone,
    stranger: Someone,
):
    who = stranger if reason in {"not_open_to", None} else member
    room = a_room(**over)

    done = sends(who, room.code())

    entry = entry_of(store, who)
    assert done.outcome == ("accepted" if reason is None else "pending")
    assert (entry.state, entry.pending_reason) == (
        "listed" if reason is None else "pending",
        reason,
    )
    assert entry.inside_session_id == room.session.id


def test_whoever_had_excused_themselves_and_scans_is_excused_no_more(
    sends: Sends, store: Store, room: Room, member: Someone
):
    builders.an_entry(store, room.event, member.person, excused=True)

    done = sends(member, room.code())

    entry = entry_of(store, member)
    assert done.outcome == "accepted"
    assert (entry.excused, entry.state, entry.inside_session_id) == (
        False,
        "listed",
        room.session.id,
    )
    verbs = store.all(select(JournalEntry.verb).order_by(JournalEntry.id))
    assert list(verbs) == ["entry.excused", "scan.recorded"]


@pytest.mark.parametrize("state", ["waiting", "cancelled", "declined", "pending", "listed"])
def test_an_earlier_entry_is_judged_again_when_its_person_comes(
    state: str, sends: Sends, store: Store, room: Room, member: Someone
):
    builders.an_entry(store, room.event, member.person, state=state)

    done = sends(member, room.code())

    after = entry_of(store, member).state
    assert after == ("pending" if state in {"declined", "pending"} else "listed")
    assert done.outcome == ("accepted" if after == "listed" else "pending")


def test_the_same_key_gives_the_first_scan_back_even_when_its_code_is_old(
    sends: Sends, store: Store, room: Room, member: Someone, time: Time
):
    code, key = room.code(), str(uuid.uuid4())
    first = sends(member, code, key)
    sends(member, room.code("out"))
    time.goes_on(hours=1)

    again = sends(member, code, key)

    assert (again.outcome, again.created, again.receipt) == ("accepted", False, first.receipt)
    assert store.count(Scan) == 2
    assert entry_of(store, member).inside_session_id is None


def test_a_repeat_at_once_does_not_move_anybody(
    sends: Sends, store: Store, room: Room, member: Someone, time: Time
):
    key = str(uuid.uuid4())
    sends(member, room.code(), key)
    time.goes_on(seconds=2)
    sends(member, room.code("out"))
    time.goes_on(seconds=2)

    again = sends(member, room.code(), key)

    assert not again.created
    assert entry_of(store, member).inside_session_id is None


def test_scans_tell_where_somebody_is(
    sends: Sends, store: Store, room: Room, member: Someone, time: Time
):
    other = Room(room.event, builders.a_session(store, room.event, title="分会场"))
    said = []
    for session, direction in [
        (room, "out"), (room, "in"), (room, "in"), (other, "in"), (room, "out"), (other, "out"),
        (other, "out"),
    ]:  # fmt: skip
        time.goes_on(minutes=5)
        said.append(sends(member, session.code(direction)).outcome)

    assert said == [
        "not_checked_in", "accepted", "already_checked_in", "accepted", "already_checked_out",
        "accepted", "already_checked_out",
    ]  # fmt: skip
    assert store.count(Scan) == 7
    assert entry_of(store, member).inside_session_id is None


def test_a_scan_that_was_read_without_network_finds_its_place_in_time(
    sends: Sends, store: Store, room: Room, member: Someone, time: Time
):
    came_in, read_at = room.code(), time.now
    time.goes_on(hours=1)
    sends(member, room.code("out"))
    time.goes_on(hours=1)

    done = sends(member, came_in, scanned_at=read_at)

    late = store.one(select(Scan).where(Scan.direction == "in"))
    assert (done.outcome, late.marks, late.at) == ("accepted", ["late"], read_at.replace(second=0))
    assert entry_of(store, member).inside_session_id is None


@pytest.mark.parametrize("hours", [73, 24])
def test_what_comes_too_late_becomes_a_statement_with_the_scan_attached(
    hours: int,
    sends: Sends,
    store: Store,
    room: Room,
    member: Someone,
    time: Time,
):
    code, read_at, key = room.code(), time.now, str(uuid.uuid4())
    time.goes_on(hours=hours)
    if hours == 24:
        close(store, room, "settled", settled_at=time.now)

    done = sends(member, code, key, scanned_at=read_at)
    again = sends(member, code, key, scanned_at=read_at)

    statement = store.one(select(Statement))
    assert (done.outcome, done.created, again.created) == ("kept_as_statement", True, False)
    assert (statement.kind, statement.state, statement.person_id) == ("presence", "open", member.id)
    assert statement.in_at == read_at.replace(second=0)
    assert statement.scan is not None
    assert statement.scan["direction"] == "in"
    assert store.count(Scan) == 0


def test_a_late_scan_counts_after_the_event_was_closed_by_hand(
    sends: Sends, store: Store, room: Room, member: Someone, time: Time
):
    code, read_at = room.code(), time.now
    close(store, room, "closed", closed_at=time.goes_on(minutes=30))
    time.goes_on(hours=2)

    assert sends(member, code, scanned_at=read_at).outcome == "accepted"
    with pytest.raises(Rejected, match="checkin_closed"):
        sends(member, room.code())


def test_a_printed_code_that_was_sent_too_late_is_for_the_organiser_to_judge(
    sends: Sends, store: Store, room: Room, member: Someone, time: Time
):
    read_at = time.now
    assert sends(member, room.printed()).outcome == "accepted"
    assert store.one(select(Scan)).marks == ["static_code"]
    time.goes_on(hours=8)

    done = sends(member, room.printed("out"), scanned_at=read_at + timedelta(hours=1))

    assert done.outcome == "kept_as_statement"
    assert store.one(select(Statement)).out_at == read_at + timedelta(hours=1)
    with pytest.raises(Rejected, match="checkin_closed"):
        sends(member, room.printed("out"))


def test_a_rehearsal_scan_counts_for_nothing(
    sends: Sends, store: Store, a_room: Callable[..., Room], organiser: Someone
):
    draft = a_room(state="draft")
    rehearsal = Room(draft.event, builders.a_session(store, draft.event, rehearsal=True))

    done = sends(organiser, rehearsal.code())

    entry = entry_of(store, organiser)
    assert done.outcome == "rehearsal"
    assert (entry.state, entry.inside_session_id, entry.stale_at) == ("cancelled", None, None)
    with pytest.raises(Rejected, match="checkin_not_open"):
        sends(organiser, draft.code())


def test_a_token_without_the_scope_scans_nothing(do: Do, room: Room, member: Someone):
    reader = Actor(member.id, "api", scopes=frozenset({"readiness:read"}))
    scanner = Actor(member.id, "api", scopes=frozenset({"checkins:write"}))
    new = NewCheckin(room.code(), str(uuid.uuid4()))

    with pytest.raises(NotAllowed):
        do(checkin.check_in, reader, new, now=clock.now())
    assert do(checkin.check_in, scanner, new, now=clock.now()).outcome == "accepted"


@pytest.mark.parametrize("capacity", [None, 0, 5])
def test_of_eight_scans_at_once_one_makes_the_entry_and_is_the_first(
    capacity: int | None, app: Flask, store: Store, a_room: Callable[..., Room], member: Someone
):
    room, outcomes = a_room(capacity=capacity), []
    start = threading.Barrier(8)

    def phone() -> None:
        start.wait()
        with app.app_context(), transaction():
            new = NewCheckin(room.code(), str(uuid.uuid4()))
            outcomes.append(str(checkin.check_in(member.actor, new, now=clock.now()).outcome))

    phones = [threading.Thread(target=phone) for _ in range(8)]
    for one in phones:
        one.start()
    for one in phones:
        one.join()

    waits = capacity == 0
    expected = ["pending"] * 8 if waits else ["accepted"] + ["already_checked_in"] * 7
    assert sorted(outcomes) == expected
    assert store.count(Scan) == 8
    assert store.count(RosterEntry) == 1


def test_the_last_places_are_given_one_by_one(
    app: Flask, store: Store, a_room: Callable[..., Room], society: Society
):
    room = a_room(capacity=2)
    people = [builders.a_person(store) for _ in range(6)]
    for person in people:
        builders.a_registration(store, person, society)
    start = threading.Barrier(6)

    def phone(person_id: int) -> None:
        start.wait()
        with app.app_context(), transaction():
            new = NewCheckin(room.code(), str(uuid.uuid4()))
            checkin.check_in(Actor(person_id, "web"), new, now=clock.now())

    phones = [threading.Thread(target=phone, args=(person.id,)) for person in people]
    for one in phones:
        one.start()
    for one in phones:
        one.join()

    assert sorted(store.all(select(RosterEntry.state))) == ["listed"] * 2 + ["pending"] * 4


def test_of_eight_phones_with_one_key_one_scan_is_made(
    app: Flask, store: Store, room: Room, member: Someone
):
    key, outcomes = str(uuid.uuid4()), []
    start = threading.Barrier(8)

    def phone() -> None:
        start.wait()
        with app.app_context(), transaction():
            new = NewCheckin(room.code(), key)
            done = checkin.check_in(member.actor, new, now=clock.now())
            outcomes.append((str(done.outcome), done.created))

    builders.an_entry(store, room.event, member.person)
    phones = [threading.Thread(target=phone) for _ in range(8)]
    for one in phones:
        one.start()
    for one in phones:
        one.join()

    assert sorted(outcomes) == [("accepted", False)] * 7 + [("accepted", True)]
    assert store.count(Scan) == 1
