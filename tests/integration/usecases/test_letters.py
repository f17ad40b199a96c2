"""Letters with a code: ordered alike for all, throttled, written at the moment they are sent."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import Rejected
from cpd_app.models import Job, OneTimeCode, Person
from cpd_app.policy import Actor
from cpd_app.usecases import activation, contacts, letters
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
HERE = "192.0.2.1"
WORKER = Actor.system(letters.TASK)


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-10-22 09:00")


@pytest.fixture
def order(do: Do, now: datetime) -> Callable[..., int]:
    """Order a letter as the page does; minutes to wait."""

    def for_name(name: str, address: str = HERE, later: timedelta | None = None) -> int:
        at = now + (later or timedelta())
        waiting: int = do(letters.order_reset, name, address=address, now=at)
        return waiting

    return for_name


def test_a_known_address_gets_a_letter_with_a_code_of_a_day(
    do: Do, order: Callable[..., int], member: Someone, now: datetime, store: Store
) -> None:
    assert order(str(member.person.email).upper()) == 0
    job = store.one(select(Job))
    assert (job.kind, job.subject_id) == ("send_code", member.id)
    assert store.count(OneTimeCode) == 0, "no code before the letter is written"

    letter = do(letters.write_letter, WORKER, member.id, job.payload, now=now)

    assert (letter.to, letter.name, letter.purpose) == (member.person.email, "张会员", "reset")
    assert letter.expires_at == now + timedelta(days=1)
    opened = do(activation.open_code, letter.code, address=HERE, now=now)
    assert (opened.name, opened.first) == ("张*员", False)


@pytest.mark.parametrize("name", ["nobody@example.org", "+8613000000000", "SF-0"])
def test_an_unknown_name_is_answered_alike_and_nothing_is_sent(
    order: Callable[..., int], store: Store, name: str
) -> None:
    assert order(name) == 0
    assert store.count(Job) == 0


def test_phone_and_number_send_to_the_address_that_is_kept(
    order: Callable[..., int], member: Someone, store: Store
) -> None:
    assert member.registration
    order(str(member.person.phone))
    order(member.registration.number, later=timedelta(seconds=1))

    assert [j.subject_id for j in store.all(select(Job))] == [member.id, member.id]


def test_without_an_address_nothing_can_be_sent(order: Callable[..., int], store: Store) -> None:
    person = builders.a_person(store, email=None)

    assert order(str(person.phone)) == 0
    assert store.count(Job) == 0


def test_three_letters_an_hour_whether_or_not_there_is_such_an_account(
    order: Callable[..., int], member: Someone, store: Store
) -> None:
    for name in (str(member.person.email), "nobody@example.org"):
        assert [order(name, later=timedelta(seconds=n)) for n in range(3)] == [0, 0, 0]
        assert order(name, "192.0.2.7", later=timedelta(seconds=3)) == 60
        assert order(name, later=timedelta(minutes=61)) == 0
    assert {j.subject_id for j in store.all(select(Job))} == {member.id}
    assert store.count(Job) == 4


def test_an_address_orders_so_many_letters_only(order: Callable[..., int]) -> None:
    assert {order(f"nobody-{n}@example.org") for n in range(20)} == {0}
    assert order("one-more@example.org") == 60


def test_nobody_writes_to_who_is_gone(do: Do, now: datetime) -> None:
    payload = {"purpose": "reset", "new_contact": None}

    assert do(letters.write_letter, WORKER, 999, payload, now=now) is None


def test_a_merged_account_gets_no_letter(
    do: Do, member: Someone, other_member: Someone, now: datetime, store: Store
) -> None:
    with store.session() as session:
        session.get_one(Person, member.id).merged_into_id = other_member.id
    payload = {"purpose": "reset", "new_contact": None}

    assert do(letters.write_letter, WORKER, member.id, payload, now=now) is None


def test_a_new_address_proves_itself_by_a_letter(
    do: Do, member: Someone, now: datetime, store: Store
) -> None:
    assert do(contacts.order_email_change, member.actor, " New@Example.org", now=now) == 0
    job = store.one(select(Job))

    letter = do(letters.write_letter, member.actor, member.id, job.payload, now=now)

    assert (letter.to, letter.purpose) == ("new@example.org", "contact")
    done = do(contacts.confirm_contact, member.actor, letter.code, address=HERE, now=now)
    assert done.contact == "n***@example.org"
    assert store.get(Person, member.id).email == "new@example.org"


def test_addresses_that_cannot_be_are_refused(do: Do, member: Someone, now: datetime) -> None:
    with pytest.raises(Rejected, match="email_bad"):
        do(contacts.order_email_change, member.actor, "no address", now=now)
    with pytest.raises(Rejected, match="contact_same"):
        do(contacts.order_email_change, member.actor, str(member.person.email), now=now)


def test_a_member_floods_nobody_with_codes(do: Do, member: Someone, now: datetime) -> None:
    said = [
        do(contacts.order_email_change, member.actor, f"a{n}@example.org", now=now)
        for n in range(4)
    ]

    assert said == [0, 0, 0, 60]
