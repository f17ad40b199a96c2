"""Rule sets as data: strict reading with lines, overlays, versions in force, differences."""

import json
from datetime import date
from typing import Any

import pytest

from cpd_app.domain.differences import Difference, Direction, differences
from cpd_app.domain.errors import Rejected
from cpd_app.domain.ruleset import (
    RuleSetInvalid,
    apply_overlay,
    compile_rule_set,
    in_force,
    problems_of,
)
from cpd_app.rulesets import compile_text, default_rule_set
from tests.support.rules import hours_of, refusal_of

SMALL = """\
code: small
version: 1
names: {zh: 小表, en: Small}
step: 0.5
groups:
  all: {names: {zh: 全部, en: All}}
evidence:
  proof: {zh: 证明, en: Proof}
kinds:
  course:
    names: {zh: 课程, en: Course}
    group: all
    date_label: {zh: 结束日期, en: Last day}
    fields:
      minutes: {type: minutes, names: {zh: 分钟, en: Minutes}}
      level:
        type: choice
        names: {zh: 级别, en: Level}
        choices:
          high: {zh: 高, en: High}
          low: {zh: 低, en: Low}
    amount:
      - per_minutes: {field: minutes, weight: 2}
    item_cap: {by: level, hours: {high: 12, low: 6}}
    evidence: [proof]
"""


def problems_in(old: str, new: str) -> list[str]:
    """What is said when a piece of the small table is replaced."""
    assert old in SMALL
    with pytest.raises(RuleSetInvalid) as invalid:
        compile_text(SMALL.replace(old, new))
    return [str(problem) for problem in invalid.value.problems]


def test_the_small_table_is_good():
    rules = compile_text(SMALL)
    assert hours_of("course", rules, minutes=90, level="low") == 4.0
    assert [kind.code for kind in rules.usable_kinds] == ["course"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "weight: 2",
            "weight: two",
            (
                "line 23: kinds.course.amount[0].per_minutes.weight"
                ": found “two”, expected a number above 0"
            ),
        ),
        ("step: 0.5", "step: 0", "line 4: step: found 0, expected a number above 0"),
        (
            "group: all",
            "group: some",
            "line 12: kinds.course.group: found “some”, expected one of all",
        ),
        (
            "evidence: [proof]",
            "evidence: [proof, photo]",
            "line 25: kinds.course.evidence[1]: found “photo”, expected one of proof",
        ),
        (
            "high: 12",
            "top: 12",
            "line 24: kinds.course.item_cap.hours.top: found “top”, expected one of high, low",
        ),
        (
            "{field: minutes, weight: 2}",
            "{field: level}",
            (
                "line 23: kinds.course.amount[0].per_minutes.field"
                ": found “level”, expected one of minutes"
            ),
        ),
        (
            "code: small",
            "code: Sm all",
            "line 1: code: found “Sm all”, expected a code of small letters, digits, _ or -",
        ),
        (
            "names: {zh: 小表, en: Small}",
            "names: {zh: 小表}",
            "line 3: names.en: found nothing, expected this key",
        ),
        (
            "version: 1",
            "version: 1\nversion: 2",
            "line 3: version: found the key twice, expected each key once",
        ),
        (
            "item_cap: {by: level, hours: {high: 12, low: 6}}",
            "item_cap: {each: 3}",
            (
                "line 24: kinds.course.item_cap.each"
                ": found the key “each”, expected one of per_day, field, by, hours"
            ),
        ),
        (
            "per_minutes: {field: minutes, weight: 2}",
            "table: {by: level, hours: {high: 4}}",
            (
                "line 22: kinds.course.amount"
                ": found no amount for level low, expected one that applies"
            ),
        ),
        (
            "    amount:\n      - per_minutes: {field: minutes, weight: 2}\n",
            "",
            "line 10: kinds.course.amount: found nothing, expected at least one amount",
        ),
    ],
)
def test_a_problem_names_line_key_what_is_there_and_what_is_expected(old: str, new: str, says: str):
    assert says in problems_in(old, new)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("step: 0.5", "step: 0.005", "hours with at most two decimals"),
        ("weight: 2", "weight: 0.00001", "at most four decimals"),
        ("version: 1", "version: 0", "a whole number from 1"),
        ("names: {zh: 小表, en: Small}", "names: 小表", "a mapping with zh, en"),
        ("zh: 小表", 'zh: ""', "found empty text, expected text"),
        ("evidence: [proof]", "counts_once: often", "true or false"),
        ("evidence: [proof]", "one_of: [minutes]", "at least two fields"),
        ("evidence: [proof]", "deducts: seminar", "one of course"),
        ("evidence: [proof]", "needs_ruling: {asked: minutes}", "one of (none)"),
        ("evidence: [proof]", "year_cap: {pool: shared}", "found “shared”, expected one of (none)"),
        ("evidence: [proof]", "year_cap: {by: level}", "a number, {by, hours}, or {pool}"),
        ("{by: level, hours", "{by: minutes, hours", "found “minutes”, expected one of level"),
        ("evidence: [proof]", "item_cap: 3", "found the key twice, expected each key once"),
        ("evidence: [proof]", "zero_when: {field: level, why: {zh: 无, en: None}}", "is, below"),
        ("evidence: [proof]", "factor: {field: level, values: {high: 1}}", "a factor for every"),
        ("{by: level, hours: {high: 12, low: 6}}", "{by: level, per_day: 2}", "found a mapping"),
        ("type: minutes", "type: seconds", "one of minutes, days, whole, hours, boolean, choice"),
        ("type: choice", "type: whole", "only a field of type choice has choices"),
        ("minutes: {type", "kind: {type", "a name that no record has already"),
        ("type: minutes,", "type: minutes, required_when: {minutes: [1]},", "of type choice"),
        (
            "type: minutes,",
            "type: minutes, required: true, required_when: {level: [low]},",
            "false",
        ),
        ("- per_minutes: {field: minutes, weight: 2}", "- {fixed: 1, per_unit: {}}", "2 blocks"),
        ("  course:", "  Course!:", "a code of small letters"),
        ("per_minutes: {field: minutes, weight: 2}", "table: {by: [], hours: {}}", "one or two"),
    ],
)
def test_every_block_is_read_strictly(old: str, new: str, says: str):
    assert any(says in problem for problem in problems_in(old, new))


