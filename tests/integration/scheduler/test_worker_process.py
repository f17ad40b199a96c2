"""The worker as a process: one clock of many, jobs done, an orderly end."""

import os
import signal
import threading
import time
from datetime import UTC, datetime

import pytest

from cpd_app import clock
from cpd_app.models import Job
from cpd_app.policy import Actor
from cpd_app.usecases import jobs
from scheduler.leader import STUCK_SECONDS, FileLeadership, PostgresLeadership
from scheduler.queue import Queue, plain_dsn
from tests.support.scheduling import until


@pytest.mark.slow
def test_a_worker_does_what_is_due_and_ends_when_it_is_told(worker, do, store):
    now = datetime.now(UTC)  # noqa: TID251 - the other process has the real clock
    # A file that is not there: nothing to do, so the job is done at once.
    job = do(jobs.order_job, Actor.system("test"), "process_file", 0, key="f:0", now=now)
    process = worker("all")

    until(lambda: store.get(Job, job.id).state == "done")

    assert process.stop() == 0, process.said
    assert "worker stopped" in process.said


@pytest.mark.slow
def test_a_killed_clock_is_replaced_within_two_seconds(worker):
    clocks = [worker() for _ in range(3)]
    until(lambda: all("worker ready" in c.said for c in clocks))
    took = []
    while len(clocks) > 1:
        until(lambda: any("clock leads" in c.said for c in clocks))
        [leader] = [c for c in clocks if "clock leads" in c.said]
        clocks.remove(leader)
        began = time.monotonic()
        leader.kill()
        until(lambda: any("clock leads" in c.said for c in clocks))
        took.append(time.monotonic() - began)

    # The quicker of two: this machine may be busy with other things.
    assert min(took) < 2
    assert clocks[0].stop() == 0


@pytest.mark.slow
def test_a_leader_that_is_stopped_is_replaced_and_learns_it(worker):
    clocks = [worker() for _ in range(2)]
    until(lambda: any("clock leads" in c.said for c in clocks))
    [leader] = [c for c in clocks if "clock leads" in c.said]
    [other] = [c for c in clocks if c is not leader]
    until(lambda: "worker ready" in other.said)

    leader.process.send_signal(signal.SIGSTOP)
    until(lambda: "clock leads" in other.said)
    leader.process.send_signal(signal.SIGCONT)

    until(lambda: "clock lost the lead" in leader.said)
    assert "lost the lead" not in other.said
    # It waits now, and leads again when the other one is gone.
    other.kill()
    until(lambda: leader.said.count("clock leads") == 2)
    assert leader.stop() == 0


def test_a_file_whose_leader_shows_no_sign_of_life_is_taken_away(tmp_path):
    path = tmp_path / "lock"
    first, second, third = (FileLeadership(path) for _ in range(3))
    assert first.hold()
    assert not second.hold()
    long_ago = clock.now().timestamp() - STUCK_SECONDS - 1
    os.utime(path, (long_ago, long_ago))
    assert first.hold(), "it lives"
    assert not second.hold()

    os.utime(path, (long_ago, long_ago))
    assert not second.hold()
    assert second.hold()
    assert not third.hold()
    assert not first.hold()
    assert not first.hold()
    second.release()
    assert first.hold()
    first.release()


def test_a_file_has_one_leader_and_another_takes_over(tmp_path):
    first, second = FileLeadership(tmp_path / "lock"), FileLeadership(tmp_path / "lock")

    assert first.hold()
    assert first.hold()
    assert not second.hold()
    first.release()
    assert second.hold()
    second.release()


def test_a_database_has_one_leader_and_another_takes_over(engine_name, database_url):
    if engine_name == "sqlite":
        assert plain_dsn(database_url) == database_url
        return
    first, second = (PostgresLeadership(plain_dsn(database_url)) for _ in range(2))

    assert first.hold()
    assert not second.hold()
    assert first._connection is not None
    first._connection.close()  # as when the server ends the session
    assert not first.hold(), "it must learn that it lost the lead"
    until(second.hold, 5, 0.05)  # the server may take a moment to see that the session is gone
    second.release()


def test_many_that_start_at_once_make_one_queue(app):
    outcomes = []

    def start() -> None:
        try:
            Queue(app).close()
        except Exception as error:  # noqa: BLE001 - said below
            outcomes.append(error)

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == []


def test_an_unknown_job_is_refused_with_the_known_names(worker):
    process = worker("run", "no-such-job")

    assert process.ended() == 2
    assert "hand-over, send-messages, seal-journal" in process.said


def test_the_jobs_are_listed_with_their_last_run(worker):
    assert worker("run", "clean-up").ended() == 0
    listing = worker("--list")
    assert listing.ended() == 0

    lines = {line.split()[0]: line for line in listing.said.splitlines() if line}
    assert "never ran" in lines["seal-journal"]
    assert "daily at 03:20" in lines["clean-up"]
    assert "never ran" not in lines["clean-up"]
