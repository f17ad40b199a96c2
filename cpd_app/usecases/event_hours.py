"""What an event can give: its plan out of the tables, the hours of it, whether staff know them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cpd_app.domain.agenda import (
    Doubt,
    Plan,
    PlannedPart,
    PlannedSession,
    PlannedSpeaker,
    deciding,
    doubts,
    record_of,
)
from cpd_app.domain.conversion import Conversion, convert
from cpd_app.domain.errors import Rejected
from cpd_app.models import AgendaPart, Event, EventSession
from cpd_app.usecases.rules_in_force import RuleInForce, Rules


@dataclass(frozen=True)
class Potential:
    """The most that one person can get from an event, by its owner's rule set."""

    conversion: Conversion
    rule: RuleInForce
    #: credited minutes of the plan, and those that the days allow
    minutes: int
    counted: int
    first_on: date
    last_on: date
    doubts: tuple[Doubt, ...]

    @property
    def hours(self) -> int:
        """Hundredths of 学时."""
        return self.conversion.hours


def plan_of(event: Event) -> Plan:
    """The plan of an event as the rules read it."""
    return Plan(
        kind=event.kind,
        fields=event.fields,
        zone=event.zone,
        missing_out=event.missing_out,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        sessions=tuple(planned_session(s) for s in event.sessions),
    )


def planned_session(session: EventSession) -> PlannedSession:
    """A session as the rules read it."""
    return PlannedSession(
        title=session.title,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        credited=session.credited,
        rehearsal=session.rehearsal,
        room=session.room,
        parts=tuple(_planned_part(p) for p in session.parts),
    )


def hours_it_can_give(event: Event) -> Potential | None:
    """The most one person can get, with the arithmetic; None while nothing is credited.

    By the owner's rule set on the last credited day. Raises what the rules refuse: unknown_kind,
    not_an_event_kind, no_rule_set, and the refusals of the kind's own fields.
    """
    return potential_of(plan_of(event), event.society_id)


def potential_of(plan: Plan, society_id: int | None) -> Potential | None:
    """As `hours_it_can_give`, of a plan that is not kept yet."""
    days = plan.days
    if days is None or plan.minutes < 1:
        return None
    rule = Rules(society_id).on(days[1])
    record = record_of(plan, rule.rule_set, plan.minutes, days)
    per_day = rule.rule_set.minutes_per_day
    return Potential(
        conversion=convert(rule.rule_set, record),
        rule=rule,
        minutes=plan.minutes,
        counted=min(plan.minutes, per_day * ((days[1] - days[0]).days + 1)),
        first_on=days[0],
        last_on=days[1],
        doubts=tuple(doubts(plan, per_day)),
    )


def check_kind(plan: Plan, society_id: int | None) -> None:
    """Refuse a kind or fields that the owner's rule set does not take, also with no agenda yet."""
    days = plan.days or (plan.starts_at.date(), plan.ends_at.date())
    rule_set = Rules(society_id).on(days[1]).rule_set
    convert(rule_set, record_of(plan, rule_set, max(plan.minutes, 1), days))


def terms_of(event: Event) -> dict[str, Any]:
    """Everything of an event that decides hours, to be compared with what staff approved."""
    return deciding(plan_of(event))


def needs_approval(event: Event) -> bool:
    """Whether an approved event was changed since in what decides hours.

    It goes on (nobody is turned away at the door), but is not settled before staff have looked.
    """
    return event.approved is not None and event.approved.get("terms") != terms_of(event)


def approved_hours(event: Event) -> int | None:
    """What staff approved, in hundredths of 学时; None: not yet."""
    found: Mapping[str, Any] = event.approved or {}
    hours = found.get("hours")
    return hours if isinstance(hours, int) else None


def hours_or_problem(event: Event) -> tuple[Potential | None, Rejected | None]:
    """The hours an event can give, or why the rules refuse it; for pages that show either."""
    try:
        return hours_it_can_give(event), None
    except Rejected as refusal:
        return None, refusal


def _planned_part(part: AgendaPart) -> PlannedPart:
    return PlannedPart(
        title=part.title,
        starts_at=part.starts_at,
        ends_at=part.ends_at,
        credited=part.credited,
        speakers=tuple(PlannedSpeaker(s.name, s.unit, s.number, s.kind) for s in part.speakers),
        id=part.id,
    )
