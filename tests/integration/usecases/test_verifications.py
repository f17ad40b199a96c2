"""核实: a unit is asked, the clocks stand still, its answer is recorded, the member may speak."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.models import Deadline, Filing, Verification
from cpd_app.usecases import returns, verifications
from cpd_app.usecases.deadlines import DeadlineKind, set_deadline
from cpd_app.usecases.verifications import Answer, NewVerification
from tests.support.deciding import NOW, TODAY, a_full_file, records_in
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
WHEN = {"now": NOW, "today": TODAY}
#: five working days later
LATER = {"now": NOW + timedelta(days=7), "today": TODAY + timedelta(days=7)}


@pytest.fixture
def filing(do: Do, store: Store, member: Someone) -> Filing:
    """A file that arrived, whose completeness is being checked."""
    made = a_full_file(do, store, member)
    do(
        set_deadline, DeadlineKind.COMPLETENESS, made.id, delivered_on=TODAY, work_days=10,
        society_id=made.society_id, registration_id=made.registration_id, person_id=made.person_id,
    )  # fmt: skip
    return made


@pytest.fixture
def asked(do: Do, store: Store, filing: Filing, auditor: Someone) -> Verification:
    """A letter about its first record."""
    new = NewVerification("示范培训中心", (records_in(store, filing)[0].id,), "请核对签到表。")
    return do(verifications.ask_unit, auditor.actor, filing.id, new, **WHEN)


def test_the_clock_stands_still_until_the_answer(
    do: Do, store: Store, filing: Filing, asked: Verification, auditor: Someone
):
    assert asked.number.startswith("HOME-V2027-")
    assert store.get(Filing, filing.id).state == "verifying"
    assert store.one(select(Deadline.paused_on)) == TODAY

    do(
        verifications.record_answer, auditor.actor, asked.id, Answer.CONFIRMED, "属实",
        answered_on=LATER["today"], **LATER,
    )  # fmt: skip

    assert store.get(Filing, filing.id).state == "reading"
    deadline = store.one(select(Deadline))
    assert (deadline.paused_on, deadline.paused_days) == (None, 5)
    assert deadline.due_on == date(2027, 11, 15)


def test_two_units_are_waited_for(
    do: Do, store: Store, filing: Filing, asked: Verification, auditor: Someone
):
    new = NewVerification("另一单位", (records_in(store, filing)[1].id,), "请核对。")
    second = do(verifications.ask_unit, auditor.actor, filing.id, new, **WHEN)
    answer = {"answered_on": TODAY, **WHEN}

    do(verifications.record_answer, auditor.actor, asked.id, Answer.DENIED, "查无此人", **answer)
    assert store.get(Filing, filing.id).state == "verifying"
    do(verifications.record_answer, auditor.actor, second.id, Answer.NO_ANSWER, "", **answer)

    assert store.get(Filing, filing.id).state == "reading"


def test_an_answer_is_recorded_once(do: Do, asked: Verification, auditor: Someone):
    answer = (auditor.actor, asked.id, Answer.CONFIRMED, "属实")
    do(verifications.record_answer, *answer, answered_on=TODAY, **WHEN)

    with pytest.raises(Conflict, match="verification_answered"):
        do(verifications.record_answer, *answer, answered_on=TODAY, **WHEN)


def test_an_answer_says_something_on_a_day_that_can_be(
    do: Do, asked: Verification, auditor: Someone
):
    with pytest.raises(Rejected, match="missing"):
        do(
            verifications.record_answer, auditor.actor, asked.id, Answer.DENIED, " ",
            answered_on=TODAY, **WHEN,
        )  # fmt: skip
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(Rejected, match="bad_day"):
            do(
                verifications.record_answer, auditor.actor, asked.id, Answer.DENIED, "查无",
                answered_on=day, **WHEN,
            )  # fmt: skip


def test_the_member_may_say_something_once(
    do: Do, asked: Verification, auditor: Someone, member: Someone, other_member: Someone
):
    say = verifications.say_about_verification
    with pytest.raises(Conflict, match="not_answered_yet"):
        do(say, member.actor, asked.id, "我在场", now=NOW)
    do(
        verifications.record_answer, auditor.actor, asked.id, Answer.DENIED, "查无此人",
        answered_on=TODAY, **WHEN,
    )  # fmt: skip
    with pytest.raises(NotFound):
        do(say, other_member.actor, asked.id, "我在场", now=NOW)

    made = do(say, member.actor, asked.id, "当时用的是旧名", now=NOW)

    assert made.member_words == "当时用的是旧名"
    with pytest.raises(Conflict, match="said_already"):
        do(say, member.actor, asked.id, "还有", now=NOW)


def test_after_an_unanswered_return_it_goes_back_there(
    do: Do, store: Store, filing: Filing, auditor: Someone
):
    new = returns.NewReturn("", (returns.Point("请补总结"),))
    do(returns.return_filing, auditor.actor, filing.id, new, **WHEN)
    late = {"now": NOW + timedelta(days=30), "today": TODAY + timedelta(days=30)}
    do(returns.turn_filings, **late)
    letter = NewVerification("示范培训中心", (records_in(store, filing)[0].id,), "请核对。")
    asked = do(verifications.ask_unit, auditor.actor, filing.id, letter, **late)

    do(
        verifications.record_answer, auditor.actor, asked.id, Answer.CONFIRMED, "属实",
        answered_on=late["today"], **late,
    )  # fmt: skip

    assert store.get(Filing, filing.id).state == "unanswered"


def test_records_must_be_named_and_of_this_file(
    do: Do, store: Store, filing: Filing, auditor: Someone, other_member: Someone
):
    with pytest.raises(Rejected, match="no_record_named"):
        do(
            verifications.ask_unit, auditor.actor, filing.id,
            NewVerification("单位", (), "请核对。"), **WHEN,
        )  # fmt: skip
    other = records_in(store, a_full_file(do, store, other_member))[0]
    with pytest.raises(NotFound):
        do(
            verifications.ask_unit, auditor.actor, filing.id,
            NewVerification("单位", (other.id,), "请核对。"), **WHEN,
        )  # fmt: skip
