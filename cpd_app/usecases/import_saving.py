"""Saving the good rows of an import, some at a time, each part whole together with its progress."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from cpd_app.db import session
from cpd_app.domain.errors import Rejected
from cpd_app.models import Activity, Credit, Import, ImportRow, Society
from cpd_app.policy import Actor
from cpd_app.usecases import journal
from cpd_app.usecases.activities import Source
from cpd_app.usecases.activity_rows import save_activities
from cpd_app.usecases.bulk import refresh_statistics
from cpd_app.usecases.guests import attach_guests_of
from cpd_app.usecases.import_checks import (
    Scope,
    activity_reader,
    member_applier,
    standing_digests,
)
from cpd_app.usecases.import_columns import Findings, Row
from cpd_app.usecases.import_reading import parts_of
from cpd_app.usecases.imports import import_of, scope_of, states_of
from cpd_app.usecases.jobs import Step
from cpd_app.usecases.member_rows import Applied, read_member
from cpd_app.usecases.registrations import replace_credits

#: rows of one transaction: long enough to be quick, short enough for others to write between
PART = 500


def parts_to_save(actor: Actor, import_id: int) -> list[list[int]]:
    """Ids of the rows that wait to be saved, in parts; a person's records stay together.

    Members are saved in the order of the file, since a later row may correct an earlier one.
    """
    imported = import_of(actor, import_id)
    rows = session.execute(
        select(ImportRow.id, ImportRow.person_id)
        .where(ImportRow.import_id == imported.id, ImportRow.state == "good")
        .order_by(ImportRow.row)
    )
    if imported.kind == "members":
        return [list(part) for part in parts_of([row_id for row_id, _person in rows], PART)]
    people: dict[int | None, list[int]] = {}
    for row_id, person_id in rows:
        people.setdefault(person_id, []).append(row_id)
    parts: list[list[int]] = [[]]
    for ids in people.values():
        if parts[-1] and len(parts[-1]) + len(ids) > PART:
            parts.append([])
        parts[-1] += ids
    return [part for part in parts if part]


def save_part(
    actor: Actor, import_id: int, row_ids: Sequence[int], *, now: datetime, today: date
) -> Step:
    """Save some rows. What was saved meanwhile is left out, what fits no more becomes a bad row."""
    imported = import_of(actor, import_id)
    if imported.state != "saving":
        raise Rejected("import_not_previewed")
    kept = _waiting(row_ids)
    standing = standing_digests(row.digest for row in kept)
    outcome: dict[int, dict[str, Any]] = {
        row.id: {"state": "same"} for row in kept if row.digest in standing
    }
    fresh = [row for row in kept if row.digest not in standing]
    save = _save_members if imported.kind == "members" else _save_activities
    outcome.update(save(actor, imported, fresh, now=now, today=today))
    _write(kept, outcome)
    states = states_of(imported)
    is_first, goes_on = states.get("saved", 0) <= len(fresh), states.get("good", 0) > 0
    if imported.kind == "activities" and is_first and goes_on:
        refresh_statistics(Activity.__table__, Credit.__table__)
    return _step(imported)


def finish_saving(actor: Actor, import_id: int, *, now: datetime) -> Step:
    """Everything was saved that could be; the counts say what came of it."""
    imported = import_of(actor, import_id)
    states = states_of(imported)
    imported.state = "done"
    imported.counts = {
        **imported.counts,
        **{name: states.get(name, 0) for name in ("bad", "same", "saved")},
    }
    journal.record(
        actor,
        "import.saved",
        "import",
        imported.id,
        now=now,
        society_id=imported.society_id,
        data={"rows": states.get("saved", 0), "kind": imported.kind},
    )
    return _step(imported)


def _save_members(
    actor: Actor, imported: Import, kept: list[ImportRow], *, now: datetime, today: date
) -> dict[int, dict[str, Any]]:
    rows = [Row(row.row, row.data) for row in kept]
    applying = member_applier(actor, imported.society_id, rows, now=now, today=today)
    outcome: dict[int, dict[str, Any]] = {}
    applied: list[tuple[int, Applied]] = []
    for stored, row in zip(kept, rows, strict=True):
        found = Findings()
        new = read_member(row, found)
        made = applying.apply(new, found) if new else None
        if made is None:
            outcome[stored.id] = {"state": "bad", "problems": found.problems}
        elif made.trail.is_empty:
            outcome[stored.id] = {"state": "same"}
        else:
            applied.append((stored.id, made))
    known = {id(made.held.member) for _row, made in applied if made.held.member.person.id}
    applying.register.write()
    for row_id, made in applied:
        outcome[row_id] = {
            "state": "saved",
            "object_id": made.held.registration.id,
            "object_version": made.held.registration["version"],
            "made": made.trail.as_data(),
            "person_id": made.held.member.person.id,
        }
    journal_members(actor, [made for _row, made in applied], import_id=imported.id, now=now)
    place_anew(actor, [m for _r, m in applied if id(m.held.member) in known], now=now)
    attach_guests_of([made["person_id"] for made in outcome.values() if "made" in made], now=now)
    return outcome


def journal_members(
    actor: Actor, applied: Sequence[Applied], *, import_id: int | None, now: datetime
) -> None:
    """Write down which registrations were entered or corrected."""
    for verb, is_new in (("registration.created", True), ("registration.corrected", False)):
        journal.record_many(
            actor,
            verb,
            "registration",
            [
                (
                    int(made.held.registration.id or 0),
                    made.held.registration["society_id"],
                    {"person": made.held.member.person.id, "import": import_id},
                )
                for made in applied
                if (made.held.registration in made.trail.made) is is_new
            ],
            now=now,
        )


def place_anew(actor: Actor, applied: Sequence[Applied], *, now: datetime) -> None:
    """Give records of people who were known before their place in the terms that moved."""
    since: dict[int, date] = {}
    for made in applied:
        person_id = made.held.member.person.id
        if person_id is not None and made.moved_since is not None:
            since[person_id] = min(since.get(person_id, made.moved_since), made.moved_since)
    if not since:
        return
    with_records = session.scalars(
        select(Activity.person_id).where(Activity.person_id.in_(since)).distinct()
    ).all()
    for person_id in with_records:
        replace_credits(actor, person_id, since=since[person_id], now=now)


def _save_activities(
    actor: Actor, imported: Import, kept: list[ImportRow], *, now: datetime, today: date
) -> dict[int, dict[str, Any]]:
    scope = scope_of(imported)
    rows = [Row(row.row, row.data) for row in kept]
    reading = activity_reader(actor, scope, rows, now=now, today=today)
    outcome: dict[int, dict[str, Any]] = {}
    good = []
    for stored, row in zip(kept, rows, strict=True):
        found = Findings()
        read = reading.read(row, found)
        if read is None:
            outcome[stored.id] = {"state": "bad", "problems": found.problems}
        else:
            good.append((stored.id, read))
    if not good:
        return outcome
    ids = save_activities(
        actor,
        [read for _row, read in good],
        source=_source(imported, scope, today),
        now=now,
        today=today,
    )
    for (row_id, read), activity_id in zip(good, ids, strict=True):
        outcome[row_id] = {
            "state": "saved",
            "object_id": activity_id,
            "object_version": 1,
            "made": {"hours": read.hours},
        }
    return outcome


def _source(imported: Import, scope: Scope, today: date) -> Source:
    """The society that vouches for the records, named; or the member's own file."""
    if scope.owner_id is not None:
        return Source("import", imported.file_name[:160], imported.id)
    if scope.society_id is None:
        return Source("society", None, imported.id)
    society = session.get_one(Society, scope.society_id)
    return Source("society", f"{society.name} 导入 {today.isoformat()}", imported.id)


def _waiting(row_ids: Sequence[int]) -> list[ImportRow]:
    found: list[ImportRow] = []
    for part in parts_of(list(row_ids), 1000):
        found += session.scalars(
            select(ImportRow).where(ImportRow.id.in_(part), ImportRow.state == "good")
        )
    return sorted(found, key=lambda row: row.row)


def _write(kept: list[ImportRow], outcome: dict[int, dict[str, Any]]) -> None:
    table = ImportRow.__table__
    columns = ("state", "problems", "object_id", "object_version", "made", "person_id")
    if not kept:
        return
    session.execute(
        update(table)  # type: ignore[arg-type]
        .where(table.c.id == bindparam("of"))
        .values({c: bindparam(f"new_{c}") for c in columns}),
        [
            {
                "of": row.id,
                **{f"new_{c}": outcome[row.id].get(c, getattr(row, c)) for c in columns},
            }
            for row in kept
        ],
    )
    for row in kept:
        session.expunge(row)


def _step(imported: Import) -> Step:
    states = states_of(imported)
    total = sum(states.values())
    return Step(total - states.get("good", 0), total)
