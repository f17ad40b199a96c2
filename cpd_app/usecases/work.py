"""What runs in the background, for whoever looks after it: long tasks of a society, letters."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, or_, select

from cpd_app.db import session
from cpd_app.models import Delivery, Job, JobFile
from cpd_app.policy import Actor, Permission, Target, may, require
from cpd_app.usecases import standing_jobs
from cpd_app.usecases.credits_shown import names_of
from cpd_app.usecases.job_files import files_of
from cpd_app.usecases.jobs import MUST_END, JobState, target_of

PAGE_SIZE = 30
STATES = tuple(state.value for state in JobState)
#: small work of single people, and ranges that the clock orders (shown as one sum): no tasks
UNSHOWN = ("process_file", "send_code", standing_jobs.TASK)
#: a delivery that should have left so long ago waits too long
OVERDUE = timedelta(minutes=15)
FAILED_WITHIN = timedelta(days=7)


@dataclass(frozen=True)
class Task:
    """One long task."""

    job: Job
    by: str
    may_stop: bool
    #: what it made, for who ordered it
    file: JobFile | None

    @property
    def under_way(self) -> bool:
        """Whether it waits or runs."""
        return self.job.state in {JobState.DUE, JobState.RUNNING}

    @property
    def stoppable(self) -> bool:
        """Whether it may be left half done."""
        return self.may_stop and self.job.kind not in MUST_END


@dataclass(frozen=True)
class Tasks:
    """A page of long tasks and the counts of their states."""

    tasks: tuple[Task, ...]
    counts: dict[str, int]
    page: int
    pages: int


@dataclass(frozen=True)
class Letters:
    """Deliveries of the whole service; counts only."""

    waiting: int
    #: of those, the ones that should have left long ago
    overdue: int
    #: given up within the last days
    failed: int


def tasks_of(
    actor: Actor, society_id: int | None, *, state: str = "", page: int = 1, now: datetime
) -> Tasks:
    """Long tasks of a society and one's own, the newest first."""
    require(actor, Permission.READ_WORK, Target())
    shown = [Job.created_by_id == actor.person_id]
    if society_id is not None:
        require(actor, Permission.FIND_MEMBER, Target(societies=frozenset({society_id})))
        shown.append(Job.society_id == society_id)
    conditions = [or_(*shown), Job.kind.not_in(UNSHOWN)]
    counts = {
        row.state: int(row.jobs)
        for row in session.execute(
            select(Job.state, func.count().label("jobs")).where(*conditions).group_by(Job.state)
        )
    }
    if state in STATES:
        conditions.append(Job.state == state)
    total = counts.get(state, 0) if state in STATES else sum(counts.values())
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    jobs = session.scalars(
        select(Job)
        .where(*conditions)
        .order_by(Job.id.desc())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    names = names_of({j.created_by_id for j in jobs if j.created_by_id is not None})
    files = files_of([j.id for j in jobs if j.created_by_id == actor.person_id], now=now)
    return Tasks(
        tuple(
            Task(
                job,
                names.get(job.created_by_id or 0, ""),
                may(actor, Permission.WATCH_JOB, target_of(job)),
                files.get(job.id),
            )
            for job in jobs
        ),
        counts,
        page,
        pages,
    )


def letters_waiting(actor: Actor, *, now: datetime) -> Letters:
    """How many deliveries wait, wait too long, and were given up lately; of everybody."""
    require(actor, Permission.READ_WORK, Target())
    return count_letters(now=now)


def count_letters(*, now: datetime) -> Letters:
    """The same, for probes."""
    waiting = session.execute(
        select(
            func.count().label("all"),
            func.sum(case((Delivery.due_at < now - OVERDUE, 1), else_=0)).label("overdue"),
        ).where(Delivery.state.in_(("due", "sending")))
    ).one()
    failed = session.scalar(
        select(func.count()).where(
            Delivery.state == "failed", Delivery.finished_at > now - FAILED_WITHIN
        )
    )
    return Letters(int(waiting[0]), int(waiting.overdue or 0), failed or 0)


def count_jobs() -> dict[str, int]:
    """How many jobs wait, run and failed, for probes."""
    rows = session.execute(
        select(Job.state, func.count().label("jobs"))
        .where(Job.state.in_((JobState.DUE, JobState.RUNNING, JobState.FAILED)))
        .group_by(Job.state)
    )
    return {row.state: int(row.jobs) for row in rows}
