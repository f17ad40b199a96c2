"""Filed records as the allocation sees them, and what they come to once some are judged down."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from cpd_app.domain.after_reading import hours_after_reading
from cpd_app.domain.allocation import CreditInput
from cpd_app.domain.keys import normal_key
from cpd_app.models import SnapshotRecord
from cpd_app.usecases.rules_in_force import compiled


def hours_left(records: Sequence[SnapshotRecord], most: Mapping[int, int]) -> dict[int, int]:
    """The hours of each record (by its id) while readers left `most` of those judged down.

    Nothing is computed while nobody judged anything down.
    """
    if not most:
        return {r.id: r.recognised for r in records}
    ids = {r.activity_id: r.id for r in records}
    found = hours_after_reading(
        [_input(r) for r in records],
        {r.activity_id: r.recognised for r in records},
        {r.activity_id: most[r.id] for r in records if r.id in most},
    )
    return {ids[int(str(ref))]: hours for ref, hours in found.items()}


def _input(row: SnapshotRecord) -> CreditInput:
    """A record as it was filed; of one whose values were erased, what its columns hold."""
    content, rule_set = row.content or {}, compiled(row.rule_version_id)
    kind = rule_set.kinds.get(row.kind)
    return CreditInput(
        ref=row.activity_id,
        order=row.activity_id,
        kind=row.kind,
        rule_set=rule_set,
        ended_on=row.ended_on,
        conversion=row.conversion,
        claimed=row.claimed,
        fields=content.get("fields", {}),
        achievement_key=normal_key(content.get("achievement_key")),
        term=row.filing_id,
        year=row.year_index,
        intervals=_intervals(row),
        from_event=content.get("source") == "event",
        different_from=frozenset(int(ref) for ref in content.get("different_from", ())),
        awaits_ruling=kind is not None and kind.needs_ruling and content.get("ruled") is None,
    )


def _intervals(row: SnapshotRecord) -> tuple[tuple[datetime, datetime], ...]:
    content = row.content or {}
    if content.get("attended"):
        return tuple(
            (datetime.fromisoformat(first), datetime.fromisoformat(last))
            for first, last in content["attended"]
        )
    begins, ends = content.get("starts_at_time"), content.get("ends_at_time")
    if not begins or not ends:
        return ()
    started_on = date.fromisoformat(content["started_on"])
    return (
        (
            datetime.combine(started_on, time.fromisoformat(begins)),
            datetime.combine(row.ended_on, time.fromisoformat(ends)),
        ),
    )
