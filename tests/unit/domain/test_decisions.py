"""Deciding: what an outcome needs, what is left of records, make-up, two people, the states."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpd_app.domain.audits import MOVES, OPEN, FilingState, check_move
from cpd_app.domain.decisions import (
    STATES,
    DecisionSetting,
    JudgedRecord,
    LeftOut,
    Outcome,
    Shortfall,
    Somebody,
    YearResult,
    bulk_obstacle,
    check_outcome,
    check_two_people,
    latest_make_up,
    letter_number,
    results_of,
    same_employer,
    years_after_reading,
)
from cpd_app.domain.errors import Conflict, NotAllowed, Rejected

TODAY = date(2027, 8, 31)
#: months_after: a day that February lacks falls on 1 March
LAST = date(2028, 2, 29)
SHORT = (YearResult(1, 5000, 5000, 4000), YearResult(2, 5000, 5000, 5000))
MET = (YearResult(1, 5000, 5000, 5000), YearResult(2, 0, 0, 0))


def test_what_is_left_of_records():
    records = [(1, 1, 800), (2, 1, 800), (3, 1, 800), (4, 2, 800), (5, 2, 800), (6, 2, 800)]
    judged = {
        1: JudgedRecord(11, "accepted", 900),
        2: JudgedRecord(12, "reduced", 500),
        3: JudgedRecord(13, "rejected", 800),
        4: JudgedRecord(14, "evidence_wanted", 800),
        5: JudgedRecord(15, "taken_back", 0),
    }

    results = results_of(records, judged)

    assert [r.hours for r in results] == [800, 500, 0, 0, 800, 800]
    assert [r.judgement_id for r in results] == [11, 12, 13, 14, None, None]
    years = years_after_reading({1: 2000, 2: 1600, 3: 500}, results, {3: 300})
    assert [(y.index, y.filed, y.judged, y.missing) for y in years] == [
        (1, 2400, 1300, 700), (2, 2400, 1600, 0), (3, 0, 0, 200),
    ]  # fmt: skip


@pytest.mark.parametrize("outcome", Outcome)
def test_a_condition_alone_has_hours_and_a_day(outcome: Outcome):
    asked: dict[str, Any] = {"make_up": [Shortfall(1, 1000)], "until_on": LAST, "today": TODAY}

    if outcome is Outcome.CONDITIONAL:
        check_outcome(outcome, SHORT, **asked)
    else:
        with pytest.raises(Rejected, match="not_conditional"):
            check_outcome(outcome, SHORT, **asked)


def test_passed_wants_every_year_and_a_waived_one_is_met():
    check_outcome(Outcome.PASSED, MET, today=TODAY)
    with pytest.raises(Rejected, match="year_not_met") as refused:
        check_outcome(Outcome.PASSED, SHORT, today=TODAY)

    assert refused.value.values == {"year": 1, "missing": "10.0"}


@pytest.mark.parametrize(
    ("make_up", "years", "code"),
    [
        ([], SHORT, "make_up_missing"),
        ([Shortfall(1, 950)], SHORT, "make_up_too_little"),
        ([Shortfall(1, 1000), Shortfall(7, 100)], SHORT, "unknown_year"),
        ([Shortfall(1, 1000), Shortfall(1, 1000)], SHORT, "unknown_year"),
        ([Shortfall(1, 1000)], MET, "nothing_to_make_up"),
    ],
)
def test_make_up_names_every_short_year(make_up: list[Shortfall], years: tuple, code: str):
    with pytest.raises(Rejected, match=code):
        check_outcome(Outcome.CONDITIONAL, years, make_up=make_up, until_on=LAST, today=TODAY)


@given(days=st.integers(-400, 400))
def test_make_up_has_a_day_within_six_months(days: int):
    until = TODAY + timedelta(days=days)
    asked: dict[str, Any] = {"make_up": [Shortfall(1, 1000)], "until_on": until, "today": TODAY}

    if TODAY < until <= latest_make_up(TODAY):
        check_outcome(Outcome.CONDITIONAL, SHORT, **asked)
    else:
        with pytest.raises(Rejected, match="make_up_too_late"):
            check_outcome(Outcome.CONDITIONAL, SHORT, **asked)


people = st.builds(
    Somebody, st.integers(1, 4), st.sampled_from([None, "", "甲院", "甲 院", "乙院"])
)


@given(proposer=st.integers(1, 4), who=people, member=people)
def test_two_people_rules(proposer: int, who: Somebody, member: Somebody):
    fits = who.person_id not in {proposer, member.person_id} and not same_employer(
        who.employer, member.employer
    )

    if fits:
        check_two_people(proposer, who, member)
    else:
        with pytest.raises(NotAllowed):
            check_two_people(proposer, who, member)


def test_the_program_never_confirms():
    with pytest.raises(NotAllowed, match="second_person"):
        check_two_people(1, Somebody(None, None), Somebody(2, None))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("甲院", "甲 院", True), ("ABB", "abb", True), ("甲院", "乙院", False), ("", "", False),
     (None, None, False)],
)  # fmt: skip
def test_the_same_employer_in_other_spelling(one: str, other: str, *, same: bool):
    assert same_employer(one, other) is same


@given(st.lists(st.sampled_from(list(FilingState)), max_size=30))
def test_no_order_of_acts_leads_outside_the_moves(wanted: list[FilingState]):
    """Whatever is tried: a filing only ever stands where the table of §8 allows."""
    state = FilingState.FILED
    for after in wanted:
        try:
            check_move(state, after)
        except Conflict:
            assert after not in MOVES[state]
            continue
        assert after in MOVES[state]
        state = after
    assert state in MOVES
    if state in {FilingState.PASSED, FilingState.WITHDRAWN}:
        assert not MOVES[state]


def test_a_decision_comes_from_a_proposal_only():
    for state in STATES.values():
        before = {s for s, after in MOVES.items() if state in after}
        assert before == {FilingState.PROPOSED}
    assert FilingState.PASSED not in OPEN


def test_a_society_adds_second_people_but_never_drops_them():
    setting = DecisionSetting.of({"audits": {"readers": 0, "countersigned": ["passed"]}})

    assert setting.readers == 1
    assert setting.countersigned == {"passed", "conditional", "refused"}
    assert DecisionSetting.of({"audits": {"countersigned": []}}).countersigned == {
        "conditional",
        "refused",
    }


def test_why_a_file_is_not_passed_with_others():
    ok = [{"code": "years_met", "state": "ok"}, {"code": "evidence", "state": "warning"}]

    assert bulk_obstacle("ABCD", ["accepted"], ok, MET) is None
    assert bulk_obstacle("DE", [], ok, MET) is LeftOut.LETTER
    assert bulk_obstacle("D", ["reduced"], ok, MET) is LeftOut.FLAGGED
    assert bulk_obstacle("D", [], [{"code": "x", "state": "blocker"}], MET) is LeftOut.CHECK
    assert bulk_obstacle("D", [], ok, SHORT) is LeftOut.YEAR


def test_the_number_of_a_letter():
    assert letter_number("csee", "D", 2027, 42) == "CSEE-D2027-00042"
