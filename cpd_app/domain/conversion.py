"""From one record by itself to its hours: conversion, claimed hours and the arithmetic."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NoReturn

from cpd_app.domain.errors import Rejected
from cpd_app.domain.kinds import RuleSet
from cpd_app.domain.program import Conversion

__all__ = ["Conversion", "check_finished", "convert"]


def convert(rule_set: RuleSet, record: Mapping[str, Any], ruled: int | None = None) -> Conversion:
    """Hours of one flat record (`kind`, `started_on`, `ended_on`, the kind's fields).

    Days are dates or ISO text, numbers are JSON numbers, null is absent. `ruled` is what staff
    decided (hundredths) on a kind that needs a ruling. Raises Rejected with the first of
    unknown_kind, unknown_field, choose_one, missing_field, unknown_value, ends_before_start,
    bad_value, too_many_minutes, too_many_days (domain rules §4).
    """
    kind = record.get("kind")
    program = rule_set.programs.get(kind) if isinstance(kind, str) else None
    if program is None:
        _refuse_kind(kind)
    conversion: Conversion = program(record, ruled)
    return conversion


def check_finished(ended_on: date, today: date) -> None:
    """Refuse a finishing day more than one day after today in Beijing: `not_finished_yet`."""
    if ended_on > today + timedelta(days=1):
        raise Rejected("not_finished_yet", "ended_on", ended_on=ended_on, today=today)


def _refuse_kind(kind: object) -> NoReturn:
    raise Rejected("unknown_kind", "kind", found=kind)
