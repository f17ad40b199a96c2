"""Who must be told what and when in the planned year: domain.md §10, by arithmetic of its own.

Nothing here comes from the application. Days are walked one by one and clocks minute by minute, so
that a mistake in the rules' own arithmetic cannot be made twice.
"""

import itertools
from calendar import isleap, monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from tests.support.a_year.plan import (
    BEIJING,
    FIRST,
    HOLIDAYS,
    LAST,
    MORNING,
    OUTAGES,
    Gathering,
    Habit,
    Member,
    Plan,
    Returned,
    five_years,
    moment,
)

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
#: kind, number of the member, what it is about, step
What = tuple[str, int, tuple[object, ...], int]


@dataclass(frozen=True)
class Line:
    """One thing that one member is told."""

    told_at: datetime
    #: channel -> when it leaves; empty: it stands in the inbox
    leaves: dict[str, datetime]


@dataclass(frozen=True)
class Ticks:
    """When the clock's jobs run."""

    #: the first run of `remind` on each day that has one
    remind: dict[date, datetime]
    events: Sequence[datetime]


def the_table(plan: Plan, ticks: Ticks) -> dict[What, Line]:
    """Every message of the year."""
    lines: dict[What, Line] = {}
    for one in plan.members:
        for what, told_at in _of_days(one, ticks):
            lines[what] = Line(told_at, _leaves(one, what[0], told_at))
    for gathering in plan.gatherings:
        for what, told_at, gone_at in _of_gathering(gathering, plan.members, ticks.events):
            leaves = _leaves(plan.members[what[1]], "event_tomorrow", told_at)
            # what was put off or called off before it left does not leave
            leaves = {c: at for c, at in leaves.items() if gone_at is None or at < gone_at}
            lines[what] = Line(told_at, leaves)
    return lines


def _of_days(one: Member, ticks: Ticks) -> Iterator[tuple[What, datetime]]:
    """Expiry, years and returns: the first day in each step on which it holds and a job ran."""
    told: set[What] = set()
    for day, tick in ticks.remind.items():
        if one.entered_on > day or (one.dies_on and one.dies_on <= day):
            continue
        for what in (*_expiry(one, day), *_years(one, day), *_return(one, day)):
            if what not in told:
                told.add(what)
                yield what, tick


def _expiry(one: Member, day: date) -> Iterator[What]:
    filed = one.filed_on and one.filed_on <= day
    if filed and not (one.withdrawn_on and one.withdrawn_on <= day):
        return
    if (one.barred_on and one.barred_on <= day) or (one.renewed_on and one.renewed_on <= day):
        return
    marks = [*((_months_back(one.ends_on, n), n) for n in (12, 6, 3, 1)), (one.ends_on, 0)]
    for (begins, months), (ends, _) in itertools.pairwise(marks):
        if begins <= day < ends:
            yield ("expiry", one.number, (one.ends_on - DAY,), months)


def _years(one: Member, day: date) -> Iterator[What]:
    if one.barred_on and one.barred_on <= day:
        return
    terms = [(one.starts_on, one.ends_on)]
    if one.renewed_on and one.renewed_on <= day:
        terms.append((one.ends_on, five_years(one.ends_on)))
    starts_on, ends_on = next(((s, e) for s, e in terms if s <= day < e), (FIRST, FIRST))
    for index, (first, end) in enumerate(_boundaries(one, starts_on, ends_on), start=1):
        last = end
        if one.deferral and one.deferral[1] == index and one.deferral[0] <= day:
            last = one.deferral[2] + DAY
        required = _required(one, first, end, day)
        hours = sum(
            100 * r.hours for r in one.records if r.entered_on <= day and first <= r.ended_on < end
        )
        if not first <= day < last or hours >= required:
            continue
        marks = [(last - 90 * DAY, 90), (last - 30 * DAY, 30), (last - 7 * DAY, 7), (last, 0)]
        for (begins, days), (ends, _) in itertools.pairwise(marks):
            if first <= begins <= day < ends:
                yield ("year_behind", one.number, (index, last - DAY), days)


