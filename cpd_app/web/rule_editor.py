"""The forms that change the figures of kinds: which fields there are and what stands in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from cpd_app.domain.kinds import Kind, RuleSet, Table
from cpd_app.domain.reading import RuleSetInvalid
from cpd_app.domain.rule_values import Value, values_of
from cpd_app.domain.ruleset import compile_rule_set
from cpd_app.schemas.rules import name_of
from cpd_app.texts.rule_changes import value_name
from cpd_app.texts.rule_words import kind_in_words
from cpd_app.usecases import rules
from cpd_app.wording import language

if TYPE_CHECKING:
    from cpd_app.models import RuleVersion

Form = MultiDict[str, str] | None
CAPS = ("item_cap", "year_cap")


@dataclass(frozen=True)
class Figure:
    """One field of a form."""

    name: str
    label: str
    #: as it is typed
    value: str
    error: str
    optional: bool


@dataclass(frozen=True)
class FigureGrid:
    """Figures of a table by two fields."""

    corner: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Figure, ...]], ...]


@dataclass(frozen=True)
class KindRow:
    """A kind in the list of all: its switch and its two caps."""

    code: str
    name: str
    enabled: bool
    #: a field, or the cap in words where it is not a plain number
    item_cap: Figure | str
    year_cap: Figure | str
    #: figures that stand on the kind's own page
    others: int


@dataclass(frozen=True)
class KindForm:
    """One kind with every figure."""

    code: str
    name: str
    enabled: bool
    grids: tuple[FigureGrid, ...]
    figures: tuple[Figure, ...]
    #: proofs of the rule set: code, name, whether the kind lists it
    evidence: tuple[tuple[str, str, bool], ...]


def groups_of(
    version: "RuleVersion", form: Form, errors: Mapping[str, str]
) -> list[tuple[str, list[KindRow]]]:
    """All kinds by group, filled as typed or as they stand."""
    body = rules.whole_body(version)
    rule_set = _compiled(body)
    named = body.get("groups") if isinstance(body.get("groups"), Mapping) else {}
    rows: dict[str, list[KindRow]] = {}
    for code, kind in _kinds(body).items():
        row = _row(code, kind, rule_set, form, errors)
        rows.setdefault(str(kind.get("group", "")), []).append(row)
    known = [code for code in named or {} if code in rows]
    order = [*known, *(code for code in rows if code not in known)]
    return [(_name((named or {}).get(code), code), rows[code]) for code in order]


def kind_form(version: "RuleVersion", code: str, form: Form, errors: Mapping[str, str]) -> KindForm:
    """One kind, filled as typed or as it stands."""
    body = rules.whole_body(version)
    kind = _kinds(body)[code]
    rule_set = _compiled(body)
    read = rule_set.kinds.get(code) if rule_set else None
    figures = {v.path: _figure(code, v, read, form, errors) for v in values_of(kind)}
    grids = _grids(read, kind, figures)
    in_grids = {f.name for grid in grids for _label, cells in grid.rows for f in cells}
    listed = form.getlist(f"{code}.evidence") if form else kind.get("evidence")
    proofs = body.get("evidence") if isinstance(body.get("evidence"), Mapping) else {}
    return KindForm(
        code=code,
        name=_name(kind, code),
        enabled=_enabled(code, kind, form),
        grids=grids,
        figures=tuple(f for f in figures.values() if f.name not in in_grids),
        evidence=_proofs(proofs or {}, listed if isinstance(listed, list) else []),
    )


def _proofs(proofs: Mapping[str, Any], listed: list[str]) -> tuple[tuple[str, str, bool], ...]:
    """Those that are listed first, so that one sees them among many."""
    ordered = sorted(proofs, key=lambda proof: proof not in listed)
    return tuple((proof, _label(proofs[proof], proof), proof in listed) for proof in ordered)


def labels_of(version: "RuleVersion", only: str | None = None) -> dict[str, str]:
    """What each field is called, for the summary of errors."""
    body = rules.whole_body(version)
    rule_set = _compiled(body)
    labels = {}
    for code, kind in _kinds(body).items():
        if only in {None, code}:
            read = rule_set.kinds.get(code) if rule_set else None
            for value in values_of(kind):
                words = value_name(read, value.path, language())
                name = words if only else f"{_name(kind, code)} · {words}"
                labels[name_of(code, *value.path)] = name
    return labels


def _row(
    code: str,
    kind: Mapping[str, Any],
    rule_set: RuleSet | None,
    form: Form,
    errors: Mapping[str, str],
) -> KindRow:
    read = rule_set.kinds.get(code) if rule_set else None
    values = values_of(kind)
    simple = {v.path[0]: v for v in values if v.path[0] in CAPS and len(v.path) == 1}
    caps: dict[str, Figure | str] = {}
    for cap in CAPS:
        if cap in simple:
            caps[cap] = _figure(code, simple[cap], read, form, errors)
        elif rule_set is not None and read is not None:
            caps[cap] = str(getattr(kind_in_words(read, rule_set, language()), cap))
        else:
            caps[cap] = _("见 YAML")
    return KindRow(
        code=code,
        name=_name(kind, code),
        enabled=_enabled(code, kind, form),
        item_cap=caps["item_cap"],
        year_cap=caps["year_cap"],
        others=len(values) - len(simple),
    )


def _figure(
    code: str, value: Value, kind: Kind | None, form: Form, errors: Mapping[str, str]
) -> Figure:
    name = name_of(code, *value.path)
    typed = form.get(name) if form else None
    return Figure(
        name=name,
        label=value_name(kind, value.path, language()),
        value=_plain(value.number) if typed is None else typed,
        error=errors.get(name, ""),
        optional=value.optional,
    )


def _grids(
    kind: Kind | None, body: Mapping[str, Any], figures: Mapping[tuple[str, ...], Figure]
) -> tuple[FigureGrid, ...]:
    """Tables by two fields as grids, in the order of the file."""
    if kind is None:
        return ()
    blocks = body.get("amount")
    found = []
    for place, block in enumerate(blocks if isinstance(blocks, list) else [blocks], 1):
        amount = kind.amounts[place - 1]
        if not isinstance(amount, Table) or len(amount.by) == 1:
            continue
        start = ("amount", *([str(place)] if isinstance(blocks, list) else []), "table", "hours")
        hours = block["table"]["hours"]
        columns = list(dict.fromkeys(str(k) for inner in hours.values() for k in inner))
        rows = tuple(
            (
                value_name(kind, (*start, str(first)), language()),
                tuple(figures[*start, str(first), c] for c in columns if c in inner),
            )
            for first, inner in hours.items()
        )
        found.append(
            FigureGrid(
                corner=" × ".join(kind.fields[c].names.in_language(language()) for c in amount.by),
                columns=tuple(value_name(kind, (*start, c), language()) for c in columns),
                rows=rows,
            )
        )
    return tuple(found)


def _enabled(code: str, kind: Mapping[str, Any], form: Form) -> bool:
    return f"{code}.enabled" in form if form else bool(kind.get("enabled", True))


def _compiled(body: Mapping[str, Any]) -> RuleSet | None:
    """The rule set, for its names; None while something in it is wrong."""
    try:
        return compile_rule_set(body)
    except RuleSetInvalid:
        return None


def _kinds(body: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    kinds = body.get("kinds")
    if not isinstance(kinds, Mapping):
        return {}
    return {str(code): kind for code, kind in kinds.items() if isinstance(kind, Mapping)}


def _name(body: Any, code: str) -> str:
    return _label(body.get("names"), code) if isinstance(body, Mapping) else code


def _label(names: Any, code: str) -> str:
    if not isinstance(names, Mapping):
        return code
    return str(names.get("en" if language() == "en" else "zh") or code)


def _plain(number: float | None) -> str:
    return "" if number is None else f"{number}"
