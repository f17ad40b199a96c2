"""The steps of a computation: cheap tuples while computing, plain JSON when somebody asks.

A step is a function of this module with its arguments. What it returns is a dict with the
name of the `rule`, its numbers, and `hours` (hundredths of 学时, so far, cut to the hundredth).
`cpd_app.texts.trace` turns the dicts into sentences; they hold the names they need, so that
a stored trace can be read without the rule set it came from.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from cpd_app.domain.hours import ONE, format_hours, to_number
from cpd_app.domain.kinds import ItemCap, Key, Label

Step = tuple[Any, ...]
#: what holds hundredths of 学时 in a step, and in a reason of `domain.allocation`
HUNDREDTHS = frozenset({"hours", "step", "cap", "per_day", "asked", "hours_deducted"})


def described(step: Step) -> dict[str, Any]:
    """The JSON form of one step."""
    described_step: dict[str, Any] = step[0](*step[1:])
    return described_step


def per_minutes(minutes: int, times: int, over: int, weight: str, per: int) -> dict[str, Any]:
    """Weight × minutes ÷ per, which is minutes × `times` ÷ `over` hundredths."""
    hundredths = minutes * times
    return {
        "rule": "per_minutes",
        "minutes": minutes,
        "per": per,
        "weight": weight,
        "value": format_hours((2 * hundredths + over) // (2 * over)),
        "hours": hundredths // over,
    }


def fixed(hours: Fraction) -> dict[str, Any]:
    """The same for every record."""
    return {"rule": "fixed", "hours": int(hours * ONE)}


def per_unit(field: str, unit: Label, count: Fraction, each: Fraction) -> dict[str, Any]:
    """So much for each unit."""
    return {
        "rule": "per_unit",
        "field": field,
        "unit": unit._asdict(),
        "count": short(count),
        "each": short(each),
        "hours": int(count * each * ONE),
    }


def per_full(
    field: str, unit: Label, count: int, size: int, each: Fraction, most: Fraction | None
) -> dict[str, Any]:
    """So much for each full `size`, at most `most`."""
    full = count // size
    value = full * each
    return {
        "rule": "per_full",
        "field": field,
        "unit": unit._asdict(),
        "count": count,
        "size": size,
        "full": full,
        "each": short(each),
        "most": None if most is None or value <= most else short(most),
        "hours": int((value if most is None else min(value, most)) * ONE),
    }


def table(by: tuple[dict[str, Any], ...], hours: int) -> dict[str, Any]:
    """A cell of a table."""
    return {"rule": "table", "by": [dict(cell) for cell in by], "hours": hours}


def factor(
    field: str, value: Key, names: Label, share: str, amount: int, scale: int
) -> dict[str, Any]:
    """A multiplier; `amount` ÷ `scale` are the exact hundredths after it."""
    return {
        "rule": "factor",
        "field": field,
        "value": value,
        "zh": names.zh,
        "en": names.en,
        "factor": share,
        "result": format_hours((2 * amount + scale) // (2 * scale)),
        "hours": amount // scale,
    }


def zero_when(field: str, why: Label) -> dict[str, Any]:
    """A reason to give nothing."""
    return {"rule": "zero_when", "field": field, **why._asdict(), "hours": 0}


def nothing_applies() -> dict[str, Any]:
    """No amount of the kind fits the record."""
    return {"rule": "nothing_applies", "hours": 0}


def rounded(step: int, hours: int) -> dict[str, Any]:
    """Down to the step."""
    return {"rule": "step", "step": step, "hours": hours}


def item_cap(cap: ItemCap, limit: int, days: int, hours: int) -> dict[str, Any]:
    """What one record may give at most."""
    step: dict[str, Any] = {"rule": "item_cap", "cap": limit, "hours": hours}
    if cap.per_day is not None:
        step |= {"per_day": cap.per_day, "days": days}
    if cap.from_field is not None:
        step["field"] = cap.from_field
    return step


def awaits_ruling(asked: int) -> dict[str, Any]:
    """Nothing until staff have decided."""
    return {"rule": "needs_ruling", "asked": asked, "hours": 0}


def ruled(asked: int, hours: int) -> dict[str, Any]:
    """What staff decided, on the step."""
    return {"rule": "ruled", "asked": asked, "hours": hours}


def in_hours(steps: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Steps of a trace or reasons of an allocation with 学时 where they hold hundredths."""
    return [
        {name: to_number(value) if name in HUNDREDTHS else value for name, value in step.items()}
        for step in steps
    ]


def short(value: Fraction) -> str:
    """A number of a rule as it is written there: `2`, `0.5`."""
    if value.denominator == 1:
        return str(value.numerator)
    return str((Decimal(value.numerator) / Decimal(value.denominator)).normalize())
