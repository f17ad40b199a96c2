"""/api/v1 for machines: records, conversions, readiness, tokens, refusals."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate
from sqlalchemy import select

from cpd_app.models import Activity, ApiToken
from cpd_app.policy import SCOPES
from cpd_app.usecases.signin import hash_of
from tests.support.builders import LONG_AGO
from tests.support.people import Someone
from tests.support.store import Store

TRAINING = {"kind": "training", "title": "继电保护培训", "ended_on": "2025-05-06", "minutes": 120}
KEY = "0b5f3a52-58a4-4a3e-9d8f-4f2d8cf9a001"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status_code: int
    headers: Any
    #: the body as JSON; None when there is none
    json: Any


class Machine:
    """A program that calls the API with a bearer token."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client, self.token = client, token

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        answer = self.client.open(
            f"/api/v1/{path}",
            method=method,
            json=body,
            headers={
                "Authorization": f"Bearer {self.token}",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
        return Answer(answer.status_code, answer.headers, answer.get_json(silent=True))


@pytest.fixture
def machine(app: Flask, store: Store) -> Callable[..., Machine]:
    def make(someone: Someone, *scopes: str) -> Machine:
        token = f"cpd_{someone.id}-{'-'.join(scopes)}"
        store.add(
            ApiToken(
                person_id=someone.id, name="t", token_hash=hash_of(token), scopes=list(scopes),
                created_at=LONG_AGO,
            )
        )  # fmt: skip
        return Machine(app.test_client(), token)

    return make


@pytest.fixture
def call(machine: Callable[..., Machine], member: Someone, at: Callable[[str], Any]) -> Machine:
    at("2026-06-01 10:00")
    return machine(member)


def test_a_conversion_is_computed_and_nothing_is_kept(call: Machine, store: Store):
    answer = call("POST", "conversions", {k: v for k, v in TRAINING.items() if k != "title"})

    assert answer.status_code == 200
    assert (answer.json["hours"], answer.json["claimed_hours"]) == (2.5, 2.5)
    assert answer.json["lines"] == ["120 分钟 ÷ 45 = 2.67 → 2.5 学时"]
    assert answer.json["rule_set"]["code"] == "cse-default"
    assert store.count(Activity) == 0


@pytest.mark.parametrize(
    ("record", "code", "field"),
    [
        ({}, "unknown_kind", "kind"),
        ({"kind": 5}, "unknown_kind", "kind"),
        ({"kind": "training"}, "choose_one", "minutes"),
        ({"kind": "online", "minutes": 45}, "missing_field", "ended_on"),
        ({"kind": "online", "minutes": "45", "ended_on": "2025-05-06"}, "bad_value", "minutes"),
        ({"kind": "online", "minutes": 45, "ended_on": "20250506"}, "bad_value", "ended_on"),
        ({"kind": "online", "minutes": 45, "ended_on": "2025-05-06", "x": 1}, "unknown_field", "x"),
        ({"kind": "online", "minutes": 500, "ended_on": "2025-05-06"}, "too_many_minutes", None),
    ],
)
def test_a_refusal_has_its_code_sentence_and_field(
    call: Machine, record: dict[str, Any], code: str, field: str | None
):
    answer = call("POST", "conversions", record)

    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert answer.json["message"]
    if field:
        assert list(answer.json["errors"]) == [field]


def test_sentences_come_in_the_caller_s_language(call: Machine):
    answer = call("POST", "conversions", {}, Accept_Language="en")

    assert answer.json["message"].isascii()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ('"kind": "' + "k" * 41 + '"', "unknown_kind"),
        ('"kind": "training", "minutes": NaN', "bad_value"),
        ('"kind": "training", "minutes": 1e999', "bad_value"),
        ('"kind": "exam", "achievement_key": "' + "ﷺ" * 160 + '"', "too_long"),
    ],
)
def test_what_no_database_keeps_is_refused_with_its_code(call: Machine, more: str, code: str):
    answer = call.client.post(
        "/api/v1/activities",
        data=f'{{"title": "t", "ended_on": "2025-05-06", {more}}}',
        content_type="application/json",
        headers={"Authorization": f"Bearer {call.token}"},
    )

    assert (answer.status_code, answer.get_json()["code"]) == (422, code)


