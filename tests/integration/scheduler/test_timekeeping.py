"""A clock that is set while the worker runs: what cannot be undone waits, probes turn red."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app import clock
from cpd_app.models import JobRun, Message, Registration, Term
from cpd_app.policy import Actor
from cpd_app.usecases import journal
from scheduler import jobs, runner, status_server, timekeeping
from tests.support.people import Someone
from tests.support.store import Store

HOUR, YEAR = timedelta(hours=1), timedelta(days=365)


@pytest.fixture
def ahead() -> Iterator[list[timedelta]]:
    """How much the clock is set forward; it goes on from there."""
    by = [timedelta()]
    clock.set_source(lambda: datetime.now(UTC) + by[0])  # noqa: TID251 - the machine's, moved
    yield by
    clock.set_source(None)


@pytest.fixture
def watched(app: Flask, ahead: list[timedelta]) -> Iterator[Flask]:
    assert ahead
    timekeeping.watch(app)
    yield app
    app.extensions.pop(timekeeping.NAME)


def ready(app: Flask) -> tuple[int, dict[str, object]]:
    return status_server.ready(app, clock.now() - timedelta(minutes=1))


@pytest.mark.parametrize("jump", [HOUR, -HOUR, YEAR, -YEAR])
def test_nobody_is_reminded_and_nothing_expires_by_a_clock_that_was_set(
    watched: Flask, ahead: list[timedelta], store: Store, member: Someone, jump: timedelta
):
    assert member.registration
    before = store.all(select(Term.state).join(Registration))
    assert ready(watched) == (200, {"status": "ok"})

    ahead[0] = jump

    kept = [j for j in jobs.table(lambda _n: {}, lambda _n: {}) if j.needs_time]
    assert {j.name for j in kept} >= {"remind", "remind-events", "expire-terms", "clean-up"}
    assert [runner.run_job(watched, job) for job in kept] == [False] * len(kept)
    assert set(store.all(select(JobRun.problem))) == {"ClockInDoubt"}
    assert not store.count(Message)
    assert store.all(select(Term.state).join(Registration)) == before
    status, said = ready(watched)
    assert (status, said["status"]) == (503, "clock in doubt")
    assert abs(int(str(said["ahead"])) - jump.total_seconds()) < 5

    ahead[0] = timedelta()  # set right
    assert ready(watched) == (200, {"status": "ok"})
    assert all(runner.run_job(watched, job) for job in kept)


def test_other_jobs_go_on(watched: Flask, ahead: list[timedelta]):
    ahead[0] = YEAR
    [seal] = [j for j in jobs.table(lambda _n: {}, lambda _n: {}) if j.name == "seal-journal"]
    assert runner.run_job(watched, seal)


def test_a_worker_that_starts_with_a_clock_gone_back_sees_the_journal(
    app: Flask, ahead: list[timedelta], do: Callable[..., Any], engine_name: str
):
    """A machine whose battery is empty boots in the past; only SQLite has no other clock."""
    do(journal.record, Actor.system("test"), "x.done", "x", None, now=clock.now())
    ahead[0] = -YEAR
    timekeeping.watch(app)
    try:
        status, said = ready(app)
        assert status == 503
        assert said["why"] == ("future" if engine_name == "sqlite" else "database")
    finally:
        app.extensions.pop(timekeeping.NAME)


def test_without_a_watch_a_simulated_year_is_possible(app: Flask, ahead: list[timedelta]):
    ahead[0] = YEAR
    with app.app_context():
        assert timekeeping.doubt_in(app) is None
