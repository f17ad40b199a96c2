"""Activation, sign-in and the account's page in a real browser, with script and without."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from playwright.sync_api import Page, expect

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.models import Person, Society
from cpd_app.policy import Actor
from cpd_app.usecases import activation, passwords
from tests.e2e.conftest import SignIn
from tests.support import builders
from tests.support.axe import violations
from tests.support.chromium import PHONE
from tests.support.people import Someone
from tests.support.service import Service
from tests.support.store import Store

PASSWORD = "变电站 2026 继电保护"


def code_for(app: Flask, person: Person) -> str:
    """A code as the counter gives it."""
    with app.app_context(), transaction():
        return activation.issue_code(Actor.system("cli"), person.id, now=clock.now()).code


def with_password(store: Store, person: Person) -> str:
    """Give a person the password; the name they sign in with."""
    with store.session() as session:
        kept = session.get_one(Person, person.id)
        kept.password_hash = passwords.choose(PASSWORD).password_hash
        return str(kept.email)


def test_a_slips_code_opens_the_account(
    app: Flask, phone: Page, store: Store, society: Society
) -> None:
    person = builders.a_person(store, name="何新人", password_hash=None, activated_at=None)
    builders.a_registration(store, person, society)

    phone.goto(f"/activate?code={code_for(app, person)}")
    assert violations(phone) == []
    phone.get_by_role("button", name="下一步").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("何*人，您好")
    assert violations(phone) == []
    password = phone.get_by_label("新密码", exact=True)
    password.fill(PASSWORD)
    phone.get_by_role("button", name="显示密码").click()
    expect(password).to_have_attribute("type", "text")
    phone.get_by_role("checkbox").check()
    phone.get_by_role("button", name="激活并登录").click()

    phone.wait_for_url("**/")
    phone.goto("/me")
    expect(phone.locator(".certificate")).to_contain_text("何新人")
    assert violations(phone) == []


def test_a_choice_of_appearance_shows_at_once_and_stays(
    phone: Page, sign_in: SignIn, member: Someone
) -> None:
    sign_in(phone, member)
    phone.goto("/me")
    page = phone.locator("html")
    # Also when the script is still loading: what was chosen before is saved then.
    with phone.expect_response("**/switch"):
        phone.locator("label", has_text="大字").click()
    expect(page).to_have_attribute("data-text", "large")
    with phone.expect_response("**/switch"):
        phone.locator("label", has_text="深色").click()
    expect(page).to_have_attribute("data-bs-theme", "dark")

    phone.reload()
    expect(page).to_have_attribute("data-text", "large")
    expect(page).to_have_attribute("data-bs-theme", "dark")
    assert violations(phone) == []
    phone.locator("label", has_text="English").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Me")


def test_without_script_one_signs_in_and_changes_the_appearance(
    open_page: Callable[..., Page], store: Store, member: Someone
) -> None:
    page = open_page(PHONE, java_script_enabled=False)
    page.goto("/sign-in?next=/me")
    page.get_by_label("邮箱、手机号或注册编号").fill(with_password(store, member.person))
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page).to_have_url(re.compile("/me$"))

    page.locator("label", has_text="大字").click()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("html")).to_have_attribute("data-text", "large")
    page.get_by_role("link", name="退出登录").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page).to_have_url(re.compile("/sign-in$"))


def test_a_forgotten_password_is_set_by_a_letter(
    service: Service, phone: Page, member: Someone, complaints: list[str]
) -> None:
    phone.goto("/forgot")
    phone.get_by_label("邮箱、手机号或注册编号").fill(str(member.person.email))
    phone.get_by_role("button", name="发送代码").click()
    expect(phone.get_by_text("已受理")).to_be_visible()

    phone.goto(letter_in(service, str(member.person.email)))
    phone.get_by_role("button", name="下一步").click()
    phone.get_by_label("新密码", exact=True).fill(PASSWORD)
    phone.get_by_role("button", name="保存并登录").click()

    phone.wait_for_url("**/")
    assert complaints == []


def letter_in(service: Service, to: str) -> str:
    """The address in the letter that the worker printed."""
    deadline = time.monotonic() + timedelta(seconds=120).total_seconds()
    while time.monotonic() < deadline:
        parts: list[Any] = service.said.split(f"To: {to}\n")
        found = re.search(r"http://\S+/activate\?code=\S+", parts[-1]) if parts[1:] else None
        if found:
            return found[0]
        time.sleep(0.1)
    raise AssertionError(f"no letter to {to}:\n{service.said}")
