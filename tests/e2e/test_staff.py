"""The desk in a browser: from the overview to one member's record and back, on any screen."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from cpd_app.models import Registration
from tests.e2e.conftest import LookAt, SignIn
from tests.support.chromium import DESK, PHONE
from tests.support.people import Someone

TABLET: ViewportSize = {"width": 768, "height": 1024}
SMALL: ViewportSize = {"width": 320, "height": 700}


def own(someone: Someone) -> Registration:
    assert someone.registration is not None
    return someone.registration


def sideways(page: Page) -> int:
    """How far the page can be pushed sideways; must be nothing."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return max(0, wide)


@pytest.mark.parametrize("size", [DESK, TABLET, PHONE, SMALL], ids=lambda s: str(s["width"]))
def test_every_page_of_the_desk_fits_and_is_accessible(
    open_page: Callable[..., Page],
    sign_in: SignIn,
    look_at: LookAt,
    registrar: Someone,
    member: Someone,
    size: ViewportSize,
):
    page = open_page(size)
    sign_in(page, registrar)
    at = f"/staff/members/{own(member).id}"
    for path in (
        "/staff",
        "/staff/members",
        "/staff/members?standing=short",
        "/staff/members?q=zzz",
        at,
        f"{at}/name",
        f"{at}/term",
        f"{at}/merge",
        "/staff/members/new",
        "/staff/members/codes",
        "/staff/roles",
    ):
        page.goto(path)
        assert sideways(page) == 0, path
        look_at(page)


def test_a_registrar_finds_a_member_and_enters_an_employer(
    desk: Page, sign_in: SignIn, registrar: Someone, member: Someone
):
    sign_in(desk, registrar)
    desk.goto("/staff")
    desk.get_by_role("navigation").get_by_role("link", name="会员").click()
    desk.keyboard.press("/")
    desk.keyboard.type(own(member).number)
    desk.keyboard.press("Enter")
    desk.get_by_role("rowheader").get_by_role("link").click()

    desk.get_by_role("link", name="登记新的单位").click()
    desk.get_by_label("单位").fill("示范特高压公司")
    desk.get_by_role("button", name="登记", exact=True).click()

    expect(desk.get_by_role("status")).to_contain_text("单位已登记")
    expect(desk.get_by_role("complementary")).to_contain_text("示范特高压公司")


def test_filters_send_themselves_and_stand_in_the_address(
    desk: Page, sign_in: SignIn, registrar: Someone, member: Someone
):
    sign_in(desk, registrar)
    desk.goto("/staff/members")
    desk.get_by_text("筛选").first.click()

    desk.get_by_label("级别").select_option("senior")

    expect(desk).to_have_url(re.compile("level=senior"))
    expect(desk.get_by_role("heading", level=1)).to_have_text("资深：0 个注册")
    desk.get_by_role("link", name=re.compile("资深")).click()
    expect(desk.get_by_role("rowheader")).to_have_text(re.compile(member.person.name))
