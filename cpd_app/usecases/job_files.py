"""Files that jobs make: kept for a week, for who ordered them and nobody else."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound
from cpd_app.models import Event, Job, JobFile
from cpd_app.policy import Actor, Permission, Target, may, require
from cpd_app.usecases import journal
from cpd_app.usecases.event_access import event_target
from cpd_app.usecases.jobs import JobState, job_of

#: how long it can be downloaded
KEPT = timedelta(days=7)
#: kinds of jobs that end with a file
MAKE_FILES = frozenset(
    {"dossiers", "register_sheet", "own_export", "closing_package", "attendance_sheet"}
)
#: of those, the ones whose subject is an event
OF_EVENTS = frozenset({"closing_package", "attendance_sheet"})
#: of these, what a person orders of themselves
OF_ONESELF = frozenset({"own_export"})


@dataclass(frozen=True)
class Made:
    """Where the bytes lie, and how they are called."""

    folder: str
    digest: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class Shown:
    """An order, and what came of it for whoever ordered it."""

    job: Job
    #: as long as it can be taken, for who ordered it
    file: JobFile | None
    is_own: bool

    @property
    def under_way(self) -> bool:
        """Whether it waits or runs."""
        return self.job.state in {JobState.DUE, JobState.RUNNING}


def makes_file(job: Job) -> bool:
    """Whether such a job ends with a file."""
    return job.kind in MAKE_FILES


def shown_job(actor: Actor, job_id: int, *, now: datetime) -> Shown:
    """A job for who ordered it or may watch it; its file is the former's alone."""
    job = job_of(actor, job_id)
    is_own = job.created_by_id == actor.person_id
    may_take = is_own and _may_take(actor, job, now=now)
    return Shown(job, files_of([job.id], now=now).get(job.id) if may_take else None, is_own)


def keep_file(job_id: int, made: Made, *, now: datetime) -> list[Made]:
    """For the worker: the job has made this; a second attempt replaces the first one's file.

    Of what a person orders of themselves the newest stays: they need one, and the disk is shared.
    Gives the earlier ones, whose bytes are to be removed once this is kept.
    """
    job = session.get_one(Job, job_id)
    earlier = _without_earlier(job) if job.kind in OF_ONESELF else []
    row = session.get(JobFile, job_id)
    if row is None:
        row = JobFile(job_id=job_id)
        session.add(row)
    row.folder, row.digest, row.name = made.folder, made.digest, made.name
    row.media_type, row.size, row.expires_at = made.media_type, made.size, now + KEPT
    return [old for old in earlier if old.digest != made.digest]


def take_file(actor: Actor, job_id: int, *, now: datetime) -> Made:
    """The file of a job, for who ordered it; journalled. NotFound once its week is over.

    A right that ended meanwhile counts: who left the staff, or runs the event no longer, may still
    see the order, and takes no list of members along.
    """
    job = session.get(Job, job_id)
    if job is None:
        raise NotFound
    societies = frozenset({job.society_id}) if job.society_id else frozenset()
    require(actor, Permission.OWN_ACCOUNT, Target(job.created_by_id, societies))
    row = session.get(JobFile, job_id)
    if row is None or row.expires_at <= now or not _may_take(actor, job, now=now):
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


def _may_take(actor: Actor, job: Job, *, now: datetime) -> bool:
    """Whether who ordered it has still the right that they ordered it with."""
    if job.kind in OF_EVENTS:
        event = session.get_one(Event, job.subject_id)
        return may(actor, Permission.READ_ATTENDANCE, event_target(event, now=now))
    if job.society_id is None:
        return True
    return may(actor, Permission.FIND_MEMBER, Target(societies=frozenset({job.society_id})))


def _without_earlier(job: Job) -> list[Made]:
    rows = session.scalars(
        select(JobFile)
        .join(Job, Job.id == JobFile.job_id)
        .where(
            Job.kind == job.kind,
            Job.subject_id == job.subject_id,
            Job.created_by_id == job.created_by_id,
            Job.id != job.id,
        )
    ).all()
    for row in rows:
        session.delete(row)
    return [Made(r.folder, r.digest, r.name, r.media_type, r.size) for r in rows]


def files_of(job_ids: list[int], *, now: datetime) -> dict[int, JobFile]:
    """What some jobs made and what can still be downloaded, by job."""
    rows = session.scalars(
        select(JobFile).where(JobFile.job_id.in_(job_ids), JobFile.expires_at > now)
    )
    return {row.job_id: row for row in rows}
