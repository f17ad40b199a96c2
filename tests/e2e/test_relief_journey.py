"""A member with a short year asks for relief on the phone; staff grant it at the desk."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from cpd_app import clock
from tests.e2e.conftest import SignIn
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store


@pytest.fixture
def short_of_hours(store: Store, other_member: Someone) -> Someone:
    """Somebody whose second year ended short."""
    assert other_member.society
    starts_on = clock.today() - timedelta(days=800)
    person = builders.a_person(store, name="林减免")
    builders.a_membership(store, person, other_member.society)
    term = {"starts_on": starts_on, "ends_on": starts_on + timedelta(days=1826)}
    registration = builders.a_registration(store, person, other_member.society, term=term)
    return Someone(person, other_member.society, registration)


def test_relief_is_asked_on_the_phone_granted_at_the_desk_and_shows_at_once(
    phone: Page, desk: Page, sign_in: SignIn, short_of_hours: Someone, auditor: Someone
):
    sign_in(phone, short_of_hours)
    phone.goto("/readiness")
    phone.get_by_role("link", name="申请减免或延期").click()
    phone.get_by_text("军事或应急任务，超过 120 天").click()
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_label("年度").select_option("1")
    effect = phone.locator("#effect")
    expect(effect).to_contain_text("已减免")
    expect(effect).to_contain_text("50.0")
    phone.get_by_label("情况说明").fill("参加灾区抢修一百五十天")
    phone.get_by_role("button", name="提交申请").click()
    expect(phone.get_by_text("等待决定")).to_be_visible()

    sign_in(desk, auditor)
    desk.goto("/staff/relief")
    desk.get_by_role("link", name="军事或应急任务，超过 120 天").first.click()
    desk.get_by_text("批准", exact=True).first.click()
    desk.get_by_label("理由").fill("抢修命令齐全")
    desk.get_by_role("button", name="作出决定").click()
    expect(desk.get_by_text("已决定，会员能看到结果和理由。")).to_be_visible()

    phone.reload()
    expect(phone.get_by_text("抢修命令齐全")).to_be_visible()
    phone.goto("/")
    expect(phone.locator("main")).to_contain_text("已减免")
