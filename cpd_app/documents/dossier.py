"""The dossier of a re-registration: what it holds, and its PDF: form, summary, checksums."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from cpd_app.documents.dossier_rows import Paper, groups_of, papers_of, records_words, years_of
from cpd_app.documents.typesetting import Typeset, typeset
from cpd_app.domain.competences import COMPETENCES
from cpd_app.domain.hours import format_hours
from cpd_app.domain.kinds import RuleSet
from cpd_app.domain.snapshots import FrozenRecord
from cpd_app.domain.summary import HEADING, ITEM, count_characters
from cpd_app.texts import documents as printed
from cpd_app.texts import dossier as words

FORM = "dossier"


@dataclass(frozen=True)
class Dossier:
    """A record form with all that goes with it, as filed or (without a number) as it stands now."""

    #: receipt number; None: a draft
    number: str | None
    #: as `usecases.snapshots` freezes it; None: erased
    content: Mapping[str, Any] | None
    years: tuple[Mapping[str, Any], ...]
    records: tuple[FrozenRecord, ...]
    rule_sets: Mapping[int, RuleSet]
    #: in the society's time
    as_of: datetime
    supplements: int = 0
    #: of the snapshots, oldest first
    digests: tuple[str, ...] = ()
    #: files whose bytes are not there any more
    gone: frozenset[int] = field(default_factory=frozenset)
    language: str = "zh"

    @property
    def values(self) -> Mapping[str, Any]:
        """What is known of the member; nothing once it is erased."""
        return self.content or {}

    @property
    def label(self) -> dict[str, str]:
        """All words."""
        return words.labels(self.language)

    @property
    def papers(self) -> list[Paper]:
        """Every file of every record, numbered as in the form."""
        return papers_of(self.records, self.gone)

    @property
    def recognised(self) -> int:
        """Hundredths of 学时 of all years."""
        return sum(year["recognised"] for year in self.years)

    @property
    def name(self) -> str:
        """Whose it is."""
        return str(self.values.get("name") or "")


def dossier_pdf(dossier: Dossier, further_fonts: Path | None = None) -> Typeset:
    """Record form in landscape, then summary, declaration with signatures, and checksums.

    The same dossier makes the same bytes. A character that no font has is named on the page.
    """
    return typeset(FORM, dossier_data(dossier), dossier.as_of, further_fonts, small=True)


def dossier_data(dossier: Dossier) -> dict[str, Any]:
    """Everything the forms print, as plain text; PDF and DOCX show the same."""
    label, language, values = dossier.label, dossier.language, dossier.values
    society = values.get("society_en" if language == "en" else "society") or ""
    version = values.get("declaration")
    summary = str(values.get("summary") or "")
    return {
        "language": language,
        "label": label,
        "organiser": society,
        "name": dossier.name,
        "draft": dossier.number is None,
        "draft_mark": label["bracketed"].format(text=label["draft"]),
        "number": dossier.number or "",
        "heading": _heading(dossier),
        "facts": _facts(dossier, society),
        "years": years_of(dossier.years, language),
        "total": _total(dossier),
        "groups": groups_of(dossier.records, dossier.years, dossier.rule_sets, language),
        "competences": [
            [str(place), names[2] if language == "en" else names[0]]
            for place, names in enumerate(COMPETENCES.values(), start=1)
        ],
        "official": bool(values.get("adopted")),
        "summary": [_line(line) for line in summary.splitlines() if line.strip()],
        "summary_characters": label["characters"].format(number=count_characters(summary)),
        "declaration": words.declaration(version, language) if version else "",
        "papers": [paper.as_row(label) for paper in dossier.papers],
        "digests": list(dossier.digests),
        "as_of": printed.moment(dossier.as_of, language),
    }


def _heading(dossier: Dossier) -> str:
    label = dossier.label
    if dossier.number is None:
        return label["draft_note"]
    moment = printed.moment(dossier.as_of, dossier.language)
    parts = [f"{label['receipt']} {dossier.number}", f"{label['filed_on']} {moment}"]
    if dossier.supplements:
        parts.append(label["supplemented"].format(number=dossier.supplements))
    return " · ".join(parts)


def _facts(dossier: Dossier, society: str) -> list[list[str]]:
    label, values = dossier.label, dossier.values
    if not values:
        return [[label["name"], label["erased"]]]
    starts_on, ends_on = (date.fromisoformat(day) for day in values["term"])
    last = date.fromordinal(ends_on.toordinal() - 1)
    name = " ".join(filter(None, (values["name"], values.get("name_en"))))
    facts = [
        [label["name"], name],
        [label["registration_number"], values["number"]],
        [label["level"], label.get(values["level"], values["level"])],
        [label["field"], values["field"]],
        [label["society"], society],
        [label["employer"], values.get("employer") or ""],
        [label["term"], printed.days(starts_on, last, dossier.language)],
        [label["membership"], _membership(dossier)],
    ]
    return [fact for fact in facts if fact[1]]


def _membership(dossier: Dossier) -> str:
    kept = dossier.values.get("society_membership") or {}
    number, until = kept.get("number") or "", kept.get("until_on")
    if until is None:
        return str(number)
    day = printed.day(date.fromisoformat(until), dossier.language)
    return dossier.label["until"].format(number=number, day=day).strip()


def _total(dossier: Dossier) -> dict[str, str]:
    names = ("required", "claimed", "recognised", "audit_proof")
    sums = {name: format_hours(sum(y[name] for y in dossier.years)) for name in names}
    return {**sums, "records": records_words(len(dossier.records), dossier.label)}


def _line(line: str) -> list[str]:
    """A paragraph of the summary: heading, item or text."""
    text = line.strip()
    for mark, kind in ((HEADING, "heading"), (ITEM, "item")):
        if text.startswith(mark):
            return [kind, text.removeprefix(mark)]
    return ["text", text]
