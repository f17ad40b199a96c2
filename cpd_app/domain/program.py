"""Each kind compiled once into a closure over integers, so that converting a record is quick."""

from collections.abc import Callable, Mapping
from math import lcm
from typing import Any, NamedTuple

from cpd_app.domain import trace
from cpd_app.domain.amounts import AmountPlan, Found, Slots, plan_amount, scale_of, value_label
from cpd_app.domain.errors import Rejected
from cpd_app.domain.hours import floor_to_step
from cpd_app.domain.kinds import Factor, ItemCap, Kind, Label, Program, ZeroWhen
from cpd_app.domain.record import Reader, Values, reader_for

Steps = tuple[trace.Step, ...]
FactorPlan = Callable[[Values, int], tuple[int, trace.Step | None]]
ZeroPlan = Callable[[Values], trace.Step | None]
CapPlan = Callable[[Values, int], tuple[int, ItemCap] | None]
Capped = Callable[[int, Values, int, Steps], tuple[int, Steps]]


class Conversion(NamedTuple):
    """What one record gives by itself, in hundredths of 学时."""

    hours: int
    claimed: int
    needs_ruling: bool
    steps: Steps

    @property
    def trace(self) -> list[dict[str, Any]]:
        """The arithmetic, step by step, as JSON can hold it; see `domain.trace`."""
        return [trace.described(step) for step in self.steps]


class Frame(NamedTuple):
    """What a rule set says for all its kinds."""

    step: int
    minutes_per_hour: int
    minutes_per_day: int


def program_for(kind: Kind, frame: Frame) -> Program:
    """Compile a kind that was checked before."""
    reader = reader_for(kind, frame.minutes_per_day)
    capped = _capped(tuple(_cap_plan(cap, reader.slots) for cap in kind.item_caps), frame.step)
    if kind.asked is not None:
        return _ruled(reader, reader.slots[kind.asked], capped, frame.step)
    return _computed(kind, frame, reader, capped)


def _computed(kind: Kind, frame: Frame, reader: Reader, capped: Capped) -> Program:
    """Amount × factors, zero, step, item cap and the step again."""
    slots, read, step = reader.slots, reader.read, frame.step
    scale = scale_of(kind, frame.minutes_per_hour)
    plans = tuple(plan_amount(a, kind, frame.minutes_per_hour, scale, slots) for a in kind.amounts)
    factors = []
    for factor in kind.factors:
        scale *= (spread := lcm(*(share.denominator for share in factor.values.values())))
        factors.append(_factor_plan(factor, kind, slots, spread, scale))
    zeros = tuple(_zero_plan(zero, slots) for zero in kind.zero_when)

    def run(record: Mapping[str, Any], ruled: int | None) -> Conversion:
        if ruled is not None:
            raise Rejected("no_ruling_needed", "kind")
        values, span = read(record)
        found = _first_that_applies(plans, values)
        if found is None:
            return Conversion(0, 0, False, ((trace.nothing_applies,),))
        amount, first = found
        steps: Steps = (first,)
        for multiply in factors:
            amount, note = multiply(values, amount)
            if note is not None:
                steps = (*steps, note)
        for zero in zeros:
            why = zero(values)
            if why is not None:
                return Conversion(0, 0, False, (*steps, why))
        hours = amount // (scale * step) * step
        if hours * scale != amount:
            steps = (*steps, (trace.rounded, step, hours))
        hours, steps = capped(hours, values, span, steps)
        return Conversion(hours, hours, False, steps)

    return run


def _first_that_applies(plans: tuple[AmountPlan, ...], values: Values) -> Found | None:
    for plan in plans:
        found = plan(values)
        if found is not None:
            return found
    return None


def _capped(caps: tuple[CapPlan, ...], step: int) -> Capped:
    """Item caps, the step again after each."""

    def cut(hours: int, values: Values, span: int, steps: Steps) -> tuple[int, Steps]:
        for cap in caps:
            limit = cap(values, span)
            if limit is not None and hours > limit[0]:
                hours = floor_to_step(limit[0], step)
                steps = (*steps, (trace.item_cap, limit[1], limit[0], span, hours))
        return hours, steps

    return cut


def _ruled(reader: Reader, slot: int, capped: Capped, step: int) -> Program:
    """Nothing until staff have decided; claimed is what the member asks for, cut at the cap."""
    read = reader.read

    def run(record: Mapping[str, Any], ruled: int | None) -> Conversion:
        values, span = read(record)
        asked = values[slot] or 0
        claimed, _ = capped(floor_to_step(asked, step), values, span, ())
        if ruled is None:
            return Conversion(0, claimed, True, ((trace.awaits_ruling, asked),))
        hours = floor_to_step(ruled, step)
        hours, steps = capped(hours, values, span, ((trace.ruled, asked, hours),))
        return Conversion(hours, claimed, False, steps)

    return run


def _factor_plan(factor: Factor, kind: Kind, slots: Slots, spread: int, scale: int) -> FactorPlan:
    slot, field = slots[factor.field], kind.fields[factor.field]
    shares: dict[Any, tuple[int, tuple[Any, ...] | None]] = {}
    for value, share in factor.values.items():
        names: Label = value_label(field, value)
        says = (
            None if share == 1 else (trace.factor, factor.field, value, names, trace.short(share))
        )
        shares[value] = (int(share * spread), says)
    one = (spread, None)

    def multiply(values: Values, amount: int) -> tuple[int, trace.Step | None]:
        times, says = shares.get(values[slot], one)
        amount *= times
        return amount, None if says is None else (*says, amount, scale)

    return multiply


def _zero_plan(zero: ZeroWhen, slots: Slots) -> ZeroPlan:
    slot, value, below = slots[zero.field], zero.value, zero.below
    step = (trace.zero_when, zero.field, zero.why)
    if below is None:
        return lambda values: step if values[slot] == value else None
    return lambda values: step if values[slot] is not None and values[slot] < below else None


def _cap_plan(cap: ItemCap, slots: Slots) -> CapPlan:
    if cap.hours is not None:
        fixed = (cap.hours, cap)
        return lambda _values, _span: fixed
    if cap.per_day is not None:
        per_day = cap.per_day
        return lambda _values, span: (per_day * span, cap)
    if cap.from_field is not None:
        slot = slots[cap.from_field]
        return lambda values, _span: None if values[slot] is None else (values[slot], cap)
    slot = slots[cap.by or ""]
    plans = {value: _cap_plan(inner, slots) for value, inner in cap.values.items()}

    def by_value(values: Values, span: int) -> tuple[int, ItemCap] | None:
        plan = plans.get(values[slot])
        return None if plan is None else plan(values, span)

    return by_value
