"""Without network: pages open, what is written waits on the device, and is sent exactly once.

No network is a shut gate: `context.set_offline` does not reach the service worker.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect

from cpd_app import clock
from cpd_app.models import Activity, Evidence
from tests.e2e.conftest import SignIn
from tests.support.axe import violations
from tests.support.gate import Gate
from tests.support.people import Someone
from tests.support.service import Service
from tests.support.store import Store

STOCKED = "async () => Boolean(await (await caches.open('cpd-forms')).match('/stored-as'))"
COPIES = """async () => (await Promise.all(["cpd-pages", "cpd-forms"].map(async (name) =>
    (await caches.has(name)) ? (await (await caches.open(name)).keys()).length : 0)))"""
WAITING = """async () => {
    const address = document.querySelector('script[type=module]').src.replace('app.js', 'lib/');
    return (await (await import(address + 'store.js')).all('outbox')).value.length;
}"""
STANDARD = {"title": "DL/T 5222 导体和电器选择设计规程", "achievement_key": "DL/T 5222-2026"}

pytestmark = pytest.mark.timeout(300)
#: a missing network and a refusal are what these tests are about
MEANT = re.compile(r"Failed to load resource|blocked by Playwright")


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """As everywhere, but for what is meant here."""
    said: list[str] = []
    yield said
    assert [line for line in said if not MEANT.search(line)] == []


@pytest.fixture(scope="module")
def gate(service: Service) -> Iterator[Gate]:
    """`with gate.shut(): …` is without network."""
    made = Gate(service.port)
    yield made
    made.close()


@pytest.fixture
def open_page(gate: Gate, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """As everywhere, through the gate."""
    return partial(open_page, base_url=gate.address)


@pytest.fixture
def ready(phone: Page, sign_in: SignIn, member: Someone) -> Page:
    """The member's phone with everything stored that is stored ahead."""
    sign_in(phone, member)
    return stocked(phone)


def until(page: Page, script: str) -> None:
    """Ask until it is true; Playwright's own wait needs eval, which our pages forbid."""
    deadline = time.monotonic() + 20
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


def test_a_record_written_without_network_is_sent_once(
    ready: Page, gate: Gate, store: Store, member: Someone, picture: Path
):
    with gate.shut():
        write_standard(ready)
        expect(ready.locator("[data-part=stored]")).to_contain_text("离线")
        expect(ready.locator("#dock-result")).to_contain_text("联网后计算学时")
        ready.locator("input[type=file]").first.set_input_files(picture)
        ready.click("text=无涉密内容")
        save(ready)

        ready.wait_for_url("**/outbox")
        row = ready.locator(".outbox__item")
        expect(row).to_have_count(1)
        expect(row).to_contain_text(STANDARD["title"])
        expect(row).to_contain_text("1 张照片")
        expect(row).to_contain_text("待发送")
        assert violations(ready) == []

        ready.reload()
        expect(row).to_have_count(1)

        again = ready.context.new_page()
        ready.close()
        again.goto("/")
        expect(again.locator("[data-part=outbox]")).to_contain_text("待发送 1")
        assert kept(store, member) == 0

    again.evaluate("window.dispatchEvent(new Event('online'))")

    expect(again.locator(".toasts")).to_contain_text("已保存")
    expect(again.locator("main")).to_contain_text(STANDARD["title"])
    expect(again.locator("[data-part=outbox]")).to_be_hidden()
    again.reload()
    again.wait_for_timeout(500)
    assert kept(store, member) == 1
    [activity] = store.all(Activity.__table__.select().where(Activity.person_id == member.id))
    assert store.count(Evidence, Evidence.activity_id == activity) == 1
    assert again.evaluate(WAITING) == 0


