"""Single records: the reference cases, the worked examples, and refusals in their order."""

import csv
import json
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from cpd_app.domain.conversion import check_finished, convert
from cpd_app.domain.errors import Rejected
from cpd_app.rulesets import default_rule_set
from tests.support.rules import DAY, hours_of, read_data, refusal_of


def test_all_reference_cases_agree():
    rules = default_rule_set()
    rows = list(csv.DictReader(StringIO(read_data("conversion-cases.csv"))))
    wrong = []
    for row in rows:
        record = json.loads(row["input"])
        try:
            got = f"{convert(rules, record).hours / 100:.1f}", ""
        except Rejected as refusal:
            got = "", refusal.code
        if got != (row["hours"], row["refused"]):
            wrong.append((record, got, row["hours"], row["refused"]))
    assert wrong == []
    assert len(rows) == 360


@pytest.mark.parametrize(
    ("record", "hours"),
    [
        ({"kind": "training", "minutes": 120}, 2.5),
        ({"kind": "training", "days": 1}, 6.0),
        ({"kind": "lecture", "minutes": 100}, 4.0),
        ({"kind": "lecture", "minutes": 100, "repeat": True}, 0.0),
        ({"kind": "self_study", "minutes": 45}, 0.5),
        ({"kind": "self_study", "minutes": 44}, 0.0),
        ({"kind": "standard", "level": "national", "rank": 3, "work": "revision"}, 16.0),
        ({"kind": "book", "role": "contributor", "characters": 38000}, 15.0),
        ({"kind": "book", "role": "contributor", "characters": 38000, "translated": True}, 7.5),
        ({"kind": "book", "role": "deputy", "translated": True}, 10.0),
        ({"kind": "paper", "tier": "core", "rank": 1}, 16.0),
        ({"kind": "paper", "tier": "core", "rank": 1, "characters": 1999}, 0.0),
        ({"kind": "paper", "tier": "core", "rank": 1, "characters": 2000}, 16.0),
        ({"kind": "review", "papers": 3}, 6.0),
        ({"kind": "review", "events": 3}, 8.0),
        ({"kind": "online", "minutes": 200, "stated_hours": 0}, 0.0),
        ({"kind": "online", "minutes": 200, "stated_hours": 1.3}, 1.0),
        ({"kind": "online", "minutes": 200, "stated_hours": None}, 4.0),
        ({"kind": "exam_setting"}, 20.0),
    ],
)
def test_worked_examples(record: dict[str, Any], hours: float):
    assert hours_of(**record) == hours


def test_a_conference_of_two_days_is_cut_at_its_level():
    record = {
        "kind": "conference",
        "started_on": "2025-03-10",
        "ended_on": "2025-03-11",
        "minutes": 540,
        "level": "provincial",
    }
    result = convert(default_rule_set(), record)
    assert (result.hours, result.claimed) == (800, 800)
    assert [step["rule"] for step in result.trace] == ["per_minutes", "item_cap"]


def test_a_visit_abroad_is_not_cut_by_the_day():
    assert hours_of("visit", minutes=450) == 8.0
    assert hours_of("visit", minutes=450, abroad=True) == 10.0


def test_what_needs_a_ruling_claims_the_hours_asked_and_gives_nothing_yet():
    record = {"kind": "other", "ended_on": DAY, "hours_asked": 3.7}
    waiting = convert(default_rule_set(), record)
    assert (waiting.hours, waiting.claimed, waiting.needs_ruling) == (0, 350, True)


def test_a_ruling_takes_the_place_of_nothing_and_is_cut_at_the_item_cap():
    record = {"kind": "other", "ended_on": DAY, "hours_asked": 30}
    ruled = convert(default_rule_set(), record, ruled=1275)
    assert (ruled.hours, ruled.claimed, ruled.needs_ruling) == (1000, 1000, False)
    assert convert(default_rule_set(), record, ruled=480).hours == 450
    assert convert(default_rule_set(), record, ruled=0).hours == 0


