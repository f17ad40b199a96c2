"""Reading messages without network: list, page behind a message, and the mark sent later."""

import re

from playwright.sync_api import Page, expect

from cpd_app import clock
from cpd_app.domain.messages import MessageKind
from cpd_app.models import Message
from tests.e2e.conftest import PATIENCE
from tests.support.gate import Gate
from tests.support.messages import a_message
from tests.support.offline import until
from tests.support.people import Someone
from tests.support.store import Store

#: nothing waits any more for the server
SENT = """async () => {
    const address = document.querySelector('script[type=module]').src.replace('app.js', 'lib/');
    return !(await (await import(address + 'read-marks.js')).marked(MEMBER)).length;
}"""
COPY = """async () => Boolean(
    await caches.match("ADDRESS", { cacheName: "cpd-pages", ignoreVary: true })
)"""


def test_messages_are_read_in_a_tunnel_and_marked_when_it_ends(
    ready: Page, gate: Gate, store: Store, member: Someone
) -> None:
    kept = a_message(store, member.person, MessageKind.RULE_CHANGED, at=clock.now())
    other = a_message(store, member.person, MessageKind.RETURNED, at=clock.now())
    ready.goto("/me/messages")
    until(ready, COPY.replace("ADDRESS", "/readiness"))

    with gate.shut():
        ready.goto("/me/messages")
        expect(ready.locator("[data-part=stored]")).to_contain_text("离线，显示")
        ready.get_by_role("button", name="再注册申请需要补正").click()
        expect(ready.get_by_text("这条消息的全文就在这里")).to_be_visible()
        expect(ready.locator(".message--unread")).to_have_count(1)
        ready.get_by_role("button", name="规则更新影响您的第 4 年").click()
        expect(ready).to_have_url(re.compile(r"/readiness$"))
        expect(ready.locator("[data-part=stored]")).to_contain_text("离线，显示")
        expect(ready.locator("[data-part=outbox]")).to_be_hidden()
        ready.goto("/me/messages")
        expect(ready.locator(".message--unread")).to_have_count(0)
        assert store.get(Message, kept.id).read_at is None

    ready.goto("/me/messages")
    expect(ready.locator(".message--unread")).to_have_count(0)
    until(ready, SENT.replace("MEMBER", str(member.id)))
    for message in (kept, other):
        assert store.get(Message, message.id).read_at is not None


def test_the_page_behind_an_unread_message_is_stored_ahead(
    ready: Page, gate: Gate, store: Store, member: Someone
) -> None:
    a_message(store, member.person, MessageKind.EXPIRY, at=clock.now())
    ready.goto("/me/messages")
    until(ready, COPY.replace("ADDRESS", "/renewal"))
    with gate.shut():
        ready.goto("/me/messages")
        ready.locator(".message--unread button").click()
        expect(ready).to_have_url(re.compile(r"/renewal$"), timeout=PATIENCE)
        expect(ready.locator("[data-part=stored]")).to_contain_text("离线，显示")
