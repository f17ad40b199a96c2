"""One fixture a role, named by it: tests say who acts. `stranger` is all of them elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask

from cpd_app import access, clock
from cpd_app.db import transaction
from cpd_app.models import Person, Registration, Society
from cpd_app.policy import Actor, RoleName
from cpd_app.usecases.actors import actor_for
from cpd_app.usecases.signin import begin_sign_in
from tests.support import builders
from tests.support.page import Browser
from tests.support.store import Store


@dataclass(frozen=True)
class Someone:
    """A person of a test with what belongs to them."""

    person: Person
    #: the society they are a member of or work for; the federation has none
    society: Society | None = None
    registration: Registration | None = None
    roles: frozenset[RoleName] = frozenset()

    @property
    def id(self) -> int:
        """The person's id."""
        return self.person.id

    @property
    def actor(self) -> Actor:
        """This person as a use case sees them."""
        at_home = {self.society.id: self.roles} if self.society and self.roles else {}
        return Actor(
            person_id=self.person.id,
            origin="web",
            roles=at_home,
            is_federation=RoleName.FEDERATION in self.roles,
        )


@pytest.fixture
def society(store: Store) -> Society:
    """The society that everyone but the stranger belongs to."""
    return builders.a_society(store, code="home", name="本地学会", name_en="Home Society")


@pytest.fixture
def other_society(store: Store) -> Society:
    """The stranger's society."""
    return builders.a_society(store, code="other", name="外地学会", name_en="Other Society")


def _a_member(store: Store, society: Society, name: str) -> Someone:
    person = builders.a_person(store, name=name)
    builders.a_membership(store, person, society)
    return Someone(person, society, builders.a_registration(store, person, society))


def _staff(store: Store, society: Society | None, name: str, *roles: RoleName) -> Someone:
    person = builders.a_person(store, name=name)
    for role in roles:
        builders.a_role(store, person, role, society)
    return Someone(person, society, roles=frozenset(roles))


@pytest.fixture
def member(store: Store, society: Society) -> Someone:
    """A member with one registration."""
    return _a_member(store, society, "张会员")


@pytest.fixture
def other_member(store: Store, society: Society) -> Someone:
    """Another member of the same society."""
    return _a_member(store, society, "李会员")


@pytest.fixture
def organiser(store: Store, society: Society) -> Someone:
    """Who plans events of the society."""
    return _staff(store, society, "王组织", RoleName.ORGANISER)


@pytest.fixture
def auditor(store: Store, society: Society) -> Someone:
    """Who looks at documents."""
    return _staff(store, society, "赵审核", RoleName.AUDITOR)


@pytest.fixture
def registrar(store: Store, society: Society) -> Someone:
    """Who keeps the register."""
    return _staff(store, society, "钱管理", RoleName.REGISTRAR)


@pytest.fixture
def expert(store: Store, society: Society) -> Someone:
    """Who is asked in from outside to read files."""
    return _staff(store, society, "吴专家", RoleName.EXPERT)


@pytest.fixture
def federation(store: Store) -> Someone:
    """Who sees states and counts of all societies."""
    return _staff(store, None, "孙联合", RoleName.FEDERATION)


@pytest.fixture
def stranger(store: Store, other_society: Society) -> Someone:
    """A member of another society who has every role there."""
    someone = _a_member(store, other_society, "周外人")
    roles = (RoleName.ORGANISER, RoleName.AUDITOR, RoleName.REGISTRAR)
    for role in roles:
        builders.a_role(store, someone.person, role, other_society)
    return Someone(someone.person, other_society, someone.registration, frozenset(roles))


@pytest.fixture
def as_(app: Flask) -> Callable[[Someone], Browser]:
    """A browser in which somebody is signed in: `as_(member).get("progress.home")`."""

    def sign_in(someone: Someone) -> Browser:
        browser = Browser(app)
        with app.app_context(), transaction():
            secret = begin_sign_in(someone.id, device="Test", now=clock.now())
        with browser.client.session_transaction() as kept:
            kept.permanent = True
            kept[access.TOKEN_KEY] = secret
        return browser

    return sign_in


@pytest.fixture
def actor_of(app: Flask) -> Callable[[Someone], Actor]:
    """The person as an edge makes them: with the roles that the database holds today."""

    def load(someone: Someone) -> Actor:
        with app.app_context():
            return actor_for(someone.id, origin="web", today=clock.today())

    return load