def test_with_network_the_record_opens_at_once(
    ready: Page, store: Store, member: Someone, picture: Path
):
    write_training(ready, "继电保护培训")
    ready.locator("input[type=file]").first.set_input_files(picture)
    save(ready)
    expect(ready.locator(".field__error")).to_contain_text("涉密")
    ready.click("text=无涉密内容")
    save(ready)

    ready.wait_for_url(re.compile(r"/activities/\d+$"))
    expect(ready.locator(".flash")).to_contain_text("已保存")
    assert kept(store, member) == 1
    assert ready.evaluate(WAITING) == 0


def test_a_refusal_stands_in_the_form_and_loses_nothing(
    ready: Page, store: Store, member: Someone, picture: Path
):
    write_training(ready, "")
    ready.locator("input[type=file]").first.set_input_files(picture)
    ready.click("text=无涉密内容")
    save(ready)

    expect(ready.locator(".error-summary")).to_contain_text("名称")
    expect(ready.locator("#field-title-error")).to_be_visible()
    assert ready.locator("input[type=file]").first.evaluate("input => input.files.length") == 1
    assert violations(ready) == []
    ready.fill("[name=title]", "现在有名称")
    save(ready)

    ready.wait_for_url(re.compile(r"/activities/\d+$"))
    assert kept(store, member) == 1


def test_a_refusal_after_the_fact_stays_and_can_be_corrected(
    ready: Page, gate: Gate, store: Store, member: Someone
):
    with gate.shut():
        write_training(ready, "未来的培训")
        ready.fill("[name=ended_on]", "2199-01-01")
        save(ready)
        ready.wait_for_url("**/outbox")
        ready.wait_for_timeout(300)

    ready.click("text=立即发送")
    row = ready.locator(".outbox__item")
    expect(row).to_contain_text("未保存")
    expect(row.locator(".outbox__why")).not_to_be_empty()
    ready.goto("/")
    expect(ready.locator("[data-part=outbox]")).to_contain_text("未保存 1")

    ready.click("[data-part=outbox] a")
    ready.click("text=改正")
    expect(ready.locator("[name=title]")).to_have_value("未来的培训")
    ready.fill("[name=ended_on]", clock.today().isoformat())
    save(ready)

    ready.wait_for_url(re.compile(r"/activities/\d+$"))
    assert kept(store, member) == 1
    assert ready.evaluate(WAITING) == 0


def test_what_waits_can_be_deleted_after_a_question(ready: Page, gate: Gate):
    with gate.shut():
        write_training(ready, "不要了")
        save(ready)
        ready.wait_for_url("**/outbox")
        ready.click("[data-part=delete]")
        ready.click("dialog >> text=确定")
        expect(ready.locator("text=没有待发送的记录")).to_be_visible()

    assert ready.evaluate(WAITING) == 0


def test_a_purged_file_leaves_the_outbox_too(ready: Page, gate: Gate, picture: Path):
    digest = hashlib.sha256(picture.read_bytes()).hexdigest()
    with gate.shut():
        write_training(ready, "照片要清除")
        ready.locator("input[type=file]").first.set_input_files(picture)
        ready.click("text=无涉密内容")
        save(ready)
        expect(ready.locator(".outbox__item")).to_contain_text("1 张照片")
        purged = (
            "hash => document.dispatchEvent(new CustomEvent('cpd:file-purged', {detail: {hash}}))"
        )
        ready.evaluate(purged, "0" * 64)
        ready.wait_for_timeout(200)
        expect(ready.locator(".outbox__item")).to_contain_text("1 张照片")
        ready.evaluate(purged, digest)

        expect(ready.locator(".outbox__item")).not_to_contain_text("1 张照片")
        expect(ready.locator(".outbox__item")).to_contain_text("照片要清除")


@pytest.mark.parametrize("locks", [True, False], ids=["locks", "lease"])
def test_two_tabs_send_it_once(
    ready: Page,
    gate: Gate,
    store: Store,
    member: Someone,
    locks: bool,  # noqa: FBT001
):
    if not locks:  # as in Safari before 15.4
        ready.context.add_init_script(
            "Object.defineProperty(Navigator.prototype, 'locks', {value: undefined})"
        )
    other = ready.context.new_page()
    with gate.shut():
        for number in range(3):
            write_training(ready, f"两个标签页 {number}")
            save(ready)
            ready.wait_for_url("**/outbox")
        other.goto("/")
        expect(other.locator("[data-part=outbox]")).to_contain_text("待发送 3")

    for page in (ready, other):
        page.evaluate("window.dispatchEvent(new Event('online'))")

    expect(ready.locator("text=没有待发送的记录")).to_be_visible()
    expect(other.locator("[data-part=outbox]")).to_be_hidden()
    assert kept(store, member) == 3


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


