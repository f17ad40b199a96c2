"""A file that a job makes: where it grows, how it is handed in, what is removed of it.

Each job has a folder beside the store, so that the finished file is taken over without copying it.
"""

import shutil
from datetime import datetime
from pathlib import Path

from flask import current_app

from cpd_app import clock
from cpd_app.config import Settings
from cpd_app.storage import local_files
from cpd_app.usecases import jobs
from cpd_app.usecases.job_files import Made, keep_file
from cpd_app.usecases.jobs import Step
from scheduler.growing import Growing
from scheduler.work import Work

MAKING = "making-"


def being_made(work: Work) -> Growing:
    """The job's file as its last worker left it."""
    return Growing(folder_of(work))


def folder_of(work: Work) -> Path:
    """Where the job's file grows; also for what has to wait on the disk meanwhile."""
    return _files_dir() / f"{MAKING}{work.job_id}"


def hand_in(work: Work, made: Path, name: str, media_type: str, *, total: int) -> None:
    """Take the file over into the store, for who ordered it; its folder is not needed any more.

    `name`: with `{day}` where the day stands. A worker that is killed between the two makes the
    file anew; the order then still has one file.
    """
    owner = str(work.actor.person_id)
    digest, size = local_files().adopt(owner, made)
    day = f"{clock.today():%Y%m%d}"
    kept = Made(owner, digest, name.replace("{day}", day), media_type, size)

    earlier: list[Made] = []

    def act(now: datetime) -> Step:
        earlier.extend(keep_file(work.job_id, kept, now=now))
        return Step(total, total)

    work.keep(act)
    for old in earlier:
        local_files().delete(old.folder, old.digest)
    shutil.rmtree(folder_of(work), ignore_errors=True)


def remove_left_behind() -> int:
    """Remove what was begun for jobs that are over: cancelled, given up, or not there any more."""
    folders = {
        folder.name.removeprefix(MAKING): folder for folder in _files_dir().glob(f"{MAKING}*")
    }
    ids = [int(name) for name in folders if name.isdecimal()]
    going_on = {str(job_id) for job_id in jobs.going_on(ids)}
    over = [folder for name, folder in folders.items() if name not in going_on]
    for folder in over:
        shutil.rmtree(folder, ignore_errors=True)
    return len(over)


def _files_dir() -> Path:
    settings: Settings = current_app.config["CPD"]
    settings.files_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return settings.files_dir
