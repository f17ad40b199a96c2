"""The background work as staff see it: the clock's jobs, long tasks, letters, jobs' files."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cpd_app.domain.errors import NotAllowed, NotFound
from cpd_app.models import ClockTask, Delivery, Job, JobFile, JobRun, Message, Society
from cpd_app.policy import Actor
from cpd_app.storage import LocalFiles
from cpd_app.usecases import cleaning, files, job_files, job_runs, jobs, work
from cpd_app.usecases.job_files import Made
from cpd_app.usecases.job_runs import Known
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def ran(do: Do, name: str, at: datetime, problem: str | None = None) -> None:
    do(job_runs.note_run, name, started_at=at, finished_at=at, counts={"done": 1}, problem=problem)


def an_order(do: Do, by: Actor, society: Society | None, key: str = "a") -> Job:
    payload = {"society_id": society.id} if society else {}
    job: Job = do(jobs.order_job, by, "dossiers", None, key=key, now=NOW, payload=payload, total=5)
    return job


def test_the_clock_says_what_it_has(do: Do, store: Store, auditor: Someone):
    first = [Known("seal", "every 10 s", 3 * MINUTE), Known("old", "daily at 03:20", MINUTE)]
    do(job_runs.know_tasks, first, now=NOW)
    again = [Known("new", "every 5 min", MINUTE), Known("seal", "every 20 s", 4 * MINUTE)]
    do(job_runs.know_tasks, again, now=NOW + MINUTE)

    seen = do(job_runs.clock_seen_by, auditor.actor, now=NOW)
    assert [(s.name, s.when, s.late_after, s.last) for s in seen] == [
        ("new", "every 5 min", MINUTE, None),
        ("seal", "every 20 s", 4 * MINUTE, None),
    ]
    assert store.get(ClockTask, "seal").since == NOW


def test_late_is_counted_from_the_last_run_or_from_the_start(do: Do, auditor: Someone):
    do(job_runs.know_tasks, [Known("seal", "every 10 s", 3 * MINUTE)], now=NOW)

    def late(now: datetime) -> bool:
        return bool(do(job_runs.clock_seen_by, auditor.actor, now=now)[0].late)

    assert not late(NOW + 3 * MINUTE)
    assert late(NOW + 4 * MINUTE)
    ran(do, "seal", NOW + 5 * MINUTE)
    assert not late(NOW + 8 * MINUTE)
    assert late(NOW + 9 * MINUTE)


def test_failed_runs_of_a_week_are_listed(do: Do, auditor: Someone):
    ran(do, "seal", NOW - timedelta(days=8), "Old")
    ran(do, "seal", NOW - timedelta(days=1), "OperationalError")
    ran(do, "seal", NOW)

    assert [r.problem for r in do(job_runs.failed_runs, auditor.actor, now=NOW)] == [
        "OperationalError"
    ]


def test_tasks_of_ones_society_and_ones_own(
    do: Do, society: Society, other_society: Society, registrar: Someone, stranger: Someone
):
    ours = an_order(do, registrar.actor, society)
    an_order(do, stranger.actor, other_society, "b")
    seen = do(work.tasks_of, registrar.actor, society.id, now=NOW)

    assert [(t.job.id, t.by, t.may_stop) for t in seen.tasks] == [(ours.id, "钱管理", True)]
    assert seen.counts == {"due": 1}
    assert not do(work.tasks_of, registrar.actor, society.id, state="done", now=NOW).tasks
    with pytest.raises(NotFound):
        do(work.tasks_of, registrar.actor, other_society.id, now=NOW)


def test_members_do_not_see_the_work(do: Do, society: Society, member: Someone, organiser: Someone):
    for someone in (member, organiser):
        with pytest.raises(NotAllowed):
            do(work.tasks_of, someone.actor, society.id, now=NOW)
        with pytest.raises(NotAllowed):
            do(job_runs.clock_seen_by, someone.actor, now=NOW)


def test_letters_that_wait_too_long_and_that_failed(
    do: Do, store: Store, member: Someone, auditor: Someone
):
    message = Message(person_id=member.id, kind="trial", key="a", data={}, created_at=NOW)
    store.add(message)
    rows = [
        ("due", NOW - MINUTE, None), ("sending", NOW - 20 * MINUTE, None),
        ("failed", NOW, NOW - MINUTE), ("failed", NOW, NOW - timedelta(days=8)), ("sent", NOW, NOW),
    ]  # fmt: skip
    for number, (state, due_at, finished_at) in enumerate(rows):
        store.add(
            Delivery(
                message_id=message.id, person_id=member.id, channel=f"way{number}", state=state,
                due_at=due_at, finished_at=finished_at, attempts=0,
            )
        )  # fmt: skip

    assert do(work.letters_waiting, auditor.actor, now=NOW) == work.Letters(2, 1, 1)


def test_a_file_is_for_who_ordered_it_and_for_a_week(
    do: Do, store: Store, disk: LocalFiles, society: Society, registrar: Someone, auditor: Someone
):
    job = an_order(do, registrar.actor, society)
    digest = disk.put(str(registrar.id), b"PK")
    made = Made(str(registrar.id), digest, "dossiers.zip", "application/zip", 2)
    do(job_files.keep_file, job.id, made, now=NOW)
    do(job_files.keep_file, job.id, made, now=NOW)

    assert do(job_files.take_file, registrar.actor, job.id, now=NOW + timedelta(days=6)) == made
    with pytest.raises(NotAllowed):
        do(job_files.take_file, auditor.actor, job.id, now=NOW)
    with pytest.raises(NotFound):
        do(job_files.take_file, registrar.actor, job.id, now=NOW + timedelta(days=7))
    seen = do(work.tasks_of, registrar.actor, society.id, now=NOW)
    assert seen.tasks[0].file.digest == digest
    assert do(work.tasks_of, auditor.actor, society.id, now=NOW).tasks[0].file is None
    assert store.get(JobFile, job.id).size == 2


def test_a_file_of_the_society_goes_to_nobody_who_left_its_staff(
    do: Do, disk: LocalFiles, society: Society, registrar: Someone
):
    job = an_order(do, registrar.actor, society)
    digest = disk.put(str(registrar.id), b"PK")
    made = Made(str(registrar.id), digest, "dossiers.zip", "application/zip", 2)
    do(job_files.keep_file, job.id, made, now=NOW)

    left = Actor(person_id=registrar.id, origin="web")
    with pytest.raises((NotAllowed, NotFound)):
        do(job_files.take_file, left, job.id, now=NOW)
    assert do(job_files.shown_job, left, job.id, now=NOW).file is None


def test_a_package_of_an_event_goes_to_nobody_who_no_longer_runs_it(
    do: Do, store: Store, disk: LocalFiles, society: Society, organiser: Someone
):
    event = builders.an_event(store, organiser.person, society)
    job = do(
        jobs.order_job, organiser.actor, "closing_package", event.id, key="p", now=NOW, total=3
    )
    digest = disk.put(str(organiser.id), b"PK")
    made = Made(str(organiser.id), digest, "package.zip", "application/zip", 2)
    do(job_files.keep_file, job.id, made, now=NOW)
    assert do(job_files.take_file, organiser.actor, job.id, now=NOW) == made

    store.change(event, created_by_id=builders.a_person(store).id)
    with pytest.raises((NotAllowed, NotFound)):
        do(job_files.take_file, organiser.actor, job.id, now=NOW)


def test_its_bytes_go_with_it(do: Do, disk: LocalFiles, society: Society, registrar: Someone):
    job = an_order(do, registrar.actor, society)
    digest = disk.put(str(registrar.id), b"PK")
    made = Made(str(registrar.id), digest, "dossiers.zip", "application/zip", 2)
    do(job_files.keep_file, job.id, made, now=NOW)
    stored_at = next(disk.all()).stored_at
    later = stored_at + timedelta(days=2)

    assert do(files.remove_orphans, store=disk, now=later) == 0
    assert do(cleaning.clean_up, now=NOW + timedelta(days=7, seconds=1))["job_files"] == 1
    assert do(files.remove_orphans, store=disk, now=later) == 1


def test_a_finished_file_is_taken_over_without_copying(disk: LocalFiles):
    disk.root.mkdir(parents=True)
    made = disk.root / "made"
    made.write_bytes(b"PK")
    digest, size = disk.adopt("12", made)

    assert (size, made.exists()) == (2, False)
    with disk.open("12", digest) as source:
        assert source.read() == b"PK"


def test_the_newest_run_of_each_job_is_read(do: Do, store: Store):
    for minute in range(3):
        ran(do, "seal", NOW + minute * MINUTE)
    ran(do, "nightly", NOW)

    runs = do(job_runs.last_runs, ["seal", "nightly", "never"])
    assert {name: run.started_at for name, run in runs.items()} == {
        "seal": NOW + 2 * MINUTE,
        "nightly": NOW,
    }
    assert store.count(JobRun) == 4
