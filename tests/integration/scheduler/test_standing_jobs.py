"""Standings through the queue: ordered in ranges, shared, killed, and nobody judged twice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.models import Job, LastStanding, Registration, Society
from cpd_app.usecases import jobs, standing_jobs, standings
from scheduler import runner
from scheduler.jobs import judge_standings
from scheduler.tasks import TASKS
from tests.support import builders
from tests.support.jobs import work_off
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def today(at: Callable[[str], object]) -> None:
    at("2026-11-20 10:00")


@pytest.fixture
def members(store: Store, society: Society, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Seven of them, in ranges of three, judged one at a time."""
    monkeypatch.setattr(standing_jobs, "RANGE", 3)
    monkeypatch.setattr(standings.judge_range, "__kwdefaults__", {"limit": 1})
    ids = []
    for number in range(7):
        person = builders.a_person(store, name=f"会员{number}")
        ids.append(builders.a_registration(store, person, society).id)
    return ids


def order(app: Flask) -> int:
    with app.app_context():
        return judge_standings(clock.now)["ordered"]


def judged(store: Store) -> int:
    fresh = select(func.count(LastStanding.registration_id)).where(LastStanding.on_day == TODAY)
    return store.one(fresh) or 0


def test_the_clock_orders_ranges_and_workers_judge_them(
    app: Flask, store: Store, members: list[int]
):
    assert order(app) == 7
    assert judged(store) == 0, "the clock itself judges nobody"
    assert order(app) == 0, "what is ordered already"
    rows = store.all(select(Job).order_by(Job.id))
    assert [(j.payload["first"], j.payload["last"], j.total) for j in rows] == [
        (members[0], members[2], 3),
        (members[3], members[5], 3),
        (members[6], members[6], 1),
    ]

    assert work_off(app) == 3

    assert judged(store) == 7
    assert order(app) == 0
    done = store.all(select(Job).order_by(Job.id))
    assert [(j.state, j.done, j.total) for j in done] == [
        ("done", 3, 3),
        ("done", 3, 3),
        ("done", 1, 1),
    ]


def test_what_became_old_is_ordered_in_the_same_rows(app: Flask, store: Store, members: list[int]):
    order(app)
    work_off(app)
    with store.session() as session:
        session.get_one(Registration, members[4]).version += 1

    assert order(app) == 1

    assert store.count(Job) == 3
    again = store.one(select(Job).where(Job.state == "due"))
    assert (again.payload["first"], again.payload["last"]) == (members[4], members[4])
    work_off(app)
    assert judged(store) == 7


@pytest.mark.usefixtures("members")
def test_a_society_goes_on_behind_its_last_open_range(app: Flask, store: Store, society: Society):
    order(app)
    newcomer = builders.a_registration(store, builders.a_person(store, name="新会员"), society)

    assert order(app) == 1

    newest = store.one(select(Job).order_by(Job.id.desc()).limit(1))
    assert newest.payload["first"] == newcomer.id


@pytest.mark.usefixtures("members")
def test_no_more_is_ordered_than_workers_can_be_given(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(standing_jobs, "MOST_OPEN", 2)
    assert order(app) == 6
    assert order(app) == 0
    work_off(app)
    assert order(app) == 1


@pytest.mark.usefixtures("members")
def test_a_range_whose_worker_died_is_gone_on_with(
    app: Flask, store: Store, at: Callable[[str], object]
):
    class Died(BaseException):
        pass

    def dies(work: Any) -> None:
        def one_only(act: Any) -> Any:
            step = work.keep(act)
            if step is not None and step.done == 2:
                raise Died
            return step

        TASKS["standings"](replace(work, keep=one_only))

    order(app)
    first = store.all(select(Job.id).order_by(Job.id))[0]
    with app.app_context(), transaction():
        assert first in jobs.hand_out(clock.now(), 10, unhurried=True)
    with pytest.raises(Died):
        runner.work(app, first, {**TASKS, "standings": dies})
    assert judged(store) == 2
    at("2026-11-20 10:10")

    work_off(app)

    assert judged(store) == 7
    job = store.get(Job, first)
    assert (job.state, job.done, job.attempts) == ("done", 3, 2)


@pytest.mark.usefixtures("members")
def test_a_decision_for_all_makes_every_standing_old_at_once(
    app: Flask, do: Do, society: Society, stranger: Someone
):
    order(app)
    work_off(app)
    do(standings.begin_round, society.id)

    assert do(standings.waiting_in, society.id, on=TODAY) == 7
    assert stranger.registration is not None
    assert do(standings.waiting_in, stranger.registration.society_id, on=TODAY) == 0
    order(app)
    work_off(app)
    assert do(standings.waiting_in, society.id, on=TODAY) == 0


@pytest.mark.usefixtures("members")
def test_work_that_nobody_waits_for_is_handed_out_apart(app: Flask, do: Do, registrar: Someone):
    order(app)
    later = NOW + timedelta(seconds=1)
    asked = do(jobs.order_job, registrar.actor, "nudge", None, key="n", now=later)

    assert do(jobs.hand_out, later, 10) == [asked.id]
    assert len(do(jobs.hand_out, later, 10, unhurried=True)) == 3


@pytest.mark.usefixtures("members")
def test_how_far_it_is_is_for_staff(app: Flask, do: Do, society: Society, auditor: Someone):
    order(app)
    found = do(standing_jobs.progress_of, auditor.actor, society.id, on=TODAY)
    assert (found.registrations, found.waiting, found.done, found.failed) == (7, 7, 0, 0)
    work_off(app)
    found = do(standing_jobs.progress_of, auditor.actor, society.id, on=TODAY)
    assert (found.waiting, found.done) == (0, 7)