@pytest.mark.parametrize("body", ["nothing", [1], None, 5])
def test_a_body_that_is_no_record_is_refused(call: Machine, body: Any):
    for path in ("conversions", "activities"):
        assert call("POST", path, body).status_code in {400, 422}


def test_a_record_is_made_once_for_its_key(call: Machine, store: Store):
    first = call("POST", "activities", {**TRAINING, "key": KEY})
    again = call("POST", "activities", {**TRAINING, "key": KEY})
    other = call("POST", "activities", {**TRAINING, "key": KEY, "minutes": 90})

    assert [a.status_code for a in (first, again, other)] == [201, 200, 409]
    assert first.json == again.json
    assert other.json["code"] == "key_reused"
    assert store.count(Activity) == 1
    assert (first.json["claimed_hours"], first.json["recognised_hours"]) == (2.5, 2.5)
    assert (first.json["assurance"], first.json["year"], first.json["minutes"]) == ("F", 3, 120)


def test_a_record_is_read_changed_and_withdrawn(call: Machine, store: Store):
    made = call("POST", "activities", TRAINING)
    path = f"activities/{made.json['id']}"

    read = call("GET", path)
    changed = call("PATCH", path, {"minutes": 90}, If_Match=read.headers["ETag"])
    stale = call("PATCH", path, {"minutes": 45}, If_Match=read.headers["ETag"])
    gone = call("DELETE", path)

    assert changed.json["recognised_hours"] == 2
    assert changed.json["title"] == TRAINING["title"]
    assert (stale.status_code, stale.json["code"]) == (412, "changed_meanwhile")
    assert gone.status_code == 204
    assert store.one(select(Activity.state)) == "withdrawn"
    assert call("GET", "activities").json["total"] == 0


def test_a_day_outside_every_term_is_marked_and_gives_nothing(call: Machine):
    made = call("POST", "activities", {**TRAINING, "ended_on": "2005-05-06"}).json

    assert (made["marks"], made["claimed_hours"], made["recognised_hours"]) == (
        ["outside_term"], 2.5, 0,
    )  # fmt: skip
    assert made["reasons"] == [{"code": "outside_term", "hours": 0}]


def test_the_arithmetic_is_in_hours_like_everything_else(call: Machine):
    talk = {"kind": "talk", "title": "报告", "level": "national"}
    for day in (1, 2, 3):
        made = call("POST", "activities", {**talk, "ended_on": f"2025-05-{day:02d}"}).json

    assert call("POST", "activities", TRAINING).json["trace"][-1] == {
        "rule": "step", "step": 0.5, "hours": 2.5,
    }  # fmt: skip
    assert made["recognised_hours"] == 4
    assert {k: made["reasons"][0][k] for k in ("code", "cap", "hours")} == {
        "code": "year_cap", "cap": 20, "hours": 4,
    }  # fmt: skip


def test_null_takes_a_part_away_and_another_kind_its_fields(call: Machine):
    made = call("POST", "activities", {**TRAINING, "organiser": "学会"})
    path = f"activities/{made.json['id']}"

    assert call("PATCH", path, {"organiser": None}).json["organiser"] is None
    changed = call("PATCH", path, {"kind": "exam"})
    assert changed.json["recognised_hours"] == 10
    assert "minutes" not in changed.json


def test_the_list_is_filtered_by_year_and_kind_and_paged(call: Machine):
    for day in range(1, 28):
        call("POST", "activities", {**TRAINING, "ended_on": f"2025-05-{day:02d}", "minutes": 45})
        exam = {"kind": "exam", "title": "考试", "ended_on": f"2024-05-{day:02d}"}
        call("POST", "activities", exam)

    everything = call("GET", "activities")
    assert (everything.json["total"], everything.json["pages"]) == (54, 2)
    assert len(call("GET", "activities?page=2").json["activities"]) == 4
    assert call("GET", "activities?page=3").json["activities"] == []
    assert call("GET", "activities?year=2").json["total"] == 27
    assert call("GET", "activities?kind=training").json["total"] == 27
    assert call("GET", "activities?page=0").status_code == 422


