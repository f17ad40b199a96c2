"""意见与投诉: the form, its receipt, the answer, and the desk."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.models import Complaint
from cpd_app.usecases.attempts import LIMITS
from tests.support.page import Browser, Page
from tests.support.people import Someone
from tests.support.store import Store

pytestmark = pytest.mark.usefixtures("society")
As = Callable[[Someone], Browser]
TEXT = "三月提交的材料至今没有答复，请核实。"


@pytest.fixture(autouse=True)
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


@pytest.fixture
def visitor(app: Flask) -> Browser:
    """Nobody in particular."""
    return Browser(app)


def sent(visitor: Browser, status: int = 200, **over: str) -> Page:
    page = visitor.get("complaints.form")
    values = {"kind": "complaint", "society": "home", "text": TEXT, **over}
    return visitor.submit(page, "main form", status=status, **values)


def receipt_of(page: Page) -> dict[str, str]:
    number, secret = (dd.get_text() for dd in page.all(".receipt dd")[:2])
    return {"number": number, "secret": secret}


def test_a_letter_its_receipt_and_its_answer(
    visitor: Browser, as_: As, registrar: Someone, store: Store
):
    receipt = receipt_of(sent(visitor))
    letter = store.one(select(Complaint.id))
    desk = as_(registrar)
    assert TEXT in desk.get("complaints.index").text
    assert desk.get("staff.overview").find("a[href='/staff/complaints']").get_text(" ").strip()

    page = desk.get("complaints.show", complaint_id=letter)
    desk.submit(page, "form[action$='/take']", status=303)
    asked = visitor.post("complaints.read_answer", receipt, status=200)
    assert "调查核实中" in asked.text
    page = desk.get("complaints.show", complaint_id=letter)
    empty = desk.submit(page, "form[action$='/answer']", status=422, answer=" ")
    assert "请写下答复" in empty.text
    desk.submit(page, "form[action$='/answer']", status=303, answer="已核实并改正。")

    answered = visitor.post("complaints.read_answer", receipt, status=200)
    assert "已核实并改正。" in answered.text
    late = desk.submit(page, "form[action$='/answer']", status=422, answer="再写一次")
    assert "已经答复" in late.text


def test_the_committee_of_the_handbook_is_named(visitor: Browser):
    text = visitor.get("complaints.form").text

    for words in (
        "标准与质量监督委员会",
        "北京市海淀区学院南路86号",
        "100081",
        "cse@cast-cse.org.cn",
    ):
        assert words in text


def test_what_is_missing_stands_beside_its_field_and_words_stay(visitor: Browser):
    page = sent(visitor, 422, text="太短", name="某人")

    assert "至少写 10 个字" in page.find("#field-text-error").get_text()
    assert page.find("#field-text").get_text() == "太短"
    page = sent(visitor, 422, name="某人")
    assert page.find("#field-consent")["aria-invalid"] == "true"


def test_a_wrong_receipt_tells_nothing(visitor: Browser):
    receipt = receipt_of(sent(visitor))
    pages = [
        visitor.post("complaints.read_answer", {**receipt, name: "TS2026-222222"}, status=404)
        for name in ("number", "secret")
    ]

    assert all("没有查到" in page.text for page in pages)
    assert TEXT not in pages[0].text
    visitor.post("complaints.read_answer", {"number": "x"}, status=422)


def test_who_writes_too_often_waits(visitor: Browser):
    for _ in range(LIMITS["complaint_address"].most):
        sent(visitor)

    assert "分钟后再试" in sent(visitor, 429).text


def test_letters_to_the_federation_come_to_its_desk(
    visitor: Browser, as_: As, registrar: Someone, federation: Someone
):
    sent(visitor, society="")

    assert TEXT in as_(federation).get("complaints.index").text
    assert TEXT not in as_(registrar).get("complaints.index").text


def test_an_auditor_does_not_answer_them(as_: As, auditor: Someone):
    as_(auditor).get("complaints.index", status=403)
    assert "/staff/complaints" not in as_(auditor).get("staff.overview").links()


def test_it_speaks_english(visitor: Browser):
    visitor.client.set_cookie("cpd_locale", "en")
    page = visitor.get("complaints.form", number="T1")

    assert page.heading == "Comments and complaints"
    assert "Standards and Quality Supervision Committee" in page.text
    assert page.find("#field-registration_number")["value"] == "T1"
