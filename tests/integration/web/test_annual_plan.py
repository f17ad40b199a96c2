"""Members' pages of events: the plan, one event, enrolling, and home's events for the gap."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.models import Event, Field, RosterEntry, Society
from tests.support import builders
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
At = Callable[[str], datetime]


@pytest.fixture
def now(at: At) -> datetime:
    """In the fourth year of the member's certificate."""
    return at("2026-11-20 09:00")


@pytest.fixture
def plan(store: Store, organiser: Someone, now: datetime) -> Callable[..., Event]:
    """Make an approved event of four hours in a week, of any society."""

    def make(society: Society | None, **over: Any) -> Event:
        over = {"state": "approved", "around": now + timedelta(days=7), **over}
        return builders.an_event(store, organiser.person, society, **over)

    return make


def state_of(store: Store, event: Event) -> str:
    return store.one(select(RosterEntry.state).where(RosterEntry.event_id == event.id))


def test_the_bottom_bar_has_five_places_and_logging_is_one_tap_away(as_: As, member: Someone):
    browser = as_(member)

    home, records = browser.get("progress.home"), browser.get("activities.index")

    names = [tag.get_text(strip=True) for tag in home.all(".tabbar__item")]
    assert names == ["首页", "记录", "扫码", "活动", "我的"]
    assert home.has("main .btn[href='/activities/new']")
    assert records.find("main .topbar a.btn--add")["href"] == "/activities/new"


def test_the_plan_names_day_title_place_hours_and_whose_it_is(
    as_: As,
    plan: Callable[..., Event],
    society: Society,
    other_society: Society,
    member: Someone,
):
    event = plan(society, title="继电保护研讨会", place="南京")
    elsewhere = plan(other_society, open_to="public")

    page = as_(member).get("annual_plan.index")

    row = page.find(f"a[href='/events/{event.id}']").get_text(" ", strip=True)
    for words in ("27", "周五", "继电保护研讨会", "南京", "07:00–11:00", "+5.0 学时"):
        assert words in row
    assert "本地学会" not in row, "one's own society goes without saying"
    assert "外地学会" in page.find(f"a[href='/events/{elsewhere.id}']").get_text(" ")
    assert "2026年11月" in page.text
    assert page.find(".tabbar__item[aria-current]").get_text(strip=True) == "活动"


def test_the_plan_is_filtered_by_its_address(
    as_: As, store: Store, plan: Callable[..., Event], society: Society, member: Someone
):
    field = store.one(select(Field).where(Field.parent_id.is_(None)).order_by(Field.id).limit(1))
    plan(society, title="甲", field_id=field.id, place="南京")
    plan(society, title="乙", place="上海")
    browser = as_(member)

    page = browser.get("annual_plan.index")
    found = browser.submit(page, ".plan-filter form", status=200, place="上海")

    assert "乙" in found.text
    assert "甲" not in found.text
    assert "没有合适的活动" in browser.get("annual_plan.index", place="拉萨").text


def test_the_chip_leaves_what_closes_the_gap(
    as_: As, plan: Callable[..., Event], society: Society, member: Someone, now: datetime
):
    plan(society, title="今年的")
    plan(society, title="明年的", around=now + timedelta(days=200))
    browser = as_(member)

    chip = browser.get("annual_plan.index").find(".chips a")
    page = browser.get(str(chip["href"]))

    assert chip.get_text(strip=True) == "补得上 50.0 学时"
    assert "今年的" in page.text
    assert "明年的" not in page.text


@pytest.mark.parametrize(
    ("tab", "words"), [("mine", "还没有报名"), ("past", "还没有参加过"), ("coming", "近期没有活动")]
)
def test_an_empty_plan_says_what_belongs_here(as_: As, member: Someone, tab: str, words: str):
    assert words in as_(member).get("annual_plan.index", tab=tab).text


def test_somebody_without_a_registration_sees_public_events(
    as_: As, store: Store, plan: Callable[..., Event], society: Society
):
    plan(society, title="公开课", open_to="public", approved={"hours": 500})
    somebody = Someone(builders.a_person(store))

    page = as_(somebody).get("annual_plan.index")

    assert "公开课" in page.text
    assert "+5.0" in page.text


def test_a_member_enrols_gets_a_pass_and_gives_the_place_back(
    as_: As, store: Store, plan: Callable[..., Event], society: Society, member: Someone
):
    event = plan(society, capacity=30)
    browser = as_(member)

    page = browser.get("annual_plan.show", event_id=event.id)
    assert "还有 30 个名额" in page.text
    assert "计入第 4 年" in page.text
    assert "记入后 5.0 / 50.0，还差 45.0" in page.text
    page = browser.follow(browser.submit(page, "main form[action$='/enrolment']"))
    assert "您在名单上" in page.text
    assert page.has(f"a[href='/events/{event.id}/pass']")
    assert state_of(store, event) == "listed"
    page = browser.follow(browser.submit(page, "main form[action$='/cancel']"))

    assert "已取消报名" in page.text
    assert state_of(store, event) == "cancelled"


def test_a_full_event_offers_its_waiting_list(
    as_: As, store: Store, plan: Callable[..., Event], society: Society, member: Someone
):
    event = plan(society, capacity=1)
    builders.an_entry(store, event, builders.a_person(store))
    browser = as_(member)

    page = browser.get("annual_plan.show", event_id=event.id)
    assert "名额已满，可以排候补" in page.text
    page = browser.follow(browser.submit(page, "main form[action$='/enrolment']"))

    assert "您在候补" in page.text