def test_a_ruling_on_a_kind_that_needs_none_is_refused():
    with pytest.raises(Rejected, match="no_ruling_needed"):
        convert(default_rule_set(), {"kind": "exam", "ended_on": DAY}, ruled=100)


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ({"kind": "job", "surplus": 1}, "unknown_kind"),
        ({"kind": "award", "level": "national"}, "unknown_kind"),
        ({"kind": None}, "unknown_kind"),
        ({"kind": ["training"]}, "unknown_kind"),
        ({}, "unknown_kind"),
        ({"kind": "training", "surplus": 1, "minutes": 9, "days": 1}, "unknown_field"),
        ({"kind": "training", "achievement_key": "x", "minutes": 9}, "unknown_field"),
        ({"kind": "training", "minutes": 90, "days": 1, "ended_on": None}, "choose_one"),
        ({"kind": "training"}, "choose_one"),
        ({"kind": "training", "minutes": 90, "ended_on": None}, "missing_field"),
        ({"kind": "standard", "level": "galactic", "rank": 1}, "missing_field"),
        ({"kind": "book", "role": "contributor", "translated": 1}, "missing_field"),
        ({"kind": "talk", "level": "galactic", "started_on": "2025-04-01"}, "unknown_value"),
        ({"kind": "talk", "level": ["national"]}, "unknown_value"),
        ({"kind": "training", "minutes": "9", "started_on": "2025-04-01"}, "ends_before_start"),
        ({"kind": "training", "minutes": "90"}, "bad_value"),
        ({"kind": "training", "minutes": 0}, "bad_value"),
        ({"kind": "training", "minutes": True}, "bad_value"),
        ({"kind": "training", "minutes": 90.5}, "bad_value"),
        ({"kind": "training", "minutes": float("nan")}, "bad_value"),
        ({"kind": "training", "minutes": float("inf")}, "bad_value"),
        ({"kind": "training", "minutes": 10**30}, "bad_value"),
        ({"kind": "training", "minutes": []}, "bad_value"),
        ({"kind": "training", "days": 0.25}, "bad_value"),
        ({"kind": "training", "days": 0}, "bad_value"),
        ({"kind": "other", "hours_asked": -0.5}, "bad_value"),
        ({"kind": "other", "hours_asked": 1e300}, "bad_value"),
        ({"kind": "lecture", "minutes": 90, "repeat": "true"}, "bad_value"),
        ({"kind": "lecture", "minutes": 900, "repeat": 1}, "bad_value"),
        ({"kind": "book", "role": "sole", "characters": -1}, "bad_value"),
        ({"kind": "exam", "ended_on": "2025-02-30"}, "bad_value"),
        ({"kind": "exam", "ended_on": "20250228"}, "bad_value"),
        ({"kind": "exam", "ended_on": "2025-W10-1"}, "bad_value"),
        ({"kind": "exam", "ended_on": 20250228}, "bad_value"),
        ({"kind": "exam", "ended_on": datetime(2025, 2, 28)}, "bad_value"),  # noqa: DTZ001
        ({"kind": "exam", "started_on": "yesterday"}, "bad_value"),
        ({"kind": "training", "minutes": 500}, "too_many_minutes"),
        ({"kind": "training", "days": 1.5}, "too_many_days"),
        ({"kind": "training", "minutes": 450}, "accepted"),
        ({"kind": "training", "minutes": 90.0}, "accepted"),
        ({"kind": "training", "minutes": Decimal(90)}, "accepted"),
        ({"kind": "training", "minutes": 90, "days": None, "surplus": None}, "accepted"),
        ({"kind": "exam", "ended_on": date(2025, 2, 28)}, "accepted"),
    ],
)
def test_a_record_is_refused_with_the_first_reason_in_order(record: dict[str, Any], code: str):
    assert refusal_of(**record) == code


def test_a_refusal_names_the_field():
    with pytest.raises(Rejected) as refusal:
        convert(default_rule_set(), {"kind": "training", "ended_on": DAY, "minutes": 500})
    assert (refusal.value.field, refusal.value.values["most"]) == ("minutes", 450)


def test_a_finishing_day_may_be_tomorrow_but_not_later():
    check_finished(date(2026, 1, 2), date(2026, 1, 1))
    with pytest.raises(Rejected, match="not_finished_yet"):
        check_finished(date(2026, 1, 3), date(2026, 1, 1))
