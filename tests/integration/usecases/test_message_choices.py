"""By which ways and when: what is kept, what is refused, what reaches."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.domain.errors import Rejected, TooMany
from cpd_app.domain.messages import Channel, Habits, MessageKind, Topic
from cpd_app.models import (
    Delivery,
    JournalEntry,
    Message,
    MessageChoice,
    MessageHabit,
    OneTimeCode,
    Person,
    Reach,
    Society,
)
from cpd_app.usecases import contacts, message_choices
from cpd_app.usecases.messages import Draft, tell
from tests.support.messages import a_bridge
from tests.support.people import Someone
from tests.support.store import Store

#: noon in Shanghai
NOW = datetime(2027, 3, 10, 4, tzinfo=UTC)
BOTH = frozenset(Channel)
MAIL = frozenset({Channel.EMAIL})
ALL_BY_MAIL = dict.fromkeys(Topic, MAIL)

Do = Callable[..., Any]


def choose(do: Do, someone: Someone, wanted: Any, habits: Habits | None = None) -> None:
    do(
        message_choices.choose,
        someone.actor,
        wanted,
        habits or Habits(),
        shown=BOTH,
        now=NOW,
    )


def test_without_a_bridge_there_is_mail_only(do: Do, member: Someone) -> None:
    lines = do(message_choices.lines_of, member.actor)

    assert [(line.channel, line.state) for line in lines.lines] == [(Channel.EMAIL, "untried")]
    assert lines.wanted[Topic.EXPIRY] == BOTH
    assert lines.wanted[Topic.EVENTS] == MAIL
    assert lines.habits == Habits()


def test_a_bridge_goes_by_the_name_its_society_gave_it(
    do: Do, store: Store, member: Someone, society: Society, other_society: Society
) -> None:
    a_bridge(store, society, name="企业微信")
    a_bridge(store, other_society)

    lines = do(message_choices.lines_of, member.actor).lines

    assert [b.name for b in lines[1].bridges] == ["企业微信"]
    assert lines[1].address == member.person.phone


def test_a_bridge_that_is_off_is_not_offered(
    do: Do, store: Store, member: Someone, society: Society
) -> None:
    a_bridge(store, society, active=False)

    assert len(do(message_choices.lines_of, member.actor).lines) == 1


def test_choices_are_kept_until_they_are_the_default_again(
    do: Do, store: Store, member: Someone
) -> None:
    choose(do, member, {**ALL_BY_MAIL, Topic.EVENTS: frozenset()})

    kept = store.one(select(MessageChoice))
    assert (kept.topic, kept.channel, kept.wanted) == ("events", "email", False)
    assert do(message_choices.lines_of, member.actor).wanted[Topic.EVENTS] == frozenset()
    entry = store.one(select(JournalEntry).where(JournalEntry.verb == "messages.chosen"))
    assert entry.data == {"events_email": False}

    choose(do, member, ALL_BY_MAIL)
    assert store.count(MessageChoice) == 0


def test_nothing_changed_is_nothing_journalled(do: Do, store: Store, member: Someone) -> None:
    choose(do, member, ALL_BY_MAIL)

    assert store.count(JournalEntry, JournalEntry.verb == "messages.chosen") == 0
    assert store.count(MessageHabit) == 0


@pytest.mark.parametrize("topic", [Topic.EXPIRY, Topic.FILING])
def test_what_must_reach_keeps_a_channel(
    do: Do, store: Store, member: Someone, society: Society, topic: Topic
) -> None:
    a_bridge(store, society)

    with pytest.raises(Rejected, match="no_channel_left"):
        choose(do, member, {**ALL_BY_MAIL, topic: frozenset()})
    assert store.count(MessageChoice) == 0
    choose(do, member, {**ALL_BY_MAIL, topic: frozenset({Channel.WEBHOOK})})


def test_a_channel_that_is_not_offered_does_not_count(do: Do, member: Someone) -> None:
    with pytest.raises(Rejected, match="no_channel_left"):
        choose(do, member, {**ALL_BY_MAIL, Topic.EXPIRY: frozenset({Channel.WEBHOOK})})


def test_a_channel_that_the_form_did_not_show_stays_as_it_was(
    do: Do, store: Store, member: Someone, society: Society
) -> None:
    a_bridge(store, society)

    do(
        message_choices.choose, member.actor, ALL_BY_MAIL, Habits(), shown=MAIL, now=NOW
    )  # the relay was switched on while the form was open

    assert do(message_choices.lines_of, member.actor).wanted[Topic.EXPIRY] == BOTH


def test_who_has_no_address_has_nothing_to_choose(do: Do, store: Store, member: Someone) -> None:
    store.change(member.person, email=None)

    lines = do(message_choices.lines_of, member.actor)
    choose(do, member, {}, Habits(quiet_from=0, quiet_to=0))

    assert (lines.lines[0].state, lines.usable) == ("none", frozenset())
    assert store.get(MessageHabit, member.id).quiet_to == 0


def test_hours_and_zone_are_kept_and_followed(do: Do, store: Store, member: Someone) -> None:
    tokyo = Habits("Asia/Tokyo", quiet_from=20 * 60, quiet_to=7 * 60, daily_at=9 * 60)
    choose(do, member, ALL_BY_MAIL, tokyo)

    assert do(message_choices.lines_of, member.actor).habits == tokyo
    do(
        tell,
        Draft(member.id, MessageKind.CHECKED_IN, "a", {"title": "x", "given_hours": 100}),
        now=NOW,
    )
    assert store.one(select(Delivery)).due_at == datetime(2027, 3, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("habits", "code"),
    [
        (Habits("Moon/Base"), "unknown_zone"),
        (Habits(daily_at=23 * 60), "daily_in_quiet"),
        (Habits(quiet_from=9 * 60, quiet_to=17 * 60, daily_at=9 * 60), "daily_in_quiet"),
    ],
)
def test_hours_that_cannot_be_kept_are_refused(
    do: Do, store: Store, member: Someone, habits: Habits, code: str
) -> None:
    with pytest.raises(Rejected, match=code):
        choose(do, member, ALL_BY_MAIL, habits)
    assert store.count(MessageHabit) == 0


def test_a_trial_goes_by_every_way(do: Do, store: Store, member: Someone, society: Society) -> None:
    a_bridge(store, society)

    trial = do(message_choices.send_trial, member.actor, now=NOW)

    assert (trial.due_at, trial.channels) == (NOW, BOTH)
    assert set(store.all(select(Delivery.channel))) == {"email", "webhook"}
    assert store.one(select(Message)).society_id == society.id


def test_a_trial_in_quiet_hours_says_when_it_leaves(do: Do, store: Store, member: Someone) -> None:
    night = datetime(2027, 3, 10, 15, tzinfo=UTC)

    trial = do(message_choices.send_trial, member.actor, now=night)

    assert trial.due_at == datetime(2027, 3, 11, 0, tzinfo=UTC)
    assert store.one(select(Delivery.due_at)) == trial.due_at


def test_three_trials_an_hour(do: Do, store: Store, member: Someone) -> None:
    for minute in range(3):
        do(message_choices.send_trial, member.actor, now=NOW + timedelta(minutes=minute))
    with pytest.raises(TooMany) as refused:
        do(message_choices.send_trial, member.actor, now=NOW + timedelta(minutes=10))
    assert refused.value.values == {"minutes": 50}
    do(message_choices.send_trial, member.actor, now=NOW + timedelta(minutes=61))
    assert store.count(Message) == 4


def test_who_is_not_written_to_any_more_gets_no_trial(
    do: Do, store: Store, member: Someone
) -> None:
    store.change(member.person, messages_stopped_at=NOW)

    assert do(message_choices.send_trial, member.actor, now=NOW).channels == frozenset()
    assert do(message_choices.lines_of, member.actor).stopped


def test_the_worst_way_is_the_one_that_bounces(
    do: Do, store: Store, member: Someone, society: Society
) -> None:
    assert do(message_choices.worst_line, member.actor) is None
    a_bridge(store, society)
    store.add(
        Reach(person_id=member.id, channel="email", state="failing", since=NOW),
        Reach(person_id=member.id, channel="webhook", state="bounced", since=NOW),
    )

    worst = do(message_choices.worst_line, member.actor)

    assert (worst.channel, worst.state, worst.usable) == (Channel.WEBHOOK, "bounced", False)


def test_a_corrected_address_is_tried_again(
    do: Do, store: Store, member: Someone, registrar: Someone
) -> None:
    assert member.registration
    for channel in ("email", "webhook"):
        store.add(Reach(person_id=member.id, channel=channel, state="bounced", since=NOW))

    code = do(contacts.issue_contact_code, registrar.actor, member.id, "new@example.org", now=NOW)
    do(contacts.confirm_contact, member.actor, code.code, address="203.0.113.9", now=NOW)

    assert store.get(Person, member.id).email == "new@example.org"
    assert store.count(OneTimeCode, OneTimeCode.used_at.is_not(None)) == 1
    assert store.all(select(Reach.channel)) == ["webhook"]
