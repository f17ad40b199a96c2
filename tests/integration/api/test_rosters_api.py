"""/api/v1/events/{id}/registrations: oneself, a list by the organiser, and who reads what."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from cpd_app.models import ApiToken, Event, RosterEntry, Society
from cpd_app.usecases.signin import hash_of
from tests.support import builders
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]


@pytest.fixture
def event(
    store: Store, organiser: Someone, society: Society, at: Callable[[str], datetime]
) -> Event:
    """An approved event in a week, with two places."""
    around = at("2026-11-20 14:00") + timedelta(days=7)
    return builders.an_event(
        store, organiser.person, society, around=around, state="approved", capacity=2
    )


def post(browser: Browser, event: Event, body: Any, *, status: int) -> Any:
    path = f"/api/v1/events/{event.id}/registrations"
    return browser.api("POST", path, status=status, json=body).json


def read(browser: Browser, event: Event, query: str = "", *, status: int = 200) -> Any:
    return browser.api("GET", f"/api/v1/events/{event.id}/registrations{query}", status=status).json


def test_a_member_enrols_once(as_: As, store: Store, event: Event, member: Someone):
    assert member.registration
    browser, key = as_(member), str(uuid.uuid4())

    first = post(browser, event, {"key": key}, status=201)
    again = post(browser, event, {"key": key}, status=200)

    (entry,) = first["registrations"]
    assert entry["id"] == again["registrations"][0]["id"]
    assert (entry["created"], again["registrations"][0]["created"]) == (True, False)
    assert (entry["state"], entry["source"], entry["guest"]) == ("listed", "self", False)
    assert (entry["name"], entry["number"]) == ("张会员", member.registration.number)
    assert store.count(RosterEntry) == 1


def test_an_organiser_posts_a_list(as_: As, event: Event, organiser: Someone, member: Someone):
    assert member.registration
    people = [
        {"name": "张会员", "number": member.registration.number},
        {"name": "王来宾", "phone": "139 0000 1111", "unit": "某单位", "key": str(uuid.uuid4())},
    ]
    browser = as_(organiser)

    first = post(browser, event, {"people": people}, status=201)
    again = post(browser, event, {"people": people}, status=200)

    assert [e["guest"] for e in first["registrations"]] == [False, True]
    assert [e["id"] for e in again["registrations"]] == [e["id"] for e in first["registrations"]]
    assert "phone" not in first["registrations"][1]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"people": []}, "invalid"),
        ({"people": [{"number": "1"}]}, "invalid"),
        ({"people": [{"name": "来宾", "phone": "12"}]}, "bad_phone"),
        ({"people": "张会员"}, "invalid"),
        ({"key": "no-uuid"}, "invalid"),
    ],
)
def test_what_is_no_list_is_refused(
    as_: As, store: Store, event: Event, organiser: Someone, body: Any, code: str
):
    assert post(as_(organiser), event, body, status=422)["code"] == code
    assert store.count(RosterEntry) == 0


def test_only_who_runs_the_event_posts_a_list(
    as_: As, event: Event, member: Someone, stranger: Someone
):
    body = {"people": [{"name": "来宾"}]}

    for somebody in (member, stranger):
        assert post(as_(somebody), event, body, status=404)["code"] == "not_found"
    assert post(as_(stranger), event, {}, status=404)["code"] == "not_found"


def test_an_event_that_is_over_is_refused_with_its_code(
    as_: As, event: Event, member: Someone, at: Callable[[str], datetime]
):
    at("2026-12-20 09:00")

    assert post(as_(member), event, {}, status=422)["code"] == "event_over"


def test_who_runs_it_reads_the_roster_and_a_member_only_themselves(
    as_: As, store: Store, event: Event, organiser: Someone, member: Someone, stranger: Someone
):
    for name in ("甲", "乙"):
        builders.an_entry(store, event, name=name, state="listed")
    builders.an_entry(store, event, name="丙", phone="+8613900001111")

    whole = read(as_(organiser), event)
    assert {e["name"] for e in whole["registrations"]} == {"甲", "乙"}
    assert (whole["total"], whole["page"], whole["pages"]) == (2, 1, 1)
    pending = read(as_(organiser), event, "?show=pending&q=丙")
    assert pending["registrations"][0]["pending_reason"] == "guest"
    assert read(as_(member), event)["registrations"] == []
    post(as_(member), event, {}, status=201)
    assert [e["name"] for e in read(as_(member), event)["registrations"]] == ["张会员"]
    assert read(as_(stranger), event, status=404)["code"] == "not_found"


def test_a_token_does_what_its_scope_says(app, store: Store, event: Event, organiser: Someone):
    def call(scope: str, body: Any) -> int:
        token = f"cpd_{scope}"
        store.add(
            ApiToken(
                person_id=organiser.id, name="t", token_hash=hash_of(token), scopes=[scope],
                created_at=builders.LONG_AGO,
            )
        )  # fmt: skip
        return (
            app.test_client()
            .post(
                f"/api/v1/events/{event.id}/registrations",
                json=body,
                headers={"Authorization": f"Bearer {token}"},
            )
            .status_code
        )

    people = {"people": [{"name": "来宾"}]}
    assert call("events:write", people) == 201
    assert call("activities:read", people) in {403, 404}
