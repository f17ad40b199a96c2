"""The organiser's studio in a browser: plan, agenda, submission, approval, and who may not."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.models import AgendaPart, Event, EventSession, Speaker
from tests.support import builders
from tests.support.page import Browser, Page, text_of
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
At = Callable[..., Any]
FORM: dict[str, Any] = {
    "title": "柔性直流研讨会",
    "level": "national",
    "starts_on": "2099-12-01",
    "ends_on": "2099-12-02",
    "starts_time": "900",
    "ends_time": "17:00",
    "pause_from": "1200",
    "pause_to": "13:30",
    "place": "北京",
    "venue": "示范会议中心一号厅",
}


def planned(browser: Browser, **changes: Any) -> int:
    """An event made by the form; its number."""
    page = browser.get("/events/new/conference")
    done = browser.submit(page, **{**FORM, **changes})
    found = re.search(r"/events/(\d+)/studio", done.response.headers["Location"])
    assert found
    return int(found[1])


def first_session(store: Store, event_id: int) -> int:
    """The number of its first session."""
    found = select(EventSession.id).where(EventSession.event_id == event_id)
    return store.all(found.order_by(EventSession.starts_at))[0]


def summary(page: Page) -> str:
    """What the error summary says."""
    return text_of(page.find(".error-summary"))


def test_an_event_of_two_days_has_a_session_a_day_less_the_break(
    as_: As, organiser: Someone, store: Store
):
    browser = as_(organiser)

    event_id = planned(browser)

    page = browser.get(f"/events/{event_id}/studio")
    assert page.heading == "可以提交，最多 12.0 学时"
    assert "480 − 90 = 390" in page.text
    assert "780 分钟 ÷ 45 = 17.33" in page.text
    sessions = store.all(select(EventSession).where(EventSession.event_id == event_id))
    assert [s.title for s in sessions] == ["第 1 天", "第 2 天"]
    assert sessions[0].starts_at == datetime(2099, 12, 1, 1, 0, tzinfo=UTC)


def test_a_refused_form_loses_nothing(as_: As, organiser: Someone, store: Store):
    browser = as_(organiser)
    page = browser.get("/events/new/conference")

    refused = browser.submit(page, status=422, **{**FORM, "title": "", "ends_on": "2099-11-01"})

    assert refused.find("#field-venue")["value"] == "示范会议中心一号厅"
    assert "活动名称" in summary(refused)
    again = browser.submit(refused, status=422, title="柔性直流研讨会")
    assert "结束早于开始" in summary(again)
    browser.submit(again, ends_on="2099-12-01")
    assert store.count(Event) == 1


def test_sending_the_form_twice_makes_one_event(as_: As, organiser: Someone, store: Store):
    browser = as_(organiser)
    page = browser.get("/events/new/conference")

    for _time in range(2):
        browser.submit(page, **FORM)

    assert store.count(Event) == 1


def test_an_earlier_event_is_held_again_without_its_days(as_: As, organiser: Someone):
    browser = as_(organiser)
    event_id = planned(browser)

    page = browser.get(f"/events/new/conference?copy={event_id}")

    assert page.find("#field-venue")["value"] == "示范会议中心一号厅"
    assert page.find("#field-starts_on")["value"] == ""


def test_the_agenda_is_typed_row_by_row(as_: As, organiser: Someone, store: Store):
    browser = as_(organiser)
    event_id = planned(browser, ends_on="2099-12-01")
    where = f"/events/{event_id}/sessions/{first_session(store, event_id)}/edit"
    page = browser.get(where)
    assert page.find("[name=part-0-title]")["value"] == "休息"

    typed: dict[str, Any] = {
        "title": "一号厅",
        "part-1-starts": "1330",
        "part-1-title": "圆桌",
        "part-1-speakers": "张工，示范院；李工",
        "part-2-starts": "15:00",
        "part-2-title": "茶歇",
        "part-2-credited": "false",
        "part-3-starts": "15:20",
        "part-3-title": "总结",
    }

    browser.submit(page, **typed)

    parts = store.all(select(AgendaPart).order_by(AgendaPart.starts_at))
    assert [(p.title, f"{p.starts_at:%H:%M}-{p.ends_at:%H:%M}", p.credited) for p in parts] == [
        ("休息", "04:00-05:30", False),
        ("圆桌", "05:30-07:00", True),
        ("茶歇", "07:00-07:20", False),
        ("总结", "07:20-09:00", True),
    ]
    assert [s.name for s in store.all(select(Speaker).order_by(Speaker.id))] == ["张工", "李工"]


def test_a_refused_row_is_named_and_nothing_typed_is_lost(
    as_: As, organiser: Someone, store: Store
):
    browser = as_(organiser)
    event_id = planned(browser, ends_on="2099-12-01")
    where = f"/events/{event_id}/sessions/{first_session(store, event_id)}/edit"
    typed: dict[str, Any] = {
        "part-1-starts": "18:00", "part-1-title": "晚上", "part-2-starts": "上午",
        "part-2-title": "不明", "part-3-starts": "15:20",
    }  # fmt: skip

    refused = browser.submit(browser.get(where), status=422, **typed)

    said = summary(refused)
    assert "“晚上”不在场次的时间里" in said
    assert "请填时刻" in said
    assert "有一个环节没有写内容" in said
    assert refused.find("[name=part-2-starts]")["value"] == "上午"
    assert store.count(AgendaPart) == 1


def test_a_pasted_agenda_fills_the_rows_and_is_not_kept_yet(
    as_: As, organiser: Someone, store: Store
):
    browser = as_(organiser)
    event_id = planned(browser, ends_on="2099-12-01")
    where = f"/events/{event_id}/sessions/{first_session(store, event_id)}/edit"
    text = "会议议程\n09:00-10:00 柔性直流 | 张工，示范院\n10:00-10:20 茶歇\n10:20 圆桌"

    page = browser.submit(browser.get(where), status=200, act="paste", paste=text)

    assert page.find("[name=part-0-speakers]")["value"] == "张工，示范院"
    assert "第 1 行：会议议程" in page.text
    assert store.count(AgendaPart) == 1
    browser.submit(page)
    assert store.count(AgendaPart) == 3


def test_more_rows_keep_what_was_typed(as_: As, organiser: Someone):
    browser = as_(organiser)
    event_id = planned(browser, ends_on="2099-12-01")
    page = browser.get(f"/events/{event_id}/sessions/new")
    before = len(page.all("tbody tr"))

    more = browser.submit(page, status=200, act="rows", title="二号厅", **{"part-0-title": "报告"})

    assert len(more.all("tbody tr")) == before + 1
    assert more.find("#field-title")["value"] == "二号厅"


def test_who_saved_second_is_told_and_may_save_after_all(
    as_: As, organiser: Someone, registrar: Someone, store: Store
):
    mine, theirs = as_(organiser), as_(registrar)
    event_id = planned(mine)
    page = mine.get(f"/events/{event_id}/edit")
    theirs.submit(theirs.get(f"/events/{event_id}/edit"), title="他们的名称")

    told = mine.submit(page, status=409, title="我的名称")

    assert "刚在别处改过" in summary(told)
    assert store.get(Event, event_id).title == "他们的名称"
    mine.submit(told)
    assert store.get(Event, event_id).title == "我的名称"


def test_from_draft_to_approval_and_back(as_: As, organiser: Someone, auditor: Someone):
    mine, staff = as_(organiser), as_(auditor)
    event_id = planned(mine)
    mine.submit(mine.get(f"/events/{event_id}/submission"))
    listed = staff.get("/staff/events")
    assert listed.heading == "1 个活动等批准"
    assert f"/events/{event_id}/approval" in listed.links()

    page = staff.get(f"/events/{event_id}/approval")
    assert page.heading == "批准最多 12.0 学时吗"
    refused = staff.submit(page, ".decide-back form", status=422, answer="back")
    assert "请写明理由" in summary(refused)
    staff.submit(refused, ".decide-back form", answer="back", reason="写明茶歇")
    studio = mine.get(f"/events/{event_id}/studio")
    assert studio.heading == "学会退回了，改好再提交"
    assert "写明茶歇" in studio.text
    mine.submit(mine.get(f"/events/{event_id}/submission"))
    page = staff.get(f"/events/{event_id}/approval")
    staff.submit(page, "form.decide", answer="approve")

    assert mine.get(f"/events/{event_id}/studio").heading == "已批准，最多 12.0 学时"


def test_staff_see_what_changed_since_their_approval(
    as_: As, organiser: Someone, auditor: Someone, store: Store
):
    mine, staff = as_(organiser), as_(auditor)
    event_id = planned(mine, ends_on="2099-12-01")
    mine.submit(mine.get(f"/events/{event_id}/submission"))
    staff.submit(staff.get(f"/events/{event_id}/approval"), "form.decide", answer="approve")
    where = f"/events/{event_id}/sessions/{first_session(store, event_id)}/edit"

    mine.submit(mine.get(where), ends="18:00")

    page = staff.get(f"/events/{event_id}/approval")
    assert "12月1日 13:30–17:00" in text_of(page.find(".old-value"))
    assert "12月1日 13:30–18:00" in text_of(page.find(".new-value"))
    assert "批准时是 8.5 学时" in page.text


def test_a_late_event_asks_for_the_reason(as_: As, organiser: Someone, at: At):
    at("2026-11-01 10:00")
    browser = as_(organiser)
    event_id = planned(browser, starts_on="2026-11-02", ends_on="2026-11-02")
    at("2026-11-02 10:00")

    page = browser.get(f"/events/{event_id}/submission")
    refused = browser.submit(page, status=422)

    assert "请写明为什么现在才报" in summary(refused)
    browser.submit(refused, late_reason="会场前一天才定")


def test_on_the_day_the_code_comes_first_and_closing_says_what_it_means(
    as_: As, organiser: Someone, member: Someone, store: Store
):
    event = builders.an_event(store, organiser.person, organiser.society)
    session = event.sessions[0]
    entry = builders.an_entry(store, event, member.person, inside_session_id=session.id)
    builders.a_scan(store, entry, session)
    browser = as_(organiser)

    page = browser.get(f"/events/{event.id}/studio")

    assert page.heading == "到 1 人，现在在场 1"
    assert page.find(".btn--primary")["href"].endswith(f"/sessions/{session.id}/projector")  # type: ignore[union-attr]
    closing = browser.get(f"/events/{event.id}/closing")
    assert "还有 1 人在场、没有签退" in closing.text
    browser.submit(closing)
    assert browser.get(f"/events/{event.id}/studio").heading == "签到已结束，到 1 人"
    browser.submit(browser.get(f"/events/{event.id}/studio"), "form[action$='/opening']")
    assert store.get(Event, event.id).state == "open"


def test_an_event_is_cancelled_with_a_reason(as_: As, organiser: Someone, store: Store):
    event = builders.an_event(store, organiser.person, organiser.society, state="approved")
    browser = as_(organiser)
    page = browser.get(f"/events/{event.id}/cancellation")
    assert browser.submit(page, status=422).has(".error-summary")

    browser.submit(page, reason="场地停电")

    assert "场地停电" in browser.get(f"/events/{event.id}/studio").text


def test_a_session_is_removed_after_asking(as_: As, organiser: Someone, store: Store):
    browser = as_(organiser)
    event_id = planned(browser)

    browser.submit(
        browser.get(f"/events/{event_id}/sessions/{first_session(store, event_id)}/remove")
    )

    assert store.count(EventSession, EventSession.event_id == event_id) == 1


@pytest.mark.parametrize("who", ["member", "auditor"])
def test_who_plans_for_nobody_makes_no_event(as_: As, request: pytest.FixtureRequest, who: str):
    browser = as_(request.getfixturevalue(who))

    assert browser.get("/events/plan").heading == "我组织的活动"
    browser.get("/events/new", status=403)
    browser.get("/events/new/conference", status=403)


def test_only_kinds_that_count_time_are_offered(as_: As, organiser: Someone):
    browser = as_(organiser)

    page = browser.get("/events/new")

    assert "/events/new/conference" in page.links()
    assert not {"/events/new/paper", "/events/new/lecture"} & page.links()
    browser.get("/events/new/paper", status=404)


def test_the_federation_has_its_own_list(as_: As, federation: Someone, store: Store):
    event = builders.an_event(store, federation.person, None, state="submitted")

    page = as_(federation).get("/staff/events")

    assert f"/events/{event.id}/approval" in page.links()
    assert "自己组织的活动由同事审批" in as_(federation).get(f"/events/{event.id}/approval").text
