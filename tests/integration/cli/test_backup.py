"""Back up while people write, put it back elsewhere, and find all of it again."""

import json
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from flask import Flask
from sqlalchemy import select, text

from cpd_app import clock
from cpd_app.backup import taking
from cpd_app.backup.manifest import read_manifest
from cpd_app.db import session, transaction
from cpd_app.migrate import alembic_config
from cpd_app.models import Activity, ApiToken, File, Job
from cpd_app.storage import LocalFiles, digest_of
from cpd_app.usecases import files
from cpd_app.usecases.files import Upload
from cpd_app.usecases.signin import hash_of
from scheduler import jobs, runner
from scheduler.tasks import TASKS
from tests.support.builders import LONG_AGO
from tests.support.databases import engine_for
from tests.support.people import Someone
from tests.support.photos import a_heic, an_upload
from tests.support.place import Place
from tests.support.store import Store

Do = Callable[..., Any]
#: seconds between two writes of a thread, so that the backup gets a processor too
PAUSE = 0.05


@pytest.fixture
def here(app: Flask, database_url: str) -> Place:
    """Where the application of the test writes."""
    settings = app.config["CPD"]
    return Place(database_url, settings.var_dir, settings.seal_key)


@pytest.fixture
def there(empty_database_url: str, tmp_path: Path, here: Place) -> Place:
    """Another, empty place with the same keys."""
    return Place(empty_database_url, tmp_path / "there", here.environ["CPD_SEAL_KEY"])


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "backups"


class Crowd:
    """Threads that write all the time: records by the API, photos with their work, seals."""

    def __init__(self, app: Flask, member: Someone) -> None:
        self.app, self.member = app, member
        self.stop = threading.Event()
        #: titles of records, and digests of photos, that were answered with yes
        self.records: list[str] = []
        self.photos: list[int] = []
        self.wrong: list[str] = []

    def write_records(self, name: str) -> None:
        client = self.app.test_client()
        number = 0
        while not self.stop.is_set():
            title = f"培训 {name} {number}"
            body = {"kind": "training", "title": title, "ended_on": "2025-05-06", "minutes": 60}
            answer = client.post(
                "/api/v1/activities", json=body, headers={"Authorization": "Bearer cpd_crowd"}
            )
            if answer.status_code == 201:
                self.records.append(title)
            else:
                self.wrong.append(f"{answer.status_code} {answer.get_data(as_text=True)[:200]}")
            number += 1
            time.sleep(PAUSE)

    def add_photos(self) -> None:
        """Each arrives, is made anew by the worker, and its first bytes go."""
        store, number = LocalFiles(self.app.config["CPD"].files_dir), 0
        while not self.stop.is_set():
            number += 1
            with self.app.app_context():
                with transaction():
                    upload = a_photo(number)
                    made = files.receive_file(
                        self.member.actor, self.member.id, upload, store=store, now=clock.now()
                    )
                    file_id = made.id
                self.photos.append(file_id)
                with transaction():
                    job_id = jobs_of(file_id)
            runner.work(self.app, job_id, TASKS)
            with self.app.app_context():
                jobs.seal_journal(clock.now)
            time.sleep(PAUSE)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """They write as long as the block lasts."""
        threads = [threading.Thread(target=self.write_records, args=(name,)) for name in "ab"]
        threads.append(threading.Thread(target=self.add_photos))
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()


def jobs_of(file_id: int) -> int:
    """The work that a file waits for."""
    return session.scalars(select(Job.id).where(Job.subject_id == file_id)).one()


def a_photo(number: int = 0) -> Upload:
    """A photo of a phone, which the worker makes anew; a number more, other bytes."""
    spare = b"\0\0\0\x0cfree" + number.to_bytes(4)
    return an_upload(a_heic() + spare, name="p.heic")


@pytest.fixture
def crowd(app: Flask, store: Store, member: Someone, at: Callable[[str], datetime]) -> Crowd:
    at("2026-06-01 10:00")
    store.add(
        ApiToken(
            person_id=member.id, name="crowd", token_hash=hash_of("cpd_crowd"), scopes=[],
            created_at=LONG_AGO,
        )
    )  # fmt: skip
    return Crowd(app, member)


