"""Pages of the one-time code: typed, recognised, a password chosen, signed in."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from cpd_app.models import JournalEntry, Person, Society
from cpd_app.usecases import activation
from tests.support import builders
from tests.support.page import Browser, Page
from tests.support.people import Someone
from tests.support.store import Store

PASSWORD = "变电站 2026 继电保护"


@pytest.fixture(autouse=True)
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-10-22 09:00")


@pytest.fixture
def newcomer(store: Store, society: Society) -> Someone:
    """A member who has not been activated."""
    person = builders.a_person(store, name="何新人", password_hash=None, activated_at=None)
    builders.a_membership(store, person, society)
    return Someone(person, society, builders.a_registration(store, person, society))


@pytest.fixture
def code(do: Callable[..., Any], registrar: Someone, newcomer: Someone, now: datetime) -> str:
    """Their code, from the counter."""
    return str(do(activation.issue_code, registrar.actor, newcomer.id, now=now).code)


def to_password(browser: Browser, code: str) -> Page:
    """From the code to the form for the password."""
    sent = browser.submit(browser.get("activation.enter"), "main form", code=code)
    assert sent.response.headers["Location"] == "/activate/password"
    return browser.follow(sent)


def test_a_code_becomes_an_account(
    anybody: Browser, code: str, newcomer: Someone, store: Store
) -> None:
    page = to_password(anybody, code.lower())
    assert page.heading == "何*人，您好"
    assert "何新人" not in str(page.soup)

    done = anybody.submit(page, "main form", password=PASSWORD, consent="yes")

    assert done.response.headers["Location"] == "/"
    assert "账号已激活。" in anybody.get("me.index").text
    assert store.get(Person, newcomer.id).activated_at is not None
    with store.session() as session:
        entry = session.query(JournalEntry).filter_by(verb="account.activated").one()
    assert entry.data["privacy_text"] == 1


def test_the_slips_address_fills_in_the_code_and_sends_nothing(
    anybody: Browser, code: str, newcomer: Someone, store: Store
) -> None:
    page = anybody.get(f"/activate?code={code}")

    assert page.find("input[name=code]")["value"] == code
    assert store.get(Person, newcomer.id).activated_at is None
    assert anybody.submit(page, "main form").response.headers["Location"] == "/activate/password"


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"password": "short"}, "密码至少要 8 个字符。"),
        ({"password": "12345678"}, "这个密码太常见"),
        ({"consent": ""}, "请先阅读隐私说明"),
        ({"password": "", "consent": ""}, "密码至少要 8 个字符。"),
    ],
)
def test_what_is_missing_is_said_and_the_code_stays(
    anybody: Browser, code: str, typed: dict[str, str], fault: str
) -> None:
    page = to_password(anybody, code)
    fields = {"password": PASSWORD, "consent": "yes", **typed}

    refused = anybody.submit(page, "main form", status=422, **fields)
    assert fault in refused.text
    assert fields["password"] not in {str(i.get("value")) for i in refused.all("input")} - {""}
    anybody.submit(refused, "main form", password=PASSWORD, consent="yes")


def test_the_password_is_not_the_own_number(
    anybody: Browser, code: str, store: Store, newcomer: Someone
) -> None:
    with store.session() as session:
        session.get_one(Person, newcomer.id).phone = "+8613900001111"
    page = to_password(anybody, code)

    refused = anybody.submit(page, "main form", status=422, password="13900001111", consent="yes")
    assert "不能与您的手机号" in refused.text


def test_a_code_works_once(app: Flask, anybody: Browser, code: str) -> None:
    slower = Browser(app)
    theirs = to_password(slower, code)
    anybody.submit(to_password(anybody, code), "main form", password=PASSWORD, consent="yes")

    late = slower.submit(theirs, "main form", status=422, password=PASSWORD, consent="yes")
    assert "这个代码已经用过" in late.text
    again = slower.submit(slower.get("activation.enter"), "main form", status=422, code=code)
    assert "这个代码已经用过" in again.text
    slower.get("/me", status=303)


def test_an_expired_code_says_so(
    anybody: Browser, code: str, now: datetime, at: Callable[[str], datetime]
) -> None:
    at((now + timedelta(days=30)).isoformat())
    page = anybody.submit(anybody.get("activation.enter"), "main form", status=422, code=code)

    assert "这个代码已过期" in page.text
    assert page.find("input[name=code]")["value"] == code


def test_the_second_step_needs_the_first(anybody: Browser) -> None:
    assert anybody.get("activation.choose", status=303).response.headers["Location"] == "/activate"
    sent = anybody.post("activation.activate", {"password": PASSWORD, "consent": "yes"})
    assert sent.response.headers["Location"] == "/activate"


def test_an_empty_code_is_asked_for(anybody: Browser) -> None:
    page = anybody.post("activation.check", {"code": ""}, status=422)

    assert "请填写。" in page.text


def test_guessing_codes_ends_soon(anybody: Browser, code: str) -> None:
    for _ in range(20):
        anybody.post("activation.check", {"code": "K7M4-QX2P-D9RT"}, status=422)

    held = anybody.post("activation.check", {"code": code}, status=429)
    assert "15 分钟后再试" in held.text


def test_a_form_without_token_is_refused(anybody: Browser, code: str) -> None:
    assert anybody.client.post("/activate", data={"code": code}).status_code == 400


def test_a_reset_asks_for_no_consent_again(
    anybody: Browser, do: Callable[..., Any], registrar: Someone, member: Someone, now: datetime
) -> None:
    issued = do(activation.issue_code, registrar.actor, member.id, now=now)
    page = to_password(anybody, issued.code)

    assert not page.has("input[name=consent]")
    anybody.submit(page, "main form", password=PASSWORD)
    assert "新密码已生效" in anybody.get("me.index").text


def test_using_a_code_signs_out_whoever_was_here(
    as_: Callable[[Someone], Browser], code: str, member: Someone
) -> None:
    browser = as_(member)
    page = to_password(browser, code)
    browser.submit(page, "main form", password=PASSWORD, consent="yes")

    assert "何新人" in browser.get("me.index").text
