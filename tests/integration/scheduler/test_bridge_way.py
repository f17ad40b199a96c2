"""Parcels go over a society's bridge to the example receiver of docs/, which runs as a program."""

import dataclasses
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app import clock
from cpd_app.bridge_calls import signature
from cpd_app.calling import Caller
from cpd_app.domain.messages import Channel, MessageKind
from cpd_app.models import Webhook
from cpd_app.texts.bridges import SENTENCES
from cpd_app.usecases import bridges, sealing
from cpd_app.usecases.bridges import NewBridge
from cpd_app.usecases.parcels import Parcel, RefusedError, Told
from scheduler.bridge_way import BridgeWay
from tests.conftest import SECRET
from tests.support.bridges import answering, example, receiving
from tests.support.people import Someone
from tests.support.scheduling import until
from tests.support.store import Store

Do = Callable[..., Any]
ALLOWED = frozenset({"127.0.0.1"})


@pytest.fixture
def now(app: Flask) -> datetime:
    """The real time, which the receiver compares with its own."""
    app.config["CPD"] = dataclasses.replace(app.config["CPD"], bridge_hosts=ALLOWED)
    return clock.now()


@pytest.fixture
def bridge(do: Do, registrar: Someone, now: datetime) -> Callable[[str], str]:
    """Sets the bridge of the home society; gives its secret."""

    def made(url: str) -> str:
        assert registrar.society
        secret: str = do(
            bridges.set_bridge, registrar.actor, registrar.society.id, NewBridge("短信", url),
            allowed=ALLOWED, now=now,
        )  # fmt: skip
        return secret

    return made


@pytest.fixture
def send(app: Flask, now: datetime) -> Callable[..., None]:
    """Sends a parcel as the worker does: in a context, without a transaction."""

    def act(parcel: Parcel, *, at: datetime = now, caller: Caller | None = None) -> None:
        with app.app_context():
            way = BridgeWay(app.config["CPD"], caller)
            way.send(parcel, now=at)
            way.close()

    return act


@pytest.fixture
def parcel(registrar: Someone, member: Someone, now: datetime) -> Parcel:
    assert registrar.society
    expiry = {"number": "SF-1", "ends_on": "2027-03-14", "months": 3, "registration_id": 1}
    return Parcel(
        envelope="e1",
        channel=Channel.WEBHOOK,
        person_id=member.id,
        name="示范·李明",
        locale="zh",
        email="li@example.org",
        phone="+8613800138000",
        society_id=registrar.society.id,
        messages=(
            Told(1, MessageKind.EXPIRY, expiry, now),
            Told(2, MessageKind.TRIAL, {}, now),
        ),
    )


def test_the_example_of_the_documents_receives_verifies_and_sends_once(
    tmp_path: Path,
    bridge: Callable[[str], str],
    send: Callable[..., None],
    parcel: Parcel,
    store: Store,
    now: datetime,
):
    secret = bridge("http://127.0.0.1:1/")
    with receiving(tmp_path, f"an-older-one,{secret}") as receiver:
        bridge(receiver.url)
        send(parcel)
        send(parcel)  # killed between sending and noting: the same envelope again

        to, here = "SMS to +8613800138000: 【本地学会】", "http://127.0.0.1:8000"
        assert receiver.sent_at_last(2) == [
            f"{to}证书还有 3 个月到期 {here}/renewal (e1-1)",
            f"{to}这是一条测试消息 {here}/me/messages (e1-2)",
        ]
        assert store.one(select(Webhook.last_ok_at)) == now

        with pytest.raises(RefusedError, match="bridge_nobody") as refused:
            send(dataclasses.replace(parcel, envelope="e2", phone="+8613800000000"))
        assert refused.value.lasting


