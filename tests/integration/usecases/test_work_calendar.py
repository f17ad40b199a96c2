"""The calendar in the tables: agreed by two sources, deadlines by hand, notices entered later."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import chinese_calendar
import holidays
import pytest
from flask import Flask

from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.models import CalendarDay, CalendarYear, Deadline
from cpd_app.usecases import deadlines, work_calendar, work_day_notices
from cpd_app.usecases.deadlines import DeadlineKind
from cpd_app.usecases.work_day_notices import NewNotice
from tests.support.jobs import work_off
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
#: as if announced: New Year and Spring Festival of 2027
NOTICE = NewNotice(
    2027,
    "国办发明电〔2026〕示范号",
    "2027-01-01～2027-01-03 休 元旦\n2027-02-05～2027-02-12 休 春节\n2027-01-30 班 春节\n",
)


@pytest.fixture(autouse=True)
def calendar(do: Do) -> None:
    """The years that come with the release."""
    do(work_calendar.load_calendar, now=NOW)


def _home(someone: Someone) -> int:
    assert someone.society
    return someone.society.id


def _a_deadline(do: Do, member: Someone, *, on: date, days: int, subject: int = 1) -> Deadline:
    assert member.registration
    row: Deadline = do(
        deadlines.set_deadline, DeadlineKind.RETURN, subject,
        delivered_on=on, work_days=days, society_id=_home(member),
        registration_id=member.registration.id, person_id=member.id,
    )  # fmt: skip
    return row


def test_every_day_of_2010_to_2026_agrees_with_two_sources_at_once(do: Do):
    official = holidays.country_holidays("CN", years=range(2010, 2027))
    for year in range(2010, 2027):
        known = do(work_calendar.calendar_around, date(year, 1, 1), date(year, 1, 1))
        day = date(year, 1, 1)
        while day.year == year:
            works = known.is_work_day(day)
            assert works == chinese_calendar.is_workday(day), day
            assert works == official.is_working_day(day), day
            day += timedelta(days=1)


@pytest.mark.parametrize(
    ("delivered", "days", "due"),
    [
        # Sun 20 Sep works, 21 to 24; off 25 to 27 (Mid-autumn); 28 to 30; off 1 to 7 Oct; 8, 9
        (date(2026, 9, 18), 10, date(2026, 10, 9)),
        # off 1 to 7 Oct; 8, 9, Sat 10 works, 12 to 16, 19, 20
        (date(2026, 9, 30), 10, date(2026, 10, 20)),
        # 13, Sat 14 works; off 15 to 23 Feb (Spring Festival); 24 to 27, Sat 28 works; 2 to 4 Mar
        (date(2026, 2, 12), 10, date(2026, 3, 4)),
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
    ],
)
def test_deadlines_over_the_long_holidays(
    do: Do, member: Someone, delivered: date, days: int, due: date
):
    row = _a_deadline(do, member, on=delivered, days=days)

    assert (row.due_on, row.provisional) == (due, False)


def test_the_next_year_is_provisional_until_it_is_announced(do: Do, member: Someone):
    # By the estimate only 1 January 2027 is off; by the notice 1 to 3 January, a weekend after it.
    row = _a_deadline(do, member, on=date(2026, 12, 24), days=10)
    assert (row.due_on, row.provisional) == (date(2027, 1, 8), True)


def test_entering_a_notice_moves_open_deadlines_and_says_whose(
    app: Flask, do: Do, member: Someone, registrar: Someone, stranger: Someone, store: Store
):
    spring = _a_deadline(do, member, on=date(2027, 1, 29), days=10)
    winter = _a_deadline(do, member, on=date(2026, 12, 24), days=5, subject=2)
    closed = _a_deadline(do, member, on=date(2027, 1, 29), days=10, subject=3)
    _a_deadline(do, stranger, on=date(2027, 1, 29), days=10, subject=4)
    with store.session() as session:
        session.get_one(Deadline, closed.id).closed_at = NOW

    asked = do(
        work_day_notices.effect_of_notice, registrar.actor, _home(registrar), NOTICE,
        today=TODAY,
    )  # fmt: skip
    assert store.get(Deadline, spring.id).due_on == spring.due_on

    done = do(
        work_day_notices.enter_notice, registrar.actor, _home(registrar), NOTICE,
        now=NOW, today=TODAY,
    )  # fmt: skip

    assert store.get(Deadline, spring.id).due_on == spring.due_on, "the worker moves it"
    work_off(app)

    # 30 Jan (make-up), 1, 2, 3, 4 Feb, then 15, 16, 17, 18, 19 Feb.
    assert [(m.name, m.before_on, m.after_on) for m in done.moved] == [
        (member.person.name, spring.due_on, date(2027, 2, 19))
    ]
    assert asked.moved[0].after_on == done.moved[0].after_on
    assert done.moved_elsewhere == 1
    assert done.confirmed == (winter.due_on.year == 2027)
    kept = store.get(Deadline, spring.id)
    assert (kept.due_on, kept.provisional) == (date(2027, 2, 19), False)
    assert store.get(Deadline, closed.id).due_on == closed.due_on
    assert store.get(CalendarYear, 2027).entered_by_id == registrar.id


def test_a_notice_can_be_entered_again_after_a_slip(do: Do, registrar: Someone, store: Store):
    for source in ("第一次", "第二次"):
        notice = NewNotice(NOTICE.year, source, NOTICE.days)
        do(
            work_day_notices.enter_notice, registrar.actor, _home(registrar), notice,
            now=NOW, today=TODAY,
        )  # fmt: skip

    assert store.get(CalendarYear, 2027).source == "第二次"
    assert store.count(CalendarDay, CalendarDay.day >= date(2027, 1, 1)) == 12


@pytest.mark.parametrize("year", [1999, 2030])
def test_a_year_that_has_no_notice_is_refused(do: Do, registrar: Someone, year: int):
    with pytest.raises(Rejected, match="notice_which_year"):
        do(
            work_day_notices.effect_of_notice, registrar.actor, _home(registrar),
            NewNotice(year, "x", NOTICE.days), today=TODAY,
        )  # fmt: skip


@pytest.mark.parametrize("who", ["auditor", "organiser", "stranger", "member"])
def test_only_a_registrar_or_the_federation_enters_a_notice(
    do: Do, request: pytest.FixtureRequest, society: Any, who: str
):
    someone: Someone = request.getfixturevalue(who)
    with pytest.raises((NotAllowed, NotFound)):
        do(
            work_day_notices.enter_notice, someone.actor, society.id, NOTICE,
            now=NOW, today=TODAY,
        )  # fmt: skip


def test_the_federation_enters_it_for_all(do: Do, federation: Someone, member: Someone):
    _a_deadline(do, member, on=date(2027, 1, 29), days=10)

    done = do(work_day_notices.enter_notice, federation.actor, None, NOTICE, now=NOW, today=TODAY)

    assert (done.moved, done.moved_elsewhere) == ((), 1)


def test_a_clock_that_stood_still_runs_on_with_the_days_it_lost(do: Do, member: Someone):
    row = _a_deadline(do, member, on=date(2026, 6, 1), days=10)
    assert row.due_on == date(2026, 6, 15)

    do(deadlines.pause_deadline, row, today=date(2026, 6, 3))
    assert not deadlines.is_past(row, date(2027, 1, 1))
    do(deadlines.resume_deadline, row, today=date(2026, 6, 9))

    # 4, 5, 8 and 9 June were lost; 19 June is the Dragon Boat Festival.
    assert (row.paused_days, row.due_on) == (4, date(2026, 6, 22))


def test_it_is_extended_once(do: Do, member: Someone):
    row = _a_deadline(do, member, on=date(2026, 6, 1), days=10)

    do(deadlines.extend_deadline, row, now=NOW)
    assert row.due_on == date(2026, 6, 30)
    with pytest.raises(Conflict, match="extended_already"):
        do(deadlines.extend_deadline, row, now=NOW)
    do(deadlines.close_deadline, row, now=NOW)
    with pytest.raises(Conflict, match="deadline_closed"):
        do(deadlines.extend_deadline, row, now=NOW)
