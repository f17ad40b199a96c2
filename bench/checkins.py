"""A hall checks in: 5,000 members over HTTP, eight doors on the same passes, a killed worker.

The service runs as `cpd run` starts it; the floor is served alike (bench.floor_web). Both take the
same crowd in turns, so that a noisy minute meets both.
"""

import argparse
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import func, insert, select

from bench.crowd import CONNECTIONS, PROCESSES, Crowd, Watch, arrivals, send_all
from bench.installation import FIRST_OTHER, Installation, add_members, installation
from bench.timing import say
from cpd_app import clock
from cpd_app.db import db, session, transaction
from cpd_app.domain.room_codes import Direction, bucket_at, code_of
from cpd_app.models import ApiToken, Event, EventSession, JournalEntry, RosterEntry, Scan
from cpd_app.policy import Actor
from cpd_app.usecases.scans import ScanToKeep, append_scan
from cpd_app.usecases.signin import hash_of
from tests.support.ports import free_port

GOAL = 0.5
ROUNDS = 3
#: arrivals a second on average: more than any machine of two cores takes
RUSH = 3_000
#: the same crowd as it comes through the doors of a hall
HALL_SECONDS = 60.0
DOORS, PASSES = 8, 500
VIEW = "/api/v1/checkins"


@dataclass
class Hall:
    """An event with many sessions, its roster, and everybody's access token."""

    made: Installation
    event_id: int
    #: (id, key); one for each burst, so that everybody is accepted once in each
    sessions: Iterator[tuple[int, str]]
    people: range


def run(options: argparse.Namespace) -> None:
    """All three parts."""
    with installation(options.engine, durable=True) as made:
        clock.set_source(None)  # the codes of now
        hall = _hall(made, options.phones)
        with _served() as port, _floor(made) as floor_port:
            _compare(hall, port, floor_port)
            _crowd_of_a_hall(hall, port)
            _not_on_the_list(hall, port)
        _kill_a_worker(hall)
        _eight_doors(hall)


def _compare(hall: Hall, port: int, floor_port: int) -> None:
    """Throughput of a rush, ours and the floor's in turns."""
    plan = arrivals(len(hall.people), len(hall.people) / RUSH)
    ours, floors, shares = [], [], []
    for _ in range(ROUNDS):
        floors.append(send_all(floor_port, plan, _bare()))
        room = next(hall.sessions)
        ours.append(send_all(port, plan, _scan(hall, room)))
        _check(hall, room, ours[-1])
        shares.append(ours[-1].per_second / floors[-1].per_second)
    rate, bare = (median(c.per_second for c in crowds) for crowds in (ours, floors))
    share = median(shares)
    say(
        f"check-ins a second, {len(hall.people):,} at once",
        f"{rate:,.0f}",
        f"bare view {bare:,.0f}",
    )
    say("  as a share of the bare view", f"{share:.2f}", f"{GOAL}", met=share >= GOAL)
    say("    in each round", " ".join(f"{s:.2f}" for s in shares))
    mine, theirs = (median(c.work for c in crowds) for crowds in (ours, floors))
    say("  work of web and database a check-in", f"{mine:.2f} ms", f"bare view {theirs:.2f} ms")


def _crowd_of_a_hall(hall: Hall, port: int) -> None:
    """Waiting times of the same crowd in a minute, 65 % of it in the first twenty seconds."""
    room = next(hall.sessions)
    crowd = send_all(port, arrivals(len(hall.people), HALL_SECONDS), _scan(hall, room))
    _check(hall, room, crowd)
    times = " / ".join(f"{crowd.percentile(part) * 1000:.0f}" for part in (50, 95, 99))
    say(f"  the same in {HALL_SECONDS:.0f} s: p50 / p95 / p99", f"{times} ms")


def _not_on_the_list(hall: Hall, port: int) -> None:
    """Members who did not enrol: their entries are made by the scan."""
    with hall.made.app.app_context():
        event_id, sessions = _event(hall.made, 1)
    room = next(sessions)
    guests = Hall(hall.made, event_id, sessions, hall.people)
    crowd = send_all(port, arrivals(len(hall.people), len(hall.people) / RUSH), _scan(guests, room))
    _check(guests, room, crowd)
    say("  members who had not enrolled, a second", f"{crowd.per_second:,.0f}")


