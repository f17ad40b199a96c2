"""Entering the State Council's notice of a year: whom it concerns, then the days themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, func, insert, select

from cpd_app.db import session
from cpd_app.domain.errors import Rejected
from cpd_app.domain.work_days import NoticeDay, WorkCalendar, read_notice, with_notice
from cpd_app.models import CalendarDay, CalendarYear, Deadline, Person, Registration
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import deadline_moves, journal
from cpd_app.usecases.deadlines import by_calendar, due_by, open_deadlines_touching, shortens
from cpd_app.usecases.work_calendar import calendar_around

#: the scheme began in 2004; a notice comes at most a year ahead
FIRST_YEAR = 2004
AHEAD_YEARS = 2
MOST_SOURCE = 200


@dataclass(frozen=True)
class NewNotice:
    """A year's notice as it was typed or uploaded."""

    year: int
    #: number or address of the notice
    source: str
    #: one line a day or stretch, see `domain.work_days.read_notice`
    days: str


@dataclass(frozen=True)
class Moved:
    """A deadline that a notice moves, or makes certain."""

    deadline: Deadline
    before_on: date
    after_on: date
    #: whose file it is, and the number; empty for what lies in another society
    name: str
    number: str


@dataclass(frozen=True)
class Effect:
    """What entering a notice does to the open deadlines."""

    year: int
    days: tuple[NoticeDay, ...]
    #: in the societies of whoever asks
    moved: tuple[Moved, ...]
    moved_elsewhere: int
    #: deadlines that keep their day and are no longer provisional
    confirmed: int
    #: days promised to members that the calendar alone would make earlier: they stay
    kept: int


@dataclass(frozen=True)
class KnownYear:
    """A year in the tables, with its days off and make-up workdays."""

    year: int
    source: str
    days_off: int
    work_days: int
    entered_at: datetime
    entered_by: str | None


def known_years(actor: Actor, society_id: int | None) -> list[KnownYear]:
    """Every announced year, the newest first."""
    _may(actor, society_id)
    off = func.count().filter(CalendarDay.works.is_(False))
    work = func.count().filter(CalendarDay.works.is_(True))
    year = func.extract("year", CalendarDay.day)
    counts = {
        int(row[0]): (row[1], row[2])
        for row in session.execute(select(year, off, work).group_by(year))
    }
    rows = session.execute(
        select(CalendarYear, Person)
        .outerjoin(Person, Person.id == CalendarYear.entered_by_id)
        .order_by(CalendarYear.year.desc())
    )
    return [
        KnownYear(
            known.year,
            known.source,
            *counts.get(known.year, (0, 0)),
            known.entered_at,
            person.name if known.entered_by_id else None,
        )
        for known, person in rows
    ]


def effect_of_notice(
    actor: Actor, society_id: int | None, notice: NewNotice, *, today: date
) -> Effect:
    """What a notice would move; nothing is changed. Raises Rejected for what cannot be read."""
    _may(actor, society_id)
    days = _days(notice, today)
    rows, calendar = _touched(notice.year, days)
    return _effect(notice.year, days, rows, calendar, society_id)


def enter_notice(
    actor: Actor, society_id: int | None, notice: NewNotice, *, now: datetime, today: date
) -> Effect:
    """Enter a year's notice, or enter it again; open deadlines are computed anew by a job."""
    _may(actor, society_id)
    days = _days(notice, today)
    rows, calendar = _touched(notice.year, days)
    effect = _effect(notice.year, days, rows, calendar, society_id)
    _replace(actor, notice, days, now=now)
    deadline_moves.order_moves(actor, society_id, notice.year, now=now)
    journal.record(
        actor,
        "calendar.entered",
        "calendar_year",
        notice.year,
        now=now,
        society_id=society_id,
        data={"days": len(days), "moved": len(effect.moved) + effect.moved_elsewhere},
        values={"source": notice.source},
    )
    return effect


def _may(actor: Actor, society_id: int | None) -> None:
    societies = frozenset() if society_id is None else frozenset({society_id})
    require(actor, Permission.ENTER_CALENDAR, Target(societies=societies))


def _days(notice: NewNotice, today: date) -> tuple[NoticeDay, ...]:
    if not FIRST_YEAR <= notice.year <= today.year + AHEAD_YEARS:
        last = today.year + AHEAD_YEARS
        raise Rejected("notice_which_year", "year", first=FIRST_YEAR, last=last)
    if not notice.source.strip():
        raise Rejected("missing", "source")
    return read_notice(notice.year, notice.days)


def _touched(year: int, days: Sequence[NoticeDay]) -> tuple[list[Deadline], WorkCalendar]:
    rows = open_deadlines_touching(year)
    first = min((row.delivered_on for row in rows), default=date(year, 1, 1))
    last = max((row.due_on for row in rows), default=first)
    return rows, with_notice(calendar_around(first, last), year, days)


def _effect(
    year: int,
    days: tuple[NoticeDay, ...],
    rows: Sequence[Deadline],
    calendar: WorkCalendar,
    society_id: int | None,
) -> Effect:
    own: list[tuple[Deadline, date]] = []
    elsewhere = confirmed = kept = 0
    for row in rows:
        kept += shortens(row, by_calendar(row, calendar))
        due = due_by(row, calendar)
        if due.on != row.due_on:
            if society_id is None or row.society_id != society_id:
                elsewhere += 1
            else:
                own.append((row, due.on))
        elif row.provisional and not due.provisional:
            confirmed += 1
    names = _names([row for row, _on in own])
    moved = tuple(
        Moved(row, row.due_on, on, *names.get(row.registration_id, ("", ""))) for row, on in own
    )
    return Effect(year, days, moved, elsewhere, confirmed, kept)


def _names(rows: Sequence[Deadline]) -> dict[int | None, tuple[str, str]]:
    ids = {row.registration_id for row in rows if row.registration_id is not None}
    found = session.execute(
        select(Registration, Person)
        .join(Person, Person.id == Registration.person_id)
        .where(Registration.id.in_(ids))
    )
    return {registration.id: (person.name, registration.number) for registration, person in found}


def _replace(actor: Actor, notice: NewNotice, days: Sequence[NoticeDay], *, now: datetime) -> None:
    year = session.get(CalendarYear, notice.year)
    if year is None:
        year = CalendarYear(year=notice.year)
        session.add(year)
    year.source = notice.source.strip()[:MOST_SOURCE]
    year.entered_at, year.entered_by_id = now, actor.person_id
    session.execute(
        delete(CalendarDay).where(
            CalendarDay.day.between(date(notice.year, 1, 1), date(notice.year, 12, 31))
        )
    )
    session.execute(
        insert(CalendarDay),
        [{"day": given.day, "works": given.works, "name": given.name} for given in days],
    )