def _boundaries(one: Member, starts_on: date, ends_on: date) -> list[tuple[date, date]]:
    marks = [starts_on]
    while marks[-1] < ends_on:
        if one.society == 1:
            marks.append(date(marks[-1].year + 1, 1, 1))
        else:
            year = starts_on.year + len(marks)
            leap = (starts_on.month, starts_on.day) == (2, 29) and not isleap(year)
            marks.append(date(year, 3, 1) if leap else starts_on.replace(year=year))
    marks[-1] = min(marks[-1], ends_on)
    return list(itertools.pairwise(marks))


def _required(one: Member, first: date, end: date, day: date) -> int:
    """Hundredths: 50 a year, a part's share rounded up to 0.5, then relief rounded down to 0.5."""
    required = 5000
    whole = 366 if isleap(first.year) else 365
    if one.society == 1 and (end - first).days < whole:
        required = -(-5000 * (end - first).days // whole)
        required += -required % 50
    if one.reduction and one.reduction[0] <= day:
        begins, ends = max(one.reduction[1], first), min(one.reduction[2], end)
        if begins < ends:
            months = (ends.year - begins.year) * 12 + ends.month - begins.month
            months -= ends.day < begins.day
            required = required * (12 - months) // 12
            required -= required % 50
    return required


def _return(one: Member, day: date) -> Iterator[What]:
    fate = one.returned
    if fate is None or day < fate.on or (fate.answered_on and fate.answered_on <= day):
        return
    if fate.paused and fate.paused[0] <= day < fate.paused[1]:
        return
    due_on = last_day_of(fate, day)
    worked = [d for d in _days(fate.on, due_on - DAY) if works(d)]
    for (begins, step), ends in (((worked[-3], 3), worked[-1]), ((worked[-1], 1), due_on + DAY)):
        if begins <= day < ends:
            yield ("return_due", one.number, (due_on,), step)


def last_day_of(fate: Returned, day: date) -> date:
    """Ten working days, ten more when extended, and those of a pause that is over."""
    wanted = 10 + (10 if fate.extended_on and fate.extended_on <= day else 0)
    if fate.paused and fate.paused[1] <= day:
        wanted += sum(works(d) for d in _days(fate.paused[0] + DAY, fate.paused[1]))
    due_on = fate.on
    while wanted:
        due_on += DAY
        wanted -= works(due_on)
    return due_on


def works(day: date) -> bool:
    """Whether people work on a day of this year."""
    return HOLIDAYS.get(day, day.weekday() < 5)


def _of_gathering(
    gathering: Gathering, members: Sequence[Member], ticks: Sequence[datetime]
) -> Iterator[tuple[What, datetime, datetime | None]]:
    """Message, when it is told, and when it is taken back."""
    told: set[What] = set()
    here = ZoneInfo(gathering.zone)
    for tick in ticks:
        starts_at = _begin_at(gathering, tick)
        if starts_at is None or tick >= starts_at:
            continue
        day = starts_at.astimezone(here).date()
        for number, entered_at in gathering.entries.items():
            one = members[number]
            # nobody enrols who is not there yet
            if entered_at < moment(one.entered_on, MORNING):
                continue
            if _is_gone(one, tick) or _happened(gathering.excused.get(number), tick):
                continue
            habit = one.habit or Habit()
            eve = _eve(starts_at, gathering.zone, habit)
            what: What = ("event_tomorrow", number, (gathering.number, day), 0)
            due = entered_at < eve <= tick and _awake(tick, habit) < starts_at
            if due and what not in told:
                told.add(what)
                changes = [at for at, _ in gathering.moves] + [gathering.cancelled_at]
                later = min((at for at in changes if at and at > tick), default=None)
                # the next run sees it
                yield what, tick, next((t for t in ticks if later and t >= later), None)


def _begin_at(gathering: Gathering, tick: datetime) -> datetime | None:
    """When it begins, as known at a moment; None once it is called off."""
    if _happened(gathering.cancelled_at, tick):
        return None
    moved = [to for at, to in gathering.moves if at <= tick]
    return moved[-1] if moved else gathering.starts_at


def _happened(at: datetime | None, tick: datetime) -> bool:
    return at is not None and at <= tick


def _is_gone(one: Member, tick: datetime) -> bool:
    return one.dies_on is not None and moment(one.dies_on, MORNING) <= tick


@cache
def _eve(starts_at: datetime, zone: str, habit: Habit) -> datetime:
    """18:00 of the day before by the event's clock; earlier for who sleeps until it begins."""
    here = starts_at.astimezone(ZoneInfo(zone))
    evening = datetime.combine(here.date() - DAY, time(18), here.tzinfo).astimezone(UTC)
    if _awake(evening, habit) < starts_at:
        return evening
    while _is_quiet(evening - MINUTE, habit):
        evening -= MINUTE
    return evening - 15 * MINUTE


def _leaves(one: Member, kind: str, told_at: datetime) -> dict[str, datetime]:
    """Channel and moment of every letter and call of a message."""
    topic = {
        "expiry": "expiry", "return_due": "filing", "year_behind": "year",
        "event_tomorrow": "events",
    }[kind]  # fmt: skip
    reach = {"email"} if one.email else set()
    if one.society == 0 and one.phone:
        reach.add("webhook")
    by_default = {"email", "webhook"} if topic in {"expiry", "filing"} else {"email"}
    ways = {c for c in reach & by_default if (topic, c) not in one.unwanted}
    if topic == "expiry" and "email" not in ways:
        ways = reach
    if topic == "filing" and not ways:
        ways = reach
    at = _leaves_at(kind, told_at, one.habit or Habit())
    gone = one.dies_on is not None and moment(one.dies_on, MORNING) <= at
    return {} if gone else dict.fromkeys(ways, at)


def _leaves_at(kind: str, told_at: datetime, habit: Habit) -> datetime:
    if kind in {"return_due", "event_tomorrow"}:
        return _awake(told_at, habit)
    if habit.daily_at is None:
        return _awake(told_at + 10 * MINUTE, habit)
    at, zone = told_at.astimezone(UTC) + MINUTE, ZoneInfo(habit.zone)
    while _minutes(at, zone) != habit.daily_at:
        at += MINUTE
    return _awake(at, habit)


@cache
def _awake(at: datetime, habit: Habit) -> datetime:
    at = at.astimezone(UTC)  # minutes of a zone's own clock are not all minutes
    while _is_quiet(at, habit):
        at += MINUTE
    return at


def _is_quiet(at: datetime, habit: Habit) -> bool:
    return is_quiet(at, habit.zone, habit.quiet_from, habit.quiet_to)


def is_quiet(at: datetime, zone: str, quiet_from: int, quiet_to: int) -> bool:
    """Whether a person's clock shows a quiet minute."""
    minutes = _minutes(at, ZoneInfo(zone))
    if quiet_from <= quiet_to:
        return quiet_from <= minutes < quiet_to
    return minutes >= quiet_from or minutes < quiet_to


def _minutes(at: datetime, zone: ZoneInfo) -> int:
    local = at.astimezone(zone)
    return local.hour * 60 + local.minute


def _months_back(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def ticks_of(plan: Plan, fires: Callable[[date], list[datetime]]) -> Ticks:
    """The runs of the year: of `remind` the first of each day, of `remind-events` near events."""
    remind = {day: ran[0] for day in _days(FIRST, LAST) if (ran := fires(day))}
    events = set()
    for gathering in plan.gatherings:
        for begins in (gathering.starts_at, *(to for _, to in gathering.moves)):
            at = (begins - timedelta(hours=36)).astimezone(BEIJING).replace(minute=0)
            while at < begins:
                events.add(at)
                at += 60 * MINUTE
    return Ticks(remind, sorted(at for at in events if not stands_still(at)))


def stands_still(at: datetime) -> bool:
    """Whether the clock is out at a moment."""
    return any(begins <= at < ends for begins, ends in OUTAGES)
