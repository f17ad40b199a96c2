"""Rule versions of a society and the federation: draft, check, publish, adopt, compare."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.kinds import RuleSet
from cpd_app.domain.rule_values import with_value
from cpd_app.domain.ruleset import Problem, apply_overlay, overlay_of, problems_of
from cpd_app.models import RuleAdoption, RuleVersion
from cpd_app.policy import Actor, Permission, Target, may, require
from cpd_app.usecases import journal
from cpd_app.usecases.rules_in_force import compile_version, compiled


@dataclass(frozen=True)
class KindChange:
    """What a person changed of a kind; None leaves a part as it is."""

    enabled: bool | None = None
    #: figures by their path (see `domain.rule_values`); None takes a cap away
    values: Mapping[tuple[str, ...], int | float | None] = field(default_factory=dict)
    evidence: tuple[str, ...] | None = None


def versions_of(actor: Actor, society_id: int | None) -> list[RuleVersion]:
    """The versions of one society, then of the baseline, each newest first.

    Drafts stand among them only for those who may change them.
    """
    require(actor, Permission.READ_RULES, target_of(society_id))
    versions = session.scalars(
        select(RuleVersion)
        .where(or_(_society_is(society_id), RuleVersion.society_id.is_(None)))
        .order_by(RuleVersion.society_id.is_(None), RuleVersion.number.desc())
    )
    return [
        v
        for v in versions
        if v.state == "published" or may(actor, Permission.DRAFT_RULES, target_of(v.society_id))
    ]


def version_of(actor: Actor, version_id: int) -> RuleVersion:
    """One version; a draft only for those who may draft there."""
    version = session.get(RuleVersion, version_id)
    if version is None:
        raise NotFound
    if version.state != "published":
        require(actor, Permission.DRAFT_RULES, target_of(version.society_id))
    elif not actor.is_system and version.society_id not in {None, *actor.roles}:
        raise NotFound
    return version


def draft_version(
    actor: Actor, society_id: int | None, *, title: str, in_force_on: date | None, now: datetime
) -> RuleVersion:
    """Begin a new version from the newest published one; one draft at a time.

    A society's version is an overlay: only the values that differ from the baseline.
    """
    require(actor, Permission.DRAFT_RULES, target_of(society_id))
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


def change_head(
    actor: Actor,
    version_id: int,
    *,
    title: str,
    in_force_on: date | None,
    seen: str | None = None,
    now: datetime,
) -> RuleVersion:
    """Call a draft differently, or let it begin on another day."""
    version = _draft(actor, version_id, seen)
    _check_head(title, in_force_on)
    version.title, version.in_force_on = title.strip(), in_force_on
    _note(actor, version, "draft_changed", now)
    return version


def change_body(
    actor: Actor,
    version_id: int,
    *,
    body: Mapping[str, Any],
    text: str | None = None,
    seen: str | None = None,
    now: datetime,
) -> RuleVersion:
    """Keep a draft as it was typed, also while something in it is wrong.

    `text` is the YAML that `body` was read from. `seen` is the `state_of` the draft that the
    person saw; Conflict `changed_meanwhile` when it was changed elsewhere.
    """
    version = _draft(actor, version_id, seen)
    version.body, version.text = dict(body), text
    _note(actor, version, "draft_changed", now)
    return version


def change_kinds(
    actor: Actor,
    version_id: int,
    changes: Mapping[str, KindChange],
    *,
    seen: str | None = None,
    now: datetime,
) -> RuleVersion:
    """Change figures, switches and evidence of some kinds of a draft.

    A society's draft keeps only what then differs from its baseline. Raises Rejected
    `value_is_gone` for a kind or a figure that the draft does not have.
    """
    version = _draft(actor, version_id, seen)
    whole = whole_body(version)
    kinds = dict(whole.get("kinds") or {})
    for code, change in changes.items():
        if not isinstance(kinds.get(code), Mapping):
            raise Rejected("value_is_gone", kind=code)
        kinds[code] = _changed(code, kinds[code], change)
    body = {**whole, "kinds": kinds}
    if body != whole:
        baseline = _baseline_of(version)
        version.body = overlay_of(baseline.body, body) if baseline else body
        version.text = None
        _note(actor, version, "draft_changed", now)
    return version


def state_of(version: RuleVersion) -> str:
    """A word for what a draft holds, to see whether somebody changed it meanwhile."""
    day = version.in_force_on.isoformat() if version.in_force_on else None
    held = [version.title, day, version.body, version.text]
    return hashlib.sha256(json.dumps(held, ensure_ascii=False).encode()).hexdigest()[:16]


def whole_body(version: RuleVersion) -> dict[str, Any]:
    """The whole rule set of a version as plain data, also while something in it is wrong."""
    baseline = _baseline_of(version)
    return apply_overlay(baseline.body, version.body) if baseline else dict(version.body)


def discard_draft(actor: Actor, version_id: int, *, now: datetime) -> None:
    """Throw a draft away; nothing was computed by it."""
    version = _draft(actor, version_id)
    _note(actor, version, "draft_discarded", now)
    session.delete(version)


def problems_in(version: RuleVersion) -> tuple[Problem, ...]:
    """Everything that keeps a draft from being published; empty when nothing does."""
    return problems_of(whole_body(version))


def publish_version(
    actor: Actor, version_id: int, *, seen: str | None = None, now: datetime
) -> RuleVersion:
    """Put a draft in force; from then on it is never edited, and what was computed stays.

    Raises Rejected `rule_set_invalid` while something in it is wrong, Conflict
    `changed_meanwhile` when it is not the draft that was `seen`.
    """
    version = _draft(actor, version_id, seen)
    require(actor, Permission.PUBLISH_RULES, target_of(version.society_id))
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
    require(actor, Permission.ADOPT_RULES, target_of(society_id))
    version = version_of(actor, version_id)
    if version.society_id not in {None, society_id}:
        raise NotFound
    if version.state != "published":
        raise Rejected("not_published")
    if not document_no.strip():
        raise Rejected("missing", "document_no")
    if len(document_no) > 80:
        raise Rejected("too_long", "document_no", most=80)
    if adopted_on > now.date() + timedelta(days=1):
        raise Rejected("in_future", "adopted_on")
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


def adoptions_of(society_id: int) -> dict[int, RuleAdoption]:
    """A society's adoptions by the version that was adopted."""
    rows = session.scalars(select(RuleAdoption).where(RuleAdoption.society_id == society_id))
    return {adoption.rule_version_id: adoption for adoption in rows}


