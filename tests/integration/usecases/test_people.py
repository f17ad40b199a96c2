"""A person's own page, and the first people, roles and societies of an installation."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.models import Employment, FileView, Role, Society
from cpd_app.policy import Actor, RoleName
from cpd_app.usecases import people, roles, societies
from cpd_app.usecases.actors import actor_for
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
TODAY = date(2026, 10, 22)
OWNER = Actor.system("cli")


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-10-22 09:00")


@pytest.mark.parametrize(
    ("term", "state"),
    [
        ({}, "active"),
        ({"state": "suspended"}, "suspended"),
        ({"state": "revoked"}, "revoked"),
        ({"ends_on": TODAY}, "expired"),
        ({"ends_on": TODAY + timedelta(days=1)}, "active"),
        ({"starts_on": TODAY + timedelta(days=1)}, "waiting"),
    ],
)
def test_the_certificate_says_its_state(
    app: Flask, store: Store, society: Society, now: datetime, term: dict[str, Any], state: str
) -> None:
    person = builders.a_person(store)
    builders.a_registration(store, person, society, term=term)

    with app.app_context():
        assert people.me_of(Actor(person.id, "web"), now=now, today=TODAY).state == state


def test_without_a_registration_there_is_no_certificate(
    app: Flask, registrar: Someone, now: datetime
) -> None:
    with app.app_context():
        me = people.me_of(registrar.actor, now=now, today=TODAY)

    assert (me.shown, me.state, me.registrations) == (None, "", [])


def test_the_chosen_registration_is_shown(
    app: Flask,
    do: Do,
    store: Store,
    member: Someone,
    other_member: Someone,
    other_society: Society,
    now: datetime,
) -> None:
    second = builders.a_registration(store, member.person, other_society)
    assert other_member.registration

    do(people.show_registration, member.actor, second.id)

    with app.app_context():
        me = people.me_of(member.actor, now=now, today=TODAY)
        assert me.shown is not None
        assert me.shown.registration.id == second.id
        assert len(me.registrations) == 2
    for other in (other_member.registration.id, 999):
        with pytest.raises(NotFound):
            do(people.show_registration, member.actor, other)


def test_a_member_reads_who_opened_their_evidence(
    app: Flask,
    store: Store,
    member: Someone,
    other_member: Someone,
    auditor: Someone,
    now: datetime,
) -> None:
    mine, theirs = (
        builders.a_file(store, member.person),
        builders.a_file(store, other_member.person),
    )
    store.add(
        FileView(file_id=mine.id, person_id=auditor.id, at=now - timedelta(days=40)),
        FileView(file_id=mine.id, person_id=auditor.id, at=now - timedelta(days=1)),
        FileView(file_id=theirs.id, person_id=auditor.id, at=now),
    )

    with app.app_context():
        views = people.views_of(member.actor)
        me = people.me_of(member.actor, now=now, today=TODAY)
    assert [(v.who, v.file_name, v.at) for v in views] == [
        ("赵审核", "签到表.jpg", now - timedelta(days=1)),
        ("赵审核", "签到表.jpg", now - timedelta(days=40)),
    ]
    assert me.recent_views == 1


def test_the_profile_has_employers_and_memberships(
    app: Flask, store: Store, member: Someone
) -> None:
    for year, employer in ((2020, "旧单位"), (2024, "新单位")):
        store.add(Employment(person_id=member.id, employer=employer, from_on=date(year, 1, 1)))

    with app.app_context():
        profile = people.profile_of(member.actor)
    assert [e.employer for e in profile.employments] == ["新单位", "旧单位"]
    assert [s.name for s, _m in profile.memberships] == ["本地学会"]


def test_the_first_society_its_registrar_and_their_role(
    app: Flask, do: Do, now: datetime, store: Store
) -> None:
    made = do(societies.add_society, OWNER, " CSEE ", "电机学会", "CSEE", began_on=TODAY, now=now)
    person = do(
        people.add_person, OWNER, name="王", email="W@e.org", phone=None, now=now, today=TODAY
    )
    granted = do(
        roles.grant_role,
        OWNER,
        person.id,
        RoleName.REGISTRAR,
        society_id=made.id,
        now=now,
        today=TODAY,
    )

    assert (made.code, person.email, person.password_hash) == ("csee", "w@e.org", None)
    with app.app_context():
        assert societies.society_of_code("CSEE").id == made.id
        actor = actor_for(person.id, origin="web", today=TODAY)
    assert actor.roles == {made.id: {RoleName.REGISTRAR}}
    again = do(
        roles.grant_role,
        OWNER,
        person.id,
        RoleName.REGISTRAR,
        society_id=made.id,
        now=now,
        today=TODAY,
    )
    assert again.id == granted.id
    assert store.count(Role) == 1


def test_a_role_ends_today(
    app: Flask, do: Do, registrar: Someone, auditor: Someone, society: Society, now: datetime
) -> None:
    ended = do(
        roles.end_role,
        registrar.actor,
        auditor.id,
        RoleName.AUDITOR,
        society_id=society.id,
        now=now,
        today=TODAY,
    )

    assert ended == 1
    with app.app_context():
        assert actor_for(auditor.id, origin="web", today=TODAY).roles == {}
    with pytest.raises(NotFound, match="role_not_held"):
        do(
            roles.end_role,
            registrar.actor,
            auditor.id,
            RoleName.AUDITOR,
            society_id=society.id,
            now=now,
            today=TODAY,
        )


def test_nobody_raises_themselves_and_strangers_raise_nobody(
    do: Do, registrar: Someone, stranger: Someone, member: Someone, society: Society, now: datetime
) -> None:
    def grant(actor: Actor, person_id: int, role: RoleName, society_id: int | None) -> None:
        do(roles.grant_role, actor, person_id, role, society_id=society_id, now=now, today=TODAY)

    with pytest.raises(NotAllowed):
        grant(registrar.actor, registrar.id, RoleName.AUDITOR, society.id)
    with pytest.raises(NotFound):
        grant(stranger.actor, member.id, RoleName.AUDITOR, society.id)
    with pytest.raises((NotAllowed, NotFound)):
        grant(registrar.actor, member.id, RoleName.FEDERATION, None)
    with pytest.raises(Rejected, match="role_needs_society"):
        grant(OWNER, member.id, RoleName.AUDITOR, None)
    with pytest.raises(Rejected, match="role_needs_society"):
        grant(OWNER, member.id, RoleName.FEDERATION, society.id)
    with pytest.raises(NotFound):
        grant(OWNER, 999, RoleName.AUDITOR, society.id)
    with pytest.raises(Rejected, match="role_ends_early"):
        do(
            roles.grant_role,
            OWNER,
            member.id,
            RoleName.AUDITOR,
            society_id=society.id,
            ends_on=TODAY,
            now=now,
            today=TODAY,
        )


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"name": " "}, "name_missing"),
        ({"email": None}, "contact_missing"),
        ({"email": "no address"}, "email_bad"),
        ({"phone": "123"}, "phone_bad"),
    ],
)
def test_a_person_needs_a_name_and_a_contact(
    do: Do, now: datetime, over: dict[str, Any], code: str
) -> None:
    whole: dict[str, Any] = {"name": "王", "email": "w@example.org", "phone": None, **over}

    with pytest.raises(Rejected, match=code):
        do(people.add_person, OWNER, **whole, now=now, today=TODAY)


def test_a_contact_belongs_to_one_person(do: Do, member: Someone, now: datetime) -> None:
    with pytest.raises(Conflict, match="contact_taken"):
        do(
            people.add_person,
            OWNER,
            name="王",
            email=None,
            phone=member.person.phone,
            now=now,
            today=TODAY,
        )


def test_only_the_machines_owner_adds_societies_and_people(
    do: Do, registrar: Someone, society: Society, now: datetime
) -> None:
    def add(actor: Actor, code: str, name: str = "学会") -> None:
        do(societies.add_society, actor, code, name, "Society", began_on=TODAY, now=now)

    with pytest.raises(NotAllowed):
        add(registrar.actor, "mine")
    with pytest.raises(NotAllowed):
        do(
            people.add_person,
            registrar.actor,
            name="王",
            email="w@example.org",
            phone=None,
            now=now,
            today=TODAY,
        )
    with pytest.raises(Rejected, match="society_code_bad"):
        add(OWNER, "学会")
    with pytest.raises(Rejected, match="name_missing"):
        add(OWNER, "new", " ")
    with pytest.raises(Conflict, match="society_exists"):
        add(OWNER, society.code)
