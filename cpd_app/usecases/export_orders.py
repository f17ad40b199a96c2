"""A member has everything that they recorded packed with its proofs: one ZIP at a time."""

from datetime import datetime

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.models import Activity, Evidence, File, Job, JobFile
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases.files import FileState
from cpd_app.usecases.job_files import files_of
from cpd_app.usecases.jobs import JobState, order_job

#: name of the task
TASK = "own_export"
#: orders that are listed
SHOWN = 5
GOING_ON = (JobState.DUE, JobState.RUNNING)


def order_own(actor: Actor, *, language: str, key: str, now: datetime) -> Job:
    """Have everything with its proofs packed as one ZIP; while one is made, that is the order."""
    require(actor, Permission.OWN_ACCOUNT, Target(owner_id=actor.person_id))
    running = session.scalars(
        select(Job).where(
            Job.kind == TASK,
            Job.subject_id == actor.person_id,
            Job.state.in_(GOING_ON),
        )
    ).first()
    if running is not None:
        return running
    job = order_job(
        actor,
        TASK,
        actor.person_id,
        key=f"{TASK}:{actor.person_id}:{key}",
        now=now,
        payload={"language": language},
    )
    session.flush()
    return job


def own_orders(actor: Actor, *, now: datetime) -> list[tuple[Job, JobFile | None]]:
    """One's own ZIPs that are made or can be taken, the newest first, with their files."""
    require(actor, Permission.OWN_ACCOUNT, Target(owner_id=actor.person_id))
    jobs = session.scalars(
        select(Job)
        .where(Job.kind == TASK, Job.subject_id == actor.person_id)
        .order_by(Job.id.desc())
        .limit(SHOWN)
    ).all()
    files = files_of([job.id for job in jobs], now=now)
    return [(j, files.get(j.id)) for j in jobs if j.state in GOING_ON or j.id in files]


def size_of_proofs(actor: Actor) -> tuple[int, int]:
    """How many files of one's own records are kept, and how many bytes they are together."""
    require(actor, Permission.OWN_ACCOUNT, Target(owner_id=actor.person_id))
    attached = (
        select(Evidence.file_id)
        .join(Activity, Activity.id == Evidence.activity_id)
        .where(Activity.person_id == actor.person_id)
    )
    count, size = session.execute(
        select(func.count(), func.sum(File.size)).where(
            File.id.in_(attached), File.stored_hash.is_not(None), File.state != FileState.PURGED
        )
    ).one()
    return count, size or 0
