"""What the records of a term come to, as readiness needs it: small enough to be kept for lists."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cpd_app.domain.allocation import YearHours
from cpd_app.domain.assurance import AuditProofSetting
from cpd_app.usecases.records import RecordRow, kind_of


@dataclass
class TermSums:
    """Sums of one term; all hours in hundredths of 学时. None of it depends on the day."""

    #: by index of the CPD year
    years: dict[int, YearHours] = field(default_factory=dict)
    #: recognised hours that would stand an audit (domain.md §5), by index of the year
    audit_proof: dict[int, int] = field(default_factory=dict)
    #: records that count and lack a listed proof
    missing_evidence: int = 0
    #: records that wait for the society to rule on them
    open_rulings: int = 0

    def as_kept(self, setting: AuditProofSetting) -> dict[str, Any]:
        """As JSON, with the setting that it holds for."""
        return {
            "setting": _named(setting),
            "years": [
                [index, year.recognised, year.claimed, self.audit_proof.get(index, 0), year.groups]
                for index, year in self.years.items()
            ],
            "missing_evidence": self.missing_evidence,
            "open_rulings": self.open_rulings,
        }

    @classmethod
    def from_kept(
        cls, kept: Mapping[str, Any] | None, setting: AuditProofSetting
    ) -> "TermSums | None":
        """From what was kept; None when the society calls something else audit-proof now."""
        if not kept or kept["setting"] != _named(setting):
            return None
        sums = cls(missing_evidence=kept["missing_evidence"], open_rulings=kept["open_rulings"])
        for index, recognised, claimed, proof, groups in kept["years"]:
            sums.years[index] = YearHours(recognised, claimed, groups)
            if proof:
                sums.audit_proof[index] = proof
        return sums


def sums_of(records: Iterable[RecordRow], term_id: int) -> TermSums:
    """Add up the records that belong to a term."""
    sums = TermSums()
    for record in records:
        if record.term_id != term_id:
            continue
        sums.missing_evidence += bool(record.recognised and record.missing_proofs)
        sums.open_rulings += record.waiting_ruling
        index = record.year_index
        if index is None:
            continue
        if record.audit_proof:
            sums.audit_proof[index] = sums.audit_proof.get(index, 0) + record.recognised
        if record.left_out:
            continue
        year = sums.years.setdefault(index, YearHours())
        year.recognised += record.recognised
        year.claimed += record.claimed
        kind = kind_of(record)
        if kind is not None:
            year.groups[kind.group] = year.groups.get(kind.group, 0) + record.recognised
    return sums


def _named(setting: AuditProofSetting) -> list[Any]:
    letters = "".join(sorted(str(letter) for letter in setting.letters))
    return [letters, setting.complete_e, setting.marked_needs_document]