def test_a_table_by_two_fields_names_hours_for_every_choice_within_a_row():
    table = "table: {by: [minutes, level], hours: {'1+': {high: 2}}}"
    small = SMALL.replace("type: minutes", "type: whole")
    with pytest.raises(RuleSetInvalid, match="hours for every choice"):
        compile_text(small.replace("per_minutes: {field: minutes, weight: 2}", table))
    good = table.replace("high: 2", "high: 2, low: 1")
    rules = compile_text(small.replace("per_minutes: {field: minutes, weight: 2}", good))
    assert hours_of("course", rules, minutes=90, level="low") == 1.0


def test_all_problems_are_said_at_once():
    found = problems_in("step: 0.5\ngroups", "step: none\nextra: 1\ngroups")
    assert [line.split(": found")[0] for line in found] == ["line 5: extra", "line 4: step"]


def test_ranges_must_follow_each_other_to_an_open_end():
    table = "table: {by: rank, hours: {%s}}"
    field = "minutes: {type: minutes, names: {zh: 分钟, en: Minutes}}"
    rank = "rank: {type: whole, names: {zh: 排名, en: Rank}}"
    good = SMALL.replace(field, rank).replace("per_minutes: {field: minutes, weight: 2}", "%s")
    assert compile_text(good % (table % '"1": 8, "2-5": 4, "6+": 0')) is not None
    for ranges in ('"1": 8, "3+": 0', '"1": 8, "2-5": 4', '"2+": 4', '"1-3": 8, "3+": 4'):
        with pytest.raises(RuleSetInvalid, match="follow each other"):
            compile_text(good % (table % ranges))
    with pytest.raises(RuleSetInvalid, match="a range such as"):
        compile_text(good % (table % '"1": 8, "some": 4'))


