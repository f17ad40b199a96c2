"""Work that runs outside a page: order it, hand it out once, see how far it is, end it.

The row is the truth. A worker holds a job by a lease that it renews as long as it lives; when it
dies, the lease runs out and the job is handed out again. A worker that lost its lease learns it
from its next report, inside the transaction that would keep its work, and so keeps nothing twice.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, update
from sqlalchemy.exc import IntegrityError

from cpd_app.db import session
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.models import Job
from cpd_app.policy import Actor, Permission, Target, may

#: how long a worker may be silent before its job is given to another one
LEASE = timedelta(seconds=120)
#: how long a handed-out job may wait in the queue before it is handed out again
HANDED = timedelta(minutes=5)
MOST_ATTEMPTS = 5
#: kinds that nobody waits for: handed out a few at a time, so that the others come between
UNHURRIED = frozenset({"standings"})
#: wait before the second attempt; doubled for each further one
BACK_OFF = timedelta(seconds=15)

#: kinds that cannot be stopped: half of it would be wrong, or it is ordered again at once
MUST_END = frozenset({"calendar_moves", "standings"})


class JobState(StrEnum):
    """Where a job stands."""

    DUE = "due"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNDER_WAY = (JobState.DUE, JobState.RUNNING)
OVER = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True)
class Step:
    """How far a job is after one step that was kept."""

    done: int
    total: int


def order_job(
    actor: Actor,
    kind: str,
    subject_id: int | None,
    *,
    key: str,
    now: datetime,
    payload: dict[str, Any] | None = None,
    total: int = 0,
) -> Job:
    """Ask for work in the background; a second order with the same key is the same order.

    A job of that key which failed or was cancelled begins anew. `payload` may name a
    `society_id`, whose staff then see the job too.
    """
    job = _of_key(key)
    if job is None:
        job = Job(
            kind=kind,
            subject_id=subject_id,
            society_id=(payload or {}).get("society_id"),
            payload=payload or {},
            key=key,
            state=JobState.DUE,
            due_at=now,
            attempts=0,
            done=0,
            total=total,
            created_at=now,
            created_by_id=actor.person_id,
        )
        try:
            with session.begin_nested():
                session.add(job)
        except IntegrityError:
            return _known(key)
    elif job.state in {JobState.FAILED, JobState.CANCELLED}:
        job.state, job.due_at, job.attempts = JobState.DUE, now, 0
        job.lease_until = job.lease_by = job.problem = job.finished_at = None
    return job


def order_anew(
    actor: Actor, kind: str, *, key: str, now: datetime, payload: dict[str, Any], total: int
) -> bool:
    """Ask for work that comes again and again, always in the same row; False while it is under way.

    Whatever became of it the last time, it begins with this payload.
    """
    begun = {
        "payload": payload,
        "state": JobState.DUE,
        "due_at": now,
        "attempts": 0,
        "done": 0,
        "total": total,
        "created_at": now,
        **dict.fromkeys(("lease_until", "lease_by", "problem", "finished_at", "result")),
    }
    if _change(update(Job).where(Job.key == key, Job.state.in_(OVER)).values(begun)):
        return True
    if _of_key(key) is not None:
        return False
    job = order_job(actor, kind, None, key=key, now=now, payload=payload, total=total)
    return job.created_at == now


def stop_job(key: str, *, now: datetime) -> None:
    """For use cases whose own act makes a job needless: what it kept so far stays."""
    _change(_stopped(now).where(Job.key == key))


def due_jobs(now: datetime, limit: int, *, unhurried: bool = False) -> list[int]:
    """Ids of jobs that nobody holds and that may begin, the longest waiting first.

    Only those that nobody waits for, or only the others.
    """
    slow = Job.kind.in_(UNHURRIED)
    return list(
        session.scalars(
            select(Job.id)
            .where(_free(now), slow if unhurried else ~slow)
            .order_by(Job.due_at, Job.id)
            .limit(limit)
        )
    )


def hand_out(now: datetime, limit: int, *, unhurried: bool = False) -> list[int]:
    """Due jobs that are not in the queue yet, marked as handed to it; each goes to one caller."""
    handed = []
    for job_id in due_jobs(now, limit, unhurried=unhurried):
        taken = _change(
            update(Job)
            .where(Job.id == job_id, _free(now))
            .values(state=JobState.DUE, lease_by=None, lease_until=now + HANDED)
        )
        if taken:
            handed.append(job_id)
    return handed


def claim_job(job_id: int, *, worker: str, now: datetime) -> Job | None:
    """Take a due job for this worker; None when another one has it or nothing is left to do.

    A job whose workers died `MOST_ATTEMPTS` times is given up.
    """
    lapsed = and_(Job.state == JobState.RUNNING, Job.lease_until <= now)
    waiting = and_(Job.state == JobState.DUE, Job.due_at <= now)
    taken = _change(
        update(Job)
        .where(Job.id == job_id, or_(waiting, lapsed))
        .values(
            state=JobState.RUNNING,
            lease_by=worker,
            lease_until=now + LEASE,
            attempts=Job.attempts + 1,
        )
    )
    if not taken:
        return None
    job = session.get_one(Job, job_id, populate_existing=True)
    if job.attempts > MOST_ATTEMPTS:
        _give_up(job, {"code": "worker_died"}, now=now)
        return None
    return job


def report_job(job_id: int, *, worker: str, done: int, total: int, now: datetime) -> bool:
    """Say how far it is and keep the job; False when it was cancelled or given to another one."""
    return _change(_held(job_id, worker).values(done=done, total=total, lease_until=now + LEASE))


def keep_job(job_id: int, *, worker: str, now: datetime) -> bool:
    """Say that its worker still lives; False when the job is no longer this worker's."""
    return _change(_held(job_id, worker).values(lease_until=now + LEASE))


