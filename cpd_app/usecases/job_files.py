"""Files that jobs make: kept for a week, for who ordered them and nobody else."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound
from cpd_app.models import Job, JobFile
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal

#: how long it can be downloaded
KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Made:
    """Where the bytes lie, and how they are called."""

    folder: str
    digest: str
    name: str
    media_type: str
    size: int


def keep_file(job_id: int, made: Made, *, now: datetime) -> None:
    """For the worker: the job has made this; a second attempt replaces the first one's file."""
    row = session.get(JobFile, job_id)
    if row is None:
        row = JobFile(job_id=job_id)
        session.add(row)
    row.folder, row.digest, row.name = made.folder, made.digest, made.name
    row.media_type, row.size, row.expires_at = made.media_type, made.size, now + KEPT


def take_file(actor: Actor, job_id: int, *, now: datetime) -> Made:
    """The file of a job, for who ordered it; journalled. NotFound once its week is over."""
    job = session.get(Job, job_id)
    if job is None:
        raise NotFound
    societies = frozenset({job.society_id}) if job.society_id else frozenset()
    require(actor, Permission.OWN_ACCOUNT, Target(job.created_by_id, societies))
    row = session.get(JobFile, job_id)
    if row is None or row.expires_at <= now:
        raise NotFound
    journal.record(
        actor,
        "job.file_taken",
        "job",
        job.id,
        now=now,
        society_id=job.society_id,
        data={"kind": job.kind, "digest": row.digest},
    )
    return Made(row.folder, row.digest, row.name, row.media_type, row.size)


def files_of(job_ids: list[int], *, now: datetime) -> dict[int, JobFile]:
    """What some jobs made and what can still be downloaded, by job."""
    rows = session.scalars(
        select(JobFile).where(JobFile.job_id.in_(job_ids), JobFile.expires_at > now)
    )
    return {row.job_id: row for row in rows}
