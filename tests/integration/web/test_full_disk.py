"""A full disk: writers hear it, readers go on, and all is well again by itself."""

import errno
import io
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from cpd_app.models import Activity, ApiToken, File, Scan
from cpd_app.usecases.signin import hash_of
from tests.support.builders import LONG_AGO
from tests.support.checkins import Room
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.photos import a_jpeg
from tests.support.store import Store

As = Callable[[Someone], Browser]
Post = Callable[..., Any]
TRAINING = {"kind": "training", "title": "继电保护培训", "ended_on": "2025-05-06", "minutes": 120}

FULL_ON_POSTGRESQL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
RAISE EXCEPTION 'could not extend file "base/1/2": No space left on device'
USING ERRCODE = 'disk_full'; END $$
"""


@pytest.fixture
def post(anybody: Browser, store: Store, member: Someone) -> Post:
    """Send something to the API as the member's program."""
    store.add(
        ApiToken(
            person_id=member.id, name="test", token_hash=hash_of("cpd_full"),
            scopes=["activities:write", "checkins:write"], created_at=LONG_AGO,
        )
    )  # fmt: skip

    def send(path: str, **body: Any) -> Any:
        headers = {"Authorization": "Bearer cpd_full"}
        return anybody.client.post(f"/api/v1/{path}", headers=headers, **body)

    return send


@contextmanager
def full(engine: Engine) -> Iterator[None]:
    """The database gets no further page."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text(FULL_ON_POSTGRESQL))
            for table in ("scans", "activities", "files", "journal"):
                connection.execute(
                    text(
                        f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} "
                        "FOR EACH ROW EXECUTE FUNCTION full_disk()"
                    )
                )
        yield
        with engine.begin() as connection:
            connection.execute(text("DROP FUNCTION full_disk CASCADE"))
        return
    with engine.connect() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))

    def limit(connection: Any, _record: Any, _holder: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(engine, "checkout", limit)
    try:
        with pytest.raises(OperationalError, match="full"):
            _fill(engine)
        yield
    finally:
        event.remove(engine, "checkout", limit)
        with engine.connect() as connection:
            connection.execute(text("PRAGMA max_page_count=4294967294"))


def _fill(engine: Engine) -> None:
    """What is left of the last pages, too: of every table that is written to."""
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE ballast (x TEXT)"))
    for _row in range(10_000):
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO ballast VALUES (hex(randomblob(400)))"))


def test_a_scan_is_not_acknowledged_and_comes_again_with_its_key(
    as_: As, engine: Engine, room: Room, member: Someone, store: Store, post: Post
):
    browser = as_(member)
    body = {"code": room.code(), "key": str(uuid.uuid4())}
    with full(engine):
        refused = None
        for _try in range(60):  # a small row still finds a place in a page that is there
            body["key"] = str(uuid.uuid4())
            answer = post("checkins", json=body)
            if answer.status_code == 503:
                refused = answer.get_json()
                break
        assert refused
        assert refused["code"] == "disk_full"
        kept = store.count(Scan)
        assert browser.get("/").response.status_code == 200
        assert browser.client.get("/readyz").status_code == 200

    assert post("checkins", json=body).status_code == 201
    assert store.count(Scan) == kept + 1


def test_a_record_that_is_refused_is_not_kept(engine: Engine, store: Store, post: Post):
    with full(engine):
        before = store.count(Activity)
        for _try in range(60):
            answer = post("activities", json=TRAINING)
            if answer.status_code == 503:
                break
            before += 1
        assert answer.get_json()["code"] == "disk_full"
        assert "存不下" in answer.get_json()["message"]
        assert store.count(Activity) == before
    assert post("activities", json=TRAINING).status_code == 201


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_an_upload_leaves_nothing_half_written(
    app: Flask, store: Store, post: Post, monkeypatch: pytest.MonkeyPatch, number: int
):
    made = post("activities", json=TRAINING).get_json()

    def send() -> Any:
        body = {"secrecy": "none", "file": (io.BytesIO(a_jpeg()), "IMG_1.jpg")}
        return post(f"activities/{made['id']}/evidence", data=body)

    def no_room(_file: int) -> None:
        raise OSError(number, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", no_room)
        refused = send()
    assert (refused.status_code, refused.get_json()["code"]) == (503, "disk_full")
    assert not store.count(File)
    assert [p for p in app.config["CPD"].files_dir.rglob("*") if p.is_file()] == []
    assert send().status_code == 201


def test_another_fault_of_the_system_is_no_full_disk(post: Post, monkeypatch: pytest.MonkeyPatch):
    made = post("activities", json=TRAINING).get_json()

    def broken(_file: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    body = {"secrecy": "none", "file": (io.BytesIO(a_jpeg()), "IMG_1.jpg")}
    answer = post(f"activities/{made['id']}/evidence", data=body)
    assert (answer.status_code, answer.get_json()["code"]) == (500, "unexpected")
