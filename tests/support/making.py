"""Files that the worker makes: a worker that is killed in the middle, and what came of an order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

from flask import Flask
from sqlalchemy import select, update

from cpd_app.models import Job, JobFile
from cpd_app.storage import LocalFiles
from cpd_app.usecases.jobs import Step
from scheduler import runner
from scheduler.tasks import TASKS
from scheduler.work import Task, Work
from tests.support.builders import LONG_AGO
from tests.support.page import Page
from tests.support.store import Store


class Killed(BaseException):
    """The process is gone: nothing of the worker's own runs after this."""


def dying(task: Task, *, after: int) -> Task:
    """The task in a worker that is killed at the worst moment: a step of its is just kept."""

    def run(work: Work) -> None:
        kept: list[Step | None] = []

        def keep(act: Callable[[datetime], Step | None]) -> Step | None:
            kept.append(work.keep(act))
            if len(kept) == after:
                raise Killed
            return kept[-1]

        task(replace(work, keep=keep))

    return run


def killed_after(app: Flask, store: Store, steps: int) -> None:
    """A worker begins the one job that is due, and is killed; its lease has run out."""
    job = store.one(select(Job).where(Job.state == "due"))
    try:
        runner.work(app, job.id, {job.kind: dying(TASKS[job.kind], after=steps)})
    except Killed:
        store.run(update(Job).where(Job.id == job.id).values(lease_until=LONG_AGO))
    else:
        raise AssertionError("it was done before it was killed")


def made_by(files_dir: Path, store: Store, job_id: int) -> BytesIO:
    """The bytes that a job made."""
    kept = store.get(JobFile, job_id)
    with LocalFiles(files_dir).open(kept.folder, kept.digest) as source:
        return BytesIO(source.read())


def left_over(app: Flask) -> list[Path]:
    """Folders of files that are being made."""
    return list(Path(app.config["CPD"].files_dir).glob("making-*"))


def file_of(page: Page) -> str:
    """Where a page of an order offers its file."""
    return str(page.find("form[action$='/file']")["action"])