def test_a_backup_under_load_has_every_write_answered_before_it(
    crowd: Crowd, here: Place, there: Place, target: Path
):
    with crowd.writing():
        while len(crowd.records) < 20 or len(crowd.photos) < 3:
            time.sleep(0.05)
            assert not crowd.wrong
        records, photos = list(crowd.records), list(crowd.photos)
        here.apart("backup", target)
        during = len(crowd.records) - len(records)
        again_from = list(crowd.records)
        here.apart("backup", target)
    assert not crowd.wrong
    assert during > 0, "nobody wrote meanwhile"
    first, second = taking.backups_in(target)

    said = there.run("restore", first)

    assert "everything is as it was, and the journal verifies" in said
    with engine_for(there.url) as engine:
        kept = Store(engine)
        assert set(records) <= set(kept.all(select(Activity.title)))
        assert set(photos) <= set(kept.all(select(File.id)))
        assert_files_match(kept, there.var_dir / "files")
    there.run("verify-journal")

    there.run("restore", second, status=1)  # there is something already
    said = there.run("restore", "--replace", second)
    assert "moved aside" in said
    with engine_for(there.url) as engine:
        assert set(again_from) <= set(Store(engine).all(select(Activity.title)))
    there.run("verify-journal")


def assert_files_match(kept: Store, folder: Path) -> None:
    """Every file has the bytes of its name, and every row its files."""
    names = set()
    for path in folder.glob("*/*/*"):
        assert digest_of(path.read_bytes()) == path.name
        names.add(path.name)
    for file in kept.all(select(File)):
        needed = {file.stored_hash, file.preview_hash} - {None}
        needed |= {file.original_hash} if file.state == "arrived" else set()
        assert needed <= names


@pytest.fixture
def photo(app: Flask, do: Do, store: Store, member: Someone, at: Callable[[str], Any]) -> Path:
    """A photo whose work is done; where its bytes lie."""
    now = at("2026-06-01 10:00")
    disk = LocalFiles(app.config["CPD"].files_dir)
    file_id = do(files.receive_file, member.actor, member.id, a_photo(), store=disk, now=now).id
    runner.work(app, store.one(select(Job.id)), TASKS)
    with app.app_context():
        jobs.seal_journal(clock.now)
    digest = store.get(File, file_id).stored_hash or ""
    return disk.root / str(member.id) / digest[:2] / digest


def test_the_next_backup_links_what_the_last_one_has_and_old_ones_go(
    photo: Path, here: Place, target: Path, at: Callable[[str], datetime]
):
    for minute in range(3):
        at(f"2026-06-01 11:0{minute}")
        here.run("backup", target, "--keep", "2")

    first, second = taking.backups_in(target)
    where = Path("files") / photo.relative_to(here.var_dir / "files")
    assert (first / where).stat().st_ino == (second / where).stat().st_ino
    assert (first / where).stat().st_ino != photo.stat().st_ino
    here.run("backup", "--check", first)


@pytest.mark.usefixtures("photo")
def test_no_key_is_in_a_backup_and_only_its_owner_reads_it(here: Place, target: Path):
    here.run("backup", target)
    [made] = taking.backups_in(target)

    written = b"".join(p.read_bytes() for p in made.rglob("*") if p.is_file())
    for name in ("CPD_SECRET_KEY", "CPD_SEAL_KEY"):
        assert here.environ[name].encode() not in written
    inside = [p for p in made.rglob("*") if p.is_file()]
    assert [p for p in (target, made, *inside) if p.stat().st_mode & 0o077] == []


def test_a_backup_that_was_changed_is_found_out_and_not_restored(
    photo: Path, here: Place, there: Place, target: Path
):
    here.run("backup", target)
    [made] = taking.backups_in(target)
    where = made / "files" / photo.relative_to(here.var_dir / "files")
    where.write_bytes(b"something else")

    assert "its bytes have changed" in here.run("backup", "--check", made, status=1)
    assert "the backup is not whole" in there.run("restore", made, status=1)
    where.unlink()
    assert "it is not there" in here.run("backup", "--check", made, status=1)
    (made / "manifest.json").unlink()
    assert "is no backup" in here.run("backup", "--check", made, status=1)
    assert not (there.var_dir / "files").exists()


def test_a_file_that_is_missing_or_damaged_is_said_and_the_rest_is_kept(
    photo: Path, here: Place, there: Place, target: Path, at: Callable[[str], datetime]
):
    photo.write_bytes(b"rotten")
    assert "does not have the bytes of its name" in here.run("backup", target, status=1)
    photo.unlink()
    at("2026-06-01 11:00")
    assert "is named by a row and was not there" in here.run("backup", target, status=1)
    rotten, missing = taking.backups_in(target)

    assert read_manifest(missing).missing == [f"{photo.parent.parent.name}/{photo.name}"]
    assert "is named by a row and missing" in there.run("restore", missing, status=1)
    assert "damaged already" in there.run("restore", "--replace", rotten, status=1)


