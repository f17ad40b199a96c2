"""Phones at the door: paired once, for one event, ended by the organiser or by themselves."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.models import Event, Steward
from cpd_app.policy import Actor
from cpd_app.usecases import attempts, stewards
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]


@pytest.fixture
def invite(do: Do, organiser: Someone, event: Event, now: datetime) -> Callable[..., Any]:
    """A code for one more phone."""

    def make(name: str = "东门") -> stewards.StewardCode:
        made: stewards.StewardCode = do(
            stewards.add_steward, organiser.actor, event.id, name, now=now
        )
        return made

    return make


def pair(do: Do, code: str, now: datetime) -> stewards.Pairing:
    paired: stewards.Pairing = do(stewards.pair_phone, code, address="192.0.2.1", now=now)
    return paired


def test_a_code_pairs_one_phone_and_only_hashes_are_kept(
    app: Flask, do: Do, invite: Callable[..., Any], event: Event, now: datetime, store: Store
):
    made = invite()
    paired = pair(do, made.code.lower().replace("-", " "), now)

    kept = store.get(Steward, made.steward.id)
    assert paired.event_id == event.id
    assert paired.secret not in {kept.token_hash, kept.code_hash}
    assert made.code.replace("-", "") not in {kept.token_hash, kept.code_hash}
    with app.app_context():
        phone = stewards.phone_of(paired.secret, event.id, now=now)
        assert phone is not None
        assert (phone.name, phone.steward_id) == ("东门", kept.id)
        assert stewards.phone_of(paired.secret, event.id + 1, now=now) is None
        assert stewards.phone_of("guessed", event.id, now=now) is None
    assert pair(do, made.code, now).refusal == "pairing_used"


def test_a_code_lasts_a_day(do: Do, invite: Callable[..., Any], now: datetime):
    made = invite()

    assert pair(do, made.code, now + stewards.CODE_LASTS).refusal == "pairing_expired"


def test_guessing_codes_is_stopped_for_the_address(
    do: Do, invite: Callable[..., Any], now: datetime
):
    most = attempts.LIMITS["pairing_address"].most
    for _ in range(most):
        assert pair(do, "2222-2222", now).refusal == "pairing_unknown"

    stopped = pair(do, invite().code, now)
    assert (stopped.refusal, stopped.minutes) == ("pairing_wait", 15)


def test_another_phone_takes_over_and_the_first_one_ends(
    app: Flask, do: Do, invite: Callable[..., Any], organiser: Someone, event: Event, now: datetime
):
    made = invite()
    first = pair(do, made.code, now)
    again = do(stewards.new_code, organiser.actor, event.id, made.steward.id, now=now)
    second = pair(do, again.code, now)

    with app.app_context():
        assert stewards.phone_of(first.secret, event.id, now=now) is None
        assert stewards.phone_of(second.secret, event.id, now=now) is not None


def test_a_revoked_phone_is_nobodys_and_its_code_pairs_no_other(
    app: Flask, do: Do, invite: Callable[..., Any], organiser: Someone, event: Event, now: datetime
):
    made, waiting = invite(), invite("西门")
    paired = pair(do, made.code, now)
    for steward in (made.steward, waiting.steward):
        do(stewards.revoke_steward, organiser.actor, event.id, steward.id, now=now)

    with app.app_context():
        assert stewards.phone_of(paired.secret, event.id, now=now) is None
    assert pair(do, waiting.code, now).refusal == "steward_over"
    with pytest.raises(Rejected, match="steward_over"):
        do(stewards.new_code, organiser.actor, event.id, made.steward.id, now=now)


@pytest.mark.parametrize("state", ["settled", "cancelled"])
def test_phones_end_with_the_event(
    app: Flask,
    do: Do,
    invite: Callable[..., Any],
    organiser: Someone,
    event: Event,
    now: datetime,
    store: Store,
    state: str,
):
    paired = pair(do, invite().code, now)
    with store.session() as session:
        session.get_one(Event, event.id).state = state

    with app.app_context():
        assert stewards.phone_of(paired.secret, event.id, now=now) is None
    with pytest.raises(Rejected, match="doors_over"):
        do(stewards.add_steward, organiser.actor, event.id, "南门", now=now)


def test_phones_end_by_themselves_when_nothing_can_be_sent_any_more(
    app: Flask, do: Do, invite: Callable[..., Any], event: Event, now: datetime
):
    paired = pair(do, invite().code, now)
    end = event.sessions[-1].closes_at + timedelta(hours=72)

    with app.app_context():
        last = end - timedelta(seconds=1)
        assert stewards.phone_of(paired.secret, event.id, now=last) is not None
        assert stewards.phone_of(paired.secret, event.id, now=end) is None


def test_the_steward_gives_the_phone_back(
    app: Flask, do: Do, invite: Callable[..., Any], event: Event, now: datetime
):
    made = invite()
    paired = pair(do, made.code, now)
    door = Actor(None, "door", steward_id=made.steward.id, steward_event_id=event.id)
    do(stewards.leave_door, door, event.id, now=now)

    with app.app_context():
        assert stewards.phone_of(paired.secret, event.id, now=now) is None


def test_the_list_says_what_became_of_each(
    app: Flask,
    do: Do,
    invite: Callable[..., Any],
    organiser: Someone,
    member: Someone,
    event: Event,
    now: datetime,
    store: Store,
):
    paired, waiting, revoked = invite("一"), invite("二"), invite("三")
    pair(do, paired.code, now)
    do(stewards.revoke_steward, organiser.actor, event.id, revoked.steward.id, now=now)
    entry = builders.an_entry(store, event, member.person)
    builders.a_scan(store, entry, event.sessions[0], at=now, steward_id=paired.steward.id)

    with app.app_context():
        rows = stewards.stewards_of(organiser.actor, event.id, now=now)
        later = stewards.stewards_of(organiser.actor, event.id, now=now + stewards.CODE_LASTS)
    assert [(r.steward.name, r.state, r.scans) for r in rows] == [
        ("一", "paired", 1),
        ("二", "waiting", 0),
        ("三", "revoked", 0),
    ]
    assert rows[0].last_scan_at == now
    assert later[1].state == "expired"
    assert waiting.steward.id == rows[1].steward.id


@pytest.mark.parametrize("name", ["", "  ", "长" * 81])
def test_a_door_has_a_name(do: Do, organiser: Someone, event: Event, now: datetime, name: str):
    with pytest.raises(Rejected, match="steward_name_missing"):
        do(stewards.add_steward, organiser.actor, event.id, name, now=now)


def test_only_who_runs_the_event_makes_codes(
    do: Do, member: Someone, stranger: Someone, event: Event, now: datetime
):
    for somebody in (member, stranger):
        with pytest.raises(NotFound):
            do(stewards.add_steward, somebody.actor, event.id, "东门", now=now)


def test_a_steward_of_another_event_is_not_found_here(
    do: Do,
    invite: Callable[..., Any],
    organiser: Someone,
    now: datetime,
    store: Store,
):
    made = invite()
    other = builders.an_event(store, organiser.person, organiser.society, around=now)

    with pytest.raises(NotFound):
        do(stewards.revoke_steward, organiser.actor, other.id, made.steward.id, now=now)


def test_there_is_an_end_to_doors(
    do: Do, organiser: Someone, event: Event, now: datetime, store: Store
):
    store.add(
        *(
            Steward(
                event_id=event.id,
                name=str(n),
                code_expires_at=now,
                created_at=now,
                created_by_id=organiser.id,
            )
            for n in range(stewards.MOST)
        )
    )

    with pytest.raises(Rejected, match="too_many_stewards"):
        do(stewards.add_steward, organiser.actor, event.id, "东门", now=now)
