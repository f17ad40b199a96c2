"""Reminders of whole societies: who is among them, what they read, told once, taken back."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from cpd_app.domain.messages import MessageKind
from cpd_app.message_words import text, title
from cpd_app.models import (
    Deadline,
    Delivery,
    Event,
    FileReturn,
    Filing,
    Message,
    MessageHabit,
    RosterEntry,
    Term,
)
from cpd_app.usecases import reminders, returns
from cpd_app.usecases.deadlines import DeadlineKind, set_deadline
from tests.support import builders, filings
from tests.support.people import Someone
from tests.support.reminding import (
    NOW,
    TODAY,
    Do,
    judge,
    messages,
    registration_of,
    remind,
    take_back,
)
from tests.support.statements import counted
from tests.support.store import Store

#: of the builders' term
ENDS_ON = date(2028, 3, 1)


def test_an_expiry_is_told_once_with_the_last_day(do: Do, store: Store, member: Someone) -> None:
    assert remind(do, reminders.remind_expiry) == 1
    assert remind(do, reminders.remind_expiry) == 0

    (message,) = messages(store)
    registration = registration_of(member)
    assert message.kind == MessageKind.EXPIRY
    assert message.key == f"expiry:{registration.id}:2028-03-01:1"
    assert message.data == {
        "number": registration.number,
        "ends_on": "2028-02-29",
        "months": 1,
        "registration_id": registration.id,
    }


@pytest.mark.usefixtures("member")
def test_what_is_told_late_names_the_days_that_are_left(do: Do, store: Store) -> None:
    assert remind(do, reminders.remind_expiry, today=date(2028, 2, 27)) == 1

    (message,) = messages(store)
    assert (message.data["variant"], message.data["days"]) == ("days", 3)
    assert message.key.endswith(":2028-03-01:1"), "the same step: not told again as a month"


def test_all_parts_are_gone_through(
    do: Do, store: Store, member: Someone, other_member: Someone, stranger: Someone
) -> None:
    assert remind(do, reminders.remind_expiry) == 3
    people = {message.person_id for message in messages(store)}
    assert people == {member.id, other_member.id, stranger.id}


@pytest.mark.parametrize("state", ["cancelled", "revoked", "expired"])
@pytest.mark.usefixtures("member")
def test_a_certificate_that_ended_otherwise_is_not_spoken_of(
    do: Do, store: Store, state: str
) -> None:
    store.run(update(Term).values(state=state))
    assert remind(do, reminders.remind_expiry) == 0


def test_who_died_is_barred_or_has_the_next_term_is_left_alone(
    do: Do, store: Store, member: Someone, other_member: Someone, stranger: Someone
) -> None:
    store.change(member.person, messages_stopped_at=NOW)
    store.change(other_member.person, barred_on=TODAY)
    store.add(
        Term(
            registration_id=registration_of(stranger).id, level="professional",
            starts_on=ENDS_ON, ends_on=date(2033, 3, 1), state="active",
        )
    )  # fmt: skip
    assert remind(do, reminders.remind_expiry) == 0


@pytest.mark.parametrize(
    ("state", "told"),
    [("filed", 0), ("returned", 0), ("conditional", 0), ("passed", 0), ("withdrawn", 1),
     ("refused", 1)],
)  # fmt: skip
def test_who_has_filed_is_not_told_to_file(
    do: Do, store: Store, member: Someone, state: str, told: int
) -> None:
    filings.a_filing(store, registration_of(member), state=state)
    assert remind(do, reminders.remind_expiry) == told


def test_without_address_it_stands_in_the_inbox_alone(
    do: Do, store: Store, member: Someone
) -> None:
    store.change(member.person, email=None, activated_at=None)
    assert remind(do, reminders.remind_expiry) == 1
    assert store.count(Delivery) == 0


def test_few_statements_whatever_the_number_of_members(
    do: Do, engine: Engine, store: Store, member: Someone
) -> None:
    def once() -> None:
        do(reminders.remind_expiry, 0, now=NOW, today=TODAY)

    with counted(engine) as for_one:
        once()
    for _ in range(30):
        builders.a_registration(store, builders.a_person(store), member.society)  # type: ignore[arg-type]
    with counted(engine) as for_thirty:
        once()
    assert len(for_thirty) <= len(for_one) + 1
    assert store.count(Message) == 31


def test_a_year_that_lacks_hours_is_told_by_the_days_standing(
    do: Do, store: Store, member: Someone
) -> None:
    today = date(2026, 12, 1)
    judge(do, member, today)
    assert remind(do, reminders.remind_years, today=today) == 1
    assert remind(do, reminders.remind_years, today=today) == 0

    (message,) = messages(store)
    assert message.kind == MessageKind.YEAR_BEHIND
    assert message.data == {
        "number": registration_of(member).number,
        "year": 4,
        "ends_on": "2027-02-28",
        "days": 90,
        "missing_hours": 5000,
        "registration_id": registration_of(member).id,
    }


def test_a_standing_of_yesterday_tells_nobody(do: Do, member: Someone) -> None:
    judge(do, member, date(2026, 12, 1))
    assert remind(do, reminders.remind_years, today=date(2026, 12, 2)) == 0


@pytest.fixture
def returned(do: Do, store: Store, member: Someone) -> FileReturn:
    """A return of Thursday 20 January 2028 that is to be answered by Thursday 3 February."""
    registration = registration_of(member)
    filing = filings.a_filing(store, registration, state="returned")
    row = FileReturn(
        filing_id=filing.id, words="请补正", by_id=member.id, at=NOW, state="open", late=False,
        version=1, items=[],
    )  # fmt: skip
    store.add(row)
    do(
        set_deadline, DeadlineKind.RETURN, row.id, delivered_on=date(2027, 10, 25), work_days=10,
        society_id=registration.society_id, registration_id=registration.id, person_id=member.id,
    )  # fmt: skip
    return row


DUE_ON = date(2027, 11, 8)


@pytest.mark.usefixtures("member")
def test_a_return_is_told_three_and_one_working_days_before(
    do: Do, store: Store, returned: FileReturn
) -> None:
    told = {
        day: remind(do, reminders.remind_returns, today=day)
        for day in (date(2027, 11, 1) + timedelta(days=n) for n in range(9))
    }
    assert {day for day, count in told.items() if count} == {date(2027, 11, 3), date(2027, 11, 5)}
    first, second = messages(store)
    assert first.data["work_days"] == 3
    assert second.data == {
        "number": store.one(select(Filing.number)),
        "work_days": 1,
        "due_on": "2027-11-08",
        "filing_id": returned.filing_id,
        "return_id": returned.id,
    }


@pytest.mark.usefixtures("returned")
def test_on_the_last_day_it_says_so(do: Do, store: Store, app: Any) -> None:
    assert remind(do, reminders.remind_returns, today=DUE_ON) == 1
    (message,) = messages(store)
    with app.test_request_context():
        assert title(MessageKind.RETURN_DUE, message.data) == "今天是补正的最后一天"


@pytest.mark.parametrize(
    "change",
    [{"paused_on": date(2027, 11, 2)}, {"closed_at": NOW}, {"due_on": date(2027, 11, 22)}],
)
@pytest.mark.usefixtures("returned")
def test_a_clock_that_stands_or_was_put_off_is_not_told(
    do: Do, store: Store, change: dict[str, Any]
) -> None:
    store.run(update(Deadline).values(change))
    assert remind(do, reminders.remind_returns, today=date(2027, 11, 5)) == 0


EVENT_AT = datetime(2027, 6, 1, 1, tzinfo=UTC)
#: 18:00 of 31 May in Shanghai
EVENING = datetime(2027, 5, 31, 10, tzinfo=UTC)


@pytest.fixture
def entry(store: Store, organiser: Someone, member: Someone) -> RosterEntry:
    """The member is on the roster of an event at 9:00 of 1 June 2027."""
    made = builders.an_event(
        store, organiser.person, member.society, starts_at=EVENT_AT,
        ends_at=EVENT_AT + timedelta(hours=4), venue="会议中心 3 楼", state="approved",
    )  # fmt: skip
    return builders.an_entry(store, made, member.person)


def remind_of_event(do: Do, now: datetime) -> int:
    return int(do(reminders.remind_events, 0, now=now).done)


def test_an_event_is_told_in_the_evening_before(
    do: Do, store: Store, app: Any, entry: RosterEntry
) -> None:
    assert remind_of_event(do, EVENING - timedelta(minutes=5)) == 0
    assert remind_of_event(do, EVENING) == 1
    assert remind_of_event(do, EVENING + timedelta(minutes=5)) == 0

    (message,) = messages(store)
    assert message.key == f"event:{entry.event_id}:{entry.person_id}:2027-06-01"
    with app.test_request_context():
        assert title(MessageKind.EVENT_TOMORROW, message.data).startswith("明天：")
        assert "会议中心 3 楼" in text(MessageKind.EVENT_TOMORROW, message.data)
    assert store.one(select(Delivery.due_at)) == EVENING


@pytest.mark.usefixtures("entry")
def test_after_midnight_it_says_today(do: Do, store: Store, app: Any) -> None:
    assert remind_of_event(do, EVENT_AT - timedelta(minutes=30)) == 1
    (message,) = messages(store)
    with app.test_request_context():
        assert title(MessageKind.EVENT_TOMORROW, message.data).startswith("今天：")


@pytest.mark.parametrize(
    "change",
    [{"state": "waiting"}, {"state": "cancelled"}, {"excused": True}, {"created_at": EVENING}],
)
def test_only_who_is_awaited_is_reminded(
    do: Do, store: Store, entry: RosterEntry, change: dict[str, Any]
) -> None:
    store.change(entry, **change)
    assert remind_of_event(do, EVENING + timedelta(minutes=5)) == 0


@pytest.mark.parametrize("state", ["draft", "cancelled", "closed"])
@pytest.mark.usefixtures("entry")
def test_an_event_that_does_not_come_is_not_reminded_of(do: Do, store: Store, state: str) -> None:
    store.run(update(Event).values(state=state))
    assert remind_of_event(do, EVENING) == 0


@pytest.fixture
def waiting(do: Do, store: Store, entry: RosterEntry) -> Delivery:
    """The reminder was told and waits for the member's quiet hours to end."""
    store.add(
        MessageHabit(
            person_id=entry.person_id, zone="Asia/Shanghai", quiet_from=1000, quiet_to=1200
        )
    )
    assert remind_of_event(do, EVENING) == 1
    assert take_back(do, EVENING) == 0
    return store.one(select(Delivery))


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Event, {"state": "cancelled"}),
        (Event, {"starts_at": EVENT_AT + timedelta(hours=1)}),
        (RosterEntry, {"state": "cancelled"}),
    ],
)
def test_what_waits_and_is_no_longer_true_is_taken_back(
    do: Do, store: Store, waiting: Delivery, model: Any, change: dict[str, Any]
) -> None:
    store.run(update(model).values(change))
    assert take_back(do, EVENING) == 1
    assert store.get(Delivery, waiting.id).state == "dropped"
    assert take_back(do, EVENING) == 0


