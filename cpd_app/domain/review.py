"""What readers judge: which records first, and what a judgement does to a year (domain.md §8)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cpd_app.domain.audits import FilingState
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.domain.hours import ONE

#: a file in one of these is with readers; in others nothing is judged
JUDGED_IN = frozenset(
    {
        FilingState.FILED,
        FilingState.READING,
        FilingState.RETURNED,
        FilingState.UNANSWERED,
        FilingState.VERIFYING,
    }
)


class Verdict(StrEnum):
    """What a reader says of one record."""

    ACCEPTED = "accepted"
    REDUCED = "reduced"
    REJECTED = "rejected"
    EVIDENCE_WANTED = "evidence_wanted"
    TAKEN_BACK = "taken_back"
    """Undone: the record is not judged any more."""


#: the member reads why (handbook Q20)
NEEDS_REASON = frozenset({Verdict.REDUCED, Verdict.REJECTED, Verdict.EVIDENCE_WANTED})


class YearState(StrEnum):
    """How a year of a file stands with its readers."""

    WAIVED = "waived"
    """Nothing is required."""
    MET = "met"
    """What was judged reaches the requirement."""
    SHORT = "short"
    """Everything that could be judged is, and it does not reach the requirement."""
    READING = "reading"
    """Something is judged, something is not."""
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """What a society says about its audits; the defaults are §8's."""

    readers: int = 1
    """Readers of each file."""
    countersigned: frozenset[str] = frozenset({"conditional", "refused"})
    """Outcomes that a second person confirms."""
    margin: int = 10
    """Per cent above the requirement up to which records are proposed for judging."""
    expert_days: int = 30
    """Days for which an outside expert sees a file that is assigned without a day."""

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "AuditSettings":
        """From a society's settings (`audits`); what is not there keeps its default."""
        told = settings.get("audits", {})
        return cls(
            readers=max(1, int(told.get("readers", 1))),
            countersigned=frozenset(told.get("countersigned", ("conditional", "refused"))),
            margin=max(0, int(told.get("margin", 10))),
            expert_days=max(1, int(told.get("expert_days", 30))),
        )


@dataclass(frozen=True, slots=True)
class FiledRecord:
    """A record as it was filed, as far as choosing needs it; hours in hundredths."""

    ref: int
    year: int
    recognised: int
    """As filed."""
    assurance: str
    audit_proof: bool = False
    marks: int = 0
    order: tuple[Any, ...] = ()
    """Of equals the lesser first: finishing day, then entry."""
    regained: int = 0
    """What it got back because another record was judged down (domain/after_reading.py)."""

    @property
    def hours(self) -> int:
        """What it is worth as the file stands."""
        return self.recognised + self.regained


@dataclass(frozen=True, slots=True)
class Judged:
    """The judgement in force on a record."""

    verdict: Verdict
    hours: int


@dataclass(frozen=True, slots=True)
class YearReview:
    """One year of a file; hours in hundredths of 学时."""

    index: int
    required: int
    computed: int
    """Recognised hours of all its records, as filed."""
    judged: int
    """Hours of what was accepted or reduced."""
    wanted: int
    """Records that wait for evidence."""
    needed: int
    """Records that must be judged."""
    done: int
    """Of them, those that are."""

    @property
    def missing(self) -> int:
        """Hours that judging has not brought yet."""
        return max(0, self.required - self.judged)

    @property
    def state(self) -> YearState:
        """How it stands, in the order of `YearState`."""
        if self.required <= 0:
            return YearState.WAIVED
        if self.judged >= self.required:
            return YearState.MET
        if self.done < self.needed:
            return YearState.READING if self.done or self.judged else YearState.UNREAD
        return YearState.READING if self.wanted else YearState.SHORT


def strength(record: FiledRecord) -> tuple[Any, ...]:
    """The order of choosing, the strongest first: letter, audit-proof, marks below, hours."""
    return (
        record.assurance,
        not record.audit_proof,
        record.marks,
        -record.hours,
        record.order,
        record.ref,
    )


