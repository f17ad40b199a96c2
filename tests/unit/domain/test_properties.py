"""What holds for every record and every log, not only for the examples we thought of."""

import dataclasses
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cpd_app.domain.after_reading import hours_after_reading
from cpd_app.domain.allocation import CreditInput, allocate
from cpd_app.domain.conversion import convert
from cpd_app.domain.errors import Rejected
from cpd_app.domain.kinds import Field, FieldType, Kind
from cpd_app.domain.years import (
    Boundary,
    Reduction,
    five_year_term,
    relieved_months,
    required_in,
    years_of,
)
from cpd_app.rulesets import default_rule_set
from tests.support.rules import TERM, YEARS, year_index

EXAMPLES = settings(deadline=None, max_examples=60)
KINDS = default_rule_set().usable_kinds
MOST_OF_A_KIND = {
    "degree_course": 15, "exam": 10, "conference": 12, "talk": 8, "lecture": 16, "standard": 40,
    "research": 36, "paper": 16, "book": 30, "patent": 20, "review": 8, "exam_setting": 20,
    "service": 8, "office": 4, "other": 10,
}  # fmt: skip
REFUSALS = {
    "unknown_kind", "unknown_field", "choose_one", "missing_field", "unknown_value",
    "ends_before_start", "bad_value", "too_many_minutes", "too_many_days",
}  # fmt: skip
DAYS = st.dates(TERM.starts_on - timedelta(days=60), TERM.ends_on + timedelta(days=60))


def values_of(field: Field) -> st.SearchStrategy[Any]:
    match field.type:
        case FieldType.CHOICE:
            return st.sampled_from(list(field.choices))
        case FieldType.BOOLEAN:
            return st.booleans()
        case FieldType.MINUTES:
            return st.integers(1, 450)
        case FieldType.DAYS:
            return st.sampled_from([0.5, 1])
        case FieldType.HOURS:
            return st.integers(0, 80).map(lambda halves: halves / 4)
    return st.integers(field.minimum, 30_000)


@st.composite
def records(draw: st.DrawFn, kinds: tuple[Kind, ...] = KINDS) -> dict[str, Any]:
    kind = draw(st.sampled_from(kinds))
    chosen = draw(st.sampled_from(kind.one_of)) if kind.one_of else None
    record: dict[str, Any] = {"kind": kind.code, "ended_on": draw(DAYS).isoformat()}
    for code, field in kind.fields.items():
        if field.alternative and code != chosen:
            continue
        needed = field.required or field.alternative or field.required_when is not None
        if needed or draw(st.booleans()):
            record[code] = draw(values_of(field))
    return record


@st.composite
def logs(draw: st.DrawFn) -> list[CreditInput]:
    made = []
    for order, record in enumerate(draw(st.lists(records(), max_size=25))):
        converted = convert(default_rule_set(), record)
        day = date.fromisoformat(record["ended_on"])
        year = year_index(day)
        made.append(
            CreditInput(
                ref=order,
                order=order,
                kind=record["kind"],
                rule_set=default_rule_set(),
                ended_on=day,
                conversion=converted.hours,
                claimed=converted.claimed,
                fields=record,
                achievement_key=draw(st.sampled_from([None, "k1", "K 1", "k2"])),
                term=None if year is None else "term",
                year=year,
            )
        )
    return made


@EXAMPLES
@given(records(tuple(k for k in KINDS if "minutes" in k.fields and not k.one_of)), st.data())
def test_more_minutes_never_give_fewer_hours(record: dict[str, Any], data: st.DataObject):
    more = {**record, "minutes": data.draw(st.integers(record["minutes"], 450))}
    rules = default_rule_set()
    assert convert(rules, more).hours >= convert(rules, record).hours


@EXAMPLES
@given(records())
def test_no_record_gives_more_than_its_item_cap_and_hours_stand_on_the_step(
    record: dict[str, Any],
):
    made = convert(default_rule_set(), record)
    assert made.hours % 50 == 0
    assert made.claimed % 50 == 0
    assert 0 <= made.hours <= made.claimed <= 100 * MOST_OF_A_KIND.get(record["kind"], 20)
    if made.trace:
        assert made.trace[-1]["hours"] == made.hours


@EXAMPLES
@given(records())
def test_converting_again_gives_the_same(record: dict[str, Any]):
    first, second = (convert(default_rule_set(), dict(record)) for _ in range(2))
    assert (first, first.trace) == (second, second.trace)


