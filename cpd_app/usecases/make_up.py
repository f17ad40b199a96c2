"""补足: a record is bound to an earlier year, and counts for that one instead of its own."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.domain.register import CLOSED
from cpd_app.models import Activity, Credit, Registration
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.activity_changes import note_change
from cpd_app.usecases.credits import settle
from cpd_app.usecases.make_up_windows import Window, windows_of
from cpd_app.usecases.registrations_shown import registrations_of
from cpd_app.usecases.rules_in_force import Rules

__all__ = [
    "Window",
    "bind_record",
    "bindable_years",
    "make_up_choices",
    "release_bindings",
    "unbind_record",
]


@dataclass(frozen=True)
class Choice:
    """A binding of a record, or one that is offered."""

    registration_id: int
    #: of the registration, unless it is the one that the record is looked at in
    number: str
    #: the year that it makes up for now; None = the window is offered
    bound_year: int | None
    window: Window | None


def bindable_years(registration_id: int, ended_on: date) -> list[Window]:
    """The earlier years that a record of this finishing day may make up for, one window each.

    Of several windows of one year it is the one that is open longest. Two statements; whoever
    calls has checked that the actor may read the registration.
    """
    best: dict[tuple[int, int], Window] = {}
    for window in windows_of(registration_id):
        key = (window.term_id, window.year)
        if window.holds(ended_on) and (key not in best or window.until_on > best[key].until_on):
            best[key] = window
    return list(best.values())


def bind_record(
    actor: Actor,
    activity_id: int,
    registration_id: int,
    year: int,
    *,
    term_id: int | None = None,
    now: datetime,
) -> Credit:
    """Let a record count for an earlier year that is deferred or must be made up, and for it only.

    Its hours leave the year of its finishing day: nothing counts twice (domain.md §3, §8). Without
    `term_id` the latest term with such a year. Its member may bind it also where its finishing day
    lies in no term but another registration's: §8 lets hours be made up after a term's end.
    Raises Rejected `cannot_make_up`, `not_bindable`.
    """
    activity, credit = _held(actor, activity_id, registration_id, also_uncredited=True)
    if activity.state != "recorded" or credit.left_out:
        raise Rejected("cannot_make_up")
    fitting = [
        window
        for window in bindable_years(registration_id, activity.ended_on)
        if window.year == year and term_id in (None, window.term_id)
    ]
    if not fitting:
        raise Rejected("not_bindable", "year", year=year)
    window = fitting[-1]
    if (credit.bound_term_id, credit.bound_year) != (window.term_id, window.year):
        _set(actor, activity, credit, window, now=now)
    return credit


def unbind_record(actor: Actor, activity_id: int, registration_id: int, *, now: datetime) -> None:
    """Let a record count for the year of its finishing day again; nothing when it does."""
    activity, credit = _held(actor, activity_id, registration_id)
    if credit.bound_term_id is not None:
        _set(actor, activity, credit, None, now=now)


def release_bindings(actor: Actor, source: str, source_id: int, *, now: datetime) -> int:
    """Place the records anew that are bound by a relief or decision; returns how many.

    For whoever ends a window: what another open window of the same year holds stays bound.
    """
    rows = session.scalars(
        select(Activity)
        .join(Credit, Credit.activity_id == Activity.id)
        .where(Credit.bound_source == source, Credit.bound_source_id == source_id)
        .order_by(Activity.id)
    ).all()
    for activity in rows:
        settle(actor, activity, now=now)
    return len(rows)


def make_up_choices(actor: Actor, activity: Activity, registration: Registration) -> list[Choice]:
    """What a record makes up for, and may make up for: here, and for its member elsewhere.

    `registration` is the one that the record is looked at in. Whoever calls has checked that the
    actor may read the record.
    """
    looked_at = [registration]
    if actor.person_id == activity.person_id:
        looked_at += [r for r in registrations_of(activity.person_id) if r.id != registration.id]
    credited = {
        credit.registration_id: credit
        for credit in session.scalars(select(Credit).where(Credit.activity_id == activity.id))
    }
    choices = []
    for one in looked_at:
        credit, number = credited.get(one.id), one.number if one is not registration else ""
        if credit is not None and credit.left_out:
            continue
        if credit is not None and credit.bound_year is not None:
            choices.append(Choice(one.id, number, credit.bound_year, None))
        elif credit is not None or _goes_on(one):
            windows = bindable_years(one.id, activity.ended_on)
            choices += [Choice(one.id, number, None, window) for window in windows]
    return choices


def _goes_on(registration: Registration) -> bool:
    """Whether hours can still be made up in it: not cancelled, not revoked."""
    return bool(registration.terms) and registration.terms[-1].state not in CLOSED


def _held(
    actor: Actor, activity_id: int, registration_id: int, *, also_uncredited: bool = False
) -> tuple[Activity, Credit]:
    registration = session.get(Registration, registration_id)
    credit = session.scalar(
        select(Credit).where(
            Credit.activity_id == activity_id, Credit.registration_id == registration_id
        )
    )
    activity = session.get(Activity, activity_id)
    if registration is None or activity is None:
        raise NotFound
    if credit is None:
        own = actor.person_id == activity.person_id == registration.person_id
        if not (also_uncredited and own and _goes_on(registration)):
            raise NotFound
        credit = _uncredited(activity, registration)
    target = Target(owner_id=registration.person_id, societies=frozenset({registration.society_id}))
    require(actor, Permission.BIND_RECORD, target)
    session.refresh(activity, with_for_update={"key_share": True})
    session.refresh(credit)
    return activity, credit


def _uncredited(activity: Activity, registration: Registration) -> Credit:
    """A credit where the finishing day gives none; it stands only while it is bound."""
    rule = Rules(registration.society_id).on(activity.ended_on)
    credit = Credit(
        activity_id=activity.id,
        registration_id=registration.id,
        rule_version_id=rule.version_id,
        conversion=0,
        claimed=0,
        recognised=0,
        trace=[],
        reasons=[],
    )
    session.add(credit)
    session.flush()
    return credit


def _set(
    actor: Actor, activity: Activity, credit: Credit, window: Window | None, *, now: datetime
) -> None:
    before, credit_id, registration_id = credit.bound_year, credit.id, credit.registration_id
    after = window.year if window else None
    credit.bound_term_id = window.term_id if window else None
    credit.bound_year = after
    credit.bound_source = window.source if window else None
    credit.bound_source_id = window.source_id if window else None
    session.flush()
    settle(actor, activity, now=now)
    activity.version += 1
    verb = "bound" if window else "unbound"
    note_change(actor, activity, verb, {"bound_year": [before, after]}, now=now)
    journal.record(
        actor,
        f"credit.{verb}",
        "credit",
        credit_id,
        now=now,
        data={
            "registration": registration_id,
            "activity": activity.id,
            "year": [before, after],
            "source": window.source if window else None,
            "source_id": window.source_id if window else None,
        },
    )