def test_the_example_sends_what_it_took_before_it_was_killed(
    tmp_path: Path,
    bridge: Callable[[str], str],
    send: Callable[..., None],
    parcel: Parcel,
    now: datetime,
):
    store = example().Store(str(tmp_path / "bridge.sqlite"))
    assert store.take("e1", "+8613800138000", ["一"], now.timestamp())
    assert not store.take("e1", "+8613800138000", ["一"], now.timestamp())
    with receiving(tmp_path, bridge("http://127.0.0.1:1/")) as receiver:
        bridge(receiver.url)
        assert receiver.sent_at_last(1) == ["SMS to +8613800138000: 一 (e1-1)"]
        send(parcel)  # the call whose answer was lost
        send(dataclasses.replace(parcel, envelope="e2", messages=parcel.messages[:1]))
        assert len(receiver.sent_at_last(2)) == 2
        until(lambda: store.next(now.timestamp() + 3600) is None)  # phones are not kept


def test_the_example_tries_again_what_the_provider_did_not_take(tmp_path: Path):
    module = example()
    store = module.Store(str(tmp_path / "bridge.sqlite"))
    store.take("e1", "+8613800138000", ["一"], 0)
    asked: list[str] = []

    def sms(key: str, _phone: str, _text: str) -> None:
        asked.append(key)
        if len(asked) == 1:
            raise TimeoutError

    module.sms = sms
    assert module.send_due(store, 0)
    assert not module.send_due(store, 4)
    assert module.send_due(store, 5)
    assert not module.send_due(store, 10_000)
    assert asked == ["e1-1", "e1-1"]


def test_the_example_refuses_a_wrong_secret_and_an_old_call(
    tmp_path: Path,
    bridge: Callable[[str], str],
    send: Callable[..., None],
    parcel: Parcel,
    now: datetime,
):
    secret = bridge("http://127.0.0.1:1/")
    with receiving(tmp_path, secret) as receiver:
        bridge(receiver.url)
        for moment in (now - timedelta(minutes=6), now + timedelta(minutes=6)):
            with pytest.raises(RefusedError, match="bridge_refused") as refused:
                send(parcel, at=moment)
            assert (refused.value.lasting, refused.value.said) == (False, "401")
    (tmp_path / "wrong").mkdir()
    with receiving(tmp_path / "wrong", "cpdb_guessed") as receiver:
        bridge(receiver.url)
        with pytest.raises(RefusedError, match="bridge_refused"):
            send(parcel)
        assert receiver.sent == []


def test_what_is_sent_is_what_the_document_says(
    bridge: Callable[[str], str], send: Callable[..., None], parcel: Parcel, now: datetime
):
    with answering(204) as (url, got):
        secret = bridge(url)
        send(dataclasses.replace(parcel, locale="en"))

    [(headers, body)] = got
    moment = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert headers["Idempotency-Key"] == "e1"
    assert headers["X-CPD-Signature"] == signature(secret, body, now=now)
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    said = json.loads(body)
    first = said["messages"][0]
    assert first.pop("text").startswith("Your ")
    assert said == {
        "version": 1,
        "envelope": "e1",
        "sent_at": moment,
        "society": {"code": "home", "name": "Home Society"},
        "to": {
            "ref": f"p{parcel.person_id}",
            "name": "示范·李明",
            "locale": "en",
            "phone": "+8613800138000",
            "email": "li@example.org",
        },
        "messages": [
            {
                "id": 1,
                "kind": "expiry",
                "topic": "expiry",
                "title": "Your certificate expires in 3 months",
                "link": "http://127.0.0.1:8000/renewal",
                "created_at": moment,
            },
            {
                "id": 2,
                "kind": "trial",
                "topic": "society",
                "title": said["messages"][1]["title"],
                "text": said["messages"][1]["text"],
                "link": "http://127.0.0.1:8000/me/messages",
                "created_at": moment,
            },
        ],
    }


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 408, 413, 425, 429, 500, 502, 503])
def test_a_refusal_that_says_nothing_of_the_person_is_tried_again(
    bridge: Callable[[str], str],
    send: Callable[..., None],
    parcel: Parcel,
    store: Store,
    now: datetime,
    status: int,
):
    with answering(status) as (url, _got):
        bridge(url)
        with pytest.raises(RefusedError, match="bridge_refused") as refused:
            send(parcel)

    assert not refused.value.lasting
    row = store.one(select(Webhook))
    assert row.failing_since == now
    assert row.problem
    assert row.problem["values"] == {"status": status}


