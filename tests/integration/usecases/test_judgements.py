"""Readers judge the records of a file: what counts, what is refused, what stays."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.domain.review import Verdict
from cpd_app.models import FileProgress, Filing, Judgement, Reader, SnapshotRecord
from cpd_app.usecases.audit_file import open_filing, opens_first
from cpd_app.usecases.audit_queue import rate_files, unrated
from cpd_app.usecases.audit_readers import assign_reader
from cpd_app.usecases.judgements import NewJudgement, judge_record, take_back
from tests.support.evidence import verbs
from tests.support.filings import a_filing, a_record
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2027, 11, 1, 2, 0, tzinfo=UTC)
AT = {"now": NOW, "today": NOW.date()}


@pytest.fixture
def filing(store: Store, do: Do, member: Someone, auditor: Someone, registrar: Someone) -> Filing:
    """Seven records of eight hours in each of two years, read by the auditor."""
    assert member.registration
    records = [a_record(year_index=year) for year in (1, 2) for _ in range(8)]
    made = a_filing(store, member.registration, records, years={1: 5000, 2: 5000})
    do(assign_reader, registrar.actor, made.id, auditor.id, **AT)
    return made


@pytest.fixture
def records(store: Store, filing: Filing) -> list[int]:
    """The records of year 1, in order."""
    return list(
        store.all(
            select(SnapshotRecord.id)
            .where(SnapshotRecord.filing_id == filing.id, SnapshotRecord.year_index == 1)
            .order_by(SnapshotRecord.id)
        )
    )


def accepted(**over: Any) -> NewJudgement:
    return NewJudgement(Verdict.ACCEPTED, **over)


def test_the_year_moves_as_one_decides(
    do: Do, store: Store, auditor: Someone, filing: Filing, records: list[int]
):
    do(rate_files, auditor.actor, [filing.id], now=NOW)
    told = do(judge_record, auditor.actor, filing.id, records[0], accepted(), **AT)

    year = told.reading.years[0]
    assert (year.judged, year.required, year.computed, year.needed, year.done) == (
        800, 5000, 6400, 7, 1,
    )  # fmt: skip
    progress = store.get(FileProgress, filing.id)
    assert (progress.needed, progress.judged) == (14, 1)


def test_what_is_rejected_brings_in_the_next_record(
    do: Do, auditor: Someone, filing: Filing, records: list[int]
):
    said = NewJudgement(Verdict.REJECTED, reason="属于本职日常工作。")
    told = do(judge_record, auditor.actor, filing.id, records[0], said, **AT)

    assert told.reading.years[0].needed == 8


def test_the_same_key_twice_judges_once(
    do: Do, store: Store, auditor: Someone, filing: Filing, records: list[int]
):
    key = str(uuid.uuid4())
    first = do(judge_record, auditor.actor, filing.id, records[0], accepted(key=key), **AT)
    again = do(judge_record, auditor.actor, filing.id, records[0], accepted(key=key), **AT)

    assert again.judgement.id == first.judgement.id
    assert store.count(Judgement) == 1


def test_a_second_reader_is_told_who_decided_and_nothing_is_lost(
    do: Do, store: Store, auditor: Someone, registrar: Someone, filing: Filing, records: list[int]
):
    do(assign_reader, registrar.actor, filing.id, registrar.id, **AT)
    do(judge_record, auditor.actor, filing.id, records[0], accepted(), **AT)
    with pytest.raises(Conflict) as refused:
        do(
            judge_record, registrar.actor, filing.id, records[0],
            NewJudgement(Verdict.REJECTED, reason="不是本人。", seen=0), **AT,
        )  # fmt: skip

    assert refused.value.code == "judged_meanwhile"
    assert refused.value.values["name"] == auditor.person.name
    assert store.one(select(Judgement)).verdict == "accepted"


def test_a_reduction_follows_the_minutes_on_the_evidence(
    do: Do, auditor: Someone, filing: Filing, records: list[int]
):
    said = NewJudgement(Verdict.REDUCED, minutes=300, reason="按佐证上的时长计。")
    told = do(judge_record, auditor.actor, filing.id, records[0], said, **AT)

    assert told.judgement.hours == 650


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (NewJudgement(Verdict.REJECTED), "reason_needed"),
        (NewJudgement(Verdict.EVIDENCE_WANTED, reason="  "), "reason_needed"),
        (NewJudgement(Verdict.REDUCED, hours=800, reason="x"), "reduced_hours"),
        (NewJudgement(Verdict.REDUCED, hours=620, reason="x"), "reduced_hours"),
        (NewJudgement(Verdict.REDUCED, hours=0, reason="x"), "reduced_hours"),
    ],
)
def test_what_makes_no_sense_is_refused(
    do: Do, store: Store, auditor: Someone, filing: Filing, records: list[int],
    said: NewJudgement, code: str,
):  # fmt: skip
    with pytest.raises(Rejected) as refused:
        do(judge_record, auditor.actor, filing.id, records[0], said, **AT)

    assert refused.value.code == code
    assert store.count(Judgement) == 0


def test_undo_takes_the_last_judgement_back_and_both_stay(
    do: Do, store: Store, auditor: Someone, filing: Filing, records: list[int]
):
    do(judge_record, auditor.actor, filing.id, records[0], accepted(), **AT)
    do(judge_record, auditor.actor, filing.id, records[1], accepted(), **AT)
    told = do(take_back, auditor.actor, filing.id, **AT)

    assert told.judgement.record_id == records[1]
    assert told.reading.years[0].judged == 800
    assert store.count(Judgement) == 3
    assert verbs(store, "filing")[-3:] == ["record.judged"] * 3
    do(judge_record, auditor.actor, filing.id, records[1], accepted(), **AT)
    do(take_back, auditor.actor, filing.id, **AT)
    do(take_back, auditor.actor, filing.id, **AT)
    with pytest.raises(NotFound):
        do(take_back, auditor.actor, filing.id, **AT)


def test_a_decided_file_is_judged_no_more(
    do: Do, store: Store, auditor: Someone, filing: Filing, records: list[int]
):
    with store.session() as session:
        session.get_one(Filing, filing.id).state = "proposed"
    with pytest.raises(Conflict, match="filing_state"):
        do(judge_record, auditor.actor, filing.id, records[0], accepted(), **AT)


def test_only_its_readers_judge_a_file(
    do: Do, registrar: Someone, stranger: Someone, member: Someone, filing: Filing,
    records: list[int],
):  # fmt: skip
    for someone, refusal in (
        (registrar, NotAllowed), (member, NotAllowed), (stranger, NotFound),
    ):  # fmt: skip
        with pytest.raises(refusal):
            do(judge_record, someone.actor, filing.id, records[0], accepted(), **AT)


def test_a_record_of_another_file_is_not_there(
    do: Do, store: Store, auditor: Someone, other_member: Someone, filing: Filing
):
    assert other_member.registration
    other = a_filing(store, other_member.registration, [a_record()])
    theirs = store.one(select(SnapshotRecord.id).where(SnapshotRecord.filing_id == other.id))
    with pytest.raises(NotFound):
        do(judge_record, auditor.actor, filing.id, theirs, accepted(), **AT)


def test_opening_by_a_reader_begins_the_reading(
    do: Do, store: Store, auditor: Someone, filing: Filing
):
    assert do(opens_first, auditor.actor, filing.id, today=NOW.date())
    do(open_filing, auditor.actor, filing.id, **AT)

    kept = store.get(Filing, filing.id)
    assert (kept.state, kept.opened_at) == ("reading", NOW)
    assert store.one(select(Reader)).opened_at == NOW
    assert not do(opens_first, auditor.actor, filing.id, today=NOW.date())


def test_a_supplement_makes_the_rating_old(do: Do, store: Store, auditor: Someone, filing: Filing):
    do(rate_files, auditor.actor, [filing.id], now=NOW)
    assert do(unrated, [filing.society_id]) == []
    with store.session() as session:
        session.get_one(FileProgress, filing.id).snapshots = 0
    assert do(unrated, [filing.society_id]) == [filing.id]
