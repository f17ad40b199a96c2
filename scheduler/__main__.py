"""python -m scheduler: the clock, a worker, or both in one process.

python -m scheduler             the clock; of several, one leads
python -m scheduler work        a worker; as many as there is work for
python -m scheduler all         both, for one machine
python -m scheduler run NAME    one of the clock's jobs, once, now
python -m scheduler --list      the clock's jobs and when each ran last
"""

import argparse
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from cpd_app import clock, running
from cpd_app.app import create_app
from cpd_app.config import SettingError
from cpd_app.usecases import job_runs
from scheduler import runner, status_server, timekeeping
from scheduler.jobs import ClockJob, table
from scheduler.leader import leadership
from scheduler.queue import Queue

log = structlog.get_logger()

WORKERS = 2
#: how often the lead is looked at; a killed leader's place is taken within two seconds
GLANCE_SECONDS = 0.5
#: APScheduler's own default of one second silently skips a job after any pause
GRACE_SECONDS = 3600


def main(argv: list[str] | None = None) -> int:
    """Run what the command line asks for; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m scheduler", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("what", nargs="?", choices=["clock", "work", "all", "run"], default="clock")
    parser.add_argument("job", nargs="?", help="name of a job, with run")
    parser.add_argument("--list", action="store_true", help="show the clock's jobs")
    asked = parser.parse_args(argv)
    app = create_app()
    queue = Queue(app)
    known = {job.name: job for job in table(queue.hand_over, queue.send_messages)}
    if asked.list:
        show(app, known)
        return 0
    if asked.what == "run" and asked.job not in known:
        parser.error(f"run needs one of {', '.join(known)}")
    timekeeping.watch(app)
    with running.join(app.config["CPD"].var_dir):
        if asked.what == "run":
            return 0 if runner.run_job(app, known[asked.job]) else 1
        serve(app, queue, known, clock_too=asked.what != "work", work_too=asked.what != "clock")
    return 0


def serve(
    app: Flask, queue: Queue, jobs: dict[str, ClockJob], *, clock_too: bool, work_too: bool
) -> None:
    """Run until a signal; then wait for what is running."""
    stop = threading.Event()
    consumer = queue.consumer(workers=WORKERS) if work_too else None
    if consumer:
        consumer.start()
    # After the consumer, which takes the signals for itself when it starts.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _setter(stop))
    status_server.watch(app, jobs.values())
    log.info("worker ready", clock=clock_too, workers=WORKERS if work_too else 0)
    try:
        if clock_too:
            _lead(app, jobs, stop)
        else:
            stop.wait()
    finally:
        queue.stopping.set()
        if consumer:
            consumer.stop(graceful=True)
        queue.close()
        log.info("worker stopped")


def _lead(app: Flask, jobs: dict[str, ClockJob], stop: threading.Event) -> None:
    """Run the clock while this process has the lead, and try to get it while it has not."""
    lead = leadership(app.config["CPD"])
    ticking: BackgroundScheduler | None = None
    try:
        while not stop.wait(0 if ticking is None else GLANCE_SECONDS):
            if lead.hold():
                if ticking is None:
                    ticking = _start_clock(app, jobs)
                    log.info("clock leads")
            elif ticking is not None:
                ticking.shutdown(wait=True)
                ticking = None
                log.warning("clock lost the lead")
            if ticking is None:
                stop.wait(GLANCE_SECONDS)
    finally:
        if ticking is not None:
            ticking.shutdown(wait=True)
        lead.release()


def _start_clock(app: Flask, jobs: dict[str, ClockJob]) -> BackgroundScheduler:
    # Jobs live in code, in memory: a store would delete those it cannot load.
    ticking = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(len(jobs))},
        job_defaults={
            "coalesce": True,
            "max_instances": 1,
            "misfire_grace_time": GRACE_SECONDS,
        },
        timezone=clock.BEIJING,
    )
    for job in jobs.values():
        ticking.add_job(runner.run_job, job.trigger, args=(app, job), id=job.name, name=job.name)
    ticking.start()
    return ticking


def show(app: Flask, jobs: dict[str, ClockJob]) -> None:
    """Print the clock's jobs, when each ran last, and whether it is late."""
    with app.app_context():
        runs = job_runs.last_runs(jobs)
    present = clock.now()
    for job in jobs.values():
        last = runs.get(job.name)
        ended = last.finished_at if last else None
        state = "never ran" if ended is None else f"{ended.astimezone(clock.BEIJING):%F %T}"
        late = " LATE" if ended and present - ended > job.late_after else ""
        wrong = f" failed: {last.problem}" if last and last.problem else ""
        sys.stdout.write(f"{job.name:<17} {job.when:<21} {state}{late}{wrong}\n")


def _setter(stop: threading.Event) -> Callable[[int, FrameType | None], None]:
    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    return on_signal


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SettingError as error:
        sys.exit(f"scheduler: {error}")
