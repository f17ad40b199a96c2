"""Door pages: pairing, the scanner without script, its data, stewards, passes and badges."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.access import steward_cookie
from cpd_app.models import Correction, Event, RosterEntry, Scan, Steward
from tests.support import builders
from tests.support.doors import a_steward, pass_for, with_phone
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-10-22 09:00")


@pytest.fixture
def event(store: Store, organiser: Someone, now: datetime) -> Event:
    return builders.an_event(store, organiser.person, organiser.society, around=now)


@pytest.fixture
def entry(store: Store, event: Event, member: Someone) -> RosterEntry:
    return builders.an_entry(store, event, member.person, number="T9", number_key="T9")


@pytest.fixture
def steward(store: Store, event: Event) -> Steward:
    return a_steward(store, event)


@pytest.fixture
def phone(app: Flask, steward: Steward) -> Browser:
    return with_phone(Browser(app), steward)


def test_an_organiser_hands_out_a_code_and_a_phone_pairs_with_it(
    as_: As, anybody: Browser, organiser: Someone, event: Event, store: Store
):
    desk = as_(organiser)
    empty = desk.get("stewards.index", event_id=event.id)
    shown = desk.submit(empty, "form[action$=stewards]", status=200, name="北门")
    code = shown.find(".pass__pairing").get_text()
    assert f"#{code}" not in shown.response.get_data(as_text=True)  # only inside the QR

    page = anybody.get("door.ask_to_pair")
    paired = anybody.submit(page, status=303, code=code.lower())
    assert paired.response.headers["Location"] == f"/door/{event.id}"
    cookie = anybody.client.get_cookie(steward_cookie(event.id))
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")
    assert event.title in anybody.follow(paired).heading
    assert "1 部手机在门口" in desk.get("stewards.index", event_id=event.id).heading
    assert store.one(select(Steward.name)) == "北门"


def test_a_wrong_code_says_so_and_pairs_nothing(anybody: Browser, event: Event):
    page = anybody.submit(anybody.get("door.ask_to_pair"), status=422, code="2222-2222")

    assert "没有这个配对码" in page.text
    assert anybody.client.get_cookie(steward_cookie(event.id)) is None


def test_guessing_is_answered_by_a_wait(anybody: Browser):
    page = anybody.get("door.ask_to_pair")
    for _ in range(20):
        anybody.submit(page, status=422, code="2222-2222")

    assert "15 分钟" in anybody.submit(page, status=429, code="2222-2222").text


def test_who_is_not_paired_is_sent_to_pair(anybody: Browser, event: Event):
    answer = anybody.client.get(f"/door/{event.id}")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/door/pair")
    data = anybody.client.get(f"/door/{event.id}/roster", headers={"Accept": "application/json"})
    assert (data.status_code, data.get_json()["code"]) == (401, "not_paired")


def test_a_keyboard_scanner_works_without_script(
    phone: Browser, event: Event, entry: RosterEntry, store: Store
):
    page = phone.get("door.page", event_id=event.id)
    done = phone.follow(phone.submit(page, "form:has(#door-code)", code=pass_for(event, entry)))

    assert "已签到" in done.text
    assert "张会员" in done.text
    assert done.find(".door").get("data-state") == "confirmed"
    undone = phone.follow(phone.submit(done, "form[action$=undo]"))
    assert "已撤销" in undone.text
    assert store.count(Correction) == 1


@pytest.mark.usefixtures("entry")
def test_a_number_and_a_name_do_it_too(phone: Browser, event: Event, store: Store):
    page = phone.get("door.page", event_id=event.id)
    phone.submit(page, "form:has(#door-code)", code="t9")
    found = phone.get("door.page", event_id=event.id, q="张会", direction="out")
    left = phone.follow(phone.submit(found, ".door__found"))

    assert "已签退" in left.text
    assert store.all(select(Scan.direction).order_by(Scan.id)) == ["in", "out"]


def test_the_roster_is_never_listed(phone: Browser, event: Event, entry: RosterEntry):
    assert not phone.get("door.page", event_id=event.id).has(".door__found")
    short = phone.get("door.page", event_id=event.id, q="张")
    assert not short.has(".door__found")
    assert "至少输入两个字" in short.text
    assert "没有找到" in phone.get("door.page", event_id=event.id, q="无此").text
    assert entry.name not in short.text


def test_somebody_off_the_list_walks_in(phone: Browser, event: Event, store: Store):
    page = phone.get("door.page", event_id=event.id)
    done = phone.follow(
        phone.submit(page, "form:has(#door-plain-name)", name="赵来宾", unit="某院")
    )

    assert "待确认" in done.text
    assert store.one(select(RosterEntry.state)) == "pending"


@pytest.mark.parametrize(
    ("typed", "said"), [("PABCDEFGH", "不是本场的会员码"), ("不存在", "名单里没有这个号")]
)
@pytest.mark.usefixtures("entry")
def test_a_refusal_says_what_to_do(phone: Browser, event: Event, typed: str, said: str):
    page = phone.get("door.page", event_id=event.id)
    refused = phone.submit(page, "form:has(#door-code)", status=422, code=typed)

    assert refused.find(".door").get("data-state") == "refused"
    assert said in refused.text
    assert "没有签到" in refused.text


@pytest.mark.usefixtures("entry")
def test_a_second_scan_names_the_door_and_time_of_the_first(
    app: Flask, phone: Browser, event: Event, store: Store
):
    west = with_phone(Browser(app), a_steward(store, event, name="西门"))
    page = phone.get("door.page", event_id=event.id)
    phone.submit(page, "form:has(#door-code)", code="T9")
    page = west.get("door.page", event_id=event.id)
    again = west.follow(west.submit(page, "form:has(#door-code)", code="T9"))

    assert "09:00（东门） 已签到过" in again.text


def test_what_the_page_keeps_has_no_contact_and_a_token(
    phone: Browser, event: Event, entry: RosterEntry, store: Store, now: datetime
):
    builders.an_entry(store, event, name="来宾", phone="+8613800001234")
    answer = phone.fetch("door.roster", event_id=event.id)
    data = answer.get_json()

    assert "13800001234" not in answer.get_data(as_text=True)
    assert (data["over"], data["changes"]) == (False, False)
    assert data["now"] == now.timestamp() * 1000
    assert data["entries"][0][:5] == [entry.id, "张会员", "T9", "测试单位", "listed"]
    assert data["csrf"]
    since = phone.fetch("door.roster", event_id=event.id, since=data["now"] + 600_000).get_json()
    assert (since["changes"], since["entries"]) == (True, [])
    packed = phone.client.get(f"/door/{event.id}/roster", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    for strange in ("x", "9" * 30):
        assert phone.fetch("door.roster", event_id=event.id, since=strange).status_code == 200


@pytest.mark.usefixtures("entry")
def test_when_it_is_over_an_organiser_is_told(
    as_: As, organiser: Someone, event: Event, store: Store
):
    with store.session() as session:
        session.get_one(Event, event.id).state = "settled"
    browser = as_(organiser)

    assert "不再扫码" in browser.get("door.page", event_id=event.id).text
    assert browser.fetch("door.roster", event_id=event.id).get_json()["over"] is True
    assert not browser.get("stewards.index", event_id=event.id).has("form[action$=stewards]")


def test_the_phone_is_given_back(phone: Browser, event: Event, steward: Steward, store: Store):
    page = phone.get("door.page", event_id=event.id)
    phone.submit(page, "form[action$=leave]")

    assert store.get(Steward, steward.id).revoked_at is not None
    assert phone.client.get_cookie(steward_cookie(event.id)) is None


def test_a_door_without_a_name_is_asked_for_one(as_: As, organiser: Someone, event: Event):
    browser = as_(organiser)
    page = browser.get("stewards.index", event_id=event.id)

    assert "起个名字" in browser.submit(page, "form[action$=stewards]", status=422, name=" ").text


def test_a_phone_is_changed_and_ended(as_: As, organiser: Someone, event: Event, phone: Browser):
    browser = as_(organiser)
    page = browser.get("stewards.index", event_id=event.id)
    assert browser.submit(page, "form[action$=code]", status=200).has(".pass__pairing")
    assert phone.client.get(f"/door/{event.id}").status_code == 303
    ended = browser.follow(browser.submit(page, "form[action$=revoke]"))

    assert "已停用" in ended.text


def test_a_member_sees_their_pass_and_nobody_elses(
    as_: As, member: Someone, other_member: Someone, event: Event, entry: RosterEntry
):
    page = as_(member).get("passes.show", event_id=event.id)

    assert pass_for(event, entry) in page.text
    assert page.has("svg.qr path")
    as_(other_member).get("passes.show", event_id=event.id, status=404)


def test_badges_have_a_code_each(
    as_: As, organiser: Someone, event: Event, entry: RosterEntry, store: Store
):
    browser = as_(organiser)
    page = browser.get("passes.badges", event_id=event.id)
    assert (len(page.all(".badge-card")), len(page.all("svg.qr"))) == (1, 1)
    assert page.find(".badge-card h2").get_text() == entry.name

    with store.session() as session:
        session.get_one(RosterEntry, entry.id).state = "declined"
    assert "名单还是空的" in browser.get("passes.badges", event_id=event.id).text
