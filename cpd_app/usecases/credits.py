"""学时认定: what each registration makes of a record, and how a year's hours are given out."""

from collections.abc import Container, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update

from cpd_app.db import session
from cpd_app.domain.conversion import convert
from cpd_app.domain.errors import Rejected
from cpd_app.domain.program import Conversion
from cpd_app.models import Activity, Credit, Registration, Ruling
from cpd_app.policy import Actor
from cpd_app.usecases.allocation import allocate, allocate_many
from cpd_app.usecases.make_up_windows import bound_place
from cpd_app.usecases.places import Place, places_among, places_of, terms_of
from cpd_app.usecases.rules_in_force import RuleInForce, Rules

#: what a ruling does not rest on
TEXT_ONLY = frozenset(
    {
        "organiser",
        "place",
        "competences",
        "reflection",
        "achievement_key",
        "starts_at_time",
        "ends_at_time",
    }
)
#: what no paper shows
SAID_BY_MEMBER = frozenset({"competences", "reflection"})


def settle(
    actor: Actor,
    activity: Activity,
    *,
    now: datetime,
    changed: frozenset[str] = frozenset(),
    is_new: bool = False,
) -> None:
    """Make, change or take away the credits of a record, and give out the hours again.

    `changed` names what a correction changed: a ruling and a check of papers stand only for the
    record they were made on, and a record keeps its rule version unless its finishing day moved.

    The conversion is fixed at entry; the allocation of every registration it touches is
    recomputed in the same transaction, under a lock on the registration (domain.md §4).
    """
    places = _places_now(activity)
    if activity.state == "recorded" and not places:
        raise Rejected("no_registration")
    touched = {p.registration_id for p in places}
    if not is_new:
        touched |= _credited_by([activity.id])
    # In one order everywhere: two records of one member never wait for each other.
    for registration_id in sorted(touched):
        lock(registration_id)
    _place(activity, places, changed=changed, is_new=is_new, strict=True)
    for registration_id in sorted(touched):
        allocate(actor, registration_id, now=now, cause_id=activity.id)


def settle_again(
    actor: Actor, person_id: int, activities: Sequence[Activity], *, now: datetime
) -> None:
    """Place records anew after the terms or registrations of their member have changed.

    What a society's table does not take gives nothing there; it is no reason to refuse the change.
    """
    ids = [a.id for a in activities]
    own = select(Registration.id).where(Registration.person_id == person_id)
    for registration_id in sorted({*session.scalars(own), *_credited_by(ids)}):
        lock(registration_id)
    # Read under the lock: what was credited meanwhile is given out again too.
    touched = _credited_by(ids)
    for activity in activities:
        places = _places_now(activity)
        touched |= {p.registration_id for p in places}
        _place(activity, places, changed=frozenset(), is_new=False, strict=False)
    allocate_many(actor, sorted(touched), now=now, entered=frozenset(ids))


def settle_many(
    actor: Actor,
    activities: Sequence[Activity],
    *,
    now: datetime,
    new: Container[int] = (),
    moved: Container[int] = (),
) -> None:
    """Place the records of many members at once (an event's attendance); a dozen statements.

    `new`: those that have no credits yet; `moved`: those whose finishing day changed. What a
    table does not take gives nothing there, with the reason.
    """
    ids = [a.id for a in activities]
    terms = terms_of(sorted({a.person_id for a in activities}))
    places = {
        a.id: places_among(terms.get(a.person_id, []), a.ended_on, a.entered_on)
        if a.state == "recorded"
        else []
        for a in activities
    }
    touched = {p.registration_id for found in places.values() for p in found}
    # The same order everywhere: two who settle the same registrations never wait in a circle.
    lock_many(sorted(touched | _credited_by(ids)))
    existing: dict[int, dict[int, Credit]] = {}
    credited = select(Credit).where(Credit.activity_id.in_(ids))
    for credit in session.scalars(credited.execution_options(populate_existing=True)):
        existing.setdefault(credit.activity_id, {})[credit.registration_id] = credit
        touched.add(credit.registration_id)
    tables = _Tables()
    for activity in activities:
        changed = frozenset({"ended_on"}) if activity.id in moved else frozenset()
        credits_ = {} if activity.id in new else existing.get(activity.id, {})
        _place_in(activity, places[activity.id], credits_, tables, changed=changed, strict=False)
    session.flush()
    allocate_many(actor, sorted(touched), now=now, entered=frozenset(ids))


