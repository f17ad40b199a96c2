"""Events over the API: the contract for machines, and who may."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cpd_app import clock
from cpd_app.models import Event
from tests.support import builders
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
BODY = {
    "title": "柔性直流研讨会",
    "kind": "conference",
    "level": "national",
    "venue": "示范会议中心一号厅",
    "starts_at": "2099-12-01T09:00:00+08:00",
    "ends_at": "2099-12-01T17:00:00+08:00",
    "open_to": "public",
    "sessions": [
        {
            "title": "主会场",
            "starts_at": "2099-12-01T09:00:00+08:00",
            "ends_at": "2099-12-01T12:00:00+08:00",
            "credited": True,
        },
        {
            "title": "参观",
            "starts_at": "2099-12-01T13:00:00+08:00",
            "ends_at": "2099-12-01T17:00:00+08:00",
            "credited": False,
        },
    ],
}


def post(browser: Browser, path: str, body: dict[str, Any], status: int) -> dict[str, Any]:
    """The JSON that a POST answers with."""
    return dict(browser.api("POST", f"/api/v1/events{path}", json=body, status=status).get_json())


def test_an_event_is_planned_submitted_approved_and_read(
    as_: As, organiser: Someone, auditor: Someone
):
    browser = as_(organiser)

    made = post(browser, "", BODY, 201)

    assert (made["state"], made["hours"], made["credited_minutes"]) == ("draft", 4, 180)
    assert made["starts_at"] == "2099-12-01T09:00:00+08:00"
    assert [s["credited"] for s in made["sessions"]] == [True, False]
    assert made["level"] == "national"
    assert made["lines"]
    number = made["id"]
    assert post(browser, f"/{number}/submission", {}, 200)["state"] == "submitted"
    approved = post(as_(auditor), f"/{number}/approval", {}, 200)
    assert (approved["state"], approved["approved_hours"]) == ("approved", 4)
    read = browser.api("GET", f"/api/v1/events/{number}", status=200).get_json()
    assert read["needs_approval"] is False


def test_a_repeated_key_gives_the_first_event(as_: As, organiser: Someone, store: Store):
    browser, body = as_(organiser), {**BODY, "key": str(uuid.uuid4())}

    first, again = post(browser, "", body, 201), post(browser, "", body, 200)

    assert first["id"] == again["id"]
    assert store.count(Event) == 1


def test_local_times_are_read_in_the_events_zone(as_: As, organiser: Someone):
    body = {
        **BODY,
        "zone": "Europe/Berlin",
        "starts_at": "2099-07-01T09:00",
        "ends_at": "2099-07-01T12:00",
        "sessions": [],
    }

    made = post(as_(organiser), "", body, 201)

    assert made["starts_at"] == "2099-07-01T09:00:00+02:00"
    assert made["sessions"][0]["title"] == BODY["title"]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"title": ""}, "missing_field", "title"),
        ({"kind": "paper"}, "not_an_event_kind", "kind"),
        ({"kind": 7}, "unknown_kind", "kind"),
        ({"level": None}, "missing_field", "level"),
        ({"level": "galactic"}, "unknown_value", "level"),
        ({"colour": "red"}, "unknown_field", "colour"),
        ({"starts_at": None}, "missing_field", "starts_at"),
        ({"starts_at": "2099-12-01"}, "invalid", "starts_at"),
        ({"starts_at": 7}, "invalid", "starts_at"),
        ({"ends_at": "2099-12-01T08:00:00+08:00"}, "ends_before_start", "ends_at"),
        ({"zone": "Asia/Nowhere"}, "unknown_zone", "zone"),
        ({"zone": "Europe/Berlin", "starts_at": "2099-03-29T02:30"}, "no_such_time", "starts_at"),
        ({"open_to": "friends"}, "unknown_value", "open_to"),
        ({"sessions": [{"title": "无时间"}]}, "invalid", "sessions"),
        ({"key": "no uuid"}, "invalid", "key"),
    ],
)
def test_what_is_refused_says_what_and_where(
    as_: As, organiser: Someone, store: Store, change: dict[str, Any], code: str, field: str
):
    answer = post(as_(organiser), "", {**BODY, **change}, 422)

    assert answer["code"] == code
    assert field in answer["errors"]
    assert store.count(Event) == 0


def test_who_may_plan_over_the_api(
    as_: As, organiser: Someone, member: Someone, stranger: Someone, auditor: Someone
):
    home = {**BODY, "society": "home"}

    assert post(as_(organiser), "", home, 201)
    assert post(as_(stranger), "", home, 404)["code"] == "not_found"
    for someone in (member, auditor):
        assert post(as_(someone), "", home, 403)["code"] == "not_allowed"


def test_whoever_plans_for_two_societies_says_which(
    as_: As, organiser: Someone, stranger: Someone, store: Store
):
    builders.a_role(store, organiser.person, "organiser", stranger.society)
    browser = as_(organiser)

    assert post(browser, "", BODY, 422)["code"] == "choose_society"
    assert post(browser, "", {**BODY, "society": "other"}, 201)["organiser"] == "外地学会"


def test_the_federation_plans_for_itself(as_: As, federation: Someone, store: Store):
    made = post(as_(federation), "", BODY, 201)

    assert store.get(Event, made["id"]).society_id is None


def test_late_submission_and_refusal_need_reasons(as_: As, organiser: Someone, auditor: Someone):
    past = {
        **BODY,
        "starts_at": "2020-12-01T09:00:00+08:00",
        "ends_at": "2020-12-01T17:00:00+08:00",
        "sessions": [],
    }
    browser, staff = as_(organiser), as_(auditor)
    number = post(browser, "", past, 201)["id"]

    assert post(browser, f"/{number}/submission", {}, 422)["code"] == "late_reason_missing"
    post(browser, f"/{number}/submission", {"late_reason": "补报"}, 200)
    refused = post(staff, f"/{number}/approval", {"approved": False}, 422)
    assert refused["code"] == "reason_missing"
    back = post(staff, f"/{number}/approval", {"approved": False, "reason": "写明茶歇"}, 200)
    assert (back["state"], back["answer"]) == ("draft", "写明茶歇")


def test_an_open_event_is_closed_once(as_: As, organiser: Someone, member: Someone, store: Store):
    assert organiser.society
    event = builders.an_event(store, organiser.person, organiser.society)
    path = f"/{event.id}/closing"

    assert post(as_(member), path, {}, 404)["code"] == "not_found"
    assert post(as_(organiser), path, {}, 200)["state"] == "closed"
    assert post(as_(organiser), path, {}, 200)["state"] == "closed"


def test_a_member_reads_what_is_announced_but_not_how_it_was_judged(
    as_: As, organiser: Someone, member: Someone, stranger: Someone, store: Store
):
    soon = clock.now() + timedelta(days=3)
    event = builders.an_event(
        store, organiser.person, organiser.society, around=soon, state="approved",
        late_reason="补报",
    )  # fmt: skip
    draft = builders.an_event(
        store, organiser.person, organiser.society, state="draft", approved_at=None
    )

    read = as_(member).api("GET", f"/api/v1/events/{event.id}", status=200).get_json()

    assert read["title"] == event.title
    assert "late_reason" not in read
    for someone, number in ((member, draft.id), (stranger, event.id)):
        as_(someone).api("GET", f"/api/v1/events/{number}", status=404)
