"""Pages of sign-in: in, out, again, forgotten; where one is sent afterwards."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.models import Job, Person, SignIn
from cpd_app.usecases import passwords
from tests.support import builders
from tests.support.page import Browser, Page
from tests.support.people import Someone
from tests.support.store import Store

PASSWORD = "变电站 2026 继电保护"
WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 "
    "MicroMessenger/8.0.50"
)


@pytest.fixture(autouse=True)
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-10-22 09:00")


@pytest.fixture
def known(store: Store, society: Any) -> Someone:
    """A member with a password."""
    person = builders.a_person(
        store,
        name="林示范",
        email="lin@example.org",
        password_hash=passwords.choose(PASSWORD).password_hash,
    )
    registration = builders.a_registration(store, person, society)
    return Someone(person, society, registration)


def enter(browser: Browser, *, status: int = 303, where: str = "/sign-in", **typed: str) -> Page:
    """Fill in the form and send it."""
    page = browser.get(where)
    fields = {"name": "lin@example.org", "password": PASSWORD, **typed}
    return browser.submit(page, "main form", status=status, **fields)


def test_signing_in_opens_the_service(anybody: Browser, known: Someone, store: Store) -> None:
    anybody.client.environ_base["HTTP_USER_AGENT"] = WECHAT
    answer = enter(anybody)

    assert answer.response.headers["Location"] == "/"
    assert "林示范" in anybody.get("me.index").text
    kept = store.one(select(SignIn))
    assert (kept.person_id, kept.device) == (known.id, "iPhone WeChat")
    cookies = answer.response.headers.getlist("Set-Cookie")
    cookie = next(c for c in cookies if c.startswith("cpd_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.usefixtures("known")
def test_a_page_that_needs_signing_in_comes_afterwards(anybody: Browser) -> None:
    asked = anybody.get("/me/profile?x=1", status=303)
    form = asked.response.headers["Location"]
    assert form == "/sign-in?next=/me/profile?x%3D1"

    assert enter(anybody, where=form).response.headers["Location"] == "/me/profile?x=1"


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("next", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_nobody_is_sent_elsewhere(anybody: Browser, next: str) -> None:  # noqa: A002 - the field
    assert enter(anybody, next=next).response.headers["Location"] == "/"


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    "typed",
    [
        {"password": "wrong password"},
        {"name": "nobody@example.org"},
        {"name": ""},
        {"password": ""},
        {"name": "lin\x00@example.org"},
    ],
)
def test_every_failure_says_the_same(anybody: Browser, typed: dict[str, str]) -> None:
    page = enter(anybody, status=422, **typed)

    said = page.find("[role=alert]")
    assert "没有登录成功：账号或密码不对，或者账号还没有激活。" in said.get_text()
    assert "/activate" in page.links()
    assert PASSWORD not in str(page.soup)
    anybody.get("/me", status=303).response.headers["Location"].startswith("/sign-in")


def test_who_is_not_activated_is_led_to_activation(anybody: Browser, store: Store) -> None:
    builders.a_person(store, email="lin@example.org", password_hash=None, activated_at=None)

    assert "/activate" in enter(anybody, status=422).links()


@pytest.mark.usefixtures("known")
def test_too_many_attempts_say_how_long_to_wait(anybody: Browser) -> None:
    for _ in range(5):
        enter(anybody, status=422, password="wrong password")

    held = enter(anybody, status=429)
    assert "请在 15 分钟后再试" in held.text
    assert "/forgot" in held.links()


def test_a_form_without_token_is_refused(anybody: Browser, known: Someone) -> None:
    data = {"name": "lin@example.org", "password": PASSWORD}
    response = anybody.client.post("/sign-in", data=data)

    assert response.status_code == 400
    anybody.get("/me", status=303)
    assert known.id


def test_who_is_signed_in_needs_no_form(as_: Callable[[Someone], Browser], member: Someone) -> None:
    page = as_(member).get("/sign-in?next=/me/profile", status=303)

    assert page.response.headers["Location"] == "/me/profile"


def test_signing_out_ends_the_sign_in_on_the_server(
    app: Flask, anybody: Browser, known: Someone, store: Store
) -> None:
    enter(anybody)
    stolen = Browser(app)
    cookie = anybody.client.get_cookie("cpd_session")
    assert cookie is not None
    stolen.client.set_cookie("cpd_session", cookie.value)
    stolen.get("/me")

    question = anybody.get("signin.ask_to_sign_out")
    assert question.has("form[data-module~=signout] [data-unsent][hidden]")
    gone = anybody.submit(question, "form[data-module~=signout]")

    assert gone.response.headers["Location"] == "/sign-in"
    assert store.one(select(SignIn)).ended_at is not None
    for browser in (anybody, stolen):
        browser.get("/me", status=303).response.headers["Location"].startswith("/sign-in")
    assert known.id


def test_a_sign_in_that_was_ended_elsewhere_is_over_here(
    as_: Callable[[Someone], Browser], member: Someone
) -> None:
    phone, desktop = as_(member), as_(member)
    page = desktop.get("me.account.sign_ins")
    assert len(page.all("main .list-row")) == 2
    assert "本机" in page.text

    desktop.submit(page, "form[action$='/1/end']")

    assert phone.get("/me", status=303).response.headers["Location"].startswith("/sign-in")
    assert len(desktop.get("me.account.sign_ins").all("main .list-row")) == 1


def test_all_others_are_ended_at_once(as_: Callable[[Someone], Browser], member: Someone) -> None:
    others, here = [as_(member), as_(member)], as_(member)
    here.submit(here.get("me.account.sign_ins"), "form[action$='end-others']")

    assert "其他设备都已退出登录。" in here.get("me.account.sign_ins").text
    for browser in others:
        browser.get("/me", status=303)


def test_ending_ones_own_sign_in_is_signing_out(
    as_: Callable[[Someone], Browser], member: Someone
) -> None:
    browser = as_(member)
    gone = browser.post("me.account.end_sign_in", sign_in_id=1)

    assert gone.response.headers["Location"] == "/sign-in"
    browser.get("/me", status=303)


def test_nobody_ends_what_is_not_theirs(
    as_: Callable[[Someone], Browser], member: Someone, other_member: Someone
) -> None:
    as_(member)
    as_(other_member).post("me.account.end_sign_in", sign_in_id=1, status=404)


def test_sensitive_acts_ask_for_the_password_again(
    anybody: Browser, known: Someone, at: Callable[[str], datetime]
) -> None:
    enter(anybody)
    anybody.get("me.account.password")
    at("2026-10-22 09:16")

    asked = anybody.get("me.account.password", status=303)
    location = asked.response.headers["Location"]
    assert location.startswith("/confirm?next=/me/password")
    wrong = anybody.submit(anybody.get(location), "main form", status=422, password="wrong")
    assert "密码不对" in wrong.text
    right = anybody.submit(wrong, "main form", password=PASSWORD)

    assert right.response.headers["Location"].startswith("/me/password")
    anybody.get("me.account.password")
    assert known.id


def test_the_password_again_is_throttled_too(anybody: Browser, known: Someone) -> None:
    enter(anybody)
    for _ in range(5):
        anybody.post("signin.confirm_password", {"password": "wrong"}, status=422)

    held = anybody.post("signin.confirm_password", {"password": PASSWORD}, status=429)
    assert "15 分钟" in held.text
    assert known.id


def test_a_forgotten_password_is_answered_alike_for_all(
    anybody: Browser, known: Someone, store: Store
) -> None:
    pages = [
        anybody.submit(anybody.get("signin.forgot"), "main form", status=200, name=name)
        for name in ("lin@example.org", "nobody@example.org")
    ]

    assert pages[0].text == pages[1].text
    assert "几分钟内会收到一封带代码的信" in pages[0].text
    assert [j.subject_id for j in store.all(select(Job))] == [known.id]


@pytest.mark.usefixtures("known")
def test_too_many_letters_say_how_long_to_wait(anybody: Browser) -> None:
    form = anybody.get("signin.forgot")
    for _ in range(3):
        anybody.submit(form, "main form", status=200, name="lin@example.org")

    held = anybody.submit(form, "main form", status=429, name="lin@example.org")
    assert "60 分钟后可以再申请" in held.text


def test_an_empty_name_is_asked_for(anybody: Browser) -> None:
    page = anybody.post("signin.order_code", {"name": " "}, status=422)

    assert page.has("[aria-invalid=true]")


@pytest.mark.parametrize("where", ["/sign-in", "/forgot", "/activate", "/privacy"])
def test_pages_before_sign_in_speak_english_too(anybody: Browser, where: str) -> None:
    switched = anybody.post("switches.switch", {"locale": "en", "next": where})
    assert switched.response.headers["Location"] == where

    page = anybody.get(where)
    assert page.find("html")["lang"] == "en"
    shown = page.text.replace("中文", "")
    assert not any("\u4e00" <= c <= "\u9fff" for c in shown), shown


def test_a_merged_accounts_browser_is_nobodys(
    as_: Callable[[Someone], Browser], member: Someone, other_member: Someone, store: Store
) -> None:
    browser = as_(member)
    with store.session() as session:
        session.get_one(Person, member.id).merged_into_id = other_member.id

    browser.get("/me", status=303).response.headers["Location"].startswith("/sign-in")
