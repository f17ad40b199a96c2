"""Filing for re-registration: once, with everything in order, and what becomes of it."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.audits import FilingState
from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.models import (
    Activity,
    Deadline,
    Filing,
    JournalEntry,
    Registration,
    Snapshot,
    SnapshotRecord,
)
from cpd_app.usecases import activities, evidence, filings, same_activity, summaries
from cpd_app.usecases.activity_input import patched
from cpd_app.usecases.progress import readiness_of
from tests.support import builders
from tests.support.people import Someone
from tests.support.renewing import NOW, SUMMARY, TODAY, Renewing
from tests.support.store import Store

Do = Callable[..., Any]


def test_filing_freezes_the_record_form_and_gives_a_receipt(store: Store, employed: Renewing):
    filing = employed.filed()

    assert filing.number == f"HOME-2027-{filing.id:06d}"
    assert filing.state == FilingState.FILED
    assert filing.employer == "示范设计院"
    snapshot = store.one(select(Snapshot).where(Snapshot.filing_id == filing.id))
    assert [y["recognised"] for y in snapshot.years] == [5000, 5000, 5000, 5000, 4000]
    assert snapshot.content
    assert snapshot.content["summary"] == SUMMARY
    assert snapshot.content["declaration"] == 1
    records = store.all(select(SnapshotRecord).where(SnapshotRecord.filing_id == filing.id))
    assert {r.activity_id for r in records} == set(employed.records)
    first = records[0].content
    assert first
    assert first["fields"] == {"minutes": 2250}
    assert first["trace"][0]["rule"] == "per_minutes"
    assert first["rule_set"] == {"number": 1, "title": "cse-default"}


def test_the_society_has_ten_working_days_to_check_it(store: Store, renewing: Renewing):
    filing = renewing.filed()

    deadline = store.one(select(Deadline).where(Deadline.subject_id == filing.id))
    assert (deadline.kind, deadline.work_days, deadline.closed_at) == ("completeness", 10, None)
    assert deadline.due_on == date(2027, 12, 15)


def test_filing_is_journalled_with_ids_and_digest_only(store: Store, renewing: Renewing):
    filing = renewing.filed()

    entry = store.one(select(JournalEntry).where(JournalEntry.verb == "filing.filed"))
    assert entry.object_id == filing.id
    assert set(entry.data) == {"person", "registration", "records", "digest"}
    assert entry.values_hash is None


def test_the_same_key_gives_the_first_filing_back(store: Store, renewing: Renewing):
    key = str(uuid.uuid4())
    first = renewing.file(key=key)
    again = renewing.file(key=key)

    assert (first.created, again.created) == (True, False)
    assert first.filing.id == again.filing.id
    assert store.count(Filing) == 1


def test_a_second_filing_is_refused_while_the_first_is_with_the_society(renewing: Renewing):
    renewing.file()

    with pytest.raises(Rejected, match="cannot_file_already_filed"):
        renewing.file()


@pytest.mark.parametrize(
    ("version", "error", "code"),
    [(None, Rejected, "declaration_missing"), (0, Conflict, "declaration_changed")],
)
def test_the_present_declaration_must_be_agreed_to(
    renewing: Renewing, version: int | None, error: type[Exception], code: str
):
    with pytest.raises(error, match=code):
        renewing.file(declaration_version=version)


def test_what_readiness_forbids_cannot_be_filed(renewing: Renewing):
    early = date(2027, 8, 1)
    with pytest.raises(Rejected, match="cannot_file_window_not_open"):
        renewing.file(today=early, now=datetime(2027, 8, 1, tzinfo=UTC))

    renewing.write("太短", version=1)
    with pytest.raises(Rejected, match="cannot_file_summary"):
        renewing.file()


def test_a_required_page_must_come_along(store: Store, renewing: Renewing):
    someone = renewing.someone
    assert someone.society
    store.change(
        someone.society,
        settings={**someone.society.settings, "filing_pages": {"stamped": "required"}},
    )
    with pytest.raises(Rejected, match="page_missing"):
        renewing.file()

    page = builders.a_file(store, someone.person)
    assert renewing.filed(stamped_file_id=page.id).stamped_file_id == page.id


def test_nobody_files_with_the_page_of_somebody_else(
    store: Store, renewing: Renewing, other_member: Someone
):
    page = builders.a_file(store, other_member.person)
    with pytest.raises(NotFound):
        renewing.file(signed_file_id=page.id)


def test_only_the_member_files(
    do: Do, renewing: Renewing, registrar: Someone, other_member: Someone, stranger: Someone
):
    new = filings.NewFiling(renewing.registration.id, 1)
    for somebody, error in (
        (registrar, NotAllowed), (other_member, NotFound), (stranger, NotFound),
    ):  # fmt: skip
        with pytest.raises(error):
            do(filings.file_renewal, somebody.actor, new, now=NOW, today=TODAY)


def test_staff_read_it_and_strangers_do_not(
    do: Do, renewing: Renewing, auditor: Someone, stranger: Someone
):
    filing = renewing.filed()

    assert do(filings.filing_for, auditor.actor, filing.id).id == filing.id
    with pytest.raises(NotFound):
        do(filings.filing_for, stranger.actor, filing.id)


def test_readiness_knows_at_once_that_it_is_filed(do: Do, store: Store, renewing: Renewing):
    before = store.get(Registration, renewing.registration.id).version
    renewing.file()

    standing = do(readiness_of, renewing.someone.actor, renewing.registration.id, on=TODAY)
    assert standing.readiness.filing_obstacles == ("already_filed",)
    assert store.get(Registration, renewing.registration.id).version > before


def test_withdrawn_before_it_is_read_it_can_be_filed_again(
    store: Store, do: Do, renewing: Renewing
):
    filing = renewing.filed()

    do(filings.withdraw_filing, renewing.someone.actor, filing.id, version=1, now=NOW)

    assert store.get(Filing, filing.id).state == "withdrawn"
    deadline = store.one(select(Deadline).where(Deadline.subject_id == filing.id))
    assert deadline.closed_at is not None
    assert renewing.file().created


def test_what_a_reader_opened_is_not_withdrawn(store: Store, do: Do, renewing: Renewing):
    filing = renewing.filed()
    store.change(filing, opened_at=NOW, state="reading")

    with pytest.raises(Conflict, match="filing_opened"):
        do(filings.withdraw_filing, renewing.someone.actor, filing.id, now=NOW)


def test_a_withdrawal_of_a_version_that_was_changed_since_is_refused(do: Do, renewing: Renewing):
    filing = renewing.filed()

    with pytest.raises(Conflict, match="changed_meanwhile"):
        do(filings.withdraw_filing, renewing.someone.actor, filing.id, version=7, now=NOW)


def correct(do: Do, renewing: Renewing, activity_id: int, **changes: Any) -> None:
    def act() -> None:
        known = activities.held_activity(renewing.someone.actor, activity_id)
        activities.correct_activity(
            renewing.someone.actor, activity_id, patched(known, changes), version=None,
            now=NOW, today=TODAY,
        )  # fmt: skip

    do(act)


def test_a_record_under_a_filing_is_not_edited(store: Store, do: Do, renewing: Renewing):
    actor, (first, second, *_rest) = renewing.someone.actor, renewing.records
    file = builders.a_file(store, renewing.someone.person)
    proof = builders.an_evidence(store, first, file.id)
    number = renewing.filed().number

    acts: list[Callable[[], Any]] = [
        lambda: correct(do, renewing, first, title="另一个名称"),
        lambda: do(activities.withdraw_activity, actor, first, now=NOW),
        lambda: do(activities.tell_apart, actor, first, second, "不同", now=NOW),
        lambda: do(
            activities.leave_out, actor, first, renewing.registration.id, left_out=True, now=NOW
        ),
        lambda: do(evidence.detach_evidence, actor, proof.id, store=None, now=NOW),
        lambda: do(same_activity.merge_into, actor, first, second, now=NOW),
    ]
    for act in acts:
        with pytest.raises(Rejected, match="under_filing") as refused:
            act()
        assert refused.value.values == {"number": number}


def test_once_the_filing_is_withdrawn_its_records_can_be_edited(
    store: Store, do: Do, renewing: Renewing
):
    filing = renewing.filed()
    do(filings.withdraw_filing, renewing.someone.actor, filing.id, now=NOW)

    correct(do, renewing, renewing.records[0], title="改正后的名称")

    assert store.get(Activity, renewing.records[0]).title == "改正后的名称"


def test_a_supplement_adds_the_rest_of_the_last_year(store: Store, do: Do, renewing: Renewing):
    filing = renewing.filed()
    later = date(2028, 1, 20)
    added = renewing.log(date(2028, 1, 10), 10, today=later)
    renewing.log(date(2025, 9, 1), 10, today=later)  # of an earlier year: filed as it was

    do(filings.add_supplement, renewing.someone.actor, filing.id, version=1, now=NOW, today=later)

    first, second = store.all(select(Snapshot).order_by(Snapshot.number))
    assert [y["recognised"] for y in first.years] == [5000, 5000, 5000, 5000, 4000]
    assert [y["recognised"] for y in second.years] == [5000, 5000, 5000, 5000, 5000]
    records = store.all(
        select(SnapshotRecord.activity_id).where(SnapshotRecord.snapshot_id == second.id)
    )
    assert list(records) == [added]


def test_without_anything_new_there_is_no_supplement(do: Do, renewing: Renewing):
    filing = renewing.filed()

    with pytest.raises(Rejected, match="nothing_to_add"):
        do(filings.add_supplement, renewing.someone.actor, filing.id, now=NOW, today=TODAY)


@pytest.mark.parametrize(
    ("state", "today"),
    [("passed", TODAY), ("withdrawn", TODAY), ("reading", date(2028, 3, 1))],
)
def test_a_supplement_ends_with_the_term_or_the_decision(
    store: Store, do: Do, renewing: Renewing, state: str, today: date
):
    filing = renewing.filed()
    renewing.log(date(2027, 12, 2), 10, today=TODAY + timedelta(days=1))
    store.change(filing, state=state)

    with pytest.raises(Conflict, match="supplement_closed"):
        do(filings.add_supplement, renewing.someone.actor, filing.id, now=NOW, today=today)


def test_the_summary_is_kept_by_version_and_counted(do: Do, renewing: Renewing):
    kept = renewing.write("短文", version=1)

    assert (kept.characters, kept.version) == (2, 2)
    with pytest.raises(Conflict, match="summary_changed"):
        renewing.write("另一台设备写的", version=1)
    assert renewing.write("短文", version=1).version == 2  # the same again is harmless
    assert (
        do(summaries.summary_of, renewing.someone.actor, renewing.registration.id, today=TODAY).text
        == "短文"
    )


def test_nobody_else_reads_or_writes_the_summary(
    do: Do, renewing: Renewing, registrar: Someone, stranger: Someone
):
    for somebody, error in ((registrar, NotAllowed), (stranger, NotFound)):
        with pytest.raises(error):
            do(summaries.summary_of, somebody.actor, renewing.registration.id, today=TODAY)


def test_of_two_filings_at_once_one_is_kept(
    at_once: Callable[..., list[Any]], store: Store, renewing: Renewing
):
    new = filings.NewFiling(renewing.registration.id, 1)

    def file() -> Any:
        return filings.file_renewal(renewing.someone.actor, new, now=NOW, today=TODAY).created

    assert sorted(map(str, at_once(file, file))) == ["True", "cannot_file_already_filed"]
    assert store.count(Filing) == 1


def test_the_same_key_at_once_gives_both_the_same_filing(
    at_once: Callable[..., list[Any]], store: Store, renewing: Renewing
):
    new = filings.NewFiling(renewing.registration.id, 1, key=str(uuid.uuid4()))

    def file() -> Any:
        return filings.file_renewal(renewing.someone.actor, new, now=NOW, today=TODAY).filing.id

    first, second = at_once(file, file)
    assert first == second == store.one(select(Filing.id))


def test_an_edit_while_filing_is_in_the_filing_or_refused(
    at_once: Callable[..., list[Any]], store: Store, renewing: Renewing
):
    actor, record = renewing.someone.actor, renewing.records[0]
    new = filings.NewFiling(renewing.registration.id, 1)

    def edit() -> Any:
        known = activities.held_activity(actor, record)
        changed = patched(known, {"title": "同时改的名称"})
        return activities.correct_activity(
            actor, record, changed, version=None, now=NOW, today=TODAY
        ).title

    outcomes = at_once(lambda: filings.file_renewal(actor, new, now=NOW, today=TODAY).created, edit)

    frozen = store.one(select(SnapshotRecord).where(SnapshotRecord.activity_id == record))
    assert frozen.content
    edited = "under_filing" not in outcomes
    assert (frozen.content["title"] == "同时改的名称") is edited
    assert (store.get(Activity, record).title == "同时改的名称") is edited


def test_a_summary_saved_on_two_devices_at_once_keeps_one_and_tells_the_other(
    at_once: Callable[..., list[Any]], renewing: Renewing
):
    def save(text: str) -> Any:
        return summaries.save_summary(
            renewing.someone.actor, renewing.registration.id, text,
            version=1, now=NOW, today=TODAY,
        ).version  # fmt: skip

    outcomes = at_once(lambda: save("甲"), lambda: save("乙"))

    assert sorted(map(str, outcomes)) == ["2", "summary_changed"]
