"""退回补正: the list, ten working days, partial answers with files, the clock, late answers."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.models import Deadline, FileReturn, Filing
from cpd_app.storage import LocalFiles
from cpd_app.usecases import completeness, files, return_answers, returns
from cpd_app.usecases.progress import readiness_of
from cpd_app.usecases.returns import NewReturn, Point
from tests.support import builders
from tests.support.deciding import NOW, TODAY, a_full_file, a_judgement, records_in
from tests.support.people import Someone
from tests.support.photos import a_jpeg, an_upload
from tests.support.store import Store

Do = Callable[..., Any]
WHEN = {"now": NOW, "today": TODAY}
WHOLE = NewReturn("请按清单补正。", (Point("总结里第 3 年没有写到"),))
#: the day after the last of ten working days from Monday 25 October 2027
LATE = {"now": NOW + timedelta(days=15), "today": date(2027, 11, 9)}


@pytest.fixture
def filing(do: Do, store: Store, member: Someone) -> Filing:
    """A file that arrived."""
    return a_full_file(do, store, member, employer="示范电力设计院")


@pytest.fixture
def returned(do: Do, filing: Filing, auditor: Someone) -> FileReturn:
    """The file, sent back with one point about the whole of it."""
    return do(returns.return_filing, auditor.actor, filing.id, WHOLE, **WHEN)


def state_of(store: Store, filing: Filing) -> str:
    """Where the file stands."""
    return store.get(Filing, filing.id).state


def test_the_list_begins_with_what_readers_want(
    do: Do, store: Store, filing: Filing, auditor: Someone
):
    record = records_in(store, filing)[1]
    a_judgement(store, record, auditor, "evidence_wanted", 0, reason="请补签到表")
    ((point, shown),) = do(returns.proposed_points, auditor.actor, filing.id)
    assert (point, shown.id) == (Point("请补签到表", record.id), record.id)

    made = do(returns.return_filing, auditor.actor, filing.id, NewReturn("", (point,)), **WHEN)

    assert [(i.record_id, i.asks) for i in made.items] == [(record.id, "请补签到表")]
    assert state_of(store, filing) == "returned"


def test_it_has_ten_working_days_and_readiness_knows(
    do: Do, store: Store, returned: FileReturn, member: Someone
):
    deadline = store.one(select(Deadline).where(Deadline.kind == "return"))

    assert (deadline.due_on, deadline.work_days, deadline.provisional) == (
        date(2027, 11, 8), 10, True,
    )  # fmt: skip
    assert member.registration
    standing = do(readiness_of, member.actor, member.registration.id, on=TODAY)
    check = next(c for c in standing.readiness.checks if c.code == "returns")
    assert check.state == "warning"
    page = do(
        return_answers.return_to_answer, member.actor, returned.filing_id, today=date(2027, 10, 27)
    )
    assert (page.deadline.day, page.deadline.of, page.deadline.left) == (2, 10, 8)


def test_answers_are_kept_point_by_point_and_sent_together(
    do: Do, app: Flask, store: Store, returned: FileReturn, member: Someone, auditor: Someone
):
    disk = LocalFiles(app.config["CPD"].files_dir)
    item = returned.items[0]
    (outcome,) = do(
        return_answers.save_answer, member.actor, returned.filing_id, item.id, "补在第二段",
        [an_upload(a_jpeg())], store=disk, now=NOW,
    )  # fmt: skip
    assert outcome.refusal is None
    assert do(returns.answers_of, store.get(Filing, returned.filing_id)) == {}

    sent = do(return_answers.send_answer, member.actor, returned.filing_id, **WHEN)

    assert (sent.state, sent.late) == ("answered", False)
    assert store.get(Filing, returned.filing_id).state == "reading"
    assert store.one(select(Deadline.closed_at).where(Deadline.kind == "return")) == NOW
    (shown,) = do(returns.answers_of, store.get(Filing, returned.filing_id))[None]
    assert (shown.answer, len(shown.files)) == ("补在第二段", 1)
    assert do(files.readable_file, auditor.actor, shown.files[0]).person_id == member.id


def test_a_stranger_never_sees_a_file_of_an_answer(
    do: Do, app: Flask, returned: FileReturn, member: Someone, stranger: Someone
):
    disk = LocalFiles(app.config["CPD"].files_dir)
    do(
        return_answers.save_answer, member.actor, returned.filing_id, returned.items[0].id, "",
        [an_upload(a_jpeg())], store=disk, now=NOW,
    )  # fmt: skip
    page = do(return_answers.return_to_answer, member.actor, returned.filing_id, today=TODAY)

    with pytest.raises(NotFound):
        do(files.readable_file, stranger.actor, page.made.items[0].files[0])


def test_nothing_answered_in_time_goes_to_people(do: Do, store: Store, returned: FileReturn):
    assert do(returns.turn_filings, now=NOW, today=date(2027, 11, 8)) == 0

    assert do(returns.turn_filings, **LATE) == 1

    assert store.get(Filing, returned.filing_id).state == "unanswered"
    assert store.get(FileReturn, returned.id).state == "unanswered"
    assert do(returns.turn_filings, **LATE) == 0


def test_a_late_answer_is_taken_and_marked(
    do: Do, store: Store, returned: FileReturn, member: Someone
):
    do(returns.turn_filings, **LATE)
    item = returned.items[0]
    do(
        return_answers.save_answer, member.actor, returned.filing_id, item.id, "补上了",
        now=LATE["now"],
    )  # fmt: skip

    sent = do(return_answers.send_answer, member.actor, returned.filing_id, **LATE)

    assert sent.late
    assert store.get(Filing, returned.filing_id).state == "reading"


def test_an_empty_answer_is_not_sent(do: Do, returned: FileReturn, member: Someone):
    with pytest.raises(Rejected, match="nothing_answered"):
        do(return_answers.send_answer, member.actor, returned.filing_id, **WHEN)


def test_more_time_is_given_once(
    do: Do, store: Store, returned: FileReturn, member: Someone, auditor: Someone
):
    do(return_answers.ask_more_time, member.actor, returned.filing_id, "原件在外地", now=NOW)
    with pytest.raises(Conflict, match="asked_already"):
        do(return_answers.ask_more_time, member.actor, returned.filing_id, "再延", now=NOW)

    made = do(returns.extend_return, auditor.actor, returned.id, "同意", **WHEN)

    assert made.extension_reason == "同意"
    deadline = store.one(select(Deadline).where(Deadline.kind == "return"))
    assert (deadline.work_days, deadline.due_on) == (20, date(2027, 11, 22))
    with pytest.raises(Conflict, match="extended_already"):
        do(returns.extend_return, auditor.actor, returned.id, "再一次", **WHEN)


def test_time_given_after_the_end_gives_the_member_the_turn_again(
    do: Do, store: Store, returned: FileReturn, auditor: Someone
):
    do(returns.turn_filings, **LATE)

    do(returns.extend_return, auditor.actor, returned.id, "本人住院", **LATE)

    assert store.get(Filing, returned.filing_id).state == "returned"
    assert store.get(FileReturn, returned.id).state == "open"


@pytest.mark.parametrize("points", [(), (Point("  "),)])
def test_something_must_be_asked(do: Do, filing: Filing, auditor: Someone, points: Any):
    with pytest.raises(Rejected, match="nothing_asked"):
        do(returns.return_filing, auditor.actor, filing.id, NewReturn("请补", points), **WHEN)


def test_a_record_of_another_file_cannot_be_named(
    do: Do, store: Store, filing: Filing, auditor: Someone, other_member: Someone
):
    other = records_in(store, a_full_file(do, store, other_member))[0]
    new = NewReturn("", (Point("请补签到表", other.id),))

    with pytest.raises(NotFound):
        do(returns.return_filing, auditor.actor, filing.id, new, **WHEN)


def test_who_may_return_and_who_may_answer(
    do: Do, store: Store, filing: Filing, auditor: Someone, member: Someone, stranger: Someone
):
    with pytest.raises(NotAllowed):
        do(returns.return_filing, member.actor, filing.id, WHOLE, **WHEN)
    with pytest.raises(NotFound):
        do(returns.return_filing, stranger.actor, filing.id, WHOLE, **WHEN)
    do(returns.return_filing, auditor.actor, filing.id, WHOLE, **WHEN)
    with pytest.raises(NotAllowed):
        do(return_answers.send_answer, auditor.actor, filing.id, **WHEN)
    builders.an_employment(store, auditor.id, "示范电力设计院")
    with pytest.raises(NotAllowed, match="same_employer"):
        do(completeness.complete_filing, auditor.actor, filing.id, **WHEN)


def test_completeness_lets_readers_begin(do: Do, filing: Filing, auditor: Someone):
    done = do(completeness.complete_filing, auditor.actor, filing.id, seen=1, **WHEN)

    assert (done.state, done.complete_by_id) == ("reading", auditor.id)
    with pytest.raises(Conflict, match="complete_already"):
        do(completeness.complete_filing, auditor.actor, filing.id, **WHEN)
    with pytest.raises(Conflict, match="changed_meanwhile"):
        do(returns.return_filing, auditor.actor, filing.id, WHOLE, seen=1, **WHEN)
