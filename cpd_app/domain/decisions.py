"""Deciding on a filing: what an outcome needs, what may be made up, who confirms (domain.md §8)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from cpd_app.domain.audits import FilingState
from cpd_app.domain.errors import NotAllowed, Rejected
from cpd_app.domain.hours import format_hours
from cpd_app.domain.years import months_after

#: hours are made up by a day at most so many months away
MAKE_UP_MONTHS = 6
#: letters of records that need no reader (organiser's and own scans, rosters, checked documents)
BULK_LETTERS = frozenset("ABCD")


class Outcome(StrEnum):
    """What the society decides."""

    PASSED = "passed"
    CONDITIONAL = "conditional"
    """Passed once hours are made up by a day."""
    REFUSED = "refused"


class DecisionState(StrEnum):
    """Where a decision stands."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    SENT_BACK = "sent_back"
    SET_ASIDE = "set_aside"
    """An appeal against it was upheld."""


#: the state of a filing whose decision is in force
STATES = {
    Outcome.PASSED: FilingState.PASSED,
    Outcome.CONDITIONAL: FilingState.CONDITIONAL,
    Outcome.REFUSED: FilingState.REFUSED,
}


@dataclass(frozen=True, slots=True)
class DecisionSetting:
    """What a society says about deciding; the defaults are §8's."""

    readers: int = 1
    """People who must have judged or proposed before anything is decided."""
    countersigned: frozenset[str] = frozenset({Outcome.CONDITIONAL, Outcome.REFUSED})
    """Outcomes that a second person confirms."""

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "DecisionSetting":
        """From a society's settings (`audits`). Conditional and refused always need two people."""
        told = settings.get("audits", {})
        always = {Outcome.CONDITIONAL, Outcome.REFUSED}
        return cls(
            readers=max(1, int(told.get("readers", 1))),
            countersigned=frozenset({*always, *told.get("countersigned", ())}),
        )


class Shortfall(NamedTuple):
    """Hours (hundredths) that a year has to have, or has to be made up."""

    year: int
    hours: int


@dataclass(frozen=True, slots=True)
class YearResult:
    """One year of a file after reading, in hundredths of 学时."""

    index: int
    required: int
    """After relief; 0 where all of it was relieved."""
    filed: int
    """Recognised when it was filed."""
    judged: int
    """Left by the judgements, and by records that need none."""
    made_up: int = 0
    """Made up later, bound to this year."""

    @property
    def missing(self) -> int:
        """What it lacks."""
        return max(0, self.required - self.judged - self.made_up)


@dataclass(frozen=True, slots=True)
class RecordResult:
    """What reading left of one record."""

    record_id: int
    year: int
    filed: int
    hours: int
    verdict: str | None
    """None: 未审，不需要."""
    judgement_id: int | None


class JudgedRecord(NamedTuple):
    """A judgement in force, as the sums need it."""

    judgement_id: int
    verdict: str
    hours: int


#: verdicts after which nothing of a record counts in a decision
NOTHING_LEFT = frozenset({"rejected", "evidence_wanted"})


def judged_down(judged: Mapping[int, JudgedRecord]) -> dict[int, int]:
    """What readers left of the records that they judged down, by record; 0 = nothing.

    What is accepted is no limit: the record is as it was filed, and the caps of its year are
    arithmetic, not a reader's word.
    """
    left = {k: 0 for k, said in judged.items() if said.verdict in NOTHING_LEFT}
    return {**left, **{k: said.hours for k, said in judged.items() if said.verdict == "reduced"}}


def results_of(
    records: Iterable[tuple[int, int, int]],
    judged: Mapping[int, JudgedRecord],
    regained: Mapping[int, int] | None = None,
) -> list[RecordResult]:
    """What is left of each record (id, year, recognised as filed).

    A record that nobody had to judge keeps its hours; one whose evidence is still wanted has none.
    No judgement gives more than was filed; `regained` are the hours of those that got back what a
    cap, a key or an overlap had taken for the sake of a record that was judged down.
    """
    most = judged_down(judged)
    made = []
    for record_id, year, filed in records:
        said = judged.get(record_id)
        hours = (regained or {}).get(record_id, filed)
        if said is None or said.verdict == "taken_back":
            made.append(RecordResult(record_id, year, filed, hours, None, None))
            continue
        hours = min(hours, most.get(record_id, hours))
        made.append(RecordResult(record_id, year, filed, hours, said.verdict, said.judgement_id))
    return made


def years_after_reading(
    required: Mapping[int, int],
    results: Iterable[RecordResult],
    made_up: Mapping[int, int] | None = None,
) -> tuple[YearResult, ...]:
    """The sums of every year that is required or has records."""
    filed: dict[int, int] = {}
    left: dict[int, int] = {}
    for result in results:
        filed[result.year] = filed.get(result.year, 0) + result.filed
        left[result.year] = left.get(result.year, 0) + result.hours
    return tuple(
        YearResult(
            year,
            required.get(year, 0),
            filed.get(year, 0),
            left.get(year, 0),
            (made_up or {}).get(year, 0),
        )
        for year in sorted({*required, *left})
    )


