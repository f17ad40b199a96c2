"""The worker's own probes: alive, ready unless a job is late, counts for who may read them."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.client import HTTPConnection
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from cpd_app.models import ClockTask, JobRun
from cpd_app.usecases import job_runs
from scheduler import jobs, status_server
from tests.support.store import Store

TOKEN = "only-for-tests-of-metrics"


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


@contextmanager
def probed(app: Flask, began_at: datetime) -> Iterator[Callable[..., tuple[int, str]]]:
    server = status_server.serve(app, 0, began_at)

    def ask(path: str, **headers: str) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", server.server_address[1], timeout=20)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        said = (answer.status, answer.read().decode())
        connection.close()
        return said

    try:
        yield ask
    finally:
        server.shutdown()
        server.server_close()


def opened(app: Flask, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    settings = dataclasses.replace(app.config["CPD"], metrics_token=token)
    monkeypatch.setitem(app.config, "CPD", settings)


def test_it_is_red_while_a_job_is_late(app: Flask, store: Store, now: datetime):
    task = jobs.every("seal-journal", lambda _now: {}, seconds=10)
    assert status_server.watch(app, [task]) is None, "no port is set"
    assert store.get(ClockTask, "seal-journal").late_after == 180

    began_at = now - timedelta(minutes=4)
    run = JobRun(
        name="seal-journal", started_at=began_at, finished_at=now - timedelta(minutes=2), counts={}
    )
    store.add(run)
    with probed(app, began_at) as ask:
        assert ask("/healthz") == (200, '{"status": "ok"}')
        assert ask("/readyz") == (200, '{"status": "ok"}')
        store.run(text("DELETE FROM job_runs"))
        store.add(JobRun(name="seal-journal", started_at=began_at, finished_at=began_at, counts={}))
        status, said = ask("/readyz")
        assert (status, json.loads(said)) == (503, {"status": "late", "jobs": ["seal-journal"]})
        assert ask("/elsewhere")[0] == 404


def test_after_a_start_each_job_has_its_time(app: Flask, do: Any, now: datetime):
    long_ago = now - timedelta(days=2)
    known = [job_runs.Known("seal-journal", "every 10 s", timedelta(minutes=3))]
    do(job_runs.know_tasks, known, now=long_ago)
    with probed(app, now) as ask:
        assert ask("/readyz")[0] == 200


def test_it_is_red_without_its_migrations(app: Flask, store: Store, now: datetime):
    store.run(text("UPDATE alembic_version SET version_num = '0001'"))
    with probed(app, now) as ask:
        assert ask("/readyz") == (503, '{"status": "migrations missing"}')


def test_counts_are_closed_unless_opened(
    app: Flask, store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
):
    store.add(ClockTask(name="seal-journal", when="every 10 s", late_after=180, place=0, since=now))
    with probed(app, now) as ask:
        assert ask("/metrics")[0] == 404
        opened(app, monkeypatch, TOKEN)
        assert ask("/metrics")[0] == 404
        assert ask("/metrics", Authorization="Bearer wrong")[0] == 404
        status, said = ask("/metrics", Authorization=f"Bearer {TOKEN}")
        assert status == 200
        assert 'cpd_clock_late{job="seal-journal"} 0.0' in said
        assert 'cpd_jobs{state="due"} 0.0' in said
        opened(app, monkeypatch, "local")
        assert ask("/metrics")[0] == 200
        assert ask("/metrics", **{"X-Forwarded-For": "203.0.113.9"})[0] == 404
