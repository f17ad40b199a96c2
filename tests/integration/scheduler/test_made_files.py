"""Files that jobs make: whole although a worker is killed, for who ordered them, then swept."""

import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from cpd_app import clock
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.models import (
    File,
    FileView,
    Filing,
    Job,
    JobFile,
    JournalEntry,
    Person,
    Role,
    SnapshotRecord,
    Society,
)
from cpd_app.storage import LocalFiles
from cpd_app.usecases import bulk_dossiers, cleaning, export_orders, job_files, jobs
from cpd_app.usecases.bulk_dossiers import Span
from cpd_app.usecases.files import remove_orphans
from scheduler import making, runner
from scheduler.growing import Growing
from scheduler.tasks import TASKS
from tests.support import builders
from tests.support.filings import a_filing, a_record
from tests.support.jobs import work_off
from tests.support.making import killed_after, left_over, made_by
from tests.support.people import Someone
from tests.support.scheduling import Starter, until
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
ROOM = 10**12


@pytest.fixture
def disk(app: Flask) -> LocalFiles:
    return LocalFiles(Path(app.config["CPD"].files_dir))


@pytest.fixture
def present(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 14:00")


def a_proof(store: Store, disk: LocalFiles, person: Person, data: bytes) -> File:
    """A file whose bytes lie in the store."""
    digest = disk.put(str(person.id), data)
    return builders.a_file(
        store, person, original_hash=digest, stored_hash=digest, size=len(data), name="通知.jpg"
    )


def filings(store: Store, disk: LocalFiles, society: Society, count: int) -> list[tuple[int, File]]:
    """Filings of as many members, each with one record and one proof."""
    made = []
    for number in range(count):
        person = builders.a_person(store)
        registration = builders.a_registration(store, person, society)
        proof = a_proof(store, disk, person, b"photo %d" % number)
        activity = builders.an_activity(store, person)
        builders.an_evidence(store, activity.id, proof.id)
        paper = {
            "file_id": proof.id, "name": proof.name, "media_type": proof.media_type,
            "pages": None, "original_hash": proof.original_hash,
            "stored_hash": proof.stored_hash, "proofs": [],
        }  # fmt: skip
        record = a_record(activity=activity, content={"evidence": [paper]})
        filed_at = NOW - timedelta(days=count - number)
        filing = a_filing(store, registration, [record], filed_at=filed_at)
        made.append((filing.id, proof))
    return made


def dossiers(do: Do, by: Someone, society: Society, *, with_evidence: bool = True) -> Job:
    """Order those of November."""
    span = Span(society.id, date(2026, 11, 1), date(2026, 11, 30))
    job: Job = do(
        bulk_dossiers.order_dossiers, by.actor, span, with_evidence=with_evidence, room=ROOM,
        language="zh", key="k", now=NOW,
    )  # fmt: skip
    return job


@pytest.mark.usefixtures("present")
def test_dossiers_go_on_after_a_kill_and_nothing_is_written_down_twice(
    app: Flask, do: Do, store: Store, disk: LocalFiles, society: Society, registrar: Someone
):
    made = filings(store, disk, society, 4)
    disk.delete(str(made[0][1].folder), str(made[0][1].stored_hash))
    path = next(disk.root.glob(f"{made[1][1].folder}/*/{made[1][1].stored_hash}"))
    path.write_bytes(b"something else")
    job = dossiers(do, registrar, society)
    killed_after(app, store, 3)
    begun = [path.stat().st_size for path in left_over(app)[0].glob("bytes")]
    work_off(app)

    assert begun[0] > 1000
    assert left_over(app) == []
    with zipfile.ZipFile(made_by(disk.root, store, job.id)) as archive:
        assert archive.testzip() is None
        numbers = store.all(select(Filing.number).order_by(Filing.filed_at))
        names = archive.namelist()
        assert [n for n in names if n.endswith(".pdf")] == [f"{n}/{n}.pdf" for n in numbers]
        proofs = [n for n in names if "/evidence/" in n]
        assert [n.split("/")[0] for n in proofs] == list(numbers[2:])
        assert [archive.read(n) for n in proofs] == [b"photo 2", b"photo 3"]
        left_out = archive.read("LEFT-OUT.txt").decode().splitlines()
        said = [line.split("\t")[1] for line in left_out]
        assert said == ["gone", "not the bytes that were kept"]
    taken = select(JournalEntry.object_id).where(JournalEntry.verb == "filing.dossier_taken")
    assert set(store.all(taken)) == {filing_id for filing_id, _proof in made}
    assert len(store.all(taken)) == len(made)
    views = select(FileView.file_id).where(FileView.person_id == registrar.id)
    assert sorted(store.all(views)) == [proof.id for _filing, proof in made]
    assert store.get(Job, job.id).attempts == 2


@pytest.mark.usefixtures("present")
def test_dossiers_without_evidence_hold_papers_only(
    app: Flask, do: Do, store: Store, disk: LocalFiles, society: Society, registrar: Someone
):
    filings(store, disk, society, 2)
    span = Span(society.id, date(2026, 11, 1), date(2026, 11, 30))
    estimate = do(bulk_dossiers.estimate_of, registrar.actor, span)
    job = dossiers(do, registrar, society, with_evidence=False)
    work_off(app)

    with zipfile.ZipFile(made_by(disk.root, store, job.id)) as archive:
        assert len(archive.namelist()) == 2
        assert not any("/" in name for name in archive.namelist())
    assert (estimate.filings, estimate.files, estimate.evidence) == (2, 2, 14)
    assert store.count(FileView) == 0


def test_what_is_too_large_is_refused(
    do: Do, store: Store, disk: LocalFiles, society: Society, registrar: Someone
):
    [(filing_id, _proof)] = filings(store, disk, society, 1)
    record = select(SnapshotRecord.activity_id).where(SnapshotRecord.filing_id == filing_id)
    person = store.get(Person, store.get(Filing, filing_id).person_id)
    span = Span(society.id, date(2026, 11, 1), date(2026, 11, 30))
    for count, room, code in ((1, 2 * 10**9, "no_room"), (25, ROOM, "too_much_evidence")):
        for _number in range(count):
            large = builders.a_file(store, person, size=2 * 10**9)
            builders.an_evidence(store, store.one(record), large.id)
        with pytest.raises(Rejected, match=code):
            do(
                bulk_dossiers.order_dossiers, registrar.actor, span, with_evidence=True,
                room=room, language="zh", key="k", now=NOW,
            )  # fmt: skip


@pytest.mark.usefixtures("present")
def test_a_cancelled_order_leaves_no_file(
    app: Flask, do: Do, store: Store, disk: LocalFiles, society: Society, registrar: Someone
):
    filings(store, disk, society, 3)
    job = dossiers(do, registrar, society)
    killed_after(app, store, 2)
    assert left_over(app)
    with app.app_context():
        assert making.remove_left_behind() == 0
    do(jobs.cancel_job, registrar.actor, job.id, now=clock.now())
    work_off(app)

    with app.app_context():
        assert making.remove_left_behind() == 1
    assert (left_over(app), store.count(JobFile)) == ([], 0)


@pytest.mark.usefixtures("present")
def test_who_lost_the_right_gets_nothing(
    app: Flask, do: Do, store: Store, disk: LocalFiles, society: Society, registrar: Someone
):
    filings(store, disk, society, 3)
    job = dossiers(do, registrar, society)
    killed_after(app, store, 1)
    store.run(delete(Role).where(Role.person_id == registrar.id))
    work_off(app)

    assert store.get(Job, job.id).state == "failed"
    assert store.count(JobFile) == 0


def proofs_of(store: Store, disk: LocalFiles, person: Person, count: int) -> None:
    """Records of a person, each with a proof."""
    for number in range(count):
        activity = builders.an_activity(store, person)
        proof = a_proof(store, disk, person, b"proof %d" % number)
        builders.an_evidence(store, activity.id, proof.id)


def own_export(do: Do, by: Someone, key: str = "k") -> Job:
    """Order everything of one's own."""
    job: Job = do(export_orders.order_own, by.actor, language="zh", key=key, now=clock.now())
    return job


@pytest.mark.usefixtures("present")
def test_an_own_export_goes_on_with_the_next_proof(
    app: Flask, do: Do, store: Store, disk: LocalFiles, member: Someone
):
    proofs_of(store, disk, member.person, 3)
    assert do(export_orders.size_of_proofs, member.actor) == (3, 21)
    job = own_export(do, member)
    assert own_export(do, member, "another click").id == job.id
    killed_after(app, store, 2)
    work_off(app)

    with zipfile.ZipFile(made_by(disk.root, store, job.id)) as archive:
        assert archive.testzip() is None
        records = json.loads(archive.read("records.json"))["records"]
        named = [record["evidence"][0]["file"] for record in records]
        assert archive.namelist() == ["records.json", "records.csv", *named]
        assert [archive.read(name) for name in named] == [b"proof %d" % n for n in range(3)]


@pytest.mark.usefixtures("present")
def test_a_made_file_is_for_who_ordered_it_until_it_is_swept(
    app: Flask, do: Do, store: Store, disk: LocalFiles, member: Someone, registrar: Someone,
    stranger: Someone,
):  # fmt: skip
    first = own_export(do, member)
    work_off(app)
    [replaced] = disk.all()
    builders.an_activity(store, member.person)
    second = own_export(do, member, "later")
    work_off(app)
    now = clock.now()

    assert not disk.exists(replaced.folder, replaced.digest)
    [(listed, file)] = do(export_orders.own_orders, member.actor, now=now)
    assert (listed.id, file is not None) == (second.id, True)
    assert do(job_files.shown_job, member.actor, first.id, now=now).file is None
    for other in (registrar, stranger):
        with pytest.raises(NotFound):
            do(job_files.shown_job, other.actor, second.id, now=now)
        with pytest.raises(NotFound):
            do(job_files.take_file, other.actor, second.id, now=now)
    taken = do(job_files.take_file, member.actor, second.id, now=now)
    assert disk.exists(taken.folder, taken.digest)

    later = now + timedelta(days=7, seconds=1)
    assert do(export_orders.own_orders, member.actor, now=later) == []
    assert do(cleaning.clean_up, now=later)["job_files"] == 1
    real = datetime.now(UTC) + timedelta(days=2)  # noqa: TID251 - files carry the disk's time
    do(remove_orphans, store=disk, now=real)
    assert not disk.exists(taken.folder, taken.digest)


@pytest.mark.usefixtures("present")
def test_a_worker_that_only_slept_does_not_write_beside_its_successor(
    app: Flask, do: Do, store: Store, disk: LocalFiles, society: Society, registrar: Someone
):
    filings(store, disk, society, 2)
    job = dossiers(do, registrar, society)
    with app.app_context():
        asleep = Growing(disk.root / f"making-{job.id}")
    with asleep:
        runner.work(app, job.id, TASKS)
        assert store.get(Job, job.id).state == "running"
    store.run(update(Job).values(lease_until=builders.LONG_AGO))
    work_off(app)

    assert store.get(Job, job.id).state == "done"


@pytest.mark.slow
def test_a_killed_process_is_followed_by_another(
    do: Do, store: Store, society: Society, registrar: Someone, worker: Starter
):
    disk = LocalFiles(worker.folder / "files")
    now = datetime.now(UTC)  # noqa: TID251 - the other processes have the real clock
    made = filings(store, disk, society, 8)
    first_on = (NOW - timedelta(days=30)).date()
    span = Span(society.id, first_on, NOW.date())
    job = do(
        bulk_dossiers.order_dossiers, registrar.actor, span, with_evidence=True, room=ROOM,
        language="zh", key="k", now=now,
    )  # fmt: skip
    clock_ = worker()
    first = worker("work")
    until(lambda: store.get(Job, job.id).done >= 2)
    first.kill()
    store.run(update(Job).where(Job.state == "running").values(lease_until=builders.LONG_AGO))
    worker("work")
    until(lambda: store.get(Job, job.id).state == "done")

    with zipfile.ZipFile(made_by(disk.root, store, job.id)) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 2 * len(made)
    verbs = select(func.count()).where(JournalEntry.verb == "filing.dossier_taken")
    assert store.all(verbs) == [len(made)]
    assert clock_.runs
