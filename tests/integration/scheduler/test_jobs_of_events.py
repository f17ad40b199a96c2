"""The clock's job that opens and closes events."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask

from cpd_app import clock
from cpd_app.models import Event
from scheduler import jobs
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

At = Callable[..., Any]


def test_events_open_and_close_by_the_clock(app: Flask, store: Store, organiser: Someone, at: At):
    at("2026-12-01 12:00")
    event = builders.an_event(store, organiser.person, organiser.society, state="approved")

    with app.app_context():
        assert jobs.turn_events(clock.now) == {"opened": 1, "closed": 0}
        assert jobs.turn_events(clock.now) == {"opened": 0, "closed": 0}
        late = clock.now() + timedelta(days=4)
        assert jobs.turn_events(lambda: late) == {"opened": 0, "closed": 1}

    assert store.get(Event, event.id).state == "closed"


def test_the_clock_knows_the_job():
    table = {job.name: job.when for job in jobs.table(lambda _now: {}, lambda _now: {})}

    assert table["turn-events"] == "every 15 s"
