"""The records of a filing with what readers said of them, and what follows for its years."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import defer

from cpd_app.db import session
from cpd_app.domain.review import (
    AuditSettings,
    FiledRecord,
    Judged,
    Verdict,
    YearReview,
    chosen_for_judging,
    is_judged,
    review_years,
)
from cpd_app.models import FileReturn, Judgement, ReturnItem, Snapshot, SnapshotRecord
from cpd_app.usecases.filed_inputs import hours_left

#: verdicts that take hours away
JUDGED_DOWN = frozenset({Verdict.REDUCED, Verdict.REJECTED})


@dataclass(frozen=True)
class Reading:
    """How the reading of a file stands."""

    records: Sequence[SnapshotRecord]
    #: by record: the judgement in force
    judgements: Mapping[int, Judgement]
    #: records that must be judged
    chosen: frozenset[int]
    years: tuple[YearReview, ...]
    #: the years as the newest snapshot holds them
    filed_years: list[Any]
    snapshots: int
    #: records whose wanted evidence the member has answered since: they are to be judged again
    answered: frozenset[int]

    @property
    def needed(self) -> int:
        """Records that must be judged."""
        return len(self.chosen)

    @property
    def done(self) -> int:
        """Of them, those that are."""
        return sum(is_judged(_said(self.judgements.get(r))) for r in self.chosen - self.answered)


def reading_of(filing_id: int, settings: AuditSettings, *, whole: bool = False) -> Reading:
    """Compute it from what was filed and said; `whole` brings the records' contents too."""
    snapshots = session.execute(
        select(Snapshot.years).where(Snapshot.filing_id == filing_id).order_by(Snapshot.number)
    ).all()
    required = {
        year["index"]: year["required"] for year in (snapshots[-1].years if snapshots else [])
    }
    judgements = judgements_in_force(filing_id)
    judged = {i: said for i, j in judgements.items() if (said := _said(j)) is not None}
    # What waits for evidence is not lost yet: it takes part until the file is decided.
    down = {i: said.hours for i, said in judged.items() if said.verdict in JUDGED_DOWN}
    records = filed_records(filing_id, whole=whole or bool(down))
    hours = hours_left(records, down)
    plain = [
        plain_record(r, regained=max(0, hours[r.id] - r.recognised) if r.id not in down else 0)
        for r in records
    ]
    chosen = chosen_for_judging(plain, required, judged, margin=settings.margin)
    return Reading(
        records=records,
        judgements=judgements,
        chosen=chosen,
        years=review_years(plain, required, judged, chosen),
        filed_years=snapshots[-1].years if snapshots else [],
        snapshots=len(snapshots),
        answered=_answered_since(filing_id, judgements),
    )


def _answered_since(filing_id: int, judgements: Mapping[int, Judgement]) -> frozenset[int]:
    wanted = {i: j for i, j in judgements.items() if j.verdict == Verdict.EVIDENCE_WANTED}
    if not wanted:
        return frozenset()
    answers = session.execute(
        select(ReturnItem.record_id, FileReturn.answered_at)
        .join(FileReturn, FileReturn.id == ReturnItem.return_id)
        .where(FileReturn.filing_id == filing_id, FileReturn.answered_at.is_not(None))
    )
    return frozenset(i for i, at in answers if i in wanted and at and at > wanted[i].at)


def filed_records(filing_id: int, *, whole: bool) -> list[SnapshotRecord]:
    """Every record once, as it was filed first: a supplement adds records, it changes none."""
    statement = (
        select(SnapshotRecord)
        .where(SnapshotRecord.filing_id == filing_id)
        .order_by(SnapshotRecord.snapshot_id, SnapshotRecord.id)
    )
    if not whole:
        statement = statement.options(defer(SnapshotRecord.content, raiseload=True))
    first: dict[int, SnapshotRecord] = {}
    for row in session.scalars(statement):
        first.setdefault(row.activity_id, row)
    return list(first.values())


def judgements_in_force(filing_id: int) -> dict[int, Judgement]:
    """By record, the last thing that was said; also that a judgement was taken back."""
    rows = session.scalars(
        select(Judgement).where(Judgement.filing_id == filing_id, Judgement.replaced_at.is_(None))
    )
    return {row.record_id: row for row in rows}


def plain_record(row: SnapshotRecord, *, regained: int = 0) -> FiledRecord:
    """A record as the rules of choosing see it."""
    return FiledRecord(
        ref=row.id,
        year=row.year_index,
        recognised=row.recognised,
        assurance=row.assurance,
        audit_proof=row.audit_proof,
        marks=len(row.marks),
        order=(row.ended_on, row.activity_id),
        regained=regained,
    )


def _said(row: Judgement | None) -> Judged | None:
    return None if row is None else Judged(Verdict(row.verdict), row.hours)