@pytest.mark.parametrize("status", [410, 422])
def test_a_refusal_of_the_person_is_lasting_and_the_bridge_is_well(
    bridge: Callable[[str], str],
    send: Callable[..., None],
    parcel: Parcel,
    store: Store,
    now: datetime,
    status: int,
):
    with answering(status) as (url, _got):
        bridge(url)
        with pytest.raises(RefusedError, match="bridge_nobody") as refused:
            send(parcel)

    assert refused.value.lasting
    row = store.one(select(Webhook))
    assert (row.failing_since, row.last_ok_at) == (None, now)


def test_a_dead_bridge_is_left_alone_and_tried_again(
    bridge: Callable[[str], str], send: Callable[..., None], parcel: Parcel, now: datetime
):
    with answering(503) as (url, got):
        bridge(url)
        codes = []
        for number in range(10):
            with pytest.raises(RefusedError) as refused:
                send(dataclasses.replace(parcel, envelope=f"e{number}"))
            codes.append(refused.value.code)
            assert refused.value.tried is (refused.value.code != "bridge_rests")
        assert codes == ["bridge_refused"] * 3 + ["bridge_rests"] * 7
        assert len(got) == 3

        with pytest.raises(RefusedError, match="bridge_refused"):
            send(parcel, at=now + timedelta(seconds=61))
        with pytest.raises(RefusedError, match="bridge_rests"):
            send(parcel, at=now + timedelta(seconds=120))


def test_an_address_that_turned_inside_is_refused_when_it_is_called(
    bridge: Callable[[str], str],
    send: Callable[..., None],
    parcel: Parcel,
    store: Store,
):
    bridge("https://hooks.example.org/")
    turned = Caller(frozenset(), resolve=lambda _host, _port: ["169.254.169.254"])

    with pytest.raises(RefusedError, match="bridge_address") as refused:
        send(parcel, caller=turned)

    assert not refused.value.lasting
    row = store.one(select(Webhook))
    assert row.problem
    assert row.problem["code"] == "bridge_inside"


def test_nobody_listening_is_said_to_be_so(
    bridge: Callable[[str], str], send: Callable[..., None], parcel: Parcel
):
    with answering(200) as (url, _got):
        bridge(url)

    with pytest.raises(RefusedError, match="bridge_unreachable") as refused:
        send(parcel)
    assert not refused.value.lasting


def test_without_a_phone_or_a_bridge_nothing_is_called(
    do: Do,
    bridge: Callable[[str], str],
    send: Callable[..., None],
    parcel: Parcel,
    registrar: Someone,
    now: datetime,
):
    with pytest.raises(RefusedError, match="bridge_off") as refused:
        send(parcel)
    assert not refused.value.lasting
    with answering(200) as (url, got):
        bridge(url)
        with pytest.raises(RefusedError, match="no_phone") as refused:
            send(dataclasses.replace(parcel, phone=None))
        assert refused.value.lasting
        with pytest.raises(RefusedError, match="bridge_off"):
            send(dataclasses.replace(parcel, society_id=None))
        do(bridges.turn_bridge, registrar.actor, parcel.society_id, on=False, now=now)
        with pytest.raises(RefusedError, match="bridge_off"):
            send(parcel)
    assert got == []


def test_a_bridge_under_another_key_is_locked(
    bridge: Callable[[str], str], send: Callable[..., None], parcel: Parcel
):
    bridge("https://hooks.example.org/")
    sealing.configure("another secret " * 3)
    try:
        with pytest.raises(RefusedError, match="bridge_locked"):
            send(parcel)
    finally:
        sealing.configure(SECRET)


def test_what_is_kept_with_a_delivery_needs_no_values_to_be_said():
    codes = {
        "no_phone", "bridge_nobody", "bridge_rests", "bridge_off", "bridge_locked",
        "bridge_address", "bridge_refused", "bridge_no_name", "bridge_unreachable", "bridge_slow",
        "bridge_tls", "bridge_not_http", "bridge_name_slow",
    }  # fmt: skip

    assert [code for code in codes if "%(" in SENTENCES[code]] == []
