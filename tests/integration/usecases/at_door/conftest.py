"""An event with a door at nine in the morning: its paired phone, and a member on the list."""

from collections.abc import Callable
from datetime import datetime

import pytest

from cpd_app.models import Event, RosterEntry, Steward
from tests.support import builders
from tests.support.doors import a_steward
from tests.support.people import Someone
from tests.support.store import Store


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-10-22 09:00")


@pytest.fixture
def event(store: Store, organiser: Someone, now: datetime) -> Event:
    return builders.an_event(store, organiser.person, organiser.society, around=now)


@pytest.fixture
def steward(store: Store, event: Event) -> Steward:
    return a_steward(store, event)


@pytest.fixture
def entry(store: Store, event: Event, member: Someone) -> RosterEntry:
    return builders.an_entry(
        store, event, member.person, number="SF-E-0001", number_key="SF-E-0001"
    )
