"""Evidence for machines: attach, repeat, refuse with a code."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.app import MAX_BODY
from cpd_app.models import Activity, ApiToken, Evidence, File
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.signin import hash_of
from tests.support.builders import LONG_AGO
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.photos import a_jpeg, a_pdf, a_png
from tests.support.store import Store

KEY = "0b5f3a52-58a4-4a3e-9d8f-4f2d8cf9a001"
Post = Callable[..., Any]


@pytest.fixture
def record(do: Callable[..., Any], member: Someone, at: Callable[[str], Any]) -> Activity:
    now = at("2025-06-02 10:00")
    new = NewActivity("training", "变压器检修培训", None, date(2024, 5, 6), fields={"minutes": 90})
    activity: Activity = do(log_activity, member.actor, new, now=now, today=now.date()).activity
    return activity


def a_token(store: Store, someone: Someone, *scopes: str) -> str:
    token = f"cpd_{someone.id}-{'-'.join(scopes)}"
    store.add(
        ApiToken(
            person_id=someone.id,
            name="test",
            token_hash=hash_of(token),
            scopes=list(scopes),
            created_at=LONG_AGO,
        )
    )
    return token


@pytest.fixture
def post(anybody: Browser, store: Store, member: Someone, record: Activity) -> Post:
    token = a_token(store, member)

    def send(data: bytes | None, *, by: str = token, to: int = record.id, **fields: Any) -> Any:
        body = {"secrecy": "none", **fields}
        if data is not None:
            body["file"] = (io.BytesIO(data), "IMG_1.jpg")
        return anybody.client.post(
            f"/api/v1/activities/{to}/evidence",
            data=body,
            headers={"Authorization": f"Bearer {by}"},
        )

    return send


def test_a_photo_is_attached_and_stands_in_the_record(
    post: Post, anybody: Browser, store: Store, member: Someone, record: Activity
):
    answer = post(a_jpeg(), proofs=["notice", "timetable"])

    assert answer.status_code == 201
    assert {k: answer.json[k] for k in ("name", "media_type", "state", "proofs")} == {
        "name": "IMG_1.jpg", "media_type": "image/jpeg", "state": "ready",
        "proofs": ["notice", "timetable"],
    }  # fmt: skip
    shown = anybody.client.get(
        f"/api/v1/activities/{record.id}",
        headers={"Authorization": f"Bearer {a_token(store, member, 'activities:read')}"},
    )
    assert [e["id"] for e in shown.get_json()["evidence"]] == [answer.json["id"]]
    assert shown.get_json()["assurance"] == "E"


def test_a_repeat_changes_nothing(post: Post, store: Store):
    first, second = post(a_jpeg(), key=KEY), post(a_jpeg(), key=KEY)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert (store.count(File), store.count(Evidence)) == (1, 1)


@pytest.mark.parametrize(
    ("data", "fields", "status", "code"),
    [
        (None, {}, 422, "no_file"),
        (b"", {}, 422, "empty_file"),
        (b"text", {}, 422, "wrong_file_type"),
        (a_jpeg(800, 600)[:3000], {}, 422, "broken_photo"),
        (a_pdf(password="x"), {}, 422, "locked_pdf"),
        (a_png(), {"secrecy": ""}, 422, "bad_secrecy"),
        (a_png(), {"proofs": ["transcript"]}, 422, "unknown_proof"),
        (a_png(), {"key": "not-a-uuid"}, 422, "invalid"),
        (a_png(), {"proofs": ["x" * 61]}, 422, "invalid"),
    ],
)
def test_refusals_have_codes(
    post: Post, store: Store, data: bytes | None, fields: dict[str, Any], status: int, code: str
):
    answer = post(data, **fields)

    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert store.count(File) == 0


def test_a_used_key_with_other_bytes_is_a_conflict(post: Post):
    post(a_jpeg(), key=KEY)

    answer = post(a_png(), key=KEY)

    assert (answer.status_code, answer.json["code"]) == (409, "file_key_reused")


def test_other_people_s_records_do_not_exist(
    post: Post, store: Store, other_member: Someone, stranger: Someone
):
    for someone in (other_member, stranger):
        assert post(a_jpeg(), by=a_token(store, someone)).status_code == 404
    assert post(a_jpeg(), to=999_999).status_code == 404


def test_a_token_that_may_only_read_is_refused(post: Post, store: Store, member: Someone):
    answer = post(a_jpeg(), by=a_token(store, member, "activities:read"))

    assert answer.status_code == 403
    assert store.one(select(Activity)).version == 1


def test_a_body_that_is_too_large_is_read_to_its_end_before_the_answer(
    anybody: Browser, store: Store, member: Someone, record: Activity
):
    body = io.BytesIO(b"0" * (MAX_BODY + 1))
    answer = anybody.client.post(
        f"/api/v1/activities/{record.id}/evidence",
        input_stream=body,
        content_type="multipart/form-data; boundary=x",
        content_length=MAX_BODY + 1,
        headers={"Authorization": f"Bearer {a_token(store, member)}"},
    )

    assert (answer.status_code, answer.get_json()["code"]) == (413, "too_large")
    assert body.tell() == MAX_BODY + 1, "a browser that is cut off never sees the answer"


def test_the_description_names_the_file(anybody: Browser):
    described = anybody.client.get("/api/v1/openapi.json").get_json()
    operation = described["paths"]["/api/v1/activities/{activity_id}/evidence"]["post"]

    form = operation["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert form["required"] == ["file", "secrecy"]
    assert set(form["properties"]) == {"file", "secrecy", "proofs", "key"}
    assert set(operation["responses"]) >= {"201", "404", "409", "413", "422"}
