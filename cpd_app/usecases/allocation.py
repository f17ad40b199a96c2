"""Giving out a registration's hours: what every record is recognised for, stored with why."""

from collections.abc import Container, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from cpd_app.db import session
from cpd_app.domain.allocation import Allocated, CreditInput
from cpd_app.domain.allocation import allocate as give_out
from cpd_app.domain.kinds import RuleSet
from cpd_app.models import Activity, Credit
from cpd_app.policy import Actor
from cpd_app.usecases import journal
from cpd_app.usecases.rules_in_force import compiled

#: registrations read together; SQLite and PostgreSQL both take so many values at once
AT_ONCE = 500

COLUMNS = (
    Credit.id,
    Credit.activity_id,
    Credit.registration_id,
    Credit.term_id,
    Credit.year_index,
    Credit.rule_version_id,
    Credit.conversion,
    Credit.claimed,
    Credit.recognised,
    Credit.reasons,
    Credit.needs_ruling,
    Credit.ruled,
    Credit.confirmed,
    Activity.kind,
    Activity.fields,
    Activity.started_on,
    Activity.ended_on,
    Activity.starts_at_time,
    Activity.ends_at_time,
    Activity.attended,
    Activity.achievement_norm,
    Activity.different_from,
    Activity.source,
)


def allocate(
    actor: Actor, registration_id: int, *, now: datetime, cause_id: int | None = None
) -> int:
    """Give out one registration's hours again; returns how many records changed.

    The caller holds the registration's lock. A change of another record than the one that
    caused it is journalled (domain.md §4).
    """
    return allocate_many(actor, [registration_id], now=now, cause_id=cause_id)


def allocate_many(
    actor: Actor,
    registration_ids: Iterable[int],
    *,
    now: datetime,
    cause_id: int | None = None,
    entered: Container[int] = (),
) -> int:
    """The same for many registrations, two statements for 500 of them (imports, recalculation).

    `entered`: records that are being entered or withdrawn; only changes of others are journalled.
    """
    ids = list(registration_ids)
    if len(ids) > AT_ONCE:
        parts = (ids[i : i + AT_ONCE] for i in range(0, len(ids), AT_ONCE))
        return sum(
            allocate_many(actor, part, now=now, cause_id=cause_id, entered=entered)
            for part in parts
        )
    rows: dict[int, list[Any]] = {}
    for row in counting_rows(ids):
        rows.setdefault(row.registration_id, []).append(row)
    changes: list[dict[str, Any]] = []
    for registration_id, of_one in rows.items():
        results = give_out([credit_input(r, compiled(r.rule_version_id)) for r in of_one]).records
        for row in of_one:
            changed = _changed(row, results[row.activity_id])
            if changed is None:
                continue
            changes.append(changed)
            if row.activity_id != cause_id and row.activity_id not in entered:
                _note(actor, row, registration_id, changed, cause_id, now)
    if changes:
        session.execute(
            update(Credit.__table__)  # type: ignore[arg-type]
            .where(Credit.__table__.c.id == bindparam("credit_id"))
            .values(recognised=bindparam("hours"), reasons=bindparam("why")),
            changes,
        )
        for kept in session.identity_map.values():
            if isinstance(kept, Credit):
                session.expire(kept)
    return len(changes)


def credit_input(row: Any, rule_set: RuleSet, *, conversion: int | None = None) -> CreditInput:
    """A row of COLUMNS as the rules want it; `conversion` instead of the stored one."""
    return CreditInput(
        ref=row.activity_id,
        order=row.activity_id,
        kind=row.kind,
        rule_set=rule_set,
        ended_on=row.ended_on,
        conversion=row.conversion if conversion is None else conversion,
        claimed=row.claimed,
        fields=row.fields,
        achievement_key=row.achievement_norm,
        term=row.term_id,
        year=row.year_index,
        intervals=_intervals(row),
        from_event=row.source == "event",
        different_from=frozenset(int(ref) for ref in row.different_from),
        awaits_ruling=row.needs_ruling and row.ruled is None,
        confirmed=row.confirmed,
    )


def counting_rows(registration_ids: list[int]) -> Iterable[Any]:
    """Records that take part: recorded, and not taken out by the member."""
    return session.execute(
        select(*COLUMNS)
        .join(Activity, Activity.id == Credit.activity_id)
        .where(
            Credit.registration_id.in_(registration_ids),
            Activity.state == "recorded",
            Credit.left_out.is_(False),
        )
    )


def _intervals(row: Any) -> tuple[tuple[datetime, datetime], ...]:
    """When it took place: an event's presence, else the times of day on the days as printed.

    Local times as they stand on the evidence; never converted between zones, so without one.
    """
    if row.attended:
        return tuple(
            (datetime.fromisoformat(first), datetime.fromisoformat(last))
            for first, last in row.attended
        )
    if row.starts_at_time is None or row.ends_at_time is None:
        return ()
    return (
        (
            datetime.combine(row.started_on, row.starts_at_time),
            datetime.combine(row.ended_on, row.ends_at_time),
        ),
    )


def _changed(row: Any, result: Allocated) -> dict[str, Any] | None:
    """What is written when the stored allocation is not the new one."""
    refused = [r for r in row.reasons if r["code"] == "not_in_table"]
    # The entry said already why its table gives nothing; that the kind is unknown is the same.
    also = (r for r in result.reasons if not refused or r["code"] != "unknown_kind")
    reasons = [*refused, *also]
    if row.recognised == result.recognised and row.reasons == reasons:
        return None
    return {"credit_id": row.id, "hours": result.recognised, "why": reasons}


def _note(
    actor: Actor,
    row: Any,
    registration_id: int,
    changed: dict[str, Any],
    cause_id: int | None,
    now: datetime,
) -> None:
    journal.record(
        actor,
        "credit.reallocated",
        "activity",
        row.activity_id,
        now=now,
        data={
            "registration": registration_id,
            "before": row.recognised,
            "after": changed["hours"],
            "cause": cause_id,
        },
    )
