"""A reader goes through a file by keyboard; what the network did not take is not lost."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.models import Filing, Judgement
from cpd_app.usecases.audit_readers import assign_reader
from tests.e2e.conftest import LookAt, SignIn
from tests.support.chromium import DESK
from tests.support.filings import a_filing, a_record
from tests.support.people import Someone
from tests.support.store import Store

OpenPage = Callable[..., Page]


@pytest.fixture
def filing(
    app: Flask, store: Store, member: Someone, auditor: Someone, registrar: Someone
) -> Filing:
    """Two years of eight records each, read by the auditor and the registrar."""
    assert member.registration
    records = [
        a_record(year_index=year, content={"title": f"第 {year} 年第 {n} 次培训"})
        for year in (1, 2)
        for n in range(1, 9)
    ]
    made = a_filing(store, member.registration, records, years={1: 5000, 2: 5000})
    for someone in (auditor, registrar):
        with app.app_context(), transaction():
            assign_reader(
                registrar.actor, made.id, someone.id, now=clock.now(), today=clock.today()
            )
    return made


def said(store: Store, filing: Filing) -> list[str]:
    """Verdicts in force, in order."""
    return list(
        store.all(
            select(Judgement.verdict)
            .where(Judgement.filing_id == filing.id, Judgement.replaced_at.is_(None))
            .order_by(Judgement.id)
        )
    )


def opened(page: Page) -> Any:
    """The title of the opened record, once the keys are listened to."""
    return page.locator("[data-live] tr[aria-selected=true] .row-link")


def test_a_file_is_read_by_keyboard(
    desk: Page, store: Store, sign_in: SignIn, look_at: LookAt, auditor: Someone, filing: Filing
) -> None:
    sign_in(desk, auditor)
    desk.goto("/staff/audits")
    look_at(desk)
    desk.locator("tbody .row-link").first.click()
    expect(opened(desk)).to_have_text("第 1 年第 1 次培训")
    look_at(desk)
    desk.keyboard.press("a")
    expect(opened(desk)).to_have_text("第 1 年第 2 次培训")
    desk.keyboard.press("d")
    expect(desk.locator("[name=hours]")).to_be_focused()
    desk.keyboard.type("6.5")
    desk.get_by_label("常用理由").select_option(label="按佐证上的实际时长计。")
    look_at(desk)
    desk.get_by_label("理由", exact=True).press("Enter")
    expect(opened(desk)).to_have_text("第 1 年第 3 次培训")
    desk.keyboard.press("r")
    desk.keyboard.press("Escape")
    desk.keyboard.press("r")
    desk.get_by_label("理由", exact=True).press("Enter")
    expect(desk.get_by_role("alert")).to_have_text("请选或写一条理由。")
    desk.get_by_label("理由", exact=True).fill("佐证上不是本人。")
    desk.get_by_label("理由", exact=True).press("Enter")
    expect(desk.locator("[data-part=saved]")).to_contain_text("已保存")
    expect(desk.locator(".bench__year:not([hidden]) [data-part=line]")).to_contain_text(
        "已认可 14.5，还要 35.5 到 50"
    )
    expect(desk.locator(".year-cell[aria-current] .year-cell__figure")).to_contain_text("14.5")
    assert said(store, filing) == ["accepted", "reduced", "rejected"]

    here = desk.url
    desk.reload()
    assert desk.url == here
    expect(opened(desk)).to_have_text("第 1 年第 4 次培训")
    desk.keyboard.press("u")
    expect(opened(desk)).to_have_text("第 1 年第 3 次培训")
    expect(desk.locator("tr[aria-selected=true] [data-part=verdict]")).to_have_text("未判")
    desk.keyboard.press("n")
    expect(opened(desk)).to_have_text("第 2 年第 1 次培训")
    desk.keyboard.press("k")
    expect(opened(desk)).to_contain_text("第 1 年")
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog")).to_be_visible()
    look_at(desk)
    desk.get_by_label("用单个字母键操作").uncheck()
    desk.keyboard.press("Escape")
    desk.keyboard.press("a")
    assert said(store, filing)[-1] == "taken_back"


def test_minutes_on_the_evidence_become_hours_by_the_engine(
    desk: Page, store: Store, sign_in: SignIn, auditor: Someone, filing: Filing
) -> None:
    sign_in(desk, auditor)
    desk.goto(f"/staff/audits/{filing.id}")
    panel = desk.locator("[data-panel]:not([hidden])")
    panel.get_by_label("佐证上的净时长（分钟）").fill("300")
    expect(panel.locator("[data-part=computed]")).to_contain_text("300")
    desk.keyboard.press("Escape")
    desk.keyboard.press("d")
    expect(desk.locator("[name=hours]")).to_have_value("6.5")
    desk.get_by_label("常用理由").select_option(label="按佐证上的实际时长计。")
    desk.get_by_label("理由", exact=True).press("Enter")
    expect(desk.locator("[data-part=saved]")).to_contain_text("已保存")
    assert store.one(select(Judgement.hours).where(Judgement.filing_id == filing.id)) == 650


def test_what_the_network_did_not_take_is_sent_later(
    desk: Page, store: Store, complaints: list[str], sign_in: SignIn, auditor: Someone,
    filing: Filing,
) -> None:  # fmt: skip
    sign_in(desk, auditor)
    desk.goto(f"/staff/audits/{filing.id}")
    expect(opened(desk)).to_have_text("第 1 年第 1 次培训")
    desk.route("**/judgement", lambda route: route.abort())
    desk.keyboard.press("a")
    desk.keyboard.press("a")
    expect(desk.locator("[data-part=saved]")).to_have_text("待保存 2 条")
    expect(opened(desk)).to_have_text("第 1 年第 3 次培训")
    assert said(store, filing) == []
    desk.reload()
    expect(desk.locator("[data-part=saved]")).to_have_text("待保存 2 条")
    expect(desk.locator("tr[data-waiting]")).to_have_count(2)

    desk.unroute("**/judgement")
    desk.evaluate("window.dispatchEvent(new Event('online'))")
    expect(desk.locator("[data-part=saved]")).to_contain_text("已保存")
    expect(desk.locator("[data-part=done]")).to_have_text("2")
    assert said(store, filing) == ["accepted", "accepted"]
    complaints.clear()


def test_the_second_of_two_readers_is_told_and_keeps_their_words(
    open_page: OpenPage, store: Store, complaints: list[str], sign_in: SignIn, look_at: LookAt,
    auditor: Someone, registrar: Someone, filing: Filing,
) -> None:  # fmt: skip
    first, second = open_page(DESK), open_page(DESK)
    for page, someone in ((first, auditor), (second, registrar)):
        sign_in(page, someone)
        page.goto(f"/staff/audits/{filing.id}")
        expect(opened(page)).to_have_text("第 1 年第 1 次培训")
    first.keyboard.press("a")
    expect(first.locator("[data-part=saved]")).to_contain_text("已保存")
    second.keyboard.press("r")
    second.get_by_label("理由", exact=True).fill("佐证上不是本人。")
    second.get_by_label("理由", exact=True).press("Enter")

    lost = second.locator("tr[data-lost]")
    expect(lost).to_contain_text(f"{auditor.person.name}刚判过这一条")
    assert said(store, filing) == ["accepted"]
    look_at(second)
    lost.get_by_role("button", name="看差异").click()
    expect(second.locator("[data-panel]:not([hidden]) .panel__history")).to_contain_text("认可 8.0")
    expect(second.get_by_label("理由", exact=True)).to_have_value("佐证上不是本人。")
    second.get_by_label("理由", exact=True).press("Enter")
    expect(second.locator("[data-part=saved]")).to_contain_text("已保存")
    assert said(store, filing) == ["rejected"]
    complaints.clear()


def test_it_works_without_script(
    open_page: OpenPage, store: Store, sign_in: SignIn, auditor: Someone, filing: Filing
) -> None:
    page = open_page(DESK, java_script_enabled=False)
    sign_in(page, auditor)
    page.goto(f"/staff/audits/{filing.id}")
    page.locator("[value=accepted]").click()
    page.get_by_label("常用理由").select_option(label="请补盖章或有签发单位的证明。")
    page.locator("[value=evidence_wanted]").click()
    expect(page.locator("tr[aria-selected=true] .row-link")).to_have_text("第 1 年第 3 次培训")

    assert said(store, filing) == ["accepted", "evidence_wanted"]
