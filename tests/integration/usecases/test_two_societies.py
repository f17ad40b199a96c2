"""One person, two societies with tables of their own: each credits what its table knows."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.models import Credit, Registration, RuleVersion
from cpd_app.policy import RoleName
from cpd_app.texts.trace import trace_lines
from cpd_app.usecases import merges
from tests.support import builders
from tests.support.files import ACTIVITIES, a_csv
from tests.support.people import Someone
from tests.support.recorded import logged, published
from tests.support.store import Store

Do = Callable[..., Any]
DAY = date(2026, 5, 6)
NOTHING = "学会的折算表不收这样的记录，不计学时"


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


@pytest.fixture
def workshop(do: Do, store: Store, registrar: Someone, now: datetime) -> RuleVersion:
    """The society's own table has a kind that no other has."""
    baseline = store.one(select(RuleVersion).where(RuleVersion.society_id.is_(None))).body
    body = {"kinds": {"workshop": baseline["kinds"]["training"]}}
    return published(do, registrar, body, now=now, from_on=date(2024, 1, 1))


@pytest.fixture
def elsewhere(store: Store, member: Someone, other_society: Any) -> Registration:
    """The member's registration with another society, which ends later."""
    term = {"starts_on": date(2024, 3, 1), "ends_on": date(2029, 3, 1)}
    return builders.a_registration(store, member.person, other_society, term=term)


def credits_of(store: Store) -> dict[int, Credit]:
    return {c.registration_id: c for c in store.all(select(Credit))}


@pytest.mark.usefixtures("workshop")
def test_a_kind_that_only_one_table_has_gives_nothing_in_the_other(
    do: Do, store: Store, member: Someone, elsewhere: Registration, now: datetime
):
    logged(do, member, "workshop", DAY, now=now, minutes=90)

    found = credits_of(store)
    assert member.registration is not None
    assert found[member.registration.id].recognised == 200
    there = found[elsewhere.id]
    assert (there.recognised, there.conversion) == (0, 0)
    assert there.reasons == [{"code": "not_in_table", "refusal": "unknown_kind"}]
    assert trace_lines([*there.trace, *there.reasons]) == [NOTHING]


@pytest.mark.usefixtures("workshop", "now")
def test_an_import_says_it_the_same_way(
    bring_file: Do, confirm_file: Do, store: Store, member: Someone, registrar: Someone,
    elsewhere: Registration,
):  # fmt: skip
    row = {"login": member.person.email, "kind": "workshop", "title": "工作坊",
           "ended_on": DAY.isoformat(), "minutes": "90"}  # fmt: skip
    assert set(row) == set(ACTIVITIES)
    data = a_csv(ACTIVITIES, [str(row[column]) for column in ACTIVITIES])
    confirm_file(registrar, bring_file(registrar, "activities", data))

    assert credits_of(store)[elsewhere.id].reasons == [
        {"code": "not_in_table", "refusal": "unknown_kind"}
    ]


@pytest.mark.usefixtures("workshop")
def test_a_table_that_does_not_know_a_kind_is_no_reason_against_a_merge(
    do: Do, store: Store, member: Someone, other_society: Any, now: datetime
):
    kept = builders.a_person(store, name="张会员")
    term = {"starts_on": date(2022, 3, 1), "ends_on": date(2027, 3, 1)}
    there = builders.a_registration(store, kept, other_society, term=term)
    builders.a_membership(store, kept, other_society)
    logged(do, member, "workshop", DAY, now=now, minutes=90)
    keeper = builders.a_person(store, name="钱登记")
    assert member.society is not None
    roles = frozenset({RoleName.REGISTRAR})
    for society in (member.society, other_society):
        builders.a_role(store, keeper, RoleName.REGISTRAR, society)
    own = builders.a_registration(store, kept, member.society)

    actor = Someone(keeper, member.society, roles=roles).actor
    do(merges.merge_members, actor, own.id, member.id, "同一人", now=now)

    found = credits_of(store)
    assert set(found) == {own.id, there.id, member.registration and member.registration.id}
    assert found[there.id].recognised == 0
    assert found[own.id].recognised == 200
