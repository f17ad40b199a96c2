"""Readiness of a whole society, against the plain sum over the same records in the database.

`python -m bench cohort --engine postgresql --cohort 100000` is the size of the largest society:
twenty million records on the disk, loaded in minutes. Without `--cohort` a small one runs.
"""

import argparse
import os
import resource
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, text, update

from bench.installation import FIRST_OTHER, NOW, TODAY, Installation, add_members, installation
from bench.timing import measure, say
from cpd_app import access, clock
from cpd_app.db import session, transaction
from cpd_app.models import Activity, Credit, Job, LastStanding, Role
from cpd_app.usecases import signin, standing_jobs, standings
from cpd_app.usecases.jobs import UNDER_WAY
from tests.support.scheduling import Starter, until

GOAL_RATIO = 2.0
#: processes with two threads each
WORKERS = 3
#: seconds: how long they may take, and between two looks
PATIENCE, PAUSE = 3600, 0.5
GOAL_MEGABYTES = 300
#: a larger database lies on the disk
IN_MEMORY = 20_000
#: records of so many registrations are made by one statement
AT_ONCE = 500

NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :each)"
#: every second one was scanned in, every third one has hours beyond the usual
ACTIVITIES = f"""
{NUMBERS}
INSERT INTO activities (id, person_id, state, kind, title, started_on, ended_on, fields,
    competences, source, different_from, created_at, updated_at, entered_on, version, presence)
SELECT r.id * 1000 + n.i, r.person_id, 'recorded', 'training', '量测培训', d.day, d.day,
    '{{"minutes": 90}}', '[]', 'import', '{{}}', :now, :now, d.day, 1,
    CASE WHEN n.i % 2 = 0 THEN 2 END
FROM registrations r CROSS JOIN n JOIN days d ON d.year_index = n.i % 5 + 1
WHERE r.id BETWEEN :first AND :last
"""  # noqa: S608 - text of this file
CREDITS = f"""
{NUMBERS}
INSERT INTO credits (activity_id, registration_id, term_id, year_index, rule_version_id,
    left_out, conversion, claimed, recognised, trace, reasons, needs_ruling)
SELECT r.id * 1000 + n.i, r.id, r.id, n.i % 5 + 1, 1, :no, 200, 200,
    CASE WHEN n.i % 3 = 0 THEN 150 ELSE 100 END, '[]', '[]', :no
FROM registrations r CROSS JOIN n WHERE r.id BETWEEN :first AND :last
"""  # noqa: S608 - text of this file


def run(options: argparse.Namespace) -> None:
    """Load the society; judge it from its records, then on the next day; look at staff's pages."""
    with installation(options.engine, durable=options.cohort > IN_MEMORY) as made:
        began = time.perf_counter()
        add_members(made, options.cohort, 0)
        with made.app.app_context():
            _load(options.cohort, options.each)
        loaded = time.perf_counter() - began
        say(
            f"{options.cohort:,} registrations with {options.each} records each: loaded",
            f"{loaded:.0f} s",
        )
        with made.app.app_context():
            floor = _timed(_plain_sum)
            say("the plain sum over their records", f"{floor:.2f} s")
            _say_against(floor, "readiness of all, every record read", _judge(made, TODAY))
            tomorrow = TODAY + timedelta(days=1)
            _say_against(
                floor, "readiness of all, on the next day", _judge(made, tomorrow), goal=True
            )
            session.remove()
            _shared(made)
        _pages(made)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        say("peak memory", f"{peak:.0f} MB", f"< {GOAL_MEGABYTES} MB", met=peak < GOAL_MEGABYTES)


def _load(registrations: int, each: int) -> None:
    with transaction():
        session.execute(text("CREATE TABLE days (year_index INTEGER PRIMARY KEY, day DATE)"))
        for year in range(1, 6):
            day = date(2022 + year, 6, 1)
            session.execute(text("INSERT INTO days VALUES (:y, :d)"), {"y": year, "d": day})
    for first in range(FIRST_OTHER + 1, FIRST_OTHER + registrations + 1, AT_ONCE):
        last = min(first + AT_ONCE - 1, FIRST_OTHER + registrations)
        given = {"first": first, "last": last, "each": each, "now": NOW, "no": False}
        with transaction():
            for statement in (ACTIVITIES, CREDITS):
                wanted = {name: v for name, v in given.items() if f":{name}" in statement}
                session.execute(text(statement), wanted)
    with transaction():
        session.execute(text("ANALYZE"))