def test_readiness_is_the_same_for_the_member_and_for_staff(
    call: Machine, machine: Callable[..., Machine], auditor: Someone, member: Someone
):
    call("POST", "activities", TRAINING)
    assert member.registration is not None

    own = call("GET", "readiness").json
    theirs = machine(auditor)("GET", f"registrations/{member.registration.number}/readiness").json

    assert own == theirs
    assert own["registration_no"] == member.registration.number
    assert own["society"] == "home"
    assert own["years"][2] == {
        "index": 3, "starts_on": "2025-03-01", "ends_on": "2026-03-01", "required": 50,
        "recognised": 2.5, "claimed": 2.5, "audit_proof": 0, "verdict": "short",
    }  # fmt: skip
    assert {c["code"] for c in own["checks"]} == {
        "years_met", "audit_proof", "evidence", "rulings", "returns", "certificate",
        "society_membership", "summary", "expiry",
    }  # fmt: skip
    assert (own["ready"], own["can_file"]) == (False, False)


def test_readiness_may_be_asked_for_another_day(call: Machine):
    assert call("GET", "readiness?on=2023-06-01").json["years"][0]["verdict"] == "behind"
    assert call("GET", "readiness?on=soon").status_code == 422


def test_another_society_s_staff_and_other_members_find_nothing(
    call: Machine, machine: Callable[..., Machine], member: Someone, stranger: Someone,
    other_member: Someone,
):  # fmt: skip
    made = call("POST", "activities", TRAINING).json
    assert member.registration is not None
    for someone in (stranger, other_member):
        theirs = machine(someone)
        for method in ("GET", "DELETE"):
            assert theirs(method, f"activities/{made['id']}").status_code == 404
        assert theirs("PATCH", f"activities/{made['id']}", {"title": "x"}).status_code == 404
        path = f"registrations/{member.registration.number}/readiness"
        assert theirs("GET", path).status_code == 404


def test_an_auditor_reads_a_member_s_record_but_may_not_change_it(
    call: Machine, machine: Callable[..., Machine], auditor: Someone
):
    made = call("POST", "activities", TRAINING).json
    staff = machine(auditor)

    assert staff("GET", f"activities/{made['id']}").json["title"] == TRAINING["title"]
    assert staff("DELETE", f"activities/{made['id']}").status_code == 403


def test_a_token_does_only_what_its_scopes_say(
    machine: Callable[..., Machine], member: Someone, at: Callable[[str], Any]
):
    at("2026-06-01 10:00")
    reader = machine(member, "activities:read")

    assert reader("GET", "readiness").status_code in {403, 404}
    assert reader("POST", "activities", TRAINING).status_code == 403
    assert set(SCOPES) >= {"activities:read", "activities:write", "readiness:read"}


def test_without_a_valid_token_nothing_is_answered(app: Flask, call: Machine):
    assert app.test_client().get("/api/v1/readiness").status_code == 401
    call.token = "cpd_unknown"
    assert call("GET", "readiness").json["code"] == "bad_token"


def test_a_signed_in_page_needs_the_header_against_forged_requests(
    as_: Callable[[Someone], Any], member: Someone
):
    answer = as_(member).client.post("/api/v1/activities", json=TRAINING)

    assert (answer.status_code, answer.json["code"]) == (400, "csrf")


@pytest.mark.parametrize("path", ["activities/99999999999", "registrations/%00/readiness", "nix"])
def test_what_cannot_exist_is_not_found(call: Machine, path: str):
    answer = call("GET", path)

    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_the_description_is_valid_and_names_every_refusal(app: Flask):
    document: Any = app.test_client().get("/api/v1/openapi.json").json

    validate(document)
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in {"get", "post", "patch", "delete"}:
                assert {"401", "403"} <= set(operation["responses"]), (method, path)
                assert "default" not in operation["responses"]
