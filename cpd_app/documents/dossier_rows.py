"""The lines of a record form as text: years, kinds, records with their trace, evidence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cpd_app.domain.competences import COMPETENCES
from cpd_app.domain.hours import format_hours
from cpd_app.domain.kinds import Field, FieldType, Kind, RuleSet
from cpd_app.domain.snapshots import FrozenRecord, by_year_and_kind
from cpd_app.texts import documents as printed
from cpd_app.texts import dossier as words
from cpd_app.texts.trace import trace_lines

#: characters of a digest that the form shows; the list of checksums has all of them
SHORT = 12


@dataclass(frozen=True)
class Paper:
    """A file of a record: its number in the form, 12-1, and its hashes."""

    number: str
    record: int
    file_id: int
    name: str
    media_type: str
    pages: int | None
    original: str
    kept: str | None
    declassified: bool
    #: the bytes are not there any more
    gone: bool

    def as_row(self, label: Mapping[str, str]) -> list[str]:
        """A line of the list of checksums."""
        kept = label["gone"] if self.gone else self.kept or ""
        name = self.name + (_declassified(label) if self.declassified else "")
        return [self.number, name, str(self.pages or ""), self.original, kept]


def numbered(records: Iterable[FrozenRecord]) -> list[tuple[int, FrozenRecord]]:
    """The records with their number in the form, in its order."""
    groups = by_year_and_kind(records)
    ordered = [r for kinds in groups.values() for group in kinds for r in group.records]
    return list(enumerate(ordered, start=1))


def papers_of(records: Iterable[FrozenRecord], gone: frozenset[int]) -> list[Paper]:
    """Every file of every record; a file that proves two records stands twice."""
    return [
        Paper(
            number=f"{number}-{part}",
            record=number,
            file_id=kept["file_id"],
            name=kept["name"],
            media_type=kept["media_type"],
            pages=kept["pages"],
            original=kept["original_hash"],
            kept=kept["stored_hash"],
            declassified=kept.get("secrecy") == "declassified",
            gone=kept["file_id"] in gone or kept["stored_hash"] is None,
        )
        for number, record in numbered(records)
        for part, kept in enumerate((record.content or {}).get("evidence", ()), start=1)
    ]


def years_of(years: Sequence[Mapping[str, Any]], language: str) -> list[list[str]]:
    """Year, from – to, required, claimed, recognised, audit-proof, verdict."""
    label = words.labels(language)
    return [
        [
            label["year_of"].format(n=year["index"]),
            _period(year, language),
            *(
                format_hours(year[name])
                for name in ("required", "claimed", "recognised", "audit_proof")
            ),
            label[f"verdict_{year['verdict']}"],
        ]
        for year in years
    ]


def groups_of(
    records: Sequence[FrozenRecord],
    years: Sequence[Mapping[str, Any]],
    rule_sets: Mapping[int, RuleSet],
    language: str,
) -> list[dict[str, Any]]:
    """The form: per year its heading, and per kind its name, sum and records."""
    label = words.labels(language)
    titles = {r.activity_id: str((r.content or {}).get("title") or "") for r in records}
    number_of = {record.activity_id: number for number, record in numbered(records)}
    groups = by_year_and_kind(records)
    shown = []
    for year, summed in zip(years, years_of(years, language), strict=True):
        kinds = [
            {
                "name": _kind_name(group.records[0], rule_sets, language),
                "count": records_words(len(group.records), label),
                "claimed": format_hours(group.claimed),
                "recognised": format_hours(group.recognised),
                "rows": [
                    _row(number_of[r.activity_id], r, rule_sets, titles, language)
                    for r in group.records
                ],
            }
            for group in groups.get(year["index"], [])
        ]
        shown.append({"year": summed, "kinds": kinds})
    return shown


def _row(
    number: int,
    record: FrozenRecord,
    rule_sets: Mapping[int, RuleSet],
    titles: Mapping[int, str],
    language: str,
) -> dict[str, Any]:
    label, content = words.labels(language), record.content
    plain: dict[str, Any] = {
        "number": str(number),
        "claimed": format_hours(record.claimed),
        "recognised": format_hours(record.recognised),
        "assurance": record.assurance,
        "proof": record.audit_proof,
        "dates": printed.day(record.ended_on, language),
    }
    if content is None:
        empty = dict.fromkeys(("where", "fields", "minutes", "competences", "evidence"), "")
        return {**empty, **plain, "title": label["erased"], "below": []}
    kind = rule_sets[record.rule_version_id].kinds.get(record.kind)
    minutes = content["fields"].get("minutes")
    return {
        **plain,
        "title": content["title"],
        "where": " · ".join(filter(None, (content["organiser"], content["place"]))),
        "fields": field_words(kind, content["fields"], language),
        "dates": _dates(record, content, language),
        "minutes": "" if minutes is None else str(minutes),
        "competences": printed.listed(
            (
                str(place)
                for place, code in enumerate(COMPETENCES, start=1)
                if code in content["competences"]
            ),
            language,
        ),
        "evidence": _evidence(number, content, label),
        "below": _below(content, titles, label, language),
    }


def records_words(count: int, label: Mapping[str, str]) -> str:
    """How many records."""
    return label["one_record"] if count == 1 else label["records"].format(number=count)


def field_words(kind: Kind | None, fields: Mapping[str, Any], language: str) -> str:
    """The kind's own fields but the minutes, which have a column: 国家级 · 第 2–5 · 修订."""
    order = list(kind.fields) if kind else []
    codes = sorted(fields, key=lambda c: order.index(c) if c in order else len(order))
    said = [
        _field(kind.fields.get(code) if kind else None, code, fields[code], language)
        for code in codes
        if code != "minutes" and fields[code] is not None and fields[code] is not False
    ]
    return " · ".join(said)


