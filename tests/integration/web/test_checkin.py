"""The page that opens at a door: claim first, then who it is; a result; not me; undo."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

import cpd_app
from cpd_app.models import Correction, RosterEntry, Scan
from cpd_app.usecases.passwords import choose
from tests.support import builders
from tests.support.checkins import Room, Time, as_guest, check_in, confirm, scan
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
STATIC = Path(cpd_app.__file__).with_name("static")
#: all that the page loads beside itself
FIRST_VISIT = (
    "css/tokens.css", "css/base.css", "css/pages/checkin.css", "js/checkin.js", "icons/favicon.svg"
)  # fmt: skip
PASSWORD = "correct horse battery 9"


def signs_in(app: Flask, store: Store, someone: Someone) -> None:
    """Give somebody a password."""
    with app.app_context():
        chosen = choose(PASSWORD, known=())
    with store.session() as session:
        person = session.merge(someone.person)
        person.password_hash = chosen.password_hash


def test_a_signed_in_member_confirms_with_one_button(as_: As, room: Room, member: Someone):
    browser = as_(member)
    page = scan(browser, room.code())

    assert page.heading == "签到"
    assert page.find("form[data-at-once]")["data-done"] == "/check-in/done"
    assert member.person.name in page.text

    done = confirm(browser, page)

    assert done.heading == "已签到"
    assert "09:02" in done.text
    assert "10:32 起扫签退码" in done.text
    assert "6.0 学时，全程参加可得" in done.text


def test_leaving_tells_how_long_one_was_there(
    as_: As, store: Store, room: Room, member: Someone, time: Time
):
    browser = as_(member)
    check_in(browser, room.code())
    time.goes_on(hours=1, minutes=35)

    done = check_in(browser, room.code("out"))

    assert done.heading == "已签退"
    assert "1 小时 35 分 在场" in done.text
    assert store.count(Scan) == 2


def test_the_page_is_light_and_holds_no_code(as_: As, room: Room, member: Someone):
    code = room.code()
    page = scan(as_(member), code)
    loaded = {str(tag["href"]).rpartition("/")[2] for tag in page.all("link[rel=stylesheet]")}
    scripts = [str(tag["src"]).rpartition("/")[2] for tag in page.all("script[src]")]

    assert loaded == {"tokens.css", "base.css", "checkin.css"}
    assert scripts == ["checkin.js"]
    assert not page.has("link[rel=manifest]")
    html = page.response.get_data(as_text=True)
    assert code not in html
    assert room.session.code_key not in html
    sent = [html.encode(), *((STATIC / name).read_bytes() for name in FIRST_VISIT)]
    assert sum(len(gzip.compress(part)) for part in sent) < 40 * 1024 / 3


def test_the_claim_is_in_a_cookie_that_scripts_cannot_read(anybody: Browser, room: Room):
    answer = anybody.client.get(f"/C/{room.code().lower()}")

    held = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("cpd_claim="))
    assert answer.headers["Location"] == "/check-in"
    assert "HttpOnly" in held
    assert "SameSite=Lax" in held
    assert "Max-Age=600" in held


def test_without_an_account_one_is_noted_and_waits(anybody: Browser, store: Store, room: Room):
    page = scan(anybody, room.code())
    assert page.heading == "请问您是谁"
    assert "09:02 扫的码，09:12 前完成" in page.text

    wrong = as_guest(anybody, page, phone="", status=422)
    assert "请填写手机号或注册编号" in wrong.text
    assert wrong.find("#name")["value"] == "吴来宾"
    as_guest(anybody, wrong)

    done = anybody.get("checkin.done")
    assert done.heading == "已记下，待确认"
    assert store.one(select(RosterEntry.state)) == "pending"
    again = scan(anybody, room.code("out"))
    assert "我是吴来宾，签退" in again.text
    anybody.submit(again, "form[action='/check-in/same-guest']")
    assert store.count(Scan) == 2


def test_not_me_hands_the_phone_on_without_losing_the_scan(
    as_: As,
    app: Flask,
    store: Store,
    room: Room,
    member: Someone,
    other_member: Someone,
    time: Time,
):
    signs_in(app, store, other_member)
    browser = as_(member)
    done = check_in(browser, room.code())
    time.goes_on(minutes=5)

    browser.submit(done, "form[action='/check-in/not-me']")
    page = browser.get("checkin.index")
    assert page.heading == "请问您是谁"
    browser.submit(
        page, "form[action='/sign-in']", name=other_member.person.email, password=PASSWORD
    )
    done = confirm(browser, browser.get("checkin.index"))

    assert other_member.person.name in done.text
    assert "09:02" in done.text
    kept = store.all(select(Scan).order_by(Scan.id))
    assert [s.by_id for s in kept] == [member.id, other_member.id]
    assert store.one(select(Correction.scan_id)) == kept[0].id


def test_before_anything_is_kept_the_phone_can_be_handed_on(
    as_: As, store: Store, room: Room, member: Someone
):
    browser = as_(member)
    page = scan(browser, room.code())

    browser.submit(page, "form[action='/check-in/change-person']")

    assert browser.get("checkin.index").heading == "请问您是谁"
    assert store.count(Scan) == 0


def test_a_wrong_scan_is_undone_for_ten_minutes(
    as_: As, store: Store, room: Room, member: Someone, time: Time
):
    browser = as_(member)
    done = check_in(browser, room.code())
    time.goes_on(minutes=9)
    browser.submit(done, "form[action='/check-in/undo']")

    page = browser.get("checkin.done")
    assert page.heading == "已撤回"
    assert not page.has("form[action='/check-in/undo']")
    assert store.count(Correction) == 1

    done = check_in(browser, room.code())
    time.goes_on(minutes=11)
    assert not browser.get("checkin.done").has("form[action='/check-in/undo']")
    late = browser.submit(done, "form[action='/check-in/undo']", status=422)
    assert late.heading == "不能撤回"


def test_a_result_is_shown_to_nobody_who_signs_in_afterwards(
    as_: As, app: Flask, store: Store, room: Room, member: Someone, other_member: Someone
):
    signs_in(app, store, other_member)
    browser = as_(member)
    check_in(browser, room.code())
    browser.post("signin.sign_out")
    assert browser.client.get("/check-in/done").status_code == 303

    browser.post("signin.begin", {"name": other_member.person.email, "password": PASSWORD})
    assert browser.client.get("/check-in/done").status_code == 303


def test_six_characters_do_as_well(as_: As, store: Store, room: Room, member: Someone):
    browser = as_(member)
    page = browser.get("checkin.index")
    typed = room.typed()
    spaced = f" {typed[:3].lower()} {typed[3:]}"

    browser.submit(page, "form[action='/check-in/code']", code=spaced)
    done = confirm(browser, browser.get("checkin.index"))

    assert done.heading == "已签到"
    assert store.one(select(Scan.source)) == "typed_code"


def test_a_link_may_be_pasted_where_six_characters_are_asked(anybody: Browser, room: Room):
    anybody.post("checkin.type_code", {"code": f"https://cpd.example.org/C/{room.code()}"})

    assert anybody.get("checkin.index").heading == "请问您是谁"


@pytest.mark.parametrize(
    ("minutes", "heading", "word"),
    [(-181, "还没有开始", "10-22 06:02 起"), (181, "已经结束", "10-22 12:02 结束")],
)
def test_outside_the_window_the_page_says_when(
    minutes: int, heading: str, word: str, anybody: Browser, room: Room, time: Time
):
    time.goes_on(minutes=minutes)

    page = scan(anybody, room.code(), status=422)

    assert page.heading == heading
    assert word in page.text


def test_after_ten_minutes_the_page_asks_for_another_scan(anybody: Browser, room: Room, time: Time):
    scan(anybody, room.code())
    time.goes_on(minutes=10, seconds=1)

    assert "已超过 10 分钟" in anybody.get("checkin.index").text


def test_pending_says_why_nothing_stands_in_the_log_yet(
    as_: As, a_room: Callable[..., Room], member: Someone
):
    done = check_in(as_(member), a_room(open_to="list").code())

    assert done.heading == "已记下，待确认"
    assert "等组织者确认后计学时" in done.text


def test_the_pages_speak_english(as_: As, anybody: Browser, room: Room, member: Someone):
    anybody.client.set_cookie("cpd_locale", "en")
    assert anybody.get("checkin.index").heading == "Scan to check in"
    assert scan(anybody, room.code()).heading == "Who are you?"
    browser = as_(member)
    browser.client.set_cookie("cpd_locale", "en")
    done = check_in(browser, room.code())
    assert done.heading == "Checked in"
    assert "Thu 22 Oct" in done.text


def test_switching_the_language_costs_nothing(anybody: Browser, room: Room):
    page = scan(anybody, room.code())

    switched = anybody.submit(page, "form[action='/switch']", locale="en")

    assert anybody.follow(switched).heading == "Who are you?"


def test_a_double_tap_of_a_guest_is_one_scan(anybody: Browser, store: Store, room: Room):
    claim = scan(anybody, room.code())
    held = anybody.client.get_cookie("cpd_claim")
    assert held
    as_guest(anybody, claim)
    anybody.client.set_cookie("cpd_claim", held.value)
    as_guest(anybody, claim)

    assert store.count(Scan) == 1
    assert store.count(RosterEntry) == 1


def test_whoever_is_listed_stays_listed(as_: As, store: Store, room: Room, member: Someone):
    builders.an_entry(store, room.event, member.person)

    assert check_in(as_(member), room.code()).heading == "已签到"
    assert store.count(RosterEntry) == 1
