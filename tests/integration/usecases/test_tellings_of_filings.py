"""What members are told about filing, relief, appeals and certificates, once, while it holds."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from cpd_app.domain.decisions import Outcome, Shortfall
from cpd_app.models import CertificateAct, Credit, Filing, Message, Society, Term
from cpd_app.usecases import (
    acts,
    appeals,
    audit_readers,
    bulk_passes,
    decisions,
    filings,
    relief_decisions,
    return_answers,
    returns,
    rulings,
    term_acts,
    verifications,
)
from cpd_app.usecases.acts import NewAct
from cpd_app.usecases.decisions import NewDecision
from cpd_app.usecases.registrations import NextTerm, add_term
from cpd_app.usecases.relief_decisions import Decided, ForAll
from cpd_app.usecases.returns import NewReturn, Point
from cpd_app.usecases.verifications import Answer, NewVerification
from tests.support import builders
from tests.support.deciding import (
    NOW,
    REQUIRED,
    TODAY,
    a_full_file,
    a_judgement,
    records_in,
)
from tests.support.jobs import work_off
from tests.support.people import Someone
from tests.support.recorded import logged
from tests.support.reliefs import a_request, granted, ground, refused
from tests.support.renewing import Renewing
from tests.support.store import Store
from tests.support.telling import Told, last_of, sent, states_of

Do = Callable[..., Any]
WHEN = {"now": NOW, "today": TODAY}
LATER = {"now": NOW + timedelta(hours=2), "today": TODAY}
WHOLE = NewReturn("请按清单补正。", (Point("总结里第 3 年没有写到"),))


@pytest.fixture
def filing(do: Do, store: Store, member: Someone) -> Filing:
    """A file whose five years are met."""
    return a_full_file(do, store, member, state="reading", employer="示范电力设计院")


def test_a_filing_is_received_once_and_withdrawn_silently(
    do: Do, renewing: Renewing, told: Told
) -> None:
    member = renewing.someone
    filing = renewing.filed()
    assert told(member) == ["filed"]
    do(filings.withdraw_filing, member.actor, filing.id, now=NOW)
    assert told(member) == []


def test_a_receipt_that_left_stays(do: Do, store: Store, renewing: Renewing, told: Told) -> None:
    filing = renewing.filed()
    sent(store, renewing.someone)
    do(filings.withdraw_filing, renewing.someone.actor, filing.id, now=NOW)
    assert told(renewing.someone) == ["filed"]


def test_a_return_is_told_at_once_and_gone_when_it_is_answered(
    do: Do, store: Store, filing: Filing, member: Someone, auditor: Someone, told: Told
) -> None:
    made = do(returns.return_filing, auditor.actor, filing.id, WHOLE, **WHEN)
    assert told(member) == ["returned"]
    assert last_of(store, member)["due_on"] == "2027-11-08"

    item = made.items[0]
    do(return_answers.save_answer, member.actor, filing.id, item.id, "补写", now=NOW)
    do(return_answers.send_answer, member.actor, filing.id, **LATER)

    assert told(member) == []
    assert states_of(store, member) == ["dropped"]


def test_more_time_and_time_that_is_over_take_the_place_of_what_was_told(
    do: Do, filing: Filing, member: Someone, auditor: Someone, told: Told
) -> None:
    made = do(returns.return_filing, auditor.actor, filing.id, WHOLE, **WHEN)
    do(returns.extend_return, auditor.actor, made.id, "住院", **LATER)
    assert told(member) == ["returned/extended"]
    late = {"now": NOW + timedelta(days=40), "today": date(2027, 12, 4)}
    assert do(returns.turn_filings, **late) == 1
    assert do(returns.turn_filings, **late) == 0
    assert told(member) == ["returned/overdue"]
    do(decisions.propose_decision, auditor.actor, filing.id,
       NewDecision(Outcome.PASSED, "达到要求"), **late)  # fmt: skip
    assert told(member) == ["decided/passed"]


@pytest.mark.parametrize(
    ("said", "variant"), [(Answer.DENIED, "answered"), (Answer.NO_ANSWER, "silent")]
)
def test_a_check_is_told_when_it_is_asked_and_answered(
    do: Do, store: Store, filing: Filing, member: Someone, auditor: Someone, told: Told,
    said: Answer, variant: str,
) -> None:  # fmt: skip
    new = NewVerification("示范培训中心", (records_in(store, filing)[0].id,), "请核对。")
    asked = do(verifications.ask_unit, auditor.actor, filing.id, new, **WHEN)
    do(verifications.record_answer, auditor.actor, asked.id, said, "查无此人",
       answered_on=TODAY, **LATER)  # fmt: skip
    assert told(member) == ["verifying/asked", f"verifying/{variant}"]


def test_a_decision_is_told_when_it_is_in_force_with_what_to_do(
    do: Do, store: Store, filing: Filing, member: Someone, auditor: Someone,
    registrar: Someone, told: Told,
) -> None:  # fmt: skip
    a_judgement(store, records_in(store, filing)[0], auditor, "rejected", 0)
    short = (Shortfall(1, REQUIRED),)
    new = NewDecision(Outcome.CONDITIONAL, "第 1 年缺学时。", short, date(2028, 3, 31))
    decision = do(decisions.propose_decision, auditor.actor, filing.id, new, **WHEN)
    assert told(member) == []
    do(decisions.confirm_decision, registrar.actor, decision.id, **LATER)
    assert told(member) == ["decided/conditional"]
    data = last_of(store, member)
    assert (data["make_up_hours"], data["until_on"]) == (REQUIRED, "2028-03-31")
    assert data["appeal_until_on"] == "2027-11-15"


def test_a_bulk_pass_tells_each_member(
    do: Do, store: Store, member: Someone, other_member: Someone, auditor: Someone,
    registrar: Someone, told: Told,
) -> None:  # fmt: skip
    files = [
        a_full_file(do, store, member, employer="甲院"),
        a_full_file(do, store, other_member, employer="乙院"),
    ]
    assert auditor.society
    ids = [f.id for f in files]
    bulk = do(bulk_passes.propose_bulk, auditor.actor, auditor.society.id, ids, "达到要求", **WHEN)
    assert told(member) == []
    do(bulk_passes.confirm_bulk, registrar.actor, bulk.id, seen=1, **LATER)
    assert (told(member), told(other_member)) == (["decided/passed"], ["decided/passed"])


@pytest.mark.usefixtures("filing")
def test_readers_are_told_how_many_files_lie_with_them(
    do: Do, store: Store, auditor: Someone, registrar: Someone, told: Told
) -> None:
    assert registrar.society
    do(audit_readers.assign_balanced, registrar.actor, registrar.society.id, **WHEN)
    assert told(auditor) == ["assigned"]
    assert last_of(store, auditor)["count"] == 1
    do(audit_readers.assign_balanced, registrar.actor, registrar.society.id, **LATER)
    assert told(auditor) == ["assigned"]


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    """Within the member's third year."""
    return at("2026-11-20 10:00")


