"""The registrar's desk: choose who is late, read what they will read, remind them, note a call."""

import csv
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from cpd_app import clock
from cpd_app.models import Society
from tests.e2e.conftest import LATER, LookAt, SignIn
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store


def due_soon(store: Store, society: Society, name: str) -> None:
    """A member whose certificate ends in eighty days."""
    ends_on = clock.today() + timedelta(days=80)
    term = {"starts_on": ends_on.replace(year=ends_on.year - 5), "ends_on": ends_on}
    builders.a_registration(store, builders.a_person(store, name=name), society, term=term)


def test_members_are_reminded_once(
    desk: Page,
    store: Store,
    society: Society,
    sign_in: SignIn,
    look_at: LookAt,
    registrar: Someone,
    tmp_path: Path,
) -> None:
    for name in ("许会员", "吕会员", "施会员"):
        due_soon(store, society, name)
    sign_in(desk, registrar)
    desk.goto("/staff")
    desk.get_by_role("link", name="催办").first.click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("6 个月内 3 人到期，3 人还没申请")
    desk.get_by_label("到期", exact=True).select_option(label="3 个月内")
    expect(desk).to_have_url("/staff/nudges?months=3")
    look_at(desk)

    desk.get_by_label("选：许会员").check()
    desk.get_by_label("选：吕会员").check()
    desk.get_by_role("button", name="预览所选").click()
    expect(desk.locator(".nudges__message")).to_contain_text("许会员 会读到（第 1 人，共 2 人）")
    desk.get_by_label("附言").fill("请在本月内提交。")
    desk.get_by_role("button", name="看加上附言的样子").click()
    expect(desk.locator(".nudges__message")).to_contain_text("请在本月内提交。")
    look_at(desk)
    desk.get_by_role("button", name="发给 2 人").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("已催 2 人", timeout=LATER)
    look_at(desk)

    desk.goto("/staff/nudges/preview?months=3")
    expect(desk.get_by_role("heading", level=1)).to_have_text("1 人会收到消息")
    expect(desk.locator(".split__side").first).to_contain_text("略过：7 天内已催过")

    desk.goto("/staff/nudges?months=3")
    desk.get_by_label("电话：许会员").click()
    desk.get_by_label("结果").select_option(label="答应申请")
    desk.get_by_label("说了什么").fill("本周提交。")
    desk.get_by_role("button", name="记下").click()
    expect(desk.locator(".history")).to_contain_text("本周提交。")
    expect(desk.locator(".history")).to_contain_text("已催办：消息")
    look_at(desk)

    desk.goto("/staff/nudges/preview?months=3")
    desk.get_by_role("button", name="导出短信名单").click()
    desk.get_by_role("button", name="确定").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("已催 1 人", timeout=LATER)
    with desk.expect_download() as download:
        desk.get_by_role("button", name="下载 CSV（1 行）").click()
    kept = tmp_path / "sms.csv"
    download.value.save_as(kept)
    rows = list(csv.reader(kept.read_text("utf-8-sig").splitlines()))
    assert [row[0] for row in rows] == ["name", "施会员"]

    desk.goto("/staff/nudges/preview?months=3")
    expect(desk.get_by_role("heading", level=1)).to_have_text("0 人会收到消息")
    desk.goto("/staff/reach")
    look_at(desk)
