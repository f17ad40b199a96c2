"""What the clock's jobs did: one row a run, and the newest of each for whoever looks after it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.models import JobRun


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
    last = session.scalar(
        select(JobRun).where(JobRun.name == name).order_by(JobRun.id.desc()).limit(1)
    )
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


def last_runs() -> dict[str, LastRun]:
    """The newest run of each job, by name."""
    newest = select(func.max(JobRun.id)).group_by(JobRun.name)
    rows = session.scalars(select(JobRun).where(JobRun.id.in_(newest)))
    return {r.name: LastRun(r.name, r.started_at, r.finished_at, r.counts, r.problem) for r in rows}
