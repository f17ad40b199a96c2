"""Letters about a filing as a person reads them: number, reasons, records, appeal, complaint."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from cpd_app.documents.letters import letter_pdf
from cpd_app.domain.decisions import Outcome, Shortfall
from cpd_app.domain.errors import NotFound
from cpd_app.models import Filing, Society
from cpd_app.usecases import decisions, filing_letters, returns, verifications
from cpd_app.usecases.decisions import NewDecision
from cpd_app.usecases.verifications import NewVerification
from tests.support.deciding import NOW, TODAY, a_full_file, a_judgement, records_in
from tests.support.documents import pages_of
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
WHEN = {"now": NOW, "today": TODAY}


@pytest.fixture
def filing(do: Do, store: Store, member: Someone, auditor: Someone) -> Filing:
    """A file of which the first record was rejected."""
    made = a_full_file(do, store, member, state="reading")
    a_judgement(store, records_in(store, made)[0], auditor, "rejected", 0)
    return made


def text_of(do: Do, letter: Callable[..., Any], *args: Any) -> str:
    """The letter's pages without white space."""
    return "".join(pages_of(letter_pdf(do(letter, *args, now=NOW)).pdf))


def test_a_refusal_names_reasons_records_appeal_and_the_committee(
    do: Do, filing: Filing, auditor: Someone, registrar: Someone, member: Someone
):
    new = NewDecision(Outcome.REFUSED, "第 1 年缺 50 学时。")
    proposal = do(decisions.propose_decision, auditor.actor, filing.id, new, **WHEN)
    with pytest.raises(NotFound):
        do(filing_letters.decision_letter, member.actor, proposal.id, "zh", now=NOW)
    decision = do(decisions.confirm_decision, registrar.actor, proposal.id, **WHEN)

    text = text_of(do, filing_letters.decision_letter, member.actor, decision.id, "zh")

    assert "不予再注册决定书" in text
    assert decision.number in text
    assert "第1年缺50学时。" in text
    assert "第1年培训2023年6月9日50.00.0不认可：签到表上没有本人" in text
    assert "其余4条记录未审" in text
    assert "15个工作日内（最后一天为2027年11月15日，当年放假安排公布前为暂定）" in text
    assert "标准与质量监督委员会" in text
    assert "cse@cast-cse.org.cn" in text


def test_a_condition_names_hours_and_day_also_in_english(
    do: Do, store: Store, filing: Filing, auditor: Someone, registrar: Someone, member: Someone
):
    store.run(update(Society).values(is_demo=True))
    new = NewDecision(
        Outcome.CONDITIONAL, "第 1 年缺学时。", (Shortfall(1, 5000),), date(2028, 3, 31)
    )
    proposal = do(decisions.propose_decision, auditor.actor, filing.id, new, **WHEN)
    do(decisions.confirm_decision, registrar.actor, proposal.id, **WHEN)

    text = text_of(do, filing_letters.decision_letter, member.actor, proposal.id, "en")

    assert "Year1:50.0CPDhours" in text
    assert "madeupby31Mar2028" in text
    assert "Sample" in text
    assert "15Nov2027" in text


def test_a_pass_names_the_new_term(do: Do, store: Store, member: Someone, auditor: Someone):
    filing = a_full_file(do, store, member, state="reading")
    new = NewDecision(Outcome.PASSED, "各年达到要求。")
    decision = do(decisions.propose_decision, auditor.actor, filing.id, new, **WHEN)

    text = text_of(do, filing_letters.decision_letter, member.actor, decision.id, "zh")

    assert "自2028年3月1日起至2033年2月28日止" in text
    assert "申诉" not in text


def test_a_return_lists_its_points(
    do: Do, store: Store, filing: Filing, auditor: Someone, member: Someone, stranger: Someone
):
    record = records_in(store, filing)[1]
    points = (returns.Point("请补签到表", record.id), returns.Point("总结缺第 3 年"))
    made = do(
        returns.return_filing, auditor.actor, filing.id, returns.NewReturn("", points), **WHEN
    )

    text = text_of(do, filing_letters.return_letter, member.actor, made.id, "zh")

    assert "补正通知书" in text
    assert "1第2年培训请补签到表2整份申请总结缺第3年" in text
    assert "10个工作日内（最后一天为2027年11月8日" in text
    with pytest.raises(NotFound):
        do(filing_letters.return_letter, stranger.actor, made.id, "zh", now=NOW)


def test_a_unit_reads_its_name_and_the_records(
    do: Do, store: Store, filing: Filing, auditor: Someone
):
    new = NewVerification("示范培训中心", (records_in(store, filing)[0].id,), "请核对签到表。")
    made = do(verifications.ask_unit, auditor.actor, filing.id, new, **WHEN)

    text = text_of(do, filing_letters.verification_letter, auditor.actor, made.id)

    assert "示范培训中心：" in text
    assert "与张会员有关" in text
    assert "第1年培训2023年6月9日" in text
    assert store.one(select(Filing.state)) == "verifying"