@pytest.mark.usefixtures("returned")
def test_an_answered_return_is_not_reminded_of_in_the_morning(do: Do, store: Store) -> None:
    assert remind(do, reminders.remind_returns, today=date(2027, 11, 5)) == 1
    store.run(update(Deadline).values(closed_at=NOW))
    assert take_back(do, NOW) == 1
    assert store.one(select(Delivery.state)) == "dropped"


def test_an_extended_return_is_reminded_of_by_its_new_day(
    do: Do, store: Store, auditor: Someone, returned: FileReturn
) -> None:
    assert remind(do, reminders.remind_returns, today=date(2027, 11, 5)) == 1
    do(returns.extend_return, auditor.actor, returned.id, "出差", now=NOW, today=date(2027, 11, 5))
    reminded = Message.kind == "return_due"
    assert store.count(Message, reminded, Message.withdrawn_at.is_(None)) == 0
    told = [
        day
        for day in (date(2027, 11, 6) + timedelta(days=n) for n in range(20))
        if remind(do, reminders.remind_returns, today=day)
    ]
    assert told == [date(2027, 11, 17), date(2027, 11, 19)]


@pytest.mark.usefixtures("entry")
def test_what_arrives_after_midnight_says_today(
    do: Do, store: Store, app: Any, entry: RosterEntry
) -> None:
    store.add(
        MessageHabit(
            person_id=entry.person_id, zone="Asia/Shanghai", quiet_from=17 * 60, quiet_to=8 * 60
        )
    )
    assert remind_of_event(do, EVENING) == 1
    (message,) = messages(store)
    assert store.one(select(Delivery.due_at)) == EVENT_AT - timedelta(hours=1)
    with app.test_request_context():
        assert title(MessageKind.EVENT_TOMORROW, message.data).startswith("今天：")


@pytest.mark.usefixtures("entry")
def test_an_event_without_a_place_says_where_to_look(do: Do, store: Store, app: Any) -> None:
    store.run(update(Event).values(place=None, venue=None))
    assert remind_of_event(do, EVENING) == 1
    with app.test_request_context():
        said = text(MessageKind.EVENT_TOMORROW, messages(store)[0].data)
    assert "地点：见活动页" in said
