"""Flags lead to the other side as far as the reader may see it; the federation gets both."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from cpd_app.db import db, session
from cpd_app.domain.errors import NotAllowed, NotFound
from cpd_app.domain.filed_flags import FlagKind
from cpd_app.models import Activity, CrossMatch, Evidence, FileView, Filing, SnapshotRecord
from cpd_app.storage import LocalFiles
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.audit_file import audit_file, open_evidence
from cpd_app.usecases.audit_flags import flags_of
from cpd_app.usecases.audit_queue import QueueFilter, queue_of, rate_files
from cpd_app.usecases.audit_readers import assign_reader
from cpd_app.usecases.filed_records import filed_records
from cpd_app.usecases.matches import cross_matches
from tests.support import builders
from tests.support.filings import a_filing, a_record
from tests.support.people import Someone
from tests.support.store import Store
from tests.support.things import a_file

Do = Callable[..., Any]
NOW = datetime(2027, 11, 1, 2, 0, tzinfo=UTC)
AT = {"now": NOW, "today": NOW.date()}
HASH = "a" * 64


def a_paper(do: Do, store: Store, someone: Someone, key: str | None = None) -> int:
    """A paper of a member with a file of the same bytes as everybody's here."""
    new = NewActivity(
        "paper", "示范论文", None, date(2025, 5, 6), fields={"tier": "core", "rank": 1},
        achievement_key=key,
    )  # fmt: skip
    activity = do(log_activity, someone.actor, new, now=NOW, today=NOW.date()).activity
    file = builders.a_file(store, someone.person, original_hash=HASH)
    store.add(Evidence(activity_id=activity.id, file_id=file.id, proofs=[], created_at=NOW))
    return int(activity.id)


def filed(store: Store, member: Someone, **content: Any) -> Filing:
    assert member.registration
    return a_filing(store, member.registration, [a_record(content=content)])


def all_flags(filing_id: int) -> dict[int, Any]:
    filing = session.get_one(Filing, filing_id)
    return flags_of(filing, filed_records(filing_id, whole=True))


def flags(do: Do, filing: Filing) -> dict[FlagKind, Any]:
    def ask() -> dict[FlagKind, Any]:
        (of_record,) = all_flags(filing.id).values()
        return {f.kind: f for f in of_record}

    return do(ask)


def test_the_same_file_names_colleagues_members_and_only_counts_others(
    do: Do, store: Store, member: Someone, other_member: Someone, stranger: Someone
):
    theirs = a_paper(do, store, other_member)
    a_paper(do, store, stranger)
    paper = {"file_id": 0, "name": "x", "original_hash": HASH}
    found = flags(do, filed(store, member, evidence=[paper]))

    flag = found[FlagKind.SAME_FILE]
    assert [(o.name, o.activity_id) for o in flag.others] == [(other_member.person.name, theirs)]
    assert (flag.elsewhere, flag.values["people"]) == (1, 2)


def test_the_same_achievement_is_found_in_any_writing(
    do: Do, store: Store, member: Someone, other_member: Someone
):
    a_paper(do, store, other_member, "10.1000/DEMO 1")
    found = flags(do, filed(store, member, achievement_key="10.1000/demo1"))

    assert found[FlagKind.SAME_ACHIEVEMENT].values == {"people": 1}
    assert FlagKind.SAME_FILE not in found


def test_a_member_without_anything_in_common_has_no_flags(do: Do, store: Store, member: Someone):
    assert flags(do, filed(store, member)) == {}


def test_the_federation_gets_both_references_once(
    do: Do, store: Store, member: Someone, stranger: Someone, auditor: Someone,
    federation: Someone, registrar: Someone,
):  # fmt: skip
    a_paper(do, store, stranger)
    paper = {"file_id": 0, "name": "x", "original_hash": HASH}
    filing = filed(store, member, evidence=[paper])
    do(rate_files, auditor.actor, [filing.id], now=NOW)
    do(rate_files, auditor.actor, [filing.id], now=NOW)

    (match,) = do(cross_matches, federation.actor)
    assert member.registration
    assert stranger.registration
    assert match.other
    assert (match.own.number, match.other.number) == (
        member.registration.number, stranger.registration.number,
    )  # fmt: skip
    assert store.count(CrossMatch) == 1
    assert store.get(Filing, filing.id).risk == 25
    with pytest.raises(NotAllowed):
        do(cross_matches, registrar.actor)


def test_a_lump_of_late_entries_is_one_flag_on_each(do: Do, store: Store, member: Someone):
    assert member.registration
    records = []
    for n in range(5):
        activity = builders.an_activity(
            store, member.person, started_on=date(2024, 5, 1 + n), ended_on=date(2024, 5, 1 + n),
            entered_on=date(2027, 10, 1 + n),
        )  # fmt: skip
        records.append(a_record(activity=activity, year_index=2))
    filing = a_filing(store, member.registration, records)
    found = do(all_flags, filing.id)

    assert [[f.kind for f in of_record] for of_record in found.values()] == [[FlagKind.LUMP]] * 5


def test_evidence_is_opened_through_the_file_only_and_the_member_can_see_it(
    app: Flask, do: Do, store: Store, member: Someone, other_member: Someone, expert: Someone,
    registrar: Someone,
):  # fmt: skip
    mine, theirs = a_file(app, member), a_file(app, other_member)
    store.add(mine, theirs)
    papers = [{"file_id": mine.id, "name": "x", "original_hash": mine.original_hash}]
    filing = filed(store, member, evidence=papers)
    disk = LocalFiles(app.config["CPD"].files_dir)

    def look(file_id: int, **at: Any) -> bytes:
        opened = do(open_evidence, expert.actor, filing.id, file_id, preview=False, store=disk,
                    **{**AT, **at})  # fmt: skip
        with opened.stream as stream:
            return bytes(stream.read())

    with pytest.raises(NotFound):
        look(mine.id)
    do(assign_reader, registrar.actor, filing.id, expert.id, **AT)
    assert look(mine.id) == b"a photo"
    assert store.one(select(FileView)).person_id == expert.id
    with pytest.raises(NotFound):
        look(theirs.id)
    with pytest.raises(NotFound):
        look(mine.id, today=NOW.date() + timedelta(days=31))


def test_a_file_and_the_queue_ask_no_more_for_more_records(
    app: Flask, store: Store, member: Someone, other_member: Someone, auditor: Someone
):
    assert member.registration
    assert other_member.registration
    few = a_filing(store, member.registration, [a_record() for _ in range(2)])
    many = a_filing(store, other_member.registration, [a_record() for _ in range(20)])

    def statements(ask: Callable[[], Any]) -> int:
        seen: list[str] = []

        def note(_c: Any, _cur: Any, statement: str, *_rest: Any) -> None:
            if statement.startswith("SELECT"):
                seen.append(statement)

        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", note)
            ask()
            event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    def open_it(filing: Filing) -> Callable[[], Any]:
        return lambda: audit_file(auditor.actor, filing.id, today=NOW.date())

    assert statements(open_it(few)) == statements(open_it(many)) <= 22

    def queue() -> Any:
        return queue_of(auditor.actor, few.society_id, QueueFilter(), today=NOW.date())

    assert statements(queue) <= 4
    assert store.count(SnapshotRecord) == 22
    assert store.count(Activity) == 22
