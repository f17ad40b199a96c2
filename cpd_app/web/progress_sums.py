"""看算法: where the figures of home come from, kind by kind and year by year."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from cpd_app.domain.hours import format_rate
from cpd_app.domain.progress import YearProgress
from cpd_app.usecases.progress import Standing
from cpd_app.usecases.records import RecordRow, kind_of
from cpd_app.web.activity_forms import named


@dataclass(frozen=True)
class KindSum:
    """What the records of one kind come to in a year; hours in hundredths."""

    name: str
    href: str
    records: int
    conversion: int
    recognised: int
    audit_proof: int


@dataclass(frozen=True)
class Sums:
    """The year that is explained, and how its figures come about."""

    year: YearProgress | None
    kinds: list[KindSum]
    pace: dict[str, Any] | None


def sums_of(standing: Standing) -> Sums:
    """The running year by kind; without a running year only the years are explained."""
    year = standing.current
    if year is None:
        return Sums(None, [], None)
    counted = [r for r in standing.in_term if r.year_index == year.index and not r.left_out]
    by_kind: dict[str, list[RecordRow]] = {}
    for row in counted:
        by_kind.setdefault(row.kind, []).append(row)
    kinds = [_sum(code, rows, year.index) for code, rows in by_kind.items()]
    return Sums(
        year=year,
        kinds=sorted(kinds, key=lambda k: -k.recognised),
        pace=_pace(year, standing.readiness.on),
    )


def _sum(code: str, rows: list[RecordRow], index: int) -> KindSum:
    kind = kind_of(rows[0])
    return KindSum(
        name=named(kind.names) if kind else code,
        href=url_for("activities.index", year=index, kind=code),
        records=len(rows),
        conversion=sum(r.conversion for r in rows),
        recognised=sum(r.recognised for r in rows),
        audit_proof=sum(r.recognised for r in rows if r.audit_proof),
    )


def _pace(year: YearProgress, on: date) -> dict[str, Any]:
    return {
        "gone": (on - year.starts_on).days,
        "days": (year.ends_on - year.starts_on).days,
        "figure": format_rate(year.pace),
    }
