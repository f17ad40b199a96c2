"""认定 at the desk: the list, one record with its precedents, refusals that keep what was typed."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.models import Credit, Ruling
from cpd_app.usecases import rulings
from tests.support import builders
from tests.support.page import Browser, text_of
from tests.support.people import Someone
from tests.support.recorded import logged
from tests.support.store import Store

As = Callable[[Someone], Browser]
Do = Callable[..., Any]


@pytest.fixture(autouse=True)
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


@pytest.fixture
def credit_id(do: Do, store: Store, member: Someone, now: datetime) -> int:
    asked = logged(
        do, member, "other", date(2026, 5, 6), now=now, title="省级技能大赛裁判", hours_asked=6
    )
    return store.one(select(Credit.id).where(Credit.activity_id == asked.id))


def a_precedent(store: Store, auditor: Someone, subject: str, now: datetime) -> None:
    assert auditor.society
    store.add(
        Ruling(
            society_id=auditor.society.id, kind="other", subject=subject, asked=800, granted=400,
            reason="按一半认定", by_id=auditor.id, at=now,
        )
    )  # fmt: skip


def test_an_empty_list_says_what_belongs_there(as_: As, auditor: Someone):
    page = as_(auditor).get("rulings.index")

    assert page.heading == "没有等待认定的记录"
    assert "其他专业活动" in page.text


def test_the_oldest_waits_first_and_leads_to_its_page(as_: As, auditor: Someone, credit_id: int):
    page = as_(auditor).get("rulings.index")

    assert page.heading == "1 条记录等待认定"
    assert f"/staff/rulings/{credit_id}" in page.links()
    assert text_of(page.find("tbody tr")).endswith("2026年5月6日 2026年11月20日 6.0")


def test_a_record_is_ruled_on_beside_similar_precedents(
    as_: As, store: Store, auditor: Someone, credit_id: int, now: datetime
):
    a_precedent(store, auditor, "市级技能大赛裁判，两天", now)
    a_precedent(store, auditor, "科普讲座", now)
    browser = as_(auditor)
    page = browser.get("rulings.show", credit_id=credit_id)
    assert [text_of(p) for p in page.all(".precedent strong")] == ["市级技能大赛裁判，两天"]
    assert page.find("[name=hours]")["value"] == "6.0"

    shown = browser.follow(
        browser.submit(page, hours="３.５", reason="参照先例", subject="省级技能大赛裁判")
    )
    assert shown.heading == "没有等待认定的记录"
    assert "已认定" in shown.text
    assert store.get(Credit, credit_id).recognised == 350


def test_other_words_can_be_searched_beside_it(
    as_: As, store: Store, auditor: Someone, credit_id: int, now: datetime
):
    a_precedent(store, auditor, "科普讲座", now)
    page = as_(auditor).get("rulings.show", credit_id=credit_id, q="科普")

    assert [text_of(p) for p in page.all(".precedent strong")] == ["科普讲座"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"hours": "7"}, "最多认定申请的 6.0 学时"),
        ({"hours": "1.2"}, "学时按 0.5 进位"),
        ({"hours": "viel"}, "请填 0 或以上的数"),
        ({"subject": ""}, "请填写"),
        ({"subject": "张会员任裁判"}, "不要写会员姓名"),
    ],
)
def test_what_was_typed_stays_when_it_is_refused(
    as_: As, store: Store, auditor: Someone, credit_id: int, change: dict[str, str], said: str
):
    browser = as_(auditor)
    page = browser.get("rulings.show", credit_id=credit_id)
    typed = {"hours": "3", "reason": "按一半", "subject": "裁判", **change}
    refused = browser.submit(page, status=422, **typed)

    assert said in refused.text
    assert refused.find("textarea").get_text().strip() == "按一半"
    assert refused.find("[name=hours]")["value"] == typed["hours"]
    assert store.count(Ruling) == 0


def test_a_ruling_is_changed_later_and_the_first_stays_in_sight(
    as_: As, do: Do, store: Store, auditor: Someone, credit_id: int, now: datetime
):
    ruling = {"hours": 300, "reason": "按一半", "subject": "裁判"}
    do(rulings.decide_ruling, auditor.actor, credit_id, **ruling, now=now)
    browser = as_(auditor)
    page = browser.get("rulings.show", credit_id=credit_id)
    assert "改认定" in page.text
    browser.submit(page, hours="6", reason="补了证明")

    again = browser.get("rulings.show", credit_id=credit_id)
    history = [text_of(item) for item in again.all(".history__item")]
    assert history[0].startswith("认定 6.0 学时")
    assert again.has(".history__item--void")
    assert store.get(Credit, credit_id).recognised == 600


def test_a_colleagues_ruling_meanwhile_is_told(
    as_: As, do: Do, auditor: Someone, registrar: Someone, credit_id: int, now: datetime
):
    browser = as_(auditor)
    page = browser.get("rulings.show", credit_id=credit_id)
    ruling = {"hours": 300, "reason": "按一半", "subject": "裁判"}
    do(rulings.decide_ruling, registrar.actor, credit_id, **ruling, now=now)
    refused = browser.submit(page, status=422, hours="6", reason="全认", subject="裁判")

    assert "同事刚认定过这条记录" in refused.text
    browser.submit(refused)


def test_nobody_is_offered_to_rule_on_their_own(
    as_: As, do: Do, store: Store, auditor: Someone, now: datetime
):
    assert auditor.society
    builders.a_registration(store, auditor.person, auditor.society)
    own = logged(do, auditor, "other", date(2026, 5, 6), now=now, hours_asked=6)
    credit_id = store.one(select(Credit.id).where(Credit.activity_id == own.id))
    browser = as_(auditor)

    assert "您本人的记录" in browser.get("rulings.index").text
    page = browser.get("rulings.show", credit_id=credit_id)
    assert not page.has("main form[method=post]")
    browser.post(
        "rulings.show", {"hours": "6", "reason": "好", "subject": "好"}, credit_id=credit_id,
        status=403,
    )  # fmt: skip


def test_a_record_of_another_society_is_not_there(as_: As, stranger: Someone, credit_id: int):
    as_(stranger).get("rulings.show", credit_id=credit_id, status=404)


def test_precedents_are_searched(
    as_: As, store: Store, auditor: Someone, stranger: Someone, now: datetime
):
    a_precedent(store, auditor, "科普讲座", now)
    a_precedent(store, auditor, "技能大赛裁判", now)
    browser = as_(auditor)

    assert browser.get("rulings.precedents").heading == "2 条先例"
    page = browser.get("rulings.precedents", q="讲座 一半")
    assert [text_of(th) for th in page.all("tbody th")] == ["科普讲座"]
    assert "没有这样的先例" in browser.get("rulings.precedents", q="论文").text
    assert as_(stranger).get("rulings.precedents").heading == "0 条先例"


def test_the_member_reads_hours_and_reason(
    as_: As, do: Do, store: Store, member: Someone, auditor: Someone, credit_id: int, now: datetime
):
    ruling: dict[str, Any] = {"hours": 300, "reason": "按一半", "subject": "裁判"}
    do(rulings.decide_ruling, auditor.actor, credit_id, **ruling, now=now)
    activity_id = store.get(Credit, credit_id).activity_id
    page = as_(member).get("activities.show", activity_id=activity_id)
    said = text_of(page.find("section[aria-labelledby=rulings-title]"))

    assert said.startswith("学会认定 按一半")
    assert said.endswith("3.0 / 6.0 学时")


def test_staff_do_not_read_what_another_society_ruled(
    do: Do, store: Store, auditor: Someone, stranger: Someone, credit_id: int, now: datetime
):
    ruling: dict[str, Any] = {"hours": 300, "reason": "按一半", "subject": "裁判"}
    do(rulings.decide_ruling, auditor.actor, credit_id, **ruling, now=now)
    activity_id = store.get(Credit, credit_id).activity_id

    assert len(do(rulings.rulings_on, activity_id, of=auditor.actor.staff_of)) == 1
    assert do(rulings.rulings_on, activity_id, of=stranger.actor.staff_of) == []
