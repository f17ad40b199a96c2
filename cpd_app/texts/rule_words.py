"""A conversion table in words: how a kind's hours come about, its caps, its evidence."""

from dataclasses import dataclass
from fractions import Fraction

from cpd_app.domain.amounts import value_label
from cpd_app.domain.hours import format_hours
from cpd_app.domain.kinds import (
    Amount,
    Factor,
    Field,
    Fixed,
    ItemCap,
    Key,
    Kind,
    Label,
    PerFull,
    PerMinutes,
    PerUnit,
    RuleSet,
    Table,
    YearCap,
)
from cpd_app.domain.trace import short


@dataclass(frozen=True)
class Grid:
    """A table by two fields; the corner names them."""

    corner: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class KindInWords:
    """One kind as a person reads it; empty texts say that there is no such rule."""

    code: str
    name: str
    enabled: bool
    #: the first that applies
    hours: tuple[str | Grid, ...]
    notes: tuple[str, ...]
    item_cap: str
    year_cap: str
    evidence: tuple[str, ...]


def kind_in_words(kind: Kind, rule_set: RuleSet, language: str) -> KindInWords:
    """A kind with all its rules in zh or en."""
    words = _Words(rule_set, language)
    return KindInWords(
        code=kind.code,
        name=kind.names.in_language(language),
        enabled=kind.enabled,
        hours=words.hours(kind),
        notes=words.notes(kind),
        item_cap=words.join(words.item_cap(cap, kind) for cap in kind.item_caps),
        year_cap=words.join(words.year_cap(cap, kind) for cap in kind.year_caps),
        evidence=tuple(e.names.in_language(language) for e in kind.evidence),
    )


def hours_text(hours: Fraction) -> str:
    """Hours of a rule as shown: one decimal, a second only where it is not zero."""
    return format_hours(int(hours * 100))


class _Words:
    """The sentences of one rule set in one language."""

    def __init__(self, rule_set: RuleSet, language: str) -> None:
        self.rule_set = rule_set
        self.language = language
        self.english = language.startswith("en")

    def say(self, zh: str, en: str) -> str:
        return en if self.english else zh

    def name(self, label: Label) -> str:
        return label.in_language(self.language)

    def join(self, parts: object) -> str:
        return self.say("；", "; ").join(p for p in parts if p)  # type: ignore[attr-defined]

    def value(self, field: Field, key: Key) -> str:
        return self.name(value_label(field, key))

    def hours(self, kind: Kind) -> tuple[str | Grid, ...]:
        if kind.needs_ruling:
            return (self.say("由学会认定，认定前计 0.0", "Ruled by the society; 0.0 until then"),)
        return tuple(self.amount(amount, kind) for amount in kind.amounts)

    def amount(self, amount: Amount, kind: Kind) -> str | Grid:
        match amount:
            case PerMinutes():
                per, each = self.rule_set.minutes_per_hour, hours_text(amount.weight)
                return self.say(f"每 {per} 分钟 {each}", f"{each} for each {per} minutes")
            case Fixed():
                each = hours_text(amount.hours)
                return self.say(f"每项 {each}", f"{each} each")
            case PerUnit():
                unit = kind.fields[amount.field].unit or kind.fields[amount.field].names
                each = hours_text(amount.hours)
                return self.say(f"每{unit.zh} {each}", f"{each} × {unit.en}")
            case PerFull():
                return self._per_full(amount, kind)
            case Table():
                return self._table(amount, kind)

    def _per_full(self, amount: PerFull, kind: Kind) -> str:
        field = kind.fields[amount.field]
        unit, each = self.name(field.unit or field.names), hours_text(amount.hours)
        text = self.say(
            f"每满 {amount.size:,} {unit} {each}", f"{each} for each full {amount.size:,} {unit}"
        )
        if amount.most is None:
            return text
        most = hours_text(amount.most)
        return text + self.say(f"，至多 {most}", f", at most {most}")

    def _table(self, table: Table, kind: Kind) -> str | Grid:
        first = kind.fields[table.by[0]]
        if len(table.by) == 1:
            cells = [
                f"{self.value(first, row.key[0])} {hours_text(row.hours)}" for row in table.rows
            ]
            return self.say("，", ", ").join(cells)
        second = kind.fields[table.by[1]]
        columns = list(dict.fromkeys(row.key[1] for row in table.rows))
        cell = {row.key: hours_text(row.hours) for row in table.rows}
        firsts = list(dict.fromkeys(row.key[0] for row in table.rows))
        return Grid(
            corner=self.say(" × ", " × ").join(self.name(f.names) for f in (first, second)),
            columns=tuple(self.value(second, c) for c in columns),
            rows=tuple(
                (self.value(first, f), tuple(cell.get((f, c), "") for c in columns)) for f in firsts
            ),
        )

    def notes(self, kind: Kind) -> tuple[str, ...]:
        found = [self._factor(factor, kind) for factor in kind.factors]
        found += [self.name(zero.why) for zero in kind.zero_when]
        if kind.deducts is not None:
            other = self.name(self.rule_set.kinds[kind.deducts].names)
            found.append(
                self.say(
                    f"扣除同一成果已计的“{other}”", f"Less “{other}” counted for the same work"
                )
            )
        if kind.key_label is not None and not kind.counts_once:
            found.append(self.say("同一成果可多次计", "One result may count more than once"))
        return tuple(found)

    def _factor(self, factor: Factor, kind: Kind) -> str:
        field = kind.fields[factor.field]
        shares = [(k, v) for k, v in factor.values.items() if v != 1]
        return self.say("，", ", ").join(
            f"{self.value(field, key)} × {short(share)}" for key, share in shares
        )

    def item_cap(self, cap: ItemCap, kind: Kind) -> str:
        if cap.by is not None:
            field = kind.fields[cap.by]
            return self.say("，", ", ").join(
                f"{self.value(field, key)} {self.item_cap(inner, kind)}"
                for key, inner in cap.values.items()
            )
        if cap.per_day is not None:
            each = format_hours(cap.per_day)
            return self.say(f"每天 {each}", f"{each} a day")
        if cap.from_field is not None:
            return self.name(kind.fields[cap.from_field].names)
        return format_hours(cap.hours or 0)

    def year_cap(self, cap: YearCap, kind: Kind) -> str:
        if cap.pool is not None:
            pool = self.rule_set.pools[cap.pool]
            most = format_hours(pool.year_cap)
            return self.say(f"“{pool.names.zh}”合计 {most}", f"{most} within “{pool.names.en}”")
        if cap.by is not None:
            field = kind.fields[cap.by]
            return self.say("，", ", ").join(
                f"{self.value(field, key)} {format_hours(hours)}"
                for key, hours in cap.values.items()
            )
        return format_hours(cap.hours or 0)
