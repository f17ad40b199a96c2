"""What a member does on a phone without network, and what lies on the device then."""

import time

from playwright.sync_api import Error, Page

from cpd_app.models import Activity
from tests.support.people import Someone
from tests.support.store import Store

#: for whom and as what the pages are stored stands beside them, written last
STOCKED = """async () => {
    const tag = await (await caches.open("cpd-forms")).match("/stored-as");
    return (await tag?.text()) === document.querySelector("[data-stock]").dataset.stock;
}"""
COPIES = """async () => (await Promise.all(["cpd-pages", "cpd-forms"].map(async (name) =>
    (await caches.has(name)) ? (await (await caches.open(name)).keys()).length : 0)))"""
WAITING = """async () => {
    const address = document.querySelector('script[type=module]').src.replace('app.js', 'lib/');
    return (await (await import(address + 'store.js')).all('outbox')).value.length;
}"""
SECONDS = 60
STANDARD = {"title": "DL/T 5222 导体和电器选择设计规程", "achievement_key": "DL/T 5222-2026"}


def until(page: Page, script: str) -> None:
    """Ask until it is true; Playwright's own wait needs eval, which our pages forbid."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            if page.evaluate(script):
                return
        except Error as error:
            if "context was destroyed" not in str(error):
                raise
        assert time.monotonic() < deadline, script
        page.wait_for_timeout(50)


def stocked(page: Page) -> Page:
    page.goto("/")
    until(page, "navigator.serviceWorker.controller !== null")
    until(page, STOCKED)
    return page


def forget_sign_in(page: Page) -> None:
    """As if it had expired. An answer that is still on its way would bring the cookie back."""
    page.wait_for_load_state("networkidle")
    page.context.clear_cookies()


def write_standard(page: Page, title: str = STANDARD["title"]) -> None:
    page.goto("/activities/new/standard")
    page.fill("[name=title]", title)
    page.fill("[name=achievement_key]", STANDARD["achievement_key"])
    fill_kind(page)


def fill_kind(page: Page) -> None:
    """Whatever the kind asks for: the first choice of each, ten of each number."""
    for select in page.locator("select.input").all():
        select.select_option(index=1)
    for number in page.locator("input[inputmode=numeric], input[inputmode=decimal]").all():
        if number.is_visible():
            number.fill("10")
    for group in page.locator(".segmented:not([data-part])").all():
        name = group.locator("input").first.get_attribute("name")
        if name != "secrecy" and group.locator("input:checked").count() == 0:
            group.locator("label").first.click()


def write_training(page: Page, title: str, minutes: str = "90") -> None:
    page.goto("/activities/new/training")
    page.fill("[name=title]", title)
    page.fill("[name=minutes]", minutes)


def save(page: Page) -> None:
    page.click("button[form=log]")


def kept(store: Store, someone: Someone) -> int:
    return store.count(Activity, Activity.person_id == someone.id)
