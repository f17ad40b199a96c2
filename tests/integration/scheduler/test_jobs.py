"""A job is done once: claimed by one worker, kept step by step, handed out again when one dies."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from cpd_app import clock
from cpd_app.db import session, transaction
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.models import Job, JobRun, Requirement
from cpd_app.policy import Actor
from cpd_app.usecases import job_runs, jobs
from cpd_app.usecases.jobs import LEASE, MOST_ATTEMPTS, Step
from scheduler import runner
from scheduler.jobs import ClockJob, every, table

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
SYSTEM = Actor.system("test")


@pytest.fixture
def ordered(do):
    """A job that is due."""
    return do(jobs.order_job, SYSTEM, "count", 1, key="count:1", now=NOW, total=3)


def test_a_second_order_with_the_same_key_is_the_same_order(do, store, ordered):
    again = do(jobs.order_job, SYSTEM, "count", 1, key="count:1", now=NOW)

    assert again.id == ordered.id
    assert store.count(Job) == 1


def test_a_failed_job_begins_anew_when_it_is_ordered_again(do, store, ordered):
    do(jobs.claim_job, ordered.id, worker="a", now=NOW)
    do(jobs.fail_job, ordered.id, worker="a", problem={"code": "x"}, now=NOW, again=False)

    do(jobs.order_job, SYSTEM, "count", 1, key="count:1", now=NOW)

    job = store.get(Job, ordered.id)
    assert (job.state, job.attempts, job.problem) == ("due", 0, None)


def test_a_job_is_handed_out_once_until_it_may_have_been_lost(do, ordered):
    assert do(jobs.hand_out, NOW, 10) == [ordered.id]
    assert do(jobs.hand_out, NOW + timedelta(seconds=1), 10) == []
    assert do(jobs.hand_out, NOW + jobs.HANDED, 10) == [ordered.id]


def test_only_one_worker_gets_a_job(do, ordered):
    assert do(jobs.claim_job, ordered.id, worker="a", now=NOW) is not None
    assert do(jobs.claim_job, ordered.id, worker="b", now=NOW) is None


def test_a_report_keeps_the_lease(do, ordered):
    do(jobs.claim_job, ordered.id, worker="a", now=NOW)

    later = NOW + timedelta(seconds=100)
    assert do(jobs.report_job, ordered.id, worker="a", done=1, total=3, now=later)

    assert do(jobs.due_jobs, NOW + LEASE, 10) == []
    assert do(jobs.due_jobs, later + LEASE, 10) == [ordered.id]


def test_a_worker_that_fell_silent_learns_that_the_job_is_not_its_any_more(do, store, ordered):
    do(jobs.claim_job, ordered.id, worker="a", now=NOW)
    late = NOW + LEASE
    assert do(jobs.claim_job, ordered.id, worker="b", now=late) is not None

    assert not do(jobs.report_job, ordered.id, worker="a", done=2, total=3, now=late)
    assert not do(jobs.finish_job, ordered.id, worker="a", now=late)
    assert not do(
        jobs.fail_job, ordered.id, worker="a", problem={"code": "x"}, now=late, again=True
    )
    assert store.get(Job, ordered.id).lease_by == "b"


def test_a_failure_is_tried_again_later_and_later_then_given_up(do, store, ordered):
    moment = NOW
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert do(jobs.claim_job, ordered.id, worker="a", now=moment) is not None
        do(jobs.fail_job, ordered.id, worker="a", problem={"code": "x"}, now=moment, again=True)
        job = store.get(Job, ordered.id)
        if attempt < MOST_ATTEMPTS:
            assert job.due_at - moment == jobs.BACK_OFF * 2 ** (attempt - 1)
            assert do(jobs.claim_job, ordered.id, worker="a", now=moment) is None
        moment = job.due_at

    assert (job.state, job.problem) == ("failed", {"code": "x"})


def test_a_job_that_kills_its_workers_is_given_up(do, store, ordered):
    moment = NOW
    for _attempt in range(MOST_ATTEMPTS):
        assert do(jobs.claim_job, ordered.id, worker="a", now=moment) is not None
        moment += LEASE

    assert do(jobs.claim_job, ordered.id, worker="a", now=moment) is None
    assert store.get(Job, ordered.id).problem == {"code": "worker_died"}


def test_a_cancelled_job_keeps_no_further_step(do, ordered):
    do(jobs.claim_job, ordered.id, worker="a", now=NOW)
    do(jobs.cancel_job, SYSTEM, ordered.id, now=NOW)

    assert not do(jobs.report_job, ordered.id, worker="a", done=1, total=3, now=NOW)
    with pytest.raises(Rejected, match="job_is_over"):
        do(jobs.cancel_job, SYSTEM, ordered.id, now=NOW)


def test_a_job_is_seen_by_who_ordered_it_and_the_registrars_it_is_for(
    do, member, other_member, registrar, auditor, stranger, society
):
    own = do(jobs.order_job, member.actor, "count", 1, key="own", now=NOW)
    ours = do(
        jobs.order_job, SYSTEM, "count", 1, key="ours", now=NOW, payload={"society_id": society.id}
    )

    assert do(jobs.job_of, member.actor, own.id).id == own.id
    assert do(jobs.job_of, registrar.actor, ours.id).id == ours.id
    for someone, job in (
        (other_member, own),
        (registrar, own),
        (member, ours),
        (auditor, ours),
        (stranger, ours),
    ):
        with pytest.raises(NotFound):
            do(jobs.job_of, someone.actor, job.id)


@pytest.fixture
def counting(society):
    """A task of three steps; each writes one row. `dies_at`: the process ends in that step."""

    class Died(BaseException):
        pass

    def task_that(dies_at: int | None):
        def task(work):
            with session.no_autoflush:
                begun = session.scalar(select(Requirement.id).limit(1))
            done = len(session.scalars(select(Requirement)).all()) if begun else 0
            for number in range(done, 3):

                def act(now, number=number):
                    session.add(
                        Requirement(
                            society_id=society.id,
                            in_force_on=(now + timedelta(days=number)).date(),
                            hours=5000,
                        )
                    )
                    session.flush()
                    if number == dies_at:
                        raise Died
                    return Step(number + 1, 3)

                work.keep(act)

        return {"count": task}

    return task_that, Died


def test_a_worker_killed_in_the_middle_does_nothing_twice(app, at, store, ordered, counting):
    task_that, died = counting
    at("2026-11-20 14:00")
    with pytest.raises(died):
        runner.work(app, ordered.id, task_that(dies_at=1))
    job = store.get(Job, ordered.id)
    assert (job.state, job.done, store.count(Requirement)) == ("running", 1, 1)

    runner.work(app, ordered.id, task_that(dies_at=None))
    assert store.count(Requirement) == 1, "the lease of the dead worker still runs"

    at("2026-11-20 14:03")
    runner.work(app, ordered.id, task_that(dies_at=None))
    job = store.get(Job, ordered.id)
    assert (job.state, job.done, job.attempts) == ("done", 3, 2)
    assert store.count(Requirement) == 3


def test_a_worker_that_lost_its_lease_keeps_nothing_of_its_step(app, at, store, ordered, counting):
    task_that, _died = counting
    at("2026-11-20 14:00")

    def slow(work):
        with transaction():  # another worker, two minutes later
            jobs.claim_job(work.job_id, worker="other", now=clock.now() + LEASE)
        task_that(dies_at=None)["count"](work)

    runner.work(app, ordered.id, {"count": slow})

    assert store.count(Requirement) == 0
    assert store.get(Job, ordered.id).lease_by == "other"


def test_a_refusal_is_not_tried_again(app, at, store, ordered):
    at("2026-11-20 14:00")

    def refuse(_work):
        raise Rejected("file_empty", "file")

    runner.work(app, ordered.id, {"count": refuse})

    job = store.get(Job, ordered.id)
    assert (job.state, job.problem) == ("failed", {"code": "file_empty"})


def test_a_fault_of_ours_is_tried_again(app, at, store, ordered):
    at("2026-11-20 14:00")

    def break_down(_work):
        raise ZeroDivisionError

    runner.work(app, ordered.id, {"count": break_down})

    job = store.get(Job, ordered.id)
    assert (job.state, job.problem) == (
        "due",
        {"code": "unexpected", "error": "ZeroDivisionError"},
    )


def _clock_job(run) -> ClockJob:
    return every("test-job", run, seconds=60)


def test_a_run_of_the_clock_is_written_down_with_its_counts(app, at, store):
    at("2026-11-20 14:00")

    assert runner.run_job(app, _clock_job(lambda _now: {"sealed": 3}))

    run = store.one(select(JobRun).where(JobRun.name == "test-job"))
    assert (run.counts, run.problem) == ({"sealed": 3}, None)


def test_a_clock_job_that_fails_does_not_stop_the_clock(app, at, store):
    at("2026-11-20 14:00")

    def fail(_now):
        raise ZeroDivisionError

    assert not runner.run_job(app, _clock_job(fail))
    assert store.one(select(JobRun)).problem == "ZeroDivisionError"


def test_runs_in_which_nothing_happened_share_a_row(do, store):
    for minute in range(3):
        moment = NOW + timedelta(minutes=minute)
        do(job_runs.note_run, "quiet", started_at=moment, finished_at=moment, counts={"n": 0})

    assert store.count(JobRun) == 1
    last = do(job_runs.last_runs, ["quiet"])["quiet"]
    assert (last.started_at, last.finished_at) == (NOW, NOW + timedelta(minutes=2))


def _nothing(_now) -> dict[str, int]:
    return {"handed": 0}


def test_the_clock_has_the_jobs_that_the_service_lives_on(app, at):
    at("2026-11-20 14:00")
    known = {job.name: job for job in table(_nothing, _nothing)}

    assert {"hand-over", "seal-journal", "clean-up"} <= set(known)
    for name in ("seal-journal", "clean-up"):
        assert runner.run_job(app, known[name])
