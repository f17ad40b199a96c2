"""What other rules would change for a society's members, counted before anything is kept."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.allocation import CreditInput
from cpd_app.domain.allocation import allocate as give_out
from cpd_app.domain.conversion import convert
from cpd_app.domain.errors import Rejected
from cpd_app.domain.kinds import RuleSet
from cpd_app.domain.years import CpdYear, targets_of
from cpd_app.models import PersonName, Registration, Society, Term
from cpd_app.usecases.allocation import counting_rows, credit_input
from cpd_app.usecases.cpd_years import cpd_years
from cpd_app.usecases.progress import requirements_of
from cpd_app.usecases.rules_in_force import compiled

#: years that ended longer ago are not looked at, unless the question is about a day before
LOOKS_BACK = timedelta(days=366)
#: difference in whole 学时 beyond which a histogram has one bar
WIDEST = 10
#: names are listed up to this number; the counts are of everybody
MOST_NAMED = 200


@dataclass(frozen=True)
class Question:
    """Which rules are tried on which records."""

    #: the rules for a record of COLUMNS that is looked at; None leaves it as it is
    rules_for: Callable[[Any], RuleSet | None]
    #: years that ended before this day are not looked at
    since: date
    today: date


@dataclass(frozen=True, slots=True)
class YearEffect:
    """One member's year before and with the other rules, in hundredths of 学时."""

    registration_id: int
    year: int
    required: int
    before: int
    after: int
    #: what each kind gains or loses, where that is not 0
    kinds: Mapping[str, int]

    @property
    def because(self) -> str | None:
        """The kind that loses most."""
        worst = min(self.kinds, key=lambda kind: self.kinds[kind], default=None)
        return worst if worst is not None and self.kinds[worst] < 0 else None

    @property
    def loses(self) -> bool:
        """Whether a year that is met would not be met any more."""
        return self.before >= self.required > self.after

    @property
    def gains(self) -> bool:
        """Whether a year that is not met would be."""
        return self.before < self.required <= self.after


@dataclass(slots=True)
class Effect:
    """Counts over a society; added up piece by piece, so that long work shows its progress."""

    members: int = 0
    changed: int = 0
    more: int = 0
    fewer: int = 0
    loses: list[YearEffect] = field(default_factory=list)
    losing: int = 0
    gaining: int = 0
    #: difference in whole 学时, cut at ±10 -> members
    histogram: dict[int, int] = field(default_factory=dict)
    #: kind -> (registration, year, hours) of the year that it changes most
    examples: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def add(self, of_member: list[YearEffect]) -> None:
        """Count one member."""
        self.members += 1
        difference = sum(y.after - y.before for y in of_member)
        if any(y.after != y.before for y in of_member):
            self.changed += 1
            self.more += difference > 0
            self.fewer += difference < 0
            bar = _bar(difference)
            self.histogram[bar] = self.histogram.get(bar, 0) + 1
        losing = [y for y in of_member if y.loses]
        self.losing += bool(losing)
        self.gaining += any(y.gains for y in of_member)
        self.loses += losing[: max(0, MOST_NAMED - len(self.loses))]
        for year in of_member:
            for kind, hours in year.kinds.items():
                if abs(hours) > abs(self.examples.get(kind, (0, 0, 0))[2]):
                    self.examples[kind] = (year.registration_id, year.year, hours)

    def as_json(self) -> dict[str, Any]:
        """What a finished job keeps."""
        return {
            "members": self.members,
            "changed": self.changed,
            "more": self.more,
            "fewer": self.fewer,
            "losing": self.losing,
            "gaining": self.gaining,
            "histogram": {str(k): v for k, v in sorted(self.histogram.items())},
            "examples": {kind: list(example) for kind, example in self.examples.items()},
            "loses": [
                {
                    "registration_id": y.registration_id,
                    "year": y.year,
                    "required": y.required,
                    "before": y.before,
                    "after": y.after,
                    "because": y.because,
                }
                for y in self.loses
            ],
        }


@dataclass(frozen=True)
class KindSide:
    """A kind's records of one year under one table, hours in hundredths."""

    conversion: int
    counted: int


@dataclass(frozen=True)
class KindEffect:
    """A kind of one member's year, before and with the other rules."""

    kind: str
    records: int
    before: KindSide
    after: KindSide


def members_touched(society_id: int, today: date) -> list[int]:
    """Registrations of a society whose certificate is running: those that rules could touch."""
    return list(
        session.scalars(
            select(Registration.id)
            .join(Term, Term.registration_id == Registration.id)
            .where(
                Registration.society_id == society_id,
                Term.starts_on <= today,
                Term.ends_on > today,
            )
            .order_by(Registration.id)
        )
    )


def draft_question(rule_set: RuleSet, *, today: date) -> Question:
    """What if this were in force: the running year and the one before, whole.

    In truth it will only apply to finishing days from its own day on, and nothing computed
    before changes.
    """
    return Question(lambda _row: rule_set, today - LOOKS_BACK, today)


def effect_on(effect: Effect, registration_ids: list[int], question: Question) -> None:
    """Add the effect on some registrations, over the years of their running term."""
    rows = _rows(registration_ids)
    for registration_id, term, years in _years(registration_ids, question):
        of_one = rows.get(registration_id, [])
        effect.add(_of_member(registration_id, term, years, of_one, question))


