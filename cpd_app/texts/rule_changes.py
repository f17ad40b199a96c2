"""The difference between two versions in words: which kind, which figure, from what to what."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from cpd_app.domain.amounts import value_label
from cpd_app.domain.differences import ABSENT, Difference, Direction
from cpd_app.domain.hours import format_hours, from_number
from cpd_app.domain.kinds import Field, Key, Kind, Label, PerFull, PerUnit, RuleSet, Table

#: what a key of the rule set is called where it stands in a path
ITEMS: dict[str, Label] = {
    "item_cap": Label("单项上限", "Cap for one record"),
    "year_cap": Label("年度上限", "Year cap"),
    "amount": Label("计法", "Computation"),
    "per_minutes": Label("按时长", "By time"),
    "weight": Label("时长权重", "Weight of time"),
    "fixed": Label("每项学时", "Hours for each"),
    "per_day": Label("每天", "a day"),
    "size": Label("每满多少", "each full"),
    "most": Label("至多", "at most"),
    "factor": Label("系数", "Factor"),
    "zero_when": Label("不计的情形", "When nothing is given"),
    "below": Label("少于此数不计", "Nothing below"),
    "why": Label("不计的说明", "Why nothing is given"),
    "counts_once": Label("同一成果只计一次", "Counts once"),
    "deducts": Label("扣除的种类", "Deducts"),
    "needs_ruling": Label("由学会认定", "Needs a ruling"),
    "evidence": Label("佐证", "Evidence"),
    "enabled": Label("整类", "Whole kind"),
    "pools": Label("合计上限", "Shared cap"),
    "pool": Label("合计上限", "Shared cap"),
    "groups": Label("分组", "Group"),
    "group": Label("分组", "Group"),
    "year_min": Label("每年至少", "at least a year"),
    "step": Label("进位", "Step"),
    "minutes_per_hour": Label("1 学时的分钟数", "Minutes of an hour"),
    "minutes_per_day": Label("每天最多分钟数", "Most minutes a day"),
    "fields": Label("填写项", "Field"),
    "one_of": Label("只填其一", "One of"),
    "required": Label("必填", "Required"),
    "required_when": Label("必填的条件", "Required when"),
    "minimum": Label("最小值", "Least"),
    "choices": Label("可选", "Choice"),
    "names": Label("名称", "Name"),
    "hint": Label("提示", "Hint"),
    "unit": Label("单位", "Unit"),
    "range": Label("排名的说法", "Wording of ranks"),
    "icon": Label("图标", "Icon"),
    "date_label": Label("日期的叫法", "Name of the date"),
    "key": Label("成果编号", "Key of the result"),
    "type": Label("类型", "Type"),
    "zh": Label("中文", "Chinese"),
    "en": Label("英文", "English"),
}
#: hours stand under these, unless a part of the path says otherwise
HOURS = ("item_cap", "year_cap", "amount", "year_min", "pools", "step")
PLAIN = ("weight", "size", "below", "factor", "minutes_per_hour", "minutes_per_day", "minimum")
#: parts of a path that say nothing to a reader
LISTS = ("amount", "factor", "zero_when", "item_cap", "year_cap", "one_of")
SILENT = ("hours", "table", "values", "by", "field", "asked", "is", "per_unit", "per_full")
YES, NO = Label("是", "Yes"), Label("否", "No")
ON, OFF = Label("启用", "On"), Label("停用", "Off")
NONE = Label("无", "None")


@dataclass(frozen=True)
class Change:
    """One row of the difference; texts in the reader's language."""

    #: code of the kind; None for what holds for the whole table
    kind: str | None
    kind_name: str
    item: str
    old: str
    new: str
    direction: Direction
    only_evidence: bool = False


def changes_in_words(
    found: Iterable[Difference], old: RuleSet, new: RuleSet, language: str
) -> list[Change]:
    """Every difference as a row; what changed of a kind's evidence is one row."""
    words = _Words(old, new, language)
    rows: list[Change] = []
    evidence_said: set[str | None] = set()
    for difference in found:
        if difference.kind is not None and difference.path[:1] == ("evidence",):
            if difference.kind not in evidence_said:
                evidence_said.add(difference.kind)
                rows.append(words.evidence(difference.kind))
        else:
            rows.append(words.row(difference))
    return rows


def value_name(kind: Kind | None, path: Sequence[str], language: str) -> str:
    """What a figure of a kind is called, by its path (see `domain.rule_values`)."""
    return _item(kind, path, language)


