"""The app on the phone: what the server gives for it, and what it takes from the outbox."""

import dataclasses
import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from cpd_app import assets
from cpd_app.models import Activity
from cpd_app.web.pwa import MANIFEST_ICONS, stored_files
from tests.support.page import Browser, faults_of
from tests.support.people import Someone
from tests.support.store import Store

SignIn = Callable[[Someone], Browser]
JSON = {"Accept": "application/json"}


@pytest.fixture(autouse=True)
def moment(at: Callable[[str], object]) -> None:
    at("2026-11-20 09:00")


def config_of(browser: Browser) -> dict[str, Any]:
    script = browser.fetch("/sw.js").get_data(as_text=True)
    found = re.match(r"const CPD = (\{.*?\});\n", script)
    assert found
    config: dict[str, Any] = json.loads(found[1])
    return config


def stored_pages(browser: Browser) -> dict[str, str]:
    pages: dict[str, str] = json.loads(browser.fetch("/offline/pages").data)["pages"]
    return pages


def send(browser: Browser, *, status: int, headers: dict[str, str] | None = None, **over: Any):
    body = {"kind": "training", "title": "继电保护培训", "ended_on": "2026-05-06", "minutes": "90"}
    given = {"csrf_token": browser.csrf(), **body, **over}
    response = browser.client.post(
        "/outbox/records", data=given, headers={**JSON, **(headers or {})}
    )
    assert response.status_code == status, response.get_data(as_text=True)
    return response.json


# the manifest


@pytest.mark.parametrize(
    ("lang", "name", "shortcut"),
    [
        ("zh", "工程会员继续教育学时", "记一笔"),
        ("en", "CPD hours of engineering members", "Log an activity"),
    ],
)
def test_the_manifest_speaks_both_languages(anybody: Browser, lang: str, name: str, shortcut: str):
    response = anybody.fetch(f"/manifest.webmanifest?lang={lang}")
    manifest = json.loads(response.data)

    assert response.mimetype == "application/manifest+json"
    assert (manifest["name"], manifest["shortcuts"][0]["name"]) == (name, shortcut)
    assert manifest["shortcuts"][0]["url"] == "/activities/new"
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == (
        "/",
        "/",
        "standalone",
    )
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}


def test_the_icons_of_the_manifest_are_there(anybody: Browser):
    assert all((assets.SOURCE / "icons" / name).exists() for name, _size, _why in MANIFEST_ICONS)
    for icon in json.loads(anybody.fetch("/manifest.webmanifest").data)["icons"]:
        assert anybody.fetch(icon["src"]).mimetype == "image/png"


def test_every_page_names_the_manifest_in_its_language(anybody: Browser):
    page = anybody.get("/sign-in")

    assert page.find("link[rel=manifest]")["href"] == "/manifest.webmanifest?lang=zh"


# the worker


def test_the_worker_serves_the_whole_site_and_is_never_kept(anybody: Browser):
    response = anybody.fetch("/sw.js")

    assert response.mimetype == "text/javascript"
    assert response.headers["Service-Worker-Allowed"] == "/"
    assert response.headers["Cache-Control"] == "no-cache"
    assert config_of(anybody)["release"] == assets.release()


def test_the_worker_stores_files_that_exist(anybody: Browser):
    config = config_of(anybody)

    assert config["files"]
    for address in config["files"]:
        assert anybody.fetch(address).headers.get("Cache-Control") != "no-store, private", address
    script = (assets.SOURCE / "js/sw.js").read_text("utf-8")
    parts = re.search(r"importScripts\(\.\.\.\[([^\]]+)\]", script)
    assert parts
    for part in re.findall(r'"([a-z-]+)"', parts[1]):
        anybody.fetch(f"{config['root']}vendor/workbox/workbox-{part}.js")
    for own in re.findall(r"importScripts\(`\$\{CPD.root\}(js/[\w-]+\.js)`\)", script):
        anybody.fetch(config["root"] + own)


def test_stored_pages_find_all_they_link_to_in_the_store(as_: SignIn, member: Someone):
    browser = as_(member)
    stored = set(config_of(browser)["files"])
    own = ("/", "/activities", "/readiness", "/how-it-adds-up", "/me/messages", "/renewal")
    shown = {address: browser.get(address).soup for address in own}
    ahead = {a: BeautifulSoup(html, "html.parser") for a, html in stored_pages(browser).items()}

    lost = {
        (address, str(found))
        for address, soup in {**shown, **ahead}.items()
        for tag in soup.select("link[rel=stylesheet], script[src]")
        if (found := tag.get("href") or tag.get("src")) not in stored
        and not tag.find_parent("noscript")
    }

    assert not lost


def test_pages_and_worker_agree_on_which_pages_are_kept():
    kept = [
        re.findall(
            r"^(?:export )?const KEPT = (.+);$",
            (assets.SOURCE / name).read_text("utf-8"),
            re.MULTILINE,
        )
        for name in ("js/sw.js", "js/lib/kept.js")
    ]

    assert kept[0] == kept[1]
    assert len(kept[0]) == 1


def test_scripts_of_the_desk_and_large_pictures_are_not_stored():
    assert "css/components/staff.css" not in stored_files()
    assert "js/modules/projector.js" not in stored_files()
    # a sixth of it calls the reader of codes, which is stored by itself when it is first needed
    assert sum((assets.SOURCE / name).stat().st_size for name in stored_files()) < 388 * 1024


def test_the_reader_of_codes_has_an_address_of_its_own_from_release_to_release(anybody: Browser):
    config = config_of(anybody)
    assert re.fullmatch(r"/decoder-[0-9a-f]{12}", config["decoder"])
    assert f"{config['root']}vendor/zxing/reader.wasm" not in config["files"]
    served = anybody.fetch(f"{config['root']}vendor/zxing/reader.wasm")
    assert served.mimetype == "application/wasm"


