"""A batch of deliveries against a real mail server: each letter has its own end."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import select, update

from cpd_app.db import marking, transaction
from cpd_app.domain.messages import MessageKind
from cpd_app.models import Delivery, MessageHabit, Person, Reach
from cpd_app.usecases import deliveries, messages
from cpd_app.usecases.messages import Draft
from cpd_app.usecases.parcels import RefusedError
from scheduler import ways
from scheduler.beat import Beat
from scheduler.delivering import AWAY, SILENCES, Batch, deliver
from tests.support.builders import a_person
from tests.support.mail_server import MailServer, mail_server
from tests.support.store import Store

#: noon in Shanghai
NOW = datetime(2027, 3, 10, 4, tzinfo=UTC)

Do = Callable[..., Any]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    """One server for all tests here; each has people of its own."""
    with mail_server(tmp_path_factory.mktemp("mail")) as made:
        yield made


@pytest.fixture
def told(store: Store, do: Do) -> Callable[[str], Person]:
    """Somebody with a message that is due."""

    def tell(email: str) -> Person:
        person = a_person(store, email=email)
        do(messages.tell, Draft(person.id, MessageKind.TRIAL, email), now=NOW)
        return person

    return tell


@pytest.fixture
def send(app: Flask, at: Any, server: MailServer, store: Store) -> Callable[..., None]:
    """Deliver all that is due, by this server or another one."""

    def all_due(url: str = server.url, *, stopping: bool = False) -> None:
        at(NOW.isoformat())
        app.config["CPD"] = replace(app.config["CPD"], mail_url=url, mail_timeout=2)
        stop = Event()
        if stopping:
            stop.set()
        deliver(app, store.all(select(Delivery.id)), stop)

    return all_due


def ends(store: Store) -> list[tuple[str, str | None]]:
    rows = store.all(select(Delivery).order_by(Delivery.id))
    return [(d.state, d.problem["code"] if d.problem else None) for d in rows]


def test_each_letter_of_a_batch_has_its_own_end(told, send, store, server) -> None:
    good = told("good1@example.org")
    told("nobody1@example.org")
    blocked = told("blocked1@example.org")
    told("good2@example.org")

    send()

    assert ends(store) == [
        ("sent", None),
        ("failed", "no_such_address"),
        ("failed", "address_refused"),
        ("sent", None),
    ]
    arrived = [address for _at, _id, address in server.letters().taken]
    assert {"good1@example.org", "good2@example.org"} <= set(arrived)
    reaches = {r.person_id: r for r in store.all(select(Reach))}
    assert (reaches[good.id].state, reaches[good.id].last_ok_at) == ("ok", NOW)
    assert sorted(r.state for r in reaches.values()) == ["bounced", "failing", "ok", "ok"]
    # A server that does not relay for us says nothing about the member's address.
    assert reaches[blocked.id].problem == {
        "code": "address_refused",
        "said": "5.7.1 relaying denied",
    }


def test_a_letter_is_refused_for_now_and_tried_again(told, send, store, tmp_path) -> None:
    told("a@example.org"), told("b@example.org")
    with mail_server(tmp_path, fail=1) as later:
        send(later.url)
    assert ends(store) == [("due", "address_deferred")] * 2
    assert not store.count(Reach)


def test_when_nobody_answers_the_rest_is_not_tried(told, send, store) -> None:
    for number in range(SILENCES + 2):
        told(f"away{number}@example.org")

    send("smtp://127.0.0.1:1")

    rows = store.all(select(Delivery).order_by(Delivery.id))
    assert ends(store) == [("due", "no_answer")] * SILENCES + [("due", None)] * 2
    assert [d.attempts for d in rows] == [1] * SILENCES + [0] * 2
    assert {d.due_at for d in rows[SILENCES:]} == {NOW + AWAY}


def test_a_silent_server_costs_a_letter_no_more_than_the_limit(told, send, store, tmp_path) -> None:
    told("s1@example.org"), told("s2@example.org")
    with mail_server(tmp_path, hang=1, once=True) as silent:
        send(silent.url)
    assert ends(store) == [("due", "no_answer")] * 2


def test_a_worker_that_should_end_gives_back_what_it_has_not_begun(told, send, store) -> None:
    told("stop@example.org")
    send(stopping=True)
    [row] = store.all(select(Delivery))
    assert (row.state, row.attempts, row.lease_by, row.due_at) == ("due", 0, None, NOW)


def test_without_a_bridge_it_waits_for_one(told, send, store) -> None:
    told("bridge@example.org")
    [row] = store.all(select(Delivery))
    store.change(row, channel="webhook")
    store.run(update(Person).values(phone="+8613900000001"))
    send()
    assert ends(store) == [("due", "bridge_off")]


def test_a_beat_renews_while_something_long_is_done(app: Flask, monkeypatch) -> None:
    monkeypatch.setattr("scheduler.beat.BEAT_SECONDS", 0.02)
    beats: list[int] = []
    beaten = Event()

    def renew() -> None:
        beats.append(1)
        if len(beats) == 3:
            beaten.set()

    with Beat(app, renew) as beat:
        assert beaten.wait(10)
        assert beat.is_alive
    silent = Beat(app, renew)
    silent._last -= timedelta(minutes=1).total_seconds()
    assert not silent.is_alive, "after a pause what was held may be another worker's"


class AtRest:
    """Ways of which the one that is wanted asks nobody just now."""

    def send(self, *_parcel: Any, **_now: Any) -> None:
        raise RefusedError("bridge_rests", lasting=False, tried=False)


class Alive:
    """A lease that holds."""

    is_alive = True


def test_what_nobody_was_asked_for_waits_and_no_attempt_is_counted(app, told, store, at) -> None:
    told("rests@example.org")
    at(NOW.isoformat())

    with app.app_context():
        with transaction():
            parcels = deliveries.claim(store.all(select(Delivery.id)), worker="w", now=NOW)
        with marking() as mark:
            batch = Batch("w", cast("Any", AtRest()), mark)
            batch.send(parcels, cast("Any", Alive()), Event())

    waiting = store.one(select(Delivery))
    assert (waiting.state, waiting.attempts, waiting.due_at) == ("due", 0, NOW + AWAY)


def test_a_mail_server_that_is_away_for_a_day_costs_nobody_a_letter(
    app, at, told, store, tmp_path
) -> None:
    people = [told(f"patient{number}@example.org") for number in range(SILENCES * 2)]
    store.add(
        *(
            MessageHabit(person_id=person.id, zone="Asia/Shanghai", quiet_from=0, quiet_to=0)
            for person in people
        )
    )
    app.config["CPD"] = replace(app.config["CPD"], mail_url="smtp://127.0.0.1:1", mail_timeout=2)
    for minutes in range(0, 24 * 60, 10):
        moment = NOW + timedelta(minutes=minutes)
        at(moment.isoformat())
        with app.app_context(), transaction():
            chunks = deliveries.hand_out(moment, 50)
        for ids in chunks:
            deliver(app, ids, Event())
    assert {state for state, _code in ends(store)} == {"due"}
    assert not store.count(Reach), "nobody is taken to be out of reach"

    with mail_server(tmp_path) as back:
        app.config["CPD"] = replace(app.config["CPD"], mail_url=back.url)
        for hours in (24, 26, 28):  # the longest wait is two hours
            moment = NOW + timedelta(hours=hours)
            at(moment.isoformat())
            deliver(app, store.all(select(Delivery.id)), Event())
        arrived = [address for _at, _id, address in back.letters().taken]
    assert sorted(arrived) == sorted(str(p.email) for p in people)
    assert ends(store) == [("sent", None)] * len(people)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"5.1.1 no such user", "no_such_address"),
        (b"no such user", "no_such_address"),
        (b"5.1.8 <cpd@x.example>: Sender address rejected: Domain not found", "address_refused"),
        (b"5.1.7 bad sender", "address_refused"),
        (b"5.2.2 mailbox full", "address_refused"),
    ],
)
def test_a_refusal_of_the_sender_makes_no_address_a_bad_one(said: bytes, code: str) -> None:
    assert ways._of_the_address(550, said).code == code
