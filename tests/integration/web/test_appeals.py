"""申诉 from the pages of a decision and of an act, and back from the appeal to them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.certificates import ActKind
from cpd_app.domain.decisions import Outcome
from cpd_app.models import Appeal, CertificateAct, Filing, Judgement
from cpd_app.usecases import acts, decisions, return_answers, returns
from cpd_app.usecases.acts import NewAct
from cpd_app.usecases.decisions import NewDecision
from cpd_app.usecases.returns import NewReturn, Point
from tests.support.deciding import a_full_file, a_judgement, records_in
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
Do = Callable[..., Any]
When = dict[str, Any]


@pytest.fixture
def when(at: Callable[[str], datetime]) -> When:
    """The Monday on which everything happens."""
    now = at("2027-10-25 10:00")
    return {"now": now, "today": now.date()}


@pytest.fixture
def filing(do: Do, store: Store, member: Someone) -> Filing:
    """A file whose five years are met."""
    return a_full_file(do, store, member)


def appeal(browser: Browser, subject: str, subject_id: int) -> int:
    """Fill in the form as the member; the id of the appeal."""
    sent = browser.post(f"/appeals/new/{subject}/{subject_id}", {"words": "有原件可查。"})
    return int(sent.response.headers["Location"].rsplit("/", 1)[1])


def test_a_refusal_leads_to_the_appeal_and_back(
    as_: As, do: Do, store: Store, filing: Filing, member: Someone, auditor: Someone,
    registrar: Someone, when: When,
):  # fmt: skip
    a_judgement(store, records_in(store, filing)[0], auditor, "rejected", 0)
    refused = NewDecision(Outcome.REFUSED, "缺 50 学时。")
    decision = do(decisions.propose_decision, auditor.actor, filing.id, refused, **when)
    do(decisions.confirm_decision, registrar.actor, decision.id, **when)
    mine = as_(member)
    own = f"/renewal/filing/{filing.id}/progress"
    form = mine.get(f"/appeals/new/decision/{decision.id}")
    assert own in form.links()

    appeal_id = appeal(mine, "decision", decision.id)

    assert f"/appeals/{appeal_id}" in mine.get(own).links()
    assert f"/appeals/new/decision/{decision.id}" not in mine.get(own).links()
    assert own in mine.get(f"/appeals/{appeal_id}").links()
    at_desk = as_(registrar).get(f"/staff/appeals/{appeal_id}")
    assert f"/staff/audits/{filing.id}/decision" in at_desk.links()
    decided = as_(registrar).get(f"/staff/audits/{filing.id}/decision")
    assert f"/staff/appeals/{appeal_id}" in decided.links()
    assert "您参加过原来的决定" in at_desk.text


def test_staff_are_not_offered_a_members_appeal(
    as_: As, do: Do, store: Store, filing: Filing, auditor: Someone, registrar: Someone,
    when: When,
):  # fmt: skip
    a_judgement(store, records_in(store, filing)[0], auditor, "rejected", 0)
    refused = NewDecision(Outcome.REFUSED, "缺 50 学时。")
    decision = do(decisions.propose_decision, auditor.actor, filing.id, refused, **when)
    do(decisions.confirm_decision, registrar.actor, decision.id, **when)

    page = as_(registrar).get(f"/renewal/filing/{filing.id}/progress")

    assert not any("/appeals/new/" in link for link in page.links())


def test_an_act_leads_to_the_appeal_and_back(
    as_: As, do: Do, store: Store, member: Someone, registrar: Someone, when: When
):
    assert member.registration
    registration_id = member.registration.id
    new = NewAct(
        ActKind.SUSPENDED, "under_inquiry", when["today"], legal_basis="章程第 9 条",
        document_no="示〔2027〕3 号", reason="见文件",
    )  # fmt: skip
    act = do(acts.act, registrar.actor, registration_id, new, **when)
    mine, own = as_(member), f"/me/certificates/{registration_id}"
    assert f"/appeals/new/act/{act.id}" in mine.get(own).links()

    appeal_id = appeal(mine, "act", act.id)

    assert f"/appeals/{appeal_id}" in mine.get(own).links()
    assert own in mine.get(f"/appeals/{appeal_id}").links()
    at_desk = as_(registrar).get(f"/staff/appeals/{appeal_id}")
    assert at_desk.has(f"a[href='/staff/certificates?r={registration_id}']")
    panel = as_(registrar).get(f"/staff/certificates?r={registration_id}")
    assert f"/staff/appeals/{appeal_id}" in panel.links()
    assert store.one(select(Appeal.subject_id)) == store.one(select(CertificateAct.id))


def test_the_bench_leads_to_the_acts_and_opens_what_was_answered(
    as_: As, do: Do, store: Store, filing: Filing, member: Someone, auditor: Someone, when: When
):
    records = records_in(store, filing)
    earlier = when["now"] - timedelta(hours=1)
    for record in records:
        a_judgement(store, record, auditor, "accepted", 5000, at=earlier)
    store.change(
        store.all(select(Judgement).order_by(Judgement.id))[2], verdict="evidence_wanted", hours=0
    )
    wanted = records[2]
    point = NewReturn("", (Point("请补签到表", wanted.id),))
    do(returns.return_filing, auditor.actor, filing.id, point, **when)
    item = do(returns.returns_of, filing.id)[0].items[0]
    do(return_answers.save_answer, member.actor, filing.id, item.id, "见照片。", (),
       store=None, now=when["now"])  # fmt: skip
    do(return_answers.send_answer, member.actor, filing.id, **when)

    page = as_(auditor).get(f"/staff/audits/{filing.id}")

    assert "见照片。" in page.text
    assert "已答复" in page.text
    assert page.has(f"[data-panel='{wanted.id}']:not([hidden])")
    for name in ("completeness", "return", "verification", "decision"):
        assert f"/staff/audits/{filing.id}/{name}" in page.links()
