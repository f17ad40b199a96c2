"""Exports for machines: order, ask how far, take the file; for who ordered it alone."""

import csv
import io
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from cpd_app.models import ApiToken, Job
from cpd_app.usecases.signin import hash_of
from tests.support import builders
from tests.support.builders import LONG_AGO
from tests.support.filings import a_filing
from tests.support.jobs import work_off
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

As = Callable[[Someone], Browser]
Call = Callable[..., Any]


@pytest.fixture
def call(app: Flask, store: Store, at: Callable[[str], object]) -> Call:
    """Call the API as somebody, with a token."""
    at("2026-11-20 14:00")

    def answer(
        someone: Someone, method: str, path: str, *, status: int, scopes: tuple[str, ...] = (),
        json: Any = None, headers: dict[str, str] | None = None,
    ) -> TestResponse:  # fmt: skip
        token = f"cpd_{someone.id}-{'-'.join(scopes)}"
        if not store.count(ApiToken, ApiToken.token_hash == hash_of(token)):
            store.add(
                ApiToken(
                    person_id=someone.id, name="t", token_hash=hash_of(token),
                    scopes=list(scopes), created_at=LONG_AGO,
                )
            )  # fmt: skip
        said = app.test_client().open(
            path,
            method=method,
            json=json,
            headers={"Authorization": f"Bearer {token}", **(headers or {})},
            buffered=True,
        )
        assert said.status_code == status, said.get_data(as_text=True)
        return said

    return answer


def test_an_own_export_from_order_to_file(
    app: Flask, store: Store, call: Call, member: Someone, stranger: Someone
):
    builders.an_activity(store, member.person)
    ordered = call(member, "POST", "/api/v1/exports", status=202, json={"what": "own"})
    where = ordered.headers["Location"]
    assert ordered.json == {
        "id": ordered.json["id"], "kind": "own_export", "state": "due", "done": 0, "total": 0,
        "problem": None, "file": None,
    }  # fmt: skip
    call(member, "GET", f"{where}/file", status=404)
    work_off(app)

    done = call(member, "GET", where, status=200).json
    assert (done["state"], done["file"]["name"]) == ("done", "cpd-20261120.zip")
    data = call(member, "GET", done["file"]["url"], status=200).data
    assert len(data) == done["file"]["size"]
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == ["records.json", "records.csv"]
    rest = call(member, "GET", done["file"]["url"], status=206, headers={"Range": "bytes=10-"})
    assert rest.data == data[10:]
    for path in (where, f"{where}/file"):
        call(stranger, "GET", path, status=404)
    call(stranger, "POST", f"{where}/cancel", status=404)
    call(member, "POST", f"{where}/cancel", status=422)


def test_a_register_sheet_by_filter_and_key(
    app: Flask, store: Store, call: Call, registrar: Someone, member: Someone, stranger: Someone
):
    key = str(uuid.uuid4())
    body = {"what": "members", "society": "home", "filter": {"level": "professional"}, "key": key}
    first = call(registrar, "POST", "/api/v1/exports", status=202, json=body)
    again = call(registrar, "POST", "/api/v1/exports", status=202, json=body)
    assert first.json["id"] == again.json["id"]
    assert store.count(Job) == 1
    work_off(app)

    data = call(registrar, "GET", f"{first.headers['Location']}/file", status=200).data
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert member.registration
    assert [row["编号"] for row in rows] == [member.registration.number]
    for other in (member, stranger):
        call(other, "POST", "/api/v1/exports", status=404, json=body)


def test_dossiers_in_english_and_stopped(
    app: Flask, store: Store, call: Call, registrar: Someone, member: Someone
):
    assert member.registration
    a_filing(store, member.registration)
    body = {
        "what": "dossiers", "society": "home", "first_on": "2027-10-01", "last_on": "2027-10-31",
        "with_evidence": True, "language": "en",
    }  # fmt: skip
    ordered = call(registrar, "POST", "/api/v1/exports", status=202, json=body)
    stopped = call(registrar, "POST", f"{ordered.headers['Location']}/cancel", status=200)
    work_off(app)

    assert stopped.json["state"] == "cancelled"
    assert call(registrar, "GET", ordered.headers["Location"], status=200).json["file"] is None


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"what": "everything"}, "what"),
        ({"what": "members"}, "society"),
        ({"what": "dossiers", "society": "home"}, "first_on"),
        ({"what": "members", "society": "home", "filter": {"due": "2027-13"}}, "filter"),
        ({"what": "members", "society": "home", "form": "pdf"}, "form"),
        ({"what": "own", "with_evidence": 1}, "with_evidence"),
    ],
)
def test_what_cannot_be_ordered(call: Call, registrar: Someone, body: dict[str, Any], wrong: str):
    said = call(registrar, "POST", "/api/v1/exports", status=422, json=body)

    assert any(name.startswith(wrong) for name in said.json["errors"])


def test_a_token_with_scopes_orders_nothing(call: Call, member: Someone):
    call(
        member, "POST", "/api/v1/exports", status=403, json={"what": "own"},
        scopes=("activities:read",),
    )  # fmt: skip


def test_an_open_browser_is_asked_for_the_password(
    as_: As, at: Callable[[str], object], member: Someone
):
    at("2026-11-20 14:00")
    browser = as_(member)
    browser.get("exports.index")
    at("2026-11-21 14:00")

    said = browser.api("POST", "/api/v1/exports", status=403, json={"what": "own"})
    assert said.get_json()["code"] == "confirm_first"
