"""转发 at the desk: set it, see the secret once, try it, turn it off."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug import Request, Response
from werkzeug.serving import make_server

from cpd_app.models import Webhook
from cpd_app.usecases import sealing
from tests.conftest import SECRET
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.serving import Quiet
from tests.support.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse

As = Callable[[Someone], Browser]
PHONE = {"phone": "138 0013 8000"}


class Bridge:
    """A bridge on loopback that answers one status."""

    def __init__(self) -> None:
        self.status = 202
        self.heard: list[dict[str, Any]] = []
        self.web = make_server("127.0.0.1", 0, self.answer, request_handler=Quiet)
        self.url = f"http://127.0.0.1:{self.web.server_port}/send"

    def answer(self, environ: dict[str, Any], start: "StartResponse") -> Iterable[bytes]:
        """Write down what came."""
        self.heard.append(Request(environ).get_json())
        return Response("<b>queued</b>", self.status)(environ, start)


@pytest.fixture
def bridge(app: Flask) -> Iterator[Bridge]:
    """A bridge whose host the settings name."""
    app.config["CPD"] = dataclasses.replace(
        app.config["CPD"], bridge_hosts=frozenset({"127.0.0.1"})
    )
    made = Bridge()
    thread = Thread(target=made.web.serve_forever, daemon=True)
    thread.start()
    yield made
    made.web.shutdown()
    thread.join()
    made.web.server_close()


@pytest.fixture
def set_up(as_: As, registrar: Someone, bridge: Bridge) -> Browser:
    """The registrar's browser, the bridge set."""
    browser = as_(registrar)
    browser.post("bridges.edit", {"name": "短信", "url": bridge.url}, status=200)
    return browser


def test_the_page_says_that_there_is_none_and_what_would_be_sent(as_: As, registrar: Someone):
    page = as_(registrar).get("bridges.index")

    assert page.find("h1").text == "还没有设置转发"
    assert '"kind": "expiry"' in page.text
    assert "X-CPD-Signature" in page.text


def test_the_secret_is_shown_once(as_: As, registrar: Someone, bridge: Bridge, store: Store):
    browser = as_(registrar)
    page = browser.post("bridges.edit", {"name": "短信", "url": bridge.url}, status=200)

    secret = page.find("#secret").text
    assert re.fullmatch(r"cpdb_[\w-]{43}", secret)
    assert store.one(select(Webhook.host)) == bridge.url[7:-5]
    shown = browser.get("bridges.index")
    assert shown.find("h1").text == "请试发一次"
    assert secret not in str(shown.soup)
    assert "/send" not in shown.find("main").text
    renewed = browser.post("bridges.rotate", {}, status=200).find("#secret").text
    assert renewed != secret


def test_a_trial_says_what_the_other_side_said(set_up: Browser, registrar: Someone, bridge: Bridge):
    page = set_up.post("bridges.try_now", PHONE, status=200)

    assert "对方收下了（状态码 202）。" in page.text
    assert "<b>queued</b>" in page.text  # as text, not as markup
    assert page.find("h1").text == "短信转发正常"
    [said] = bridge.heard
    assert said["messages"][0]["kind"] == "trial"
    assert said["to"]["name"] == registrar.person.name
    assert said["to"]["phone"] == "+8613800138000"


def test_a_trial_needs_a_phone(set_up: Browser, bridge: Bridge):
    page = set_up.post("bridges.try_now", {"phone": "none"}, status=422)

    assert "这不像一个手机号" in page.find("#field-phone-error").text
    assert bridge.heard == []


def test_a_trial_that_fails_is_remembered_until_one_works(set_up: Browser, bridge: Bridge):
    bridge.status = 404
    page = set_up.post("bridges.try_now", PHONE, status=200)
    assert "对方没有收下（状态码 404）。" in page.text

    later = set_up.get("bridges.index")
    assert later.find("h1").text == "短信转发不通"
    assert "对方没有收下（状态码 404）。" in later.text

    bridge.status = 422
    assert "联系不到这个人" in set_up.post("bridges.try_now", PHONE, status=200).text
    assert set_up.get("bridges.index").find("h1").text == "短信转发正常"


@pytest.mark.usefixtures("set_up")
def test_after_ten_trials_it_says_when_to_try_again(
    as_: As, registrar: Someone, bridge: Bridge, at: Callable[[str], object]
):
    at("2027-12-01 10:00")
    browser = as_(registrar)
    for _ in range(10):
        browser.post("bridges.try_now", PHONE, status=200)
    page = browser.post("bridges.try_now", PHONE, status=429)

    assert "试发一小时最多十次，请在 60 分钟后再试" in page.find("#field-phone-error").text
    assert len(bridge.heard) == 10
    at("2027-12-01 11:00")
    browser.post("bridges.try_now", PHONE, status=200)


def test_it_is_turned_off_and_on(set_up: Browser):
    set_up.post("bridges.turn", {"on": "false"})
    page = set_up.get("bridges.index")
    assert page.find("h1").text == "短信转发已停用"
    assert "试发一次" not in page.text

    set_up.post("bridges.turn", {"on": "true"})
    assert set_up.get("bridges.index").find("h1").text == "请试发一次"


def test_its_name_changes_without_the_address(set_up: Browser, bridge: Bridge):
    set_up.post("bridges.edit", {"name": "企业微信", "url": ""})

    set_up.post("bridges.try_now", PHONE, status=200)
    assert set_up.get("bridges.index").find("h1").text == "企业微信转发正常"
    assert len(bridge.heard) == 1


@pytest.mark.usefixtures("bridge")
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://169.254.169.254/latest/meta-data", "指向内部网络"),
        ("https://127.0.0.2/", "指向内部网络"),
        ("https://localhost/", "指向内部网络"),
        ("https://2130706433/", "这不是一个可以使用的地址"),
        ("http://hooks.example.org/", "要以 https:// 开头"),
        ("https://hooks.example.org:25/", "不能使用端口 25"),
        ("", "请填写地址"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_beside_its_field(
    as_: As, registrar: Someone, store: Store, url: str, said: str
):
    page = as_(registrar).post("bridges.edit", {"name": "短信", "url": url}, status=422)

    assert said in page.find("#field-url-error").text
    assert page.find("#field-name")["value"] == "短信"
    assert store.count(Webhook) == 0


def test_under_another_key_of_the_service_the_page_says_what_to_do(set_up: Browser):
    sealing.configure("another secret " * 3)
    try:
        page = set_up.post("bridges.try_now", PHONE, status=200)
    finally:
        sealing.configure(SECRET)
    assert "CPD_SECRET_KEY 已换过" in page.text


def test_an_auditor_neither_sees_nor_tries_it(as_: As, auditor: Someone, registrar: Someone):
    browser = as_(auditor)

    browser.get("bridges.index", status=403)
    browser.get("bridges.edit", status=403)
    browser.post("bridges.try_now", PHONE, status=403)
    assert 'href="/staff/bridge"' not in str(browser.get("staff.overview").soup)
    assert 'href="/staff/bridge"' in str(as_(registrar).get("staff.overview").soup)


def test_each_society_has_its_own(set_up: Browser, as_: As, stranger: Someone):
    assert as_(stranger).get("bridges.index").find("h1").text == "还没有设置转发"
    as_(stranger).post("bridges.turn", {"on": "false"}, status=404)
    as_(stranger).post("bridges.rotate", {}, status=404)
    assert set_up.get("bridges.index").find("h1").text == "请试发一次"
