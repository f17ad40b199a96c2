"""Thousands of messages to a mail server that fails and hangs, while clocks and workers are killed.

The floor, of which ours has a goal, is one process that sends the same mails straight: it writes
each and hands it over on one connection to a server of the same kind, and keeps no record; what it
waits for silences is taken off its time. Half of it runs before ours and half after, so that a
noisy minute meets both. Beside it, without a goal, stands the harder floor of letters that were
written before. Ours claims, writes, sends and marks each.
The work is the processor time of all processes, mail server and database included: it says what two
idle cores could do when other work takes them.
"""

import argparse
import os
import random
import smtplib
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import func, insert, literal, select, update

from bench.installation import FIRST_OTHER, Installation, add_members, installation
from bench.timing import say
from cpd_app import clock
from cpd_app.db import db, session, transaction
from cpd_app.domain.messages import Channel, MessageKind
from cpd_app.mail import SmtpMailer
from cpd_app.models import Delivery, Message, MessageHabit
from cpd_app.models.base import UtcDateTime
from cpd_app.usecases.parcels import Parcel, Told
from scheduler.message_letters import message_letter
from tests.support.mail_server import MailServer, mail_server
from tests.support.scheduling import Started, Starter, until

GOAL = 0.7
WRITING, WRITTEN = "the same mails", "mails written before"
FLOORS = (WRITING, WRITTEN)
FAIL, HANG = 0.1, 0.0005
#: seconds that a silent server is waited for, by the floor and by ours
TIMEOUT = 5
#: clocks, workers
CROWDS = {"postgresql": (3, 4), "sqlite": (1, 1)}
#: seconds between two kills; clock and workers in turn
KILL_EVERY = 3.0
PATIENCE = 3600
DATA = {"number": "B1", "ends_on": "2028-03-31", "months": 12, "registration_id": 1}


@dataclass
class Crowd:
    """The processes that serve, and those that were killed."""

    start: Starter
    clocks: list[Started]
    workers: list[Started]
    killed_clocks: int = 0
    killed_workers: int = 0

    def kill_leader(self) -> None:
        """End the clock that leads; another one is started, and waits its turn."""
        for leader in [one for one in self.clocks if "clock leads" in one.said]:
            leader.kill()
            self.clocks.remove(leader)
            self.clocks.append(self.start())
            self.killed_clocks += 1

    def kill_worker(self) -> None:
        """End any worker that is at work, and start another one."""
        ready = [one for one in self.workers if "worker ready" in one.said]
        if ready:
            killed = random.choice(ready)
            killed.kill()
            self.workers.remove(killed)
            self.workers.append(self.start("work"))
            self.killed_workers += 1


def run(options: argparse.Namespace) -> None:
    """The floor around ours, undisturbed; then ours with kills."""
    count = options.messages
    clocks, workers = CROWDS[options.engine]
    with installation(options.engine, durable=True) as made:
        clock.set_source(None)  # the other processes have the real clock
        add_members(made, count, 0)
        half = count // 2
        before = [_floor(made, f"before {how}", half, how) for how in FLOORS]
        ours = _ours(made, "undisturbed", count, kills=False)
        after = [_floor(made, f"after {how}", half, how) for how in FLOORS]
        rate = count / ours.seconds
        say(f"{clocks} clocks and {workers} workers, {count:,} letters, a second", f"{rate:,.0f}",
            f"{ours.worked / count * 1000:.1f} ms work")  # fmt: skip
        for how, one, other in zip(FLOORS, before, after, strict=True):
            floor = (one.seconds + other.seconds) / (2 * half)
            work = (one.worked + other.worked) / (2 * half)
            say(
                f"one process, {how} straight, a second",
                f"{1 / floor:,.0f}",
                f"{work * 1000:.1f} ms work",
            )
            share = rate * floor
            if how == WRITING:
                say("  ours as a share of it", f"{share:.2f}", f"{GOAL}", met=share >= GOAL)
            else:
                say("  ours as a share of it", f"{share:.2f}")
        _ours(made, "killed", count, kills=True)


@dataclass
class Spent:
    """What it took until the server had heard of every letter once."""

    seconds: float
    #: processor time of all processes, seconds
    worked: float


def _ours(made: Installation, name: str, count: int, *, kills: bool) -> Spent:
    """Everything that is due, until it is all sent."""
    folder = Path(made.app.config["CPD"].var_dir)
    with mail_server(folder, name, fail=FAIL, hang=HANG) as server, _crowd(made, server) as crowd:
        worked = _worked()
        began = _tell(made, count, name)
        if kills:
            _disturb(crowd, server, count)
        else:
            until(lambda: len(server.letters().moments) >= count, PATIENCE, 0.5)
        worked = _worked() - worked
        until(lambda: _is_over(made, count), PATIENCE, 0.5)
        letters = server.letters()
    found = letters.by_address
    killed = f"{crowd.killed_clocks} clocks, {crowd.killed_workers} workers killed"
    say(f"messages that arrived, {killed if kills else name}", f"{len(found):,}", f"{count:,}",
        met=len(found) == count)  # fmt: skip
    names = sum(len(ids) > 1 for ids in found.values())
    repeats = sum(ids.total() - 1 for ids in found.values())
    say("  under two Message-IDs", str(names), "0", met=not names)
    say("  repeats under the same one", str(repeats))
    last, troubles = letters.taken[-1][0] - began, letters.troubles
    refused = f"{troubles['later']:,} refused, {troubles['hang']} silent"
    say("  until the last one, with waits between attempts", f"{last:,.0f} s", refused)
    return Spent(sorted(letters.moments)[count - 1] - began, worked)


