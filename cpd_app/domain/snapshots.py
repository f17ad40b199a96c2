"""What is filed stands still: frozen records, their salted digests, what changed since.

A digest covers values only through their own salted digest, so that values can be erased
(domain.md §11) and what remains can still be verified.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class FrozenRecord:
    """One record as it is filed; hours in hundredths of 学时."""

    activity_id: int
    credit_id: int
    year_index: int
    kind: str
    ended_on: date
    rule_version_id: int
    conversion: int
    claimed: int
    recognised: int
    assurance: str
    audit_proof: bool
    marks: tuple[str, ...]
    #: plain JSON; None = erased
    content: Mapping[str, Any] | None

    @property
    def plain(self) -> list[Any]:
        """Ids, codes and hours: nothing that could have to be erased."""
        return [
            self.activity_id,
            self.credit_id,
            self.year_index,
            self.kind,
            self.ended_on.isoformat(),
            self.rule_version_id,
            self.conversion,
            self.claimed,
            self.recognised,
            self.assurance,
            self.audit_proof,
            list(self.marks),
        ]


def in_form_order(records: Iterable[FrozenRecord]) -> list[FrozenRecord]:
    """As the record form lists them: by year, finishing day, record number."""
    return sorted(records, key=lambda r: (r.year_index, r.ended_on, r.activity_id))


@dataclass(frozen=True, slots=True)
class OfKind:
    """The records of one kind in one year, by finishing day, and what they come to."""

    kind: str
    records: tuple[FrozenRecord, ...]

    @property
    def claimed(self) -> int:
        """Hundredths of 学时."""
        return sum(r.claimed for r in self.records)

    @property
    def recognised(self) -> int:
        """Hundredths of 学时."""
        return sum(r.recognised for r in self.records)


def by_year_and_kind(records: Iterable[FrozenRecord]) -> dict[int, list[OfKind]]:
    """As page and paper show the record form: in a year the kind with most hours first."""
    found: dict[int, dict[str, list[FrozenRecord]]] = {}
    for record in in_form_order(records):
        found.setdefault(record.year_index, {}).setdefault(record.kind, []).append(record)
    return {
        index: sorted(
            (OfKind(kind, tuple(of_kind)) for kind, of_kind in kinds.items()),
            key=lambda group: (-group.recognised, group.kind),
        )
        for index, kinds in sorted(found.items())
    }


def content_digest(salt: str, content: Mapping[str, Any]) -> str:
    """Of values that can be erased together with their salt."""
    return _sha256([salt, content])


def record_digest(record: FrozenRecord, of_content: str) -> str:
    """Of a frozen record."""
    return _sha256([record.plain, of_content])


def snapshot_digest(
    number: int,
    taken_on: date,
    years: Sequence[Any],
    checks: Sequence[Any],
    of_content: str,
    of_records: Iterable[str],
) -> str:
    """Of a whole snapshot; the records' digests in the order of the record form."""
    parts = [number, taken_on.isoformat(), years, checks, of_content, list(of_records)]
    return _sha256(parts)


def changed_since(
    filed: Mapping[int, FrozenRecord], now: Iterable[FrozenRecord], *, from_year: int
) -> list[FrozenRecord]:
    """Records from a year on that were not filed yet or are not what was filed."""
    return [
        record
        for record in in_form_order(now)
        if record.year_index >= from_year and filed.get(record.activity_id) != record
    ]


def _sha256(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
