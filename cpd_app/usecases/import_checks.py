"""A whole file held against what is known: which rows are good, there already, or wrong."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.models import ImportRow
from cpd_app.policy import Actor
from cpd_app.texts.imports import MEMBER_COLUMNS
from cpd_app.usecases import activity_rows, member_rows
from cpd_app.usecases.activity_rows import ActivityRows
from cpd_app.usecases.import_columns import Findings, Headed, Row, headed
from cpd_app.usecases.import_reading import parts_of, read_sheet
from cpd_app.usecases.member_rows import MemberRows, read_member
from cpd_app.usecases.register_in_memory import AT_ONCE, Register

#: a row with one of these states stands in the books
STANDING = ("saved", "kept")
#: most rows that a member imports at once
MOST_OWN_ROWS = 5000


@dataclass(frozen=True)
class Scope:
    """For whom a file is read."""

    kind: str
    #: the society that imports; None: a member, or the command line
    society_id: int | None = None
    #: the member who imports own records
    owner_id: int | None = None


@dataclass(frozen=True)
class CheckedFile:
    """Rows as they are kept, and what holds for the file."""

    rows: list[dict[str, Any]]
    notes: list[dict[str, Any]]

    @property
    def counts(self) -> dict[str, int]:
        """How many are good, bad, there already; how many have a warning."""
        states = Counter(row["state"] for row in self.rows)
        warned = sum(1 for row in self.rows if row["warnings"])
        return {
            "good": states["good"],
            "bad": states["bad"],
            "same": states["same"],
            "warnings": warned,
        }


def check_file(
    actor: Actor, scope: Scope, data: bytes, *, now: datetime, today: date
) -> CheckedFile:
    """Read a file and say of every row what saving it would do; writes nothing.

    Raises Rejected when the file as a whole cannot be read.
    """
    sheet = read_sheet(data, **({"most_rows": MOST_OWN_ROWS} if scope.owner_id else {}))
    if scope.kind == "members":
        found = headed(sheet, MEMBER_COLUMNS, member_rows.REQUIRED)
        rows = _check_members(actor, scope, found.rows, now=now, today=today)
    else:
        required = activity_rows.REQUIRED - ({"login"} if scope.owner_id else frozenset())
        known = activity_rows.activity_columns(scope.society_id)
        found = headed(sheet, known, required)
        rows = _check_activities(actor, scope, found.rows, now=now, today=today)
    _mark_same(rows)
    return CheckedFile(rows, _notes(found))


def _notes(found: Headed) -> list[dict[str, Any]]:
    if not found.ignored:
        return []
    return [{"code": "columns_ignored", "columns": "、".join(found.ignored[:20])}]


def _check_members(
    actor: Actor, scope: Scope, rows: Sequence[Row], *, now: datetime, today: date
) -> list[dict[str, Any]]:
    applying = member_applier(actor, scope.society_id, rows, now=now, today=today)
    digests = Digests("members")
    checked = []
    for row in rows:
        found = Findings()
        new = read_member(row, found)
        applied = applying.apply(new, found) if new else None
        kept = _kept(row, found, digests.next(row.cells))
        if applied and applied.trail.is_empty:
            kept["state"] = "same"
        checked.append(kept)
    return checked


def member_applier(
    actor: Actor, society_id: int | None, rows: Sequence[Row], *, now: datetime, today: date
) -> MemberRows:
    """What applies these rows, with everybody they may mean looked up."""
    register = Register(now=now)

    def said(column: str) -> Iterable[str]:
        return (row.cells.get(column, "") for row in rows)

    register.load(
        logins=said("login"),
        emails=said("email"),
        phones=said("phone"),
        numbers=said("registration_no"),
    )
    return MemberRows(actor, register, society_id=society_id, today=today)


def _check_activities(
    actor: Actor, scope: Scope, rows: Sequence[Row], *, now: datetime, today: date
) -> list[dict[str, Any]]:
    reading = activity_reader(actor, scope, rows, now=now, today=today)
    digests = Digests("activities")
    checked = []
    for row in rows:
        found = Findings()
        read = reading.read(row, found)
        person_id = reading.person_of(row)
        kept = _kept(row, found, digests.next(row.cells, person_id))
        kept["person_id"] = person_id
        if reading.is_there(row):
            kept.update(state="same", problems=[], warnings=[])
        if read:
            kept["made"] = {"hours": read.hours}
        checked.append(kept)
    return checked


def activity_reader(
    actor: Actor, scope: Scope, rows: Sequence[Row], *, now: datetime, today: date
) -> ActivityRows:
    """What reads these rows, with everybody they name looked up."""
    reading = ActivityRows(actor, society_id=scope.society_id, owner_id=scope.owner_id, today=today)
    reading.load(rows, now=now)
    return reading


def _kept(row: Row, found: Findings, digest: str) -> dict[str, Any]:
    return {
        "row": row.number,
        "digest": digest,
        "data": dict(row.cells),
        "problems": found.problems,
        "warnings": found.warnings,
        "person_id": None,
        "state": "bad" if found.problems else "good",
        "object_id": None,
        "object_version": None,
        "made": {},
    }


class Digests:
    """Two rows are the same when all columns are, and they are the n-th such row of their file."""

    def __init__(self, kind: str) -> None:
        """Nothing was counted yet."""
        self.kind = kind
        self._seen: Counter[str] = Counter()

    def next(self, cells: Any, person_id: int | None = None) -> str:
        """The digest of the next row; a known person counts whatever the file calls them."""
        said = [[c, text] for c, text in sorted(cells.items()) if not (person_id and c == "login")]
        base = hashlib.sha256(
            json.dumps([self.kind, person_id, said], ensure_ascii=False).encode()
        ).hexdigest()
        self._seen[base] += 1
        return hashlib.sha256(f"{base}:{self._seen[base]}".encode()).hexdigest()


def _mark_same(rows: list[dict[str, Any]]) -> None:
    standing = standing_digests(row["digest"] for row in rows)
    for row in rows:
        if row["digest"] in standing:
            row["state"], row["problems"], row["warnings"] = "same", [], []


def standing_digests(digests: Iterable[str]) -> set[str]:
    """Those that a saved row has already."""
    found: set[str] = set()
    for part in parts_of(list(digests), AT_ONCE):
        found.update(
            session.scalars(
                select(ImportRow.digest).where(
                    ImportRow.digest.in_(part), ImportRow.state.in_(STANDING)
                )
            )
        )
    return found