def _disturb(crowd: Crowd, server: MailServer, count: int) -> None:
    """Kill in turns while letters leave for the first time."""
    turn = 0
    while len(server.letters().taken) < count * 0.85:
        time.sleep(KILL_EVERY)
        (crowd.kill_worker if turn % 2 else crowd.kill_leader)()
        turn += 1


def _floor(made: Installation, name: str, count: int, how: str) -> Spent:
    """One process that sends, and writes too; refused letters are not tried again."""
    letters: Iterable[EmailMessage] = _letters(made, count)
    if how == WRITTEN:
        letters = list(letters)
    waited = 0.0
    folder = Path(made.app.config["CPD"].var_dir)
    with mail_server(folder, name.replace(" ", "-"), fail=FAIL, hang=HANG) as server:
        mailer = SmtpMailer(server.url, timeout=TIMEOUT)
        worked, began = _worked(), time.monotonic()
        for letter in letters:
            sent = time.monotonic()
            try:
                mailer.send(letter)
            except smtplib.SMTPRecipientsRefused:
                continue
            except (OSError, smtplib.SMTPException):
                waited += time.monotonic() - sent
        mailer.close()
        return Spent(time.monotonic() - began - waited, _worked() - worked)


def _worked() -> float:
    """Seconds that this process and all that it started have worked; Linux only, elsewhere 0."""
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended while we looked
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            parents[int(folder.name)] = int(fields[1])
            ticks[int(folder.name)] = sum(int(part) for part in fields[11:15])
    ours = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(ticks[pid] for pid in ours if pid in ticks) / os.sysconf("SC_CLK_TCK")


def _letters(made: Installation, count: int) -> Iterator[EmailMessage]:
    now = clock.now()
    told = (Told(1, MessageKind.EXPIRY, DATA, now),)
    with made.app.app_context():
        settings = made.app.config["CPD"]
        for i in _ids(count):
            parcel = Parcel(
                f"floor-{i}",
                Channel.EMAIL,
                i,
                f"量测{i}",
                "zh",
                f"p{i}@bench.test",
                None,
                None,
                told,
            )
            yield message_letter(parcel, settings, now=now)


def _tell(made: Installation, count: int, key: str) -> float:
    """Messages that are due from now on, whatever the hour; the moment from which that is so."""
    now = clock.now()
    later = now + timedelta(days=1)
    with made.app.app_context(), transaction():
        known = session.scalar(select(func.count()).select_from(MessageHabit))
        if not known:
            session.execute(
                insert(MessageHabit),
                [{"person_id": i, "zone": "Asia/Shanghai", "quiet_from": 0, "quiet_to": 0}
                 for i in _ids(count)],
            )  # fmt: skip
        session.execute(
            insert(Message),
            [{"person_id": i, "society_id": made.society_id, "kind": "expiry", "key": f"{key}-{i}",
              "data": DATA, "created_at": now} for i in _ids(count)],
        )  # fmt: skip
        session.execute(
            insert(Delivery).from_select(
                ["message_id", "person_id", "channel", "state", "due_at", "attempts"],
                select(
                    Message.id, Message.person_id, literal("email"), literal("due"),
                    literal(later, UtcDateTime), literal(0),
                ).where(Message.key.startswith(f"{key}-")),
            )
        )  # fmt: skip
    with made.app.app_context(), transaction():
        session.execute(update(Delivery).where(Delivery.due_at == later).values(due_at=now))
    return time.monotonic()


def _is_over(made: Installation, count: int) -> bool:
    with made.app.app_context():
        open_ones = session.scalar(
            select(func.count()).select_from(Delivery).where(Delivery.state.in_(("due", "sending")))
        )
        failed = session.scalar(
            select(func.count()).select_from(Delivery).where(Delivery.state == "failed")
        )
        session.remove()
    if failed:
        raise RuntimeError(f"{failed} of {count} were given up")
    return not open_ones


@contextmanager
def _crowd(made: Installation, server: MailServer) -> Iterator[Crowd]:
    clocks, workers = CROWDS["sqlite" if made.url.startswith("sqlite") else "postgresql"]
    folder = Path(made.app.config["CPD"].var_dir)
    start = Starter(made.url, folder, CPD_MAIL_URL=server.url, CPD_MAIL_TIMEOUT=str(TIMEOUT))
    try:
        crowd = Crowd(
            start, [start() for _ in range(clocks)], [start("work") for _ in range(workers)]
        )
        until(lambda: all("worker ready" in one.said for one in start.started), PATIENCE)
        until(lambda: any("clock leads" in one.said for one in crowd.clocks), PATIENCE)
        yield crowd
    finally:
        start.kill_all()
        with made.app.app_context():
            db.engine.dispose()


def _ids(count: int) -> range:
    return range(FIRST_OTHER + 1, FIRST_OTHER + 1 + count)
