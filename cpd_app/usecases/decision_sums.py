"""What reading left of a filing: its records, the judgements in force, the sums of every year.

The same for one file and for all files of a bulk pass: a fixed number of statements.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.decisions import (
    DecisionState,
    JudgedRecord,
    Outcome,
    RecordResult,
    YearResult,
    judged_down,
    results_of,
    years_after_reading,
)
from cpd_app.domain.years import targets_of
from cpd_app.models import Decision, Judgement, Snapshot, SnapshotRecord
from cpd_app.usecases.cpd_years import cpd_years
from cpd_app.usecases.filed_inputs import hours_left
from cpd_app.usecases.filing_case import Case
from cpd_app.usecases.made_up import made_up_for
from cpd_app.usecases.progress import requirements_of
from cpd_app.usecases.renewal_facts import facts_of


@dataclass(frozen=True)
class Sums:
    """One file after reading."""

    case: Case
    #: the newest filed version of every record, in order of finishing day
    records: Mapping[int, SnapshotRecord]
    judgements: Mapping[int, Judgement]
    results: tuple[RecordResult, ...]
    years: tuple[YearResult, ...]
    #: the named checks as they stood when it was filed
    checks: Sequence[Any] = field(default=())

    @property
    def counted(self) -> list[SnapshotRecord]:
        """Records that bring hours."""
        return [r for r in self.records.values() if r.recognised > 0]

    @property
    def as_kept(self) -> list[dict[str, Any]]:
        """The results as a decision keeps them: ids and hours."""
        return [
            {"record": r.record_id, "judgement": r.judgement_id, "hours": r.hours}
            for r in self.results
        ]


def sums_of(case: Case) -> Sums:
    """The sums of one file, hours made up since a conditional decision included."""
    conditional = decision_in_force(case.filing.id)
    made_up = None
    if conditional is not None and conditional.outcome == Outcome.CONDITIONAL:
        made_up = made_up_for(conditional)
    return sums_of_many([case], made_up={case.filing.id: made_up or {}})[case.filing.id]


def sums_of_many(
    cases: Sequence[Case], *, made_up: Mapping[int, Mapping[int, int]] | None = None
) -> dict[int, Sums]:
    """The sums of many files of one society, by filing; half a dozen statements."""
    ids = [case.filing.id for case in cases]
    records = _records(ids)
    judgements = _judgements(ids)
    checks = _checks(ids)
    required = _required(cases)
    found = {}
    for case in cases:
        filing_id = case.filing.id
        own, said = records.get(filing_id, {}), judgements.get(filing_id, {})
        judged = {k: JudgedRecord(j.id, j.verdict, j.hours) for k, j in said.items()}
        results = results_of(
            ((r.id, r.year_index, r.recognised) for r in own.values()),
            judged,
            hours_left(list(own.values()), judged_down(judged)),
        )
        years = years_after_reading(
            required[filing_id], results, dict((made_up or {}).get(filing_id, {}))
        )
        found[filing_id] = Sums(case, own, said, tuple(results), years, checks.get(filing_id, ()))
    return found


def decision_in_force(filing_id: int) -> Decision | None:
    """What stands on a filing now; None while nothing was decided."""
    return session.scalar(
        select(Decision)
        .where(Decision.filing_id == filing_id, Decision.state == DecisionState.IN_FORCE.value)
        .order_by(Decision.id.desc())
        .limit(1)
    )


def _records(ids: Iterable[int]) -> dict[int, dict[int, SnapshotRecord]]:
    """Of a record that a supplement holds again, the later version."""
    newest: dict[tuple[int, int], SnapshotRecord] = {}
    rows = session.scalars(
        select(SnapshotRecord)
        .where(SnapshotRecord.filing_id.in_(list(ids)))
        .order_by(SnapshotRecord.snapshot_id, SnapshotRecord.id)
    )
    for row in rows:
        newest[row.filing_id, row.activity_id] = row
    found: dict[int, dict[int, SnapshotRecord]] = {}
    for row in sorted(newest.values(), key=lambda r: (r.ended_on, r.id)):
        found.setdefault(row.filing_id, {})[row.id] = row
    return found


def _judgements(ids: Iterable[int]) -> dict[int, dict[int, Judgement]]:
    found: dict[int, dict[int, Judgement]] = {}
    rows = session.scalars(
        select(Judgement)
        .where(Judgement.filing_id.in_(list(ids)), Judgement.replaced_at.is_(None))
        .order_by(Judgement.id)
    )
    for row in rows:
        found.setdefault(row.filing_id, {})[row.record_id] = row
    return found


def _checks(ids: Iterable[int]) -> dict[int, Sequence[Any]]:
    rows = session.execute(
        select(Snapshot.filing_id, Snapshot.checks)
        .where(Snapshot.filing_id.in_(list(ids)))
        .order_by(Snapshot.number)
    )
    return {row.filing_id: row.checks for row in rows}


def _required(cases: Sequence[Case]) -> dict[int, dict[int, int]]:
    """What every year of each file's term requires today, after relief."""
    facts = facts_of([(case.registration, case.term) for case in cases])
    by_society = {}
    found = {}
    for case in cases:
        society = case.society
        if society.id not in by_society:
            by_society[society.id] = requirements_of(society.id)
        years = cpd_years(case.term.starts_on, case.term.ends_on, society.year_kind)
        known = facts[case.term.id]
        targets = targets_of(years, by_society[society.id], known.reductions, known.deferrals)
        found[case.filing.id] = {t.year.index: t.required for t in targets}
    return found
