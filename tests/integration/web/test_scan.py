"""扫码 over HTTP: the page without script, and scans that the outbox sends."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from cpd_app.domain.room_codes import Direction, bucket_at, code_of
from cpd_app.models import Event, Scan, Statement
from tests.support import builders
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[..., Browser]
At = Callable[[str], datetime]


@pytest.fixture
def event(store: Store, organiser: Someone, at: At) -> Event:
    """An event of 08:00 to 12:00; it is ten."""
    now = at("2027-03-12 10:00:04")
    return builders.an_event(store, organiser.person, organiser.society, around=now)


def code(event: Event, moment: datetime, direction: Direction = Direction.IN) -> str:
    session = event.sessions[0]
    return code_of(session.id, session.code_key, direction, bucket_at(moment))


def send(browser: Browser, **body: Any) -> TestResponse:
    return browser.client.post(
        "/outbox/scans",
        json={"key": str(uuid4()), **body},
        headers={"Accept": "application/json", "X-CSRFToken": browser.csrf()},
    )


def test_the_page_takes_the_six_characters_without_script(
    as_: As, member: Someone, event: Event
) -> None:
    page = as_(member).get("scan.index")
    assert page.heading == "扫码"
    form, _fields = page.form("form.reader__typed")
    assert form["action"] == "/check-in/code"
    assert page.find("[data-part=camera]").has_attr("hidden")
    assert event.id


def test_a_scan_is_kept_once_and_its_page_shown(
    as_: As, store: Store, member: Someone, event: Event, at: At
) -> None:
    browser, key = as_(member), str(uuid4())
    now = at("2027-03-12 10:00:07")
    first = send(browser, code=code(event, now), key=key, scanned_at=now.isoformat())
    assert first.status_code == 201
    assert first.json == {
        "outcome": "accepted",
        "title": f"签到 {event.title}",
        "message": "已记下。",
        "result": "/check-in/done",
    }
    assert browser.get("/check-in/done").heading == "已签到"
    again = send(browser, code=code(event, now), key=key, scanned_at=now.isoformat())
    assert again.status_code == 200
    assert store.count(Scan) == 1


def test_a_scan_without_network_counts_from_its_bucket(
    as_: As, store: Store, member: Someone, event: Event, at: At
) -> None:
    read = at("2027-03-12 10:00:07")
    at("2027-03-12 18:30:00")
    answer = send(as_(member), code=code(event, read), scanned_at=read.isoformat())
    assert answer.status_code == 201
    [kept] = store.all(select(Scan))
    assert kept.marks == ["late"]
    assert kept.at == read.replace(second=0)


def test_one_that_comes_after_three_days_is_a_statement(
    as_: As, store: Store, member: Someone, event: Event, at: At
) -> None:
    read = at("2027-03-12 10:00:07")
    at("2027-03-15 10:30:00")
    answer = send(as_(member), code=code(event, read), scanned_at=read.isoformat())
    assert answer.status_code == 201
    assert answer.json
    assert answer.json["outcome"] == "kept_as_statement"
    assert answer.json["result"] is None
    assert (store.count(Scan), store.count(Statement)) == (0, 1)


def test_what_is_refused_says_why(as_: As, store: Store, member: Someone, event: Event) -> None:
    browser = as_(member)
    old = event.sessions[0].starts_at
    cases: list[tuple[dict[str, Any], str]] = [
        ({"code": code(event, old)}, "code_expired"),
        ({"code": "234567892345678"}, "wrong_code"),
        ({"code": ""}, "invalid"),
        ({"code": "x", "scanned_at": "yesterday"}, "invalid"),
    ]
    for body, wanted in cases:
        answer = send(browser, **body)
        assert (answer.status_code, answer.json and answer.json["code"]) == (422, wanted)
        assert answer.json
        assert answer.json["message"]
        linked = f"/events/{event.id}/" in answer.json.get("statement", "")
        assert linked is (wanted == "code_expired")
    assert store.count(Scan) == 0


def test_the_outbox_hears_the_time(as_: As, member: Someone, at: At) -> None:
    now = at("2027-03-12 10:00:00")
    said = as_(member).client.get("/outbox/who", headers={"Accept": "application/json"}).json
    assert said
    assert said["now"] == now.timestamp() * 1000
