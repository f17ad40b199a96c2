"""What a year's notice does to days that members were promised: told once, and never shortened."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from cpd_app.models import Deadline, FileReturn, Filing, Job, Message, Relief, Society
from cpd_app.usecases import (
    calendar_feeds,
    deadline_moves,
    deadlines,
    own_calendar,
    returns,
    work_calendar,
    work_day_notices,
)
from cpd_app.usecases.deadlines import DeadlineKind
from cpd_app.usecases.returns import NewReturn, Point
from cpd_app.usecases.work_day_notices import NewNotice
from tests.support.deciding import a_full_file
from tests.support.jobs import work_off
from tests.support.people import Someone
from tests.support.reliefs import refused
from tests.support.store import Store
from tests.support.telling import Told

Do = Callable[..., Any]
#: the file goes back on 25 October 2027; its tenth working day is 8 November
NOW = datetime(2027, 10, 25, 2, 0, tzinfo=UTC)
TODAY = NOW.date()
DUE = date(2027, 11, 8)
#: as if two more days off came, the whole week counted
OFF = "\n".join(
    f"2027-{day} 休 示范" for day in ("10-01", "10-02", "10-03", "10-04", "10-05", "10-06", "10-07")
)
LONGER = f"{OFF}\n2027-11-04～2027-11-05 休 示范"
SHORTER = f"{OFF}\n2027-10-30～2027-10-31 班 示范"


@pytest.fixture(autouse=True)
def calendar(do: Do, at: Callable[[str], object]) -> None:
    """The years that come with the release: 2027 is not among them."""
    at("2027-10-25 10:00")
    do(work_calendar.load_calendar, now=NOW)


@pytest.fixture
def returned(do: Do, store: Store, member: Someone, auditor: Someone) -> FileReturn:
    """A file that went back with one point."""
    filing = a_full_file(do, store, member, employer="示范电力设计院")
    new = NewReturn("请按清单补正。", (Point("总结里第 3 年没有写到"),))
    made: FileReturn = do(
        returns.return_filing, auditor.actor, filing.id, new, now=NOW, today=TODAY
    )
    assert deadline(store, made).due_on == DUE
    return made


def deadline(store: Store, made: FileReturn) -> Deadline:
    return store.one(
        select(Deadline).where(
            Deadline.kind == DeadlineKind.RETURN.value, Deadline.subject_id == made.id
        )
    )


def enter(
    app: Flask, do: Do, registrar: Someone, society: Society, days: str, at: datetime = NOW
) -> work_day_notices.Effect:
    """Enter a notice of 2027 and let the worker follow it."""
    notice = NewNotice(2027, "国办发明电示范", days)
    entered: work_day_notices.Effect = do(
        work_day_notices.enter_notice, registrar.actor, society.id, notice,
        now=at, today=at.date(),
    )  # fmt: skip
    work_off(app)
    return entered


def test_a_moved_return_is_told_with_both_days_once(
    app: Flask, do: Do, store: Store, society: Society, registrar: Someone, member: Someone,
    returned: FileReturn, told: Told,
):  # fmt: skip
    enter(app, do, registrar, society, LONGER)

    assert deadline(store, returned).due_on == date(2027, 11, 10)
    assert not deadline(store, returned).provisional
    assert told(member) == ["returned/moved"]
    data = store.one(
        select(Message.data).where(Message.kind == "returned", Message.withdrawn_at.is_(None))
    )
    assert data is not None
    assert (data["before_on"], data["due_on"]) == ("2027-11-08", "2027-11-10")

    enter(app, do, registrar, society, LONGER, NOW - timedelta(hours=1))
    assert told(member) == ["returned/moved"]
    assert [job.state for job in store.all(select(Job))] == ["done", "done"]


def test_a_promised_day_never_comes_earlier(
    app: Flask, do: Do, store: Store, society: Society, registrar: Someone, member: Someone,
    returned: FileReturn, told: Told,
):  # fmt: skip
    effect = enter(app, do, registrar, society, SHORTER)

    assert (effect.moved, effect.kept) == ((), 1)
    kept = deadline(store, returned)
    assert (kept.due_on, kept.provisional) == (DUE, False)
    assert told(member) == ["returned"]

    row = store.get(Deadline, kept.id)
    do(deadlines.recompute, row)
    assert row.due_on == DUE, "nor when it is computed again for another reason"


def test_what_the_society_owes_follows_the_calendar_both_ways(
    app: Flask, do: Do, store: Store, society: Society, registrar: Someone, member: Someone
):
    assert member.registration
    owed = do(
        deadlines.set_deadline, DeadlineKind.COMPLETENESS, 1, delivered_on=TODAY, work_days=10,
        society_id=society.id, registration_id=member.registration.id, person_id=member.id,
    )  # fmt: skip

    enter(app, do, registrar, society, SHORTER)

    assert store.get(Deadline, owed.id).due_on == date(2027, 11, 4)
    assert store.count(Message) == 0


def test_a_return_that_was_late_already_gets_its_time_back(
    app: Flask, do: Do, store: Store, society: Society, registrar: Someone, member: Someone,
    returned: FileReturn, told: Told, at: Callable[[str], object],
):  # fmt: skip
    late = datetime(2027, 11, 9, 2, 0, tzinfo=UTC)
    at("2027-11-09 10:00")
    do(returns.turn_filings, now=late, today=late.date())
    assert told(member) == ["returned/overdue"]

    enter(app, do, registrar, society, LONGER, late)

    assert told(member) == ["returned/moved"]
    assert store.get(FileReturn, returned.id).state == "open"
    assert store.get(Filing, returned.filing_id).state == "returned"


def test_an_answered_return_and_one_whose_clock_stands_still_are_not_told(
    app: Flask, do: Do, store: Store, society: Society, registrar: Someone, member: Someone,
    returned: FileReturn, told: Told,
):  # fmt: skip
    with store.session() as session:
        session.get_one(Deadline, deadline(store, returned).id).paused_on = TODAY

    enter(app, do, registrar, society, LONGER)

    assert deadline(store, returned).due_on == date(2027, 11, 10)
    assert told(member) == ["returned"]


def test_the_private_calendar_says_the_new_day_with_a_higher_sequence(
    app: Flask, do: Do, society: Society, registrar: Someone, member: Someone,
    returned: FileReturn,
):  # fmt: skip
    secret = do(calendar_feeds.make_feed, member.actor, now=NOW)
    feed = do(calendar_feeds.open_feed, secret, now=NOW)

    def said(now: datetime) -> Any:
        found = do(own_calendar.keep_said, feed, now=now, today=TODAY).said
        return next(one for one in found if one.item.key == f"return-{returned.id}")

    before = said(NOW)
    enter(app, do, registrar, society, LONGER)
    after = said(NOW + timedelta(minutes=5))

    assert (before.item.on, after.item.on) == (DUE, date(2027, 11, 10))
    assert after.told.sequence == before.told.sequence + 1


def test_a_moved_appeal_is_told_too(
    app: Flask, do: Do, store: Store, society: Society, registrar: Someone, member: Someone,
    auditor: Someone, told: Told,
):  # fmt: skip
    against: Relief = refused(do, store, member, auditor, now=NOW, code="duty")

    enter(app, do, registrar, society, LONGER)
    enter(app, do, registrar, society, LONGER, NOW - timedelta(hours=1))

    assert told(member) == ["relief/refused", "relief/appeal_moved"]
    moved = store.all(select(Message).where(Message.kind == "relief").order_by(Message.id))[-1]
    assert moved.data["relief_id"] == against.id
    assert (moved.data["before_on"], moved.data["appeal_until_on"]) == ("2027-11-15", "2027-11-17")


def test_parts_go_on_where_they_were(
    app: Flask, do: Do, store: Store, society: Society, registrar: Someone, member: Someone,
    monkeypatch: pytest.MonkeyPatch,
):  # fmt: skip
    assert member.registration
    monkeypatch.setattr(deadline_moves, "AT_ONCE", 2)
    for number in range(5):
        do(
            deadlines.set_deadline, DeadlineKind.COMPLETENESS, number + 1, delivered_on=TODAY,
            work_days=10, society_id=society.id, registration_id=member.registration.id,
            person_id=member.id,
        )  # fmt: skip

    enter(app, do, registrar, society, LONGER)

    days = store.all(select(Deadline.due_on))
    assert days == [date(2027, 11, 10)] * 5
    job = store.one(select(Job))
    assert (job.state, job.done, job.total) == ("done", 5, 5)
