"""催办 and 联系不到 at the desk: filter, preview, send, refused within 7 days, call note, file."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.domain.numbers import spaced_phone
from cpd_app.models import Job, Message, Reach, Society
from tests.support import builders
from tests.support.builders import LONG_AGO
from tests.support.jobs import work_off
from tests.support.page import Browser, text_of
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]


@pytest.fixture(autouse=True)
def today(at: Callable[[str], object]) -> None:
    """Three months before the builders' certificates end."""
    at("2027-12-01 10:00")


def sent(browser: Browser, **query: Any) -> Any:
    page = browser.get("/staff/nudges/preview?months=3", **query)
    return browser.follow(browser.submit(page, ".nudges__form", act="message"))


def test_from_the_filter_to_the_result(
    app: Flask, as_: As, store: Store, member: Someone, registrar: Someone
):
    browser = as_(registrar)
    page = browser.get("/staff/nudges?months=3")
    assert page.heading.startswith("3 个月内 1 人到期")
    assert "职业发展总结" in text_of(page.find("tbody tr"))
    assert spaced_phone(str(member.person.phone)) in text_of(page.find("tbody tr"))

    preview = browser.get("/staff/nudges/preview?months=3")
    told = text_of(preview.find(".nudges__message"))
    assert "张会员 会读到" in told
    assert "职业发展总结还没有写" in told
    with_words = browser.submit(
        preview, ".nudges__form", status=200, act="preview", words="请本周内处理。"
    )
    assert "请本周内处理。" in text_of(with_words.find(".nudges__message"))
    run = browser.follow(browser.submit(with_words, ".nudges__form", act="message"))
    assert run.heading == "正在催办"
    work_off(app)
    again = browser.get(run.response.request.path)
    assert again.heading == "已催 1 人"
    assert store.one(select(Message.data))["words"] == "请本周内处理。"


@pytest.mark.usefixtures("member")
def test_within_seven_days_it_says_why_not(app: Flask, as_: As, registrar: Someone):
    browser = as_(registrar)
    sent(browser)
    work_off(app)

    page = browser.get("/staff/nudges/preview?months=3")
    assert page.heading == "0 人会收到消息"
    assert "略过：7 天内已催过" in text_of(page.find(".split__side"))
    assert not page.has(".nudges__message")


@pytest.mark.usefixtures("member")
def test_the_reader_sees_their_own_language(
    as_: As, store: Store, society: Society, registrar: Someone
):
    person = builders.a_person(store, locale="en", name="Smith")
    smith = builders.a_registration(store, person, society)
    browser = as_(registrar)
    page = browser.get("/staff/nudges/preview?months=3")
    english = browser.submit(page, ".nudges__form", status=200, person=smith.id, act="")

    message = english.find(".nudges__message")
    assert message["lang"] == "en"
    assert "Smith 会读到" in text_of(message)
    assert "is not written" in text_of(message)


def test_some_of_the_page_can_be_chosen(
    as_: As, store: Store, society: Society, member: Someone, registrar: Someone
):
    other = builders.a_registration(store, builders.a_person(store), society)
    page = as_(registrar).get(f"/staff/nudges/preview?months=3&id={other.id}")

    assert page.heading == "1 人会收到消息"
    assert member.registration


def test_the_file_for_sms_holds_no_formula(
    app: Flask, as_: As, store: Store, society: Society, registrar: Someone
):
    person = builders.a_person(store, name="=1+1", phone="+8613800001111")
    builders.a_registration(store, person, society)
    browser = as_(registrar)
    page = browser.get("/staff/nudges/preview?months=3")
    run = browser.follow(browser.submit(page, "form[action$='/csv']"))
    work_off(app)
    done = browser.get(run.response.request.path)
    form, data = done.form("form[action$='/csv']")
    answer = browser.client.post(str(form["action"]), data=data)

    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert rows[0] == ["name", "phone", "text"]
    assert rows[1][:2] == ["'=1+1", "+8613800001111"]
    assert "职业发展总结还没有写" in rows[1][2]
    assert answer.headers["Cache-Control"].startswith("no-store")
    answer.close()


def test_a_call_is_noted_and_read_by_an_auditor(
    as_: As, member: Someone, registrar: Someone, auditor: Someone
):
    assert member.registration
    path = f"/staff/nudges/members/{member.registration.id}"
    browser = as_(registrar)
    refused = browser.submit(browser.get(path), status=422, outcome="")
    assert "请选择" in text_of(refused.find("main"))
    browser.submit(browser.get(path), outcome="wrong_number", words="停机")

    page = as_(auditor).get(path)
    assert "号码不对" in text_of(page.find(".history"))
    assert not page.has("form[method=post] select")
    assert spaced_phone(str(member.person.phone)) not in text_of(page.find("main"))


def test_a_long_note_is_kept_in_its_field(as_: As, member: Someone, registrar: Someone):
    assert member.registration
    browser = as_(registrar)
    page = browser.get(f"/staff/nudges/members/{member.registration.id}")
    long = "说好下周申请。" * 80
    refused = browser.submit(page, status=422, outcome="will_file", words=long)

    assert "最多 500 个字，现在有 560 个字" in text_of(refused.find("#field-words-error"))
    assert text_of(refused.find("textarea")) == long


def test_the_overview_leads_to_those_not_reached(
    as_: As, store: Store, member: Someone, auditor: Someone, registrar: Someone
):
    said = f"550 5.1.1 <{member.person.email}>: User unknown"
    problem = {"code": "no_such_address", "said": said}
    store.add(
        Reach(
            person_id=member.id, channel="email", state="bounced", since=LONG_AGO, problem=problem
        )
    )
    overview = as_(registrar).get("/staff")
    assert "地址失效" in text_of(overview.find(".overview"))

    for someone, shown in ((registrar, True), (auditor, False)):
        page = as_(someone).get("/staff/reach?lack=broken")
        assert page.heading == "1 人的地址失效"
        row = text_of(page.find("tbody tr"))
        assert "邮箱退信" in row
        assert "：地址不存在" in row
        assert ("User unknown" in row) is shown
        assert (str(member.person.email) in row) is shown


@pytest.mark.usefixtures("member")
def test_a_long_task_is_stopped_in_its_page(as_: As, store: Store, registrar: Someone):
    browser = as_(registrar)
    run = sent(browser)
    stopped = browser.follow(browser.submit(run, "form[action$='/cancel']"))

    assert "停在第 0 人" in text_of(stopped.find("main"))
    assert store.one(select(Job.state)) == "cancelled"
    again = browser.submit(run, "form[action$='/cancel']")
    assert "已经结束" in text_of(browser.follow(again).find("main"))


def test_an_auditor_reminds_nobody(as_: As, auditor: Someone):
    browser = as_(auditor)
    browser.get("/staff/nudges", status=403)
    browser.get("/staff/nudges/preview", status=403)
    assert not browser.get("/staff").has("a[href='/staff/nudges']")


@pytest.mark.parametrize("number", ["9" * 20, "9" * 5000, "0", "²", "all"])
@pytest.mark.usefixtures("member")
def test_numbers_that_no_row_has_choose_nobody(as_: As, registrar: Someone, number: str):
    browser = as_(registrar)
    page = browser.get(f"/staff/nudges/preview?months=3&id={number}")
    assert page.heading == "0 人会收到消息"
