"""The attendance table of an event as a spreadsheet, made by the worker."""

from datetime import datetime

from cpd_app.models import Job
from cpd_app.policy import Actor, Permission
from cpd_app.usecases import journal
from cpd_app.usecases.attendance_table import FILTERS, Table, attendance_table
from cpd_app.usecases.event_access import event_for
from cpd_app.usecases.jobs import order_job

#: name of the task
TASK = "attendance_sheet"
#: it is collected, then written
STEPS = 2
#: rows of one sheet: a large congress
MOST = 20_000


def order_attendance_sheet(
    actor: Actor,
    event_id: int,
    *,
    wanted: str,
    text: str,
    form: str,
    language: str,
    key: str,
    now: datetime,
) -> Job:
    """Have what the table shows made, all pages of it; the same `key` is the same order."""
    event = event_for(actor, event_id, Permission.READ_ATTENDANCE, now=now)
    show = wanted if wanted in FILTERS else "all"
    return order_job(
        actor,
        TASK,
        event.id,
        key=f"{TASK}:{event.id}:{actor.person_id}:{key}",
        now=now,
        payload={"show": show, "text": text, "form": form, "language": language},
        total=STEPS,
    )


def collect_attendance(
    actor: Actor, event_id: int, *, wanted: str, text: str, now: datetime
) -> Table:
    """Everybody whom the table shows; it only reads, so nobody at a door waits for it."""
    return attendance_table(actor, event_id, wanted=wanted, text=text, at_once=MOST, now=now)


def note_export(actor: Actor, event_id: int, *, society_id: int | None, count: int, show: str,
                now: datetime) -> None:  # fmt: skip
    """Write down that it was taken out."""
    journal.record(
        actor,
        "attendance.exported",
        "event",
        event_id,
        now=now,
        society_id=society_id,
        data={"count": count, "show": show},
    )
