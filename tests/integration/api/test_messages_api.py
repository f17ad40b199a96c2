"""/api/v1/messages: what the caller was told, for machines."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cpd_app.domain.messages import MessageKind
from cpd_app.models import ApiToken, Message
from cpd_app.usecases.signin import hash_of
from tests.support.builders import LONG_AGO
from tests.support.messages import a_message
from tests.support.people import Someone
from tests.support.store import Store

Client = Callable[..., FlaskClient]


@pytest.fixture
def client(app: Flask, store: Store) -> Client:
    """A program with a token of somebody, limited to scopes."""

    def make(someone: Someone, *scopes: str) -> FlaskClient:
        token = f"cpd_{someone.id}-{'-'.join(scopes)}"
        store.add(
            ApiToken(
                person_id=someone.id, name="t", token_hash=hash_of(token), scopes=list(scopes),
                created_at=LONG_AGO,
            )
        )  # fmt: skip
        made = app.test_client()
        made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        return made

    return make


def test_a_machine_lists_and_marks(client: Client, store: Store, member: Someone) -> None:
    read = a_message(store, member.person, read_at=LONG_AGO)
    message = a_message(store, member.person, MessageKind.RETURNED)
    caller = client(member, "messages:write")

    everything = caller.get("/api/v1/messages").get_json()
    unread = caller.get("/api/v1/messages?unread=true").get_json()

    assert [m["id"] for m in everything["messages"]] == [message.id, read.id]
    assert {k: everything[k] for k in ("page", "pages", "total", "unread")} == {
        "page": 1, "pages": 1, "total": 2, "unread": 1,
    }  # fmt: skip
    (one,) = unread["messages"]
    assert one["kind"] == "returned"
    assert one["topic"] == "filing"
    assert one["title"] == "再注册申请需要补正"
    assert one["url"].endswith("/renewal/answer")
    assert one["url"].startswith("http")
    assert one["read_at"] is None

    marked = caller.post(f"/api/v1/messages/{message.id}/read").get_json()
    again = caller.post(f"/api/v1/messages/{message.id}/read").get_json()

    assert marked["read_at"] == again["read_at"] is not None
    assert caller.get("/api/v1/messages?unread=true").get_json()["messages"] == []


def test_scopes_and_owners(
    client: Client, store: Store, member: Someone, other_member: Someone
) -> None:
    message = a_message(store, member.person)
    path = f"/api/v1/messages/{message.id}/read"

    assert client(member, "messages:read").get("/api/v1/messages").status_code == 200
    assert client(member, "activities:read").get("/api/v1/messages").status_code == 403
    assert client(member, "activities:write").post(path).status_code == 403
    assert client(other_member, "messages:write").post(path).status_code == 404
    assert client(other_member, "messages:read").get("/api/v1/messages").get_json()["total"] == 0
    assert store.get(Message, message.id).read_at is None


def test_nonsense_is_refused(client: Client, member: Someone) -> None:
    caller = client(member)

    assert caller.get("/api/v1/messages?page=0").status_code == 422
    assert caller.get("/api/v1/messages?unread=perhaps").status_code == 422
    assert caller.post("/api/v1/messages/999/read").status_code == 404
