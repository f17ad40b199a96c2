"""A member writes the summary, also in a tunnel, files for re-registration and gets a receipt."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.domain.summary import count_characters
from cpd_app.domain.years import anniversary
from cpd_app.models import Filing, Society, Summary
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from tests.e2e.conftest import LookAt, SignIn
from tests.support import builders
from tests.support.chromium import PHONE
from tests.support.people import Someone
from tests.support.renewing import TRUSTING
from tests.support.says import says
from tests.support.store import Store

DAYS_GONE = 245
OWN = "五年来我参加了多项工程的设计与验收，也写了论文。" * 45
LATER = "在隧道里又补了一句。"


@pytest.fixture
def veteran(app: Flask, store: Store, society: Society) -> Someone:
    """50 hours in each of four years, 40 in the fifth, which ends in 120 days."""
    today, now = clock.today(), clock.now()
    store.change(society, settings=TRUSTING)
    begins = anniversary(today - timedelta(days=DAYS_GONE), -4)
    person = builders.a_person(store, name="郑远航", name_en="Zheng Yuanhang")
    builders.a_membership(store, person, society, until_on=today + timedelta(days=900))
    registration = builders.a_registration(
        store, person, society, term={"starts_on": begins, "ends_on": anniversary(begins, 5)}
    )
    someone = Someone(person, society, registration)
    with app.app_context(), transaction():
        for year in range(5):
            ended_on = anniversary(begins, year) + timedelta(days=90)
            hours = 50 if year < 4 else 40
            log_activity(
                someone.actor,
                NewActivity(
                    "training", f"Course {year + 1}", ended_on - timedelta(days=4), ended_on,
                    {"minutes": hours * 45}, competences=("knowledge",),
                ),
                now=now, today=today,
            )  # fmt: skip
    return someone


def saved(page: Page, words: str) -> None:
    expect(page.locator("#dock-result")).to_contain_text(words)


def summary_of(store: Store, someone: Someone) -> str:
    """What the server has of it."""
    assert someone.registration
    return store.one(select(Summary.text).where(Summary.registration_id == someone.registration.id))


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_from_the_readiness_check_to_the_receipt(
    store: Store,
    open_page: Callable[..., Page],
    sign_in: SignIn,
    look_at: LookAt,
    complaints: list[str],
    veteran: Someone,
    locale: str,
):
    page, say = open_page(PHONE, locale=locale), says(locale)
    sign_in(page, veteran)
    page.goto("/readiness")
    page.get_by_role("link", name=say("再注册")).click()
    expect(page.locator(".renewal-steps > li")).to_have_count(5)
    look_at(page)

    page.get_by_role("link", name=say("职业发展总结")).click()
    page.get_by_role("button", name=say("插入提纲")).click()
    area = page.locator("#field-text")
    area.press("Control+End")
    area.type("\n" + OWN[:20])
    area.evaluate(
        "(area, text) => { area.value += text; area.dispatchEvent(new Event('input')); }", OWN[20:]
    )
    saved(page, say("已保存"))
    text = summary_of(store, veteran)
    assert text.endswith(OWN)
    assert text.count("# ") == 5
    saved(page, f"{count_characters(text):,}")
    look_at(page)

    write_without_network(page, say("已存在这台设备上，联网后自动保存"))
    complaints.clear()  # a lost network is what was meant
    saved(page, say("已保存"))
    assert summary_of(store, veteran).endswith(OWN + LATER)

    page.goto("/renewal/record-form")
    expect(page.locator(".form-total b")).to_have_text(["50.0", "50.0", "50.0", "50.0", "40.0"])
    look_at(page)

    page.goto("/renewal")
    page.get_by_role("link", name=say("去提交")).click()
    page.get_by_label(say("我已阅读并同意以上声明")).check()
    look_at(page)
    page.get_by_role("button", name=say("提交再注册申请")).click()

    expect(page.locator("h1")).to_have_text(say("已提交，等待核对"))
    filing = store.one(select(Filing).where(Filing.person_id == veteran.id))
    expect(page.locator(".receipt b")).to_have_text(filing.number)
    look_at(page)


def write_without_network(page: Page, kept: str) -> None:
    """Nothing reaches the server; the page is closed and opened again; then it is sent."""

    def lost(route: Route) -> None:
        if route.request.method == "POST":
            route.abort()
        else:
            route.continue_()

    page.route("**/renewal/summary", lost)
    area = page.locator("#field-text")
    area.press("Control+End")
    area.type(LATER)
    saved(page, kept)
    page.reload()
    page.wait_for_function(
        "text => document.getElementById('field-text').value.endsWith(text)", arg=LATER
    )
    page.unroute("**/renewal/summary")
    page.evaluate("window.dispatchEvent(new Event('online'))")


def test_what_was_changed_on_two_devices_is_shown_side_by_side(
    store: Store,
    open_page: Callable[..., Page],
    sign_in: SignIn,
    look_at: LookAt,
    complaints: list[str],
    veteran: Someone,
):
    phone, tablet = open_page(PHONE), open_page(PHONE)
    for page in (phone, tablet):
        sign_in(page, veteran)
        page.goto("/renewal/summary")
    tablet.locator("#field-text").type("平板上写的")
    saved(tablet, "已保存")

    phone.locator("#field-text").type("手机上写的")

    expect(phone.locator("#summary-conflict")).to_be_visible()
    expect(phone.locator("#summary-theirs")).to_have_value("平板上写的")
    expect(phone.locator("#field-text")).to_have_value("手机上写的")
    complaints.clear()  # the browser mentions the refusal, 409
    look_at(phone)
    phone.locator("#field-text").press("End")
    phone.locator("#field-text").type("，平板上写的")
    phone.locator("button[form=summary]").click()
    saved(phone, "已保存")
    assert summary_of(store, veteran) == "手机上写的，平板上写的"


def test_script_counts_as_the_rule_does(
    open_page: Callable[..., Page], sign_in: SignIn, veteran: Someone
):
    page = open_page(PHONE)
    sign_in(page, veteran)
    page.goto("/renewal/summary")
    texts = ["", "本人，五年来。", "完成 220 kV 变电站", "DL/T 5155-2016", "龘䶮𠮷", "IEC's",
             "# 标题（3 条）\n· 论文\n我做了", "  · 列出\r\n#不是标题", "a\u3000b\tc"]  # fmt: skip
    counted = page.evaluate(
        """async (texts) => {
            const { characters } = await import(
                [...document.querySelectorAll("script[src*='/js/app.js']")][0].src
                    .replace("app.js", "modules/summary.js"));
            const words = document.getElementById("summary").dataset;
            return texts.map((text) => characters(text, words));
        }""",
        texts,
    )

    assert counted == [count_characters(text) for text in texts]
