"""Readers of the demo's filings, when there are any: assigned evenly, one file begun."""

from datetime import date, datetime

from cpd_app.db import transaction
from cpd_app.domain.review import Verdict
from cpd_app.policy import Actor
from cpd_app.usecases import audit_file, audit_queue, audit_readers, judgements
from cpd_app.usecases.actors import actor_for
from cpd_app.usecases.audit_access import readers_of, settings_of
from cpd_app.usecases.filed_records import reading_of
from cpd_app.usecases.judgements import NewJudgement

#: of the first file so many records are judged
JUDGED = 6
SAID = (
    NewJudgement(Verdict.ACCEPTED),
    NewJudgement(Verdict.ACCEPTED),
    NewJudgement(Verdict.EVIDENCE_WANTED, reason="佐证上看不到本人姓名，请补有姓名的证明。"),
    NewJudgement(Verdict.ACCEPTED),
)


def demo_readers(actor: Actor, society_id: int, *, now: datetime, today: date) -> int:
    """Assign the demo society's filings and begin with the first one; how many were assigned."""
    waiting = audit_queue.unrated([society_id])
    if not waiting:
        return 0
    with transaction():
        audit_queue.rate_files(actor, waiting, now=now)
    with transaction():
        done = audit_readers.assign_balanced(actor, society_id, now=now, today=today)
    _begin(waiting[0], now=now, today=today)
    return done.files


def _begin(filing_id: int, *, now: datetime, today: date) -> None:
    """The first file's reader has opened it and said something of its first records."""
    readers = readers_of([filing_id], today=today).get(filing_id, [])
    if not readers:
        return
    reader = actor_for(readers[0].person_id, origin="cli", today=today)
    with transaction():
        audit_file.open_filing(reader, filing_id, now=now, today=today)
    society_id = audit_file.society_of(reader, filing_id, today=today)
    chosen = sorted(reading_of(filing_id, settings_of(society_id)).chosen)
    for place, record_id in enumerate(chosen[:JUDGED]):
        with transaction():
            judgements.judge_record(
                reader, filing_id, record_id, SAID[place % len(SAID)], now=now, today=today
            )