def test_granted_and_taken_back(
    do: Do, store: Store, member: Someone, auditor: Someone, now: datetime, told: Told
) -> None:
    relief = granted(do, store, member, auditor, now=now)
    assert told(member) == ["relief/granted"]
    do(relief_decisions.annul_relief, auditor.actor, relief.id, "证明不实", seen=2, now=now,
       today=now.date())  # fmt: skip
    assert told(member) == ["relief/granted", "relief/withdrawn"]


def test_granted_in_part_can_be_appealed(
    do: Do, store: Store, member: Someone, auditor: Someone, now: datetime, told: Told
) -> None:
    asked = a_request(do, store, member, now=now)
    cut = Decided(grant=True, reason="只有三个月有证明", to_on=date(2025, 6, 1))
    do(relief_decisions.decide_relief, auditor.actor, asked.id, cut, seen=1, now=now,
       today=now.date())  # fmt: skip
    assert told(member) == ["relief/partly"]
    assert last_of(store, member)["appeal_until_on"] == "2026-12-11"


@pytest.mark.parametrize(("uphold", "variant"), [(True, "set_aside"), (False, "upheld")])
def test_an_appeal_is_answered(
    do: Do, store: Store, member: Someone, auditor: Someone, registrar: Someone,
    now: datetime, told: Told, *, uphold: bool, variant: str,
) -> None:  # fmt: skip
    against = refused(do, store, member, auditor, now=now, code="duty")
    days = {"now": now, "today": now.date()}
    appeal = do(appeals.file_appeal, member.actor, "relief", against.id, "见证明", **days)
    do(appeals.decide_appeal, registrar.actor, appeal.id, uphold=uphold, reason="已核对",
       seen=1, **days)  # fmt: skip
    assert told(member) == ["relief/refused", f"appeal/{variant}"]


def test_relief_for_all_reaches_every_running_certificate(
    app: Flask, do: Do, store: Store, member: Someone, other_member: Someone, registrar: Someone,
    society: Society, other_society: Society, now: datetime, told: Told,
) -> None:  # fmt: skip
    away = builders.a_person(store)
    builders.a_registration(store, away, other_society)
    new = ForAll(
        ground(store, "disaster"), date(2026, 7, 1), date(2026, 10, 1), "洪灾", "示〔2026〕1 号"
    )
    given = do(relief_decisions.give_relief_to_all, registrar.actor, society.id, new, now=now)
    assert told(member) == [], "the worker tells"
    work_off(app)
    assert (told(member), told(other_member)) == (["relief/for_all"], ["relief/for_all"])
    assert told(Someone(away)) == []
    do(relief_decisions.annul_relief, registrar.actor, given.id, "误发", seen=1, now=now,
       today=now.date())  # fmt: skip
    work_off(app)
    assert told(member) == ["relief/for_all", "relief/withdrawn_all"]