@EXAMPLES
@given(
    st.dictionaries(
        st.sampled_from(["kind", "ended_on", "started_on", "minutes", "level", "rank", "days"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.none()),
    ),
    st.sampled_from([*(k.code for k in KINDS), "job"]),
)
def test_whatever_is_sent_is_converted_or_refused_with_a_code(record: dict[str, Any], kind: str):
    try:
        outcome: int | str = convert(default_rule_set(), {"kind": kind, **record}).hours
    except Rejected as refusal:
        outcome = refusal.code
    assert outcome in REFUSALS or (isinstance(outcome, int) and outcome >= 0)


@EXAMPLES
@given(logs())
def test_no_year_gives_a_kind_more_than_its_cap(log: list[CreditInput]):
    given_out = allocate(log).records
    sums: dict[tuple[Any, ...], int] = {}
    for credit in log:
        result = given_out[credit.ref]
        assert 0 <= result.recognised <= result.alone <= credit.conversion
        place = (credit.year, credit.kind, bool(credit.fields.get("abroad")))
        sums[place] = sums.get(place, 0) + result.recognised
    for (_, kind, abroad), hours in sums.items():
        for cap in default_rule_set().kinds[kind].year_caps:
            most = cap.values[abroad] if cap.by else cap.hours
            assert most is not None
            assert hours <= most


@EXAMPLES
@given(logs())
def test_a_key_is_credited_at_most_once_in_a_term(log: list[CreditInput]):
    given_out = allocate(log).records
    for key in ("k1", "k2"):
        winners = [
            c.ref
            for c in log
            if (c.achievement_key or "").replace(" ", "").lower() == key
            and c.kind != "standard_committee"
            and c.year is not None
            and given_out[c.ref].recognised > 0
        ]
        assert len(winners) <= 1


@EXAMPLES
@given(logs(), st.randoms(use_true_random=False))
def test_the_order_in_which_records_are_handed_in_changes_nothing(
    log: list[CreditInput], dice: Any
):
    shuffled = list(log)
    dice.shuffle(shuffled)
    first, second = allocate(log), allocate(shuffled)
    assert first.records == second.records
    assert first.years == second.years


@EXAMPLES
@given(logs(), st.randoms(use_true_random=False))
def test_the_order_of_entry_changes_only_what_shares_a_finishing_day(
    log: list[CreditInput], dice: Any
):
    apart = [
        dataclasses.replace(credit, ended_on=TERM.starts_on + timedelta(days=number), year=1)
        if credit.year is not None
        else credit
        for number, credit in enumerate(log)
    ]
    orders = list(range(len(apart)))
    dice.shuffle(orders)
    entered_otherwise = [
        dataclasses.replace(credit, order=order)
        for credit, order in zip(apart, orders, strict=True)
    ]
    assert allocate(apart).records == allocate(entered_otherwise).records


@EXAMPLES
@given(logs())
def test_year_sums_are_the_sums_of_their_records(log: list[CreditInput]):
    made = allocate(log)
    total = sum(result.recognised for result in made.records.values())
    assert sum(year.recognised for year in made.years.values()) == total
    claimed = sum(c.claimed for c in log if c.year is not None)
    assert sum(year.claimed for year in made.years.values()) == claimed


@EXAMPLES
@given(st.dates(date(1999, 1, 1), date(2090, 12, 31)), st.sampled_from(list(Boundary)))
def test_the_years_of_a_term_cover_it_without_gap_or_overlap(starts_on: date, boundary: Boundary):
    term = five_year_term(starts_on)
    years = years_of(term, boundary)
    assert len(years) in (5, 6)
    assert (years[0].starts_on, years[-1].ends_on) == (term.starts_on, term.ends_on)
    for year, following in pairwise(years):
        assert year.ends_on == following.starts_on
    for year in years:
        assert 0 < year.days <= year.whole_days
        assert 0 < required_in(year, ()) <= 5000


@EXAMPLES
@given(st.lists(st.tuples(DAYS, st.integers(1, 900)), max_size=6))
def test_relief_never_exceeds_24_months_and_a_longer_one_never_helps_less(
    spans: list[tuple[date, int]],
):
    reliefs = [Reduction(day, day + timedelta(days=days)) for day, days in spans]
    months = relieved_months(YEARS, reliefs)
    assert sum(months.values()) <= 24
    longer = [Reduction(r.from_on, r.to_on + timedelta(days=40)) for r in reliefs]
    assert sum(relieved_months(YEARS, longer).values()) >= sum(months.values())


@EXAMPLES
@given(logs(), st.data())
def test_after_reading_a_file_comes_to_what_its_surviving_records_come_to(
    log: list[CreditInput], data: st.DataObject
):
    rejected = {c.ref for c in log if data.draw(st.booleans())}
    reduced = {
        c.ref: data.draw(st.integers(1, c.conversion // 50)) * 50
        for c in log
        if c.ref not in rejected and c.conversion >= 50 and data.draw(st.booleans())
    }
    filed = {ref: given_.recognised for ref, given_ in allocate(log).records.items()}

    left = hours_after_reading(log, filed, {**dict.fromkeys(rejected, 0), **reduced})

    survivors = [
        dataclasses.replace(c, confirmed=reduced.get(c.ref)) for c in log if c.ref not in rejected
    ]
    alone = {ref: given_.recognised for ref, given_ in allocate(survivors).records.items()}
    assert left == {**dict.fromkeys(rejected, 0), **alone}
