"""The demo's audit queue: each case leaves a filing in its state, by the use cases alone."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.cli.demo_audits import Desk, make_audits
from cpd_app.demo import audits
from cpd_app.models import Appeal, Deadline, FileReturn, Filing, Society, Term
from tests.support import builders
from tests.support.people import Someone
from tests.support.renewing import Renewing
from tests.support.store import Store

Do = Callable[..., Any]
STATES = {
    "passed": "passed",
    "filed": "filed",
    "appealed": "refused",
    "proposed": "proposed",
    "returned": "returned",
    "answered": "reading",
    "reading": "reading",
    "read": "reading",
}


@pytest.fixture
def member(do: Do, trusting: Society, member: Someone, at: Callable[[str], datetime]) -> Someone:
    """50 hours in each of the five years, no summary yet."""
    at("2027-12-31 10:00")
    one = Renewing(member, do)
    for year in range(2023, 2028):
        one.log(date(year, 5, 20), 50, competences=("knowledge",))
    assert trusting.id
    return member


@pytest.fixture
def desk(auditor: Someone, society: Society, store: Store) -> Desk:
    second = builders.a_person(store)
    builders.a_role(store, second, "auditor", society)
    return Desk(auditor.actor, Someone(second, society, roles=auditor.roles).actor)


def made(app: Flask, member: Someone, desk: Desk, name: str) -> list[str]:
    case = next(c for c in audits.CASES if c.name == name)
    with app.app_context():
        return make_audits([member.actor], desk, [case])


@pytest.mark.parametrize("name", STATES)
def test_a_case_ends_in_its_state(app: Flask, store: Store, member: Someone, desk: Desk, name: str):
    assert made(app, member, desk, name) == [name]

    assert store.all(select(Filing.state)) == [STATES[name]]
    assert store.count(Appeal) == (name == "appealed")
    assert store.count(Term) == (2 if name == "passed" else 1)


def test_a_returned_file_has_days_left(app: Flask, store: Store, member: Someone, desk: Desk):
    made(app, member, desk, "returned")

    returned = store.one(select(FileReturn))
    due_on = store.one(select(Deadline.due_on).where(Deadline.kind == "return"))
    assert returned.state == "open"
    assert due_on > date(2027, 12, 31)
    assert len(returned.items) == 3


def test_who_cannot_file_is_passed_over(
    app: Flask, store: Store, other_member: Someone, desk: Desk, at: Callable[[str], datetime]
):
    at("2027-12-31 10:00")

    assert made(app, other_member, desk, "filed") == []
    assert store.count(Filing) == 0


def test_every_case_is_looked_at():
    assert {case.name for case in audits.CASES} == set(STATES)
