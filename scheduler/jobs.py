"""The clock's jobs as a table that a person can read; times are Beijing's."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from flask import current_app

from cpd_app.backup import taking
from cpd_app.clock import BEIJING
from cpd_app.config import Settings
from cpd_app.db import transaction
from cpd_app.journal_heads import HeadFiles
from cpd_app.storage import local_files
from cpd_app.usecases import (
    attendance,
    attendance_messages,
    cleaning,
    event_states,
    federation_reports,
    files,
    journal_seals,
    reminders,
    returns,
    standing_jobs,
    term_acts,
    untrue_reminders,
)
from scheduler import bounce_box, making

Now = Callable[[], datetime]
#: what a job did, counted; all zero: nothing was due
Counts = dict[str, int]

SEAL_AT_ONCE = 2000
KEEP_ALL_HEADS_DAYS = 30
#: parts that one run reports; the next run goes on
PARTS_A_RUN = 40
#: people whose attendance is computed in one run
PEOPLE_A_RUN = 5000


@dataclass(frozen=True)
class ClockJob:
    """Something the clock starts."""

    name: str
    trigger: BaseTrigger
    #: how long after its last run it is late
    late_after: timedelta
    run: Callable[[Now], Counts]
    #: in words, for `python -m scheduler --list`
    when: str
    #: what it does cannot be undone and rests on the time: it waits while the clock is in doubt
    needs_time: bool = False


def timed(job: ClockJob) -> ClockJob:
    """The job, which needs a clock that is believed."""
    return replace(job, needs_time=True)


def every(name: str, run: Callable[[Now], Counts], *, seconds: int) -> ClockJob:
    """A job at a fixed distance."""
    when = f"every {seconds} s" if seconds < 60 else f"every {seconds // 60} min"
    late = timedelta(seconds=max(3 * seconds, 180))
    trigger = IntervalTrigger(seconds=seconds, timezone=BEIJING)
    return ClockJob(name, trigger, late, run, when)


def daily(name: str, run: Callable[[Now], Counts], *, at: str) -> ClockJob:
    """A job once a day."""
    hour, minute = at.split(":")
    trigger = CronTrigger(hour=int(hour), minute=int(minute), timezone=BEIJING)
    return ClockJob(name, trigger, timedelta(hours=25), run, f"daily at {at}")


def hourly(name: str, run: Callable[[Now], Counts], *, first: str, last: str) -> ClockJob:
    """A job each hour of the day between two times, at the same minute."""
    (begin, minute), (end, _) = first.split(":"), last.split(":")
    trigger = CronTrigger(hour=f"{int(begin)}-{int(end)}", minute=int(minute), timezone=BEIJING)
    return ClockJob(name, trigger, timedelta(hours=13), run, f"hourly {first} to {last}")


def seal_journal(now: Now) -> Counts:
    """Chain new entries of the journal, some at a time, and keep the end of the chain in a file."""
    settings: Settings = current_app.config["CPD"]
    sealed = 0
    while True:
        with transaction():
            count = journal_seals.seal_journal(
                settings.seal_key.encode(), now=now(), limit=SEAL_AT_ONCE
            )
        sealed += count
        if count < SEAL_AT_ONCE:
            break
    head = journal_seals.last_head()
    if head is not None:
        HeadFiles(settings.var_dir).append(head)
    return {"sealed": sealed}


def thin_out_heads(now: Now) -> Counts:
    """Of heads older than a month keep the last of each day."""
    before = now().date() - timedelta(days=KEEP_ALL_HEADS_DAYS)
    return {"removed": HeadFiles(current_app.config["CPD"].var_dir).thin_out(before)}


def judge_standings(now: Now) -> Counts:
    """Order that old standings of staff's lists are judged; the workers do it, range by range."""
    moment = now()
    with transaction():
        ordered = standing_jobs.order_standings(now=moment, on=moment.astimezone(BEIJING).date())
    return {"ordered": ordered}


def settle_attendance(now: Now) -> Counts:
    """Turn scans into hours when people went out or sessions are over; tell what is final."""
    settled = _in_parts(now, attendance.settle_stale)
    return {"settled": settled, "told": _in_parts(now, attendance_messages.tell_receipts)}


def ask_leaving(now: Now) -> Counts:
    """Ask those who are still inside half an hour after the end when they left."""
    return {"asked": _in_parts(now, attendance.ask_leaving)}


