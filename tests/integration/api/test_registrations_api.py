"""POST /api/v1/registrations: the columns of the members file, for staff."""

from typing import Any

import pytest

from cpd_app.models import ApiToken, Registration
from cpd_app.usecases.signin import hash_of
from tests.support.builders import LONG_AGO
from tests.support.files import MEMBERS, a_member_row


@pytest.fixture
def enter(app, store, at):
    """Call it as somebody."""
    at("2026-11-20 14:00")

    def call(someone, *, status, scopes=(), **over: Any):
        token = f"cpd_{someone.id}-{'-'.join(scopes)}"
        if not store.count(ApiToken, ApiToken.token_hash == hash_of(token)):
            store.add(
                ApiToken(
                    person_id=someone.id, name="t", token_hash=hash_of(token),
                    scopes=list(scopes), created_at=LONG_AGO,
                )
            )  # fmt: skip
        body = {**dict(zip(MEMBERS, a_member_row(), strict=True)), **over}
        answer = app.test_client().post(
            "/api/v1/registrations", json=body, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == status, answer.get_data(as_text=True)
        return answer.json

    return call


def test_a_registrar_enters_a_member(enter, registrar):
    said = enter(registrar, status=201, phone=None, employer="示范电力公司")

    assert said["registration_no"] == "HOME-0001"
    assert (said["society"], said["field"], said["field_known"]) == ("home", "电气工程类", True)
    assert said["term"] == {
        "level": "professional",
        "starts_on": "2023-03-01",
        "ends_on": "2028-03-01",
        "state": "active",
    }
    assert said["warnings"] == []


def test_a_repeat_answers_200_and_changes_nothing(enter, registrar, store):
    first = enter(registrar, status=201)
    again = enter(registrar, status=200)

    assert first == again
    assert store.count(Registration) == 1


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("registration_no", "ﷺ" * 60, "too_long"),
        ("login", "ﷺ" * 80, "too_long"),
        ("starts_on", "9999-01-01", "bad_date"),
        ("starts_on", "0023-03-01", "bad_date"),
    ],
)
def test_what_no_register_holds_is_refused(enter, registrar, column, text, code):
    said = enter(registrar, status=422, **{column: text})

    assert (said["code"], list(said["errors"])) == (code, [column])


def test_a_known_number_is_corrected(enter, registrar):
    enter(registrar, status=201)

    said = enter(registrar, status=200, level="senior")

    assert said["term"]["level"] == "senior"
    assert [w["code"] for w in said["warnings"]] == ["term_corrected"]
    assert said["warnings"][0]["message"]


@pytest.mark.parametrize(
    ("over", "code", "field"),
    [
        ({"level": "expert"}, "unknown_level", "level"),
        ({"starts_on": "soon"}, "bad_date", "starts_on"),
        ({"society": "nowhere"}, "unknown_society", "society"),
        ({"email": "x"}, "bad_email", "email"),
    ],
)
def test_a_refusal_names_the_column(enter, registrar, over, code, field):
    said = enter(registrar, status=422, **over)

    assert (said["code"], list(said["errors"])) == (code, [field])


def test_what_somebody_else_has_is_a_conflict(enter, registrar, stranger):
    number = stranger.registration.number

    assert enter(registrar, status=409, registration_no=number)["code"] == "number_taken"


def test_only_registrars_of_the_society_may(enter, member, auditor, stranger, registrar):
    enter(auditor, status=403)
    enter(member, status=404)
    enter(stranger, status=404)
    enter(registrar, status=403, scopes=("activities:read",))
    enter(registrar, status=201, scopes=("registrations:write",))
