"""What the API refuses before a use case is asked: strangers, forged forms, numbers of nothing."""

from collections.abc import Callable

import pytest

from cpd_app.models import Activity
from tests.support.page import Browser
from tests.support.people import Someone
from tests.support.store import Store

TRAINING = {"kind": "training", "title": "培训", "ended_on": "2025-05-06", "minutes": 120}
TOO_LARGE = "/api/v1/activities/2147483648"


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_whoever_is_not_signed_in_is_told_so(anybody: Browser, method: str):
    path = "/api/v1/activities" if method == "POST" else "/api/v1/activities/1"
    answer = anybody.client.open(path, method=method, json={})

    assert (answer.status_code, answer.get_json()["code"]) == (401, "not_signed_in")


def test_a_browser_that_is_signed_in_must_send_its_token(
    as_: Callable[[Someone], Browser], member: Someone, store: Store
):
    answer = as_(member).client.post("/api/v1/activities", json=TRAINING)

    assert (answer.status_code, answer.get_json()["code"]) == (400, "csrf")
    assert store.count(Activity) == 0


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_number_that_no_record_can_have_is_not_found(
    as_: Callable[[Someone], Browser], member: Someone, method: str
):
    as_(member).api(method, TOO_LARGE, status=404, json={})


def test_a_number_in_a_form_that_no_row_can_have_is_not_found(
    as_: Callable[[Someone], Browser], member: Someone
):
    as_(member).post("/registration", {"registration_id": "9" * 20}, status=404)


def test_a_form_sent_after_signing_out_leads_to_the_sign_in(anybody: Browser):
    page = anybody.client.post("/backfill", data={"secrecy": "none"})

    assert (page.status_code, page.headers["Location"]) == (303, "/sign-in")


def test_an_empty_column_of_a_member_is_absent(
    as_: Callable[[Someone], Browser], registrar: Someone
):
    columns = {
        "name": "林示范",
        "email": "lin@example.org",
        "phone": "",
        "ends_on": "",
        "society": "home",
        "registration_no": "HOME-0001",
        "level": "professional",
        "field": "电气工程类",
        "starts_on": "2023-03-01",
    }
    as_(registrar).api("POST", "/api/v1/registrations", status=201, json=columns)
