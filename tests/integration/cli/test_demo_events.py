"""The demo's events: made by use cases, and the member's log holds what they gave."""

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app import clock
from cpd_app.cli.demo_events import Someone as OnRoster
from cpd_app.cli.demo_events import make_events
from cpd_app.demo import story
from cpd_app.models import Activity, Event, Person, RosterEntry
from cpd_app.policy import RoleName
from cpd_app.usecases.progress import readiness_of
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

MEMBER = "member@demo.test"


@pytest.fixture
def member(store: Store, at: Callable[[str], datetime]) -> Someone:
    """The demo's people as far as events need them; the one one signs in as."""
    at("2026-11-20 14:20")
    home = builders.a_society(store, code="demo-elec")
    other = builders.a_society(store, code="demo-mech")
    for login, role, society in (
        ("organiser@demo.test", RoleName.ORGANISER, home),
        ("auditor@demo.test", RoleName.AUDITOR, home),
        ("registrar@other.test", RoleName.REGISTRAR, other),
    ):
        builders.a_role(store, builders.a_person(store, email=login), role, society)
    person = builders.a_person(store, name="示范·高启明", email=MEMBER)
    term = {"starts_on": story.starts_on(clock.today())}
    return Someone(person, home, builders.a_registration(store, person, home, term=term))


def on_roster(store: Store, member: Someone, number: int) -> OnRoster:
    assert member.society
    person = builders.a_person(store, name=f"示范·会员{number}")
    registration = builders.a_registration(store, person, member.society)
    return OnRoster(person.email or "", f"示范·会员{number}", registration.number)


def test_the_settled_event_stands_in_the_members_log(app: Flask, store: Store, member: Someone):
    assert member.registration
    people = [on_roster(store, member, number) for number in range(8)]

    with app.app_context():
        tries = make_events(MEMBER, people)
        standing = readiness_of(member.actor, member.registration.id, on=clock.today())

    (record,) = standing.records
    assert (record.title, record.recognised, record.assurance) == (
        "高压直流输电研讨会（示范）", 600, "A",
    )  # fmt: skip
    assert store.count(Activity, Activity.event_id.is_not(None)) > 4
    states = store.all(select(Event.state).order_by(Event.id))
    assert states == [
        "settled",
        "open",
        "approved",
        "approved",
        "approved",
        "approved",
        "submitted",
    ]
    assert any("/approval" in line for line in tries)


@pytest.mark.usefixtures("member")
def test_nobody_is_made_for_it(app: Flask, store: Store):
    before = store.count(Person)

    with app.app_context():
        make_events(MEMBER, [])

    assert store.count(Person) == before
    guests = store.all(select(RosterEntry.name).where(RosterEntry.person_id.is_(None)))
    assert sorted(guests) == ["示范·来宾乙", "示范·来宾甲"]
    assert all("示范" in title for title in store.all(select(Event.title)))
