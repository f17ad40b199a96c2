"""The room's pages over HTTP: who gets them, and that they work without script."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from cpd_app.domain.room_codes import Direction, code_of, direction_key, short_code_of
from cpd_app.models import Event, Person
from tests.support import builders
from tests.support.doors import a_steward, with_phone
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[..., Browser]


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    """In the middle of the event's only session, 08:00 to 12:00."""
    return at("2027-03-12 10:00:04")


@pytest.fixture
def event(store: Store, organiser: Someone, now: datetime) -> Event:
    """An open event of the organiser."""
    return builders.an_event(store, organiser.person, organiser.society, around=now)


def address(event: Event, page: str = "projector") -> str:
    return f"/events/{event.id}/sessions/{event.sessions[0].id}/{page}"


def test_the_projector_holds_this_moment_s_code_without_script(
    as_: As, organiser: Someone, event: Event, now: datetime
) -> None:
    page = as_(organiser).get(address(event))
    session = event.sessions[0]
    short = short_code_of(session.code_key, Direction.IN, int(now.timestamp()) // 10)
    assert short[:3] in page.text
    assert short[3:] in page.text
    assert page.find("noscript meta[http-equiv=refresh]")
    assert page.find("svg.qr path")["d"]
    main = page.find("main")
    assert main["data-base"] == "HTTP://127.0.0.1:8000/C/"
    assert main["data-key-out"] == direction_key(session.code_key, Direction.OUT)
    assert session.code_key not in page.text


@pytest.mark.parametrize(
    ("shift", "phase"),
    [
        (timedelta(hours=-3, minutes=-1), "before"),
        (timedelta(hours=-3), "open"),
        (timedelta(hours=3), "open"),
        (timedelta(hours=3, minutes=1), "after"),
    ],
)
def test_the_screen_knows_the_window(
    as_: As,
    organiser: Someone,
    event: Event,
    at: Callable[[str], datetime],
    shift: timedelta,
    phase: str,
) -> None:
    middle = event.sessions[0].starts_at + timedelta(hours=2)
    at((middle + shift).isoformat())
    assert as_(organiser).get(address(event)).find("main")["data-phase"] == phase


@pytest.mark.parametrize("state", ["draft", "closed", "cancelled"])
def test_an_event_that_takes_no_codes_shows_none(
    as_: As, store: Store, organiser: Someone, now: datetime, state: str
) -> None:
    event = builders.an_event(store, organiser.person, organiser.society, around=now, state=state)
    assert as_(organiser).get(address(event)).find("main")["data-phase"] == "blocked"


def test_arrivals_say_counts_and_the_server_s_time(
    as_: As, store: Store, organiser: Someone, event: Event, now: datetime
) -> None:
    entry = builders.an_entry(store, event)
    builders.a_scan(store, entry, event.sessions[0], received_at=now)
    said = as_(organiser).fetch(address(event, "arrivals")).json
    assert said == {
        "taken": True,
        "now": round(now.timestamp() * 1000),
        "in": {"count": 1, "rate": 1},
        "out": {"count": 0, "rate": 0},
        "expected": 0,
    }


def test_arrivals_carry_codes_for_browsers_without_crypto(
    as_: As, organiser: Someone, event: Event, now: datetime
) -> None:
    said: Any = as_(organiser).fetch(address(event, "arrivals") + "?codes=1").json
    session, bucket = event.sessions[0], int(now.timestamp()) // 10
    for direction in Direction:
        assert said[direction]["code"] == code_of(session.id, session.code_key, direction, bucket)


@pytest.mark.parametrize("page", ["projector", "arrivals"])
def test_members_and_strangers_get_no_code(
    as_: As, member: Someone, stranger: Someone, event: Event, page: str
) -> None:
    as_(member).fetch(address(event, page), status=404)
    as_(stranger).fetch(address(event, page), status=404)


def test_the_sheet_prints_two_codes_a_session(
    as_: As, store: Store, organiser: Someone, now: datetime
) -> None:
    event = builders.an_event(store, organiser.person, organiser.society, around=now, sessions=2)
    page = as_(organiser).get(f"/events/{event.id}/code-sheet")
    assert len(page.all("article.sheet svg.qr")) == 4
    one = as_(organiser).get(f"/events/{event.id}/code-sheet?session_id={event.sessions[1].id}")
    assert len(one.all("article.sheet")) == 1


def test_a_paired_phone_shows_the_code_of_its_event(
    anybody: Browser, store: Store, event: Event, now: datetime
) -> None:
    with_phone(anybody, a_steward(store, event))
    assert anybody.get(f"/door/{event.id}").has(f"a[href='{address(event)}']")
    assert anybody.get(address(event)).find("main")["data-phase"] == "open"
    other = builders.an_event(store, store.get(Person, event.created_by_id), None, around=now)
    anybody.fetch(address(other), status=303)