def finish_job(job_id: int, *, worker: str, now: datetime) -> bool:
    """The work is done; False when it was no longer this worker's."""
    return _change(
        _held(job_id, worker).values(
            state=JobState.DONE,
            done=Job.total,
            lease_by=None,
            lease_until=None,
            problem=None,
            finished_at=now,
        )
    )


def fail_job(
    job_id: int, *, worker: str, problem: dict[str, Any], now: datetime, again: bool
) -> bool:
    """The attempt failed; with `again` it is tried later, at growing distances, then given up."""
    job = session.scalar(
        select(Job)
        .where(Job.id == job_id, Job.state == JobState.RUNNING, Job.lease_by == worker)
        .execution_options(populate_existing=True)
    )
    if job is None:
        return False
    if not again or job.attempts >= MOST_ATTEMPTS:
        _give_up(job, problem, now=now)
        return True
    job.state, job.problem = JobState.DUE, problem
    job.due_at = now + BACK_OFF * 2 ** (job.attempts - 1)
    job.lease_by = job.lease_until = None
    return True


def cancel_job(actor: Actor, job_id: int, *, now: datetime) -> Job:
    """Stop a job: what it kept so far stays, the next step is not kept.

    Raises Rejected `job_must_end`, `job_is_over`.
    """
    job = job_of(actor, job_id)
    if job.kind in MUST_END:
        raise Rejected("job_must_end")
    if not _change(_stopped(now).where(Job.id == job_id)):
        raise Rejected("job_is_over")
    session.refresh(job)
    return job


def job_of(actor: Actor, job_id: int) -> Job:
    """A job for whoever ordered it, or staff of the society it is for; NotFound for all others."""
    job = session.get(Job, job_id)
    if job is None or not may(actor, Permission.WATCH_JOB, target_of(job)):
        raise NotFound
    return job


def going_on(job_ids: Collection[int]) -> list[int]:
    """Those of some jobs that wait or run."""
    states = (JobState.DUE, JobState.RUNNING)
    wanted = select(Job.id).where(Job.id.in_(job_ids), Job.state.in_(states))
    return list(session.scalars(wanted))


def job_with_key(key: str) -> Job | None:
    """The job of a key, for use cases that show how far their own work is."""
    return _of_key(key)


def target_of(job: Job) -> Target:
    """Who ordered it, and the society it is for."""
    return Target(
        owner_id=job.created_by_id,
        societies=frozenset({job.society_id}) if job.society_id else frozenset(),
    )


def _of_key(key: str) -> Job | None:
    return session.scalar(select(Job).where(Job.key == key))


def _known(key: str) -> Job:
    """The job that somebody else ordered at the same moment."""
    return session.scalars(select(Job).where(Job.key == key)).one()


def _free(now: datetime) -> ColumnElement[bool]:
    lapsed = or_(Job.lease_until.is_(None), Job.lease_until <= now)
    return or_(
        and_(Job.state == JobState.DUE, Job.due_at <= now, lapsed),
        and_(Job.state == JobState.RUNNING, Job.lease_until <= now),
    )


def _stopped(now: datetime) -> Any:
    return (
        update(Job)
        .where(Job.state.in_(UNDER_WAY))
        .values(state=JobState.CANCELLED, lease_by=None, lease_until=None, finished_at=now)
    )


def _held(job_id: int, worker: str) -> Any:
    return update(Job).where(
        Job.id == job_id, Job.state == JobState.RUNNING, Job.lease_by == worker
    )


def _change(statement: Any) -> bool:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount == 1


def _give_up(job: Job, problem: dict[str, Any], *, now: datetime) -> None:
    job.state, job.problem, job.finished_at = JobState.FAILED, problem, now
    job.lease_by = job.lease_until = None