def test_what_is_not_yaml_is_said_with_its_line():
    with pytest.raises(RuleSetInvalid, match="line 2"):
        compile_text("code: small\n\tversion: 1")
    with pytest.raises(RuleSetInvalid, match="expected a mapping"):
        compile_text("- 1")
    with pytest.raises(RuleSetInvalid, match="YAML text"):
        compile_text("code: \x00")


def test_a_rule_set_survives_the_way_through_json():
    body: dict[str, Any] = json.loads(json.dumps(default_rule_set().body))
    assert problems_of(body) == ()
    assert differences(default_rule_set(), compile_rule_set(body)) == []
    assert hours_of("standard", compile_rule_set(body), level="local", rank=7, work="new") == 8.0


def test_an_overlay_replaces_single_values_and_null_takes_one_away():
    overlay = {
        "code": "society",
        "kinds": {
            "training": {"amount": [{"per_minutes": {"field": "minutes"}}], "one_of": None,
                         "fields": {"days": None}},
            "paper": {"year_cap": None},
            "award": {"enabled": True},
        },
    }  # fmt: skip
    rules = compile_rule_set(apply_overlay(default_rule_set().body, overlay))
    assert refusal_of(rules, kind="training", days=1) == "unknown_field"
    assert hours_of("award", rules, level="national") == 30.0
    assert rules.kinds["paper"].year_caps == ()
    assert default_rule_set().kinds["paper"].year_caps != ()


def test_a_broken_overlay_is_found_when_it_is_laid_over():
    overlay = {"kinds": {"paper": {"year_cap": "much"}}}
    body = apply_overlay(default_rule_set().body, overlay)
    assert [str(p) for p in problems_of(body)] == [
        "kinds.paper.year_cap: found “much”, expected a number from 0"
    ]


def test_the_newest_version_not_after_the_finishing_day_is_in_force():
    versions = [(None, "v1"), (date(2026, 1, 1), "v2"), (date(2027, 1, 1), "v3")]
    assert in_force(versions, date(2025, 12, 31)) == "v1"
    assert in_force(versions, date(2026, 1, 1)) == "v2"
    assert in_force(list(reversed(versions)), date(2028, 1, 1)) == "v3"
    with pytest.raises(Rejected, match="no_rule_set"):
        in_force(versions[1:], date(2025, 12, 31))


def test_differences_say_what_is_looser_and_what_is_tighter():
    base = compile_text(SMALL)
    changed = SMALL.replace("high: 12", "high: 10").replace("weight: 2", "weight: 2.5")
    changed = changed.replace("    evidence: [proof]\n", "    year_cap: 20\n")
    changed = changed.replace("step: 0.5", "step: 1").replace("zh: 课程", "zh: 面授课程")
    found = {(d.kind, d.path): d for d in differences(base, compile_text(changed))}
    directions = {path: d.direction for path, d in found.items()}
    assert directions == {
        (None, ("step",)): Direction.TIGHTER,
        ("course", ("names", "zh")): Direction.OTHER,
        ("course", ("amount", "1", "per_minutes", "weight")): Direction.LOOSER,
        ("course", ("item_cap", "hours", "high")): Direction.TIGHTER,
        ("course", ("evidence", "proof")): Direction.LOOSER,
        ("course", ("year_cap",)): Direction.TIGHTER,
    }
    cap = found["course", ("item_cap", "hours", "high")]
    assert (cap.old, cap.new) == (12, 10)


def test_switching_a_kind_on_is_looser_and_taking_it_away_tighter():
    body = default_rule_set().body
    on = compile_rule_set(apply_overlay(body, {"kinds": {"award": {"enabled": True}}}))
    without = compile_rule_set(apply_overlay(body, {"kinds": {"award": None}}))
    assert differences(default_rule_set(), on) == [
        Difference("award", ("enabled",), False, True, Direction.LOOSER)
    ]
    assert differences(default_rule_set(), without)[0].direction is Direction.TIGHTER
    assert differences(without, default_rule_set())[0].direction is Direction.LOOSER
