"""Real calendar programs subscribe to the feeds of a running service and list what is in them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from cpd_app import clock
from cpd_app.clock import BEIJING
from cpd_app.db import transaction
from cpd_app.models import Event
from cpd_app.usecases import calendar_feeds
from tests.support import builders
from tests.support.calendar_clients import Subscriber
from tests.support.people import Someone
from tests.support.service import Service
from tests.support.store import Store

Subscribe = Callable[[str], Subscriber]


@pytest.fixture
def subscribe(service: Service, tmp_path: Path) -> Subscribe:
    """A program that subscribed to a path of the service."""
    service.revive()

    def to(path: str) -> Subscriber:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        made = Subscriber(folder, service.address + path)
        made.sync()
        return made

    return to


@pytest.fixture
def ahead(store: Store, organiser: Someone, member: Someone) -> Event:
    """An event in ten days, at nine in Shanghai, that the member is registered for."""
    day = (clock.now().astimezone(BEIJING) + timedelta(days=10)).date()
    nine = datetime(day.year, day.month, day.day, 9, tzinfo=BEIJING)
    event = builders.an_event(
        store,
        organiser.person,
        organiser.society,
        state="approved",
        title="继电保护；整定,计算\\研讨会",
        starts_at=nine,
        ends_at=nine + timedelta(hours=4),
        updated_at=clock.now(),
    )
    builders.an_entry(store, event, member.person)
    return event


@pytest.fixture
def own(app: Flask, member: Someone) -> str:
    """The path of the member's private calendar."""
    with app.app_context(), transaction():
        token = calendar_feeds.make_feed(member.actor, now=clock.now())
    return f"/calendars/own/{token}.ics"


def test_a_private_calendar_is_synced_and_listed(
    subscribe: Subscribe, member: Someone, ahead: Event, own: str
) -> None:
    assert member.registration
    program = subscribe(own)
    listed = program.listed(days=366 * 6)

    starts = ahead.starts_at.astimezone(BEIJING)
    assert f"{starts:%Y-%m-%d %H:%M} | {ahead.title} | CONFIRMED" in listed
    last_on = member.registration.terms[0].ends_on - timedelta(days=1)
    assert f"{last_on} | 工程会员证书到期 | CONFIRMED" in listed
    assert sum("年结束" in line for line in listed) >= 1
    assert len(program.entries) == len({name.lower() for name in program.entries})


def test_asking_again_changes_nothing_and_a_moved_event_moves(
    subscribe: Subscribe, store: Store, ahead: Event, own: str
) -> None:
    program = subscribe(own)
    before = program.entries
    program.sync()
    assert program.entries == before

    later = ahead.starts_at + timedelta(days=1)
    moved: dict[str, Any] = {
        "starts_at": later, "ends_at": later + timedelta(hours=4), "sequence": ahead.sequence + 1,
    }  # fmt: skip
    store.run(update(Event).where(Event.id == ahead.id).values(moved))
    program.sync()

    listed = program.listed(days=30)
    assert [x for x in listed if ahead.title in x] == [
        f"{later.astimezone(BEIJING):%Y-%m-%d %H:%M} | {ahead.title} | CONFIRMED"
    ]
    assert len(program.entries) == len(before)

    store.run(update(Event).where(Event.id == ahead.id).values(state="cancelled"))
    program.sync()
    assert [x.rpartition("| ")[2] for x in program.listed(days=30) if ahead.title in x] == [
        "CANCELLED"
    ]


def test_a_societys_plan_is_synced_and_listed(
    subscribe: Subscribe, organiser: Someone, ahead: Event
) -> None:
    assert organiser.society
    listed = subscribe(f"/calendars/{organiser.society.code}.ics").listed(days=30)

    assert any(ahead.title in line for line in listed)


def test_an_address_that_was_taken_back_gives_nothing(
    app: Flask, subscribe: Subscribe, member: Someone, own: str
) -> None:
    program = subscribe(own)
    with app.app_context(), transaction():
        calendar_feeds.revoke_feed(member.actor, now=clock.now())

    with pytest.raises(AssertionError, match="NOT FOUND"):
        program.sync()