def _field(known: Field | None, code: str, value: Any, language: str) -> str:
    if known is None:
        return f"{code} {value}"
    name = known.names.in_language(language)
    if known.type is FieldType.BOOLEAN:
        return name
    if value in known.choices:
        return known.choices[value].in_language(language)
    if known.ranges is not None:
        return known.ranges.in_language(language).replace("{}", str(value))
    unit = f" {known.unit.in_language(language)}" if known.unit else ""
    return f"{name} {value}{unit}"


def _kind_name(record: FrozenRecord, rule_sets: Mapping[int, RuleSet], language: str) -> str:
    kind = rule_sets[record.rule_version_id].kinds.get(record.kind)
    return kind.names.in_language(language) if kind else record.kind


def _evidence(number: int, content: Mapping[str, Any], label: Mapping[str, str]) -> str:
    papers = content["evidence"]
    if not papers:
        return label["from_attendance"] if content.get("event_id") else label["no_evidence"]
    lines = [
        f"{number}-{part} {kept['name']} {(kept['stored_hash'] or kept['original_hash'])[:SHORT]}…"
        + (_declassified(label) if kept.get("secrecy") == "declassified" else "")
        for part, kept in enumerate(papers, start=1)
    ]
    return "\n".join(lines)


def _declassified(label: Mapping[str, str]) -> str:
    return label["bracketed"].format(text=label["declassified"])


def _below(
    content: Mapping[str, Any],
    titles: Mapping[int, str],
    label: Mapping[str, str],
    language: str,
) -> list[list[str]]:
    """What stands under a record: conversion with its rules, and what the member says of it."""
    steps = [*content["trace"], *content["reasons"]]
    lines = label["semicolon"].join(trace_lines(steps, language, titles.get))
    rule = label["rule_number"].format(
        code=content["rule_set"]["title"], number=content["rule_set"]["number"]
    )
    below = [[label["trace"], lines + label["bracketed"].format(text=rule)]]
    if content["reflection"]:
        below.append([label["reflection"], content["reflection"]])
    return below


def _dates(record: FrozenRecord, content: Mapping[str, Any], language: str) -> str:
    first = date.fromisoformat(content["started_on"])
    text = printed.days(first, record.ended_on, language)
    if content["starts_at_time"] and content["ends_at_time"]:
        text += f" {content['starts_at_time']}–{content['ends_at_time']}"
    return text


def _period(year: Mapping[str, Any], language: str) -> str:
    first = date.fromisoformat(year["starts_on"])
    last = date.fromordinal(date.fromisoformat(year["ends_on"]).toordinal() - 1)
    return printed.days(first, last, language)
