"""The amount blocks of a kind as closures over integers."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import lcm
from typing import Any

from cpd_app.domain import trace
from cpd_app.domain.hours import ONE
from cpd_app.domain.kinds import (
    Amount,
    Field,
    FieldType,
    Fixed,
    Key,
    Kind,
    Label,
    PerFull,
    PerMinutes,
    PerUnit,
    Row,
    Table,
)
from cpd_app.domain.record import Values

Found = tuple[int, trace.Step]
"""Hundredths of 学时 multiplied by the kind's scale, and the step that says how."""

AmountPlan = Callable[[Values], Found | None]
Slots = Mapping[str, int]


def scale_of(kind: Kind, minutes_per_hour: int) -> int:
    """The least scale at which every amount of the kind is a whole number."""
    shares: list[Fraction] = []
    for amount in kind.amounts:
        match amount:
            case PerMinutes():
                shares.append(amount.weight / minutes_per_hour)
            case PerUnit():
                shares.append(amount.hours / _parts(kind.fields[amount.field]))
            case PerFull():
                shares += [amount.hours, amount.most or Fraction(0)]
            case Fixed():
                shares.append(amount.hours)
            case Table():
                shares += [row.hours for row in amount.rows]
    return lcm(*((share * ONE).denominator for share in shares))


def plan_amount(
    amount: Amount, kind: Kind, minutes_per_hour: int, scale: int, slots: Slots
) -> AmountPlan:
    """The closure of one amount; it answers None where the amount does not apply."""
    match amount:
        case PerMinutes():
            return _per_minutes(amount, minutes_per_hour, scale, slots[amount.field])
        case Fixed():
            return _fixed(amount, scale)
        case PerUnit():
            return _per_unit(amount, kind.fields[amount.field], scale, slots[amount.field])
        case PerFull():
            return _per_full(amount, kind.fields[amount.field], scale, slots[amount.field])
        case Table():
            return _table(amount, kind, scale, slots)


def range_label(field: Field, first: int, last: int | None) -> Label:
    """What a range of a whole field is called: 第 2–5 名, ranks 6 and on."""
    text = str(first) if last in {None, first} else f"{first}–{last}"
    frame = field.ranges or Label(f"{field.names.zh} {{}}", f"{field.names.en} {{}}")
    zh, en = frame.zh.replace("{}", text), frame.en.replace("{}", text)
    return Label(f"{zh}及以后", f"{en} and on") if last is None else Label(zh, en)


def value_label(field: Field, value: Key) -> Label:
    """What a value of a field is called in a sentence."""
    if isinstance(value, tuple):
        return range_label(field, *value)
    if isinstance(value, bool):
        no = Label(f"非{field.names.zh}", f"not {field.names.en}")
        return field.names if value else no
    return field.choices[value]


def _parts(field: Field) -> int:
    """Days are kept in halves."""
    return 2 if field.type is FieldType.DAYS else 1


def _per_minutes(amount: PerMinutes, per: int, scale: int, slot: int) -> AmountPlan:
    share = amount.weight * ONE / per
    times, rule = int(share * scale), trace.per_minutes
    said = (share.numerator, share.denominator, trace.short(amount.weight), per)

    def plan(values: Values) -> Found | None:
        minutes = values[slot]
        return None if minutes is None else (minutes * times, (rule, minutes, *said))

    return plan


def _fixed(amount: Fixed, scale: int) -> AmountPlan:
    found = (int(amount.hours * ONE * scale), (trace.fixed, amount.hours))
    return lambda _values: found


def _per_unit(amount: PerUnit, field: Field, scale: int, slot: int) -> AmountPlan:
    parts, each = _parts(field), amount.hours
    times, unit = int(each * ONE * scale / parts), field.unit or field.names

    def plan(values: Values) -> Found | None:
        count = values[slot]
        if count is None:
            return None
        return count * times, (_counted, field.code, unit, count, parts, each)

    return plan


def _counted(code: str, unit: Label, count: int, parts: int, each: Fraction) -> dict[str, Any]:
    return trace.per_unit(code, unit, Fraction(count, parts), each)


def _per_full(amount: PerFull, field: Field, scale: int, slot: int) -> AmountPlan:
    size, each, unit = amount.size, amount.hours, field.unit or field.names
    times = int(each * ONE * scale)
    most = None if amount.most is None else int(amount.most * ONE * scale)

    def plan(values: Values) -> Found | None:
        count = values[slot]
        if count is None:
            return None
        hours = count // size * times
        if most is not None and hours > most:
            hours = most
        return hours, (trace.per_full, field.code, unit, count, size, each, amount.most)

    return plan


def _table(amount: Table, kind: Kind, scale: int, slots: Slots) -> AmountPlan:
    """One field, or two with the second looked up in the row of the first."""
    fields = [kind.fields[code] for code in amount.by]

    def cell(row: Row) -> Found:
        keys = zip(fields, row.key, strict=True)
        by = tuple(
            {"field": f.code, "value": _plain(key), **value_label(f, key)._asdict()}
            for f, key in keys
        )
        return int(row.hours * ONE * scale), (trace.table, by, int(row.hours * ONE))

    if len(fields) == 1:
        return _lookup(fields[0], slots, {row.key[0]: cell(row) for row in amount.rows})
    inner: dict[Any, dict[Any, Found]] = {}
    for row in amount.rows:
        inner.setdefault(row.key[0], {})[row.key[1]] = cell(row)
    return _lookup(
        fields[0], slots, {key: _lookup(fields[1], slots, rows) for key, rows in inner.items()}
    )


def _lookup(field: Field, slots: Slots, rows: Mapping[Any, Any]) -> AmountPlan:
    """By the value of a field, or by the range that holds it; rows hold results or plans."""
    slot = slots[field.code]
    nested = any(callable(found) for found in rows.values())
    if field.type in (FieldType.CHOICE, FieldType.BOOLEAN):
        get = rows.get
        if not nested:
            return lambda values: get(values[slot])

        def by_code(values: Values) -> Found | None:
            plan = get(values[slot])
            return None if plan is None else plan(values)

        return by_code
    spread = _spread(rows)
    last = len(spread) - 1

    def by_range(values: Values) -> Found | None:
        value = values[slot]
        if value is None:
            return None
        found = spread[min(last, value)]
        return found(values) if nested and found is not None else found  # type: ignore[no-any-return]

    return by_range


def _spread(rows: Mapping[tuple[int, int | None], Any]) -> list[Any]:
    """One entry for each value up to the beginning of the open range, which stands last."""
    spread: list[Any] = []
    for (first, last), found in sorted(rows.items(), key=lambda item: item[0][0]):
        spread += [None] * (first - len(spread))
        spread += [found] * ((first if last is None else last) - first + 1)
    return spread


def _plain(key: Key) -> Any:
    return list(key) if isinstance(key, tuple) else key
