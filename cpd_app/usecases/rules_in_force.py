"""Which rule set applies to a society's members on a finishing day; compiled once."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from cpd_app.db import session
from cpd_app.domain.errors import Rejected
from cpd_app.domain.kinds import RuleSet
from cpd_app.domain.ruleset import apply_overlay, compile_rule_set
from cpd_app.models import RuleAdoption, RuleVersion


@dataclass(frozen=True)
class RuleInForce:
    """A published version, compiled, and whether the society adopted it as its own table."""

    version_id: int
    society_id: int | None
    number: int
    in_force_on: date | None
    rule_set: RuleSet
    #: False: 系统折算（默认表，非官方），以学会认定为准 (domain.md §1)
    adopted: bool


@dataclass(frozen=True)
class _Listed:
    id: int
    society_id: int | None
    number: int
    in_force_on: date | None
    adopted: bool


#: published versions never change, so what was compiled stays good
_compiled: dict[int, RuleSet] = {}


class Rules:
    """The published versions of one society and of the baseline, as read at one moment.

    Without a society: the baseline's alone.
    """

    def __init__(self, society_id: int | None) -> None:
        self.society_id = society_id
        self._listed = _listed(society_id)

    def on(self, day: date) -> RuleInForce:
        """The version for a finishing day: the society's own, else the baseline's.

        Raises Rejected `no_rule_set` when neither has one (domain.md §4).
        """
        for of_society in (True, False):
            fitting = [
                v
                for v in self._listed
                if (v.society_id is not None) is of_society
                and (v.in_force_on is None or v.in_force_on <= day)
            ]
            if fitting:
                return self._made(max(fitting, key=_newness))
        raise Rejected("no_rule_set", "ended_on", day=day.isoformat())

    def version(self, version_id: int) -> RuleInForce:
        """The version that a credit was computed by."""
        return self._made(next(v for v in self._listed if v.id == version_id))

    def _made(self, listed: _Listed) -> RuleInForce:
        return RuleInForce(
            version_id=listed.id,
            society_id=listed.society_id,
            number=listed.number,
            in_force_on=listed.in_force_on,
            rule_set=compiled(listed.id),
            adopted=listed.adopted,
        )


def compiled(version_id: int) -> RuleSet:
    """A version ready for use; drafts are compiled anew each time, published ones once."""
    known = _compiled.get(version_id)
    if known is not None:
        return known
    version = session.get_one(RuleVersion, version_id)
    rule_set = compile_version(version)
    if version.state == "published":
        _compiled[version_id] = rule_set
    return rule_set


def compile_version(version: RuleVersion) -> RuleSet:
    """The whole rule set of a version: the baseline's body, or the overlay laid over it."""
    if version.baseline_id is None:
        return compile_rule_set(version.body)
    baseline = session.get_one(RuleVersion, version.baseline_id)
    return compile_rule_set(apply_overlay(baseline.body, version.body))


def _newness(version: _Listed) -> tuple[date, int]:
    return (version.in_force_on or date.min, version.number)


def _listed(society_id: int | None) -> tuple[_Listed, ...]:
    rows = session.execute(
        select(
            RuleVersion.id,
            RuleVersion.society_id,
            RuleVersion.number,
            RuleVersion.in_force_on,
            RuleAdoption.id.is_not(None).label("adopted"),
        )
        .outerjoin(
            RuleAdoption,
            (RuleAdoption.rule_version_id == RuleVersion.id)
            & (RuleAdoption.society_id == society_id),
        )
        .where(
            RuleVersion.state == "published",
            or_(RuleVersion.society_id == society_id, RuleVersion.society_id.is_(None)),
        )
    )
    return tuple(
        _Listed(r.id, r.society_id, r.number, r.in_force_on, bool(r.adopted)) for r in rows
    )
