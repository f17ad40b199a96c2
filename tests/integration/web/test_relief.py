"""减免与延期 and 申诉 in the browser: the effect before asking, the queue, decisions, grounds."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from cpd_app.models import Appeal, Credit, Relief, ReliefGround, Society
from tests.support.jobs import work_off
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.recorded import logged
from tests.support.reliefs import a_request, granted, ground, refused
from tests.support.store import Store

As = Callable[[Someone], Browser]
Do = Callable[..., Any]


@pytest.fixture(autouse=True)
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


def form(store: Store, member: Someone, **over: Any) -> dict[str, Any]:
    assert member.registration
    return {
        "registration": member.registration.id,
        "ground": ground(store, "illness"),
        "from_on": "2025-03-01",
        "last_on": "2025-08-31",
        "words": "住院半年",
        "key": "8a1f0f5e-9d35-4c9e-8d0d-0d4f2f1b7a10",
        "secrecy": "none",
        **over,
    }


def test_grounds_come_first_then_the_form(as_: As, store: Store, member: Someone):
    browser = as_(member)
    page = browser.get("relief.new")
    assert "重大疾病或伤残" in page.text
    assert "公共卫生事件" not in page.text

    page = browser.get("relief.new", ground=ground(store, "abroad"), year=3)
    assert "补到哪天" in page.text


def test_the_effect_is_shown_before_anything_is_kept(as_: As, store: Store, member: Someone):
    browser = as_(member)
    page = browser.post("relief.new", {**form(store, member), "act": "look"}, status=200)
    assert "25.0" in page.text
    typed = {**form(store, member), "csrf_token": browser.csrf()}
    part = browser.client.post("/relief/effect", data=typed).get_data(as_text=True)
    assert "25.0" in part
    assert "<html" not in part
    assert store.one(select(func.count(Relief.id))) == 0


def test_a_refused_form_keeps_what_was_typed(as_: As, store: Store, member: Someone):
    typed = form(store, member, last_on="2025-03-20", act="send")
    page = as_(member).post("relief.new", typed, status=422)

    assert "至少要满 3 个整月" in page.text
    assert "住院半年" in page.text


def test_it_is_asked_listed_and_withdrawn(as_: As, store: Store, member: Someone):
    browser = as_(member)
    browser.post("relief.new", {**form(store, member), "act": "send"})
    asked = store.one(select(Relief))

    assert asked.to_on == date(2025, 9, 1)
    assert "等待决定" in browser.get("relief.index").text
    page = browser.get("relief.show", relief_id=asked.id)
    assert "2026年12月18日" in page.text
    browser.post("relief.withdraw", {}, relief_id=asked.id)
    assert store.get(Relief, asked.id).state == "withdrawn"


def test_staff_see_the_queue_and_grant_less(
    as_: As, do: Do, store: Store, member: Someone, auditor: Someone, now: datetime
):
    asked = a_request(do, store, member, now=now)
    browser = as_(auditor)
    page = browser.get("relief_desk.index")
    assert page.heading == "1 份申请等待决定"
    assert f"/staff/relief/{asked.id}" in page.links()
    browser.post(
        "relief_desk.show", {"verdict": "grant", "reason": "", "seen": 1}, relief_id=asked.id,
        status=422,
    )  # fmt: skip

    browser.post(
        "relief_desk.show",
        {"verdict": "grant", "reason": "证明到五月", "seen": 1, "from_on": "2025-03-01",
         "last_on": "2025-05-31"},
        relief_id=asked.id,
    )  # fmt: skip

    assert store.get(Relief, asked.id).granted_to_on == date(2025, 6, 1)
    assert "证明到五月" in as_(member).get("relief.show", relief_id=asked.id).text


def test_a_second_decision_is_told_what_happened(
    as_: As, do: Do, store: Store, member: Someone, auditor: Someone, registrar: Someone,
    now: datetime,
):  # fmt: skip
    asked = refused(do, store, member, auditor, now=now)

    page = as_(registrar).post(
        "relief_desk.show", {"verdict": "grant", "reason": "好", "seen": 1}, relief_id=asked.id,
        status=422,
    )  # fmt: skip

    assert "刚有变化" in page.text


def test_what_was_refused_is_appealed_against_and_heard_by_another(
    as_: As, do: Do, store: Store, member: Someone, auditor: Someone, registrar: Someone,
    now: datetime,
):  # fmt: skip
    asked = refused(do, store, member, auditor, now=now, code="duty")
    browser = as_(member)
    assert "/appeals/new/relief/" in " ".join(
        browser.get("relief.show", relief_id=asked.id).links()
    )
    where: dict[str, Any] = {"subject": "relief", "subject_id": asked.id}
    browser.post("appeals.new", {"words": ""}, status=422, **where)
    browser.post("appeals.new", {"words": "第二页有"}, **where)
    appeal = store.one(select(Appeal))

    assert "您参加过原来的决定" in as_(auditor).get("appeals.decide", appeal_id=appeal.id).text
    desk = as_(registrar)
    assert desk.get("appeals.index").heading == "1 份申诉等待处理"
    desk.post(
        "appeals.decide", {"verdict": "uphold", "reason": "第二页确有", "seen": 1},
        appeal_id=appeal.id,
    )  # fmt: skip

    assert store.get(Relief, asked.id).state == "granted"
    assert "第二页确有" in browser.get("appeals.show", appeal_id=appeal.id).text


def test_the_registrar_sets_grounds_and_the_auditor_reads_them(
    as_: As, store: Store, registrar: Someone, auditor: Someone, society: Society
):
    browser = as_(registrar)
    browser.post("relief_grounds.offer", {"offered": "false"}, ground_code="retired")
    new = {"code": "study", "name": "脱产学习", "name_en": "Full-time study", "proof": "证明",
           "proof_en": "Proof", "effect": "deferral", "least_months": "0"}  # fmt: skip
    browser.post("relief_grounds.new", new)

    own = select(ReliefGround.code).where(ReliefGround.society_id == society.id)
    assert set(store.all(own)) == {"retired", "study"}
    page = as_(auditor).get("relief_grounds.index")
    assert "脱产学习" in page.text
    as_(auditor).get("relief_grounds.edit", ground_code="study", status=403)


def test_everybody_is_relieved_after_a_look(
    as_: As, store: Store, registrar: Someone, member: Someone
):
    typed = {"ground": ground(store, "disaster"), "from_on": "2025-03-01", "last_on": "2026-02-28",
             "words": "特大洪灾", "document_no": "学会〔2026〕1号"}  # fmt: skip
    browser = as_(registrar)
    page = browser.post("relief_desk.for_all", {**typed, "act": "look"}, status=200)
    assert "涉及 1 个注册" in page.text
    assert store.one(select(func.count(Relief.id))) == 0
    browser.post("relief_desk.for_all", {**typed, "act": "give"})

    assert store.one(select(Relief.state)) == "granted"
    assert "公共卫生事件或灾害" in as_(member).get("relief.index").text


def test_one_tap_binds_a_record_and_one_undoes_it(
    as_: As, do: Do, store: Store, member: Someone, auditor: Someone, now: datetime
):
    assert member.registration
    granted(do, store, member, auditor, "abroad", now=now)
    activity = logged(do, member, "training", date(2026, 5, 6), now=now, minutes=90)
    browser = as_(member)
    assert "用来补第 3 年" in browser.get("activities.show", activity_id=activity.id).text

    body = {"registration": member.registration.id, "year": 3}
    browser.post("make_up.bind", body, activity_id=activity.id)
    assert store.one(select(Credit.year_index)) == 3
    assert "改回本年" in browser.get("activities.show", activity_id=activity.id).text
    browser.post("make_up.undo", body, activity_id=activity.id)
    assert store.one(select(Credit.year_index)) == 4


def test_a_telling_that_was_stopped_is_gone_on_with_from_its_page(
    app: Flask, as_: As, store: Store, registrar: Someone, auditor: Someone, member: Someone
):
    typed = {"ground": ground(store, "disaster"), "from_on": "2025-03-01", "last_on": "2026-02-28",
             "words": "特大洪灾", "document_no": "学会〔2026〕1号"}  # fmt: skip
    browser = as_(registrar)
    browser.post("relief_desk.for_all", {**typed, "act": "give"})
    given = store.one(select(Relief.id))
    page = browser.get("relief_desk.show", relief_id=given)
    assert "已处理 0 / 1 人" in page.text
    browser.submit(page, "form[action$='/cancel']")
    assert not as_(auditor).get("relief_desk.show", relief_id=given).has("form[action$='/telling']")

    browser.submit(browser.get("relief_desk.show", relief_id=given), "form[action$='/telling']")
    work_off(app)

    assert "已告知 1 人。" in browser.get("relief_desk.show", relief_id=given).text
    assert "公共卫生事件或灾害" in as_(member).get("messages.index").text
