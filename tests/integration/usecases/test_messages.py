"""Telling people: once a key, by the ways that reach them, at their hours."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from cpd_app.domain.messages import Channel, MessageKind
from cpd_app.models import Delivery, Message, MessageChoice, MessageHabit, Person, Reach
from cpd_app.usecases.messages import Draft, tell, tell_all, withdraw
from tests.support.builders import a_person
from tests.support.store import Store

#: noon in Shanghai
NOW = datetime(2027, 3, 10, 4, tzinfo=UTC)

Do = Callable[..., Any]


def draft(person: Person, key: str, kind: MessageKind = MessageKind.TRIAL) -> Draft:
    return Draft(person.id, kind, key)


def deliveries(store: Store, person: Person) -> Sequence[Delivery]:
    return store.all(select(Delivery).where(Delivery.person_id == person.id))


def test_the_same_key_tells_once(store: Store, do: Do) -> None:
    person = a_person(store)
    assert do(tell, draft(person, "a"), now=NOW)
    assert not do(tell, draft(person, "a"), now=NOW + timedelta(days=1))
    assert len(deliveries(store, person)) == 1


def test_many_people_in_one_go(store: Store, do: Do) -> None:
    people = [a_person(store) for _ in range(5)]
    drafts = [draft(person, f"{person.id}-{n}") for person in people for n in range(3)]
    assert do(tell_all, drafts, now=NOW) == 15
    assert do(tell_all, drafts, now=NOW) == 0


def test_who_died_or_resigned_is_told_nothing(store: Store, do: Do) -> None:
    person = a_person(store, messages_stopped_at=NOW)
    assert not do(tell, draft(person, "a"), now=NOW)
    assert not deliveries(store, person)


def test_a_merged_account_is_read_by_the_one_that_was_kept(store: Store, do: Do) -> None:
    kept = a_person(store)
    gone = a_person(store, merged_into_id=kept.id)
    do(tell, draft(gone, "a"), now=NOW)
    assert store.one(select(Message.person_id)) == kept.id


def test_a_bounced_address_is_not_written_to_again(store: Store, do: Do) -> None:
    person = a_person(store)
    store.add(Reach(person_id=person.id, channel=Channel.EMAIL.value, state="bounced", since=NOW))
    assert do(tell, draft(person, "a"), now=NOW)
    assert not deliveries(store, person)


def test_choices_and_hours_are_the_persons(store: Store, do: Do) -> None:
    person = a_person(store)
    habit = {"zone": "Asia/Shanghai", "quiet_from": 0, "quiet_to": 13 * 60}
    store.add(
        MessageChoice(person_id=person.id, topic="checkin", channel="email", wanted=False),
        MessageHabit(person_id=person.id, **habit),
    )
    do(tell, draft(person, "a", MessageKind.CHECKED_IN), now=NOW)
    do(tell, draft(person, "b", MessageKind.RETURNED), now=NOW)
    (only,) = deliveries(store, person)
    assert only.due_at == NOW + timedelta(hours=1)


def test_what_is_no_longer_true_is_not_sent(store: Store, do: Do) -> None:
    person = a_person(store)
    do(tell, draft(person, "a"), now=NOW)
    do(withdraw, ["a"], now=NOW)
    (only,) = deliveries(store, person)
    assert (only.state, only.problem) == ("dropped", {"code": "withdrawn"})
