"""What is written without network waits on the device and is sent exactly once."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from cpd_app import clock
from cpd_app.models import Activity, Evidence
from tests.e2e.conftest import SignIn
from tests.support.axe import violations
from tests.support.gate import Gate
from tests.support.offline import (
    COPIES,
    STANDARD,
    WAITING,
    forget_sign_in,
    kept,
    save,
    stocked,
    write_standard,
    write_training,
)
from tests.support.people import Someone
from tests.support.store import Store


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
    [activity] = store.all(select(Activity.id).where(Activity.person_id == member.id))
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
        forget_sign_in(ready)

    ready.click("text=立即发送")
    expect(ready.locator("[data-part=status]")).to_contain_text("登录已过期")

    sign_in(ready, other_member)
    stocked(ready)
    expect(ready.locator("[data-part=outbox]")).to_be_hidden()
    assert (kept(store, member), kept(store, other_member)) == (0, 0)
    owner = "async () => (await (await caches.open('cpd-pages')).match('/stored-for')).text()"
    assert ready.evaluate(owner) == str(other_member.id)

    forget_sign_in(ready)
    sign_in(ready, member)
    ready.goto("/")
    expect(ready.locator(".toasts")).to_contain_text("只属于我")
    assert (kept(store, member), kept(store, other_member)) == (1, 0)


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
    page.wait_for_load_state("networkidle")  # no worker keeps the scripts that are still coming
    with gate.shut():
        save(page)
        expect(page.locator(".toasts")).to_contain_text("已存在这台设备上")
        expect(page.locator("[data-part=outbox]")).to_contain_text("待发送 1")

    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator(".toasts")).to_contain_text("已保存")
    assert kept(store, member) == 1
