"""One record whole: what was typed, the arithmetic, and the rule version behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound
from cpd_app.domain.kinds import Kind, RuleSet
from cpd_app.models import Activity, Credit, Registration
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases.records import RecordRow, records_by_id, uncredited_record
from cpd_app.usecases.registrations_shown import default_registration, registrations_of
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
    activity = session.get(Activity, activity_id)
    if activity is None:
        raise NotFound
    credited = _credited(activity_id)
    target = Target(owner_id=activity.person_id, societies=frozenset(credited.values()))
    require(actor, Permission.READ_ACTIVITY, target)
    registrations = registrations_of(activity.person_id)
    seen = [r for r in registrations if r.id in credited]
    registration = _choose(actor, activity, seen, registration_id, on)
    if registration is not None:
        return details_of(registration, [activity_id])[0]
    row = uncredited_record(activity_id, registrations[0].society)
    return RecordDetail(row, activity, None, [], None)


def details_of(registration: Registration, ids: Iterable[int]) -> list[RecordDetail]:
    """Some records of a registration, whole, in the order of the ids; three statements."""
    order = {activity_id: place for place, activity_id in enumerate(ids)}
    if not order:
        return []
    rules = Rules(registration.society_id)
    details = [
        RecordDetail(
            row, read.Activity, registration, read.trace, rules.version(read.rule_version_id)
        )
        for row, read in records_by_id(registration, order, Activity, Credit.trace)
    ]
    return sorted(details, key=lambda d: order[d.row.id])


def _credited(activity_id: int) -> dict[int, int]:
    """The registrations that credit a record, with their societies."""
    rows = session.execute(
        select(Registration.id, Registration.society_id)
        .join(Credit, Credit.registration_id == Registration.id)
        .where(Credit.activity_id == activity_id)
    )
    return {r.id: r.society_id for r in rows}


def _choose(
    actor: Actor,
    activity: Activity,
    registrations: list[Registration],
    registration_id: int | None,
    on: date,
) -> Registration | None:
    """The one named, else the one that is shown; for staff only those of their societies."""
    if activity.person_id != actor.person_id and not actor.is_system:
        registrations = [r for r in registrations if r.society_id in actor.staff_of]
    named = [r for r in registrations if r.id == registration_id]
    return named[0] if named else default_registration(registrations, on)
