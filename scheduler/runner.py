"""Runs a clock's job or a claimed job once: context, transaction, counts, what went wrong."""

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from flask import Flask
from sqlalchemy.exc import OperationalError

from cpd_app import clock, metrics
from cpd_app.db import session, transaction
from cpd_app.domain.errors import DomainError
from cpd_app.policy import Actor
from cpd_app.usecases import job_runs, jobs
from cpd_app.usecases.actors import actor_for
from cpd_app.usecases.jobs import Step
from scheduler import timekeeping
from scheduler.beat import Beat
from scheduler.jobs import ClockJob
from scheduler.work import Stopped, Task, Work

log = structlog.get_logger()

#: a job that runs each second writes down an idle run at most this often
IDLE_SECONDS = 60

_last_noted: dict[str, float] = {}


class ClockInDoubt(Exception):
    """The machine's clock is not believed; says why, and by how much it is ahead."""


def run_job(app: Flask, job: ClockJob) -> bool:
    """Run a clock's job now and write the run down; False when it failed."""
    started_at = clock.now()
    counts: dict[str, int] = {}
    problem = None
    with app.app_context():
        try:
            if job.needs_time:
                _ask_the_time(app)
            counts = job.run(clock.now)
        except Exception as error:
            problem = type(error).__name__
            log.exception("clock job failed", job=job.name)
            session.rollback()
        if problem or any(counts.values()) or _idle_is_due(job.name):
            _note(job.name, started_at, counts, problem)
    metrics.job_counts.labels(job.name, "failed" if problem else "done").inc()
    if any(counts.values()):
        log.info("clock job", job=job.name, **counts)
    return problem is None


def _ask_the_time(app: Flask) -> None:
    doubt = timekeeping.doubt_in(app)
    if doubt is not None:
        raise ClockInDoubt(f"{doubt.doubt}: {doubt.ahead.total_seconds():+.0f} s")


def _note(name: str, started_at: datetime, counts: dict[str, int], problem: str | None) -> None:
    try:
        with transaction():
            job_runs.note_run(
                name,
                started_at=started_at,
                finished_at=clock.now(),
                counts=counts,
                problem=problem,
            )
    except OperationalError:
        log.exception("clock job could not be noted", job=name)


def work(app: Flask, job_id: int, tasks: Mapping[str, Task]) -> None:
    """Claim a job and do it to its end; nothing happens when another worker has it."""
    worker = secrets.token_hex(8)
    with app.app_context():
        with transaction():
            job = jobs.claim_job(job_id, worker=worker, now=clock.now())
        if job is None:
            return
        about = log.bind(job_id=job.id, kind=job.kind, attempt=job.attempts)
        about.info("job begins")
        try:
            # A step may take longer than a lease; a worker that lives keeps its job.
            with Beat(app, lambda: jobs.keep_job(job_id, worker=worker, now=clock.now())):
                tasks[job.kind](
                    Work(
                        job_id=job.id,
                        actor=_actor(job.created_by_id, job.kind),
                        subject_id=job.subject_id or 0,
                        payload=job.payload,
                        today=clock.today(),
                        keep=_keeper(job.id, worker),
                        done=job.done,
                    )
                )
        except Stopped:
            about.info("job stopped")
        except DomainError as refusal:
            about.warning("job refused", code=refusal.code)
            _fail(job_id, worker, refusal.code, again=False)
        except Exception as error:  # noqa: BLE001 - kept in the row, tried again
            about.exception("job failed")
            _fail(job_id, worker, "unexpected", again=True, error=type(error).__name__)
        else:
            with transaction():
                jobs.finish_job(job_id, worker=worker, now=clock.now())
            about.info("job done")


def _keeper(job_id: int, worker: str) -> Callable[..., Step | None]:
    def keep(act: Callable[[datetime], Step | None]) -> Step | None:
        with transaction():
            step = act(clock.now())
            if step is None:
                return None
            if not jobs.report_job(
                job_id, worker=worker, done=step.done, total=step.total, now=clock.now()
            ):
                raise Stopped
        return step

    return keep


def _actor(person_id: int | None, kind: str) -> Actor:
    """Who ordered the job, with the roles they have now: a role that ended meanwhile counts."""
    if person_id is None:
        return Actor.system(kind)
    return actor_for(person_id, origin=kind, today=clock.today())


def _fail(job_id: int, worker: str, code: str, *, again: bool, error: str | None = None) -> None:
    problem = {"code": code, **({"error": error} if error else {})}
    with transaction():
        jobs.fail_job(job_id, worker=worker, problem=problem, now=clock.now(), again=again)


def _idle_is_due(name: str) -> bool:
    present = time.monotonic()
    if present - _last_noted.get(name, -IDLE_SECONDS) < IDLE_SECONDS:
        return False
    _last_noted[name] = present
    return True
