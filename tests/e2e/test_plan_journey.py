"""From the annual plan to a place, and from a file of names to a roster, in a browser."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from cpd_app import clock
from cpd_app.models import Event, RosterEntry, Society
from tests.e2e.conftest import LookAt, SignIn
from tests.support import builders
from tests.support.chromium import DESK
from tests.support.people import Someone
from tests.support.says import Say, says
from tests.support.store import Store


@pytest.fixture
def event(store: Store, organiser: Someone, society: Society) -> Event:
    """An approved event of the society in three days, with one place."""
    around = clock.now() + timedelta(days=3)
    return builders.an_event(
        store, organiser.person, society, state="approved", around=around, capacity=1
    )


def state_of(store: Store, event: Event, person_id: int) -> str:
    wanted = RosterEntry.event_id == event.id, RosterEntry.person_id == person_id
    return store.one(select(RosterEntry.state).where(*wanted))


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_a_member_finds_an_event_takes_the_place_and_gives_it_back(
    open_page: Callable[..., Page],
    sign_in: SignIn,
    look_at: LookAt,
    store: Store,
    event: Event,
    member: Someone,
    other_member: Someone,
    locale: str,
    script: bool,  # noqa: FBT001 - named by the parameters
):
    say: Say = says(locale)
    phone = open_page(locale=locale, java_script_enabled=script)
    sign_in(phone, member)
    phone.goto("/")
    phone.locator(".tabbar").get_by_role("link", name=say("活动")).click()
    phone.locator(".chips a").first.click()
    look_at(phone)
    phone.get_by_role("link", name=re.compile(event.title)).click()
    phone.get_by_role("button", name=say("报名"), exact=True).click()
    expect(phone.get_by_text(say("您在名单上"))).to_be_visible()
    look_at(phone)
    assert state_of(store, event, member.id) == "listed"
    builders.an_entry(store, event, other_member.person, state="waiting")

    phone.get_by_role("button", name=say("取消报名")).click()
    if script:
        phone.get_by_role("dialog").get_by_role("button").last.click()

    expect(phone.get_by_text(say("已取消报名。"))).to_be_visible()
    assert state_of(store, event, member.id) == "cancelled"
    assert state_of(store, event, other_member.id) == "listed"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_an_organiser_imports_a_list_and_lets_a_guest_in(
    open_page: Callable[..., Page],
    sign_in: SignIn,
    look_at: LookAt,
    store: Store,
    event: Event,
    organiser: Someone,
    member: Someone,
    tmp_path: Path,
    script: bool,  # noqa: FBT001 - named by the parameters
):
    assert member.registration
    builders.an_entry(store, event, name="来宾甲")
    names = tmp_path / "名单.csv"
    names.write_text(
        f"姓名,注册编号\n{member.person.names[0].name},{member.registration.number}\n来宾乙,\n",
        encoding="utf-8",
    )
    desk = open_page(DESK, java_script_enabled=script)
    sign_in(desk, organiser)
    desk.goto(f"/events/{event.id}/roster")
    look_at(desk)
    desk.locator("input[type=file]").set_input_files(names)
    desk.get_by_role("button", name="上传并预览").click()
    expect(desk.locator("h1")).to_have_text("可以登记 2 人")
    look_at(desk)
    desk.get_by_role("button", name="登记 2 人").click()
    expect(desk.locator("h1")).to_have_text("名单 2 人，1 人待定")
    desk.get_by_role("link", name=re.compile("待定")).click()
    look_at(desk)
    desk.get_by_role("button", name="列入名单").click()

    desk.wait_for_url(re.compile("/roster"))
    expect(desk.get_by_text("1 人已列入名单。")).to_be_visible()
    assert state_of(store, event, member.id) == "listed"
    assert store.count(RosterEntry, RosterEntry.event_id == event.id) == 3
