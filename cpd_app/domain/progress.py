"""One CPD year against its requirement: hours, pace, what is missing, and the verdict."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from cpd_app.domain.allocation import YearHours
from cpd_app.domain.kinds import RuleSet
from cpd_app.domain.years import Verdict, YearTarget, pace, reduced, verdict

NO_HOURS = YearHours()


@dataclass(frozen=True, slots=True)
class CarryOver:
    """What a society lets pass on of hours beyond the requirement; by default nothing (§3)."""

    hours: int
    """Most that one year passes on."""
    years: int
    """How many years later it may still be used."""


@dataclass(frozen=True, slots=True)
class GroupProgress:
    """A group of kinds whose hours have a least of their own in each year."""

    code: str
    required: int
    recognised: int

    @property
    def missing(self) -> int:
        """Hours still missing in the group."""
        return max(0, self.required - self.recognised)


@dataclass(frozen=True, slots=True)
class YearProgress:
    """How a CPD year stands on a day; all hours in hundredths of 学时."""

    index: int
    starts_on: date
    ends_on: date
    required: int
    recognised: int
    claimed: int
    audit_proof: int
    verdict: Verdict
    pace: int
    """What would be even with today (a rate; show it with `hours.format_rate`)."""
    days_left: int
    """Days left after today, to the year's last day; 0 on that day and later."""
    running: bool
    """Whether the day asked about lies in the year."""
    months_relieved: int = 0
    deferred_until: date | None = None
    groups: tuple[GroupProgress, ...] = field(default=())
    carried: int = 0
    """Hours of earlier years that fill this one, where the society carries over."""

    @property
    def missing(self) -> int:
        """Hours still missing, over the year and over the groups that have a least."""
        return max(
            0,
            self.required - self.recognised - self.carried,
            sum(group.missing for group in self.groups),
        )

    @property
    def missing_audit_proof(self) -> int:
        """Hours of the requirement that are not audit-proof."""
        return max(0, self.required - self.carried - self.audit_proof)

    @property
    def last_on(self) -> date:
        """The last day of the year."""
        return self.ends_on - timedelta(days=1)


def year_progress(
    target: YearTarget,
    hours: YearHours,
    audit_proof: int,
    today: date,
    *,
    minimums: Mapping[str, int] | None = None,
    carried: int = 0,
) -> YearProgress:
    """How one year stands. `minimums` are the groups' least hours before relief, by code."""
    year = target.year
    groups = tuple(
        GroupProgress(code, reduced(least, target.months_relieved), hours.groups.get(code, 0))
        for code, least in (minimums or {}).items()
    )
    return YearProgress(
        index=year.index,
        starts_on=year.starts_on,
        ends_on=year.ends_on,
        required=target.required,
        recognised=hours.recognised,
        claimed=hours.claimed,
        audit_proof=audit_proof,
        verdict=verdict(
            target,
            hours.recognised + carried,
            today,
            minimums_met=not any(group.missing for group in groups),
        ),
        pace=pace(year, target.required, today),
        days_left=min(max((year.ends_on - today).days - 1, 0), year.days),
        running=year.starts_on <= today < year.ends_on,
        months_relieved=target.months_relieved,
        deferred_until=target.deferred_until,
        groups=groups,
        carried=carried,
    )


def term_progress(
    targets: Sequence[YearTarget],
    hours: Mapping[int, YearHours],
    audit_proof: Mapping[int, int],
    today: date,
    *,
    minimums: Mapping[str, int] | None = None,
    carry_over: CarryOver | None = None,
) -> tuple[YearProgress, ...]:
    """Every year of a term; hours and audit-proof hours by year index, absent is none."""
    carried = {} if carry_over is None else _carried(targets, hours, carry_over)
    return tuple(
        year_progress(
            target,
            hours.get(target.year.index, NO_HOURS),
            audit_proof.get(target.year.index, 0),
            today,
            minimums=minimums,
            carried=carried.get(target.year.index, 0),
        )
        for target in targets
    )


def minimums_of(rule_set: RuleSet) -> dict[str, int]:
    """The groups of a rule set that ask a least of each year, with their hours."""
    return {g.code: g.year_min for g in rule_set.groups.values() if g.year_min is not None}


def current_year(years: Iterable[YearProgress], today: date) -> YearProgress | None:
    """The year that holds the day; None before and after the term."""
    return next((year for year in years if year.starts_on <= today < year.ends_on), None)


def _carried(
    targets: Sequence[YearTarget], hours: Mapping[int, YearHours], carry_over: CarryOver
) -> dict[int, int]:
    """Hours that earlier years pass on to each year, the oldest first, each hour once."""
    left: dict[int, int] = {}
    carried: dict[int, int] = {}
    for target in targets:
        index = target.year.index
        recognised = hours.get(index, NO_HOURS).recognised
        wanted = max(0, target.required - recognised)
        for earlier in range(max(1, index - carry_over.years), index):
            taken = min(wanted, left[earlier])
            left[earlier] -= taken
            wanted -= taken
            carried[index] = carried.get(index, 0) + taken
        left[index] = min(max(0, recognised - target.required), carry_over.hours)
    return carried
