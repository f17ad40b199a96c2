"""How long rows are kept that served their purpose: a table of rules, a report, the removal.

Personal data is kept no longer than its purpose needs (domain.md §11, PIPL art. 19). What decides a
certificate (records, filings, decisions, acts, the journal) is not among these rules: it is erased
person by person, on request or by its own clock.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, inspect, or_, select

from cpd_app.db import session
from cpd_app.models import (
    CalendarFeed,
    CallNote,
    CaptureLink,
    Complaint,
    Delivery,
    Job,
    JobFile,
    JobRun,
    Message,
    Nudge,
    OneTimeCode,
    SignIn,
    SignInAttempt,
)
from cpd_app.policy import Actor
from cpd_app.usecases import complaints, import_retention, journal

#: rows of a rule removed in one transaction
AT_ONCE = 5000
DAY = timedelta(days=1)
#: somebody who never looks is not told for ever what was
IN_VAIN = 3 * 365 * DAY


@dataclass(frozen=True)
class Rule:
    """What is removed after which time, and since when that counts."""

    name: str
    table: type[Any]
    kept: timedelta
    #: in words, for the report and docs/operations.md
    since: str
    #: which rows, when what began before this moment is too old
    due: Callable[[datetime], ColumnElement[bool]]


#: in this order: what points at something goes before it
RULES: tuple[Rule, ...] = (
    Rule(
        "sign_ins", SignIn, 30 * DAY, "expired or ended",
        lambda old: or_(SignIn.expires_at < old, SignIn.ended_at < old),
    ),
    Rule(
        "codes", OneTimeCode, 90 * DAY, "expired, used or replaced",
        lambda old: or_(
            OneTimeCode.expires_at < old, OneTimeCode.used_at < old, OneTimeCode.revoked_at < old
        ),
    ),
    Rule("attempts", SignInAttempt, 2 * DAY, "made", lambda old: SignInAttempt.at < old),
    Rule(
        "capture_links", CaptureLink, 1 * DAY, "expired", lambda old: CaptureLink.expires_at < old
    ),
    Rule(
        "deliveries", Delivery, 365 * DAY, "sent, given up or dropped",
        lambda old: Delivery.finished_at < old,
    ),
    Rule("nudges", Nudge, 5 * 365 * DAY, "sent", lambda old: Nudge.at < old),
    Rule("call_notes", CallNote, 5 * 365 * DAY, "called", lambda old: CallNote.at < old),
    Rule(
        "messages", Message, 2 * 365 * DAY, "read, withdrawn, or told in vain for three years, "
        "when nothing names them any more",
        lambda old: and_(
            or_(
                Message.read_at < old,
                Message.withdrawn_at < old,
                Message.created_at < old - IN_VAIN,
            ),
            ~select(Delivery.id).where(Delivery.message_id == Message.id).exists(),
            ~select(Nudge.id).where(Nudge.message_id == Message.id).exists(),
        ),
    ),
    Rule(
        "calendar_feeds", CalendarFeed, 90 * DAY, "taken back",
        lambda old: CalendarFeed.revoked_at < old,
    ),
    # their bytes go with what no row knows (files.remove_orphans), some minutes later
    Rule("job_files", JobFile, 0 * DAY, "expired", lambda old: JobFile.expires_at < old),
    Rule("jobs", Job, 90 * DAY, "finished", lambda old: Job.finished_at < old),
    Rule("job_runs", JobRun, 90 * DAY, "begun", lambda old: JobRun.started_at < old),
)  # fmt: skip
#: not removed but emptied: number, kind and days stay, for who counts letters
LETTERS = "complaints"
#: removed or emptied: what a row became, and the digest by which it is known again, stay
IMPORTS = "import_rows"


def retention_report(*, now: datetime) -> dict[str, int]:
    """How many rows each rule would remove now; nothing is changed."""
    counts = {
        rule.name: session.scalar(
            select(func.count()).select_from(rule.table).where(rule.due(now - rule.kept))
        )
        or 0
        for rule in RULES
    }
    return {
        **counts,
        LETTERS: session.scalar(_letters(now)) or 0,
        IMPORTS: import_retention.rows_due(now=now),
    }


def clean_up(*, now: datetime, at_once: int = AT_ONCE) -> dict[str, int]:
    """Remove a part of what is due by each rule; how many. All zero: nothing is left."""
    counts = {rule.name: _removed(rule, now, at_once) for rule in RULES}
    counts[LETTERS] = complaints.erase_old(now=now)
    counts[IMPORTS] = import_retention.empty_old(now=now, at_once=at_once)
    if any(counts.values()):
        done = {name: count for name, count in counts.items() if count}
        journal.record(
            Actor.system("clean-up"), "rows.removed", "retention", None, now=now, data=done
        )
    return counts


def _removed(rule: Rule, now: datetime, at_once: int) -> int:
    (key,) = inspect(rule.table).primary_key
    part = select(key).where(rule.due(now - rule.kept)).limit(at_once)
    gone = session.execute(
        delete(rule.table).where(key.in_(part)).execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _letters(now: datetime) -> Any:
    return select(func.count()).select_from(Complaint).where(complaints.is_due_for_erasure(now))
