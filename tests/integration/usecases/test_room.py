"""What a room's screen is given, and to whom."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from cpd_app.domain.errors import NotAllowed, NotFound
from cpd_app.domain.room_codes import Direction, is_genuine, read_code
from cpd_app.models import Correction, Event
from cpd_app.policy import Actor
from cpd_app.usecases import room
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    """In the middle of the event's only session, 08:00 to 12:00."""
    return at("2027-03-12 10:00:04")


@pytest.fixture
def event(store: Store, organiser: Someone, now: datetime) -> Event:
    """An open event of the organiser."""
    return builders.an_event(store, organiser.person, organiser.society, around=now)


def test_a_screen_shows_codes_of_its_session(
    do: Do, organiser: Someone, event: Event, now: datetime
) -> None:
    session = event.sessions[0]
    projection = do(room.projection_of, organiser.actor, event.id, session.id, now=now)
    for direction in Direction:
        shown = projection.shown(direction, now=now)
        assert shown == do(
            room.code_shown, organiser.actor, event.id, session.id, direction, now=now
        )
        code = read_code(shown.code, near=now)
        assert (code.session_id, code.direction) == (session.id, direction)
        assert is_genuine(code, session.code_key)
        assert timedelta(0) < shown.expires_at - now <= timedelta(seconds=10)


def test_the_agenda_says_when_a_screen_turns(
    do: Do, organiser: Someone, event: Event, now: datetime
) -> None:
    session = event.sessions[0]
    projection = do(room.projection_of, organiser.actor, event.id, session.id, now=now)
    turn = session.ends_at - timedelta(minutes=30)
    assert projection.direction_at(turn - timedelta(seconds=1)) is Direction.IN
    assert projection.direction_at(turn) is Direction.OUT


def test_a_door_may_show_the_code_of_its_own_event_only(
    do: Do, store: Store, organiser: Someone, event: Event, now: datetime
) -> None:
    other = builders.an_event(store, organiser.person, organiser.society, around=now)
    door = Actor(person_id=None, origin="door", steward_id=1, steward_event_id=event.id)
    assert do(room.projection_of, door, event.id, event.sessions[0].id, now=now).keys
    with pytest.raises(NotFound):
        do(room.projection_of, door, other.id, other.sessions[0].id, now=now)
    with pytest.raises((NotFound, NotAllowed)):
        do(room.printed_codes_of, door, event.id, now=now)


def test_a_member_gets_no_keys(
    do: Do, member: Someone, stranger: Someone, event: Event, now: datetime
) -> None:
    for who in (member, stranger):
        with pytest.raises((NotAllowed, NotFound)):
            do(room.projection_of, who.actor, event.id, event.sessions[0].id, now=now)


def test_people_are_counted_once_and_the_rate_is_of_the_last_minute(
    do: Do, store: Store, organiser: Someone, event: Event, now: datetime
) -> None:
    session = event.sessions[0]
    early, late, guest = (builders.an_entry(store, event) for _ in range(3))
    listed = builders.an_entry(store, event, organiser.person)
    builders.a_scan(store, early, session, received_at=now - timedelta(minutes=30))
    for seconds in (50, 40):
        builders.a_scan(store, late, session, received_at=now - timedelta(seconds=seconds))
    builders.a_scan(store, guest, session, received_at=now - timedelta(seconds=61))
    builders.a_scan(store, early, session, "out", received_at=now)
    builders.a_scan(store, listed, session, received_at=now - timedelta(minutes=5))
    undone = builders.a_scan(store, builders.an_entry(store, event), session, received_at=now)
    store.add(
        Correction(
            event_id=event.id, session_id=session.id, entry_id=undone.entry_id, verb="reversal",
            scan_id=undone.id, before=[], after=[], reason="扫错了", by_role="self", at=now,
        )
    )  # fmt: skip
    found = do(room.arrivals_of, organiser.actor, event.id, session.id, now=now)
    assert found == room.Arrivals(came=4, left=1, came_per_minute=1, left_per_minute=1, expected=1)


def test_printed_codes_carry_no_time(
    do: Do, organiser: Someone, event: Event, now: datetime
) -> None:
    [printed] = do(room.printed_codes_of, organiser.actor, event.id, now=now)
    assert read_code(printed.come.code, near=now).is_static
    assert read_code(printed.leave.code, near=now).direction is Direction.OUT
    assert printed.come.expires_at == printed.session.closes_at
