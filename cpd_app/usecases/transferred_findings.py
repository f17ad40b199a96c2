"""What a society said of records goes along with a transfer: rulings, checked papers, left out.

The years go on, so what their hours rest on does too. The words of a ruling stay where they were
said: the new society's ruling names the other society and is open to be ruled on again.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import aliased

from cpd_app.db import session
from cpd_app.domain.hours import floor_to_step
from cpd_app.models import Activity, Credit, Registration, Ruling
from cpd_app.policy import Actor
from cpd_app.usecases import journal
from cpd_app.usecases.activity_changes import write_down
from cpd_app.usecases.credits import settle_again
from cpd_app.usecases.rules_in_force import compiled


def carry_findings(
    actor: Actor, former: Registration, made: Registration, *, now: datetime
) -> list[int]:
    """Let what holds of a record in one registration hold in the other too; ids of the records.

    What the other society has said itself stands. A ruling gives no more than the record asks for
    by the other table, and only where that table leaves the kind to a ruling. The caller has
    checked the transfer and holds the registrations.
    """
    carried = []
    for old, new, activity in _pairs(former.id, made.id):
        changed: dict[str, Any] = {**_left_out(old, new), **_checked(old, new)}
        hours = _ruled(old, new)
        if hours is not None:
            changed["hours"] = [None, hours]
            _rule(actor, old, new, former, made, activity, hours, now=now)
        if changed:
            carried.append(activity)
            write_down(actor, activity, "carried", changed, now=now)
    session.flush()
    if carried:
        settle_again(actor, made.person_id, carried, now=now)
    return [activity.id for activity in carried]


def _pairs(former_id: int, made_id: int) -> list[Row[Credit, Credit, Activity]]:
    """The records that both registrations credit, with both credits; one statement."""
    old, new = aliased(Credit), aliased(Credit)
    return list(
        session.execute(
            select(old, new, Activity)
            .join(new, new.activity_id == old.activity_id)
            .join(Activity, Activity.id == old.activity_id)
            .where(
                old.registration_id == former_id,
                new.registration_id == made_id,
                Activity.state == "recorded",
            )
            .order_by(Activity.id)
            .execution_options(populate_existing=True)
        ).all()
    )


def _left_out(old: Credit, new: Credit) -> dict[str, list[bool]]:
    if not old.left_out or new.left_out:
        return {}
    # nobody gives out hours of such a record, so they are taken here
    new.left_out, new.recognised = True, 0
    return {"left_out": [False, True]}


def _checked(old: Credit, new: Credit) -> dict[str, list[bool]]:
    """The papers stayed with the record; who looked at them is the other society's to name."""
    if old.checked_at is None or new.checked_at is not None:
        return {}
    new.checked_at = old.checked_at
    return {"checked": [False, True]}


def _ruled(old: Credit, new: Credit) -> int | None:
    """The hours that go along (hundredths); None: nothing to rule on, or ruled already."""
    if old.ruled is None or new.ruled is not None or not new.needs_ruling:
        return None
    return floor_to_step(min(old.ruled, new.claimed), compiled(new.rule_version_id).step)


def _rule(
    actor: Actor,
    old: Credit,
    new: Credit,
    former: Registration,
    made: Registration,
    activity: Activity,
    hours: int,
    *,
    now: datetime,
) -> None:
    subject = session.scalar(
        select(Ruling.subject).where(Ruling.credit_id == old.id, Ruling.replaced_at.is_(None))
    )
    ruling = Ruling(
        society_id=made.society_id,
        credit_id=new.id,
        kind=activity.kind,
        subject=subject or activity.title,
        asked=new.claimed,
        granted=hours,
        reason=f"转会带来，由{former.society.name}认定",
        by_id=actor.person_id,
        at=now,
    )
    session.add(ruling)
    new.ruled = hours
    session.flush()
    journal.record(
        actor,
        "ruling.carried",
        "credit",
        new.id,
        now=now,
        society_id=made.society_id,
        data={"ruling": ruling.id, "from": old.id, "asked": ruling.asked, "granted": hours},
    )
