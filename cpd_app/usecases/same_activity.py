"""同一活动？ Two records that overlap in time are one: keep one of them with the proofs of both."""

from datetime import datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import Rejected
from cpd_app.models import Activity, Evidence
from cpd_app.policy import Actor
from cpd_app.usecases.activities import own_activity, withdraw_activity
from cpd_app.usecases.activity_changes import note_change
from cpd_app.usecases.activity_input import ActivityState


def merge_into(
    actor: Actor, activity_id: int, kept_id: int, *, version: int | None = None, now: datetime
) -> Activity:
    """Withdraw a record that doubles another one; its files prove the other one from now on.

    A restored record has its files still, since they are copied and not moved. Raises Rejected
    `same_record`, and Conflict `changed_meanwhile` as a withdrawal does.
    """
    if activity_id == kept_id:
        raise Rejected("same_record")
    kept = own_activity(actor, kept_id)
    if kept.state != ActivityState.RECORDED:
        raise Rejected("withdrawn")
    double = withdraw_activity(actor, activity_id, version=version, now=now)
    _share_files(actor, double, kept, now=now)
    note_change(actor, kept, "merged", {"merged": [double.id, kept.id]}, now=now)
    return kept


def _share_files(actor: Actor, double: Activity, kept: Activity, *, now: datetime) -> None:
    attached = select(Evidence).where(Evidence.activity_id.in_([double.id, kept.id]))
    rows = list(session.scalars(attached))
    there = {e.file_id: e for e in rows if e.activity_id == kept.id}
    for row in rows:
        if row.activity_id == kept.id:
            continue
        if (same := there.get(row.file_id)) is not None:
            same.proofs = sorted({*same.proofs, *row.proofs})
            continue
        session.add(
            Evidence(
                activity_id=kept.id,
                file_id=row.file_id,
                proofs=row.proofs,
                created_at=now,
                created_by_id=actor.person_id,
            )
        )
