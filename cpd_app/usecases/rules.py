"""Rule versions of a society and the federation: draft, check, publish, adopt, compare."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select

from cpd_app.db import session
from cpd_app.domain.differences import Difference, differences
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.kinds import RuleSet
from cpd_app.domain.ruleset import Problem, apply_overlay, problems_of
from cpd_app.models import RuleAdoption, RuleVersion
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.rules_in_force import compile_version, compiled


def versions_of(actor: Actor, society_id: int | None) -> list[RuleVersion]:
    """The versions of one society and of the baseline, newest first."""
    require(actor, Permission.READ_RULES, _target(society_id))
    return list(
        session.scalars(
            select(RuleVersion)
            .where(or_(RuleVersion.society_id == society_id, RuleVersion.society_id.is_(None)))
            .order_by(RuleVersion.society_id.is_(None), RuleVersion.number.desc())
        )
    )


def version_of(actor: Actor, version_id: int) -> RuleVersion:
    """One version; a draft only for those who may draft there."""
    version = session.get(RuleVersion, version_id)
    if version is None:
        raise NotFound
    if version.state != "published":
        require(actor, Permission.DRAFT_RULES, _target(version.society_id))
    elif version.society_id is not None and version.society_id not in actor.roles:
        raise NotFound
    return version


def draft_version(
    actor: Actor, society_id: int | None, *, title: str, in_force_on: date | None, now: datetime
) -> RuleVersion:
    """Begin a new version from the newest published one; one draft at a time.

    A society's version is an overlay: only the values that differ from the baseline.
    """
    require(actor, Permission.DRAFT_RULES, _target(society_id))
    _check_head(title, in_force_on)
    if session.scalar(_own(society_id).where(RuleVersion.state == "draft")) is not None:
        raise Conflict("draft_exists")
    newest = session.scalar(
        _own(society_id).where(RuleVersion.state == "published").order_by(RuleVersion.number.desc())
    )
    baseline = _newest_baseline() if society_id is not None else None
    number = session.scalar(select(func.max(RuleVersion.number)).where(_society_is(society_id)))
    version = RuleVersion(
        society_id=society_id,
        number=(number or 0) + 1,
        title=title.strip(),
        in_force_on=in_force_on,
        state="draft",
        baseline_id=baseline.id if baseline else None,
        body=dict(newest.body) if newest else {},
        created_at=now,
        created_by_id=actor.person_id,
    )
    session.add(version)
    session.flush()
    _note(actor, version, "drafted", now)
    return version


def change_draft(
    actor: Actor,
    version_id: int,
    *,
    title: str,
    in_force_on: date | None,
    body: Mapping[str, Any],
    now: datetime,
) -> RuleVersion:
    """Keep a draft as it was typed, also while something in it is wrong."""
    version = _draft(actor, version_id)
    _check_head(title, in_force_on)
    version.title, version.in_force_on = title.strip(), in_force_on
    version.body = dict(body)
    _note(actor, version, "draft_changed", now)
    return version


def discard_draft(actor: Actor, version_id: int, *, now: datetime) -> None:
    """Throw a draft away; nothing was computed by it."""
    version = _draft(actor, version_id)
    _note(actor, version, "draft_discarded", now)
    session.delete(version)


def problems_in(version: RuleVersion) -> tuple[Problem, ...]:
    """Everything that keeps a draft from being published; empty when nothing does."""
    if version.baseline_id is None:
        return problems_of(version.body)
    baseline = session.get_one(RuleVersion, version.baseline_id)
    return problems_of(apply_overlay(baseline.body, version.body))


def publish_version(actor: Actor, version_id: int, *, now: datetime) -> RuleVersion:
    """Put a draft in force; from then on it is never edited, and what was computed stays.

    Raises Rejected `rule_set_invalid` while something in it is wrong.
    """
    version = _draft(actor, version_id)
    require(actor, Permission.PUBLISH_RULES, _target(version.society_id))
    found = problems_in(version)
    if found:
        raise Rejected("rule_set_invalid", problems=len(found))
    if version.in_force_on is None:
        raise Rejected("missing", "in_force_on")
    version.state = "published"
    version.published_at, version.published_by_id = now, actor.person_id
    _note(actor, version, "published", now)
    return version


def adopt_version(
    actor: Actor,
    society_id: int,
    version_id: int,
    *,
    document_no: str,
    adopted_on: date,
    now: datetime,
) -> RuleAdoption:
    """The registrar adopts a version as the society's table: 文号 and date (domain.md §1, 认定).

    From then on item-based results read 已认定 instead of 系统折算.
    """
    require(actor, Permission.ADOPT_RULES, _target(society_id))
    version = version_of(actor, version_id)
    if version.society_id not in {None, society_id}:
        raise NotFound
    if version.state != "published":
        raise Rejected("not_published")
    if not document_no.strip():
        raise Rejected("missing", "document_no")
    if len(document_no) > 80:
        raise Rejected("too_long", "document_no", most=80)
    if adoption_of(society_id, version_id) is not None:
        raise Conflict("adopted_already")
    adoption = RuleAdoption(
        society_id=society_id,
        rule_version_id=version_id,
        document_no=document_no.strip(),
        adopted_on=adopted_on,
        by_id=actor.person_id,
        at=now,
    )
    session.add(adoption)
    session.flush()
    journal.record(
        actor,
        "rules.adopted",
        "rule_version",
        version_id,
        now=now,
        society_id=society_id,
        data={"adoption": adoption.id, "adopted_on": adopted_on.isoformat()},
        values={"document_no": adoption.document_no},
    )
    return adoption


def adoption_of(society_id: int, version_id: int) -> RuleAdoption | None:
    """The society's adoption of a version, if there is one."""
    return session.scalar(
        select(RuleAdoption).where(
            RuleAdoption.society_id == society_id, RuleAdoption.rule_version_id == version_id
        )
    )


