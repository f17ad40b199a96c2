"""Tabs that send in turn, requests that come while one is sending, presses that come too early."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import SignIn
from tests.support.gate import Gate
from tests.support.offline import WAITING, kept, save, write_training
from tests.support.people import Someone
from tests.support.store import Store

WITHOUT_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', {value: undefined})"
WHO = "**/outbox/who"
ONLINE = "window.dispatchEvent(new Event('online'))"


@pytest.mark.parametrize("locks", [True, False], ids=["locks", "lease"])
def test_a_tab_that_goes_while_it_sends_holds_up_no_other(
    ready: Page,
    gate: Gate,
    store: Store,
    member: Someone,
    locks: bool,  # noqa: FBT001
):
    if not locks:  # as in Safari before 15.4
        ready.context.add_init_script(WITHOUT_LOCKS)
    with gate.shut():
        write_training(ready, "留在路上")
        save(ready)
        ready.wait_for_url("**/outbox")
        going = ready.context.new_page()
        going.route(WHO, lambda _route: None)  # it asks and never gets an answer
        with going.expect_request(WHO):
            going.goto("/")

    ready.evaluate(ONLINE)
    ready.wait_for_timeout(500)
    assert kept(store, member) == 0
    going.close()

    expect(ready.locator("text=没有待发送的记录")).to_be_visible()
    assert kept(store, member) == 1


def test_who_asks_while_something_is_sent_gets_a_round_after_it(
    ready: Page, gate: Gate, store: Store, member: Someone
):
    with gate.shut():
        write_training(ready, "又问了一次")
        save(ready)
        ready.wait_for_url("**/outbox")
        expect(ready.locator("[data-part=status]")).to_contain_text("连不上")
    held: list[Route] = []
    ready.route(WHO, lambda route: held.append(route), times=1)  # noqa: PLW0108
    with ready.expect_request(WHO):
        ready.evaluate(ONLINE)
    ready.click("text=立即发送")
    held[0].abort()

    expect(ready.locator("text=没有待发送的记录")).to_be_visible()
    expect(ready.locator("[data-part=status]")).to_be_empty()
    assert kept(store, member) == 1


def test_a_form_that_is_sent_too_early_waits_for_what_belongs_to_it(
    open_page: Callable[..., Page], sign_in: SignIn, gate: Gate, member: Someone
):
    page = open_page(service_workers="block")
    sign_in(page, member)
    write_training(page, "退出前写的")
    page.wait_for_load_state("networkidle")
    with gate.shut():
        save(page)
        expect(page.locator("[data-part=outbox]")).to_contain_text("待发送 1")
    page.route(WHO, lambda route: route.abort())

    late: list[Route] = []
    page.route("**/modules/signout.js", lambda route: late.append(route))  # noqa: PLW0108
    page.goto("/sign-out")
    page.click("main form button[type=submit]", click_count=2)
    page.wait_for_timeout(300)
    assert page.url.endswith("/sign-out")
    late[0].continue_()

    page.wait_for_url("**/sign-in")
    assert page.evaluate(WAITING) == 0