@pytest.mark.usefixtures("photo")
def test_another_key_is_said(here: Place, there: Place, target: Path):
    here.run("backup", target)
    there.environ["CPD_SEAL_KEY"] = "another-seal-key-of-32-characters"

    said = there.run("restore", *taking.backups_in(target), status=1)

    assert "CPD_SEAL_KEY is not the key of the backup" in said


@pytest.mark.usefixtures("photo")
def test_a_newer_release_and_another_engine_are_refused(
    engine_name: str, here: Place, there: Place, target: Path
):
    here.run("backup", target)
    [made] = taking.backups_in(target)
    manifest = json.loads((made / "manifest.json").read_text("utf-8"))
    other = "sqlite" if engine_name == "postgresql" else "postgresql"
    for change, words in (
        ({"migration": "9999"}, "install that release first"),
        ({"engine": other}, "back into the same kind of database"),
        ({"format": 2}, "this release reads 1"),
    ):
        (made / "manifest.json").write_text(json.dumps(manifest | change), "utf-8")
        assert words in there.run("restore", made, status=1)


@pytest.mark.usefixtures("photo")
def test_a_backup_of_an_older_release_is_brought_up(here: Place, there: Place, target: Path):
    """The database is a migration behind: as the release before this one left it."""
    command.downgrade(alembic_config(here.url), "-1")
    here.run("backup", target)
    [made] = taking.backups_in(target)

    there.run("restore", made)

    with engine_for(there.url) as engine, engine.connect() as connection:
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    assert revision != read_manifest(made).migration


def test_a_restore_that_breaks_off_leaves_what_was_there(
    photo: Path, here: Place, there: Place, target: Path, at: Callable[[str], datetime]
):
    """The database's copy is whole by its hash and no database: only putting it back shows it."""
    here.run("backup", target)
    [made] = taking.backups_in(target)
    there.run("restore", made)
    manifest = json.loads((made / "manifest.json").read_text("utf-8"))
    rotten = b"no database"
    (made / manifest["dump"]).write_bytes(rotten)
    manifest["dump_sha256"] = digest_of(rotten)
    (made / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    at("2026-06-01 12:00")

    there.run("restore", "--replace", made, status=1)

    kept = there.var_dir / "files" / photo.relative_to(here.var_dir / "files")
    assert kept.read_bytes() == photo.read_bytes()
    with engine_for(there.url) as engine, engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM files")) == 1
    assert [p.name for p in there.var_dir.iterdir() if "before-" in p.name] == []


def test_a_killed_backup_leaves_nothing_that_looks_whole(photo: Path, here: Place, target: Path):
    for number in range(300):  # enough to be in the middle of them
        data = str(number).encode()
        LocalFiles(photo.parents[2]).put("7", data)
    left = 0
    while not left:
        process = here.start("backup", target)
        while not list(target.glob(".partial-*/files/7")) and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        left = len(list(target.glob(".partial-*")))
        if not left:  # it was faster than we
            shutil.rmtree(target)
    assert taking.backups_in(target) == []

    here.run("backup", target)

    assert len(taking.backups_in(target)) == 1
    assert list(target.glob(".partial-*")) == []


def test_two_backups_at_once_into_one_folder_are_refused(here: Place, target: Path):
    target.mkdir()
    with taking._alone(target):
        assert "another backup" in here.run("backup", target, status=1)


@pytest.mark.usefixtures("photo")
def test_the_worker_takes_one_a_night_where_it_is_said(
    app: Flask, target: Path, at: Callable[[str], datetime]
):
    with app.app_context():
        assert jobs.take_backup(clock.now) == {"taken": 0}
    app.config["CPD"] = replace(app.config["CPD"], backup_dir=target, backup_keep=2)
    for day in range(1, 4):
        at(f"2026-06-0{day} 02:30")
        with app.app_context():
            told = jobs.take_backup(clock.now)

    assert told == {"taken": 1, "files": 2, "removed": 1, "faults": 0}
    assert [p.name for p in taking.backups_in(target)] == ["20260601T183000Z", "20260602T183000Z"]
