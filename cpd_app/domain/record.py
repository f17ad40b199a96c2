"""Reading one flat record: every check of §4 in its order, compiled once for a kind."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, NoReturn

from cpd_app.domain.errors import Rejected
from cpd_app.domain.hours import LARGEST, ONE, exact, from_number
from cpd_app.domain.kinds import Field, FieldType, Kind

Values = list[Any]
"""Values of the fields by slot: codes, booleans, whole numbers, half days, hundredths."""

Read = Callable[[Mapping[str, Any]], tuple[Values, int]]

Get = Callable[[str], Any]

HALVES = 2
"""Days are kept in halves."""

FRAME_FIELDS = ("kind", "started_on", "ended_on")
ISO_DAY = len("2025-01-31")


class Reader(NamedTuple):
    """How to read a kind's record into `Values` and days spanned, and which slot a field has."""

    read: Read
    slots: Mapping[str, int]


class Number(NamedTuple):
    """How a number is read: a plain int from `low` is multiplied, all else goes the long way."""

    code: str
    low: int
    times: int
    field: Field


def reader_for(kind: Kind, minutes_per_day: int) -> Reader:
    """Compile the checks of a kind.

    `read(record)` raises Rejected: unknown_field, choose_one, missing_field, unknown_value,
    ends_before_start, bad_value, too_many_minutes, too_many_days.
    """
    fields = kind.fields.values()
    choices = tuple((f.code, tuple(f.choices)) for f in fields if f.type is FieldType.CHOICE)
    booleans = tuple(f.code for f in fields if f.type is FieldType.BOOLEAN)
    numbers = tuple(_number(f) for f in fields if f.type not in _NOT_NUMBERS)
    order = [code for code, _ in choices] + list(booleans) + [n.code for n in numbers]
    slots = {code: slot for slot, code in enumerate(order)}
    check_presence = _presence(kind, frozenset((*FRAME_FIELDS, *slots)))
    read_numbers = _numbers(numbers)
    check_limits = _limits(kind, slots, minutes_per_day)

    def read(record: Mapping[str, Any]) -> tuple[Values, int]:
        check_presence(record)
        get = record.get
        values: Values = []
        for code, allowed in choices:
            value = get(code)
            if value not in allowed and value is not None:
                raise Rejected("unknown_value", code, found=value, allowed=allowed)
            values.append(value)
        span = _span(get("started_on"), record["ended_on"])
        for code in booleans:
            value = get(code)
            if value is None:
                value = False
            elif value is not True and value is not False:
                raise Rejected("bad_value", code, found=value, type="boolean")
            values.append(value)
        read_numbers(get, values)
        if check_limits is not None:
            check_limits(values, span)
        return values, span

    return Reader(read, slots)


def _presence(kind: Kind, known: frozenset[str]) -> Callable[[Mapping[str, Any]], None]:
    """Which fields are given: unknown_field, choose_one, missing_field."""
    fields = kind.fields.values()
    one_of = kind.one_of
    required = ("ended_on", *(f.code for f in fields if f.required))
    sometimes = tuple((f.code, *f.required_when) for f in fields if f.required_when is not None)

    def check(record: Mapping[str, Any]) -> None:
        get = record.get
        if not known.issuperset(record):
            _check_unknown(record, known)
        if one_of:
            _check_one_of(get, one_of)
        for code in required:
            if get(code) is None:
                raise Rejected("missing_field", code)
        for code, by, codes in sometimes:
            if get(code) is None and get(by) in codes:
                raise Rejected("missing_field", code)

    return check


def _check_one_of(get: Get, one_of: tuple[str, ...]) -> None:
    given = 0
    for code in one_of:
        if get(code) is not None:
            given += 1
    if given != 1:
        raise Rejected("choose_one", one_of[0], fields=one_of)


def _numbers(numbers: tuple[Number, ...]) -> Callable[[Get, Values], None]:
    """Numbers by type, whole and range: bad_value."""

    def read(get: Get, values: Values) -> None:
        for code, low, times, field in numbers:
            value = get(code)
            if type(value) is int and low <= value <= LARGEST:
                value *= times
            elif value is not None:
                value = _number_of(field, value)
            values.append(value)

    return read


def _limits(
    kind: Kind, slots: Mapping[str, int], minutes_per_day: int
) -> Callable[[Values, int], None] | None:
    """Net minutes and days against the days spanned: too_many_minutes, too_many_days."""
    limits = [
        ("too_many_minutes", f.code, slots[f.code], minutes_per_day, 1)
        for f in kind.fields.values()
        if f.type is FieldType.MINUTES
    ] + [
        ("too_many_days", f.code, slots[f.code], HALVES, HALVES)
        for f in kind.fields.values()
        if f.type is FieldType.DAYS
    ]

    def check(values: Values, span: int) -> None:
        for refusal, code, slot, per_day, parts in limits:
            value = values[slot]
            if value is not None and value > per_day * span:
                raise Rejected(
                    refusal,
                    code,
                    found=value / parts if parts > 1 else value,
                    most=per_day * span // parts,
                )

    return check if limits else None


def day_of(code: str, value: object) -> date:
    """A day given as a date or as ISO text (2025-01-31); else Rejected bad_value."""
    if type(value) is date:
        return value
    if isinstance(value, str) and len(value) == ISO_DAY and value[4] == value[7] == "-":
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Rejected("bad_value", code, found=value)


_NOT_NUMBERS = (FieldType.CHOICE, FieldType.BOOLEAN)


def _number(field: Field) -> Number:
    times = {FieldType.DAYS: HALVES, FieldType.HOURS: ONE}.get(field.type, 1)
    low = {FieldType.DAYS: 1, FieldType.HOURS: 0, FieldType.MINUTES: 1}.get(
        field.type, field.minimum
    )
    return Number(field.code, low, times, field)


def _number_of(field: Field, value: object) -> int:
    """The long way for whatever is not a plain int in range."""
    try:
        number = exact(value)
        if abs(number) > LARGEST:
            _refuse_number(field, value)
        if field.type is FieldType.HOURS:
            read, low = from_number(number), Decimal(0)
        elif field.type is FieldType.DAYS:
            read, low = _whole(number * HALVES), Decimal("0.5")
        else:
            read, low = _whole(number), Decimal(_number(field).low)
    except ValueError:
        _refuse_number(field, value)
    if number < low:
        _refuse_number(field, value)
    return read


def _whole(number: Decimal) -> int:
    if number != number.to_integral_value():
        raise ValueError("not whole")
    return int(number)


def _refuse_number(field: Field, value: object) -> NoReturn:
    raise Rejected("bad_value", field.code, found=value, type=field.type.value)


def _check_unknown(record: Mapping[str, Any], known: frozenset[str]) -> None:
    for code, value in record.items():
        if code not in known and value is not None:
            raise Rejected("unknown_field", str(code))


def _span(started: object, ended: object) -> int:
    """Calendar days from the first to the last, both counted."""
    last = day_of("ended_on", ended)
    if started is None or started == ended:
        return 1
    first = day_of("started_on", started)
    if last < first:
        raise Rejected("ends_before_start", "ended_on", started_on=first, ended_on=last)
    return last.toordinal() - first.toordinal() + 1