def rule_set_of(version: RuleVersion) -> RuleSet:
    """The whole rule set of a version. Raises RuleSetInvalid for a draft that cannot be used."""
    return compiled(version.id) if version.state == "published" else compile_version(version)


def differences_between(actor: Actor, old_id: int, new_id: int) -> list[Difference]:
    """What changed from one version to another, value by value."""
    old, new = version_of(actor, old_id), version_of(actor, new_id)
    return differences(rule_set_of(old), rule_set_of(new))


def _target(society_id: int | None) -> Target:
    return Target(societies=frozenset({society_id} if society_id is not None else ()))


def _society_is(society_id: int | None) -> Any:
    if society_id is None:
        return RuleVersion.society_id.is_(None)
    return RuleVersion.society_id == society_id


def _own(society_id: int | None) -> Any:
    return select(RuleVersion).where(_society_is(society_id))


def _newest_baseline() -> RuleVersion:
    found: RuleVersion | None = session.scalar(
        _own(None).where(RuleVersion.state == "published").order_by(RuleVersion.number.desc())
    )
    if found is None:
        raise Rejected("no_rule_set")
    return found


def _draft(actor: Actor, version_id: int) -> RuleVersion:
    version = version_of(actor, version_id)
    require(actor, Permission.DRAFT_RULES, _target(version.society_id))
    if version.state != "draft":
        raise Conflict("published_already")
    return version


def _check_head(title: str, in_force_on: date | None) -> None:
    if not title.strip():
        raise Rejected("missing", "title")
    if len(title) > 120:
        raise Rejected("too_long", "title", most=120)
    if in_force_on is None:
        raise Rejected("missing", "in_force_on")


def _note(actor: Actor, version: RuleVersion, verb: str, now: datetime) -> None:
    journal.record(
        actor,
        f"rules.{verb}",
        "rule_version",
        version.id,
        now=now,
        society_id=version.society_id,
        data={"number": version.number},
    )
