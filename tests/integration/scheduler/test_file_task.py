"""The worker makes arrived photos anew and draws previews of scanned papers."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.models import Activity, File, Job
from cpd_app.storage import LocalFiles
from cpd_app.usecases import evidence
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from scheduler import jobs, runner
from scheduler.tasks import TASKS
from tests.support.people import Someone
from tests.support.photos import a_heic, a_pdf, an_upload, pixels
from tests.support.store import Store

Do = Callable[..., Any]


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2025-06-02 10:00")


@pytest.fixture
def disk(app: Flask) -> LocalFiles:
    return LocalFiles(Path(app.config["CPD"].files_dir))


@pytest.fixture
def add(do: Do, disk: LocalFiles, member: Someone, now: datetime) -> Callable[[bytes, str], int]:
    new = NewActivity("training", "变压器检修培训", None, date(2024, 5, 6), fields={"minutes": 90})
    activity: Activity = do(log_activity, member.actor, new, now=now, today=now.date()).activity

    def call(data: bytes, name: str) -> int:
        made = do(
            evidence.add_file,
            member.actor,
            activity.id,
            an_upload(data, name=name),
            store=disk,
            now=now,
        )
        file_id: int = made.file_id
        return file_id

    return call


def run_all(app: Flask, store: Store) -> list[str]:
    """Do every job; the states afterwards."""
    for job_id in store.all(select(Job.id)):
        runner.work(app, job_id, TASKS)
    return list(store.all(select(Job.state)))


def read(disk: LocalFiles, person_id: int, digest: str | None) -> bytes:
    with disk.open(str(person_id), digest or "") as stream:
        return stream.read()


def test_a_heic_photo_is_made_anew_and_the_original_goes(
    app: Flask, store: Store, disk: LocalFiles, add: Callable[..., int], member: Someone
):
    file_id = add(a_heic(), "IMG.HEIC")

    assert run_all(app, store) == ["done"]

    file = store.get(File, file_id)
    assert file.state == "ready"
    assert not pixels(read(disk, member.id, file.stored_hash)).getexif()
    assert {s.digest for s in disk.all()} == {file.stored_hash, file.preview_hash}


def test_a_photo_damaged_inside_is_said_to_be_broken(
    app: Flask, store: Store, disk: LocalFiles, add: Callable[..., int]
):
    file_id = add(a_heic()[:-200] + bytes(200), "IMG.HEIC")

    assert run_all(app, store) == ["done"]

    assert store.get(File, file_id).state == "broken"
    assert list(disk.all()) == []


def test_a_scanned_paper_gets_its_first_page_as_preview(
    app: Flask, store: Store, disk: LocalFiles, add: Callable[..., int], member: Someone
):
    file_id = add(a_pdf(2, scanned=True), "扫描.pdf")
    assert store.get(File, file_id).preview_hash is None

    assert run_all(app, store) == ["done"]

    file = store.get(File, file_id)
    assert pixels(read(disk, member.id, file.preview_hash)).height == 480
    assert read(disk, member.id, file.stored_hash).startswith(b"%PDF")


def test_a_job_for_a_purged_file_has_nothing_to_do(
    app: Flask, do: Do, store: Store, disk: LocalFiles, add: Callable[..., int], member: Someone,
    now: datetime,
):  # fmt: skip
    file_id = add(a_heic(), "IMG.HEIC")
    do(evidence.purge_evidence, member.actor, file_id, store=disk, now=now)

    assert run_all(app, store) == ["done"]
    assert list(disk.all()) == []


def test_each_night_bytes_that_no_row_knows_are_removed(
    app: Flask, disk: LocalFiles, add: Callable[..., int], member: Someone
):
    add(a_pdf(1), "证书.pdf")
    kept = {s.digest for s in disk.all()}
    disk.put(str(member.id), b"left behind")
    in_two_days = datetime.now(UTC) + timedelta(days=2)  # noqa: TID251 - the disk's own clock

    with app.app_context():
        counts = jobs.remove_orphans(lambda: in_two_days)

    assert counts == {"removed": 1}
    assert {s.digest for s in disk.all()} == kept