def test_a_refusal_is_said_on_the_page(
    as_: As, plan: Callable[..., Event], society: Society, member: Someone, at: At
):
    event = plan(society)
    browser = as_(member)
    page = browser.get("annual_plan.show", event_id=event.id)
    at("2026-12-20 09:00")

    answer = browser.submit(page, "main form[action$='/enrolment']")

    assert "活动已经结束" in browser.follow(answer).text


@pytest.mark.parametrize(
    ("event_state", "entry", "words"),
    [
        ("approved", "pending", "等组织者确认"),
        ("approved", "declined", "组织者没有通过"),
        ("cancelled", "listed", "活动已取消"),
        ("closed", "listed", "等组织者结项"),
        ("settled", "listed", "活动已结项"),
    ],
)
def test_the_page_says_where_one_stands(
    as_: As,
    store: Store,
    plan: Callable[..., Event],
    society: Society,
    member: Someone,
    event_state: str,
    entry: str,
    words: str,
):
    event = plan(society, state=event_state)
    builders.an_entry(store, event, member.person, state=entry)

    page = as_(member).get("annual_plan.show", event_id=event.id)

    assert words in page.text
    assert not page.has("form[action$='/enrolment']")


def test_the_page_says_first_whether_one_is_in(
    as_: As,
    store: Store,
    plan: Callable[..., Event],
    society: Society,
    member: Someone,
    now: datetime,
):
    event = plan(society, state="open", around=now)
    entry = builders.an_entry(store, event, member.person, source="self")
    session = event.sessions[0]
    page = as_(member).get("annual_plan.show", event_id=event.id)
    assert page.has("form[action$='/enrolment/cancel']")

    builders.a_scan(store, entry, session, at=now - timedelta(minutes=30))
    page = as_(member).get("annual_plan.show", event_id=event.id)

    assert "08:30 已签到" in page.text
    assert not page.has("form[action$='/enrolment/cancel']")

    builders.a_scan(store, entry, session, "out", at=now)
    assert "09:00 已签退" in as_(member).get("annual_plan.show", event_id=event.id).text


def test_an_online_meetings_address_is_for_those_on_the_list(
    as_: As,
    store: Store,
    plan: Callable[..., Event],
    society: Society,
    member: Someone,
    other_member: Someone,
):
    event = plan(society, mode="online", place=None, venue="https://meet.example.org/77")
    builders.an_entry(store, event, other_member.person)

    assert "meet.example.org" not in as_(member).get("annual_plan.show", event_id=event.id).text
    assert "meet.example.org" in as_(other_member).get("annual_plan.show", event_id=event.id).text


def test_the_agenda_shows_parts_breaks_and_speakers_and_no_rehearsal(
    as_: As, store: Store, plan: Callable[..., Event], society: Society, member: Someone
):
    event = plan(society)
    builders.a_part(store, event.sessions[0], title="特高压换流")
    builders.a_session(store, event, title="彩排场次", rehearsal=True)

    page = as_(member).get("annual_plan.show", event_id=event.id)

    assert "特高压换流" in page.text
    assert "彩排场次" not in page.text


def test_another_zone_is_said_with_beijings_time(
    as_: As, plan: Callable[..., Event], society: Society, member: Someone
):
    event = plan(society, zone="Asia/Tokyo")

    page = as_(member).get("annual_plan.show", event_id=event.id)

    assert "08:00–12:00" in page.text
    assert "北京时间 07:00–11:00" in page.text


def test_organisers_find_their_events_from_the_plan(
    as_: As, plan: Callable[..., Event], society: Society, organiser: Someone, member: Someone
):
    event = plan(society)

    assert "/events/plan" in as_(organiser).get("annual_plan.index").links()
    page = as_(organiser).get("annual_plan.show", event_id=event.id)
    assert f"/events/{event.id}/studio" in page.links()
    assert "/events/plan" not in as_(member).get("annual_plan.index").links()


def test_home_names_the_events_that_close_the_gap(
    as_: As, plan: Callable[..., Event], society: Society, member: Someone
):
    event = plan(society, title="配电网培训")

    page = as_(member).get("progress.home")

    assert "能补学时的活动" in page.text, "5.0 do not close 50.0"
    assert "+5.0" in page.find(f"main a[href='/events/{event.id}']").get_text(" ")
    assert "/events?gap=1" in {str(a["href"]) for a in page.all("main a[href]")}


def test_a_stranger_finds_nothing(
    as_: As, plan: Callable[..., Event], society: Society, stranger: Someone
):
    event = plan(society)
    browser = as_(stranger)

    browser.get("annual_plan.show", event_id=event.id, status=404)
    browser.post("annual_plan.enrol", event_id=event.id, status=404)
    browser.post("annual_plan.cancel", event_id=event.id, status=404)


def test_who_was_not_scanned_can_say_that_they_were_there(
    as_: As, store: Store, plan: Callable[..., Event], society: Society, member: Someone, at: At
):
    event = plan(society)
    builders.an_entry(store, event, member.person)
    address = f"/events/{event.id}/statement"
    browser = as_(member)

    assert address not in browser.get("annual_plan.show", event_id=event.id).links()
    at("2026-11-27 10:00")
    assert address in browser.get("annual_plan.show", event_id=event.id).links()
