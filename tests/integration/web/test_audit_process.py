"""The desk's pages about a filing as a whole, and the member's: from completeness to the letter."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.models import Decision, FileReturn, Filing, Term, Verification
from tests.support.deciding import a_full_file, a_judgement, records_in
from tests.support.page import Browser, text_of
from tests.support.people import Someone
from tests.support.photos import a_jpeg
from tests.support.store import Store

As = Callable[[Someone], Browser]
Do = Callable[..., Any]
At = Callable[[str], Any]


@pytest.fixture(autouse=True)
def today(at: At) -> None:
    """The Monday on which everything happens."""
    at("2027-10-25 10:00")


@pytest.fixture
def filing(do: Do, store: Store, member: Someone) -> Filing:
    """A file whose five years are met."""
    return a_full_file(do, store, member)


def acts(filing: Filing, name: str) -> str:
    """The address of an act on the file."""
    return f"/staff/audits/{filing.id}/{name}"


def test_complete_then_passed_with_a_letter(
    as_: As, store: Store, filing: Filing, auditor: Someone, member: Someone
):
    desk = as_(auditor)
    page = desk.get(acts(filing, "completeness"))
    assert "看材料齐不齐" in page.text
    assert "5 条" in page.text
    desk.post(acts(filing, "completeness"), {"seen": 1})

    page = desk.get(acts(filing, "decision"))
    assert "各年都达到要求" in page.text
    desk.post(
        acts(filing, "decision"), {"outcome": "passed", "reasons": "各年达到要求。", "seen": 2}
    )

    decision = store.one(select(Decision))
    assert store.count(Term) == 2
    mine = as_(member).get("filing_process.show", filing_id=filing.id)
    assert "准予再注册" in mine.text
    assert str(decision.number) in mine.text
    assert auditor.person.name not in mine.text
    letter = as_(member).client.get(f"/decisions/{decision.id}/letter.pdf")
    assert letter.data.startswith(b"%PDF")


def test_a_return_is_answered_and_seen(
    as_: As, store: Store, filing: Filing, auditor: Someone, member: Someone
):
    desk, record = as_(auditor), records_in(store, filing)[0]
    a_judgement(store, record, auditor, "evidence_wanted", 0, reason="请补签到表")
    asks = desk.get(acts(filing, "return")).find(f"[name=asks_{record.id}]")
    assert asks["value"] == "请补签到表"
    form = {"record": record.id, f"asks_{record.id}": "请补签到表", "free_0": "总结缺第 3 年"}
    desk.post(acts(filing, "return"), {**form, "seen": 1})
    page = desk.get(acts(filing, "return"))
    assert "从下一个工作日起算；最后一天 2027年11月8日（放假安排公布前为暂定）" in page.text

    phone, made = as_(member), store.one(select(FileReturn))
    first, second = (item.id for item in made.items)
    page = phone.get("filing_process.answer", filing_id=filing.id)
    assert "还有 10 个工作日" in page.text
    path = f"/renewal/filing/{filing.id}/answer"
    sent = phone.client.post(
        path,
        data={
            f"answer_{first}": "见照片",
            f"file_{first}": (a_jpeg_file(), "签到表.jpg"),
            "secrecy": "none",
            "save": "1",
            "csrf_token": phone.csrf(),
        },
    )
    assert sent.status_code == 303
    assert "答了 1 项，共 2 项" in phone.get(path).text
    assert store.get(Filing, filing.id).state == "returned"
    phone.post(path, {f"answer_{second}": "已补在第二段", f"answer_{first}": "见照片", "send": "1"})

    assert store.get(Filing, filing.id).state == "reading"
    page = desk.get(acts(filing, "return"))
    assert "见照片" in page.text
    assert "签到表.jpg" in page.text
    bench = desk.get("audits.show", filing_id=filing.id)
    assert bench.has("a[href='?r=0#answers']")
    whole = text_of(desk.get("audits.show", filing_id=filing.id, r=0).find("[data-panel='0']"))
    assert "总结缺第 3 年" in whole
    assert "已补在第二段" in whole
    assert "已答复，学会在审阅" in phone.get(path).text


def a_jpeg_file() -> Any:
    """A photo as a form sends it."""
    return io.BytesIO(a_jpeg())


def test_an_empty_answer_says_so(as_: As, filing: Filing, auditor: Someone, member: Someone):
    as_(auditor).post(acts(filing, "return"), {"free_0": "总结缺第 3 年", "seen": 1})

    page = as_(member).post(f"/renewal/filing/{filing.id}/answer", {"send": "1"}, status=422)

    assert "还没有写答复" in page.text


def test_a_unit_is_asked_and_the_member_speaks(
    as_: As, store: Store, filing: Filing, auditor: Someone, member: Someone
):
    desk, record = as_(auditor), records_in(store, filing)[0]
    asked = {"unit": "示范培训中心", "record": record.id, "words": "请核对。", "seen": 1}
    desk.post(acts(filing, "verification"), asked)
    made = store.one(select(Verification))
    assert desk.client.get(f"/verifications/{made.id}/letter.pdf").data.startswith(b"%PDF")
    form = {"outcome": "denied", "answered_on": "2027-10-25", "answer": "查无此人", "seen": 1}
    desk.post(f"/staff/audits/verifications/{made.id}/answer", form)

    phone = as_(member)
    page = phone.get("filing_process.show", filing_id=filing.id)
    assert "单位答复：不属实" in page.text
    phone.post(
        f"/renewal/filing/{filing.id}/verifications/{made.id}/words", {"words": "用的是旧名"}
    )

    assert "用的是旧名" in desk.get(acts(filing, "verification")).text


def test_refused_by_two_people_names_the_last_day_to_appeal(
    as_: As, store: Store, filing: Filing, auditor: Someone, registrar: Someone, member: Someone
):
    a_judgement(store, records_in(store, filing)[0], auditor, "rejected", 0)
    desk = as_(auditor)
    page = desk.get(acts(filing, "decision"))
    assert "1 年没有达到要求" in page.text
    page = desk.post(
        acts(filing, "decision"), {"outcome": "passed", "reasons": "好", "seen": 1}, status=422
    )
    assert "第 1 年还差 50.0 学时，不能通过" in page.text
    desk.post(
        acts(filing, "decision"), {"outcome": "refused", "reasons": "缺 50 学时。", "seen": 1}
    )
    decision = store.one(select(Decision))
    assert "您提出的，由另一位确认" in desk.get(acts(filing, "decision")).text
    assert as_(member).get("filing_process.show", filing_id=filing.id).text.count("缺 50 学时") == 0

    other = as_(registrar)
    other.post(f"/staff/audits/decisions/{decision.id}/confirm", {"seen": 2})

    assert store.get(Filing, filing.id).state == "refused"
    mine = as_(member).get("filing_process.show", filing_id=filing.id)
    assert "申诉期限：2027年11月15日" in mine.text
    assert f"/appeals/new/decision/{decision.id}" in mine.links()
    assert "标准与质量监督委员会" in mine.text
    record = as_(member).get(f"/activities/{records_in(store, filing)[0].activity_id}")
    assert "再注册审核认定" in record.text
    assert decision.id
    assert str(store.one(select(Decision.number))) in record.text


def test_conditional_takes_the_hours_of_the_form(
    as_: As, store: Store, filing: Filing, auditor: Someone
):
    a_judgement(store, records_in(store, filing)[0], auditor, "rejected", 0)

    told = {"outcome": "conditional", "reasons": "可补。", "until_on": "2028-03-31"}
    as_(auditor).post(acts(filing, "decision"), {**told, "make_up_1": "50", "seen": 1})

    assert store.one(select(Decision.make_up)) == [{"year": 1, "hours": 5000}]


def test_files_are_passed_together_by_two(
    as_: As, store: Store, filing: Filing, auditor: Someone, registrar: Someone
):
    desk = as_(auditor)
    assert "1 份可以一起通过" in desk.get("/staff/audits/bulk").text
    desk.post("/staff/audits/bulk", {"file": filing.id, "reasons": "都是 D 级。"})
    page = desk.get("/staff/audits/bulk/1")
    assert "您提出的，由另一位确认" in page.text

    as_(registrar).post("/staff/audits/bulk/1/confirm", {"seen": 1})

    assert store.get(Filing, filing.id).state == "passed"
    assert str(store.one(select(Decision.number))) in desk.get("/staff/audits/bulk/1").text


def test_home_leads_to_the_return(as_: As, filing: Filing, auditor: Someone, member: Someone):
    as_(auditor).post(acts(filing, "return"), {"free_0": "总结缺第 3 年", "seen": 1})
    phone = as_(member)

    assert "/renewal/answer" in phone.get("/readiness").links()

    assert phone.client.get("/renewal/answer").location == f"/renewal/filing/{filing.id}/answer"
