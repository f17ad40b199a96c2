"""补录: five papers from the drawer become five records, one card after the other."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from cpd_app import clock
from cpd_app.models import Activity, Evidence
from tests.e2e.conftest import LookAt, SignIn
from tests.support.people import Someone
from tests.support.photos import a_picture
from tests.support.store import Store

ORGANISER = "示范电力培训中心"
PAPERS = 5


@pytest.fixture
def papers(tmp_path: Path) -> list[Path]:
    """Five different photos."""
    found = [tmp_path / f"证书{number}.jpg" for number in range(1, PAPERS + 1)]
    for number, path in enumerate(found):
        a_picture(width=640 + number, height=480).save(path)
    return found


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_five_photos_become_five_records(
    *,
    open_page: Callable[..., Page],
    sign_in: SignIn,
    look_at: LookAt,
    store: Store,
    member: Someone,
    papers: list[Path],
    script: bool,
) -> None:
    phone = open_page(java_script_enabled=script)
    sign_in(phone, member)
    phone.goto("/")
    phone.get_by_role("link", name="补录").click()
    look_at(phone)
    phone.locator("input[type=file]").set_input_files(papers)
    phone.get_by_text("无涉密内容").click()
    phone.get_by_role("button", name="上传，开始填").click()

    phone.wait_for_url(re.compile(r"/backfill/\d+$"))
    look_at(phone)
    assert store.count(Activity, Activity.person_id == member.id, Activity.state == "draft") == 5
    phone.get_by_text("更多种类").click()
    phone.get_by_role("button", name="内训").click()
    for number in range(1, PAPERS + 1):
        expect(phone.get_by_role("heading", level=1)).to_have_text(f"补录，第 {number} 张")
        expect(phone.locator("[name=kind]")).to_have_value("inhouse")
        if number == 1:
            phone.locator("[name=organiser]").fill(ORGANISER)
        expect(phone.locator("[name=organiser]")).to_have_value(ORGANISER)
        fill_card(phone, number)

    expect(phone.locator(".answer")).to_have_text("5 张都补完了")
    expect(phone.locator("main")).to_contain_text("今天存下 5 张，共 10.0 学时")
    look_at(phone)
    phone.get_by_role("link", name="看我的记录").click()
    look_at(phone)
    kept = store.all(
        select(Activity.id).where(Activity.person_id == member.id, Activity.state == "recorded")
    )
    assert len(kept) == PAPERS
    assert store.count(Evidence, Evidence.activity_id.in_(kept)) == PAPERS


def fill_card(phone: Page, number: int) -> None:
    """What a paper says, then on to the next one."""
    phone.locator("[name=title]").fill(f"倒闸操作规范内训 {number}")
    phone.locator("[name=minutes]").fill("90")
    day = clock.today() - timedelta(days=30 * number)
    phone.locator("[name=ended_on]").fill(day.isoformat())
    phone.get_by_role("region", name="这一张").get_by_role("button").click()
    following = f"补录，第 {number + 1} 张" if number < PAPERS else "补录"
    expect(phone.get_by_role("heading", level=1)).to_have_text(following)
