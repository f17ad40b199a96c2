"""Files prove records: taken in once, opened by whom, taken off, removed for good."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from cpd_app.db import db, transaction
from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.media.reading import read_through
from cpd_app.models import (
    Activity,
    ActivityChange,
    Credit,
    Evidence,
    File,
    FileView,
    Job,
    JournalEntry,
)
from cpd_app.policy import Actor
from cpd_app.storage import LocalFiles
from cpd_app.usecases import evidence, files
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.evidence import Attachment, Outcome
from tests.support.files import a_heic, a_jpeg, a_pdf, a_png, an_upload, pixels
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2025, 6, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def disk(app: Flask) -> LocalFiles:
    return LocalFiles(Path(app.config["CPD"].files_dir))


@pytest.fixture
def add(do: Do, disk: LocalFiles) -> Callable[..., Attachment]:
    def call(someone: Someone, activity: Activity, *args: Any, now: datetime = NOW, **options: Any):
        upload = an_upload(*args, **options)
        made: Attachment = do(
            evidence.add_file, someone.actor, activity.id, upload, store=disk, now=now
        )
        return made

    return call


@pytest.fixture
def record(do: Do, member: Someone) -> Activity:
    """A training of the member with its credit."""
    return a_record(do, member)


def a_record(do: Do, someone: Someone) -> Activity:
    new = NewActivity("training", "测试培训", None, date(2024, 5, 6), fields={"minutes": 90})
    activity: Activity = do(log_activity, someone.actor, new, now=NOW, today=NOW.date()).activity
    return activity


def stored(disk: LocalFiles) -> set[str]:
    return {s.digest for s in disk.all()}


def verbs(store: Store, object_type: str) -> list[str]:
    return list(
        store.all(
            select(JournalEntry.verb)
            .where(JournalEntry.object_type == object_type)
            .order_by(JournalEntry.id)
        )
    )


def test_a_photo_is_kept_without_its_place_and_proves_what_it_is_tagged_with(
    store: Store, disk: LocalFiles, add: Do, member: Someone, record: Activity
):
    made = add(member, record, a_jpeg(), proofs=("timetable", "notice"), secrecy="declassified")

    file = store.get(File, made.file_id)
    assert (made.state, made.proofs) == ("ready", ("notice", "timetable"))
    assert (file.secrecy, file.secrecy_text_version, file.secrecy_at, file.secrecy_by_id) == (
        "declassified", 1, NOW, member.id,
    )  # fmt: skip
    assert stored(disk) == {file.stored_hash, file.preview_hash}
    with disk.open(str(member.id), file.stored_hash or "") as stream:
        kept = stream.read()
    assert not pixels(kept).getexif()
    assert file.size == len(kept)
    assert verbs(store, "file") == ["file.received"]


@pytest.mark.parametrize("secrecy", ["", "yes", "NONE"])
def test_without_a_word_on_secrecy_nothing_is_kept(
    store: Store, disk: LocalFiles, add: Do, member: Someone, record: Activity, secrecy: str
):
    with pytest.raises(Rejected, match="bad_secrecy"):
        add(member, record, secrecy=secrecy)

    assert store.count(File) == 0
    assert stored(disk) == set()


def test_the_same_upload_twice_is_one_file_and_one_attachment(
    store: Store, add: Do, member: Someone, record: Activity
):
    key = "0b5f3a52-58a4-4a3e-9d8f-4f2d8cf9a001"
    first = add(member, record, key=key)
    second = add(member, record, key=key)

    assert first == second
    assert (store.count(File), store.count(Evidence)) == (1, 1)


def test_a_key_cannot_stand_for_another_file(add: Do, member: Someone, record: Activity):
    key = "0b5f3a52-58a4-4a3e-9d8f-4f2d8cf9a001"
    add(member, record, key=key)

    with pytest.raises(Conflict, match="file_key_reused"):
        add(member, record, a_png(), key=key)


def test_the_same_bytes_serve_two_records_and_two_proofs(
    store: Store, do: Do, add: Do, member: Someone, record: Activity
):
    other = a_record(do, member)
    first = add(member, record, proofs=("notice",))
    again = add(member, record, proofs=("timetable",))
    elsewhere = add(member, other, proofs=("notice",))

    assert again.id == first.id
    assert again.proofs == ("notice", "timetable")
    assert elsewhere.file_id == first.file_id
    assert (store.count(File), store.count(Evidence)) == (1, 2)


def test_a_file_can_be_attached_from_another_record(
    do: Do, add: Do, member: Someone, record: Activity
):
    other = a_record(do, member)
    made = add(member, record)
    offered = do(evidence.files_to_reuse, member.actor, other.id)
    do(evidence.attach_file, member.actor, other.id, made.file_id, ("notice",), now=NOW)

    assert [a.file_id for a in offered] == [made.file_id]
    assert do(evidence.files_to_reuse, member.actor, other.id) == []


def test_the_last_answer_about_secrecy_stands(
    store: Store, add: Do, member: Someone, record: Activity
):
    made = add(member, record, secrecy="none")
    later = NOW + timedelta(days=3)
    add(member, record, secrecy="declassified", now=later)

    file = store.get(File, made.file_id)
    assert (file.secrecy, file.secrecy_at) == ("declassified", later)
    assert verbs(store, "file") == ["file.received", "file.answered"]


def test_only_listed_proofs_can_be_covered(add: Do, member: Someone, record: Activity):
    with pytest.raises(Rejected, match="unknown_proof"):
        add(member, record, proofs=("transcript",))


def test_tags_change_later_and_the_history_says_so(
    store: Store, do: Do, add: Do, member: Someone, record: Activity
):
    made = add(member, record)
    tagged = do(evidence.tag_evidence, member.actor, made.id, ["notice"], now=NOW)
    do(evidence.tag_evidence, member.actor, made.id, ["notice"], now=NOW)

    assert tagged.proofs == ("notice",)
    changes = store.all(
        select(ActivityChange.verb)
        .where(ActivityChange.activity_id == record.id)
        .order_by(ActivityChange.id)
    )
    assert list(changes) == ["logged", "evidence_added", "evidence_tagged"]


def test_twenty_files_are_enough_for_one_record(
    store: Store, add: Do, member: Someone, record: Activity, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(evidence, "MOST_FILES", 2)
    add(member, record, a_jpeg(100, 90))
    add(member, record, a_jpeg(100, 91))

    with pytest.raises(Rejected, match="too_many_files"):
        add(member, record, a_jpeg(100, 92))
    assert evidence.MOST_FILES == 2
    assert store.count(File) == 2


def test_of_several_files_a_bad_one_stops_no_other(
    do: Do, disk: LocalFiles, member: Someone, record: Activity
):
    unread = Outcome("notes.txt", refusal=Rejected("wrong_file_type", "file"))
    uploads = [an_upload(), unread, replace(an_upload(a_png()), secrecy="")]

    outcomes = do(evidence.add_files, member.actor, record.id, uploads, store=disk, now=NOW)

    assert [o.refusal.code if o.refusal else "kept" for o in outcomes] == [
        "kept", "wrong_file_type", "bad_secrecy",
    ]  # fmt: skip


def test_nobody_else_reaches_a_file_or_attaches_to_a_record(
    do: Do, disk: LocalFiles, add: Do, record: Activity, member: Someone,
    other_member: Someone, stranger: Someone, federation: Someone, auditor: Someone,
):  # fmt: skip
    made = add(member, record)
    for someone in (other_member, stranger, federation):
        with pytest.raises(NotFound):
            do(files.readable_file, someone.actor, made.file_id)
        with pytest.raises(NotFound):
            add(someone, record)
        with pytest.raises(NotFound):
            do(evidence.detach_evidence, someone.actor, made.id, store=disk, now=NOW)
        with pytest.raises(NotFound):
            do(evidence.purge_evidence, someone.actor, made.file_id, store=disk, now=NOW)
    with pytest.raises(NotAllowed):
        add(auditor, record)
    with pytest.raises(NotAllowed):
        do(evidence.purge_evidence, auditor.actor, made.file_id, store=disk, now=NOW)


def test_a_file_of_somebody_else_cannot_be_attached(
    do: Do, add: Do, member: Someone, other_member: Someone, record: Activity
):
    theirs = add(other_member, a_record(do, other_member))

    with pytest.raises(NotFound):
        do(evidence.attach_file, member.actor, record.id, theirs.file_id, (), now=NOW)


def open_as(do: Do, disk: LocalFiles, actor: Actor, file_id: int, now: datetime = NOW) -> bytes:
    opened = do(files.open_file, actor, file_id, preview=False, store=disk, now=now)
    with opened.stream as stream:
        data: bytes = stream.read()
    return data


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


def test_a_file_taken_off_its_last_record_is_removed(
    store: Store, do: Do, disk: LocalFiles, add: Do, member: Someone, record: Activity
):
    other = a_record(do, member)
    first, second = add(member, record), add(member, other)

    do(evidence.detach_evidence, member.actor, first.id, store=disk, now=NOW)
    assert open_as(do, disk, member.actor, first.file_id)
    do(evidence.detach_evidence, member.actor, second.id, store=disk, now=NOW)

    file = store.get(File, first.file_id)
    assert (stored(disk), file.state, file.name) == (set(), "purged", "")
    assert do(evidence.evidence_of, [record.id, other.id]) == {}
    again = add(member, record)
    assert again.file_id != first.file_id


def test_checked_documents_stay(
    store: Store, do: Do, disk: LocalFiles, add: Do, member: Someone, record: Activity
):
    made = add(member, record)
    store.run(Credit.__table__.update().values(checked_at=NOW))  # type: ignore[attr-defined]

    with pytest.raises(Rejected, match="evidence_checked"):
        do(evidence.detach_evidence, member.actor, made.id, store=disk, now=NOW)
    do(evidence.purge_evidence, member.actor, made.file_id, store=disk, now=NOW)
    assert stored(disk) == set()


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
    theirs = add(other_member, a_record(do, other_member))

    do(evidence.purge_evidence, member.actor, mine.file_id, store=disk, now=NOW)

    assert open_as(do, disk, other_member.actor, theirs.file_id)


def test_the_same_bytes_of_two_members_are_flagged(
    do: Do, disk: LocalFiles, add: Do, member: Someone, other_member: Someone,
    record: Activity,
):  # fmt: skip
    mine, only_mine = add(member, record), add(member, record, a_png())
    theirs = add(other_member, a_record(do, other_member))
    ids = [mine.file_id, only_mine.file_id]

    assert do(files.shared_with_others, ids) == {mine.file_id}
    do(evidence.purge_evidence, other_member.actor, theirs.file_id, store=disk, now=NOW)
    assert do(files.shared_with_others, ids) == frozenset()


def test_evidence_of_many_records_is_one_statement(
    do: Do, add: Do, app: Flask, member: Someone, record: Activity
):
    other = a_record(do, member)
    add(member, record)
    add(member, other, a_png())
    seen: list[str] = []

    with app.app_context():
        engine = db.engine
        event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        found = evidence.evidence_of([record.id, other.id])

    assert {k: len(v) for k, v in found.items()} == {record.id: 1, other.id: 1}
    assert len([statement for statement in seen if statement.startswith("SELECT")]) == 1


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