def _in_parts(now: Now, act: Callable[..., int]) -> int:
    """Do an act as often as something was due, a transaction each."""
    done = 0
    for _part in range(PEOPLE_A_RUN // attendance.AT_ONCE):
        moment = now()
        with transaction():
            count = act(now=moment, today=moment.astimezone(BEIJING).date())
        done += count
        if not count:
            break
    return done


def turn_events(now: Now) -> Counts:
    """Open approved events when their codes begin, close those that ended long ago."""
    with transaction():
        return event_states.turn_events(now=now())


def turn_filings(now: Now) -> Counts:
    """Mark returns that were not answered in time; what follows, people decide."""
    return {"turned": _in_parts(now, returns.turn_filings)}


def remind(now: Now) -> Counts:
    """Tell whose certificate expires, whose year lacks hours, whose return is due."""

    def all_of(act: Callable[..., reminders.Part]) -> int:
        return _each_part(
            now, lambda after, at: act(after, now=at, today=at.astimezone(BEIJING).date())
        )

    return {
        "expiry": all_of(reminders.remind_expiry),
        "years": all_of(reminders.remind_years),
        "returns": all_of(reminders.remind_returns),
    }


def remind_events(now: Now) -> Counts:
    """Tell who is awaited at an event of tomorrow; take back reminders that became untrue."""
    taken_back = _each_part(
        now, lambda after, at: untrue_reminders.take_back_reminders(after, now=at)
    )
    told = _each_part(now, lambda after, at: reminders.remind_events(after, now=at))
    return {"told": told, "taken_back": taken_back}


def _each_part(now: Now, act: Callable[[int, datetime], reminders.Part]) -> int:
    """Go through all, a part a transaction; returns how many messages it was."""
    done, after = 0, 0
    while True:
        with transaction():
            part = act(after, now())
        done += part.done
        if part.last_id is None:
            return done
        after = part.last_id


def expire_terms(now: Now) -> Counts:
    """Mark certificates whose last day is over, a part a transaction."""
    expired = 0
    while True:
        moment = now()
        with transaction():
            count = term_acts.expire_terms(now=moment, today=moment.astimezone(BEIJING).date())
        expired += count
        if not count:
            return {"expired": expired}


def report_acts(now: Now) -> Counts:
    """Report to the federation what was done to certificates since the last report."""
    reported = 0
    for _part in range(PARTS_A_RUN):
        with transaction():
            count = federation_reports.make_reports(now=now())
        reported += count
        if not count:
            break
    return {"reported": reported}


def clean_up(now: Now) -> Counts:
    """Remove what ended long ago, a part a transaction."""
    removed: dict[str, int] = {}
    while True:
        with transaction():
            part = cleaning.clean_up(now=now())
        for name, count in part.items():
            removed[name] = removed.get(name, 0) + count
        if not any(part.values()):
            return removed


def read_bounces(now: Now) -> Counts:
    """Read what came back into the mailbox that CPD_BOUNCE_URL names; nothing without one."""
    settings: Settings = current_app.config["CPD"]
    return bounce_box.read_bounces(settings, now) if settings.bounce_url else {"read": 0}


def take_backup(now: Now) -> Counts:
    """Take a backup where CPD_BACKUP_DIR says, and remove the oldest beyond CPD_BACKUP_KEEP."""
    settings: Settings = current_app.config["CPD"]
    if settings.backup_dir is None:
        return {"taken": 0}
    _made, manifest = taking.take_backup(settings, settings.backup_dir, now=now())
    removed = taking.thin_out(settings.backup_dir, settings.backup_keep)
    faults = len(manifest.missing) + len(manifest.damaged)
    return {"taken": 1, "files": manifest.files, "removed": removed, "faults": faults}


def remove_orphans(now: Now) -> Counts:
    """Remove bytes that nobody needs: of uploads and of jobs that ended in the middle."""
    removed = files.remove_orphans(store=local_files(), now=now())
    return {"removed": removed + making.remove_left_behind()}


def table(
    hand_over: Callable[[Now], Counts], send_messages: Callable[[Now], Counts]
) -> tuple[ClockJob, ...]:
    """All jobs; the two that are given put due jobs and due messages in the queue."""
    return (
        every("hand-over", hand_over, seconds=1),
        every("send-messages", send_messages, seconds=1),
        every("seal-journal", seal_journal, seconds=10),
        every("settle-attendance", settle_attendance, seconds=5),
        every("ask-leaving", ask_leaving, seconds=60),
        every("turn-events", turn_events, seconds=15),
        every("judge-standings", judge_standings, seconds=60),
        timed(every("turn-filings", turn_filings, seconds=300)),
        every("report-acts", report_acts, seconds=60),
        timed(every("remind-events", remind_events, seconds=300)),
        every("read-bounces", read_bounces, seconds=300),
        timed(hourly("remind", remind, first="07:30", last="20:30")),
        timed(daily("expire-terms", expire_terms, at="00:10")),
        daily("backup", take_backup, at="02:30"),
        timed(daily("clean-up", clean_up, at="03:20")),
        daily("remove-orphans", remove_orphans, at="03:40"),
        daily("thin-out-heads", thin_out_heads, at="03:50"),
    )
