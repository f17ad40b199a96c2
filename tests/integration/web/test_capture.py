"""用手机拍: a phone that is not signed in adds photos to one record, for ten minutes."""

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from cpd_app.models import Activity, CaptureLink, File, JournalEntry
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.photos import a_jpeg, a_png
from tests.support.store import Store

As = Callable[[Someone], Browser]
At = Callable[[str], Any]


@pytest.fixture
def record(do: Callable[..., Any], member: Someone, at: At) -> Activity:
    now = at("2025-06-02 10:00")
    new = NewActivity("training", "变压器检修培训", None, date(2024, 5, 6), fields={"minutes": 90})
    activity: Activity = do(log_activity, member.actor, new, now=now, today=now.date()).activity
    return activity


@pytest.fixture
def desk(as_: As, member: Someone, record: Activity) -> Browser:
    """The member's computer with the code on it."""
    browser = as_(member)
    browser.submit(browser.get("evidence.index", activity_id=record.id), "form[action$=capture]")
    return browser


def link_on(desk: Browser, record: Activity) -> str:
    """The path that the code leads to."""
    page = desk.get("capture.desk", activity_id=record.id)
    return urlsplit(page.find("figcaption").get_text(strip=True)).path


def test_the_desk_shows_a_code_of_the_public_address(desk: Browser, record: Activity):
    page = desk.get("capture.desk", activity_id=record.id)
    image = desk.fetch("capture.code", activity_id=record.id)

    assert re.fullmatch(r"/c/[\w-]{22}", link_on(desk, record))
    assert "2025年6月2日 10:10 前有效" in page.text
    assert image.mimetype == "image/svg+xml"
    assert b"<svg" in image.data
    assert b"<style" not in image.data


def test_the_database_does_not_know_the_link(desk: Browser, record: Activity, store: Store):
    token = link_on(desk, record).removeprefix("/c/")

    assert token not in store.one(select(CaptureLink)).token_hash


def test_a_phone_sends_photos_and_the_desk_sees_them_arrive(
    desk: Browser, anybody: Browser, member: Someone, record: Activity, store: Store
):
    path = link_on(desk, record)
    page = anybody.get(path)
    assert "变压器检修培训" in page.text
    assert member.person.name not in page.text

    page = anybody.follow(
        anybody.submit(
            page,
            file=[(io.BytesIO(a_jpeg()), "1.jpg"), (io.BytesIO(a_png()), "2.png")],
            secrecy="declassified",
        )
    )

    assert "已收到，电脑上马上能看到。" in page.text
    assert "已传 2 张，电脑上马上能看到。" in page.text
    assert page.has("input[name=proofs][value=notice]")
    arrived = desk.fetch("capture.arrived", activity_id=record.id).get_data(as_text=True)
    assert "已收到 2 张" in arrived
    assert arrived.count("<img") == 2
    file = store.all(select(File))[0]
    assert (file.person_id, file.secrecy_by_id, file.secrecy) == (
        member.id, member.id, "declassified",
    )  # fmt: skip
    entry = store.all(select(JournalEntry).where(JournalEntry.verb == "file.received"))[0]
    assert (entry.actor_id, entry.origin) == (member.id, "capture")


def test_a_script_on_the_phone_hears_why_a_file_was_refused(
    desk: Browser, anybody: Browser, record: Activity
):
    path = link_on(desk, record)

    def send(**fields: Any) -> Any:
        fields["csrf_token"] = anybody.csrf()
        return anybody.client.post(path, data=fields, headers={"Accept": "application/json"})

    unsaid = send(file=(io.BytesIO(a_jpeg()), "1.jpg"))
    none = send(secrecy="none")
    kept = send(file=(io.BytesIO(a_jpeg()), "1.jpg"), secrecy="none")

    assert (unsaid.status_code, unsaid.json["code"]) == (422, "bad_secrecy")
    assert (none.status_code, none.json["code"]) == (422, "no_file")
    assert kept.status_code == 201


def test_after_ten_minutes_the_link_is_dead(
    desk: Browser, anybody: Browser, record: Activity, at: At, store: Store
):
    path = link_on(desk, record)
    page = anybody.get(path)
    at("2025-06-02 10:10")

    assert "这个二维码已经过期" in anybody.get(path, status=404).text
    anybody.submit(page, status=404, file=(io.BytesIO(a_jpeg()), "1.jpg"), secrecy="none")
    answer = anybody.client.post(
        path,
        data={"csrf_token": anybody.csrf(), "secrecy": "none"},
        headers={"Accept": "application/json"},
    )
    assert (answer.status_code, answer.get_json()["code"]) == (404, "capture_over")
    assert store.count(File) == 0
    assert "已经过期" in desk.get("capture.desk", activity_id=record.id).text
    desk.fetch("capture.arrived", activity_id=record.id, status=286)
    desk.fetch("capture.code", activity_id=record.id, status=404)


def test_done_ends_the_link_and_a_new_code_ends_the_old_one(
    desk: Browser, anybody: Browser, record: Activity
):
    first = link_on(desk, record)
    desk.post("capture.begin", activity_id=record.id)
    second = link_on(desk, record)
    anybody.get(first, status=404)
    anybody.get(second)

    desk.post("capture.end", activity_id=record.id)
    anybody.get(second, status=404)


def test_a_made_up_link_opens_nothing(anybody: Browser):
    anybody.get("/c/AAAAAAAAAAAAAAAAAAAAAA", status=404)


def test_a_link_gives_the_phone_nothing_else(desk: Browser, anybody: Browser, record: Activity):
    anybody.get(link_on(desk, record))

    for path in (f"/activities/{record.id}", f"/activities/{record.id}/evidence", "/"):
        assert anybody.client.get(path).status_code == 303