def chosen_for_judging(
    records: Iterable[FiledRecord],
    required: Mapping[int, int],
    judged: Mapping[int, Judged],
    *,
    margin: int = 10,
) -> frozenset[int]:
    """Records that must be judged: per year the strongest up to the requirement plus the margin.

    When judging takes hours away, the next strongest come in until the requirement itself is
    reached again; the rest stay 未审，不需要. A record that waits for evidence keeps its hours
    here: it is not lost yet. What was judged by hand besides belongs to the file too.
    """
    chosen: set[int] = {r for r, j in judged.items() if j.verdict is not Verdict.TAKEN_BACK}
    for year, rows in _by_year(records).items():
        need = required.get(year, 0)
        left, short = need * (100 + margin), need
        for record in sorted((r for r in rows if r.hours > 0), key=strength):
            if left > 0 or short > 0:
                chosen.add(record.ref)
            if record.ref in chosen:
                left -= record.hours * 100
                short -= _hours_left(record, judged.get(record.ref))
    return frozenset(chosen)


def review_years(
    records: Sequence[FiledRecord],
    required: Mapping[int, int],
    judged: Mapping[int, Judged],
    chosen: Collection[int],
) -> tuple[YearReview, ...]:
    """Every year of the file, in order."""
    grouped = _by_year(records)
    made = []
    for index in sorted({*required, *grouped}):
        rows = grouped.get(index, [])
        said = {r.ref: judged[r.ref] for r in rows if is_judged(judged.get(r.ref))}
        must = [r for r in rows if r.ref in chosen]
        made.append(
            YearReview(
                index=index,
                required=required.get(index, 0),
                computed=sum(r.recognised for r in rows),
                judged=sum(_hours_judged(r, said[r.ref]) for r in rows if r.ref in said),
                wanted=sum(j.verdict is Verdict.EVIDENCE_WANTED for j in said.values()),
                needed=len(must),
                done=sum(r.ref in said for r in must),
            )
        )
    return tuple(made)


def is_judged(judgement: Judged | None) -> bool:
    """Whether a judgement stands; one that was taken back does not."""
    return judgement is not None and judgement.verdict is not Verdict.TAKEN_BACK


def hours_of(verdict: Verdict, recognised: int, reduced_to: int | None, *, step: int) -> int:
    """The hours that a judgement leaves (hundredths).

    Raises Rejected `reduced_hours` unless the figure lies between nothing and what was recognised,
    in whole steps.
    """
    if verdict is Verdict.ACCEPTED:
        return recognised
    if verdict is not Verdict.REDUCED:
        return 0
    if reduced_to is None or not 0 < reduced_to < recognised or reduced_to % step:
        raise Rejected(
            "reduced_hours", "hours", most=f"{recognised / ONE:.1f}", step=f"{step / ONE:.1f}"
        )
    return reduced_to


def check_judgeable(state: FilingState) -> None:
    """Refuse a file that is decided, proposed or withdrawn; Conflict `filing_state`."""
    if state not in JUDGED_IN:
        raise Conflict("filing_state", state=state.value, wanted=FilingState.READING.value)


def _hours_left(record: FiledRecord, judgement: Judged | None) -> int:
    if judgement is None or judgement.verdict in {Verdict.EVIDENCE_WANTED, Verdict.TAKEN_BACK}:
        return record.hours
    return _hours_judged(record, judgement)


def _hours_judged(record: FiledRecord, judgement: Judged) -> int:
    """What judging brought: an accepted record counts with what it got back since."""
    accepted = judgement.verdict is Verdict.ACCEPTED
    return judgement.hours + (record.regained if accepted else 0)


def _by_year(records: Iterable[FiledRecord]) -> dict[int, list[FiledRecord]]:
    grouped: dict[int, list[FiledRecord]] = {}
    for record in records:
        grouped.setdefault(record.year, []).append(record)
    return grouped
