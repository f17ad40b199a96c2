"""The reminders of a whole society on the day on which all are due at once, and an hour later.

`python -m bench reminding --cohort 100000` is the size of the largest society.
"""

import argparse
import time
from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from sqlalchemy import func, select

from bench.cohort import IN_MEMORY
from bench.installation import Installation, add_members, installation
from bench.timing import say
from cpd_app.clock import BEIJING
from cpd_app.db import session, transaction
from cpd_app.models import Delivery, Message
from cpd_app.usecases import standings
from scheduler import jobs

#: 90 days before the fourth year of every certificate ends, and six months before all expire
YEAR_DAY, EXPIRY_DAY = date(2027, 1, 1), date(2027, 10, 1)
#: seconds for 100,000 registrations of whom nobody is told anything new
GOAL = 10.0


def run(options: argparse.Namespace) -> None:
    """Judge all, remind all, and look once more an hour later."""
    count = options.cohort
    with installation(options.engine, durable=count > IN_MEMORY) as made:
        add_members(made, count, 1)
        with made.app.app_context():
            say(
                f"{count:,} registrations: judged for the day",
                f"{_timed(partial(_judge, made)):.1f} s",
            )
            for what, day in (("years that lack hours", YEAR_DAY), ("expiry", EXPIRY_DAY)):
                before = session.scalar(select(func.count(Message.id))) or 0
                took = _timed(partial(_remind, day, 7))
                told = (session.scalar(select(func.count(Message.id))) or 0) - before
                say(f"{what}: {told:,} told", f"{took:.1f} s", f"{told / took:,.0f} a second")
                again = _timed(partial(_remind, day, 8))
                goal = max(1.0, GOAL * count / 100_000)
                say(f"{what}: an hour later", f"{again:.1f} s", f"< {goal:.0f} s", met=again < goal)
            say("letters that wait", f"{session.scalar(select(func.count(Delivery.id))):,}")


def _judge(made: Installation) -> None:
    more = True
    while more:
        with transaction():
            more = standings.catch_up(made.society_id, on=YEAR_DAY, limit=standings.AT_ONCE).more
        session.expunge_all()


def _remind(day: date, hour: int) -> None:
    moment = datetime(day.year, day.month, day.day, hour, 30, tzinfo=BEIJING)
    jobs.remind(lambda: moment)
    session.expunge_all()


def _timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
