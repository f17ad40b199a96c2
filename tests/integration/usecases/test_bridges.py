"""A society's bridge: who sets it, what is kept of address and secret, when it fails and rests."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import NotAllowed, NotFound, Rejected
from cpd_app.models import JournalEntry, JournalValues, Webhook
from cpd_app.usecases import bridges, sealing
from cpd_app.usecases.bridges import NewBridge
from tests.conftest import SECRET
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
URL = "https://hooks.example.org/send?key=abc"
NONE: frozenset[str] = frozenset()


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


@pytest.fixture
def society_id(registrar: Someone) -> int:
    assert registrar.society
    return registrar.society.id


@pytest.fixture
def secret(do: Do, registrar: Someone, society_id: int, now: datetime) -> str:
    new = NewBridge("短信", URL)
    made: str = do(bridges.set_bridge, registrar.actor, society_id, new, allowed=NONE, now=now)
    return made


def test_address_and_secret_are_sealed_and_come_back(
    do: Do, store: Store, society_id: int, secret: str
):
    row = store.one(select(Webhook))

    assert (row.name, row.host, row.active) == ("短信", "hooks.example.org", True)
    assert "example" not in row.url_sealed
    assert secret not in row.secret_sealed
    bridge = do(bridges.bridge_of, society_id)
    assert (bridge.url, bridge.secret) == (URL, secret)
    assert "hooks" not in repr(bridge)
    assert secret not in repr(bridge)


def test_the_journal_knows_the_host_and_neither_address_nor_secret(
    do: Do, store: Store, registrar: Someone, society_id: int, secret: str, now: datetime
):
    second = do(bridges.rotate_secret, registrar.actor, society_id, now=now)
    entries = store.all(select(JournalEntry).order_by(JournalEntry.id))
    values = store.all(select(JournalValues))

    assert [e.verb for e in entries][-2:] == ["bridge.set", "bridge.secret_rotated"]
    written = str([(e.data, e.verb) for e in entries]) + str([v.values for v in values])
    assert "hooks.example.org" in written
    for word in ("key=abc", secret, second):
        assert word not in written


def test_a_new_secret_takes_the_place_of_the_old(
    do: Do, registrar: Someone, society_id: int, secret: str, now: datetime
):
    second = do(bridges.rotate_secret, registrar.actor, society_id, now=now)

    assert second != secret
    assert do(bridges.bridge_of, society_id).secret == second


def test_an_empty_address_keeps_the_one_that_is_there(
    do: Do, registrar: Someone, society_id: int, secret: str, now: datetime
):
    again = do(
        bridges.set_bridge, registrar.actor, society_id, NewBridge("企业微信"),
        allowed=NONE, now=now,
    )  # fmt: skip

    bridge = do(bridges.bridge_of, society_id)
    assert (again, bridge.url, bridge.secret) == ("", URL, secret)


@pytest.mark.parametrize(
    ("new", "code"),
    [
        (NewBridge("", URL), "bridge_name_missing"),
        (NewBridge("长" * 21, URL), "bridge_name_missing"),
        (NewBridge("短信"), "bridge_address_missing"),
        (NewBridge("短信", "https://127.0.0.1/"), "bridge_inside"),
        (NewBridge("短信", "http://hooks.example.org/"), "bridge_not_https"),
    ],
)
def test_what_is_entered_wrongly_is_refused(
    do: Do, store: Store, registrar: Someone, society_id: int, now: datetime,
    new: NewBridge, code: str,
):  # fmt: skip
    with pytest.raises(Rejected, match=code):
        do(bridges.set_bridge, registrar.actor, society_id, new, allowed=NONE, now=now)
    assert store.count(Webhook) == 0


def test_a_bridge_that_is_off_carries_nothing(
    do: Do, registrar: Someone, society_id: int, secret: str, now: datetime
):
    do(bridges.turn_bridge, registrar.actor, society_id, on=False, now=now)
    assert do(bridges.bridge_of, society_id) is None

    do(bridges.turn_bridge, registrar.actor, society_id, on=True, now=now)
    assert do(bridges.bridge_of, society_id).secret == secret


def test_only_the_registrar_sees_and_sets_it(
    do: Do, auditor: Someone, stranger: Someone, society_id: int, secret: str, now: datetime
):
    acts: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = [
        (bridges.bridge_shown, (), {}),
        (bridges.bridge_to_try, ("+8613800138000",), {"now": now}),
        (bridges.set_bridge, (NewBridge("短信", URL),), {"allowed": NONE, "now": now}),
        (bridges.rotate_secret, (), {"now": now}),
        (bridges.turn_bridge, (), {"on": False, "now": now}),
    ]
    for act, given, options in acts:
        with pytest.raises(NotAllowed):
            do(act, auditor.actor, society_id, *given, **options)
        with pytest.raises(NotFound):
            do(act, stranger.actor, society_id, *given, **options)
    assert do(bridges.bridge_of, society_id).secret == secret


@pytest.mark.usefixtures("secret")
def test_failures_in_a_row_are_counted_and_the_bridge_rests_longer_each_time(
    do: Do, store: Store, society_id: int, now: datetime
):
    rests = []
    for failure in range(9):
        moment = now + timedelta(hours=failure)
        problem = {"code": "bridge_slow", "values": {}}
        do(bridges.note_failed, society_id, problem, now=moment)
        until = do(bridges.bridge_of, society_id).rests_until
        rests.append((until - moment).total_seconds() / 60)

    assert rests == [0, 0, 1, 2, 4, 8, 15, 15, 15]
    row = store.one(select(Webhook))
    assert row.failing_since == now
    assert row.problem
    assert (row.problem["code"], row.problem["failures"]) == ("bridge_slow", 9)

    later = now + timedelta(days=1)
    do(bridges.note_reached, society_id, now=later)
    row = store.one(select(Webhook))
    assert (row.failing_since, row.problem, row.last_ok_at) == (None, None, later)
    assert do(bridges.bridge_of, society_id).rests_until is None


@pytest.mark.usefixtures("secret")
def test_a_working_bridge_is_written_down_once_a_minute(
    do: Do, store: Store, society_id: int, now: datetime
):
    for seconds in (0, 30, 59):
        do(bridges.note_reached, society_id, now=now + timedelta(seconds=seconds))
    assert store.one(select(Webhook.last_ok_at)) == now

    do(bridges.note_reached, society_id, now=now + timedelta(seconds=60))
    assert store.one(select(Webhook.last_ok_at)) == now + timedelta(seconds=60)


@pytest.mark.usefixtures("secret")
def test_another_address_begins_with_a_clean_sheet(
    do: Do, store: Store, registrar: Someone, society_id: int, now: datetime
):
    do(bridges.note_failed, society_id, {"code": "bridge_slow", "values": {}}, now=now)
    new = NewBridge("短信", "https://other.example.org/")
    do(bridges.set_bridge, registrar.actor, society_id, new, allowed=NONE, now=now)

    row = store.one(select(Webhook))
    assert (row.host, row.failing_since, row.problem) == ("other.example.org", None, None)


@pytest.mark.usefixtures("secret")
def test_another_key_of_the_service_opens_nothing_until_it_is_set_again(
    do: Do, registrar: Someone, society_id: int, now: datetime
):
    sealing.configure("another secret " * 3)
    try:
        with pytest.raises(sealing.SealedError):
            do(bridges.bridge_of, society_id)
        do(
            bridges.set_bridge, registrar.actor, society_id, NewBridge("短信", URL),
            allowed=NONE, now=now,
        )  # fmt: skip
        second = do(bridges.rotate_secret, registrar.actor, society_id, now=now)
        assert do(bridges.bridge_of, society_id).secret == second
    finally:
        sealing.configure(SECRET)


@pytest.mark.usefixtures("secret")
def test_what_is_sealed_for_one_society_does_not_open_for_another(
    do: Do, store: Store, other_society: Any
):
    """Who can write the database, but has not the secret, redirects nobody's messages."""
    row = store.one(select(Webhook))
    store.change(row, society_id=other_society.id)

    with pytest.raises(sealing.SealedError):
        do(bridges.bridge_of, other_society.id)
