"""A member's files: made ready, opened by whom, removed for good."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.db import transaction
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.media.reading import read_through
from cpd_app.models import (
    Activity,
    File,
    FileView,
    Job,
    JournalEntry,
)
from cpd_app.policy import Actor
from cpd_app.storage import LocalFiles
from cpd_app.usecases import evidence, files
from tests.support.evidence import NOW, Do, a_training, open_as, stored, verbs
from tests.support.people import Someone
from tests.support.photos import a_heic, a_jpeg, a_pdf, a_png, an_upload, pixels
from tests.support.store import Store


def test_the_owner_reads_who_opened_a_file(
    store: Store, do: Do, disk: LocalFiles, add: Do, member: Someone, auditor: Someone,
    record: Activity,
):  # fmt: skip
    made = add(member, record)
    open_as(do, disk, member.actor, made.file_id)
    assert store.count(FileView) == 0

    open_as(do, disk, auditor.actor, made.file_id)
    open_as(do, disk, auditor.actor, made.file_id, NOW + timedelta(minutes=5))
    open_as(do, disk, auditor.actor, made.file_id, NOW + timedelta(hours=1))

    views = do(files.views_of, [made.file_id])[made.file_id]
    assert [(v.name, v.at) for v in views] == [
        ("赵审核", NOW + timedelta(hours=1)), ("赵审核", NOW),
    ]  # fmt: skip


def test_heic_is_shown_to_nobody_before_its_work_is_done(
    store: Store, do: Do, disk: LocalFiles, add: Do, member: Someone, auditor: Someone,
    record: Activity,
):  # fmt: skip
    made = add(member, record, a_heic(), name="IMG_2.HEIC")
    job = store.one(select(Job))
    assert (made.state, job.kind, job.subject_id) == ("arrived", "process_file", made.file_id)
    for someone in (member, auditor):
        with pytest.raises(NotFound, match="file_not_ready"):
            open_as(do, disk, someone.actor, made.file_id)

    waiting = do(files.waiting_file, made.file_id, store=disk)
    done = read_through(waiting.data, waiting.media_type)
    do(files.finish_file, Actor.system("job"), made.file_id, done, store=disk, now=NOW)
    folder, digest = do(files.unneeded_bytes, made.file_id)
    disk.delete(folder, digest)

    shown = open_as(do, disk, auditor.actor, made.file_id)
    assert not pixels(shown).getexif()
    file = store.get(File, made.file_id)
    assert stored(disk) == {file.stored_hash, file.preview_hash}
    assert do(files.waiting_file, made.file_id, store=disk) is None
    preview = do(files.open_file, member.actor, made.file_id, preview=True, store=disk, now=NOW)
    preview.stream.close()
    assert preview.name == "IMG_2.jpg"


def test_a_photo_that_turns_out_broken_proves_nothing(
    store: Store, do: Do, disk: LocalFiles, add: Do, member: Someone, record: Activity
):
    made = add(member, record, a_heic(), proofs=("notice",))
    problem = Rejected("broken_photo", "file")
    do(files.finish_file, Actor.system("job"), made.file_id, problem, store=disk, now=NOW)

    (attached,) = do(evidence.evidence_of, [record.id])[record.id]
    assert (attached.state, attached.proves) == ("broken", False)
    assert do(files.unneeded_bytes, made.file_id) is not None
    assert verbs(store, "file") == ["file.received", "file.broken"]


def test_a_pdf_is_kept_as_it_came(
    do: Do, disk: LocalFiles, add: Do, member: Someone, record: Activity
):
    data = a_pdf(3)
    made = add(member, record, data, name="C:\\Users\\我\\结业 证书.pdf")

    assert (made.state, made.pages, made.name) == ("ready", 3, "结业 证书.pdf")
    assert open_as(do, disk, member.actor, made.file_id) == data


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"), ("", "photo"), ("a\x00b\n.jpg", "ab.jpg"), (" . ", "photo"),
        ("x" * 300 + ".jpg", "x" * 116 + ".jpg"),
    ],
)  # fmt: skip
def test_names_are_only_shown(given: str, kept: str):
    assert files.clean_name(given, "image/jpeg") == kept


@pytest.mark.parametrize("who", ["member", "registrar"])
def test_a_purge_removes_the_bytes_and_writes_down_who_had_opened_them(
    request: pytest.FixtureRequest, store: Store, do: Do, disk: LocalFiles, add: Do,
    member: Someone, auditor: Someone, record: Activity, who: str,
):  # fmt: skip
    made = add(member, record, a_jpeg(), name="图纸.jpg")
    open_as(do, disk, auditor.actor, made.file_id)
    actor = request.getfixturevalue(who).actor

    touched = do(evidence.purge_evidence, actor, made.file_id, store=disk, now=NOW)
    do(evidence.purge_evidence, actor, made.file_id, store=disk, now=NOW)

    file = store.get(File, made.file_id)
    assert touched == [record.id]
    assert stored(disk) == set()
    assert not [p for p in disk.root.rglob("*") if p.is_file()]
    assert (file.state, file.name, file.stored_hash, file.preview_hash, file.purged_at) == (
        "purged", "", None, None, NOW,
    )  # fmt: skip
    entry = store.one(select(JournalEntry).where(JournalEntry.verb == "file.purged"))
    assert entry.data == {"person": member.id, "opened_by": [auditor.id]}
    with pytest.raises(NotFound, match="file_gone"):
        open_as(do, disk, member.actor, made.file_id)
    (attached,) = do(evidence.evidence_of, [record.id])[record.id]
    assert not attached.proves


def test_a_purge_while_the_work_runs_leaves_nothing_behind(
    do: Do, disk: LocalFiles, add: Do, member: Someone, record: Activity
):
    made = add(member, record, a_heic())
    waiting = do(files.waiting_file, made.file_id, store=disk)
    do(evidence.purge_evidence, member.actor, made.file_id, store=disk, now=NOW)

    done = read_through(waiting.data, waiting.media_type)
    do(files.finish_file, Actor.system("job"), made.file_id, done, store=disk, now=NOW)

    assert stored(disk) == set()


def test_a_purge_leaves_the_same_photo_of_somebody_else_alone(
    do: Do, disk: LocalFiles, add: Do, member: Someone, other_member: Someone,
    record: Activity,
):  # fmt: skip
    mine = add(member, record)
    theirs = add(other_member, a_training(do, other_member))

    do(evidence.purge_evidence, member.actor, mine.file_id, store=disk, now=NOW)

    assert open_as(do, disk, other_member.actor, theirs.file_id)


def test_the_same_bytes_of_two_members_are_flagged(
    do: Do, disk: LocalFiles, add: Do, member: Someone, other_member: Someone,
    record: Activity,
):  # fmt: skip
    mine, only_mine = add(member, record), add(member, record, a_png())
    theirs = add(other_member, a_training(do, other_member))
    ids = [mine.file_id, only_mine.file_id]

    assert do(files.shared_with_others, ids) == {mine.file_id}
    do(evidence.purge_evidence, other_member.actor, theirs.file_id, store=disk, now=NOW)
    assert do(files.shared_with_others, ids) == frozenset()


def test_bytes_that_no_row_knows_are_removed_after_a_day(
    do: Do, disk: LocalFiles, add: Do, member: Someone, record: Activity
):
    add(member, record)
    add(member, record, a_heic())
    known = stored(disk)
    orphan = disk.put(str(member.id), b"left behind")
    real_now = datetime.now(UTC)  # noqa: TID251 - the age of a file is the disk's

    assert do(files.remove_orphans, store=disk, now=real_now) == 0
    assert do(files.remove_orphans, store=disk, now=real_now + timedelta(days=2)) == 1
    assert stored(disk) == known
    assert orphan not in known


def test_an_upload_that_is_undone_leaves_no_row(
    app: Flask, store: Store, disk: LocalFiles, member: Someone, record: Activity
):
    def interrupted() -> None:
        with app.app_context(), transaction():
            evidence.add_file(member.actor, record.id, an_upload(), store=disk, now=NOW)
            raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        interrupted()

    assert store.count(File) == 0