class _Tables(dict[int, Rules]):
    """The rules of societies, read once each."""

    def __missing__(self, society_id: int) -> Rules:
        self[society_id] = Rules(society_id)
        return self[society_id]


def _places_now(activity: Activity) -> list[Place]:
    """Where a record belongs: nowhere unless it is recorded."""
    if activity.state != "recorded":
        return []
    return places_of(activity.person_id, activity.ended_on, activity.entered_on)


def _credited_by(activity_ids: Sequence[int]) -> set[int]:
    """The registrations that credit some records."""
    rows = select(Credit.registration_id).where(Credit.activity_id.in_(activity_ids))
    return set(session.scalars(rows.distinct()))


def _place(
    activity: Activity,
    places: Sequence[Place],
    *,
    changed: frozenset[str],
    is_new: bool,
    strict: bool,
) -> None:
    """Make a record's credits those of its places; the caller holds the registrations' locks."""
    existing: dict[int, Credit] = {} if is_new else _credits_of(activity.id)
    _place_in(activity, places, existing, _Tables(), changed=changed, strict=strict)
    session.flush()


def _place_in(
    activity: Activity,
    places: Sequence[Place],
    existing: dict[int, Credit],
    tables: _Tables,
    *,
    changed: frozenset[str],
    strict: bool,
) -> None:
    if activity.state != "recorded":
        for kept in existing.values():
            kept.recognised, kept.reasons = 0, [{"code": activity.state}]
        return
    places = [*places, *_bound_elsewhere(places, existing, activity.ended_on)]
    for number, natural in enumerate(places):
        place, credit = natural, existing.get(natural.registration_id)
        if credit is not None:
            _let_go(credit, changed)
            place = _bound(natural, credit, activity.ended_on)
        rules, same_day = tables[place.society_id], "ended_on" not in changed
        _credit(activity, place, credit, rules, strict=strict and number == 0, same_day=same_day)
    here = {p.registration_id for p in places}
    _take_away([c.id for c in existing.values() if c.registration_id not in here])


def _bound(place: Place, credit: Credit, ended_on: date) -> Place:
    """The year that a record makes up for, while that is still open; else its own year."""
    bound = bound_place(place, credit, ended_on)
    if bound is None:
        credit.bound_term_id = credit.bound_year = None
        credit.bound_source = credit.bound_source_id = None
    return bound or place


def _bound_elsewhere(
    places: Sequence[Place], existing: dict[int, Credit], ended_on: date
) -> list[Place]:
    """Where a record makes up for a year though its own day lies in another registration's term."""
    here = {p.registration_id for p in places}
    found = []
    for credit in existing.values():
        if credit.registration_id in here or credit.bound_term_id is None:
            continue
        registration = session.get_one(Registration, credit.registration_id)
        nowhere = Place(registration.id, registration.society_id, None, None)
        if bound_place(nowhere, credit, ended_on) is not None:
            found.append(nowhere)
    return found


def _let_go(credit: Credit, changed: frozenset[str]) -> None:
    """What staff said holds for the record they saw: a ruling, and that its papers fit."""
    if credit.ruled is not None and changed - TEXT_ONLY:
        credit.ruled = None
        _keep_as_precedents([credit.id])
    if changed - SAID_BY_MEMBER:
        credit.checked_at = credit.checked_by_id = None


