"""One record whole: what was typed, the arithmetic, and the rule version behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.kinds import Kind, RuleSet
from cpd_app.models import Activity, Credit, Registration
from cpd_app.policy import Actor
from cpd_app.usecases.activities import readable_activity
from cpd_app.usecases.records import RecordRow, records_by_id, uncredited_record
from cpd_app.usecases.registrations_shown import registrations_of, shown_registration
from cpd_app.usecases.rules_in_force import RuleInForce, Rules


@dataclass(frozen=True)
class RecordDetail:
    """A record with everything that stands behind it; hours in hundredths."""

    row: RecordRow
    activity: Activity
    registration: Registration | None
    #: steps of the conversion, as `domain.trace` describes them
    trace: list[Any]
    #: the version that computed it; None for drafts and proposals
    rule: RuleInForce | None

    @property
    def kind(self) -> Kind | None:
        """The kind as that version has it."""
        rule_set: RuleSet | None = self.rule.rule_set if self.rule else None
        return rule_set.kinds.get(self.row.kind) if rule_set else None


def record_detail(
    actor: Actor, activity_id: int, *, registration_id: int | None = None, on: date
) -> RecordDetail:
    """A record as one registration sees it: the one named, else the member's shown one.

    Staff see it through the registration of their own society (domain.md §1, 学时认定).
    """
    activity = readable_activity(actor, activity_id)
    registration = _registration_for(actor, activity, registration_id, on)
    if registration is not None:
        found = details_of(registration, [activity_id])
        if found:
            return found[0]
    society = registrations_of(activity.person_id)[0].society
    return RecordDetail(uncredited_record(activity_id, society), activity, None, [], None)


def details_of(registration: Registration, ids: Iterable[int]) -> list[RecordDetail]:
    """Some records of a registration, whole, in the order of the ids; three statements."""
    order = {activity_id: place for place, activity_id in enumerate(ids)}
    if not order:
        return []
    rules = Rules(registration.society_id)
    rows = {r.id: r for r in records_by_id(registration, order)}
    pairs = session.execute(
        select(Activity, Credit.trace, Credit.rule_version_id)
        .join(Credit, Credit.activity_id == Activity.id)
        .where(Credit.registration_id == registration.id, Activity.id.in_(list(order)))
    ).all()
    details = [
        RecordDetail(
            rows[pair.Activity.id],
            pair.Activity,
            registration,
            pair.trace,
            rules.version(pair.rule_version_id),
        )
        for pair in pairs
    ]
    return sorted(details, key=lambda d: order[d.row.id])


def _registration_for(
    actor: Actor, activity: Activity, registration_id: int | None, on: date
) -> Registration | None:
    credited = set(
        session.scalars(select(Credit.registration_id).where(Credit.activity_id == activity.id))
    )
    registrations = [r for r in registrations_of(activity.person_id) if r.id in credited]
    if activity.person_id != actor.person_id and not actor.is_system:
        registrations = [r for r in registrations if r.society_id in actor.staff_of]
    named = [r for r in registrations if r.id == registration_id]
    if named:
        return named[0]
    if not registrations:
        return None
    shown, _all = shown_registration(activity.person_id, chosen_id=registration_id, day=on)
    chosen = shown.registration if shown else None
    return chosen if chosen in registrations else registrations[0]
