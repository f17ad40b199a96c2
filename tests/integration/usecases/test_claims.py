"""A claim becomes one person's scan, or a guest's; its receipt shows, undoes and hands it on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app import clock
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.models import Correction, JournalEntry, RosterEntry, Scan
from cpd_app.policy import Actor
from cpd_app.usecases import checkin, receipts
from cpd_app.usecases.checkin import CheckedIn, Guest
from cpd_app.usecases.claims import Claim
from cpd_app.usecases.receipts import Receipt
from tests.support import builders
from tests.support.checkins import Room, Time
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
Sends = Callable[..., CheckedIn]
ClaimOf = Callable[[str], Claim]
GUEST = Guest("吴来宾", "某设计院", phone="138 0000 1234")
NOBODY = Actor(person_id=None, origin="guest")


def entry_of(store: Store, someone: Someone) -> RosterEntry:
    return store.one(select(RosterEntry).where(RosterEntry.person_id == someone.id))


def test_of_a_claim_only_one_person_has_a_scan(
    do: Do,
    store: Store,
    claim_of: ClaimOf,
    room: Room,
    member: Someone,
    other_member: Someone,
):
    claim = claim_of(room.code())
    do(checkin.finish_claim, member.actor, claim, now=clock.now())
    again = do(checkin.finish_claim, member.actor, claim, now=clock.now())

    with pytest.raises(Conflict, match="claim_used"):
        do(checkin.finish_claim, other_member.actor, claim, now=clock.now())

    assert not again.created
    assert store.count(Scan) == 1
    assert store.count(RosterEntry) == 1


def test_a_guest_is_pending_and_the_same_guest_leaves_by_the_same_entry(
    do: Do, store: Store, claim_of: ClaimOf, room: Room, time: Time
):
    came = do(checkin.finish_as_guest, NOBODY, claim_of(room.code()), GUEST, now=clock.now())
    time.goes_on(hours=1)
    left = claim_of(room.code("out"))
    do(checkin.finish_as_guest, NOBODY, left, Guest(" 吴来宾", "别处", "13800001234"), now=time.now)
    time.goes_on(minutes=1)
    again = claim_of(room.code("out"))
    do(checkin.finish_as_same_guest, NOBODY, again, came.receipt, now=clock.now())

    entry = store.one(select(RosterEntry))
    assert came.outcome == "pending"
    assert (entry.state, entry.pending_reason, entry.phone, entry.person_id) == (
        "pending",
        "guest",
        "+8613800001234",
        None,
    )
    assert store.count(Scan, Scan.entry_id == entry.id) == 3
    assert entry.inside_session_id is None


def test_a_guest_on_the_organisers_list_is_that_entry(
    do: Do, store: Store, claim_of: ClaimOf, room: Room
):
    listed = builders.an_entry(
        store, room.event, name="吴来宾", number="ee 12", number_key="EE12", state="listed",
        pending_reason=None, source="list",
    )  # fmt: skip
    guest = Guest("吴来宾", "某设计院", number="EE 12")

    done = do(checkin.finish_as_guest, NOBODY, claim_of(room.code()), guest, now=clock.now())

    assert done.outcome == "accepted"
    assert store.one(select(Scan.entry_id)) == listed.id


@pytest.mark.parametrize(
    ("guest", "code"),
    [
        (Guest("吴来宾", "某设计院"), "guest_unknown"),
        (Guest("吴来宾", "某设计院", phone="12"), "phone_bad"),
    ],
)
def test_a_guest_must_be_found_again(
    guest: Guest, code: str, do: Do, claim_of: ClaimOf, room: Room
):
    with pytest.raises(Rejected, match=code):
        do(checkin.finish_as_guest, NOBODY, claim_of(room.code()), guest, now=clock.now())


def test_a_receipt_of_a_member_makes_nobody_a_guest(
    do: Do, claim_of: ClaimOf, room: Room, member: Someone
):
    done = do(checkin.finish_claim, member.actor, claim_of(room.code()), now=clock.now())
    claim = claim_of(room.code("out"))

    with pytest.raises(NotFound):
        do(checkin.finish_as_same_guest, NOBODY, claim, done.receipt, now=clock.now())


def test_a_wrong_scan_is_undone_beside_it_and_the_position_follows(
    do: Do,
    sends: Sends,
    store: Store,
    room: Room,
    member: Someone,
    other_member: Someone,
    time: Time,
):
    sends(member, room.code())
    time.goes_on(minutes=3)
    wrong = sends(member, room.code("out"))
    for _ in range(2):
        do(receipts.undo_scan, member.actor, wrong.receipt, now=clock.now())

    correction = store.one(select(Correction))
    assert (correction.verb, correction.by_role, correction.by_id) == (
        "reversal",
        "self",
        member.id,
    )
    assert store.count(Scan) == 2
    assert entry_of(store, member).inside_session_id == room.session.id
    assert do(receipts.result_of, wrong.receipt).undone
    assert store.count(JournalEntry, JournalEntry.verb == "scan.undone") == 1
    with pytest.raises(NotFound):
        do(receipts.undo_scan, other_member.actor, wrong.receipt, now=clock.now())
    forged = Receipt(correction.scan_id or 0, "claim:another")
    with pytest.raises(NotFound):
        do(receipts.undo_scan, member.actor, forged, now=clock.now())


def test_after_ten_minutes_a_scan_is_the_organisers_to_correct(
    do: Do, sends: Sends, room: Room, member: Someone, time: Time
):
    done = sends(member, room.code())
    time.goes_on(minutes=10, seconds=1)

    with pytest.raises(Rejected, match="undo_too_late"):
        do(receipts.undo_scan, member.actor, done.receipt, now=clock.now())


def test_handing_the_phone_on_keeps_the_moment_for_ten_minutes_in_all(
    do: Do,
    store: Store,
    claim_of: ClaimOf,
    room: Room,
    member: Someone,
    other_member: Someone,
    time: Time,
):
    scanned_at = time.now
    done = do(checkin.finish_claim, member.actor, claim_of(room.code()), now=time.now)
    time.goes_on(minutes=4)
    claim = do(receipts.hand_on, member.actor, done.receipt, now=time.now)
    second = do(checkin.finish_claim, other_member.actor, claim, now=time.goes_on(minutes=1))
    kept = store.one(select(Scan).where(Scan.by_id == other_member.id))
    time.goes_on(minutes=6)

    assert (kept.at, kept.received_at) == (scanned_at, scanned_at + timedelta(minutes=5))
    assert do(receipts.hand_on, other_member.actor, second.receipt, now=time.now) is None
