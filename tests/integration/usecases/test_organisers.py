"""People asked in to run one event: by link, without a role, until 7 days after the settlement."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.models import Event, EventOrganiser, Person, Society
from cpd_app.policy import Actor, Permission
from cpd_app.usecases import organisers, passwords
from cpd_app.usecases.event_access import event_for, runs_some_event
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def event(store: Store, organiser: Someone, society: Society) -> Event:
    """An open event of the organiser."""
    return builders.an_event(store, organiser.person, society, around=NOW)


@pytest.fixture
def secret(do: Do, event: Event, organiser: Someone) -> str:
    """The secret of a link that nobody has opened."""
    return do(
        lambda: (
            organisers.invite_organiser(
                organiser.actor, event.id, name="示范·承办", unit="示范会务公司", now=NOW
            ).secret
        )
    )


def may_run(do: Do, someone: Someone | Actor, event: Event, now: datetime = NOW) -> bool:
    """Whether somebody may run the event at that time."""
    actor = someone if isinstance(someone, Actor) else someone.actor
    try:
        do(event_for, actor, event.id, Permission.RUN_EVENT, now=now)
    except (NotFound, NotAllowed):
        return False
    return True


def test_a_link_lets_one_person_run_one_event(
    do: Do, secret: str, event: Event, stranger: Someone, organiser: Someone, society: Society,
    store: Store,
):  # fmt: skip
    other = builders.an_event(store, organiser.person, society, around=NOW)

    do(organisers.accept_invitation, stranger.actor, secret, now=NOW)

    assert may_run(do, stranger, event)
    assert not may_run(do, stranger, other)
    assert do(runs_some_event, stranger.id, now=NOW)
    kept = store.one(select(EventOrganiser))
    assert (kept.person_id, kept.token_hash, kept.accepted_at) == (stranger.id, None, NOW)


def test_a_link_is_used_once(do: Do, secret: str, stranger: Someone, member: Someone):
    do(organisers.accept_invitation, stranger.actor, secret, now=NOW)

    with pytest.raises(NotFound) as refused:
        do(organisers.accept_invitation, member.actor, secret, now=NOW)

    assert refused.value.code == "invitation_over"


def test_a_link_ends_after_fourteen_days(do: Do, secret: str, stranger: Someone):
    last = NOW + timedelta(days=14)
    assert do(organisers.invitation_of, secret, now=last - timedelta(seconds=1)).name == "示范·承办"

    with pytest.raises(NotFound):
        do(organisers.accept_invitation, stranger.actor, secret, now=last)


def test_a_second_link_for_the_same_person_changes_nothing(
    do: Do, secret: str, event: Event, organiser: Someone, stranger: Someone, store: Store
):
    do(organisers.accept_invitation, stranger.actor, secret, now=NOW)
    second = do(
        lambda: organisers.invite_organiser(organiser.actor, event.id, name="再请", now=NOW).secret
    )

    do(organisers.accept_invitation, stranger.actor, second, now=NOW)

    assert store.count(EventOrganiser) == 1


def test_revoking_ends_access_at_once_and_a_new_link_gives_it_back(
    do: Do, secret: str, event: Event, organiser: Someone, stranger: Someone, store: Store
):
    do(organisers.accept_invitation, stranger.actor, secret, now=NOW)
    row = store.one(select(EventOrganiser))

    do(organisers.revoke_organiser, organiser.actor, event.id, row.id, now=NOW)

    assert not may_run(do, stranger, event)
    again = do(
        lambda: organisers.invite_organiser(organiser.actor, event.id, name="再请", now=NOW).secret
    )
    do(organisers.accept_invitation, stranger.actor, again, now=NOW)
    assert may_run(do, stranger, event)


def test_revoking_an_unused_link_ends_it(
    do: Do, secret: str, event: Event, organiser: Someone, store: Store
):
    row = store.one(select(EventOrganiser))

    do(organisers.revoke_organiser, organiser.actor, event.id, row.id, now=NOW)

    with pytest.raises(NotFound):
        do(organisers.invitation_of, secret, now=NOW)


def test_access_ends_seven_days_after_the_settlement(
    do: Do, secret: str, event: Event, stranger: Someone, store: Store
):
    do(organisers.accept_invitation, stranger.actor, secret, now=NOW)
    with store.session() as session:
        kept = session.get_one(Event, event.id)
        kept.state, kept.settled_at = "settled", NOW

    assert may_run(do, stranger, event, NOW + timedelta(days=7, seconds=-1))
    assert not may_run(do, stranger, event, NOW + timedelta(days=7))
    assert do(organisers.access_ends_at, store.get(Event, event.id)) == NOW + timedelta(days=7)


def test_somebody_without_an_account_makes_one_that_can_do_nothing_else(
    do: Do, app: Any, secret: str, event: Event, store: Store
):
    with app.app_context():
        chosen = passwords.choose("correct horse battery")

    made, _token = do(
        organisers.accept_as_new, secret, email="Host@Example.org", password=chosen,
        device="Test", now=NOW,
    )  # fmt: skip

    person = store.one(select(Person).where(Person.email == "host@example.org"))
    assert made.id == event.id
    assert (person.name, person.activated_at) == ("示范·承办", NOW)
    assert may_run(do, Actor(person_id=person.id, origin="web"), event)


def test_an_account_is_not_taken_over_by_its_address(
    do: Do, app: Any, secret: str, member: Someone, store: Store
):
    with app.app_context():
        chosen = passwords.choose("correct horse battery")
    before = store.count(Person)

    for email, refusal in (
        (member.person.email, Conflict),
        ("no address", Rejected),
        ("", Rejected),
    ):
        with pytest.raises(refusal):
            do(organisers.accept_as_new, secret, email=email, password=chosen, device="T", now=NOW)

    assert store.count(Person) == before


@pytest.mark.parametrize(
    ("name", "unit", "code"),
    [(" ", None, "missing_field"), ("长" * 81, None, "too_long"), ("名", "长" * 161, "too_long")],
)
def test_what_an_invitation_refuses(
    do: Do, event: Event, organiser: Someone, name: str, unit: str | None, code: str
):
    with pytest.raises(Rejected) as refused:
        do(organisers.invite_organiser, organiser.actor, event.id, name=name, unit=unit, now=NOW)

    assert refused.value.code == code


def test_who_may_ask_somebody_in(
    do: Do, event: Event, registrar: Someone, auditor: Someone, member: Someone, stranger: Someone
):
    assert do(organisers.invite_organiser, registrar.actor, event.id, name="甲", now=NOW)
    with pytest.raises(NotAllowed):
        do(organisers.invite_organiser, auditor.actor, event.id, name="甲", now=NOW)
    for someone in (member, stranger):
        with pytest.raises(NotFound):
            do(organisers.invite_organiser, someone.actor, event.id, name="甲", now=NOW)
        with pytest.raises(NotFound):
            do(organisers.revoke_organiser, someone.actor, event.id, 1, now=NOW)


def test_whoever_was_asked_in_from_outside_asks_in_nobody_else(
    do: Do, event: Event, secret: str, stranger: Someone, store: Store
):
    do(organisers.accept_invitation, stranger.actor, secret, now=NOW)
    kept = store.one(select(EventOrganiser))
    assert may_run(do, stranger, event)

    with pytest.raises(NotAllowed):
        do(organisers.invite_organiser, stranger.actor, event.id, name="乙", now=NOW)
    with pytest.raises(NotAllowed):
        do(organisers.revoke_organiser, stranger.actor, event.id, kept.id, now=NOW)


def test_nobody_is_asked_in_to_what_is_over(
    do: Do, organiser: Someone, society: Society, store: Store
):
    over = builders.an_event(store, organiser.person, society, around=NOW, state="cancelled")

    with pytest.raises(Conflict):
        do(organisers.invite_organiser, organiser.actor, over.id, name="甲", now=NOW)
