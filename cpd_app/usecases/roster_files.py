"""A list of people from a CSV or XLSX file, held against a roster: read, said row by row, not kept.

Nothing of the file is stored: the page that shows what was found carries the good rows back when
they are confirmed, and they are checked again as any list is.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cpd_app.domain.errors import DomainError
from cpd_app.models import Event
from cpd_app.policy import Actor
from cpd_app.texts.roster import ROSTER_COLUMNS
from cpd_app.usecases.import_columns import Findings, Row, headed, text_of
from cpd_app.usecases.import_reading import read_sheet
from cpd_app.usecases.roster import running_event
from cpd_app.usecases.roster_entries import Match, Named, matches_of
from cpd_app.usecases.roster_lists import MOST_ROWS, Known, NewName, check_name

REQUIRED = frozenset({"name"})


@dataclass(frozen=True)
class CheckedName:
    """One row of the file and what adding it would do."""

    line: int
    named: Named
    #: member, guest, same (on the roster already), bad
    state: str
    problems: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class CheckedList:
    """A whole file held against the roster of an event."""

    event: Event
    rows: list[CheckedName]
    #: headings that no column is known for
    ignored: tuple[str, ...]
    #: how many of each state
    counts: Counter[str]

    @property
    def good(self) -> list[CheckedName]:
        """The rows that would be added."""
        return [row for row in self.rows if row.state in {"member", "guest"}]


def check_list(actor: Actor, event_id: int, data: bytes, *, now: datetime) -> CheckedList:
    """Say of every row of a file what adding it would do; nothing is kept.

    Raises Rejected when the file as a whole cannot be read.
    """
    event = running_event(actor, event_id, now=now)
    sheet = read_sheet(data, most_rows=MOST_ROWS)
    found = headed(sheet, ROSTER_COLUMNS, REQUIRED)
    findings = [Findings() for _row in found.rows]
    named = [_named(row, f) for row, f in zip(found.rows, findings, strict=True)]
    matches = matches_of(named)
    known, seen = Known(event.id), _Seen()
    rows = [
        _checked(row, one, match, f, known, seen)
        for row, one, match, f in zip(found.rows, named, matches, findings, strict=True)
    ]
    return CheckedList(event, rows, found.ignored, Counter(row.state for row in rows))


def _named(row: Row, found: Findings) -> Named:
    if row.spills:
        found.problem("too_many_cells")
    texts = {column.code: text_of(row, column.code, found) for column in ROSTER_COLUMNS}
    named = Named(
        texts["name"], texts["number"] or None, texts["phone"] or None, texts["unit"] or None
    )
    try:
        check_name(named)
    except DomainError as error:
        found.refuse(error)
    return named


def _checked(
    row: Row, named: Named, match: Match, found: Findings, known: Known, seen: "_Seen"
) -> CheckedName:
    if match.differs:
        found.warn("name_of_another", "name")
    if found.problems:
        return CheckedName(row.number, named, "bad", found.problems, found.warnings)
    if known.holding(NewName(named), match.person_id) is not None:
        return CheckedName(row.number, named, "same")
    first = seen.before(named, match, row.number)
    if first is not None:
        found.warn("twice_in_file", None, line=first)
        return CheckedName(row.number, named, "same", warnings=found.warnings)
    state = "guest" if match.person_id is None else "member"
    return CheckedName(row.number, named, state, warnings=found.warnings)


class _Seen:
    """Who stood in the file before."""

    def __init__(self) -> None:
        self._lines: dict[object, int] = {}

    def before(self, named: Named, match: Match, line: int) -> int | None:
        """The line on which the same person stood first; None: this is the first."""
        mark: Sequence[object] = (match.person_id,)
        if match.person_id is None:
            whole = named.number_key or named.kept_phone or (named.unit or "")
            mark = (named.name, whole)
        first = self._lines.setdefault(tuple(mark), line)
        return None if first == line else first
