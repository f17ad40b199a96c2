"""Files prove records: taken in once, tagged, taken off again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from cpd_app.db import db
from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.models import (
    Activity,
    ActivityChange,
    Credit,
    Evidence,
    File,
)
from cpd_app.storage import LocalFiles
from cpd_app.usecases import evidence, files
from cpd_app.usecases.evidence import Outcome
from tests.support.evidence import NOW, Do, a_training, open_as, stored, verbs
from tests.support.people import Someone
from tests.support.photos import a_jpeg, a_png, an_upload, pixels
from tests.support.store import Store


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
    other = a_training(do, member)
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
    other = a_training(do, member)
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


def test_nobody_else_reaches_a_file_or_attaches_to_a_training(
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
    theirs = add(other_member, a_training(do, other_member))

    with pytest.raises(NotFound):
        do(evidence.attach_file, member.actor, record.id, theirs.file_id, (), now=NOW)


def test_a_file_taken_off_its_last_record_is_removed(
    store: Store, do: Do, disk: LocalFiles, add: Do, member: Someone, record: Activity
):
    other = a_training(do, member)
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


def test_evidence_of_many_records_is_one_statement(
    do: Do, add: Do, app: Flask, member: Someone, record: Activity
):
    other = a_training(do, member)
    add(member, record)
    add(member, other, a_png())
    seen: list[str] = []

    with app.app_context():
        engine = db.engine
        event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        found = evidence.evidence_of([record.id, other.id])

    assert {k: len(v) for k, v in found.items()} == {record.id: 1, other.id: 1}
    assert len([statement for statement in seen if statement.startswith("SELECT")]) == 1
