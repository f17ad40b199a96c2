"""Recognised hours: the reference logs, counts once, deduction, overlap, caps and pools."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from cpd_app.domain.allocation import CreditInput, YearHours, allocate
from cpd_app.domain.conversion import convert
from cpd_app.domain.ruleset import apply_overlay, compile_rule_set
from cpd_app.domain.years import five_year_term, year_of, years_of
from cpd_app.rulesets import default_rule_set, load
from tests.support.rules import DATA, a_credit, five_year_logs, reasons_of, recognised

MORNING = (datetime(2025, 3, 10, 9), datetime(2025, 3, 10, 11))  # noqa: DTZ001


def credits_of(log: dict[str, Any]) -> list[CreditInput]:
    years = years_of(five_year_term(date.fromisoformat(log["starts_on"])))
    found = []
    for number, activity in enumerate(log["activities"]):
        record = {k: v for k, v in activity.items() if k != "achievement_key"}
        made = convert(default_rule_set(), record)
        day = date.fromisoformat(record["ended_on"])
        year = year_of(years, day)
        found.append(
            CreditInput(
                ref=number,
                order=number,
                kind=record["kind"],
                rule_set=default_rule_set(),
                ended_on=day,
                conversion=made.hours,
                claimed=made.claimed,
                fields=record,
                achievement_key=activity.get("achievement_key"),
                term=None if year is None else 1,
                year=year,
            )
        )
    return found


def test_twelve_reference_logs_are_there():
    assert len(five_year_logs()) == 12


@pytest.mark.parametrize("number", range(12))
def test_a_reference_log_agrees(number: int):
    log = five_year_logs()[number]
    inputs = credits_of(log)
    given = allocate(inputs)
    for record in log["records"]:
        result = given.records[record["n"]]
        got = (inputs[record["n"]].year, result.alone / 100, result.recognised / 100)
        assert got == (record["year"], record["alone"], record["recognised"]), record
    sums = [given.years.get((1, k), YearHours()).recognised / 100 for k in range(1, 6)]
    assert sums == log["year_hours"]


def test_two_papers_of_a_year_are_cut_at_the_year_cap():
    first = a_credit("march", "paper", "2025-03-01", tier="core", rank=1)
    second = a_credit("june", "paper", "2025-06-01", tier="core", rank=1)
    assert recognised(second, first) == {"march": 16.0, "june": 9.0}
    cut = allocate([first, second]).records["june"].reasons[0]
    assert (cut["code"], cut["cap"], cut["pool"], cut["hours"]) == ("year_cap", 2500, None, 900)


def test_the_same_achievement_counts_once_where_it_is_worth_most():
    small = a_credit("talk", "talk", key=" ＤＯＩ 10.1/A ", level="national")
    large = a_credit("paper", "paper", "2025-09-01", key="doi10.1/a", tier="core", rank=1)
    given = allocate([small, large])
    assert recognised(small, large) == {"talk": 0.0, "paper": 16.0}
    assert given.records["talk"].reasons[0]["winner"] == "paper"


def test_on_a_tie_the_first_in_order_of_finishing_day_then_entry_wins():
    late = a_credit("late", "exam", "2025-06-01", key="k")
    early = a_credit("early", "exam", "2025-05-01", key="K")
    same_day = a_credit("same day", "exam", "2025-05-01", key="k")
    assert recognised(late, same_day, early) == {"early": 10.0, "same day": 0.0, "late": 0.0}


def test_the_choice_stands_though_a_cap_leaves_the_winner_less_than_the_other_would_have():
    full = a_credit("full", "talk", "2025-01-02", level="national")
    fuller = a_credit("fuller", "talk", "2025-01-03", level="national")
    nearly = a_credit("nearly", "talk", "2025-01-04", level="other")
    winner = a_credit("winner", "talk", "2025-01-05", key="k", level="national")
    loser = a_credit("loser", "office", "2025-01-06", key="k", role="chair")
    assert recognised(full, fuller, nearly, winner, loser) == {
        "full": 8.0,
        "fuller": 8.0,
        "nearly": 4.0,
        "winner": 0.0,
        "loser": 0.0,
    }


def test_keys_of_different_terms_do_not_meet_and_an_empty_key_is_no_key():
    one = a_credit("one", "exam", key="k")
    other_term = a_credit("other term", "exam", key="k", over={"term": "next"})
    blanks = [a_credit(name, "exam", "2026-05-01", key=" ") for name in ("a", "b")]
    assert set(recognised(one, other_term, *blanks).values()) == {10.0}


def test_a_record_outside_every_term_gives_nothing_and_takes_no_part():
    outside = a_credit("outside", "paper", "2023-12-31", key="k", tier="core", rank=1)
    inside = a_credit("inside", "talk", key="k", level="other")
    given = allocate([outside, inside])
    assert recognised(outside, inside) == {"outside": 0.0, "inside": 4.0}
    assert given.records["outside"].alone == 1600
    assert reasons_of(given, "outside") == ["outside_term"]
    assert set(given.years) == {("term", 2)}


def test_committee_hours_are_deducted_from_the_standard_they_led_to():
    work = a_credit("work", "standard_committee", "2025-01-05", key="GB/T 1", minutes=270)
    other = a_credit("other", "standard_committee", "2025-01-05", key="GB/T 2", minutes=270)
    fields: dict[str, Any] = {"level": "industry", "rank": 1, "work": "new"}
    standard = a_credit("standard", "standard", "2025-06-01", key="gb/t1", **fields)
    given = allocate([standard, other, work])
    assert recognised(work, other, standard) == {"work": 6.0, "other": 6.0, "standard": 24.0}
    assert given.records["standard"].reasons[0]["hours_deducted"] == 600


def test_only_recognised_committee_hours_that_stand_before_are_deducted():
    capped = [
        a_credit(f"c{n}", "standard_committee", f"2025-01-0{n}", key="k", minutes=450)
        for n in (1, 2)
    ]
    fields: dict[str, Any] = {"level": "enterprise", "rank": 1, "work": "new"}
    standard = a_credit("standard", "standard", "2025-06-01", key="k", **fields)
    after = a_credit("after", "standard_committee", "2026-07-01", key="k", minutes=450)
    given = recognised(*capped, standard, after)
    assert given == {"c1": 10.0, "c2": 5.0, "standard": 0.0, "after": 10.0}


def test_the_deduction_reaches_into_earlier_terms():
    work = a_credit(
        "work",
        "standard_committee",
        "2023-06-01",
        key="k",
        minutes=270,
        over={"term": 0, "year": 5},
    )
    fields: dict[str, Any] = {"level": "industry", "rank": 1, "work": "new"}
    assert recognised(work, a_credit("standard", "standard", key="k", **fields))["standard"] == 24.0


def test_visits_at_home_and_abroad_have_a_cap_each():
    home = [a_credit(f"h{n}", "visit", f"2025-02-0{n}", minutes=450) for n in (1, 2, 3)]
    abroad = a_credit("abroad", "visit", "2025-03-01", minutes=450, abroad=True)
    assert recognised(*home, abroad) == {"h1": 8.0, "h2": 8.0, "h3": 0.0, "abroad": 10.0}


def test_a_record_that_waits_for_a_ruling_enters_the_contest_with_nothing():
    waiting = a_credit("waiting", "other", key="k", hours_asked=10)
    small = a_credit("small", "office", "2025-06-01", key="k", role="member")
    given = allocate([waiting, small])
    assert recognised(waiting, small) == {"waiting": 0.0, "small": 2.0}
    assert given.years["term", 2].claimed == 1200
    assert given.years["term", 2].recognised == 200


def test_of_two_that_overlap_the_first_entered_stands():
    first = a_credit("first", "training", minutes=90, over={"intervals": (MORNING,)})
    second = a_credit(
        "second", "conference", minutes=120, level="other", over={"intervals": (MORNING,)}
    )
    given = allocate([second, first])
    assert recognised(second, first) == {"first": 2.0, "second": 0.0}
    assert given.records["second"].reasons[0] == {
        "code": "same_activity",
        "other": "first",
        "hours": 0,
    }


def test_the_record_of_an_event_stands_before_a_typed_one():
    typed = a_credit("typed", "training", minutes=90, over={"intervals": (MORNING,)})
    event = a_credit(
        "event", "training", minutes=90, over={"intervals": (MORNING,), "from_event": True}
    )
    assert recognised(typed, event) == {"typed": 0.0, "event": 2.0}


def test_records_called_different_or_only_touching_both_count():
    later = (MORNING[1], MORNING[1] + timedelta(hours=1))
    first = a_credit("first", "training", minutes=90, over={"intervals": (MORNING,)})
    touching = a_credit("touching", "training", minutes=45, over={"intervals": (later,)})
    different = a_credit(
        "different",
        "training",
        minutes=90,
        over={"intervals": (MORNING,), "different_from": frozenset({"first"})},
    )
    assert recognised(first, touching, different) == {
        "first": 2.0,
        "touching": 1.0,
        "different": 2.0,
    }


def test_what_was_done_in_an_events_break_is_no_overlap():
    lunch = (MORNING[1], MORNING[1] + timedelta(hours=1))
    afternoon = (lunch[1], lunch[1] + timedelta(hours=2))
    event = a_credit(
        "event",
        "training",
        minutes=180,
        over={"intervals": (MORNING, afternoon), "from_event": True},
    )
    at_lunch = a_credit("lunch", "training", minutes=45, over={"intervals": (lunch,)})
    in_the_afternoon = a_credit("typed", "training", minutes=90, over={"intervals": (afternoon,)})
    assert recognised(event, at_lunch, in_the_afternoon) == {
        "event": 4.0,
        "lunch": 1.0,
        "typed": 0.0,
    }


def test_a_talk_in_an_attended_conference_is_no_overlap():
    meeting = a_credit(
        "meeting", "conference", minutes=120, level="national", over={"intervals": (MORNING,)}
    )
    talk = a_credit("talk", "talk", level="national", over={"intervals": (MORNING,)})
    assert recognised(meeting, talk) == {"meeting": 2.5, "talk": 8.0}


def test_a_held_record_does_not_hold_a_third():
    long = (MORNING[0], MORNING[1] + timedelta(hours=1))
    late = (MORNING[1], MORNING[1] + timedelta(hours=1))
    first = a_credit("first", "training", minutes=90, over={"intervals": (MORNING,)})
    middle = a_credit("middle", "training", minutes=90, over={"intervals": (long,)})
    last = a_credit("last", "training", minutes=45, over={"intervals": (late,)})
    assert recognised(first, middle, last) == {"first": 2.0, "middle": 0.0, "last": 1.0}


def test_hours_bound_to_an_earlier_year_count_only_there():
    made_up = a_credit("made up", "training", "2026-02-01", minutes=450, over={"bound_year": 2})
    given = allocate([made_up])
    assert {slot: sums.recognised for slot, sums in given.years.items()} == {("term", 2): 1000}


def test_kinds_of_a_pool_share_its_cap_and_a_kind_may_have_its_own_beside_it():
    rules = load(DATA / "rulesets" / "provincial.yaml")
    paper = a_credit(
        "paper", "paper", "2025-01-01", rule_set=rules, tier="national", characters=9000
    )
    research = a_credit(
        "research", "research", "2025-02-01", rule_set=rules, part="provincial_sub", rank=3
    )
    given = allocate([paper, research])
    assert recognised(paper, research) == {"paper": 40.0, "research": 20.0}
    assert given.records["research"].reasons[0]["pool"] == "results"


def test_sums_by_group_are_kept_for_the_least_of_each():
    rules = load(DATA / "rulesets" / "provincial.yaml")
    credits_ = [
        a_credit("public", "public_course", rule_set=rules, minutes=90),
        a_credit("course", "course", rule_set=rules, minutes=180),
    ]
    assert allocate(credits_).years["term", 2].groups == {"public": 200, "professional": 400}


def test_each_version_cuts_by_its_own_cap_and_counts_what_the_other_gave():
    old = default_rule_set()
    body = apply_overlay(old.body, {"version": 2, "kinds": {"paper": {"year_cap": 20}}})
    new = compile_rule_set(body)
    first = a_credit("first", "paper", "2025-01-01", rule_set=old, tier="core", rank=1)
    second = a_credit("second", "paper", "2025-07-01", rule_set=new, tier="core", rank=1)
    assert recognised(first, second) == {"first": 16.0, "second": 4.0}


def test_a_kind_that_the_societys_table_does_not_have_gives_nothing():
    rules = load(DATA / "rulesets" / "bem.yaml")
    stranger = a_credit("stranger", "exam", key="k", over={"rule_set": rules})
    given = allocate([stranger])
    assert recognised(stranger) == {"stranger": 0.0}
    assert reasons_of(given, "stranger") == ["unknown_kind"]


def test_what_a_decision_confirmed_is_a_cap_before_the_caps_of_the_year():
    first = a_credit("first", "paper", "2025-01-01", tier="core", rank=1, over={"confirmed": 1000})
    second = a_credit("second", "paper", "2025-07-01", tier="core", rank=1)

    given = allocate([first, second])

    # 25 a year: what the first lost, the second gains; 16 is still its conversion
    assert recognised(first, second) == {"first": 10.0, "second": 15.0}
    assert given.records["first"].reasons == ({"code": "confirmed", "hours": 1000},)
    assert given.records["first"].alone == 1000


def test_a_decision_never_adds_hours_and_a_reduction_moves_no_winner():
    paper = a_credit("paper", "paper", "2025-01-01", key="k", tier="core", rank=1,
                     over={"confirmed": 200})  # fmt: skip
    again = a_credit("again", "paper", "2025-07-01", key="k", tier="journal", rank=1)
    more = a_credit("more", "self_study", "2025-07-02", minutes=90, over={"confirmed": 9900})

    assert recognised(paper, again, more) == {"paper": 2.0, "again": 0.0, "more": 1.0}


def test_what_a_decision_rejected_takes_part_in_nothing():
    paper = a_credit("paper", "paper", "2025-01-01", key="k", tier="core", rank=1,
                     over={"confirmed": 0})  # fmt: skip
    again = a_credit("again", "paper", "2025-07-01", key="k", tier="journal", rank=1)

    assert recognised(paper, again) == {"paper": 0.0, "again": 10.0}
    assert allocate([paper, again]).records["paper"].reasons == ({"code": "confirmed", "hours": 0},)
