"""Work that runs outside a page: rows say what is due, who holds it, and how far it is."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cpd_app.models.base import Base


class Job(Base):
    """One piece of work; the row is the truth, the queue only carries its id."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_state_due_at", "state", "due_at"),
        Index("ix_jobs_society_id_id", "society_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: name of the task in scheduler/tasks.py
    kind: Mapped[str] = mapped_column(String(40))
    #: id of the thing it works on
    subject_id: Mapped[int | None] = mapped_column(index=True)
    #: whose staff see it too
    society_id: Mapped[int | None] = mapped_column(ForeignKey("societies.id"))
    payload: Mapped[dict[str, Any]]
    #: a second order with the same key is the same order
    key: Mapped[str] = mapped_column(String(120), unique=True)
    #: due, running, done, failed, cancelled
    state: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    #: random word of the worker that holds the lease
    lease_by: Mapped[str | None] = mapped_column(String(40))
    attempts: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    #: code and values of what went wrong
    problem: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    finished_at: Mapped[datetime | None]
    #: what came of it, for work whose answer is shown and kept nowhere else
    result: Mapped[dict[str, Any] | None]


class JobRun(Base):
    """One run of a clock's job, with its counts."""

    __tablename__ = "job_runs"
    __table_args__ = (
        Index("ix_job_runs_name_started_at", "name", "started_at"),
        Index("ix_job_runs_started_at", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    #: {done, failed, …}
    counts: Mapped[dict[str, Any]]
    problem: Mapped[str | None] = mapped_column(String(200))


class JobFile(Base):
    """A file that a job made: for who ordered it, until a day."""

    __tablename__ = "job_files"
    __table_args__ = (Index("ix_job_files_expires_at", "expires_at"),)

    job_id: Mapped[int] = mapped_column(
        ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    #: where its bytes lie in the store (storage.py)
    folder: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(160))
    media_type: Mapped[str] = mapped_column(String(80))
    #: bytes; more than two gigabytes are usual with evidence
    size: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime]


class ClockTask(Base):
    """A job that the clock knows, as it last said; who looks after it reads when it is late."""

    __tablename__ = "clock_tasks"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    #: in words: every 5 min, daily at 03:20
    when: Mapped[str] = mapped_column(String(40))
    #: seconds after its last run from which on it is late
    late_after: Mapped[int]
    place: Mapped[int]
    #: when a clock first knew it: until it has run, it is late from then on
    since: Mapped[datetime]
