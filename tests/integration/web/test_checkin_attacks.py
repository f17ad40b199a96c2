"""What people try with room codes, and what comes of it."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.checkin import Reading
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.domain.room_codes import ALPHABET, MAC_LENGTH, TAIL, Direction, digits_of
from cpd_app.models import Attendance, Event, RosterEntry, Scan, Society
from cpd_app.policy import Actor
from cpd_app.usecases import attendance, claims, stewards
from cpd_app.usecases.door import DoorScan, scan_at_door
from cpd_app.usecases.guessing import guesser, network_of
from tests.support import builders
from tests.support.checkins import Room, Time, check_in, confirm, scan
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
Do = Callable[..., Any]
CHECKINS = "/api/v1/checkins"


def sent(browser: Browser, code: str, *, status: int = 422, **over: Any) -> str:
    """Send a code as the app does; the code of the refusal, or the outcome."""
    body = {"code": code, "key": str(uuid.uuid4()), **over}
    answer = browser.api("POST", CHECKINS, status=status, json=body).get_json()
    return str(answer.get("outcome") or answer["code"])


def another(character: str) -> str:
    """Any other character of the alphabet."""
    return ALPHABET[(ALPHABET.index(character) + 1) % len(ALPHABET)]


def test_a_code_that_was_forwarded_is_worth_three_minutes(
    as_: As, store: Store, room: Room, member: Someone, other_member: Someone, time: Time
):
    """Somebody in the room sends a photo of the screen to somebody at home."""
    code = room.code()
    time.goes_on(seconds=170)
    assert sent(as_(other_member), code, status=201) == "accepted"
    assert store.one(select(Scan.code_age)) == 173
    time.goes_on(seconds=15)

    page = scan(as_(member), code, status=422)

    assert page.heading == "码已过期"
    statement = next(link for link in page.links() if link.endswith("/statement"))
    assert statement == f"/events/{room.event.id}/statement"
    assert sent(as_(member), code) == "code_expired"


def test_a_forwarded_code_that_claims_to_have_waited_is_kept_with_its_mark(
    as_: As, store: Store, room: Room, member: Someone, time: Time
):
    """The price of offline scans: nobody can tell them from this; the mark is for a person."""
    code, read_at = room.code(), time.now
    time.goes_on(hours=2)

    assert sent(as_(member), code, status=201, scanned_at=read_at.isoformat()) == "accepted"
    assert store.one(select(Scan.marks)) == ["late"]


def test_the_address_of_a_claim_gives_nothing_to_another_browser(
    as_: As, anybody: Browser, room: Room, member: Someone
):
    page = scan(anybody, room.code())

    there = as_(member).get(page.response.request.path)

    assert there.heading == "扫码签到"
    assert not there.has("form[data-at-once]")


def test_a_claim_that_was_copied_is_worth_one_scan(
    as_: As, store: Store, room: Room, member: Someone, other_member: Someone
):
    mine, theirs = as_(member), as_(other_member)
    page = scan(mine, room.code())
    held = mine.client.get_cookie("cpd_claim")
    assert held
    confirm(mine, page)

    theirs.client.set_cookie("cpd_claim", held.value)
    refused = theirs.submit(theirs.get("checkin.index"), "form[data-at-once]", status=409)

    assert refused.heading == "已被用过"
    assert theirs.client.get_cookie("cpd_claim") is None
    mine.client.set_cookie("cpd_claim", held.value)
    assert confirm(mine, mine.get("checkin.index")).heading == "已签到"
    assert store.count(Scan) == 1
    assert store.count(RosterEntry) == 1


def test_a_claim_that_was_written_by_somebody_else_is_none(
    as_: As, room: Room, member: Someone, time: Time
):
    browser = as_(member)
    forged = claims.sealed(claims.Claim(
        str(uuid.uuid4()), room.session.id, Direction.IN, "room_code",
        Reading(time.now, 0), time.now,
    ), "another key of some length")  # fmt: skip
    for value in (forged, "nonsense", f"{forged}x"):
        browser.client.set_cookie("cpd_claim", value)
        assert browser.get("checkin.index").heading == "扫码签到"


def test_a_forged_bucket_is_no_code(as_: As, room: Room, member: Someone):
    code = room.code()
    place = len(code) - MAC_LENGTH - 1

    for forged in (
        code[:place] + another(code[place]) + code[place + 1 :],
        code[:-1] + another(code[-1]),
    ):
        assert sent(as_(member), forged) == "wrong_code"


def test_the_code_of_one_session_opens_no_other(as_: As, store: Store, room: Room, member: Someone):
    other = builders.a_session(store, room.event, title="分会场")
    moved = digits_of(other.id * 4) + room.code()[-TAIL:]

    assert sent(as_(member), moved) == "wrong_code"
    turned = digits_of(room.session.id * 4 + 1) + room.code()[-TAIL:]
    assert sent(as_(member), turned) == "wrong_code", "a code to come in does not check out"
    printed = digits_of(room.session.id * 4 + 2) + room.code()[-TAIL:]
    assert sent(as_(member), printed) == "wrong_code", "nor is it a printed one"


def test_guessing_typed_codes_is_stopped_after_ten_and_for_that_account_only(
    as_: As, room: Room, member: Someone, other_member: Someone, time: Time
):
    browser = as_(member)
    for guess in range(10):
        assert sent(browser, f"22222{ALPHABET[guess]}") == "wrong_code"

    assert sent(browser, room.typed()) == "too_many_codes"
    page = browser.post("checkin.type_code", {"code": room.typed()}, status=429)
    assert "分钟后再试" in page.text
    assert sent(as_(other_member), room.typed(), status=201) == "accepted"
    assert sent(browser, room.code(), status=201) == "accepted", "the QR is not guessed"
    time.goes_on(minutes=16)
    assert sent(browser, room.typed("out"), status=201) == "accepted"


def test_guessing_without_an_account_is_stopped_by_browser_and_by_network(
    anybody: Browser, room: Room
):
    def typed(code: str, status: int) -> None:
        anybody.post("checkin.type_code", {"code": code}, status=status)

    anybody.client.set_cookie("cpd_device", str(uuid.uuid4()))
    for guess in range(10):
        typed(f"2222{ALPHABET[guess]}2", 422)
    typed(room.typed(), 429)

    # whoever throws the cookie away is still in the same network
    anybody.client.delete_cookie("cpd_device")
    for guess in range(50):
        typed(f"222{ALPHABET[guess % 31]}{ALPHABET[guess // 31]}2", 422)
    typed(room.typed(), 429)


def test_guessing_from_everywhere_shuts_nobody_out_who_does_not_guess(
    do: Do, a_room: Callable[..., Room], time: Time
):
    """300 misses at a session make it impatient with who misses, and with nobody else."""
    hall, later = a_room(), a_room()
    networks = [guesser(None, f"198.51.{n // 250}.{n % 250}") for n in range(30)]
    for by in networks:
        for _ in range(10):
            assert do(claims.find_typed, "222222", by=by, now=time.now).claim is None

    # in a network that has missed often its code is not even compared; from elsewhere it is good
    for _ in range(5):
        do(claims.find_typed, "222222", by=networks[0], now=time.now)
    refused = do(claims.find_typed, hall.typed(), by=networks[0], now=time.now).refusal
    assert refused is not None
    assert refused.code == "too_many_codes"
    fresh = guesser(None, "203.0.113.7", str(uuid.uuid4()))
    assert do(claims.find_typed, hall.typed(), by=fresh, now=time.now).claim is not None
    assert do(claims.find_typed, later.typed(), by=fresh, now=time.now).claim is not None

    # a session that opens afterwards has not been guessed at
    opened = a_room()
    assert do(claims.find_typed, opened.typed(), by=networks[0], now=time.now).claim is not None
    time.goes_on(minutes=16)
    assert do(claims.find_typed, hall.typed(), by=networks[0], now=time.now).claim is not None


def test_a_subscriber_of_ipv6_is_one_network():
    assert network_of("2001:db8:1:2::5") == network_of("2001:db8:1:2:ffff::1")
    assert network_of("2001:db8:1:2::5") != network_of("2001:db8:1:3::5")
    assert network_of("203.0.113.7") != network_of("203.0.113.8")
    assert network_of("-") == "-"


def test_typed_characters_live_for_two_buckets_only(
    as_: As, room: Room, member: Someone, time: Time
):
    typed = room.typed()
    time.goes_on(seconds=20)

    assert sent(as_(member), typed) == "wrong_code"


def test_one_phone_for_thirty_members_is_flagged_and_not_refused(
    as_: As, do: Do, store: Store, room: Room, society: Society, time: Time
):
    phone = str(uuid.uuid4())
    for _ in range(30):
        person = builders.a_person(store)
        someone = Someone(person, society, builders.a_registration(store, person, society))
        browser = as_(someone)
        browser.client.set_cookie("cpd_device", phone)
        assert sent(browser, room.code(), status=201) == "accepted"
        time.goes_on(seconds=1)
    time.goes_on(hours=6)

    do(attendance.settle_stale, now=time.now, today=time.now.date())

    assert store.count(Scan, Scan.device == phone) == 30
    flags = store.all(select(Attendance.flags))
    assert len(flags) == 30
    assert all("one_device" in {f["code"] for f in of_one} for of_one in flags)


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("closed", "checkin_closed"),
        ("settled", "checkin_closed"),
        ("cancelled", "checkin_closed"),
        ("draft", "checkin_not_open"),
        ("submitted", "checkin_not_open"),
    ],
)
def test_a_visitor_at_an_event_that_is_not_open(
    state: str, code: str, as_: As, a_room: Callable[..., Room], member: Someone, time: Time
):
    room = a_room(state=state, closed_at=time.now - timedelta(minutes=5))

    assert sent(as_(member), room.code()) == code


def test_a_claim_does_not_outlive_the_settlement(
    as_: As, store: Store, room: Room, member: Someone
):
    browser = as_(member)
    page = scan(browser, room.code())
    with store.session() as session:
        session.get_one(Event, room.event.id).state = "settled"

    assert browser.submit(page, "form[data-at-once]", status=422).heading == "已经结束"


@pytest.mark.parametrize("what", ["attendance", "registrations"])
def test_who_runs_another_event_reads_nothing_of_this_one(
    what: str, as_: As, a_room: Callable[..., Room], organiser: Someone, stranger: Someone
):
    mine = a_room(organiser.person)

    as_(stranger).api("GET", f"/api/v1/events/{mine.event.id}/{what}", status=404)


def test_a_stewards_phone_ends_with_the_event_and_scans_at_no_other(
    do: Do, store: Store, a_room: Callable[..., Room], organiser: Someone, time: Time
):
    here, elsewhere = a_room(organiser.person), a_room(organiser.person)
    entry = builders.an_entry(store, elsewhere.event)
    code = do(stewards.add_steward, organiser.actor, here.event.id, "东门", now=time.now).code
    secret = do(stewards.pair_phone, code, address="-", now=time.now).secret
    phone = do(stewards.phone_of, secret, here.event.id, now=time.now)
    actor = Actor(None, "door", steward_id=phone.steward_id, steward_event_id=here.event.id)
    new = DoorScan(str(uuid.uuid4()), entry_id=entry.id)

    with pytest.raises(NotFound):
        do(scan_at_door, actor, elsewhere.event.id, new, now=time.now)
    assert do(stewards.phone_of, secret, elsewhere.event.id, now=time.now) is None
    time.goes_on(days=5)
    assert do(stewards.phone_of, secret, here.event.id, now=time.now) is None


def test_nobody_can_scan_for_somebody_else(
    as_: As, store: Store, room: Room, member: Someone, other_member: Someone
):
    """A body that names another person is refused; the subject is whoever signed in."""
    for name in ("person_id", "user_id", "member"):
        assert sent(as_(member), room.code(), **{name: other_member.id}) == "invalid"
    check_in(as_(member), room.code())

    assert store.one(select(RosterEntry.person_id)) == member.id


def test_a_code_to_come_is_no_code(as_: As, room: Room, member: Someone, time: Time):
    """Who holds a screen's key could make codes ahead; they are taken when their time comes."""
    ahead = room.code(at=time.now + timedelta(minutes=5))
    assert sent(as_(member), ahead) == "wrong_code"
    with pytest.raises(Rejected, match="wrong_code"):
        claims.claim_of("", now=time.now)
