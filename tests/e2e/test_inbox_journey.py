"""On the phone: what is unread, the settings with a refused choice, a test message, a calendar."""

import re
from datetime import timedelta

from playwright.sync_api import Page, expect

from cpd_app import clock
from cpd_app.domain.messages import MessageKind
from cpd_app.models import Message, Reach
from tests.e2e.conftest import LookAt, SignIn
from tests.support.messages import a_bridge, a_message
from tests.support.people import Someone
from tests.support.store import Store


def test_from_the_count_to_a_test_message(
    phone: Page,
    sign_in: SignIn,
    look_at: LookAt,
    store: Store,
    member: Someone,
    complaints: list[str],
) -> None:
    assert member.society
    now = clock.now()
    a_bridge(store, member.society)
    returned = a_message(store, member.person, MessageKind.RULE_CHANGED, at=now - timedelta(days=1))
    a_message(store, member.person, MessageKind.TRIAL, at=now)
    sign_in(phone, member)

    phone.goto("/")
    expect(phone.locator(".tabbar__count")).to_contain_text("2")
    phone.get_by_role("link", name="消息，2 条未读").click()
    expect(phone.get_by_role("heading", name="消息")).to_be_visible()
    look_at(phone)

    phone.get_by_role("link", name="未读 2").click()
    phone.get_by_role("button", name="规则更新影响您的第 4 年").click()
    expect(phone).to_have_url(re.compile(r"/readiness$"))
    assert store.get(Message, returned.id).read_at is not None
    expect(phone.locator(".tabbar__count")).to_contain_text("1")

    phone.goto("/me/messages")
    phone.get_by_role("button", name="全部已读").click()
    expect(phone.get_by_text("全部消息已标为已读")).to_be_visible()
    expect(phone.locator(".tabbar__count")).to_have_count(0)

    phone.get_by_role("link", name="通知设置").click()
    for name in ("到期提醒，邮件", "到期提醒，短信"):
        phone.get_by_role("checkbox", name=name).uncheck()
    phone.get_by_role("checkbox", name="报名的活动，邮件").uncheck()
    phone.get_by_label("时区").select_option("Asia/Tokyo")
    phone.get_by_role("button", name="保存").click()
    expect(phone.get_by_role("alert")).to_contain_text("至少要留一个渠道")
    expect(phone.get_by_role("checkbox", name="报名的活动，邮件")).not_to_be_checked()
    expect(phone.get_by_label("时区")).to_have_value("Asia/Tokyo")
    complaints.clear()  # the browser says that the status was 422
    look_at(phone)

    phone.get_by_role("checkbox", name="到期提醒，邮件").check()
    phone.get_by_role("checkbox", name="免打扰").uncheck()
    phone.get_by_role("button", name="保存").click()
    expect(phone.get_by_text("通知设置已保存")).to_be_visible()
    phone.get_by_role("button", name="发一条测试消息").click()
    expect(phone.get_by_text("测试消息已发出")).to_be_visible()
    expect(phone.locator(".tabbar__count")).to_contain_text("1")


def test_an_address_that_bounces_is_said_on_the_own_page(
    phone: Page, sign_in: SignIn, look_at: LookAt, store: Store, member: Someone
) -> None:
    store.add(Reach(person_id=member.id, channel="email", state="bounced", since=clock.now()))
    sign_in(phone, member)

    phone.goto("/me")
    phone.get_by_role("link", name="通知渠道 邮件退信").click()
    look_at(phone)
    expect(phone.get_by_role("link", name="更正邮箱")).to_be_visible()


def test_a_calendar_address_is_made_copied_and_taken_back(
    phone: Page, sign_in: SignIn, look_at: LookAt, member: Someone
) -> None:
    sign_in(phone, member)
    phone.goto("/me")
    phone.get_by_role("link", name="日历订阅").click()
    look_at(phone)
    phone.get_by_role("button", name="新建订阅地址").click()
    expect(phone.get_by_role("heading", name="订阅地址已建好")).to_be_visible()
    look_at(phone)
    address = phone.locator("#token").inner_text()
    assert "BEGIN:VCALENDAR" in phone.request.get(address).text()
    phone.get_by_text("在另一台手机上订阅").click()
    expect(phone.get_by_role("img", name="订阅地址的二维码")).to_be_visible()

    phone.get_by_role("link", name="我已保存").click()
    look_at(phone)
    phone.get_by_role("button", name="停用").click()
    phone.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(phone.get_by_text("日历地址已停用")).to_be_visible()
    assert phone.request.get(address).status == 404
