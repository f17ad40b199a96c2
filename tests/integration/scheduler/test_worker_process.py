"""The worker as a process: one clock of many, jobs done, an orderly end."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from cpd_app.models import Job
from cpd_app.policy import Actor
from cpd_app.usecases import jobs
from scheduler.leader import FileLeadership, PostgresLeadership
from scheduler.queue import plain_dsn

PATIENCE = 30


@pytest.fixture
def worker(database_url, tmp_path):
    """Starts workers on the test's database; whatever still runs at the end is killed."""
    running = []

    def start(*words: str) -> subprocess.Popen[str]:
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("CPD_", "COV_"))},
            "CPD_ENV": "test",
            "CPD_VAR_DIR": str(tmp_path),
            "CPD_SECRET_KEY": "only-for-tests-" * 3,
            "CPD_DATABASE_URL": database_url.replace("+psycopg", ""),
            "PYTHONUNBUFFERED": "1",
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "scheduler", *words],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until(condition) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


@pytest.mark.slow
def test_a_worker_does_what_is_due_and_ends_when_it_is_told(worker, do, store):
    now = datetime.now(UTC)  # noqa: TID251 - the other process has the real clock
    # A file that is not there: nothing to do, so the job is done at once.
    job = do(jobs.order_job, Actor.system("test"), "process_file", 0, key="f:0", now=now)
    process = worker()

    until(lambda: store.get(Job, job.id).state == "done")
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == 0, said
    assert "worker stopped" in said


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
    assert second.hold()
    second.release()


def test_an_unknown_job_is_refused_with_the_known_names(worker):
    process = worker("run", "no-such-job")
    said, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == 2
    assert "hand-over, seal-journal" in said


def test_the_jobs_are_listed_with_their_last_run(worker):
    assert worker("run", "clean-up").wait(PATIENCE) == 0
    said, _ = worker("--list").communicate(timeout=PATIENCE)

    lines = {line.split()[0]: line for line in said.splitlines() if line}
    assert "never ran" in lines["seal-journal"]
    assert "daily at 03:20" in lines["clean-up"]
    assert "never ran" not in lines["clean-up"]
