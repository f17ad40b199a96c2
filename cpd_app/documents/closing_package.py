"""The closing package (结项包): who was there and what it came to, as PDF and XLSX in one ZIP."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cpd_app.documents.attendance import EventHead, Stay, by_name, stays_of
from cpd_app.documents.typesetting import Typeset, typeset
from cpd_app.domain.hours import format_hours
from cpd_app.texts import documents as words

FORM = "closing_package"


@dataclass(frozen=True)
class PackageRow:
    """One person who was there, and what it came to."""

    number: str | None
    name: str
    unit: str | None
    society: str | None
    stays: tuple[Stay, ...]
    minutes: int
    #: hundredths of 学时
    hours: int
    #: A, B, C (domain rules §5); None: nothing counts
    assurance: str | None
    #: codes of `LABELS`
    notes: tuple[str, ...] = ()

    @property
    def is_without_out(self) -> bool:
        """Whether some check-out is missing."""
        return any(stay.out_at is None or stay.assumed for stay in self.stays)


@dataclass(frozen=True)
class SessionLine:
    """A session with the minutes it can give, breaks taken off."""

    title: str
    room: str | None
    starts_at: datetime
    ends_at: datetime
    credited_minutes: int


@dataclass(frozen=True)
class Absent:
    """Somebody on the roster who did not come."""

    number: str | None
    name: str
    unit: str | None
    excused: bool


@dataclass(frozen=True)
class Count:
    """People and hours of one society or unit."""

    name: str
    people: int
    hours: int


@dataclass(frozen=True)
class ClosingPackage:
    """Everything that is handed in when an event is over."""

    event: EventHead
    sessions: tuple[SessionLine, ...]
    rows: tuple[PackageRow, ...]
    absent: tuple[Absent, ...]
    #: how presence without a check-out is counted: full, until_last_proof, none
    missing_out: str
    approved_at: datetime | None
    #: the most one person can get, in hundredths
    approved_hours: int | None
    settled_at: datetime | None
    as_of: datetime

    @property
    def in_order(self) -> list[PackageRow]:
        """The people in the order of their names."""
        return sorted(self.rows, key=lambda row: (by_name(row.name), row.number or ""))

    @property
    def hours(self) -> int:
        """Hundredths of 学时 of all together."""
        return sum(row.hours for row in self.rows)

    @property
    def without_out(self) -> int:
        """How many people have no check-out somewhere."""
        return sum(row.is_without_out for row in self.rows)

    def by_society(self, language: str) -> list[Count]:
        """People and hours of each society, the largest first; guests last."""
        guests = words.labels(language)["guests"]
        return self._counts(lambda row: row.society, guests)

    def by_unit(self, language: str) -> list[Count]:
        """People and hours of each unit, the largest first; those who gave none last."""
        return self._counts(lambda row: row.unit, words.labels(language)["stated"])

    def _counts(self, name_of: Callable[[PackageRow], str | None], nameless: str) -> list[Count]:
        groups: dict[str, list[PackageRow]] = {}
        for row in self.rows:
            groups.setdefault(name_of(row) or "", []).append(row)
        counts = [
            Count(name, len(rows), sum(row.hours for row in rows)) for name, rows in groups.items()
        ]
        counts.sort(key=lambda c: (not c.name, -c.people, by_name(c.name)))
        return [Count(c.name or nameless, c.people, c.hours) for c in counts]


def package_pdf(
    package: ClosingPackage, language: str, further_fonts: Path | None = None
) -> Typeset:
    """The report to be signed: facts, figures, the list with a column for signatures, counts."""
    event, label = package.event, words.labels(language)
    data = {
        "language": language,
        "label": label,
        "event": event.title,
        "organiser": event.organiser,
        "facts": [*event.facts(language), *_decisions(package, language)],
        "sessions": [_session(package, line, language) for line in package.sessions],
        "figures": _figures(package, language),
        "rows": [_row(package, row, language) for row in package.in_order],
        "absent": [_absent(person, label) for person in _absent_in_order(package)],
        "total": {
            "minutes": str(sum(row.minutes for row in package.rows)),
            "hours": format_hours(package.hours),
        },
        "by_society": [_counted(c) for c in package.by_society(language)],
        "by_unit": [_counted(c) for c in package.by_unit(language)],
        "settled": package.settled_at is not None,
        "as_of": words.moment(event.local(package.as_of), language),
    }
    return typeset(FORM, data, package.as_of, further_fonts)


def package_zip(
    package: ClosingPackage, xlsx: bytes, language: str, further_fonts: Path | None = None
) -> bytes:
    """PDF and XLSX under names that say what they are."""
    name = words.labels(language)["closing_package"]
    made = io.BytesIO()
    # Both are packed already.
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        moment = package.event.local(package.as_of).timetuple()[:6]
        for ending, content in (
            ("pdf", package_pdf(package, language, further_fonts).pdf),
            ("xlsx", xlsx),
        ):
            archive.writestr(zipfile.ZipInfo(f"{name}.{ending}", moment), content)
    return made.getvalue()


def figures_of(package: ClosingPackage) -> dict[str, int]:
    """The sums of a package by the code of their label; hours in hundredths."""
    return {
        "roster": len(package.rows) + len(package.absent),
        "came": len(package.rows),
        "absent": len(package.absent),
        "excused": sum(person.excused for person in package.absent),
        "without_out": package.without_out,
        "hours_sum": package.hours,
    }


def _figures(package: ClosingPackage, language: str) -> list[list[str]]:
    label = words.labels(language)
    return [
        [label[code], format_hours(value) if code == "hours_sum" else str(value)]
        for code, value in figures_of(package).items()
    ]


def _decisions(package: ClosingPackage, language: str) -> list[list[str]]:
    label, event = words.labels(language), package.event
    facts = [[label["missing_out"], label[package.missing_out]]]
    if package.approved_at is not None:
        facts.append([label["approved"], words.moment(event.local(package.approved_at), language)])
    if package.approved_hours is not None:
        facts.append([label["approved_hours"], format_hours(package.approved_hours)])
    if package.settled_at is not None:
        facts.append([label["settled"], words.moment(event.local(package.settled_at), language)])
    return facts


def _session(package: ClosingPackage, line: SessionLine, language: str) -> list[str]:
    event = package.event
    counted = str(line.credited_minutes) if line.credited_minutes else ""
    return [
        line.title,
        line.room or "",
        words.span(event.local(line.starts_at), event.local(line.ends_at), language),
        counted or words.labels(language)["not_credited"],
    ]


def _row(package: ClosingPackage, row: PackageRow, language: str) -> dict[str, Any]:
    label = words.labels(language)
    return {
        "number": row.number or "",
        "name": row.name,
        "unit": row.unit or "",
        "stays": [
            {**stay, "where": _where(package, stay)}
            for stay in stays_of(package.event, row.stays, language)
        ],
        "minutes": str(row.minutes),
        "hours": format_hours(row.hours),
        "assurance": row.assurance or "",
        "note": words.listed((label[code] for code in row.notes), language),
    }


def _where(package: ClosingPackage, stay: dict[str, Any]) -> str:
    """Day and session, as far as there is more than one of them."""
    sessions = {line.title for line in package.sessions}
    event = package.event
    first, last = event.local(event.starts_at).date(), event.local(event.ends_at).date()
    parts = [stay["day"]] if first != last else []
    parts += [stay["session"]] if len(sessions) > 1 else []
    return " ".join(parts)


def _absent_in_order(package: ClosingPackage) -> list[Absent]:
    return sorted(package.absent, key=lambda person: by_name(person.name))


def _absent(person: Absent, label: dict[str, str]) -> list[str]:
    return [person.name, person.unit or "", label["excused"] if person.excused else ""]


def _counted(count: Count) -> list[str]:
    return [count.name, str(count.people), format_hours(count.hours)]