class _Words:
    """Rows between two rule sets in one language."""

    def __init__(self, old: RuleSet, new: RuleSet, language: str) -> None:
        self.old, self.new, self.language = old, new, language

    def kind(self, code: str | None) -> Kind | None:
        return None if code is None else self.new.kinds.get(code) or self.old.kinds.get(code)

    def kind_name(self, code: str | None) -> str:
        kind = self.kind(code)
        if kind is not None:
            return kind.names.in_language(self.language)
        return Label("整张表", "Whole table").in_language(self.language)

    def row(self, found: Difference) -> Change:
        name = self.kind_name(found.kind)
        if not found.path:
            item, old, new = (
                label.in_language(self.language)
                for label in (ITEMS["enabled"], _there(found.old), _there(found.new))
            )
            return Change(found.kind, name, item, old, new, found.direction)
        old, new = self.value(found, found.old), self.value(found, found.new)
        return Change(found.kind, name, self.item(found), old, new, found.direction)

    def evidence(self, code: str) -> Change:
        old, new = (self._listed(rules.kinds.get(code or "")) for rules in (self.old, self.new))
        item = ITEMS["evidence"].in_language(self.language)
        name = self.kind_name(code)
        return Change(code, name, item, old, new, Direction.OTHER, only_evidence=True)

    def _listed(self, kind: Kind | None) -> str:
        names = [e.names.in_language(self.language) for e in kind.evidence] if kind else []
        return _listing(self.language).join(names) or NONE.in_language(self.language)

    def item(self, found: Difference) -> str:
        """Pools, groups and proofs of the whole table by their names; else by the kind's fields."""
        head, rest = found.path[0], found.path[1:]
        if found.kind is None and head in {"pools", "groups", "evidence", "fields"} and rest:
            name = self._top_name(head, rest[0])
            inner = _item(None, rest[1:], self.language)
            between = " · " if inner else ""
            return f"{name}{between}{inner}"
        return _item(self.kind(found.kind), found.path, self.language)

    def _top_name(self, head: str, code: str) -> str:
        for rules in (self.new, self.old):
            if head == "pools" and code in rules.pools:
                return rules.pools[code].names.in_language(self.language)
            body = rules.body.get(head, {}).get(code)
            names = body.get("names", body) if isinstance(body, dict) else None
            if isinstance(names, dict) and "zh" in names:
                return str(names["en" if self.language.startswith("en") else "zh"])
        return code

    def value(self, found: Difference, value: Any) -> str:
        path, last = found.path, found.path[-1]
        if "enabled" in path:
            return (OFF if value is False else ON).in_language(self.language)
        if last in {"counts_once", "required"}:
            return (NO if value is False else YES).in_language(self.language)
        if value is ABSENT:
            return NONE.in_language(self.language)
        if isinstance(value, bool):
            return (YES if value else NO).in_language(self.language)
        if isinstance(value, int | float):
            return _number(path, value)
        return self._code_name(found, str(value))

    def _code_name(self, found: Difference, value: str) -> str:
        """A code by its name where it is one: a kind, a pool, a group, a choice, a field."""
        kind, last = self.kind(found.kind), found.path[-1]
        if last == "deducts":
            return self.kind_name(value)
        if last == "pool":
            return self._top_name("pools", value)
        if last == "group":
            return self._top_name("groups", value)
        if kind is not None and value in kind.fields:
            return kind.fields[value].names.in_language(self.language)
        if kind is not None and "choices" in found.path and last == value:
            field = kind.fields.get(found.path[1])
            if field is not None and value in field.choices:
                return field.choices[value].in_language(self.language)
        return value


def _item(kind: Kind | None, path: Sequence[str], language: str) -> str:
    """Blocks by their word, keys of a table by the names of the field's values."""
    names: list[str] = []
    fields = _fields_of(kind, path)
    for before, part in pairwise(("", *path)):
        if part in SILENT or (part.isdigit() and before in LISTS):
            continue
        named = _value_name(fields, part, language)
        if named is not None:
            names.append(named)
        elif part in ITEMS:
            names.append(ITEMS[part].in_language(language))
        elif kind is not None and part in kind.fields:
            names.append(kind.fields[part].names.in_language(language))
        elif not part.isdigit():
            names.append(part)
    computed = ITEMS["amount"].in_language(language)
    if path and path[-1] == "pool":
        return names[-1]
    if len(names) > 1 and names[0] == computed:
        names = names[1:]
    elif names == [computed] and kind is not None:
        names = [_unit_name(kind, path, language) or computed]
    return _comma(language).join(names)


def _unit_name(kind: Kind, path: Sequence[str], language: str) -> str | None:
    """每天 / 每篇: what a number of hours is given for, in blocks that count units."""
    place = int(path[1]) - 1 if len(path) > 1 and path[1].isdigit() else 0
    amount = kind.amounts[place] if place < len(kind.amounts) else None
    if not isinstance(amount, PerUnit | PerFull):
        return None
    field = kind.fields[amount.field]
    unit = field.unit or field.names
    if isinstance(amount, PerFull):
        zh, en = f"每满 {amount.size:,} {unit.zh}学时", f"For each {amount.size:,} {unit.en}"
    else:
        zh, en = f"每{unit.zh}学时", f"For each: {unit.en}"
    return en if language.startswith("en") else zh


def _fields_of(kind: Kind | None, path: Sequence[str]) -> list[Field]:
    """The fields whose values stand as keys in the block at this path."""
    if kind is None or "fields" in path:
        return []
    codes: list[str] = []
    for amount in kind.amounts:
        codes += amount.by if isinstance(amount, Table) else ()
    codes += [f.field for f in kind.factors]
    codes += [c.by for c in kind.item_caps if c.by is not None]
    codes += [c.by for c in kind.year_caps if c.by is not None]
    return [kind.fields[c] for c in dict.fromkeys(codes) if c in kind.fields]


def _value_name(fields: Sequence[Field], part: str, language: str) -> str | None:
    for field in fields:
        key = _key(field, part)
        if key is not None:
            return value_label(field, key).in_language(language)
    return None


def _key(field: Field, part: str) -> Key | None:
    """A key of a table as the field has it: a choice, a truth, or a range."""
    if field.choices:
        return part if part in field.choices else None
    if part in {"true", "false"}:
        return part == "true"
    first, _dash, last = part.removesuffix("+").partition("-")
    if field.ranges is None or not first.isdigit() or (last and not last.isdigit()):
        return None
    if part.endswith("+"):
        return int(first), None
    return int(first), int(last or first)


def _number(path: Sequence[str], value: float) -> str:
    if any(part in HOURS for part in path) and not any(part in PLAIN for part in path):
        return format_hours(from_number(value))
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _there(value: Any) -> Label:
    return NONE if value is ABSENT else ON


def _comma(language: str) -> str:
    return ", " if language.startswith("en") else "，"


def _listing(language: str) -> str:
    return ", " if language.startswith("en") else "、"
