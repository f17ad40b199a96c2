"""Records, credits and years of the rules' unit tests: short to write, plain to read."""

import itertools
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from cpd_app.domain.allocation import Allocation, CreditInput, allocate
from cpd_app.domain.conversion import convert
from cpd_app.domain.errors import Rejected
from cpd_app.domain.kinds import RuleSet
from cpd_app.domain.years import CpdYear, five_year_term, year_of, years_of
from cpd_app.rulesets import default_rule_set

DATA = Path(__file__).parents[1] / "data"
DAY = "2025-03-10"
TERM = five_year_term(date(2024, 1, 1))
YEARS = years_of(TERM)


def year_index(day: date) -> int | None:
    """Which year of the usual term a day lies in."""
    return year_of(YEARS, day)


_order = itertools.count(1)


def read_data(name: str) -> str:
    """A reference file as it stands; a missing one is an error, never a skipped test."""
    return (DATA / name).read_text(encoding="utf-8")


def five_year_logs() -> list[dict[str, Any]]:
    """The reference logs."""
    logs: list[dict[str, Any]] = json.loads(read_data("five-year-logs.json"))
    return logs


def hours_of(kind: str, rule_set: RuleSet | None = None, **fields: Any) -> float:
    """The conversion of a one-day record, in 学时."""
    record = {"kind": kind, "ended_on": DAY, **fields}
    return convert(rule_set or default_rule_set(), record).hours / 100


def refusal_of(rule_set: RuleSet | None = None, **record: Any) -> str:
    """The code with which a record is refused; `accepted` when it is not."""
    try:
        convert(rule_set or default_rule_set(), {"ended_on": DAY, **record})
    except Rejected as refusal:
        return refusal.code
    return "accepted"


def a_credit(
    ref: str,
    kind: str,
    on: str = DAY,
    key: str | None = None,
    rule_set: RuleSet | None = None,
    years: tuple[CpdYear, ...] = YEARS,
    over: Mapping[str, Any] | None = None,
    **fields: Any,
) -> CreditInput:
    """A record of the 2024–2028 term, converted; `over` replaces what a credit says."""
    rules = rule_set or default_rule_set()
    record = {"kind": kind, "started_on": on, "ended_on": on, **fields}
    converted = convert(rules, record)
    day = date.fromisoformat(on)
    year = year_of(years, day)
    values: dict[str, Any] = {
        "ref": ref,
        "order": next(_order),
        "kind": kind,
        "rule_set": rules,
        "ended_on": day,
        "conversion": converted.hours,
        "claimed": converted.claimed,
        "fields": record,
        "achievement_key": key,
        "term": None if year is None else "term",
        "year": year,
        "awaits_ruling": converted.needs_ruling,
    }
    return CreditInput(**{**values, **(over or {})})


def recognised(*credits_: CreditInput) -> dict[Any, float]:
    """Recognised hours by record, in 学时."""
    return {ref: given.recognised / 100 for ref, given in allocate(credits_).records.items()}


def reasons_of(allocation: Allocation, ref: str) -> list[str]:
    """Codes of why a record is not recognised for its conversion."""
    return [reason["code"] for reason in allocation.records[ref].reasons]
