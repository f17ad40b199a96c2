"""Rule sets: compiled from a plain mapping, overlaid by a society, in force by day."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from cpd_app.domain.errors import Rejected
from cpd_app.domain.kind_reading import Catalogue, read_kind
from cpd_app.domain.kinds import Group, Kind, Label, Pool, RuleSet
from cpd_app.domain.program import Frame, program_for
from cpd_app.domain.reading import Path, Problem, Reading, RuleSetInvalid

__all__ = [
    "Problem",
    "RuleSet",
    "RuleSetInvalid",
    "apply_overlay",
    "compile_rule_set",
    "in_force",
    "overlay_of",
    "problems_of",
]

NEEDS = ("code", "version", "names", "step", "groups", "kinds")
MAY = ("official", "source", "minutes_per_hour", "minutes_per_day", "fields", "evidence", "pools")

Version = TypeVar("Version")


def compile_rule_set(body: Mapping[str, Any]) -> RuleSet:
    """Check a parsed YAML or JSON rule set and make it ready for use.

    Raises RuleSetInvalid with every problem found.
    """
    reading = Reading()
    rule_set = _read(reading, body)
    if reading.problems:
        raise RuleSetInvalid(reading.problems)
    return rule_set


def problems_of(body: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Everything that is wrong with a draft; empty when it can be used."""
    try:
        compile_rule_set(body)
    except RuleSetInvalid as invalid:
        return invalid.problems
    return ()


def apply_overlay(base: Mapping[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """A society's rule set: the federation's baseline with single values replaced.

    Mappings are merged, everything else is replaced, null takes a value away.
    """
    merged: dict[str, Any] = {}
    for key, value in base.items():
        if key not in overlay:
            merged[key] = value
            continue
        ours = overlay[key]
        if ours is None:
            continue
        both = isinstance(value, Mapping) and isinstance(ours, Mapping)
        merged[key] = apply_overlay(value, ours) if both else ours
    merged |= {k: v for k, v in overlay.items() if k not in base and v is not None}
    return merged


def overlay_of(base: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
    """The smallest overlay that makes `whole` of `base`; `apply_overlay` takes it back."""
    overlay: dict[str, Any] = {}
    for key, value in whole.items():
        if key not in base:
            overlay[key] = value
        elif isinstance(value, Mapping) and isinstance(base[key], Mapping):
            if inner := overlay_of(base[key], value):
                overlay[key] = inner
        elif value != base[key] or isinstance(value, bool) != isinstance(base[key], bool):
            overlay[key] = value
    return overlay | {key: None for key in base if key not in whole}


def in_force(versions: Sequence[tuple[date | None, Version]], day: date) -> Version:
    """What is in force on a finishing day, of (from, thing); no start date is oldest of all.

    Of several with the same start the last given wins. Raises Rejected `no_rule_set`.
    """
    chosen: tuple[date, Version] | None = None
    for from_on, version in versions:
        start = from_on or date.min
        if start <= day and (chosen is None or start >= chosen[0]):
            chosen = (start, version)
    if chosen is None:
        raise Rejected("no_rule_set", "ended_on", ended_on=day)
    return chosen[1]


def _read(reading: Reading, body: Mapping[str, Any]) -> RuleSet:
    top = reading.record(body, (), needs=NEEDS, may=MAY)
    step = reading.hundredths(top.get("step", 0.5), ("step",), above_zero=True)
    frame = Frame(
        max(step, 1),
        reading.whole(top.get("minutes_per_hour", 45), ("minutes_per_hour",)),
        reading.whole(top.get("minutes_per_day", 450), ("minutes_per_day",)),
    )
    groups = {
        code: _group(reading, code, value, ("groups", code))
        for code, value in reading.mapping(top.get("groups", {}), ("groups",)).items()
    }
    pools = {
        code: _pool(reading, code, value, ("pools", code))
        for code, value in reading.mapping(top.get("pools", {}), ("pools",)).items()
    }
    bodies = reading.mapping(top.get("kinds", {}), ("kinds",))
    known = Catalogue(
        fields={
            code: reading.mapping(value, ("fields", code))
            for code, value in reading.mapping(top.get("fields", {}), ("fields",)).items()
        },
        evidence={
            code: reading.label(value, ("evidence", code))
            for code, value in reading.mapping(top.get("evidence", {}), ("evidence",)).items()
        },
        groups=groups,
        pools=pools,
        kinds=tuple(bodies),
    )
    kinds = {
        code: read_kind(reading, code, value, ("kinds", code), known)
        for code, value in bodies.items()
    }
    if not kinds and not reading.problems:
        reading.problem(("kinds",), {}, "at least one kind")
    return RuleSet(
        code=reading.code(top["code"], ("code",)) if "code" in top else "",
        version=reading.whole(top.get("version", 1), ("version",)),
        names=reading.label(top["names"], ("names",)) if "names" in top else Label("", ""),
        official=reading.boolean(top.get("official"), ("official",), default=False),
        source=reading.text(top.get("source", "–"), ("source",)),
        step=frame.step,
        minutes_per_hour=frame.minutes_per_hour,
        minutes_per_day=frame.minutes_per_day,
        groups=groups,
        pools=pools,
        kinds=kinds,
        programs={} if reading.problems else _programs(kinds, frame),
        body=body,
    )


def _programs(kinds: Mapping[str, Kind], frame: Frame) -> dict[str, Any]:
    return {code: program_for(kind, frame) for code, kind in kinds.items() if kind.enabled}


def _group(reading: Reading, code: str, value: object, path: Path) -> Group:
    reading.code(code, path)
    body = reading.record(value, path, needs=("names",), may=("icon", "year_min"))
    least = (
        reading.hundredths(body["year_min"], (*path, "year_min")) if "year_min" in body else None
    )
    names = reading.label(body["names"], (*path, "names")) if "names" in body else Label("", "")
    return Group(code, names, reading.text(body.get("icon", "circle"), (*path, "icon")), least)


def _pool(reading: Reading, code: str, value: object, path: Path) -> Pool:
    reading.code(code, path)
    body = reading.record(value, path, needs=("names", "year_cap"))
    names = reading.label(body["names"], (*path, "names")) if "names" in body else Label("", "")
    return Pool(code, names, reading.hundredths(body.get("year_cap", 0), (*path, "year_cap")))
