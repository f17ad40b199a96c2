"""huey, behind few functions: put ids in the queue, and the consumer that takes them out.

huey forgets a task that is killed in the middle; the rows in `jobs` and `deliveries` do not
(usecases/jobs.py, usecases/deliveries.py).
"""

from collections.abc import Callable
from threading import Event

import psycopg
from flask import Flask
from huey import PostgresHuey, SqliteHuey
from huey.api import Huey
from huey.consumer import Consumer

from cpd_app.config import Settings
from cpd_app.db import transaction
from cpd_app.usecases import deliveries, jobs
from scheduler import runner
from scheduler.delivering import deliver
from scheduler.jobs import Counts, Now
from scheduler.tasks import TASKS

#: handed out in one go, so that one second's hand-over stays short
AT_ONCE = 50
#: deliveries marked in one transaction; a clock killed after it delays no more than these
MARKED_AT_ONCE = 10 * deliveries.CHUNK
#: with so many tasks waiting nothing more is handed out: what waits too long would be handed twice
MOST_WAITING = 30
#: somebody may wait for a job in front of a page; letters have time
FIRST = 10
#: with so many tasks waiting, work that nobody waits for stays out: letters would wait behind it
FEW_WAITING = 16
#: huey's tables lie in a schema of their own, out of sight of our migrations
SCHEMA = "queue"
#: the advisory lock's number under which the tables are made
MAKING_LOCK = 0x0C9D_4B1D
POLL_SECONDS = 0.2


class Queue:
    """Job ids on their way to a worker, in a store of their own."""

    def __init__(self, app: Flask) -> None:
        """Open the store; each process has one queue."""
        self.app = app
        self.huey = _huey(app.config["CPD"])
        #: set when this process should end: what is not begun goes back
        self.stopping = Event()
        self.put: Callable[..., object] = self.huey.task(name="work", priority=FIRST)(self._work)
        self.put_deliveries: Callable[[list[int]], object] = self.huey.task(name="deliver")(
            self._deliver
        )

    def hand_over(self, now: Now) -> Counts:
        """Give due jobs, and those whose worker died, to the queue.

        Of what nobody waits for only a few at a time, behind all others.
        """
        handed = self._hand_out(now, AT_ONCE, FIRST)
        room = FEW_WAITING - self.huey.storage.queue_size()
        if room > 0:
            handed += self._hand_out(now, room, 0, unhurried=True)
        return {"handed": handed}

    def _hand_out(self, now: Now, limit: int, priority: int, *, unhurried: bool = False) -> int:
        if not jobs.due_jobs(now(), 1, unhurried=unhurried):
            return 0
        with transaction():
            handed = jobs.hand_out(now(), limit, unhurried=unhurried)
        for job_id in handed:
            self.put(job_id, priority=priority)
        return len(handed)

    def send_messages(self, now: Now) -> Counts:
        """Give due deliveries, and those whose worker died, to the queue in chunks."""
        handed = 0
        while self.huey.storage.queue_size() < MOST_WAITING and deliveries.is_anything_due(now()):
            with transaction():
                chunks = deliveries.hand_out(now(), MARKED_AT_ONCE)
            if not chunks:
                break  # another clock was faster
            for chunk in chunks:
                self.put_deliveries(chunk)
                handed += len(chunk)
        return {"handed": handed}

    def consumer(self, *, workers: int) -> Consumer:
        """Takes ids out and works on them, in threads."""
        return Consumer(
            self.huey,
            workers=workers,
            periodic=False,
            initial_delay=POLL_SECONDS,
            max_delay=POLL_SECONDS,
            check_worker_health=False,
        )

    def close(self) -> None:
        """Close the store's connection of this thread."""
        self.huey.storage.close()

    def _work(self, job_id: int) -> None:
        runner.work(self.app, job_id, TASKS)

    def _deliver(self, ids: list[int]) -> None:
        deliver(self.app, ids, self.stopping)


def _huey(settings: Settings) -> Huey:
    if settings.is_sqlite:
        # A file of its own: beside the members' rows every hand-over would wait for their lock.
        settings.var_dir.mkdir(parents=True, exist_ok=True)
        return SqliteHuey("cpd", filename=str(settings.var_dir / "queue.sqlite"), results=False)
    dsn = plain_dsn(settings.database_url)
    with psycopg.connect(dsn, autocommit=True) as connection:
        # One after another: two that start at once would both make the same tables.
        connection.execute("SELECT pg_advisory_lock(%s)", (MAKING_LOCK,))
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        return PostgresHuey("cpd", dsn=dsn, options=f"-c search_path={SCHEMA}", results=False)


def plain_dsn(url: str) -> str:
    """The address as psycopg itself reads it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
