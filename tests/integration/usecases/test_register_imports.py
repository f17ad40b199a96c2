"""A members file and the register's acts: what begins with it, the bar, and states it may bring."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import Rejected
from cpd_app.models import CertificateAct, Person, Term
from cpd_app.usecases.member_entry import enter_member
from cpd_app.usecases.notices import notices_of
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
TODAY = NOW.date()
ROW = {
    "name": "李新",
    "email": "li@example.org",
    "society": "home",
    "registration_no": "N-1",
    "level": "professional",
    "field": "电气工程",
    "starts_on": "2024-03-01",
}


@pytest.fixture
def enter(do: Do, registrar: Someone) -> Callable[..., Any]:
    """Enter a row as the registrar."""

    def entering(*, by: Someone = registrar, **over: str) -> Any:
        return do(enter_member, by.actor, {**ROW, **over}, now=NOW, today=TODAY)

    return entering


def test_each_term_is_begun_by_an_act(enter: Callable[..., Any], store: Store):
    enter()
    enter(starts_on="2025-03-01", level="senior")

    begun = store.all(select(CertificateAct).order_by(CertificateAct.effective_on))
    assert [(a.kind, a.effective_on) for a in begun] == [
        ("issued", date(2024, 3, 1)),
        ("upgraded", date(2025, 3, 1)),
    ]
    assert {a.state for a in begun} == {"in_force"}


def test_a_term_after_a_term_is_a_renewal(enter: Callable[..., Any], store: Store):
    enter(starts_on="2020-03-01")
    enter(starts_on="2025-03-01")

    kinds = store.all(select(CertificateAct.kind).order_by(CertificateAct.id))
    assert kinds == ["issued", "renewed"]


def test_a_revocation_from_before_the_service_bars_and_is_no_new_notice(
    enter: Callable[..., Any], do: Do, store: Store
):
    entered = enter(state="revoked")

    assert store.get(Person, entered.registration.person_id).barred_on == TODAY
    assert do(notices_of, None).total == 0
    kinds = store.all(select(CertificateAct.kind).order_by(CertificateAct.id))
    assert kinds == ["issued", "revoked"]


def test_a_later_row_changes_no_state(enter: Callable[..., Any], store: Store):
    enter()
    again = enter(state="cancelled")

    assert store.one(select(Term.state)) == "active"
    assert [w["code"] for w in again.warnings if w["code"] == "state_by_register"]


def test_nobody_who_is_barred_gets_a_certificate_in_any_society(
    enter: Callable[..., Any], store: Store, stranger: Someone, society: Any
):
    assert society.code == "home"
    enter(state="revoked")
    before = store.count(Term)

    with pytest.raises(Rejected, match="barred"):
        enter(by=stranger, society="other", registration_no="O-1")
    with pytest.raises(Rejected, match="barred"):
        enter(starts_on="2029-03-01")
    assert store.count(Term) == before
