"""Two versions side by side: what differs, and how many members it concerns."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.domain.differences import Difference, differences
from cpd_app.domain.kinds import RuleSet
from cpd_app.models import Activity, Credit, Registration, RuleVersion
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases.rules import rule_set_of, version_of

#: members with a record of a kind within this time are concerned by a change of it
CONCERNED = timedelta(days=365)


@dataclass(frozen=True)
class Comparison:
    """Two versions, ready for use, and every value that differs."""

    old: RuleVersion
    new: RuleVersion
    old_rules: RuleSet
    new_rules: RuleSet
    differences: tuple[Difference, ...]


def compare_versions(actor: Actor, old_id: int, new_id: int) -> Comparison:
    """What changed from one version to another, value by value.

    Raises RuleSetInvalid for a draft with something wrong in it.
    """
    old, new = version_of(actor, old_id), version_of(actor, new_id)
    old_rules, new_rules = rule_set_of(old), rule_set_of(new)
    return Comparison(old, new, old_rules, new_rules, tuple(differences(old_rules, new_rules)))


def members_by_kind(actor: Actor, society_id: int | None, *, today: date) -> dict[str, int]:
    """Members with a record of each kind in the last twelve months; None: of all societies."""
    societies = frozenset({society_id} if society_id is not None else ())
    require(actor, Permission.READ_COUNTS, Target(societies=societies))
    query = (
        select(Activity.kind, func.count(Registration.person_id.distinct()))
        .join(Credit, Credit.activity_id == Activity.id)
        .join(Registration, Registration.id == Credit.registration_id)
        .where(Activity.state == "recorded", Activity.ended_on > today - CONCERNED)
        .group_by(Activity.kind)
    )
    if society_id is not None:
        query = query.where(Registration.society_id == society_id)
    return {row[0]: row[1] for row in session.execute(query)}
