"""Deliveries: handed out once, claimed as parcels, marked one by one, found again by envelope."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from cpd_app.domain.messages import Channel, MessageKind
from cpd_app.models import Delivery, Message, MessageHabit, Person, Reach
from cpd_app.usecases import contacts, deliveries, messages, reaching
from cpd_app.usecases.activation import Purpose
from cpd_app.usecases.deliveries import HANDED, LEASE, MOST_ATTEMPTS
from cpd_app.usecases.messages import Draft
from tests.support.builders import a_person
from tests.support.store import Store

#: noon in Shanghai
NOW = datetime(2027, 3, 10, 4, tzinfo=UTC)

Do = Callable[..., Any]


@pytest.fixture
def told(store: Store, do: Do) -> Callable[..., Person]:
    """A person with so many messages that are due now."""

    def tell(count: int = 1, **values: Any) -> Person:
        person = a_person(store, **values)
        for number in range(count):
            draft = Draft(person.id, MessageKind.TRIAL, f"{person.id}-{number}")
            do(messages.tell, draft, now=NOW)
        return person

    return tell


def of(store: Store, person: Person) -> list[Delivery]:
    return list(store.all(select(Delivery).where(Delivery.person_id == person.id)))


def code(delivery: Delivery) -> str:
    assert delivery.problem
    return str(delivery.problem["code"])


def claimed(do: Do, store: Store, worker: str = "w", now: datetime = NOW) -> list[Any]:
    ids = store.all(select(Delivery.id))
    return list(do(deliveries.claim, ids, worker=worker, now=now))


def test_what_is_due_is_handed_out_once_until_it_may_have_been_lost(told, do) -> None:
    told(), told()
    [chunk] = do(deliveries.hand_out, NOW, 10)
    assert len(chunk) == 2
    assert do(deliveries.hand_out, NOW + timedelta(seconds=1), 10) == []
    assert not do(deliveries.is_anything_due, NOW + timedelta(seconds=1))
    assert do(deliveries.hand_out, NOW + HANDED, 10) == [chunk]


def test_a_kind_of_a_newer_release_waits_and_holds_up_nobody(told, do, store) -> None:
    unknown, known = told(), told()
    theirs = select(Delivery.message_id).where(Delivery.person_id == unknown.id)
    store.run(update(Message).where(Message.id.in_(theirs)).values(kind="of_a_newer_release"))

    assert [parcel.person_id for parcel in claimed(do, store)] == [known.id]
    assert {d.state for d in of(store, unknown)} == {"due"}


def test_a_person_is_in_one_chunk(told, do, store, monkeypatch) -> None:
    monkeypatch.setattr(deliveries, "CHUNK", 2)
    people = [told(3) for _ in range(3)]
    chunks = do(deliveries.hand_out, NOW, 100)
    for person in people:
        ids = {d.id for d in of(store, person)}
        assert sum(bool(ids & set(chunk)) for chunk in chunks) == 1
    assert sum(len(chunk) for chunk in chunks) == 9


def test_messages_of_a_person_leave_under_one_envelope(told, do, store) -> None:
    person, other = told(3, locale="en"), told()
    one, two = claimed(do, store)
    assert [len(p.messages) for p in (one, two)] == [3, 1]
    assert one.envelope != two.envelope
    assert (one.channel, one.email, one.locale, one.name) == (
        Channel.EMAIL,
        person.email,
        "en",
        person.name,
    )
    assert two.person_id == other.id
    assert {(d.state, d.envelope) for d in of(store, person)} == {("sending", one.envelope)}


def test_all_that_is_due_of_a_person_travels_together(told, do, store) -> None:
    """Also what was handed out in another chunk."""
    person = told(2)
    [parcel] = do(deliveries.claim, [of(store, person)[0].id], worker="w", now=NOW)
    assert len(parcel.messages) == 2


def test_only_one_worker_gets_a_parcel(told, do, store) -> None:
    told()
    assert claimed(do, store, "a")
    assert not claimed(do, store, "b")


def test_after_a_dead_worker_the_envelope_is_the_same_and_nothing_is_added(told, do, store) -> None:
    person = told(2)
    [before] = claimed(do, store, "dead")
    do(messages.tell, Draft(person.id, MessageKind.TRIAL, "later"), now=NOW)

    late = NOW + LEASE
    [chunk] = do(deliveries.hand_out, late, 10)
    again, new = do(deliveries.claim, chunk, worker="b", now=late)

    assert again == replace(before, attempt=2)
    assert len(new.messages) == 1
    assert new.envelope != before.envelope
    assert not do(deliveries.mark_sent, before.envelope, worker="dead", now=late)
    assert do(deliveries.mark_sent, before.envelope, worker="b", now=late)


def test_a_worker_that_lives_keeps_what_it_holds(told, do, store) -> None:
    told()
    claimed(do, store, "a")
    do(deliveries.renew, worker="a", now=NOW + LEASE / 2)
    assert not do(deliveries.is_anything_due, NOW + LEASE)
    assert do(deliveries.is_anything_due, NOW + LEASE * 1.5)


def test_a_sent_parcel_is_over_and_the_person_was_reached(told, do, store) -> None:
    person = told(2)
    [parcel] = claimed(do, store)
    assert do(deliveries.mark_sent, parcel.envelope, worker="w", now=NOW)
    do(reaching.note_reached, {(person.id, Channel.EMAIL)}, now=NOW)
    rows = of(store, person)
    assert {(d.state, d.finished_at, d.lease_by) for d in rows} == {("sent", NOW, None)}
    assert not claimed(do, store, now=NOW + timedelta(days=9))
    reach = store.one(select(Reach))
    assert (reach.state, reach.since, reach.last_ok_at) == ("ok", NOW, NOW)


def test_a_failure_is_tried_again_later_and_later_then_given_up(told, do, store) -> None:
    person = told()
    moment, waits = NOW, []
    for _attempt in range(MOST_ATTEMPTS):
        [parcel] = claimed(do, store, now=moment)
        do(
            deliveries.mark_failed,
            parcel, worker="w", code="no_answer", lasting=False, said="x", now=moment,
        )  # fmt: skip
        [row] = of(store, person)
        waits.append(row.due_at - moment)
        # By day: at night it would wait until the morning.
        moment = max(row.due_at, moment.replace(hour=4) + timedelta(days=1))

    assert (row.state, row.problem) == ("failed", {"code": "no_answer", "said": "x"})
    assert waits[:3] == [timedelta(seconds=s) for s in (15, 30, 60)]
    assert max(waits[:-1]) == timedelta(hours=2)
    assert store.one(select(Reach.state)) == "failing"


@pytest.mark.parametrize("code_said", ["no_answer", "address_deferred", "sender_refused"])
def test_a_server_that_is_away_for_days_loses_nothing(told, do, store, code_said: str) -> None:
    person = told()
    moment = NOW
    while moment < NOW + timedelta(days=3):
        [parcel] = claimed(do, store, now=moment)
        do(
            deliveries.mark_failed,
            parcel, worker="w", code=code_said, lasting=False, now=moment,
        )  # fmt: skip
        [row] = of(store, person)
        assert row.state == "due"
        moment = row.due_at if 0 <= row.due_at.hour < 14 else row.due_at + timedelta(hours=10)
    assert not store.count(Reach)
    [again] = claimed(do, store, now=moment)
    assert again.envelope == parcel.envelope
    assert do(deliveries.mark_sent, again.envelope, worker="w", now=moment)


def test_a_fault_of_ours_and_a_letter_that_kills_workers_are_given_up_sooner(
    told, do, store
) -> None:
    ours, deadly = told(), told()

    def all_fail(code_said: str) -> None:
        for parcel in claimed(do, store):
            do(
                deliveries.mark_failed,
                parcel, worker="w", code=code_said, lasting=False, now=NOW,
            )  # fmt: skip

    for attempt in range(MOST_ATTEMPTS):
        with store.session() as session:
            session.execute(update(Delivery).where(Delivery.state == "due").values(due_at=NOW))
        all_fail("unexpected" if attempt == MOST_ATTEMPTS - 1 else "no_answer")
    [row] = of(store, ours)
    assert (row.state, code(row)) == ("failed", "unexpected")

    with store.session() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.person_id == deadly.id)
            .values(state="due", finished_at=None, due_at=NOW, attempts=MOST_ATTEMPTS - 1)
        )
    [parcel] = claimed(do, store)
    assert parcel.person_id == deadly.id
    assert claimed(do, store, now=NOW + LEASE) == []  # it died with its worker
    [row] = of(store, deadly)
    assert (row.state, code(row)) == ("failed", "worker_died")


def test_a_refusal_for_ever_is_not_tried_again_and_what_waits_is_not_sent(told, do, store) -> None:
    person = told()
    [parcel] = claimed(do, store)
    do(messages.tell, Draft(person.id, MessageKind.TRIAL, "later"), now=NOW)
    do(
        deliveries.mark_failed,
        parcel, worker="w", code="no_such_address", lasting=True, now=NOW,
    )  # fmt: skip

    assert claimed(do, store) == []
    rows = of(store, person)
    assert {(d.state, code(d)) for d in rows} == {("failed", "no_such_address")}
    reach = store.one(select(Reach))
    assert (reach.state, reach.problem) == ("bounced", {"code": "no_such_address"})


def test_a_refusal_of_another_kind_leaves_the_address_alone(told, do, store) -> None:
    person = told()
    [parcel] = claimed(do, store)
    do(
        deliveries.mark_failed,
        parcel, worker="w", code="address_refused", lasting=True, now=NOW,
    )  # fmt: skip
    assert store.one(select(Reach.state)) == "failing"
    assert do(messages.tell, Draft(person.id, MessageKind.TRIAL, "next"), now=NOW)
    assert claimed(do, store)


def test_reach_remembers_since_when_and_the_last_success(told, do, store) -> None:
    person = told()
    day = timedelta(days=1)
    key = {(person.id, Channel.EMAIL)}
    do(reaching.note_reached, key, now=NOW)
    do(reaching.note_reached, key, now=NOW + day)
    do(reaching.note_lost, person.id, Channel.EMAIL, {"code": "no_answer"}, now=NOW + 2 * day)
    do(reaching.note_lost, person.id, Channel.EMAIL, {"code": "no_answer"}, now=NOW + 3 * day)
    reach = store.one(select(Reach))
    assert (reach.state, reach.since, reach.last_ok_at) == (
        "failing",
        NOW + 2 * day,
        NOW + day,
    )


def test_a_changed_address_is_written_to_again(member, do, store) -> None:
    bounced = {"code": "no_such_address"}
    do(reaching.note_lost, member.id, Channel.EMAIL, bounced, now=NOW)
    do(reaching.note_lost, member.id, Channel.WEBHOOK, bounced, now=NOW)
    assert do(messages.tell, Draft(member.id, MessageKind.TRIAL, "a"), now=NOW)
    assert not store.count(Delivery)

    _confirm(do, store, member, "new@example.org")

    assert store.one(select(Reach.channel)) == "webhook"
    do(messages.tell, Draft(member.id, MessageKind.TRIAL, "b"), now=NOW)
    [parcel] = claimed(do, store)
    assert parcel.email == "new@example.org"


def test_a_refusal_of_the_old_address_says_nothing_of_the_new_one(told, do, store) -> None:
    """Changed while the letter was on its way: it goes to the new address."""
    person = told()
    [parcel] = claimed(do, store)
    store.run(update(Person).where(Person.id == person.id).values(email="new@example.org"))
    failed = {"code": "no_such_address", "lasting": True}
    do(deliveries.mark_failed, parcel, worker="w", now=NOW, **failed)

    assert not do(reaching.bounced_of, [person.id])
    [again] = claimed(do, store, now=NOW + timedelta(minutes=1))
    assert (again.email, again.envelope) == ("new@example.org", parcel.envelope)


def _confirm(do: Do, store: Store, member: Any, contact: str) -> None:
    from cpd_app.usecases import activation

    person = store.get(Person, member.id)
    code = do(
        activation.make_code,
        member.actor, person, Purpose.CONTACT,
        lasts=timedelta(hours=1), new_contact=contact, now=NOW,
    )  # fmt: skip
    outcome = do(contacts.confirm_contact, member.actor, code.code, address="192.0.2.1", now=NOW)
    assert not outcome.refusal


def test_what_would_leave_in_quiet_hours_waits_for_their_end(told, do, store) -> None:
    person = told()
    store.add(
        MessageHabit(
            person_id=person.id, zone="Asia/Shanghai", quiet_from=11 * 60, quiet_to=13 * 60
        )
    )
    assert claimed(do, store) == []
    [row] = of(store, person)
    assert (row.state, row.due_at, row.attempts) == ("due", NOW + timedelta(hours=1), 0)
    assert claimed(do, store, now=NOW + timedelta(hours=1))


def test_what_was_withdrawn_or_stopped_meanwhile_is_dropped(told, do, store) -> None:
    one, two, three = told(), told(), told()
    store.run(update(Message).where(Message.person_id == one.id).values(withdrawn_at=NOW))
    store.run(update(Person).where(Person.id == two.id).values(messages_stopped_at=NOW))
    store.run(update(Person).where(Person.id == three.id).values(email=None))
    assert claimed(do, store) == []
    ends = [(d.state, code(d)) for p in (one, two, three) for d in of(store, p)]
    assert ends == [
        ("dropped", "withdrawn"),
        ("dropped", "messages_stopped"),
        ("failed", "no_address"),
    ]


def test_the_address_is_that_of_the_moment_and_of_the_kept_account(told, do, store) -> None:
    gone = told()
    kept = a_person(store, email="kept@example.org")
    store.run(update(Person).where(Person.id == gone.id).values(merged_into_id=kept.id, email=None))
    [parcel] = claimed(do, store)
    assert (parcel.person_id, parcel.email) == (kept.id, "kept@example.org")


def test_what_was_not_tried_goes_back_without_an_attempt(told, do, store) -> None:
    person = told()
    [parcel] = claimed(do, store)
    do(deliveries.give_back, [parcel.envelope], worker="w", due_at=NOW)
    [row] = of(store, person)
    assert (row.state, row.attempts, row.lease_by) == ("due", 0, None)
    assert claimed(do, store)[0].envelope == parcel.envelope


def test_a_letter_that_kills_its_workers_is_given_up(told, do, store) -> None:
    person = told()
    moment = NOW
    for _attempt in range(MOST_ATTEMPTS):
        assert claimed(do, store, now=moment)
        moment += LEASE
    assert claimed(do, store, now=moment) == []
    assert [(d.state, d.problem) for d in of(store, person)] == [
        ("failed", {"code": "worker_died"})
    ]


def test_a_bridge_gets_a_parcel_a_society(told, do, store, society, other_society) -> None:
    person = told(0)
    store.run(update(Person).where(Person.id == person.id).values(phone="+8613900000001"))
    for number, whose in enumerate((society, other_society, society)):
        message = Message(
            person_id=person.id, society_id=whose.id, kind="trial", key=f"b{number}", data={},
            created_at=NOW,
        )  # fmt: skip
        store.add(message)
        store.add(
            Delivery(
                message_id=message.id, person_id=person.id, channel="webhook", state="due",
                due_at=NOW, attempts=0,
            )
        )  # fmt: skip
    parcels = claimed(do, store)
    assert [(p.society_id, len(p.messages)) for p in parcels] == [
        (society.id, 2),
        (other_society.id, 1),
    ]


def test_a_batch_is_claimed_in_few_statements(told, do, store, engine) -> None:
    for _ in range(12):
        told()
    said: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _u, text, *_: said.append(text))
    assert len(claimed(do, store)) == 12
    assert len(said) <= 8, said


def test_a_letter_of_one_society_has_its_letterhead(told, do, store, society, other_society):
    one, two = told(1, locale="en"), told(2)
    store.run(update(Message).where(Message.person_id == one.id).values(society_id=society.id))
    (of_one, of_two) = sorted(claimed(do, store), key=lambda p: p.person_id)
    assert (of_one.society, of_two.society) == (society.name_en, None)

    three = told(0)
    for number, whose in enumerate((society, other_society)):
        draft = Draft(three.id, MessageKind.TRIAL, f"s{number}", {}, whose.id)
        do(messages.tell, draft, now=NOW)
    (of_both,) = [p for p in claimed(do, store) if p.person_id == three.id]
    assert (of_both.society, two.id) == (None, of_two.person_id)
