"""Check-ins for machines: statuses, JSON, the code of a screen."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select

from cpd_app.models import ApiToken, Scan, SignInAttempt
from cpd_app.usecases.attempts import subject
from cpd_app.usecases.signin import hash_of
from tests.support.checkins import Room, Time
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
CHECKINS = "/api/v1/checkins"


def key() -> str:
    return str(uuid.uuid4())


def test_a_scan_answers_201_and_its_repeat_200(as_: As, room: Room, member: Someone):
    body = {"code": room.code(), "key": key()}
    browser = as_(member)

    first = browser.api("POST", CHECKINS, status=201, json=body).get_json()
    again = browser.api("POST", CHECKINS, status=200, json=body).get_json()

    assert first == again
    assert first == {
        "outcome": "accepted",
        "message": "已记下。",
        "direction": "in",
        "session": {"id": room.session.id, "title": room.session.title},
        "event": {"id": room.event.id, "title": room.event.title},
        "at": "2026-10-22T01:02:03Z",
        "next": {
            "code": "check_out",
            "at": "2026-10-22T02:32:00Z",
            "message": "10:32 起扫签退码，入口处和屏幕上都有。",
        },
    }


def test_leaving_leads_to_hours(as_: As, room: Room, member: Someone, time: Time):
    browser = as_(member)
    browser.api("POST", CHECKINS, status=201, json={"code": room.code(), "key": key()})
    time.goes_on(hours=1)

    out = {"code": room.code("out"), "key": key()}
    answer = browser.api("POST", CHECKINS, status=201, json=out).get_json()

    assert (answer["outcome"], answer["direction"]) == ("accepted", "out")
    assert (answer["next"]["code"], answer["next"]["at"]) == ("hours", None)


@pytest.mark.parametrize("of", ["link", "typed", "printed"])
def test_every_form_of_a_code_is_taken(of: str, as_: As, store: Store, room: Room, member: Someone):
    codes = {
        "link": f"HTTPS://CPD.EXAMPLE.ORG/C/{room.code()}",
        "typed": room.typed(),
        "printed": room.printed(),
    }

    as_(member).api("POST", CHECKINS, status=201, json={"code": codes[of], "key": key()})

    sources = {"link": "room_code", "typed": "typed_code", "printed": "static_code"}
    assert store.one(select(Scan.source)) == sources[of]


def test_typed_characters_may_be_sent_again_after_they_have_gone(
    as_: As, room: Room, member: Someone, time: Time
):
    body = {"code": room.typed(), "key": key()}
    browser = as_(member)
    browser.api("POST", CHECKINS, status=201, json=body)
    time.goes_on(minutes=2)

    browser.api("POST", CHECKINS, status=200, json=body)


@pytest.mark.parametrize(
    ("minutes", "code"),
    [
        (-200, "checkin_not_open"),
        (200, "checkin_closed"),
    ],
)
def test_outside_the_window_the_code_says_why(
    minutes: int, code: str, as_: As, room: Room, member: Someone, time: Time
):
    time.goes_on(minutes=minutes)
    answer = as_(member).api("POST", CHECKINS, status=422, json={"code": room.code(), "key": key()})

    assert answer.get_json()["code"] == code
    assert list(answer.get_json()["errors"]) == ["code"]


@pytest.mark.parametrize("code", ["", "ABC", "7DZ5TRYKS4BT", "不是码", "https://example.org/"])
def test_what_is_no_code_is_refused(code: str, as_: As, room: Room, member: Someone):
    del room
    answer = as_(member).api("POST", CHECKINS, status=422, json={"code": code, "key": key()})

    assert answer.get_json()["code"] == ("invalid" if code == "" else "wrong_code")


def test_a_body_must_say_a_key_and_a_moment_with_its_zone(as_: As, room: Room, member: Someone):
    browser = as_(member)
    body = {"code": room.code(), "key": "once"}
    assert "key" in browser.api("POST", CHECKINS, status=422, json=body).get_json()["errors"]
    body = {"code": room.code(), "key": key(), "scanned_at": "2026-10-22T09:00:00"}
    assert "scanned_at" in browser.api("POST", CHECKINS, status=422, json=body).get_json()["errors"]


def test_a_miss_of_typed_characters_is_counted_although_it_is_refused(
    as_: As, store: Store, room: Room, member: Someone
):
    as_(member).api("POST", CHECKINS, status=422, json={"code": "222222", "key": key()})

    # once for the account, once for the only session that is open
    hashes = set(store.all(select(SignInAttempt.subject_hash)))
    subjects = (subject("typed_person", member.id), subject("typed_session", room.session.id))
    assert hashes == {one.digest for one in subjects}


def test_a_bearer_token_scans_for_its_person(
    anybody: Browser, store: Store, room: Room, member: Someone, time: Time
):
    token = "cpd_" + "t" * 43
    store.add(
        ApiToken(
            person_id=member.id,
            name="app",
            token_hash=hash_of(token),
            scopes=["checkins:write"],
            created_at=time.now,
        )
    )

    answer = anybody.client.post(
        CHECKINS,
        json={"code": room.code(), "key": key()},
        headers={"Authorization": f"Bearer {token}"},
    )

    assert answer.status_code == 201
    assert store.one(select(Scan.by_id)) == member.id


def test_the_screens_code_is_for_who_runs_the_event(
    as_: As,
    a_room: Callable[..., Room],
    organiser: Someone,
    member: Someone,
    stranger: Someone,
):
    room = a_room(organiser.person)
    path = f"/api/v1/events/{room.event.id}/sessions/{room.session.id}/code"

    shown = as_(organiser).api("GET", f"{path}?direction=out", status=200).get_json()

    assert shown["code"] == room.code("out")
    assert shown["short_code"] == room.typed("out")
    assert shown["url"].endswith(f"/C/{shown['code']}")
    assert shown["expires_at"] == "2026-10-22T01:02:10Z"
    as_(member).api("GET", path, status=404)
    as_(stranger).api("GET", path, status=404)
    as_(organiser).api("GET", f"{path}?direction=up", status=422)
