"""Defects that people reported of rotating codes elsewhere, each with its thread, and not ours.

Numbers are those of danmarsden/moodle-mod_attendance.
"""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event, select

from cpd_app.models import Correction, RosterEntry, Scan
from cpd_app.usecases.passwords import choose
from tests.support import builders
from tests.support.checkins import Room, Time, as_guest, check_in, confirm, scan
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
CHECKINS = "/api/v1/checkins"
PASSWORD = "correct horse battery 9"


def key() -> str:
    return str(uuid.uuid4())


def test_713_signing_in_slowly_does_not_cost_the_scan(
    app: Flask, anybody: Browser, store: Store, room: Room, member: Someone, time: Time
):
    """Elsewhere the code had gone before the person was known: the login was not fast enough."""
    with app.app_context():
        chosen = choose(PASSWORD, known=())
    with store.session() as session:
        session.merge(member.person).password_hash = chosen.password_hash
    scanned_at = time.now

    page = scan(anybody, room.code())
    time.goes_on(minutes=9)
    anybody.submit(
        page, "form[action='/sign-in']", name=member.person.email, password="wrong", status=422
    )
    sent = anybody.submit(
        page, "form[action='/sign-in']", name=member.person.email, password=PASSWORD
    )
    done = confirm(anybody, anybody.follow(sent))

    assert done.heading == "已签到"
    kept = store.one(select(Scan))
    assert (kept.at, kept.received_at) == (scanned_at, scanned_at + timedelta(minutes=9))


def test_713_the_six_characters_and_the_qr_are_of_one_bucket(
    as_: As, room: Room, member: Someone, organiser: Someone, a_room: Callable[..., Room]
):
    """A room's screen shows both, so whoever cannot scan types."""
    room = a_room(organiser.person)
    path = f"/api/v1/events/{room.event.id}/sessions/{room.session.id}/code"
    shown = as_(organiser).api("GET", path, status=200).get_json()

    by_qr = as_(member).api(
        "POST", CHECKINS, status=201, json={"code": shown["code"], "key": key()}
    )
    typed = {"code": shown["short_code"], "key": key()}
    by_hand = as_(member).api("POST", CHECKINS, status=201, json=typed)

    assert by_qr.get_json()["session"] == by_hand.get_json()["session"]
    assert by_hand.get_json()["outcome"] == "already_checked_in"


def test_847_522_523_every_code_of_the_last_minutes_is_taken_however_often_screens_reload(
    as_: As, a_room: Callable[..., Room], organiser: Someone, member: Someone, time: Time
):
    """Elsewhere a reload interleaves a second batch and only the two earliest are compared."""
    room = a_room(organiser.person)
    path = f"/api/v1/events/{room.event.id}/sessions/{room.session.id}/code"
    screens = [as_(organiser), as_(organiser)]
    shown: list[str] = []
    for _ in range(18):
        codes = {screen.api("GET", path, status=200).get_json()["code"] for screen in screens * 2}
        assert len(codes) == 1
        shown += codes
        time.goes_on(seconds=10)
    time.goes_on(seconds=-10)

    browser = as_(member)
    for code in reversed(shown):
        browser.api("POST", CHECKINS, status=201, json={"code": code, "key": key()})
    assert len(set(shown)) == 18


def test_639_522_no_clock_but_the_servers_decides(
    as_: As, store: Store, room: Room, member: Someone, time: Time
):
    """A projector or phone that is wrong by hours; the bucket travels in the code."""
    for wrong in (timedelta(hours=-9), timedelta(days=400)):
        said = {"scanned_at": (time.now + wrong).isoformat()}
        body = {"code": room.code(), "key": key(), **said}
        as_(member).api("POST", CHECKINS, status=201, json=body)

    assert {(s.at, tuple(s.marks)) for s in store.all(select(Scan))} == {(time.now, ())}


def test_746_scanning_too_early_does_not_spoil_the_scan_in_time(
    as_: As, store: Store, room: Room, member: Someone, time: Time
):
    """Elsewhere a cookie of five minutes is bound to the first attempt."""
    browser = as_(member)
    time.goes_on(hours=-3, minutes=-1)
    assert scan(browser, room.code(), status=422).heading == "还没有开始"
    time.goes_on(minutes=2)

    assert check_in(browser, room.code()).heading == "已签到"
    assert store.count(Scan) == 1


def test_746_who_comes_before_the_beginning_is_in(
    as_: As, store: Store, room: Room, member: Someone, time: Time
):
    """An early scan inside the window is no error; it counts from the start of the session."""
    time.goes_on(hours=-2, minutes=-30)

    assert check_in(as_(member), room.code()).heading == "已签到"
    assert store.one(select(Scan.at)) < room.session.starts_at


def test_807_a_good_scan_opens_its_own_session_and_no_later_one(
    as_: As, store: Store, a_room: Callable[..., Room], member: Someone
):
    room = a_room(sessions=3)
    done = check_in(as_(member), room.code())

    assert {s.session_id for s in store.all(select(Scan))} == {room.session.id}
    assert not any("/C/" in link for link in done.links())
    later = Room(room.event, room.event.sessions[2])
    assert scan(as_(member), later.code(), status=422).heading == "还没有开始"


def test_884_a_scan_is_one_small_request_and_a_few_statements(
    engine: Engine, as_: As, store: Store, room: Room, member: Someone
):
    """Elsewhere every scan is a full page and many queries, and a hall of people brings it down."""
    builders.an_entry(store, room.event, member.person)
    browser = as_(member)
    body = {"code": room.code(), "key": key()}
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement.split(maxsplit=1)[0])

    event.listen(engine, "before_cursor_execute", note)
    answer = browser.api("POST", CHECKINS, status=201, json=body)
    event.remove(engine, "before_cursor_execute", note)

    statements = [word for word in seen if word != "BEGIN"]
    assert len(answer.data) < 600
    # who signed in, their roles; the room, the person moves, the scan, the journal
    kept = ["WITH"] if engine.dialect.name == "postgresql" else ["UPDATE", "INSERT", "INSERT"]
    assert statements == ["SELECT", "SELECT", "SELECT", *kept]


def test_917_the_one_who_is_marked_is_the_one_who_signed_in(
    as_: As, store: Store, room: Room, member: Someone, other_member: Someone
):
    """Elsewhere an outside program names any user and any marker, and is believed."""
    for name in ("user_id", "person_id", "by_id", "outcome"):
        body = {"code": room.code(), "key": key(), name: other_member.id}
        as_(member).api("POST", CHECKINS, status=422, json=body)
    as_(member).api("POST", CHECKINS, status=201, json={"code": room.code(), "key": key()})

    kept = store.one(select(Scan))
    assert store.one(select(RosterEntry.person_id)) == kept.by_id == member.id


def test_356_where_phones_or_screens_fail_there_is_paper_and_a_form(
    as_: As, anybody: Browser, store: Store, room: Room, member: Someone
):
    """A printed sheet, the six characters, and name and number without any account."""
    assert check_in(as_(member), room.printed()).heading == "已签到"
    anybody.post("checkin.type_code", {"code": room.typed()})
    as_guest(anybody, anybody.get("checkin.index"))

    sources = {s.source: s.marks for s in store.all(select(Scan))}
    assert sources == {"static_code": ["static_code"], "typed_code": []}
    assert store.count(Correction) == 0
