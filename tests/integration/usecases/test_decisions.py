"""Deciding on a filing: two people, the years, the hours confirmed, the next term, appeals."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from cpd_app.domain.decisions import Outcome, Shortfall
from cpd_app.domain.errors import Conflict, DomainError, NotAllowed, NotFound, Rejected
from cpd_app.domain.review import AuditSettings
from cpd_app.models import Credit, Deadline, Decision, Filing, JournalEntry, Reader, Society, Term
from cpd_app.policy import RoleName
from cpd_app.usecases import decisions
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.confirmed_hours import confirmations_on
from cpd_app.usecases.decisions import NewDecision
from cpd_app.usecases.filed_records import reading_of
from cpd_app.usecases.make_up import bind_record
from tests.support import builders, filings
from tests.support.deciding import (
    NOW,
    REQUIRED,
    TODAY,
    a_full_file,
    a_judgement,
    records_in,
)
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
WHEN = {"now": NOW, "today": TODAY}
PASSED = NewDecision(Outcome.PASSED, "各年达到要求，佐证齐全。")
REFUSED = NewDecision(Outcome.REFUSED, "第 1 年缺 50 学时，没有减免。")
CONDITIONAL = NewDecision(
    Outcome.CONDITIONAL, "第 1 年缺学时。", (Shortfall(1, REQUIRED),), date(2028, 3, 31)
)


@pytest.fixture
def filing(do: Do, store: Store, member: Someone) -> Filing:
    """A file whose five years are met."""
    return a_full_file(do, store, member, state="reading", employer="示范电力设计院")


@pytest.fixture
def short(store: Store, filing: Filing, auditor: Someone) -> Filing:
    """The same after the record of year 1 was rejected."""
    a_judgement(store, records_in(store, filing)[0], auditor, "rejected", 0)
    return filing


def test_passed_gives_the_next_term_with_the_same_number(
    do: Do, store: Store, filing: Filing, auditor: Someone, member: Someone
):
    decision = do(decisions.propose_decision, auditor.actor, filing.id, PASSED, **WHEN)

    assert decision.state == "in_force"
    assert decision.number.startswith("HOME-D2027-")
    assert store.get(Filing, filing.id).state == "passed"
    term = store.get(Term, decision.term_id)
    assert member.registration
    assert (term.registration_id, term.starts_on) == (member.registration.id, date(2028, 3, 1))
    assert term.ends_on == date(2033, 3, 1)
    verbs = set(store.all(select(JournalEntry.verb)))
    assert {"decision.proposed", "decision.in_force", "term.added"} <= verbs


def test_decided_after_the_end_it_still_begins_at_the_old_end(
    do: Do, store: Store, filing: Filing, auditor: Someone
):
    late = {"now": NOW + timedelta(days=200), "today": TODAY + timedelta(days=200)}

    decision = do(decisions.propose_decision, auditor.actor, filing.id, PASSED, **late)

    assert store.get(Term, decision.term_id).starts_on == date(2028, 3, 1)


def test_no_pass_while_a_year_is_short(do: Do, short: Filing, auditor: Someone):
    with pytest.raises(Rejected, match="year_not_met"):
        do(decisions.propose_decision, auditor.actor, short.id, PASSED, **WHEN)


def test_refused_waits_for_another_person(
    do: Do, store: Store, short: Filing, auditor: Someone, registrar: Someone
):
    proposal = do(decisions.propose_decision, auditor.actor, short.id, REFUSED, **WHEN)

    assert (proposal.state, proposal.number) == ("proposed", None)
    with pytest.raises(NotAllowed, match="second_person"):
        do(decisions.confirm_decision, auditor.actor, proposal.id, **WHEN)
    done = do(decisions.confirm_decision, registrar.actor, proposal.id, **WHEN)
    assert (done.state, done.confirmed_by_id) == ("in_force", registrar.id)
    assert store.get(Filing, short.id).state == "refused"
    deadline = store.one(select(Deadline).where(Deadline.kind == "appeal_decision"))
    # 15 working days after Monday 25 October 2027, a year that is not announced yet
    assert (deadline.due_on, deadline.work_days) == (date(2027, 11, 15), 15)
    assert deadline.provisional


def test_a_colleague_of_the_member_neither_proposes_nor_confirms(
    do: Do, store: Store, short: Filing, auditor: Someone, registrar: Someone
):
    builders.an_employment(store, registrar.id, "示范电力 设计院")
    with pytest.raises(NotAllowed, match="same_employer"):
        do(decisions.propose_decision, registrar.actor, short.id, REFUSED, **WHEN)
    proposal = do(decisions.propose_decision, auditor.actor, short.id, REFUSED, **WHEN)

    with pytest.raises(NotAllowed, match="same_employer"):
        do(decisions.confirm_decision, registrar.actor, proposal.id, **WHEN)


def test_who_may_not_decide(
    do: Do, short: Filing, member: Someone, organiser: Someone, stranger: Someone
):
    for someone in (member, organiser):
        with pytest.raises(NotAllowed):
            do(decisions.propose_decision, someone.actor, short.id, REFUSED, **WHEN)
    with pytest.raises(NotFound):
        do(decisions.propose_decision, stranger.actor, short.id, REFUSED, **WHEN)


@pytest.mark.parametrize("reasons", ["", "  \n"])
def test_reasons_are_always_given(do: Do, filing: Filing, auditor: Someone, reasons: str):
    new = NewDecision(Outcome.PASSED, reasons)

    with pytest.raises(Rejected, match="missing"):
        do(decisions.propose_decision, auditor.actor, filing.id, new, **WHEN)


def test_a_society_can_want_more_readers(
    do: Do, store: Store, short: Filing, auditor: Someone, registrar: Someone
):
    store.run(update(Society).values(settings={"audits": {"readers": 2}}))
    with pytest.raises(Rejected, match="more_readers_needed"):
        do(decisions.propose_decision, auditor.actor, short.id, REFUSED, **WHEN)

    assert do(decisions.propose_decision, registrar.actor, short.id, REFUSED, **WHEN)


def test_whoever_saw_an_older_version_is_told(
    do: Do, short: Filing, auditor: Someone, registrar: Someone
):
    proposal = do(decisions.propose_decision, auditor.actor, short.id, REFUSED, seen=1, **WHEN)

    with pytest.raises(Conflict, match="changed_meanwhile"):
        do(decisions.confirm_decision, registrar.actor, proposal.id, seen=1, **WHEN)
    with pytest.raises(Conflict, match="filing_state"):
        do(decisions.propose_decision, registrar.actor, short.id, REFUSED, **WHEN)


def test_hours_that_were_judged_meanwhile_stop_the_confirmation(
    do: Do, store: Store, short: Filing, auditor: Someone, registrar: Someone
):
    proposal = do(decisions.propose_decision, auditor.actor, short.id, REFUSED, **WHEN)
    a_judgement(store, records_in(store, short)[1], auditor, "rejected", 0)

    with pytest.raises(Conflict, match="changed_meanwhile"):
        do(decisions.confirm_decision, registrar.actor, proposal.id, **WHEN)


def test_a_proposal_is_sent_back_with_words(
    do: Do, store: Store, short: Filing, auditor: Someone, registrar: Someone
):
    proposal = do(decisions.propose_decision, auditor.actor, short.id, REFUSED, **WHEN)

    back = do(decisions.send_back, registrar.actor, proposal.id, "先请本人补签到表", **WHEN)

    assert (back.state, back.answer) == ("sent_back", "先请本人补签到表")
    assert store.get(Filing, short.id).state == "reading"
    with pytest.raises(Conflict, match="decided_already"):
        do(decisions.confirm_decision, registrar.actor, proposal.id, **WHEN)


def test_what_was_rejected_is_confirmed_on_the_record(
    do: Do, store: Store, short: Filing, auditor: Someone, registrar: Someone
):
    first = records_in(store, short)[0]
    proposal = do(decisions.propose_decision, auditor.actor, short.id, REFUSED, **WHEN)
    decision = do(decisions.confirm_decision, registrar.actor, proposal.id, **WHEN)

    credit = store.one(select(Credit).where(Credit.activity_id == first.activity_id))
    assert (credit.conversion, credit.confirmed, credit.recognised) == (REQUIRED, 0, 0)
    assert credit.reasons[-1] == {"code": "confirmed", "hours": 0}
    (said,) = do(confirmations_on, first.activity_id)
    assert (said.number, said.hours, said.filed) == (decision.number, 0, REQUIRED)
    assert said.reason == "签到表上没有本人"
    others = store.all(select(Credit.confirmed).where(Credit.activity_id != first.activity_id))
    assert set(others) == {None}


def test_conditional_then_made_up_then_passed(
    do: Do, store: Store, short: Filing, auditor: Someone, registrar: Someone, member: Someone
):
    proposal = do(decisions.propose_decision, auditor.actor, short.id, CONDITIONAL, **WHEN)
    do(decisions.confirm_decision, registrar.actor, proposal.id, **WHEN)
    assert store.get(Filing, short.id).state == "conditional"
    with pytest.raises(Rejected, match="year_not_met"):
        do(decisions.propose_decision, auditor.actor, short.id, PASSED, **WHEN)
    _make_up(do, member, 2250)
    later = {"now": NOW + timedelta(days=40), "today": TODAY + timedelta(days=40)}

    passed = do(decisions.propose_decision, auditor.actor, short.id, PASSED, **later)

    assert passed.state == "in_force"
    assert store.get(Filing, short.id).state == "passed"


def test_a_proposal_sent_back_leaves_the_condition_in_force(
    do: Do, store: Store, short: Filing, auditor: Someone, registrar: Someone
):
    proposal = do(decisions.propose_decision, auditor.actor, short.id, CONDITIONAL, **WHEN)
    do(decisions.confirm_decision, registrar.actor, proposal.id, **WHEN)
    refused = do(decisions.propose_decision, auditor.actor, short.id, REFUSED, **WHEN)

    do(decisions.send_back, registrar.actor, refused.id, "期限还没到", **WHEN)

    assert store.get(Filing, short.id).state == "conditional"


def test_an_appeal_that_is_upheld_leads_to_new_readers(
    do: Do, store: Store, short: Filing, auditor: Someone, registrar: Someone, society: Any
):
    store.add(Reader(filing_id=short.id, person_id=auditor.id, part="reader", assigned_at=NOW))
    proposal = do(decisions.propose_decision, auditor.actor, short.id, REFUSED, **WHEN)
    decision = do(decisions.confirm_decision, registrar.actor, proposal.id, **WHEN)
    known = do(decisions.appealed, decision.id)
    assert known.decided_by == {auditor.id, registrar.id}
    third = _another(store, society)

    with pytest.raises(NotAllowed, match="decided_before"):
        do(decisions.uphold, registrar.actor, decision.id, reason="复核", **WHEN)
    do(decisions.uphold, third.actor, decision.id, reason="签到表已经补上", **WHEN)

    assert store.get(Decision, decision.id).state == "set_aside"
    assert store.get(Filing, short.id).state == "reading"
    first = records_in(store, short)[0]
    credit = store.one(select(Credit).where(Credit.activity_id == first.activity_id))
    assert (credit.confirmed, credit.recognised) == (None, REQUIRED)
    assert store.one(select(Reader.end_reason)) == "replaced"
    assert store.one(select(Deadline.closed_at).where(Deadline.kind == "appeal_decision"))
    with pytest.raises(NotAllowed, match="decided_before"):
        do(decisions.propose_decision, auditor.actor, short.id, REFUSED, **WHEN)
    with pytest.raises(NotFound):
        do(decisions.uphold, third.actor, decision.id, reason="再来一次", **WHEN)


def test_what_the_register_refuses_leaves_no_decision(
    do: Do, store: Store, filing: Filing, auditor: Someone
):
    store.run(update(Term).values(state="revoked"))

    with pytest.raises(DomainError):
        do(decisions.propose_decision, auditor.actor, filing.id, PASSED, **WHEN)

    assert store.count(Decision) == 0
    assert store.get(Filing, filing.id).state == "reading"


def _another(store: Store, society: Any) -> Someone:
    person = builders.a_person(store, name="冯复核")
    builders.a_role(store, person, RoleName.AUDITOR, society)
    return Someone(person, society, roles=frozenset({RoleName.AUDITOR}))


def _make_up(do: Do, member: Someone, minutes: int) -> None:
    day = date(2027, 11, 9)
    new = NewActivity("training", "补足学时", date(2027, 11, 5), day, fields={"minutes": minutes})
    assert member.registration
    made = do(log_activity, member.actor, new, now=NOW + timedelta(days=20), today=day)
    do(
        bind_record, member.actor, made.activity.id, member.registration.id,
        CONDITIONAL.make_up[0].year, now=NOW + timedelta(days=20),
    )  # fmt: skip


def test_what_a_rejected_record_took_from_others_comes_back_to_them(
    do: Do, store: Store, member: Someone, auditor: Someone, registrar: Someone
):
    """Three papers of 16 学时 under a year's cap of 25: 16, 9 and 0 were filed."""
    assert member.registration
    made = []
    for month in (5, 6, 7):
        day = date(2023, month, 9)
        new = NewActivity("paper", f"论文{month}", None, day, {"tier": "core", "rank": 1})
        made.append((do(log_activity, member.actor, new, **WHEN).activity, day))
    filed = [store.one(select(Credit).where(Credit.activity_id == a.id)) for a, _day in made]
    assert [c.recognised for c in filed] == [1600, 900, 0]
    filing = filings.a_filing(
        store,
        member.registration,
        [
            filings.a_record(activity=a, ended_on=day, recognised=c.recognised, conversion=1600)
            for (a, day), c in zip(made, filed, strict=True)
        ],
        state="reading",
    )
    first, second, _third = records_in(store, filing)
    a_judgement(store, first, auditor, "rejected", 0)
    a_judgement(store, second, auditor, "accepted", 900)

    reading = do(reading_of, filing.id, AuditSettings())
    assert (reading.years[0].computed, reading.years[0].judged) == (2500, 1600)
    proposal = do(decisions.propose_decision, auditor.actor, filing.id, REFUSED, **WHEN)
    decision = do(decisions.confirm_decision, registrar.actor, proposal.id, **WHEN)

    assert [r["hours"] for r in decision.results] == [0, 1600, 900]
    left = store.all(select(Credit).order_by(Credit.activity_id))
    assert [(c.recognised, c.confirmed) for c in left] == [(0, 0), (1600, 1600), (900, None)]
    (said,) = do(confirmations_on, made[1][0].id)
    assert (said.filed, said.hours) == (900, 1600)
