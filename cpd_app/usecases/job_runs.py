"""What the clock's jobs did: one row a run, and the newest of each for whoever looks after it.

The app does not know the clock. When a clock begins it says which jobs it has and when each is late
(`know_tasks`), so that a page and a probe can tell.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, select

from cpd_app.db import session
from cpd_app.models import ClockTask, JobRun
from cpd_app.policy import Actor, Permission, Target, require

#: of failed runs the newest are shown
MOST_FAILED = 20


@dataclass(frozen=True)
class LastRun:
    """The newest run of a clock's job."""

    name: str
    started_at: datetime
    finished_at: datetime | None
    counts: dict[str, Any]
    problem: str | None


def note_run(
    name: str,
    *,
    started_at: datetime,
    finished_at: datetime,
    counts: dict[str, int],
    problem: str | None = None,
) -> None:
    """Write a run down; runs in which nothing happened share one row, whose end moves on."""
    quiet = not problem and not any(counts.values())
    last = session.scalar(select(JobRun).where(JobRun.id == _newest_id(name).scalar_subquery()))
    if quiet and last and not last.problem and not any(last.counts.values()):
        last.finished_at = finished_at
        return
    session.add(
        JobRun(
            name=name,
            started_at=started_at,
            finished_at=finished_at,
            counts=counts,
            problem=problem[:200] if problem else None,
        )
    )


def last_runs(names: Iterable[str]) -> dict[str, LastRun]:
    """The newest run of each of these jobs, by name; a look at the index for each, however many."""
    newest = [_newest_id(name).scalar_subquery() for name in names]
    rows = session.scalars(select(JobRun).where(JobRun.id.in_(newest))) if newest else ()
    return {r.name: LastRun(r.name, r.started_at, r.finished_at, r.counts, r.problem) for r in rows}


def _newest_id(name: str) -> Select[int]:
    """As the index has them: a job of each night lies behind a million runs of the others."""
    return (
        select(JobRun.id)
        .where(JobRun.name == name)
        .order_by(JobRun.started_at.desc(), JobRun.id.desc())
        .limit(1)
    )


@dataclass(frozen=True)
class Known:
    """A job as the clock announces it."""

    name: str
    #: every 5 min, daily at 03:20
    when: str
    late_after: timedelta


@dataclass(frozen=True)
class TaskState:
    """A job of the clock and how it is doing."""

    name: str
    when: str
    late_after: timedelta
    #: its newest run; None: it has not run yet
    last: LastRun | None
    late: bool


def know_tasks(tasks: Sequence[Known], *, now: datetime) -> None:
    """Keep which jobs the clock has, in its order; those that it has no longer are forgotten."""
    kept = {task.name: task for task in session.scalars(select(ClockTask).with_for_update())}
    names = [task.name for task in tasks]
    session.execute(delete(ClockTask).where(ClockTask.name.not_in(names)))
    for place, task in enumerate(tasks):
        row = kept.get(task.name)
        if row is None:
            row = ClockTask(name=task.name, since=now)
            session.add(row)
        row.when, row.place = task.when, place
        row.late_after = int(task.late_after.total_seconds())


def states_of_tasks(*, now: datetime) -> list[TaskState]:
    """Every job of the clock in its order, and whether it is late, for probes."""
    tasks = session.scalars(select(ClockTask).order_by(ClockTask.place)).all()
    runs = last_runs(task.name for task in tasks)
    return [_state(task, runs.get(task.name), now) for task in tasks]


def clock_seen_by(actor: Actor, *, now: datetime) -> list[TaskState]:
    """The same, for whoever looks after the service."""
    require(actor, Permission.READ_WORK, Target())
    return states_of_tasks(now=now)


def failed_runs(actor: Actor, *, now: datetime) -> list[LastRun]:
    """Runs of the last week that failed, the newest first."""
    require(actor, Permission.READ_WORK, Target())
    rows = session.scalars(
        select(JobRun)
        .where(JobRun.started_at > now - timedelta(days=7), JobRun.problem.is_not(None))
        .order_by(JobRun.started_at.desc())
        .limit(MOST_FAILED)
    )
    return [LastRun(r.name, r.started_at, r.finished_at, r.counts, r.problem) for r in rows]


def _state(task: ClockTask, last: LastRun | None, now: datetime) -> TaskState:
    late_after = timedelta(seconds=task.late_after)
    ended = last.finished_at if last and last.finished_at else task.since
    return TaskState(task.name, task.when, late_after, last, now - ended > late_after)