def effect_in_year(
    registration_id: int, year: int, question: Question
) -> tuple[YearEffect, list[KindEffect]] | None:
    """One member's year with its kinds that change; None for a year that is not looked at."""
    rows = _rows([registration_id]).get(registration_id, [])
    for _id, term, years in _years([registration_id], question):
        for effect in _of_member(registration_id, term, years, rows, question):
            if effect.year == year:
                return effect, _kinds(rows, term, years, year, question)
    return None


def names_of(registration_ids: Iterable[int]) -> dict[int, str]:
    """The present names of members, by registration."""
    rows = session.execute(
        select(Registration.id, PersonName.name)
        .join(PersonName, PersonName.person_id == Registration.person_id)
        .where(Registration.id.in_(list(registration_ids)))
        .order_by(PersonName.from_on)
    )
    return {r.id: r.name for r in rows}


def _rows(registration_ids: list[int]) -> dict[int, list[Any]]:
    rows: dict[int, list[Any]] = {}
    for row in counting_rows(registration_ids):
        rows.setdefault(row.registration_id, []).append(row)
    return rows


def _years(
    registration_ids: list[int], question: Question
) -> Iterable[tuple[int, int, list[tuple[CpdYear, int]]]]:
    """Of each registration: the running term and the years looked at, with what they require."""
    today = question.today
    rows = session.execute(
        select(
            Registration.id,
            Registration.society_id,
            Society.year_kind,
            Term.id.label("term_id"),
            Term.starts_on,
            Term.ends_on,
        )
        .join(Society, Society.id == Registration.society_id)
        .join(Term, Term.registration_id == Registration.id)
        .where(Registration.id.in_(registration_ids), Term.starts_on <= today, Term.ends_on > today)
    ).all()
    asked = {s: requirements_of(s) for s in {r.society_id for r in rows}}
    for row in rows:
        years = cpd_years(row.starts_on, row.ends_on, row.year_kind)
        targets = targets_of(years, asked[row.society_id])
        looked_at = [
            (t.year, t.required)
            for t in targets
            if t.year.starts_on <= today and t.year.ends_on > question.since
        ]
        yield row.id, row.term_id, looked_at


def _of_member(
    registration_id: int,
    term_id: int,
    years: list[tuple[CpdYear, int]],
    rows: list[Any],
    question: Question,
) -> list[YearEffect]:
    slots = {(term_id, year.index): required for year, required in years}
    given = give_out([_input(row, question, slots) for row in rows])
    effects = []
    for (term, index), required in slots.items():
        before = after = 0
        kinds: dict[str, int] = {}
        for row in rows:
            if (row.term_id, row.year_index) == (term, index):
                new = given.records[row.activity_id].recognised
                before, after = before + row.recognised, after + new
                kinds[row.kind] = kinds.get(row.kind, 0) + new - row.recognised
        changed = {kind: hours for kind, hours in kinds.items() if hours}
        effects.append(YearEffect(registration_id, index, required, before, after, changed))
    return effects


def _kinds(
    rows: list[Any],
    term_id: int,
    years: list[tuple[CpdYear, int]],
    index: int,
    question: Question,
) -> list[KindEffect]:
    slots = {(term_id, year.index): required for year, required in years}
    inputs = {row.activity_id: _input(row, question, slots) for row in rows}
    given = give_out(inputs.values())
    found = []
    of_year = [r for r in rows if (r.term_id, r.year_index) == (term_id, index)]
    for kind in sorted({r.kind for r in of_year}):
        of_kind = [r for r in of_year if r.kind == kind]
        before = KindSide(sum(r.conversion for r in of_kind), sum(r.recognised for r in of_kind))
        after = KindSide(
            sum(inputs[r.activity_id].conversion for r in of_kind),
            sum(given.records[r.activity_id].recognised for r in of_kind),
        )
        if before != after:
            found.append(KindEffect(kind, len(of_kind), before, after))
    return sorted(found, key=lambda k: -abs(k.after.counted - k.before.counted))


def _input(row: Any, question: Question, slots: Mapping[tuple[int, int], int]) -> CreditInput:
    """The record as the other rules would have it; years not looked at stay as they are."""
    looked_at = (row.term_id, row.year_index) in slots
    rule_set = question.rules_for(row) if looked_at else None
    if rule_set is None:
        return credit_input(row, compiled(row.rule_version_id))
    record = {
        "kind": row.kind,
        "started_on": row.started_on,
        "ended_on": row.ended_on,
        **row.fields,
    }
    kind = rule_set.kinds.get(row.kind)
    ruled = row.ruled if kind is not None and kind.needs_ruling else None
    try:
        made = convert(rule_set, record, ruled)
    except Rejected:
        # The other rules do not take the record: it would give nothing.
        return credit_input(row, compiled(row.rule_version_id), conversion=0)
    return credit_input(row, rule_set, conversion=made.hours)


def _bar(difference: int) -> int:
    """Whole 学时 away from zero, so that half an hour is seen; the outer bars are open."""
    whole = -(-abs(difference) // 100)
    return max(-WIDEST, min(WIDEST, whole if difference > 0 else -whole))