def _kill_a_worker(hall: Hall) -> None:
    """A worker is killed in the middle: phones send again, nothing acknowledged is lost.

    An acknowledged scan is not sent again, so `_check` would miss it. A kill that breaks nothing
    off proves nothing, and is an error.
    """
    room = next(hall.sessions)
    watch, killed = Watch(), Killed()
    with _served() as port:
        killer = threading.Thread(target=_kill_one, args=(port, watch, len(hall.people), killed))
        killer.start()
        plan = arrivals(len(hall.people), len(hall.people) / RUSH)
        crowd = send_all(port, plan, _scan(hall, room), watch)
        killer.join()
    _check(hall, room, crowd)
    if not crowd.broken:
        raise RuntimeError(f"the killed worker broke nothing off: {killed}")
    say(
        f"  a worker killed after {killed.answered:,} answers, {killed.open} requests open",
        f"{crowd.broken} broke off",
        "all acknowledged are there",
    )


def _eight_doors(hall: Hall) -> None:
    """Eight processes scan the same passes at the same time."""
    session_id, _key = next(hall.sessions)
    with hall.made.app.app_context():
        entries = session.scalars(
            select(RosterEntry.id)
            .where(RosterEntry.event_id == hall.event_id)
            .order_by(RosterEntry.id)
            .limit(PASSES)
        ).all()
        session.remove()
        db.engine.dispose()
    began = time.perf_counter()
    doors = [
        multiprocessing.Process(target=_door, args=(hall.made, session_id, list(entries), n))
        for n in range(DOORS)
    ]
    for door in doors:
        door.start()
    for door in doors:
        door.join()
    took = time.perf_counter() - began
    with hall.made.app.app_context():
        outcomes = session.execute(
            select(Scan.entry_id, func.count())
            .where(Scan.session_id == session_id, Scan.outcome == "accepted")
            .group_by(Scan.entry_id)
        ).all()
        total = session.scalar(select(func.count()).where(Scan.session_id == session_id))
    once = len(outcomes) == PASSES and all(count == 1 for _entry, count in outcomes)
    say(
        f"{DOORS} doors on the same {PASSES} passes: scans kept",
        f"{total:,}",
        f"{(total or 0) / took:,.0f} a second",
    )
    say("  exactly one accepted each", "yes" if once else "NO", met=once)


def _door(made: Installation, session_id: int, entries: list[int], number: int) -> None:
    with made.app.app_context():
        actor = Actor(person_id=made.member_id, origin=f"door {number}")
        for entry_id in entries:
            now = clock.now()
            scan = ScanToKeep(
                session_id, entry_id, Direction.IN, now, "pass", f"person:1:{uuid.uuid4()}"
            )
            with transaction():
                append_scan(actor, scan, now=now)


def _scan(hall: Hall, room: tuple[int, str]) -> Callable[[int], Any]:
    """What phone i says: the code of the moment, its own token, its own key."""
    session_id, key = room

    def words(number: int) -> tuple[str, dict[str, str], dict[str, Any]]:
        code = code_of(session_id, key, Direction.IN, bucket_at(clock.now()))
        token = f"Bearer {_token(hall.people[number])}"
        return VIEW, {"Authorization": token}, {"code": code, "key": _key(session_id, number)}

    return words


def _bare() -> Callable[[int], Any]:
    """The same for the floor; every round has keys of its own."""
    run_id = uuid.uuid4().hex[:8]

    def words(number: int) -> tuple[str, dict[str, str], dict[str, Any]]:
        at = clock.now().isoformat()
        return "/", {}, {"code": "7DZ5TRYKS4BT", "key": f"{run_id}-{number}", "at": at}

    return words


def _check(hall: Hall, room: tuple[int, str], crowd: Crowd) -> None:
    """None lost, none doubled, all journalled."""
    count = len(hall.people)
    answered = [status for status in crowd.statuses.values() if status in {200, 201}]
    with hall.made.app.app_context():
        scans = session.execute(
            select(Scan.id, Scan.entry_id, Scan.outcome).where(Scan.session_id == room[0])
        ).all()
        journalled = session.scalar(
            select(func.count()).where(
                JournalEntry.verb == "scan.recorded",
                JournalEntry.object_id.in_(select(Scan.id).where(Scan.session_id == room[0])),
            )
        )
        session.remove()
    whole = {
        "answered": len(answered),
        "scans": len(scans),
        "people": len({entry_id for _id, entry_id, _outcome in scans}),
        "accepted": sum(outcome == "accepted" for _id, _entry, outcome in scans),
        "journalled": journalled,
    }
    if set(whole.values()) != {count}:
        others = sorted(set(crowd.statuses.values()))
        raise RuntimeError(f"of {count}: {whole}, statuses {others}")


