"""The history of a record: every change with who and when, for its owner and in the journal."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.models import Activity, ActivityChange
from cpd_app.policy import Actor
from cpd_app.usecases import journal
from cpd_app.usecases.activity_input import PLAIN
from cpd_app.usecases.credits import touch


def history_of(activity_id: int) -> list[ActivityChange]:
    """Every change of a record, newest first."""
    return list(
        session.scalars(
            select(ActivityChange)
            .where(ActivityChange.activity_id == activity_id)
            .order_by(ActivityChange.id.desc())
        )
    )


def note_change(
    actor: Actor, activity: Activity, verb: str, changed: dict[str, Any], *, now: datetime
) -> None:
    """Write a change of a record down from another use case (evidence, ruling, check)."""
    touch(activity.id)
    write_down(actor, activity, verb, changed, now=now)


def seen(activity: Activity) -> dict[str, Any]:
    """The values a person sees, as JSON."""
    plain = {name: _plain(getattr(activity, name)) for name in PLAIN}
    return {**plain, **activity.fields, "competences": activity.competences}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | time) else value


def differences_of(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What changed, name by name: before and after."""
    names = sorted({*before, *after})
    return {n: [before.get(n), after.get(n)] for n in names if before.get(n) != after.get(n)}


def write_down(
    actor: Actor, activity: Activity, verb: str, changed: dict[str, Any], *, now: datetime
) -> None:
    """Keep one change for its owner to read, and journal it."""
    session.add(
        ActivityChange(
            activity_id=activity.id, at=now, by_id=actor.person_id, verb=verb, changed=changed
        )
    )
    journal.record(
        actor,
        f"activity.{verb}",
        "activity",
        activity.id,
        now=now,
        data={"person": activity.person_id, "version": activity.version, "fields": [*changed]},
        values=changed or None,
    )
