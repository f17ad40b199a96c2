"""A relief for all is told in parts: stopped, gone on with, killed and taken back; nobody twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, NotAllowed, NotFound
from cpd_app.models import Job, Message, Relief, Society
from cpd_app.usecases import jobs, relief_decisions, relief_for_all
from cpd_app.usecases.relief_decisions import ForAll
from scheduler import runner
from scheduler.tasks import TASKS
from tests.support import builders
from tests.support.jobs import work_off
from tests.support.people import Someone
from tests.support.reliefs import ground
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
MEMBERS = 5


@pytest.fixture
def given(
    do: Do, store: Store, society: Society, registrar: Someone, at: Callable[[str], object],
    monkeypatch: pytest.MonkeyPatch,
) -> Relief:  # fmt: skip
    """A relief for five members, of whom two are told at a time."""
    at("2026-11-20 10:00")
    monkeypatch.setattr(relief_for_all, "AT_ONCE", 2)
    for number in range(MEMBERS):
        builders.a_registration(store, builders.a_person(store, name=f"会员{number}"), society)
    new = ForAll(
        ground(store, "disaster"), date(2026, 7, 1), date(2026, 10, 1), "洪灾", "示〔2026〕1 号"
    )
    made: Relief = do(
        relief_decisions.give_relief_to_all, registrar.actor, society.id, new, now=NOW
    )
    return made


def stop_after(app: Flask, parts: int, act: Callable[[int], object]) -> None:
    """Work on the telling, and let something happen when so many parts are kept."""
    with app.app_context(), transaction():
        (job_id,) = jobs.hand_out(clock.now(), 10)
    plain = TASKS[relief_for_all.GIVEN]

    def task(work: Any) -> None:
        left: Iterator[int] = iter(range(parts))

        def keep(step: Any) -> Any:
            if next(left, None) is None:
                act(job_id)
            return work.keep(step)

        plain(replace(work, keep=keep))

    runner.work(app, job_id, {**TASKS, relief_for_all.GIVEN: task})


def told(store: Store) -> Counter[str]:
    """How many messages of each variant; each person at most once."""
    rows = store.all(select(Message).where(Message.kind == "relief"))
    assert len({(m.person_id, m.data["variant"]) for m in rows}) == len(rows)
    return Counter(m.data["variant"] for m in rows)


@pytest.mark.usefixtures("given")
def test_it_is_told_in_parts_with_its_progress(app: Flask, store: Store):
    job = store.one(select(Job))
    assert (job.kind, job.total, told(store).total()) == ("relief_for_all", MEMBERS, 0)

    work_off(app)

    assert told(store) == {"for_all": MEMBERS}
    job = store.get(Job, job.id)
    assert (job.state, job.done) == ("done", MEMBERS)
    assert job.result is not None
    assert job.result["told"] == MEMBERS


def test_what_was_stopped_is_gone_on_with_by_a_colleague(
    app: Flask, do: Do, store: Store, given: Relief, registrar: Someone, auditor: Someone,
    stranger: Someone,
):  # fmt: skip
    stop_after(app, 1, lambda i: do(jobs.cancel_job, registrar.actor, i, now=NOW))
    assert told(store) == {"for_all": 2}
    telling = do(relief_for_all.telling_of, auditor.actor, given)
    assert (telling.told, telling.stopped, telling.under_way) == (2, True, False)

    for someone, refusal in ((auditor, NotAllowed), (stranger, NotFound)):
        with pytest.raises(refusal):
            do(relief_for_all.go_on_telling, someone.actor, given.id, now=NOW)
    do(relief_for_all.go_on_telling, registrar.actor, given.id, now=NOW)
    work_off(app)

    assert told(store) == {"for_all": MEMBERS}
    with pytest.raises(Conflict, match="nothing_to_go_on_with"):
        do(relief_for_all.go_on_telling, registrar.actor, given.id, now=NOW)


@pytest.mark.usefixtures("given")
def test_a_killed_worker_tells_nobody_twice(app: Flask, store: Store, at: Callable[[str], object]):
    class Died(BaseException):
        pass

    def die(_job_id: int) -> None:
        raise Died

    with pytest.raises(Died):
        stop_after(app, 2, die)
    assert told(store) == {"for_all": 4}
    at("2026-11-20 10:10")

    work_off(app)

    assert told(store) == {"for_all": MEMBERS}
    job = store.one(select(Job))
    assert job.result is not None
    assert (job.done, job.result["told"], job.attempts) == (MEMBERS, MEMBERS, 2)


def test_only_those_who_were_told_hear_that_it_is_taken_back(
    app: Flask, do: Do, store: Store, given: Relief, registrar: Someone
):
    def take_back(_job_id: int) -> None:
        do(relief_decisions.annul_relief, registrar.actor, given.id, "误发", seen=1, now=NOW,
           today=NOW.date())  # fmt: skip

    stop_after(app, 1, take_back)
    work_off(app)

    assert told(store) == {"for_all": 2, "withdrawn_all": 2}
    assert {job.kind: job.state for job in store.all(select(Job))} == {
        "relief_for_all": "cancelled",
        "relief_withdrawn_all": "done",
    }
    assert store.one(select(func.count(Relief.id)).where(Relief.state == "annulled")) == 1