def predecessor_of(version: RuleVersion) -> RuleVersion | None:
    """What a version takes the place of: what was in force on its first day without it."""
    day = version.in_force_on or date.min
    candidates = session.scalars(
        select(RuleVersion).where(
            RuleVersion.id != version.id,
            RuleVersion.state == "published",
            or_(_society_is(version.society_id), RuleVersion.society_id.is_(None)),
        )
    )
    older = [
        v
        for v in candidates
        if (v.in_force_on or date.min) <= day
        and (v.society_id != version.society_id or v.number < version.number)
    ]
    # The society's own versions go before the baseline's (domain.md §4).
    return max(
        older,
        key=lambda v: (v.society_id is not None, v.in_force_on or date.min, v.number),
        default=None,
    )


def target_of(society_id: int | None) -> Target:
    """Where a version lies: in its society, or (baseline) in none."""
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


def _draft(actor: Actor, version_id: int, seen: str | None = None) -> RuleVersion:
    version = version_of(actor, version_id)
    require(actor, Permission.DRAFT_RULES, target_of(version.society_id))
    # Nobody publishes it while it is being changed.
    session.refresh(version, with_for_update=True)
    if version.state != "draft":
        raise Conflict("published_already")
    if seen is not None and seen != state_of(version):
        raise Conflict("changed_meanwhile")
    return version


def _baseline_of(version: RuleVersion) -> RuleVersion | None:
    if version.baseline_id is None:
        return None
    return session.get_one(RuleVersion, version.baseline_id)


def _changed(code: str, kind: Mapping[str, Any], change: KindChange) -> dict[str, Any]:
    changed = dict(kind)
    if change.enabled is not None and change.enabled != bool(kind.get("enabled", True)):
        changed["enabled"] = change.enabled
    listed = kind.get("evidence")
    if change.evidence is not None and set(change.evidence) != set(
        listed if isinstance(listed, list) else []
    ):
        changed["evidence"] = list(change.evidence)
    for path, number in change.values.items():
        try:
            changed = with_value(changed, path, number)
        except (KeyError, ValueError):
            raise Rejected("value_is_gone", kind=code) from None
    return changed


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
