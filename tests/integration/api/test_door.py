"""The door's API: what machines and our own page send, and who is refused."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from cpd_app import access
from cpd_app.models import Event, RosterEntry, Scan, Steward
from tests.support import builders
from tests.support.doors import a_steward, pass_for, with_phone
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-10-22 09:00")


@pytest.fixture
def event(store: Store, organiser: Someone, now: datetime) -> Event:
    return builders.an_event(store, organiser.person, organiser.society, around=now)


@pytest.fixture
def entry(store: Store, event: Event, member: Someone) -> RosterEntry:
    return builders.an_entry(store, event, member.person)


@pytest.fixture
def steward(store: Store, event: Event) -> Steward:
    return a_steward(store, event)


@pytest.fixture
def phone(app: Flask, steward: Steward) -> Browser:
    return with_phone(Browser(app), steward)


def body(event: Event, **over: Any) -> dict[str, Any]:
    return {
        "session_id": event.sessions[0].id,
        "direction": "in",
        "key": str(uuid.uuid4()),
        **over,
    }


def test_a_paired_phone_scans_a_pass_once(
    phone: Browser, event: Event, entry: RosterEntry, store: Store
):
    path = f"/api/v1/events/{event.id}/scans"
    sent = body(
        event, **{"pass": pass_for(event, entry), "scanned_at": "2026-10-22T09:00:00+08:00"}
    )
    first = phone.api("POST", path, json=sent, status=201).get_json()
    again = phone.api("POST", path, json=sent, status=200).get_json()

    assert first == again
    assert first["outcome"] == "accepted"
    assert first["entry"] == {
        "id": entry.id, "name": "张会员", "number": None, "unit": "测试单位",
    }  # fmt: skip
    assert first["session"] == {"id": event.sessions[0].id, "title": "场次1"}
    assert first["at"] == "2026-10-22T01:00:00Z"
    assert store.count(Scan) == 1


def test_the_same_scan_at_another_door_says_both_times(
    app: Flask, phone: Browser, event: Event, entry: RosterEntry, store: Store
):
    path = f"/api/v1/events/{event.id}/scans"
    west = with_phone(Browser(app), a_steward(store, event, name="西门"))
    phone.api("POST", path, json=body(event, entry_id=entry.id), status=201)
    second = west.api("POST", path, json=body(event, entry_id=entry.id), status=201).get_json()

    assert second["outcome"] == "already_checked_in"
    assert second["others"] == [{"at": "2026-10-22T01:00:00Z", "door": "东门"}]


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"pass": "PWRONG"}, "wrong_pass"),
        ({"number": "no such"}, "not_on_roster"),
        ({}, "whom_unclear"),
        ({"pass": "P", "direction": "up"}, "invalid"),
        ({"pass": "P", "scanned_at": "2026-10-22T09:00:00"}, "invalid"),
        ({"pass": "P", "scanned_at": "0001-01-01T00:00:00+14:00"}, "invalid"),
        ({"pass": "P", "key": "1"}, "invalid"),
        ({"walk_in": {"name": " "}}, "invalid"),
        ({"entry_id": "1"}, "invalid"),
    ],
)
def test_refusals_have_stable_codes(phone: Browser, event: Event, over: dict[str, Any], code: str):
    answer = phone.api(
        "POST", f"/api/v1/events/{event.id}/scans", json=body(event, **over), status=422
    )

    assert answer.get_json()["code"] == code


def test_somebody_who_walks_in_is_pending(phone: Browser, event: Event, store: Store):
    sent = body(event, walk_in={"name": "赵来宾", "phone": "13800001234"})
    answer = phone.api("POST", f"/api/v1/events/{event.id}/scans", json=sent, status=201)

    assert answer.get_json()["outcome"] == "pending"
    assert store.get(RosterEntry, answer.get_json()["entry"]["id"]).phone == "+8613800001234"


def test_a_scan_can_be_taken_back(phone: Browser, event: Event, entry: RosterEntry, store: Store):
    path = f"/api/v1/events/{event.id}/scans"
    made = phone.api("POST", path, json=body(event, entry_id=entry.id), status=201).get_json()
    phone.api("POST", f"{path}/{made['id']}/reversal", status=204)

    assert store.get(RosterEntry, entry.id).inside_session_id is None
    phone.api("POST", f"{path}/999/reversal", status=404)


def test_an_organiser_scans_with_their_own_account(
    as_: As, organiser: Someone, event: Event, entry: RosterEntry
):
    path = f"/api/v1/events/{event.id}/scans"

    as_(organiser).api("POST", path, json=body(event, entry_id=entry.id), status=201)


def test_revoked_settled_and_expired_phones_are_refused(
    at: Callable[[str], datetime], phone: Browser, event: Event, entry: RosterEntry,
    steward: Steward, store: Store, now: datetime,
):  # fmt: skip
    path = f"/api/v1/events/{event.id}/scans"

    def refused() -> bool:
        answer = phone.api("POST", path, json=body(event, entry_id=entry.id), status=401)
        return answer.get_json()["code"] == "not_paired"

    with store.session() as session:
        session.get_one(Steward, steward.id).revoked_at = now
    assert refused()
    with store.session() as session:
        session.get_one(Steward, steward.id).revoked_at = None
        session.get_one(Event, event.id).state = "settled"
    assert refused()
    with store.session() as session:
        session.get_one(Event, event.id).state = "closed"
    at((event.sessions[0].closes_at + timedelta(hours=72)).isoformat())
    assert refused()
    assert store.count(Scan) == 0


def test_a_phone_needs_the_token_of_its_page(
    phone: Browser, event: Event, entry: RosterEntry, store: Store
):
    sent = body(event, entry_id=entry.id)
    answer = phone.client.post(f"/api/v1/events/{event.id}/scans", json=sent)

    assert (answer.status_code, answer.get_json()["code"]) == (400, "csrf")
    assert store.count(Scan) == 0


def test_a_member_who_helps_at_the_door_scans_as_the_door(
    as_: As, member: Someone, event: Event, entry: RosterEntry, steward: Steward, store: Store
):
    path = f"/api/v1/events/{event.id}/scans"
    browser = as_(member)
    browser.api("POST", path, json=body(event, entry_id=entry.id), status=404)
    with_phone(browser, steward).api("POST", path, json=body(event, entry_id=entry.id), status=201)

    assert store.get(Scan, 1).steward_id == steward.id


def test_a_phone_opens_no_other_page_of_the_event(app: Flask, phone: Browser, event: Event):
    """Attendance, roster, plan and papers ask for an account, whichever routes there are."""
    asked, open_to_it = [], []
    for rule in app.url_map.iter_rules():
        if "event_id" not in rule.arguments or "GET" not in (rule.methods or ()):
            continue
        if access.reach_of(app, rule.endpoint) in {"public", "at_the_door"}:
            continue
        values = dict.fromkeys(rule.arguments, 1) | {"event_id": event.id}
        path = app.url_map.bind("localhost").build(rule.endpoint, values)
        answer = phone.client.get(path, headers={"Accept": "application/json"})
        asked.append(rule.endpoint)
        if answer.status_code != 401:
            open_to_it.append((rule.endpoint, answer.status_code))

    assert "roster.index" in asked
    assert open_to_it == []


def test_a_member_asks_for_their_own_pass(
    as_: As, member: Someone, stranger: Someone, event: Event, entry: RosterEntry
):
    path = f"/api/v1/events/{event.id}/pass"
    mine = as_(member).api("GET", path, status=200).get_json()

    assert mine == {"pass": pass_for(event, entry), "name": "张会员", "number": None}
    as_(stranger).api("GET", path, status=404)