def test_the_kill_switch_serves_a_worker_that_goes(app: Flask, as_: SignIn, member: Someone):
    app.config["CPD"] = dataclasses.replace(app.config["CPD"], offline=False)
    browser = as_(member)
    script = browser.fetch("/sw.js").get_data(as_text=True)

    assert "registration.unregister()" in script
    assert "importScripts" not in script
    assert browser.get("/me").find("[data-worker]")["data-worker"] == "off"


# pages stored ahead


def test_pages_stored_ahead_are_sound_and_hold_nothing_of_the_member(as_: SignIn, member: Someone):
    browser = as_(member)
    pages = stored_pages(browser)
    assert member.registration

    assert {"/offline", "/outbox", "/scan", "/activities/new"} <= set(pages)
    assert "/activities/new/standard" in pages
    for address, html in pages.items():
        assert list(faults_of(BeautifulSoup(html, "html.parser"))) == [], address
        for own in (member.person.name, member.registration.number, member.person.email):
            assert str(own) not in html
        assert not re.search(r'name="csrf_token" value="[^"]', html), address
        assert not re.search(r'name="key" value="[^"]', html), address


def test_there_is_a_form_for_every_kind_that_can_be_chosen(as_: SignIn, member: Someone):
    pages = stored_pages(as_(member))
    chosen = BeautifulSoup(pages["/activities/new"], "html.parser").select("a.kind")

    assert {str(tile["href"]) for tile in chosen} == {
        address for address in pages if address.startswith("/activities/new/")
    }


def test_who_has_no_registration_has_no_forms(as_: SignIn, registrar: Someone):
    assert set(stored_pages(as_(registrar))) == {"/offline", "/outbox", "/scan"}


def test_storing_ahead_takes_no_message_from_the_next_page(as_: SignIn, member: Someone):
    browser = as_(member)
    answer = send(browser, status=201, then="open")
    browser.fetch("/offline/pages")

    assert "已保存" in browser.get(f"/activities/{answer['id']}").find(".flash").get_text()


def test_the_offline_page_and_the_outbox_are_sound(anybody: Browser, as_: SignIn, member: Someone):
    assert anybody.get("/offline").heading == "没有网络"
    assert as_(member).get("/outbox").heading == "待发送"


# whose session it is


def test_pages_say_whose_they_are(as_: SignIn, anybody: Browser, member: Someone):
    browser = as_(member)

    assert browser.fetch("/me").headers["X-Member"] == str(member.id)
    assert "X-Member" not in browser.fetch("/sw.js").headers
    assert "X-Member" not in anybody.fetch("/sign-in").headers


def test_the_outbox_learns_whose_session_it_is(as_: SignIn, anybody: Browser, member: Someone):
    answer = json.loads(as_(member).client.get("/outbox/who", headers=JSON).data)
    refusal = anybody.client.get("/outbox/who", headers=JSON)

    assert answer["member"] == member.id
    assert answer["csrf"]
    assert (refusal.status_code, json.loads(refusal.data)["code"]) == (401, "not_signed_in")


def test_nothing_is_taken_for_another_member_than_the_signed_in_one(
    as_: SignIn, store: Store, member: Someone, other_member: Someone
):
    answer = send(as_(other_member), status=401, headers={"X-Member": str(member.id)})

    assert answer["code"] == "not_signed_in"
    assert store.count(Activity) == 0


# records that arrive


def test_a_record_is_kept_once_however_often_it_comes(as_: SignIn, store: Store, member: Someone):
    browser, key = as_(member), str(uuid.uuid4())
    first = send(browser, status=201, key=key, headers={"X-Member": str(member.id)})
    again = send(browser, status=200, key=key)

    assert (again["id"], again["repeated"]) == (first["id"], True)
    assert store.count(Activity, Activity.person_id == member.id) == 1
    assert first["message"].startswith("已保存，计 2.0 学时")


def test_a_key_with_another_body_is_refused(as_: SignIn, store: Store, member: Someone):
    browser, key = as_(member), str(uuid.uuid4())
    send(browser, status=201, key=key)
    answer = send(browser, status=409, key=key, title="另一条")

    assert answer["code"] == "key_reused"
    assert answer["message"]
    assert store.count(Activity) == 1


def test_a_refusal_names_the_field_and_draws_the_summary(
    as_: SignIn, store: Store, member: Someone
):
    answer = send(as_(member), status=422, ended_on="2026-12-01")

    assert answer["code"] == "not_finished_yet"
    assert list(answer["errors"]) == ["ended_on"]
    assert "error-summary" in answer["summary"]
    assert answer["message"].startswith("结束日期：")
    assert store.count(Activity) == 0


def test_photos_need_the_answer_about_secrecy_before_anything_is_kept(
    as_: SignIn, store: Store, member: Someone
):
    browser = as_(member)

    assert "secrecy" in send(browser, status=422, files="2")["errors"]
    assert store.count(Activity) == 0
    send(browser, status=201, files="2", secrecy="none")


def test_a_kind_that_is_no_longer_there_and_a_lost_token(as_: SignIn, member: Someone):
    browser = as_(member)

    assert send(browser, status=404, kind="gone")["code"] == "not_found"
    assert send(browser, status=400, csrf_token="")["code"] == "csrf"


def test_the_day_of_finishing_decides_not_the_arrival(
    as_: SignIn, member: Someone, at: Callable[[str], object]
):
    at("2026-03-02 09:00")  # the third year ended on the day before
    answer = send(as_(member), status=201, ended_on="2026-02-28")

    assert "第 3 年" in answer["message"]