def _plain_sum() -> None:
    """What a programmer would type: hours of each year of each registration."""
    rows = session.execute(
        select(
            Credit.registration_id,
            Credit.term_id,
            Credit.year_index,
            func.sum(Credit.recognised),
            func.sum(Credit.claimed),
        )
        .join(Activity, Activity.id == Credit.activity_id)
        .where(Activity.state == "recorded", Credit.left_out.is_(False))
        .group_by(Credit.registration_id, Credit.term_id, Credit.year_index)
        .execution_options(yield_per=5000)
    )
    for _row in rows:
        pass
    session.rollback()


def _judge(made: Installation, on: date) -> float:
    def all_of_them() -> None:
        more = True
        while more:
            with transaction():
                more = standings.catch_up(made.society_id, on=on, limit=standings.AT_ONCE).more
            session.expunge_all()

    return _timed(all_of_them)


def _shared(made: Installation) -> None:
    """The next day through the queue: a clock and workers, of whom one is killed in the middle."""
    on = datetime.now(clock.BEIJING).date()  # noqa: TID251 - the other processes have the real clock
    start = Starter(made.url, Path(os.environ["CPD_VAR_DIR"]))
    total = standings.waiting_in(made.society_id, on=on)
    session.rollback()
    began = time.perf_counter()
    try:
        _clock, *workers = [start(*words) for words in ((), *[("work",)] * WORKERS)]
        until(lambda: _judged(on) > total // 3, PATIENCE, PAUSE)
        workers[0].kill()
        until(lambda: _judged(on) >= total, PATIENCE, PAUSE)
        took = time.perf_counter() - began
        until(lambda: not _open_jobs(), PATIENCE, PAUSE)
    finally:
        start.kill_all()
    jobs = session.execute(
        select(func.sum(Job.done), func.sum(Job.attempts - 1)).where(Job.kind == standing_jobs.TASK)
    ).one()
    session.rollback()
    say(
        f"shared by {WORKERS} workers, one killed",
        f"{took:.1f} s",
        "with their start and the lease",
    )
    say("  judged by jobs, of so many", f"{jobs[0]:,} / {total:,}", met=jobs[0] == total)
    say("  jobs handed out again", str(jobs[1]))


def _judged(on: date) -> int:
    count = session.scalar(select(func.count()).where(LastStanding.on_day == on)) or 0
    session.rollback()
    return count


def _open_jobs() -> int:
    open_ones = select(func.count()).where(Job.state.in_(UNDER_WAY))
    count = session.scalar(open_ones) or 0
    session.rollback()
    return count


def _timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _say_against(floor: float, what: str, took: float, *, goal: bool = False) -> None:
    ratio = took / floor
    if goal:
        say(
            what, f"{took:.1f} s", f"{ratio:.1f} of the sum, goal {GOAL_RATIO}",
            met=ratio <= GOAL_RATIO,
        )  # fmt: skip
    else:
        say(what, f"{took:.1f} s", f"{ratio:.1f} of the sum")


def _pages(made: Installation) -> None:
    """Staff's first page, the list of members who are short, and the queue of files."""
    with made.app.app_context(), transaction():
        session.add(
            Role(
                person_id=made.member_id, society_id=made.society_id, role="registrar",
                starts_on=date(2020, 1, 1),
            )
        )  # fmt: skip
        session.execute(update(LastStanding).values(on_day=TODAY))
        secret = signin.begin_sign_in(made.member_id, device="bench", now=NOW)
    client = made.app.test_client()
    with client.session_transaction() as kept:
        kept[access.TOKEN_KEY] = secret
    for name, path in (
        ("overview", "/staff"),
        ("members who are short", "/staff/members?verdict=short"),
        ("queue of files", "/staff/audits"),
    ):
        if client.get(path).status_code == 200:
            found = measure(lambda p=path: client.get(p))
            say(f"staff: {name}", f"{found.middle * 1000:.0f} ms")
