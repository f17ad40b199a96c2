"""A member's first day: from the code of the counter to the gap that readiness names."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.models import Registration
from cpd_app.usecases.member_entry import enter_member
from tests.e2e.conftest import LookAt, SignIn
from tests.support.chromium import DESK, PHONE
from tests.support.people import Someone
from tests.support.says import Say, says

PASSWORD = "变电站 2026 继电保护"
NAME = {"zh-CN": "何新人", "en-GB": "He Xinren"}
TITLE = {"zh-CN": "配电网继电保护培训班", "en-GB": "Relay protection in distribution grids"}
#: the answer, the year that is short, the record that lacks its other proofs
READINESS = {
    "zh-CN": ("有 1 个拦路的问题，还有 3 件事要做", "第 1 年还差 50.0", "2.0 学时"),
    "en-GB": ("1 thing in the way, 3 things to do", "Year 1 lacks 50.0 h", "2.0 h in all"),
}
DAYS_GONE = 500
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def newcomer(app: Flask, registrar: Someone, locale: str) -> Registration:
    """Somebody who has been registered for more than a year and never signed in."""
    assert registrar.society
    number = f"{registrar.society.code}-0001"
    columns = {
        "name": NAME[locale],
        "email": f"{number}@example.org",
        "society": registrar.society.code,
        "registration_no": number,
        "level": "professional",
        "field": "电气工程类",
        "starts_on": (clock.today() - timedelta(days=DAYS_GONE)).isoformat(),
    }
    with app.app_context(), transaction():
        entered = enter_member(registrar.actor, columns, now=clock.now(), today=clock.today())
        return entered.registration


@pytest.fixture
def seen(look_at: LookAt, registrar: Someone, locale: str) -> LookAt:
    """Look at a page; in English it must not fall back to Chinese."""

    def look(page: Page) -> None:
        look_at(page)
        if locale.startswith("en"):
            lines = page.locator("body").inner_text().splitlines()
            left = {line for line in lines if CHINESE.search(line)}
            assert left <= {"中文", registrar.person.name}, page.url

    return look


@pytest.mark.parametrize(
    ("locale", "script"),
    [("zh-CN", True), ("en-GB", True), ("zh-CN", False)],
    ids=["in Chinese", "in English", "without script"],
)
def test_from_the_code_to_the_next_gap(
    *,
    open_page: Callable[..., Page],
    sign_in: SignIn,
    seen: LookAt,
    registrar: Someone,
    newcomer: Registration,
    picture: Path,
    locale: str,
    script: bool,
) -> None:
    say = says(locale)
    desk = open_page(DESK, locale=locale, java_script_enabled=script)
    sign_in(desk, registrar)
    code = issued_code(desk, newcomer, say, seen, script=script)
    phone = open_page(PHONE, locale=locale, java_script_enabled=script)

    activate(phone, code, say, seen)
    missing = ring(phone)
    assert missing == 50.0
    seen(phone)
    expect(phone.locator("main")).to_contain_text(say("补录"))

    log_training(phone, TITLE[locale], picture, say, seen, script=script)
    expect(phone.get_by_role("heading", level=1)).to_have_text(TITLE[locale])
    expect(phone.locator(".record-hours__figure b")).to_have_text("2.0")
    shown = phone.locator("#evidence a.proof--filled")
    expect(shown).to_have_count(1)
    photo = phone.request.get(str(shown.get_attribute("href")))
    assert (photo.status, photo.headers["content-type"]) == (200, "image/jpeg")
    seen(phone)

    phone.goto("/")
    assert ring(phone) == missing - 2.0
    seen(phone)

    phone.locator("a.readiness-card").click()
    answer, short, evidence = READINESS[locale]
    expect(phone.get_by_role("heading", level=1)).to_have_text(answer)
    expect(phone.locator(".checks")).to_contain_text(short)
    expect(phone.locator(".checks")).to_contain_text(evidence)
    seen(phone)


def issued_code(desk: Page, newcomer: Registration, say: Say, seen: LookAt, *, script: bool) -> str:
    """The registrar finds them, looks at their passport, and gives a code."""
    desk.goto("/staff/members")
    desk.locator("input[name=q]").fill(newcomer.number)
    desk.locator("input[name=q]").press("Enter")
    seen(desk)
    desk.get_by_role("link", name=newcomer.number).click()
    seen(desk)
    desk.get_by_role("button", name=say("发激活码")).click()
    if script:
        desk.get_by_role("dialog").get_by_role("button").last.click()
    slip = desk.locator(".slip__code")
    expect(slip).to_be_visible()
    seen(desk)
    return slip.inner_text()


def activate(phone: Page, code: str, say: Say, seen: LookAt) -> None:
    """Type the code of the slip, choose a password, agree."""
    phone.goto("/")
    phone.get_by_role("link", name=say("用激活码开通")).click()
    seen(phone)
    phone.get_by_label(say("代码"), exact=True).fill(code.lower().replace("-", " "))
    phone.get_by_role("button", name=say("下一步")).click()
    seen(phone)
    phone.get_by_label(say("新密码"), exact=True).fill(PASSWORD)
    phone.get_by_role("checkbox").check()
    phone.get_by_role("button", name=say("激活并登录")).click()
    expect(phone.locator(".ring")).to_be_visible()


def log_training(
    phone: Page, title: str, photo: Path, say: Say, seen: LookAt, *, script: bool
) -> None:
    """From home to the saved record."""
    phone.locator(".tabbar").get_by_role("link", name=say("首页")).click()
    phone.locator("main").get_by_role("link", name=say("记一笔")).first.click()
    seen(phone)
    phone.locator("a.kind[href$='/training']").first.click()
    phone.get_by_label(say("名称")).fill(title)
    phone.locator("[name=minutes]").fill("90")
    if script:
        expect(phone.locator(".dock__figure b")).to_have_text("2.0")
    phone.locator(".proof input[type=file]").first.set_input_files(photo)
    seen(phone)
    phone.get_by_text(say("无涉密内容")).click()
    phone.get_by_role("button", name=say("保存")).click()
    phone.wait_for_url(re.compile(r"/activities/\d+$"))


def ring(phone: Page) -> float:
    """学时 still missing in this year, as home says in its ring."""
    phone.wait_for_url(re.compile(r"/$"))
    return float(phone.locator(".ring__number").inner_text())
