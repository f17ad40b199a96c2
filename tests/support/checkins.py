"""A room that is open now, its codes, and phones that scan them."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cpd_app import clock
from cpd_app.domain.room_codes import Direction, bucket_at, code_of, short_code_of
from cpd_app.models import Event, EventSession, Person, Society
from cpd_app.usecases import checkin, claims
from cpd_app.usecases.checkin import CheckedIn, NewCheckin
from cpd_app.usecases.claims import Claim
from tests.support import builders
from tests.support.page import Browser, Page
from tests.support.people import Someone
from tests.support.store import Store

#: a Thursday morning, 09:02 in Beijing
MORNING = datetime(2026, 10, 22, 1, 2, 3, tzinfo=UTC)


@dataclass
class Room:
    """A session of an event, and what its screen shows."""

    event: Event
    session: EventSession

    def code(self, direction: str = "in", *, at: datetime | None = None) -> str:
        """The code of a moment (now)."""
        bucket = bucket_at(at or clock.now())
        return code_of(self.session.id, self.session.code_key, Direction(direction), bucket)

    def typed(self, direction: str = "in", *, at: datetime | None = None) -> str:
        """Its six characters."""
        bucket = bucket_at(at or clock.now())
        return short_code_of(self.session.code_key, Direction(direction), bucket)

    def printed(self, direction: str = "in") -> str:
        """The code on paper."""
        return code_of(self.session.id, self.session.code_key, Direction(direction), None)


class Time:
    """The clock of a test, which a test moves."""

    def __init__(self, now: datetime) -> None:
        """It stands still."""
        self.now = now

    def goes_on(self, **span: float) -> datetime:
        """Let so much time go by."""
        self.now += timedelta(**span)
        return self.now


@pytest.fixture
def time() -> Iterator[Time]:
    """The clock, at 09:02 on the day of the event."""
    moving = Time(MORNING)
    clock.set_source(lambda: moving.now)
    yield moving
    clock.set_source(None)


@pytest.fixture
def a_room(store: Store, society: Society, time: Time) -> Callable[..., Room]:
    """Make a room whose event began two hours ago: `a_room(open_to="list")`."""
    organiser = builders.a_person(store)

    def make(creator: Person | None = None, **over: Any) -> Room:
        event = builders.an_event(
            store, creator or organiser, society, around=time.now, approved={"hours": 600}, **over
        )
        return Room(event, event.sessions[0])

    return make


@pytest.fixture
def room(a_room: Callable[..., Room]) -> Room:
    """A room of the home society, open to its members."""
    return a_room()


@pytest.fixture
def sends(do: Callable[..., Any]) -> Callable[..., CheckedIn]:
    """A member's phone sends a code: `sends(member, room.code(), key=…)`."""

    def send(someone: Someone, code: str, key: str = "", **over: Any) -> CheckedIn:
        new = NewCheckin(code, key or str(uuid.uuid4()), **over)
        made: CheckedIn = do(checkin.check_in, someone.actor, new, now=clock.now())
        return made

    return send


@pytest.fixture
def claim_of(do: Callable[..., Any]) -> Callable[[str], Claim]:
    """Somebody opens the link of a code."""

    def open_link(code: str) -> Claim:
        claim: Claim = do(claims.claim_of, code, now=clock.now())
        return claim

    return open_link


def scan(browser: Browser, code: str, *, status: int = 303) -> Page:
    """Open the link of a code, as a camera does."""
    return browser.get(f"/C/{code}", status=status) if status != 303 else _sent(browser, code)


def _sent(browser: Browser, code: str) -> Page:
    answer = browser.client.get(f"/C/{code}")
    assert answer.status_code == 303, answer.get_data(as_text=True)[:500]
    assert answer.headers["Location"] == "/check-in"
    return browser.get("checkin.index")


def confirm(browser: Browser, page: Page) -> Page:
    """Press the button, and see what became of it."""
    browser.submit(page, "form[data-at-once]")
    return browser.get("checkin.done")


def check_in(browser: Browser, code: str) -> Page:
    """Scan and confirm."""
    return confirm(browser, scan(browser, code))


def as_guest(browser: Browser, page: Page, *, status: int = 303, **said: str) -> Page:
    """Leave name and number instead of signing in."""
    given = {"name": "吴来宾", "phone": "13800001234", "unit": "某设计院", **said}
    return browser.submit(page, "form[action='/check-in/guest']", status=status, **given)
