"""补足: a record is bound to an earlier year, and counts for that one instead of its own."""

from datetime import date, datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.models import Activity, Credit, Registration
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.activity_changes import note_change
from cpd_app.usecases.credits import settle
from cpd_app.usecases.make_up_windows import Window, windows_of

__all__ = ["Window", "bind_record", "bindable_years", "release_bindings", "unbind_record"]


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
    `term_id` the latest term with such a year. Raises Rejected `cannot_make_up`, `not_bindable`.
    """
    activity, credit = _held(actor, activity_id, registration_id)
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


def unbind_record(actor: Actor, activity_id: int, registration_id: int, *, now: datetime) -> Credit:
    """Let a record count for the year of its finishing day again; nothing when it does."""
    activity, credit = _held(actor, activity_id, registration_id)
    if credit.bound_term_id is not None:
        _set(actor, activity, credit, None, now=now)
    return credit


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


def _held(actor: Actor, activity_id: int, registration_id: int) -> tuple[Activity, Credit]:
    registration = session.get(Registration, registration_id)
    credit = session.scalar(
        select(Credit).where(
            Credit.activity_id == activity_id, Credit.registration_id == registration_id
        )
    )
    if registration is None or credit is None:
        raise NotFound
    target = Target(owner_id=registration.person_id, societies=frozenset({registration.society_id}))
    require(actor, Permission.BIND_RECORD, target)
    activity = session.get_one(Activity, activity_id)
    session.refresh(activity, with_for_update={"key_share": True})
    session.refresh(credit)
    return activity, credit


def _set(
    actor: Actor, activity: Activity, credit: Credit, window: Window | None, *, now: datetime
) -> None:
    before = credit.bound_year
    credit.bound_term_id = window.term_id if window else None
    credit.bound_year = window.year if window else None
    credit.bound_source = window.source if window else None
    credit.bound_source_id = window.source_id if window else None
    session.flush()
    settle(actor, activity, now=now)
    activity.version += 1
    verb = "bound" if window else "unbound"
    note_change(actor, activity, verb, {"bound_year": [before, credit.bound_year]}, now=now)
    journal.record(
        actor,
        f"credit.{verb}",
        "credit",
        credit.id,
        now=now,
        data={
            "registration": credit.registration_id,
            "activity": activity.id,
            "year": [before, credit.bound_year],
            "source": credit.bound_source,
            "source_id": credit.bound_source_id,
        },
    )
