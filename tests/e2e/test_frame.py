"""The parts of the frame that only a browser sees."""

from playwright.sync_api import Page

from tests.e2e.conftest import SignIn
from tests.support.axe import violations
from tests.support.people import Someone


def test_a_stranger_to_the_service_is_asked_to_sign_in(phone: Page):
    phone.goto("/me")

    assert phone.url.endswith("/sign-in?next=%2Fme") or "/sign-in?next=/me" in phone.url
    assert violations(phone) == []


def test_who_is_signed_in_reaches_their_own_page(phone: Page, sign_in: SignIn, member: Someone):
    sign_in(phone, member)
    phone.goto("/me")

    assert phone.url.endswith("/me")
    assert member.person.name in phone.locator("main").inner_text()
