"""What a record that is being typed would come to: the live result of the log form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.domain.allocation import allocate
from cpd_app.domain.conversion import check_finished, convert
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.domain.keys import normal_key
from cpd_app.domain.kinds import Kind
from cpd_app.domain.program import Conversion
from cpd_app.domain.years import targets_of
from cpd_app.models import Activity, Credit, Term
from cpd_app.policy import Actor
from cpd_app.usecases.activities import own_activity
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.allocation import COLUMNS, credit_input
from cpd_app.usecases.cpd_years import cpd_years
from cpd_app.usecases.credits_shown import titles_of
from cpd_app.usecases.make_up_windows import bound_place
from cpd_app.usecases.places import Place, places_of
from cpd_app.usecases.progress import requirements_of
from cpd_app.usecases.rules_in_force import RuleInForce, Rules, compiled

#: stands for a record that has no number yet; entered after every other
NOT_YET = 2**62
#: a record that is being entered comes after every transfer
ENTERED_NOW = date.max


@dataclass(frozen=True)
class YearAfter:
    """The CPD year that the record falls in, with the record; hours in hundredths."""

    index: int
    required: int
    before: int
    after: int

    @property
    def missing(self) -> int:
        """Hours that would still be missing."""
        return max(0, self.required - self.after)


@dataclass(frozen=True)
class Preview:
    """The conversion, what the year would recognise of it and why, and the year afterwards."""

    kind: Kind
    rule: RuleInForce
    conversion: Conversion
    recognised: int
    reasons: tuple[dict[str, Any], ...]
    #: None outside every term
    year: YearAfter | None
    #: titles of the records that the reasons name
    titles: dict[int, str]


def rules_on(actor: Actor, day: date) -> RuleInForce:
    """The table that a member's record of this day is computed by.

    Raises Rejected `no_registration` (nothing to count for) and `no_rule_set`.
    """
    return Rules(_place_of(actor, day).society_id).on(day)


def usual_kinds(actor: Actor, *, most: int = 4) -> list[str]:
    """Codes of the kinds that the member logs most, the most frequent first."""
    rows = session.execute(
        select(Activity.kind, func.count().label("times"))
        .where(Activity.person_id == actor.person_id, Activity.state == "recorded")
        .group_by(Activity.kind)
        .order_by(func.count().desc(), Activity.kind)
        .limit(most)
    )
    return [row.kind for row in rows]


def year_of_day(actor: Actor, day: date) -> int | None:
    """Index of the CPD year that a finishing day counts in; None outside every term."""
    return _place_of(actor, day).year_index


def preview_of(
    actor: Actor, new: NewActivity, *, today: date, activity_id: int | None = None
) -> Preview:
    """What saving would come to; `activity_id` when a kept record is being corrected.

    Raises the refusals of domain.md §4, as saving would.
    """
    kept_record = own_activity(actor, activity_id) if activity_id is not None else None
    entered_on = kept_record.entered_on if kept_record is not None else today
    place = _place_of(actor, new.ended_on, entered_on)
    kept = _kept(kept_record, place)
    if kept is not None and kept.credit is not None:
        place = bound_place(place, kept.credit, new.ended_on) or place
    rule, ruled = _rule_and_ruling(kept, new, place)
    conversion = convert(rule.rule_set, new.flat, ruled)
    check_finished(new.ended_on, today)
    rows = [r for r in counted_rows(place.registration_id) if r.activity_id != activity_id]
    mine = as_row(new, place, rule, conversion, kept, ruled)
    inputs = [credit_input(r, compiled(r.rule_version_id)) for r in rows]
    before = allocate(inputs)
    after = allocate([*inputs, credit_input(mine, rule.rule_set)])
    result = after.records[mine.activity_id]
    year = None
    if place.term_id is not None and place.year_index is not None:
        slot = (place.term_id, place.year_index)
        year = YearAfter(
            index=place.year_index,
            required=_required(place),
            before=before.years[slot].recognised if slot in before.years else 0,
            after=after.years[slot].recognised,
        )
    return Preview(
        kind=rule.rule_set.kinds[new.kind],
        rule=rule,
        conversion=conversion,
        recognised=result.recognised,
        reasons=tuple(result.reasons),
        year=year,
        titles=titles_of(named_by(result.reasons)),
    )


def _place_of(actor: Actor, day: date, entered_on: date = ENTERED_NOW) -> Place:
    if actor.person_id is None:
        raise NotFound
    places = places_of(actor.person_id, day, entered_on)
    if not places:
        raise Rejected("no_registration")
    return places[0]


def counted_rows(registration_id: int) -> list[Any]:
    """The records that count for a registration, as `allocation.COLUMNS` brings them."""
    return list(
        session.execute(
            select(*COLUMNS)
            .join(Activity, Activity.id == Credit.activity_id)
            .where(
                Credit.registration_id == registration_id,
                Activity.state == "recorded",
                Credit.left_out.is_(False),
            )
        )
    )


@dataclass(frozen=True)
class _Kept:
    """The record that is being corrected, and its credit in the registration looked at."""

    activity: Activity
    credit: Credit | None


def _kept(activity: Activity | None, place: Place) -> _Kept | None:
    if activity is None:
        return None
    credit = session.scalar(
        select(Credit).where(
            Credit.activity_id == activity.id, Credit.registration_id == place.registration_id
        )
    )
    return _Kept(activity, credit)


def _rule_and_ruling(
    kept: _Kept | None, new: NewActivity, place: Place
) -> tuple[RuleInForce, int | None]:
    """As `credits.settle` does: the version stays while the day does, a ruling while all does."""
    rules = Rules(place.society_id)
    if kept is None or kept.credit is None or kept.activity.ended_on != new.ended_on:
        return rules.on(new.ended_on), None
    was, now = kept.activity, new
    same = (was.kind, was.fields, was.started_on) == (
        now.kind, dict(now.fields), now.started_on or now.ended_on
    )  # fmt: skip
    return rules.version(kept.credit.rule_version_id), kept.credit.ruled if same else None


def as_row(
    new: NewActivity,
    place: Place,
    rule: RuleInForce,
    conversion: Conversion,
    kept: _Kept | None = None,
    ruled: int | None = None,
) -> SimpleNamespace:
    """The record as `allocation.COLUMNS` would bring it once it is kept."""
    return SimpleNamespace(
        activity_id=kept.activity.id if kept else NOT_YET,
        kind=new.kind,
        ended_on=new.ended_on,
        started_on=new.started_on or new.ended_on,
        starts_at_time=new.starts_at_time,
        ends_at_time=new.ends_at_time,
        attended=None,
        conversion=conversion.hours,
        claimed=conversion.claimed,
        fields=dict(new.fields),
        achievement_norm=normal_key(new.achievement_key),
        term_id=place.term_id,
        year_index=place.year_index,
        rule_version_id=rule.version_id,
        different_from=kept.activity.different_from if kept else {},
        source=kept.activity.source if kept else "self",
        needs_ruling=conversion.needs_ruling,
        ruled=ruled,
        confirmed=kept.credit.confirmed if kept and kept.credit else None,
    )


def _required(place: Place) -> int:
    term = session.get_one(Term, place.term_id)
    society = term.registration.society
    years = cpd_years(term.starts_on, term.ends_on, society.year_kind)
    targets = targets_of(years, requirements_of(society.id))
    return next(t.required for t in targets if t.year.index == place.year_index)


def named_by(reasons: Iterable[Mapping[str, Any]]) -> set[int]:
    """The other records that reasons name."""
    return {r[name] for r in reasons for name in ("winner", "other") if name in r} - {NOT_YET}
