"""What a record would be worth by itself: for the form as one types, and for machines."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cpd_app.domain.conversion import convert
from cpd_app.domain.program import Conversion
from cpd_app.models import Registration
from cpd_app.usecases.rules_in_force import RuleInForce, Rules


@dataclass(frozen=True)
class Converted:
    """The conversion and the rule version that made it."""

    conversion: Conversion
    rule: RuleInForce


def convert_record(registration: Registration, record: Mapping[str, Any]) -> Converted:
    """Convert a flat record by the rule set in force on its finishing day.

    Raises the refusals of domain.md §4. A day that cannot be read is judged by the newest
    version, so that the refusals keep their order (`bad_value` comes after the others).
    """
    rule = Rules(registration.society_id).on(_finishing_day(record))
    return Converted(convert(rule.rule_set, record), rule)


def _finishing_day(record: Mapping[str, Any]) -> date:
    value = record.get("ended_on")
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return date.max