def _credits_of(activity_id: int) -> dict[int, Credit]:
    """A record's credits by registration, as they are under the lock."""
    found = session.scalars(
        select(Credit)
        .where(Credit.activity_id == activity_id)
        .execution_options(populate_existing=True)
    )
    return {credit.registration_id: credit for credit in found}


def lock(registration_id: int) -> None:
    """Wait for whoever gives out this registration's hours (SQLite writers wait by themselves)."""
    session.execute(
        update(Registration)
        .where(Registration.id == registration_id)
        .values(version=Registration.version + 1)
        .execution_options(synchronize_session=False)
    )


def lock_many(registration_ids: Sequence[int]) -> None:
    """The same for many, always in one order."""
    of_these = Registration.id.in_(registration_ids)
    held = select(Registration.id).where(of_these).order_by(Registration.id)
    session.execute(held.with_for_update(key_share=True)).all()
    session.execute(
        update(Registration)
        .where(of_these)
        .values(version=Registration.version + 1)
        .execution_options(synchronize_session=False)
    )


def touch(activity_id: int) -> None:
    """Say that what a record's registrations stand on has changed, though no hours did."""
    of_record = select(Credit.registration_id).where(Credit.activity_id == activity_id)
    session.execute(
        update(Registration)
        .where(Registration.id.in_(of_record))
        .values(version=Registration.version + 1)
        .execution_options(synchronize_session=False)
    )


def _credit(
    activity: Activity,
    place: Place,
    credit: Credit | None,
    rules: Rules,
    *,
    strict: bool,
    same_day: bool,
) -> None:
    """Convert the record for one registration; only the first one's refusal is the member's."""
    if credit is not None and same_day:
        rule = rules.version(credit.rule_version_id)
    else:
        rule = rules.on(activity.ended_on)
    made, reasons = _converted(activity, rule, credit, strict=strict)
    if credit is None:
        credit = Credit(
            activity_id=activity.id,
            registration_id=place.registration_id,
            recognised=0,
            reasons=[],
        )
        session.add(credit)
    credit.term_id, credit.year_index = place.term_id, place.year_index
    credit.rule_version_id = rule.version_id
    credit.conversion, credit.claimed = made.hours, made.claimed
    credit.needs_ruling = made.needs_ruling
    credit.trace = made.trace
    credit.reasons = [{"code": "left_out"}] if credit.left_out else reasons


def _converted(
    activity: Activity, rule: RuleInForce, credit: Credit | None, *, strict: bool
) -> tuple[Conversion, list[Any]]:
    ruled = ruling_for(rule, activity.kind, credit.ruled if credit else None)
    try:
        made = convert(rule.rule_set, flat_of(activity), ruled)
    except Rejected as refusal:
        if strict:
            raise
        # Another society's table does not know the record: it gives nothing there.
        made = Conversion(hours=0, claimed=0, needs_ruling=False, steps=())
        return made, [{"code": "not_in_table", "refusal": refusal.code}]
    return made, []


def ruling_for(rule: RuleInForce, kind: str, ruled: int | None) -> int | None:
    """What staff fixed (hundredths), where the version leaves the kind to a ruling."""
    known = rule.rule_set.kinds.get(kind)
    return ruled if known is not None and known.needs_ruling else None


def flat_of(activity: Activity) -> dict[str, Any]:
    """The record as the conversion reads it."""
    return {
        "kind": activity.kind,
        "started_on": activity.started_on,
        "ended_on": activity.ended_on,
        **activity.fields,
    }


def _take_away(ids: Sequence[int]) -> None:
    """Credits of registrations that the record does not belong to any more."""
    if not ids:
        return
    _keep_as_precedents(ids)
    session.execute(delete(Credit).where(Credit.id.in_(ids)))


def _keep_as_precedents(credit_ids: Sequence[int]) -> None:
    """Rulings on credits that are no more what was ruled on: in force on nothing."""
    session.execute(update(Ruling).where(Ruling.credit_id.in_(credit_ids)).values(credit_id=None))