def test_a_ruling_says_what_was_asked_and_given(
    do: Do, store: Store, member: Someone, registrar: Someone, now: datetime, told: Told
) -> None:
    asked = logged(do, member, "other", date(2026, 5, 6), now=now, hours_asked=6)
    credit_id = store.one(select(Credit.id).where(Credit.activity_id == asked.id))
    said: dict[str, Any] = {"reason": "认一半", "subject": "裁判", "now": now}
    first = do(rulings.decide_ruling, registrar.actor, credit_id, hours=300, **said)
    do(rulings.decide_ruling, registrar.actor, credit_id, hours=400, replaces=first.id, **said)
    assert told(member) == ["ruled"], "nobody had read the first"
    data = last_of(store, member)
    assert (data["asked_hours"], data["given_hours"]) == (600, 400)


@pytest.fixture
def act(do: Do, member: Someone, registrar: Someone) -> Callable[..., Any]:
    """Do an act on the member's certificate."""

    def doing(kind: str, why: str, **over: Any) -> Any:
        assert member.registration
        new = NewAct(
            kind, why, TODAY, legal_basis="章程", document_no="示〔2027〕1 号", reason="见文件",
            **over,
        )  # fmt: skip
        return do(acts.act, registrar.actor, member.registration.id, new, **WHEN)

    return doing


def test_suspended_and_resumed(act: Any, store: Store, member: Someone, told: Told):
    row = act("suspended", "under_inquiry")
    assert last_of(store, member)["appeal_until_on"] == "2027-11-15"
    act("resumed", "cause_ended", seen=row.id)
    assert told(member) == ["certificate/suspended", "certificate/resumed"]


def test_what_needs_two_people_is_told_when_the_second_confirms(
    act: Any, do: Do, member: Someone, auditor: Someone, told: Told
) -> None:
    row = act("revoked", "false_material")
    assert told(member) == []
    do(acts.confirm_act, auditor.actor, row.id, version=row.version, **WHEN)
    assert told(member) == ["certificate/revoked"]


def test_nothing_goes_to_the_dead(act: Any, member: Someone, told: Told) -> None:
    act("cancelled", "death")
    assert told(member) == []


def test_a_wish_is_answered(
    do: Do, member: Someone, registrar: Someone, auditor: Someone, told: Told
) -> None:
    assert member.registration
    ask = (acts.ask_act, member.actor, member.registration.id, "suspended", "出国")
    wish = do(*ask, **WHEN)
    do(acts.drop_act, auditor.actor, wish.id, version=wish.version, now=NOW)
    wish = do(*ask, **WHEN)
    new = NewAct("suspended", "own_wish", TODAY, legal_basis="章程", document_no="示〔2027〕2 号")
    do(acts.grant_wish, registrar.actor, wish.id, new, version=wish.version, **WHEN)
    assert told(member) == ["certificate/wish_declined", "certificate/suspended_asked"]


def test_a_term_that_staff_add_is_told(
    do: Do, member: Someone, registrar: Someone, told: Told
) -> None:
    assert member.registration
    days = {"now": NOW, "today": date(2028, 1, 3)}
    do(
        add_term,
        registrar.actor,
        member.registration.id,
        NextTerm("upgrade", "示 1 号"),
        **days,
    )
    assert told(member) == ["certificate/upgraded"]


def test_an_end_is_told_once_and_not_long_after(
    do: Do, store: Store, member: Someone, other_member: Someone, told: Told
) -> None:
    assert other_member.registration
    of_other = Term.registration_id == other_member.registration.id
    store.run(update(Term).where(of_other).values(ends_on=date(2027, 12, 1)))
    today = date(2028, 3, 1)
    assert do(term_acts.expire_terms, now=NOW, today=today) == 2
    assert do(term_acts.expire_terms, now=NOW, today=today) == 0
    assert (told(member), told(other_member)) == (["certificate/expired"], [])


def test_a_message_that_was_read_stays_but_is_not_sent(
    do: Do, store: Store, filing: Filing, member: Someone, auditor: Someone, told: Told
) -> None:
    made = do(returns.return_filing, auditor.actor, filing.id, WHOLE, **WHEN)
    store.run(update(Message).values(read_at=NOW))
    item = made.items[0]
    do(return_answers.save_answer, member.actor, filing.id, item.id, "补写", now=NOW)
    do(return_answers.send_answer, member.actor, filing.id, **LATER)
    assert told(member) == ["returned"]
    assert states_of(store, member) == ["dropped"]


def test_an_appeal_against_an_act_is_told_twice_first_that_it_was_right(
    act: Any, do: Do, store: Store, member: Someone, auditor: Someone, registrar: Someone,
    told: Told,
) -> None:  # fmt: skip
    row = act("suspended", "under_inquiry")
    appeal = do(appeals.file_appeal, member.actor, "act", row.id, "查无此事", **LATER)
    do(appeals.decide_appeal, auditor.actor, appeal.id, uphold=True, reason="属实", seen=1,
       **LATER)  # fmt: skip
    assert told(member)[1:] == ["appeal/set_aside_act"]
    proposal = store.one(select(CertificateAct).where(CertificateAct.kind == "annulled"))
    do(acts.confirm_act, registrar.actor, proposal.id, version=proposal.version, **LATER)
    assert told(member)[1:] == ["appeal/set_aside_act", "certificate/annulled"]
