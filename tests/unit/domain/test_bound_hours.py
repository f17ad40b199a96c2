"""Deferred and made-up hours count for the year that they are bound to, and nowhere twice (§3, §8).

Light records, so that hundreds of logs are tried; what the database makes of the same acts is in
tests/integration/usecases/test_make_up.py.
"""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from cpd_app.domain.allocation import CreditInput, allocate
from cpd_app.rulesets import default_rule_set
from tests.support.rules import TERM, year_index

EXAMPLES = settings(deadline=None, max_examples=300)
RULES = default_rule_set()
#: without a year's cap, with one of 20 and with one of 25
KINDS = ("training", "inhouse", "paper")
DAYS = (TERM.ends_on - TERM.starts_on).days


@st.composite
def credits_(draw: st.DrawFn) -> list[CreditInput]:
    """Up to eight records of a term, some bound to an earlier year."""
    made = []
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(KINDS), st.integers(0, DAYS - 1), st.integers(1, 32),
                st.integers(0, 4), st.sampled_from([None, None, "k"]),
            ),
            max_size=8,
        )
    )  # fmt: skip
    for order, (kind, days, halves, back, key) in enumerate(rows):
        day: date = TERM.starts_on + timedelta(days=days)
        year = year_index(day)
        assert year is not None
        made.append(
            CreditInput(
                ref=order, order=order, kind=kind, rule_set=RULES, ended_on=day,
                conversion=halves * 50, claimed=halves * 50, term="term", year=year,
                achievement_key=key, bound_year=year - back if 0 < back < year else None,
            )
        )  # fmt: skip
    return made


@EXAMPLES
@given(credits_(), st.integers(0, 7))
def test_no_bound_hour_counts_twice(log: list[CreditInput], place: int):
    found = allocate(log)

    # every hour counts in one year, and a bound one in that which it is bound to
    expected: Counter[int] = Counter()
    for credit in log:
        expected[credit.bound_year or credit.year or 0] += found.records[credit.ref].recognised
    counted = {index: hours.recognised for (_term, index), hours in found.years.items()}
    assert {y: h for y, h in counted.items() if h} == {y: h for y, h in expected.items() if h}
    # it is as if the record lay in that year
    moved = [replace(c, year=c.bound_year or c.year, bound_year=None) for c in log]
    assert allocate(moved) == found
    # and taking a record out takes its hours out of that year alone, where no cap or key is shared
    free = [replace(c, kind="training", achievement_key=None) for c in log]
    if free:
        left_out = free[place % len(free)]
        rest = allocate([c for c in free if c is not left_out]).years
        for slot, hours in allocate(free).years.items():
            less = hours.recognised - (rest[slot].recognised if slot in rest else 0)
            its_own = slot == ("term", left_out.bound_year or left_out.year)
            assert less == (left_out.conversion if its_own else 0)