def test_signing_out_warns_of_what_was_not_sent(
    ready: Page, gate: Gate, store: Store, member: Someone
):
    with gate.shut():
        write_training(ready, "会被删除")
        save(ready)
        ready.wait_for_url("**/outbox")
        ready.route("**/outbox/who", lambda route: route.abort())  # sending goes on failing
    ready.goto("/sign-out")

    expect(ready.locator("[data-unsent]")).to_be_visible()
    ready.click("main form button[type=submit]")
    ready.wait_for_url("**/sign-in")
    assert ready.evaluate(COPIES) == [0, 0]
    assert ready.evaluate(WAITING) == 0
    assert kept(store, member) == 0


def test_an_ended_sign_in_keeps_it_and_another_member_does_not_send_it(
    ready: Page,
    gate: Gate,
    store: Store,
    member: Someone,
    other_member: Someone,
    sign_in: SignIn,
):
    with gate.shut():
        write_training(ready, "只属于我")
        save(ready)
        ready.wait_for_url("**/outbox")
        ready.context.clear_cookies()

    ready.click("text=立即发送")
    expect(ready.locator("[data-part=status]")).to_contain_text("登录已过期")

    sign_in(ready, other_member)
    stocked(ready)
    expect(ready.locator("[data-part=outbox]")).to_be_hidden()
    assert (kept(store, member), kept(store, other_member)) == (0, 0)
    owner = "async () => (await (await caches.open('cpd-pages')).match('/stored-for')).text()"
    assert ready.evaluate(owner) == str(other_member.id)

    ready.context.clear_cookies()
    sign_in(ready, member)
    ready.goto("/")
    expect(ready.locator(".toasts")).to_contain_text("只属于我")
    assert (kept(store, member), kept(store, other_member)) == (1, 0)


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
    ready: Page, service: Service, gate: Gate
):
    with gate.shut():
        write_training(ready, "还在")
        save(ready)
        ready.wait_for_url("**/outbox")
        ready.route("**/outbox/who", lambda route: route.abort())
        restart(service, CPD_OFFLINE="off")
    ready.goto("/me")
    until(ready, "async () => !(await navigator.serviceWorker.getRegistrations()).length")
    until(ready, "async () => !(await caches.keys()).length")
    left = ready.evaluate(WAITING)
    restart(service, CPD_OFFLINE="on")

    assert left == 1


def restart(service: Service, **settings: str) -> None:
    service.stop()
    service.settings.update(settings)
    service.start()
    service.wait_until_ready()


def test_without_script_the_form_is_sent_as_ever(
    open_page: Callable[..., Page], sign_in: SignIn, store: Store, member: Someone
):
    page = open_page(java_script_enabled=False)
    sign_in(page, member)
    write_training(page, "没有脚本")
    save(page)

    page.wait_for_url(re.compile(r"/activities/\d+$"))
    assert kept(store, member) == 1


def test_without_a_worker_the_outbox_works_while_the_page_is_open(
    open_page: Callable[..., Page],
    sign_in: SignIn,
    gate: Gate,
    store: Store,
    member: Someone,
):
    page = open_page(service_workers="block")
    sign_in(page, member)
    write_training(page, "微信里写的")
    with gate.shut():
        save(page)
        expect(page.locator(".toasts")).to_contain_text("已存在这台设备上")
        expect(page.locator("[data-part=outbox]")).to_contain_text("待发送 1")

    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator(".toasts")).to_contain_text("已保存")
    assert kept(store, member) == 1


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
