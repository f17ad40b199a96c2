"""Pages without network, new versions, the kill switch, the hint to install, and their weight."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from cpd_app import config
from cpd_app.app import create_app
from tests.e2e.conftest import SignIn
from tests.support.axe import violations
from tests.support.gate import Gate
from tests.support.offline import (
    WAITING,
    save,
    until,
    write_training,
)
from tests.support.people import Someone
from tests.support.service import Service
from tests.support.serving import serving


@pytest.fixture
def switched_off(service: Service) -> Iterator[int]:
    """Port of the same pages for the same members, with the kill switch of the worker."""
    with serving(create_app(config.load({**service.settings, "CPD_OFFLINE": "off"}))) as port:
        yield port


def test_own_pages_open_with_their_age(ready: Page, gate: Gate):
    with gate.shut():
        for address in ("/", "/activities", "/readiness"):
            ready.goto(address)
            expect(ready.locator("[data-part=stored]")).to_contain_text(
                re.compile(r"离线，显示 \d\d:\d\d 的内容")
            )
        ready.goto("/me")
        expect(ready.locator("h1")).to_have_text("没有网络")
        assert violations(ready) == []


def test_stored_forms_hold_nothing_of_the_member(ready: Page, member: Someone):
    html = ready.evaluate(
        """async () => {
            const forms = await caches.open('cpd-forms');
            const found = await Promise.all((await forms.keys()).map((key) => forms.match(key)));
            return (await Promise.all(found.map((response) => response.text()))).join('');
        }"""
    )

    assert "<form" in html
    assert member.person.name not in html
    assert member.registration
    assert member.registration.number not in html
    assert not re.search(r'name="csrf_token" value="[^"]', html)


def test_a_new_version_waits_until_it_is_asked_for(ready: Page):
    expect(ready.locator("[data-part=update]")).to_be_hidden()
    # The same scope under another address is what a new release is to the browser.
    ready.evaluate("navigator.serviceWorker.register('/sw.js?next', {scope: '/'})")
    expect(ready.locator("[data-part=update]")).to_be_visible()
    assert not ready.evaluate("navigator.serviceWorker.controller.scriptURL").endswith("?next")

    ready.evaluate("window.before = true")
    ready.click("[data-part=update] button")
    until(ready, "!window.before && Boolean(navigator.serviceWorker.controller)")
    assert ready.evaluate("navigator.serviceWorker.controller.scriptURL").endswith("?next")


def test_the_kill_switch_takes_the_worker_off_and_leaves_the_outbox(
    ready: Page, switched_off: int, gate: Gate
):
    with gate.shut():
        write_training(ready, "还在")
        save(ready)
        ready.wait_for_url("**/outbox")
        ready.route("**/outbox/who", lambda route: route.abort())
    with gate.leading_to(switched_off):
        ready.goto("/me")
        until(ready, "async () => !(await navigator.serviceWorker.getRegistrations()).length")
        until(ready, "async () => !(await caches.keys()).length")
        assert ready.evaluate(WAITING) == 1


def test_the_hint_to_install_is_closed_for_good(
    open_page: Callable[..., Page], sign_in: SignIn, member: Someone
):
    phone = open_page(user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari")
    sign_in(phone, member)
    phone.goto("/")
    hint = phone.locator(".install")
    expect(hint).to_contain_text("添加到主屏幕")
    assert violations(phone) == []
    hint.locator("text=不用了").click()
    expect(hint).to_be_hidden()
    phone.reload(wait_until="networkidle")
    expect(hint).to_be_hidden()

    wechat = open_page(user_agent="Mozilla/5.0 (iPhone) MicroMessenger/8.0")
    sign_in(wechat, member)
    wechat.goto("/", wait_until="networkidle")
    expect(wechat.locator(".install")).to_be_hidden()


def test_a_browser_that_can_install_gets_a_button(ready: Page):
    ready.evaluate(
        """() => {
            const offer = new Event('beforeinstallprompt', {cancelable: true});
            offer.prompt = async () => { window.asked = true; };
            offer.userChoice = Promise.resolve({outcome: 'accepted'});
            window.dispatchEvent(offer);
        }"""
    )
    ready.click(".install >> text=安装")
    expect(ready.locator(".install")).to_be_hidden()
    assert ready.evaluate("window.asked")


@pytest.mark.parametrize("address", ["/", "/activities", "/activities/new/training", "/readiness"])
def test_a_first_visit_is_light_and_a_second_only_html(
    open_page: Callable[..., Page], sign_in: SignIn, member: Someone, address: str
):
    page = open_page(service_workers="block")
    sign_in(page, member)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    seen: dict[str, str] = {}
    transferred: dict[str, int] = {}
    session.on("Network.responseReceived", lambda e: seen.update({e["requestId"]: e["type"]}))
    session.on(
        "Network.loadingFinished",
        lambda e: transferred.update({e["requestId"]: int(e["encodedDataLength"])}),
    )

    def visit() -> tuple[int, int]:
        seen.clear()
        transferred.clear()
        page.goto(address, wait_until="networkidle")
        html = sum(n for i, n in transferred.items() if seen.get(i) == "Document")
        return html, sum(transferred.values()) - html

    (_html, rest), (_again, repeated) = visit(), visit()

    assert rest <= 120 * 1024
    assert repeated == 0