def _hall(made: Installation, count: int) -> Hall:
    add_members(made, count, 0)
    people = range(FIRST_OTHER + 1, FIRST_OTHER + 1 + count)
    with made.app.app_context():
        now = clock.now()
        with transaction():
            session.execute(
                insert(ApiToken),
                [{"person_id": i, "name": "bench", "token_hash": hash_of(_token(i)), "scopes": [],
                  "created_at": now, "last_used_at": now} for i in people],
            )  # fmt: skip
        event_id, sessions = _event(made, ROUNDS + 4)
        with transaction():
            session.execute(
                insert(RosterEntry),
                [{"event_id": event_id, "person_id": i, "society_id": made.society_id,
                  "name": f"量测{i}", "source": "self", "state": "listed", "excused": False,
                  "created_at": now} for i in people],
            )  # fmt: skip
    return Hall(made, event_id, sessions, people)


def _event(made: Installation, sessions: int) -> tuple[int, Iterator[tuple[int, str]]]:
    now = clock.now()
    starts_at, ends_at = now - timedelta(hours=1), now + timedelta(hours=8)
    with transaction():
        event = Event(
            society_id=made.society_id, uid=str(uuid.uuid4()), title="量测", kind="conference",
            fields={}, zone="Asia/Shanghai", mode="venue", starts_at=starts_at, ends_at=ends_at,
            open_to="own", missing_out="full", state="open", pass_key="00" * 32, created_at=now,
            created_by_id=made.member_id, updated_at=now,
        )  # fmt: skip
        event.sessions = [
            EventSession(
                title=f"场次{n}", starts_at=starts_at, ends_at=ends_at, opens_at=starts_at,
                closes_at=ends_at, code_key=uuid.uuid4().hex * 2,
            )
            for n in range(sessions)
        ]  # fmt: skip
        session.add(event)
        session.flush()
        return event.id, iter([(s.id, s.code_key) for s in event.sessions])


def _token(person_id: int) -> str:
    return f"cpd_bench-{person_id}"


def _key(session_id: int, number: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{session_id} {number}"))


@contextmanager
def _served() -> Iterator[int]:
    """Our pages as in service; its database is that of the installation."""
    port = free_port()
    env = {**os.environ, "CPD_PORT": str(port)}
    with _gunicorn("python:cpd_app.gunicorn_conf", env, port):
        yield port


@contextmanager
def _floor(made: Installation) -> Iterator[int]:
    port = free_port()
    url = made.url
    if url.startswith("sqlite"):
        url = url.replace(".sqlite", "-floor.sqlite")
    env = {**os.environ, "FLOOR_PORT": str(port), "FLOOR_URL": url}
    with _gunicorn("python:bench.floor_web", env, port):
        yield port


#: of the server that runs now, for whoever kills one of its workers
_running: list[subprocess.Popen[bytes]] = []


@contextmanager
def _gunicorn(config: str, env: dict[str, str], port: int) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", config, "--log-level", "warning"],
        env=env,
        cwd=Path(__file__).resolve().parents[1],
        stdout=subprocess.DEVNULL,
    )
    _running.append(process)
    try:
        _wait(port)
        yield
    finally:
        _running.remove(process)
        process.send_signal(signal.SIGTERM)
        process.wait()


def _wait(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.1)
    raise RuntimeError("the web server does not answer")


@dataclass
class Killed:
    """How things stood when a worker was killed."""

    answered: int = 0
    open: int = 0


def _kill_one(port: int, watch: Watch, people: int, killed: Killed) -> None:
    """End the busiest worker as the kernel does when memory is out, while phones wait for it.

    Once a fifth has its answer, and when most connections have a request on the way.
    """
    deadline = time.monotonic() + 120
    most = PROCESSES * CONNECTIONS * 3 // 4
    while watch.answered.value < people / 5 or watch.open.value < most:
        if time.monotonic() > deadline:
            raise RuntimeError("there was no moment with most requests open")
        time.sleep(0.002)
    master = _running[-1].pid
    workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    busiest = max(workers, key=lambda pid: _connections(pid, port))
    killed.answered, killed.open = watch.answered.value, watch.open.value
    os.kill(int(busiest), signal.SIGKILL)


def _connections(pid: str, port: int) -> int:
    """How many phones a worker serves."""
    fields = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    established = {f"socket:[{f[9]}]" for f in fields if f[1].endswith(f":{port:04X}")}
    count = 0
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):  # closed while we looked
            count += str(file.readlink()) in established
    return count
