"""A simulated year: who was told what and when, against a table made from domain.md §10 alone."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from cpd_app.models import Delivery, Message
from scheduler import runner
from scheduler.jobs import ClockJob, table
from tests.support.a_year.outgoing import Outgoing, Sent
from tests.support.a_year.plan import LAST, Habit, a_plan, moment
from tests.support.a_year.table import (
    Line,
    Ticks,
    What,
    is_quiet,
    stands_still,
    the_table,
    ticks_of,
)
from tests.support.a_year.world import REMINDERS, World
from tests.support.jobs import work_off
from tests.support.store import Store

MEMBERS = {"sqlite": 300, "postgresql": 60}
#: on one day in so many `remind` runs each hour, and not in the morning only
HOURLY_EACH = 90
#: on one day in so many everybody is judged; of 300, on the others those alone whom a reminder of
#: the year may be about (`World.judge_some`), since judging is most of the work
ALL_EACH = {"sqlite": 14, "postgresql": 1}
SOME = "judge-some"


def fires(job: ClockJob, day: date) -> list[datetime]:
    """When a job of the clock runs on a day, unless the clock stands still."""
    found = []
    at = moment(day, 0)
    while (at := job.trigger.get_next_fire_time(None, at)).date() == day:
        found.append(at)
        at += timedelta(seconds=1)
    return [at for at in found if not stands_still(at)]


def test_members_are_told_in_the_morning_and_newcomers_until_the_evening() -> None:
    jobs = {job.name: job for job in table(lambda _now: {}, lambda _now: {})}
    day = date(2027, 6, 1)
    assert fires(jobs["remind"], day) == [moment(day, hour, 30) for hour in range(7, 21)]
    assert jobs["remind-events"].when == "every 5 min"


def live(
    app: Flask, world: World, ticks: Ticks, at: Callable[[str], datetime], *, all_each: int
) -> None:
    """Run the clock's jobs at their times of a whole year, and let happen what was planned."""
    jobs = {job.name: job for job in table(lambda _now: {}, lambda _now: {})}
    jobs[SOME] = replace(jobs["judge-standings"], name=SOME, run=world.judge_some)

    def run(*names: str) -> None:
        for name in names:
            assert runner.run_job(app, jobs[name]), name
            if name == "judge-standings":
                work_off(app)

    runs: dict[datetime, list[str]] = {tick: ["remind-events"] for tick in ticks.events}
    for number, (day, tick) in enumerate(ticks.remind.items()):
        judge = SOME if number % all_each else "judge-standings"
        runs.setdefault(tick, []).extend(["expire-terms", "turn-filings", judge, "remind"])
        if number % HOURLY_EACH == 0:
            for later in fires(jobs["remind"], day)[1:]:
                runs.setdefault(later, []).append("remind")
    for tick in sorted(runs):
        world.go_on(tick)
        at(tick.isoformat())
        run(*runs[tick])
    world.go_on(moment(LAST, 0) + timedelta(days=3))


def test_in_a_year_everybody_is_told_what_is_due_once_and_in_no_quiet_hour(
    app: Flask,
    store: Store,
    do: Callable[..., Any],
    engine_name: str,
    at: Callable[[str], datetime],
) -> None:
    plan = a_plan(MEMBERS[engine_name])
    remind = {job.name: job for job in table(lambda _now: {}, lambda _now: {})}["remind"]
    ticks = ticks_of(plan, lambda day: fires(remind, day))
    world = World(store, do, plan, Outgoing(app, store, do, at))
    world.make()

    live(app, world, ticks, at, all_each=ALL_EACH[engine_name])

    told, due = world.told(), the_table(plan, ticks)
    assert missed(due, told) == []
    assert missed(told, due) == [], "told, and not due"
    assert [w for w in due if told[w].told_at != due[w].told_at] == []
    assert [(w, told[w], due[w]) for w in due if told[w].leaves != due[w].leaves] == []
    assert in_quiet_hours(world) == []
    assert torn(world) == []
    assert {what[0] for what in told} == REMINDERS
    assert set(store.all(select(Message.kind))) == REMINDERS | {"certificate", "returned"}
    assert set(store.all(select(Delivery.state).distinct())) == {"sent", "dropped"}


def missed(wanted: dict[What, Line], found: dict[What, Line]) -> list[What]:
    """What is in one table and not in the other."""
    return sorted(set(wanted) - set(found), key=str)


def in_quiet_hours(world: World) -> list[Sent]:
    """Letters and calls that left in somebody's quiet hours."""
    habits = {world.people[one.number].id: one.habit or Habit() for one in world.plan.members}

    def is_asleep(sent: Sent) -> bool:
        habit = habits[sent.parcel.person_id]
        return is_quiet(sent.at, habit.zone, habit.quiet_from, habit.quiet_to)

    return [sent for sent in world.outgoing.sent if is_asleep(sent)]


def torn(world: World) -> list[tuple[object, ...]]:
    """What left at one moment to one person by one way (a bridge: of one society), and in parts."""
    parts = Counter(
        (one.at, one.parcel.person_id, one.parcel.channel, one.parcel.society_id)
        for one in world.outgoing.sent
    )
    return [what for what, count in parts.items() if count > 1]
