"""The dossiers of a society's filings as one ZIP, made by the worker for who ordered it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from cpd_app.db import session
from cpd_app.domain.audits import FilingState
from cpd_app.domain.errors import Rejected
from cpd_app.models import Evidence, File, Filing, Job, SnapshotRecord, Society
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.files import FileState
from cpd_app.usecases.jobs import job_with_key, order_job

#: name of the task
TASK = "dossiers"
#: filings of one order
MOST = 5000
#: bytes of one order with its evidence
MOST_BYTES = 50 * 1000**3
#: bytes of a dossier's PDF, for the size that is told before
A_PAPER = 250_000


@dataclass(frozen=True)
class Span:
    """Filings that came in from one day to another, both included, and in which state."""

    society_id: int
    first_on: date
    last_on: date
    state: str = ""


@dataclass(frozen=True)
class Estimate:
    """How many filings a span has, and about how large their archive will be."""

    filings: int
    #: files of evidence that are kept, and their bytes
    files: int
    evidence: int

    def size(self, *, with_evidence: bool) -> int:
        """Bytes, about: what was filed is only looked at when it is packed."""
        return self.filings * A_PAPER + (self.evidence if with_evidence else 0)


def estimate_of(actor: Actor, span: Span) -> Estimate:
    """What an order for these days would come to; one's own filing is not in it."""
    wanted = _wanted(actor, span)
    filings = session.scalar(select(func.count()).select_from(Filing).where(*wanted)) or 0
    attached = (
        select(Evidence.file_id)
        .join(SnapshotRecord, SnapshotRecord.activity_id == Evidence.activity_id)
        .join(Filing, Filing.id == SnapshotRecord.filing_id)
        .where(*wanted)
    )
    count, size = session.execute(
        select(func.count(), func.sum(File.size)).where(
            File.id.in_(attached), File.state == FileState.READY
        )
    ).one()
    return Estimate(filings, count, size or 0)


def order_dossiers(
    actor: Actor,
    span: Span,
    *,
    with_evidence: bool = False,
    room: int,
    language: str,
    key: str,
    now: datetime,
) -> Job:
    """Have the dossiers of these filings made; the same `key` is the same order.

    `room`: bytes that the disk of the store has left. Raises Rejected `no_filings`,
    `too_many_filings` for more than MOST, `too_much_evidence` for more than MOST_BYTES, `no_room`.
    """
    estimate = estimate_of(actor, span)
    size = estimate.size(with_evidence=with_evidence)
    if not estimate.filings:
        raise Rejected("no_filings")
    if estimate.filings > MOST:
        raise Rejected("too_many_filings", most=MOST)
    if size > MOST_BYTES:
        raise Rejected("too_much_evidence", most=MOST_BYTES // 1000**3)
    if size > room:
        raise Rejected("no_room")
    ids = list(
        session.scalars(
            select(Filing.id).where(*_wanted(actor, span)).order_by(Filing.filed_at, Filing.id)
        )
    )
    key = f"{TASK}:{span.society_id}:{actor.person_id}:{key}"
    known = job_with_key(key)
    job = order_job(
        actor,
        TASK,
        None,
        key=key,
        now=now,
        payload={
            "society_id": span.society_id,
            "ids": ids,
            "language": language,
            "with_evidence": with_evidence,
        },
        total=len(ids),
    )
    session.flush()
    if known is None:
        journal.record(
            actor,
            "dossiers.ordered",
            "job",
            job.id,
            now=now,
            society_id=span.society_id,
            data={"filings": len(ids), "with_evidence": with_evidence},
        )
    return job


def _wanted(actor: Actor, span: Span) -> Sequence[ColumnElement[bool]]:
    require(actor, Permission.READ_PROCESS, Target(societies=frozenset({span.society_id})))
    zone = ZoneInfo(session.get_one(Society, span.society_id).zone)
    wanted = [
        Filing.society_id == span.society_id,
        Filing.filed_at >= datetime.combine(span.first_on, time.min, zone),
        Filing.filed_at <= datetime.combine(span.last_on, time.max, zone),
        Filing.state != FilingState.WITHDRAWN.value,
        Filing.person_id != actor.person_id,
    ]
    return [*wanted, Filing.state == span.state] if span.state in set(FilingState) else wanted
