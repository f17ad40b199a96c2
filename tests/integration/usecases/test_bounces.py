"""Letters that came back are held against what was sent: to whom, under which word, and once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from cpd_app.domain.bounces import read_letter
from cpd_app.domain.messages import Channel, MessageKind
from cpd_app.models import Delivery, Message, MessageChoice, Person, Reach
from cpd_app.usecases import bounces, deliveries, messages, reaching
from cpd_app.usecases.bounces import Taken
from cpd_app.usecases.messages import Draft
from tests.support import builders
from tests.support.came_back import came_back
from tests.support.messages import a_bridge
from tests.support.store import Store

#: noon in Shanghai
NOW = datetime(2027, 3, 10, 4, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
ADDRESS = "lin@member.example"

Do = Callable[..., Any]
Sent = Callable[..., tuple[Person, str]]


@pytest.fixture
def sent(store: Store, do: Do) -> Sent:
    """Somebody to whom a letter left, and its envelope."""

    def send(email: str = ADDRESS, *drafts: Draft, mark: bool = True) -> tuple[Person, str]:
        person = builders.a_person(store, email=email)
        for draft in drafts or (Draft(0, MessageKind.TRIAL, email),):
            told = Draft(person.id, draft.kind, draft.key, draft.data, draft.society_id)
            do(messages.tell, told, now=NOW - timedelta(hours=1))
        ids = store.all(select(Delivery.id).where(Delivery.person_id == person.id))
        [parcel] = do(deliveries.claim, ids, worker="w", now=NOW)
        if mark:
            assert do(deliveries.mark_sent, parcel.envelope, worker="w", now=NOW)
            do(reaching.note_reached, {(person.id, Channel.EMAIL)}, now=NOW)
        return person, parcel.envelope

    return send


def take(do: Do, data: bytes) -> Taken:
    found: Taken = do(bounces.take_letter, read_letter(data), now=LATER)
    return found


def ends(store: Store) -> list[tuple[str, str | None]]:
    rows = store.all(select(Delivery).order_by(Delivery.id))
    return [(d.state, d.problem["code"] if d.problem else None) for d in rows]


def test_an_address_that_does_not_exist_is_bounced_with_the_servers_words(do, store, sent) -> None:
    person, envelope = sent()
    letter = came_back("postfix-user-unknown", envelope, ADDRESS)

    assert take(do, letter) is Taken.BOUNCED

    assert ends(store) == [("failed", "no_such_address")]
    row = store.one(select(Delivery))
    assert (row.finished_at, row.lease_by) == (LATER, None)
    reach = store.one(select(Reach))
    assert (reach.person_id, reach.state, reach.since) == (person.id, "bounced", LATER)
    assert reach.problem
    assert "User unknown" in reach.problem["said"]
    # Nothing is written there until it changes.
    do(messages.tell, Draft(person.id, MessageKind.TRIAL, "next"), now=LATER)
    assert store.count(Delivery) == 1


def test_the_address_is_compared_without_case(do, sent) -> None:
    _person, envelope = sent("Lin.Shifan@Member.example")
    letter = came_back("exchange-not-found", envelope, "LIN.shifan@member.EXAMPLE")
    assert take(do, letter) is Taken.BOUNCED


def test_a_bounce_for_another_reason_leaves_the_address_alone(do, store, sent) -> None:
    person, envelope = sent()

    assert take(do, came_back("gmail-mailbox-full", envelope, ADDRESS)) is Taken.CAME_BACK

    assert ends(store) == [("failed", "came_back")]
    assert store.one(select(Reach.state)) == "failing"
    do(messages.tell, Draft(person.id, MessageKind.TRIAL, "next"), now=LATER)
    assert store.count(Delivery) == 2


def test_an_address_that_forwards_to_nobody_is_not_bounced(do, store, sent) -> None:
    _person, envelope = sent()
    assert take(do, came_back("forwarded-to-nobody", envelope, ADDRESS)) is Taken.CAME_BACK
    assert store.one(select(Reach.state)) == "failing"


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("postfix-delayed", Taken.DELAYED),
        ("out-of-office", Taken.AUTOMATIC),
        ("read-receipt", Taken.AUTOMATIC),
        ("a-member-answers", Taken.OTHER),
    ],
)
def test_what_is_no_bounce_changes_nothing(do, store, sent, name: str, taken: Taken) -> None:
    _person, envelope = sent()
    assert take(do, came_back(name, envelope, ADDRESS)) is taken
    assert ends(store) == [("sent", None)]
    assert store.one(select(Reach.state)) == "ok"


def test_a_word_that_we_never_sent_marks_nobody(do, store, sent) -> None:
    sent()
    forged = came_back("postfix-user-unknown", "AAAAAAAAAAAAAAAAAAAA", ADDRESS)
    assert take(do, forged) is Taken.NOT_OURS
    assert ends(store) == [("sent", None)]
    assert store.one(select(Reach.state)) == "ok"


def test_the_word_of_ones_own_letter_marks_nobody_else(do, store, sent) -> None:
    _other, envelope = sent("other@member.example")
    victim, _word = sent()
    forged = came_back("postfix-user-unknown", envelope, ADDRESS)
    assert take(do, forged) is Taken.ELSEWHERE
    assert ends(store) == [("sent", None)] * 2
    assert store.get(Reach, (victim.id, "email")).state == "ok"


def test_a_letter_to_the_former_address_says_nothing_of_the_new_one(do, store, sent) -> None:
    person, envelope = sent()
    with store.session() as session:
        session.execute(update(Person).where(Person.id == person.id).values(email="new@m.example"))
    assert take(do, came_back("qmail", envelope, ADDRESS)) is Taken.ELSEWHERE
    assert store.one(select(Reach.state)) == "ok"


def test_each_letter_has_one_end(do, store, sent) -> None:
    person, envelope = sent()
    letter = came_back("postfix-user-unknown", envelope, ADDRESS)
    assert take(do, letter) is Taken.BOUNCED
    assert take(do, letter) is Taken.KNOWN
    # The address was confirmed anew: an old letter that is read again does not undo that.
    do(reaching.forget, person.id, Channel.EMAIL)
    assert take(do, letter) is Taken.KNOWN
    assert not store.count(Reach)


def test_a_letter_that_a_worker_still_holds_is_its_own_no_longer(do, store, sent) -> None:
    _person, envelope = sent(mark=False)
    assert take(do, came_back("qq-not-found", envelope, ADDRESS)) is Taken.BOUNCED
    assert not do(deliveries.mark_sent, envelope, worker="w", now=LATER)
    assert ends(store) == [("failed", "no_such_address")]


def test_what_was_on_its_way_meanwhile_does_not_make_it_good_again(do, store, sent) -> None:
    person, envelope = sent()
    take(do, came_back("postfix-user-unknown", envelope, ADDRESS))
    do(reaching.note_reached, {(person.id, Channel.EMAIL)}, now=LATER)
    do(reaching.note_lost, person.id, Channel.EMAIL, {"code": "no_answer"}, now=LATER)
    reach = store.one(select(Reach))
    assert (reach.state, reach.problem and reach.problem["code"]) == ("bounced", "no_such_address")


def test_what_must_reach_goes_by_the_other_way(do, store, sent, society) -> None:
    number = {"number": "SF-1", "filing_id": 1}
    drafts = (
        Draft(0, MessageKind.FILED, "f", number, society.id),
        Draft(0, MessageKind.TRIAL, "t", {}, society.id),
    )
    person, envelope = sent(ADDRESS, *drafts)
    _has_phone(store, person)
    a_bridge(store, society)  # set up after the letters had left

    take(do, came_back("postfix-user-unknown", envelope, ADDRESS))

    rows = store.all(select(Delivery).where(Delivery.channel == "webhook"))
    assert [(d.person_id, d.state, d.due_at) for d in rows] == [(person.id, "due", LATER)]
    assert store.get(Message, rows[0].message_id).kind == "filed"
    # Given up later there too, nothing starts over.
    do(messages.tell_otherwise, [rows[0].message_id], now=LATER)
    assert store.count(Delivery) == 3


def test_what_was_read_needs_no_other_way(do, store, sent, society) -> None:
    draft = Draft(0, MessageKind.FILED, "f", {"number": "SF-1", "filing_id": 1}, society.id)
    person, envelope = sent(ADDRESS, draft)
    _has_phone(store, person)
    a_bridge(store, society)
    with store.session() as session:
        session.execute(update(Message).values(read_at=NOW))
    take(do, came_back("postfix-user-unknown", envelope, ADDRESS))
    assert store.count(Delivery) == 1


def test_a_choice_of_one_way_is_widened_when_that_way_is_refused(do, store, society) -> None:
    """At once, by the mail server: the same as a letter that comes back."""
    person = builders.a_person(store, email=ADDRESS, phone="13800000000")
    a_bridge(store, society)
    store.add(
        MessageChoice(person_id=person.id, topic="filing", channel="webhook", wanted=False),
    )
    draft = Draft(person.id, MessageKind.FILED, "f", {"number": "1", "filing_id": 1}, society.id)
    do(messages.tell, draft, now=NOW - timedelta(hours=1))
    [parcel] = do(deliveries.claim, store.all(select(Delivery.id)), worker="w", now=NOW)
    do(
        deliveries.mark_failed,
        parcel, worker="w", code="no_such_address", lasting=True, now=NOW,
    )  # fmt: skip
    rows = store.all(select(Delivery).order_by(Delivery.id))
    assert [(d.channel, d.state) for d in rows] == [("email", "failed"), ("webhook", "due")]


def _has_phone(store: Store, person: Person) -> None:
    with store.session() as session:
        session.execute(update(Person).where(Person.id == person.id).values(phone="13800000000"))
