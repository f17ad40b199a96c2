"""Which records readers judge first, and what their judgements do to a year."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpd_app.domain.audits import FilingState
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.domain.review import (
    AuditSettings,
    FiledRecord,
    Judged,
    Verdict,
    YearState,
    check_judgeable,
    chosen_for_judging,
    hours_of,
    review_years,
)


def record(ref: int, recognised: int = 800, assurance: str = "E", marks: int = 0) -> FiledRecord:
    return FiledRecord(ref=ref, year=1, recognised=recognised, assurance=assurance, marks=marks)


def test_the_strongest_come_first_until_the_need_and_ten_per_cent_is_reached():
    records = [record(1, 2000, "F"), record(2, 2000, "A"), record(3, 2000, "D"),
               record(4, 1500, "E"), record(5, 3000, "F")]  # fmt: skip

    # A and D give 40, E makes it 55.0: exactly 110 % of 50
    assert chosen_for_judging(records, {1: 5000}, {}) == {2, 3, 4}


def test_marks_sort_below_their_letter_and_more_hours_above():
    records = [record(1, 800, marks=1), record(2, 400), record(3, 800)]

    assert chosen_for_judging(records, {1: 900}, {}) == {3, 2}
    assert chosen_for_judging(records, {1: 1100}, {}) == {1, 2, 3}


def test_what_is_rejected_brings_in_the_next_strongest():
    records = [record(n, 1000) for n in range(1, 9)]
    assert chosen_for_judging(records, {1: 5000}, {}) == {1, 2, 3, 4, 5, 6}

    one = {1: Judged(Verdict.REJECTED, 0)}
    assert chosen_for_judging(records, {1: 5000}, one) == {1, 2, 3, 4, 5, 6}
    two = {**one, 2: Judged(Verdict.REDUCED, 500)}
    assert chosen_for_judging(records, {1: 5000}, two) == {1, 2, 3, 4, 5, 6, 7}


def test_wanted_evidence_is_not_lost_yet():
    records = [record(n, 1000) for n in range(1, 9)]
    wanted = {n: Judged(Verdict.EVIDENCE_WANTED, 0) for n in (1, 2)}

    assert len(chosen_for_judging(records, {1: 5000}, wanted)) == 6


def test_a_waived_year_and_records_without_hours_need_nobody():
    assert chosen_for_judging([record(1)], {1: 0}, {}) == frozenset()
    assert chosen_for_judging([record(1, 0)], {1: 5000}, {}) == frozenset()


def test_what_was_judged_by_hand_besides_belongs_to_it():
    records = [record(1, 6000, "A"), record(2, 800, "F")]
    judged = {2: Judged(Verdict.ACCEPTED, 800)}

    assert chosen_for_judging(records, {1: 5000}, judged) == {1, 2}


@given(
    st.lists(st.integers(0, 40).map(lambda n: n * 50), max_size=30),
    st.integers(0, 100).map(lambda n: n * 50),
)
def test_the_chosen_reach_the_need_and_the_margin_or_are_all(hours: list[int], need: int):
    records = [record(n, h) for n, h in enumerate(hours)]
    chosen = chosen_for_judging(records, {1: need}, {})
    total = sum(hours[ref] for ref in chosen)

    assert total * 100 >= need * 110 or chosen == {n for n, h in enumerate(hours) if h}


@pytest.mark.parametrize(
    ("judged", "state"),
    [
        ({}, YearState.UNREAD),
        ({1: Judged(Verdict.ACCEPTED, 800)}, YearState.READING),
        ({1: Judged(Verdict.ACCEPTED, 800), 2: Judged(Verdict.ACCEPTED, 800)}, YearState.MET),
        ({1: Judged(Verdict.REJECTED, 0), 2: Judged(Verdict.ACCEPTED, 800)}, YearState.SHORT),
        ({1: Judged(Verdict.EVIDENCE_WANTED, 0), 2: Judged(Verdict.ACCEPTED, 800)},
         YearState.READING),
        ({1: Judged(Verdict.TAKEN_BACK, 0)}, YearState.UNREAD),
    ],
)  # fmt: skip
def test_a_year_moves_as_one_decides(judged: dict[int, Judged], state: YearState):
    (year,) = review_years([record(1), record(2)], {1: 1600}, judged, {1, 2})

    assert year.state is state


def test_hours_of_a_judgement():
    assert hours_of(Verdict.ACCEPTED, 800, None, step=50) == 800
    assert hours_of(Verdict.REDUCED, 800, 650, step=50) == 650
    assert hours_of(Verdict.REJECTED, 800, None, step=50) == 0
    for wrong in (None, 0, 800, 620):
        with pytest.raises(Rejected, match="reduced_hours"):
            hours_of(Verdict.REDUCED, 800, wrong, step=50)


@pytest.mark.parametrize("state", [FilingState.PROPOSED, FilingState.PASSED, FilingState.WITHDRAWN])
def test_a_file_that_is_with_nobody_is_not_judged(state: FilingState):
    with pytest.raises(Conflict):
        check_judgeable(state)


def test_settings_keep_their_defaults():
    assert AuditSettings.of({}) == AuditSettings()
    told = AuditSettings.of({"audits": {"readers": 2, "countersigned": ["refused"]}})
    assert (told.readers, told.countersigned, told.margin) == (2, frozenset({"refused"}), 10)
