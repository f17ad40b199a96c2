"""A process of the worker watches its clock: set by hand or by a wild NTP, it is not believed.

What cannot be undone waits then: reminders that leave, certificates that expire, rows that are
removed. Everything else goes on.
"""

import time
from datetime import timedelta

from flask import Flask

from cpd_app import clock
from cpd_app.db import session
from cpd_app.domain.timekeeping import ClockDoubt, doubt_of
from cpd_app.usecases import timekeeping

#: name among the app's extensions
NAME = "cpd_timekeeping"


class Watch:
    """Remembers when it began, by the clock and by what nobody can set."""

    def __init__(self) -> None:
        """Now."""
        self._began = (clock.now(), _gone_by())

    def doubt(self) -> ClockDoubt | None:
        """Why the clock is not believed now; asked in an application's context."""
        now, (began_at, began) = clock.now(), self._began
        try:
            database = timekeeping.clock_of_database()
            newest = timekeeping.newest_entry()
        finally:
            session.rollback()  # the next question sees what was written meanwhile
        jumped = now - began_at - timedelta(seconds=_gone_by() - began)
        found = doubt_of(now, database=database, newest=newest, jumped=jumped)
        if database is not None and found is None:
            self._began = (now, _gone_by())  # set right: another clock agrees
        return found


def watch(app: Flask) -> None:
    """Begin in this process."""
    app.extensions[NAME] = Watch()


def doubt_in(app: Flask) -> ClockDoubt | None:
    """The doubt of this process's watch; None when it believes its clock, or has no watch."""
    kept: Watch | None = app.extensions.get(NAME)
    return kept.doubt() if kept is not None else None


def _gone_by() -> float:
    """Seconds that went by, sleep of the machine included where the system counts it."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