def shortfalls_of(years: Iterable[YearResult]) -> list[Shortfall]:
    """The years that lack hours, with how many."""
    return [Shortfall(y.index, y.missing) for y in years if y.missing]


def latest_make_up(today: date) -> date:
    """The last day until which hours may be made up (6 months, §8)."""
    return months_after(today, MAKE_UP_MONTHS)


def check_outcome(
    outcome: Outcome,
    years: Sequence[YearResult],
    *,
    make_up: Sequence[Shortfall] = (),
    until_on: date | None = None,
    today: date,
) -> None:
    """Refuse an outcome that the years do not bear out.

    Rejected: `year_not_met` (passed, the last year included), `nothing_to_make_up`,
    `make_up_missing`, `make_up_too_little`, `make_up_too_late`, `unknown_year`, `not_conditional`.
    """
    short = {s.year: s.hours for s in shortfalls_of(years)}
    if outcome is not Outcome.CONDITIONAL and (make_up or until_on):
        raise Rejected("not_conditional", "make_up")
    if outcome is Outcome.PASSED:
        for year, missing in short.items():
            raise Rejected("year_not_met", "outcome", year=year, missing=format_hours(missing))
    if outcome is Outcome.CONDITIONAL:
        _check_make_up(short, {y.index for y in years}, make_up, until_on, today)


def _check_make_up(
    short: Mapping[int, int],
    known: set[int],
    make_up: Sequence[Shortfall],
    until_on: date | None,
    today: date,
) -> None:
    if not short:
        raise Rejected("nothing_to_make_up", "outcome")
    asked: dict[int, int] = {}
    for year, hours in make_up:
        if year not in known or hours <= 0 or year in asked:
            raise Rejected("unknown_year", "make_up", year=year)
        asked[year] = hours
    for year, missing in short.items():
        if year not in asked:
            raise Rejected("make_up_missing", f"make_up_{year}", year=year)
        if asked[year] < missing:
            raise Rejected(
                "make_up_too_little", f"make_up_{year}", year=year, missing=format_hours(missing)
            )
    if until_on is None or not today < until_on <= latest_make_up(today):
        raise Rejected("make_up_too_late", "until_on", last=latest_make_up(today))


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person with what decides conflicts of interest."""

    person_id: int | None
    employer: str | None


def same_employer(one: str | None, other: str | None) -> bool:
    """Whether two people work at the same unit; white space and case do not matter."""
    first, second = ("".join((e or "").split()).casefold() for e in (one, other))
    return bool(first) and first == second


def check_impartial(who: Somebody, member: Somebody) -> None:
    """Nobody acts on their own file or on that of a colleague; NotAllowed."""
    if who.person_id == member.person_id:
        raise NotAllowed("own_file")
    if same_employer(who.employer, member.employer):
        raise NotAllowed("same_employer")


def check_two_people(proposer_id: int | None, who: Somebody, member: Somebody) -> None:
    """Who confirms is another than who proposed, and impartial; NotAllowed `second_person`."""
    check_impartial(who, member)
    if who.person_id is None or who.person_id == proposer_id:
        raise NotAllowed("second_person")


class LeftOut(StrEnum):
    """Why a file is not passed with the others."""

    OWN = "own_file"
    SAME_EMPLOYER = "same_employer"
    LETTER = "unchecked_record"
    """A record that counts is E or F."""
    CHECK = "open_check"
    """A named check is a blocker."""
    YEAR = "year_not_met"
    FLAGGED = "judged_down"
    """A reader reduced or rejected a record, or asks for evidence."""
    STATE = "other_state"


def bulk_obstacle(
    letters: Iterable[str],
    verdicts: Iterable[str],
    checks: Iterable[Mapping[str, Any]],
    years: Sequence[YearResult],
) -> LeftOut | None:
    """Why a file cannot be passed in bulk; `letters` are those of its counted records (§8)."""
    if not BULK_LETTERS.issuperset(letters):
        return LeftOut.LETTER
    if any(v not in {"accepted", "taken_back"} for v in verdicts):
        return LeftOut.FLAGGED
    if any(check.get("state") == "blocker" for check in checks):
        return LeftOut.CHECK
    if shortfalls_of(years):
        return LeftOut.YEAR
    return None


def letter_number(society_code: str, sort: str, year: int, number: int) -> str:
    """The number on a letter: whose, what (D decision, R return, V verification), when, which."""
    return f"{society_code.upper()[:20]}-{sort}{year}-{number:05d}"
