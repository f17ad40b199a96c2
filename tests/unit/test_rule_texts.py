"""Rules in words, in both languages: tables, differences, faults, and YAML that people read."""

import json
from pathlib import Path
from typing import Any

import pytest

from cpd_app import rulesets
from cpd_app.domain.differences import differences
from cpd_app.domain.kinds import RuleSet
from cpd_app.domain.ruleset import apply_overlay, compile_rule_set, problems_of
from cpd_app.texts.rule_changes import Change, changes_in_words
from cpd_app.texts.rule_problems import problem_in_words
from cpd_app.texts.rule_words import Grid, kind_in_words

OTHERS = Path(__file__).parents[1] / "data/rulesets"
RULE_SETS = {
    "default": rulesets.default_rule_set(),
    **{name: rulesets.load(OTHERS / f"{name}.yaml") for name in ("bem", "provincial")},
}
DEFAULT = RULE_SETS["default"]
BASE: dict[str, Any] = json.loads(json.dumps(DEFAULT.body))


def said(overlay: dict[str, Any], language: str = "zh") -> list[str]:
    """The rows of the difference between the default table and it with an overlay."""
    new = compile_rule_set(apply_overlay(BASE, overlay))
    rows = changes_in_words(differences(DEFAULT, new), DEFAULT, new, language)
    return [in_one(row) for row in rows]


def in_one(row: Change) -> str:
    kind = "evidence" if row.only_evidence else row.direction.value
    return f"{row.kind_name} {row.item}: {row.old} -> {row.new} {kind}"


@pytest.mark.parametrize("name", RULE_SETS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_every_table_says_how_its_hours_come_about(name: str, language: str):
    rule_set = RULE_SETS[name]
    for kind in rule_set.kinds.values():
        words = kind_in_words(kind, rule_set, language)
        assert words.name
        assert words.hours
        assert bool(words.year_cap) == bool(kind.year_caps)
        assert bool(words.item_cap) == bool(kind.item_caps)


def test_pools_leasts_and_lengths_are_said():
    book = kind_in_words(RULE_SETS["provincial"].kinds["book"], RULE_SETS["provincial"], "zh")
    paper = kind_in_words(RULE_SETS["provincial"].kinds["paper"], RULE_SETS["provincial"], "en")

    assert book.hours == ("每满 10,000 字 5.0",)
    assert book.year_cap == "“科研成果”合计 60.0"
    assert paper.year_cap == "40.0; 60.0 within “Results of research”"
    assert paper.notes == ("Other journal × 0.6",)


def test_a_table_by_two_fields_is_a_grid():
    grid = kind_in_words(DEFAULT.kinds["patent"], DEFAULT, "zh").hours[0]

    assert isinstance(grid, Grid)
    assert grid.columns == ("第 1 名", "第 2–3 名", "第 4 名及以后")
    assert grid.rows[0] == ("发明", ("20.0", "12.0", "6.0"))


@pytest.mark.parametrize(
    ("kind", "overlay", "zh", "en"),
    [
        (
            "self_study", {"year_cap": 8},
            "自学 年度上限: 5.0 -> 8.0 looser", "Self-study Year cap: 5.0 -> 8.0 looser",
        ),
        (
            "online", {"year_cap": 20},
            "网络课程 年度上限: 无 -> 20.0 tighter", "Online course Year cap: None -> 20.0 tighter",
        ),
        (
            "award", {"enabled": True},
            "科技奖励 整类: 停用 -> 启用 looser", "Award Whole kind: Off -> On looser",
        ),
        (
            "inhouse", {"evidence": ["plan", "sign_in"]},
            "单位内训 佐证: 计划、签到表、讲义 -> 计划、签到表 evidence",
            "In-house training Evidence:"  # noqa: ISC004 - one row
            " Plan, Sign-in sheet, Material -> Plan, Sign-in sheet evidence",
        ),
        (
            "visit", {"item_cap": {"hours": {"false": {"per_day": 6}}}},
            "参观考察 单项上限，非境外，每天: 8.0 -> 6.0 tighter",
            "Technical visit Cap for one record, not Abroad, a day: 8.0 -> 6.0 tighter",
        ),
        (
            "book", {"factor": {"values": {"true": 0.6}}},
            "专著教材译著 系数，译著: 0.5 -> 0.6 looser",
            "Book Factor, Translated: 0.5 -> 0.6 looser",
        ),
        (
            "lecture", {"amount": [{"per_minutes": {"field": "minutes"}}]},
            "授课讲座 按时长，时长权重: 2 -> 1 tighter",
            "Lecturing By time, Weight of time: 2 -> 1 tighter",
        ),
        (
            "training",
            {"amount": [{"per_minutes": {"field": "minutes"}},
                        {"per_unit": {"field": "days", "hours": 7}}]},
            "面授培训 每天学时: 6.0 -> 7.0 looser",
            "Face-to-face training For each: days: 6.0 -> 7.0 looser",
        ),
        (
            "standard", {"deducts": None},
            "标准制修订 扣除的种类: 标准在研工时 -> 无 looser",
            "Standard drafted Deducts: Standards committee work in progress -> None looser",
        ),
        (
            "exam", {"names": {"zh": "考试"}},
            "考试 名称，中文: 专业/资格考试 -> 考试 other",
            "Professional examination passed Name, Chinese: 专业/资格考试 -> 考试 other",
        ),
    ],
)  # fmt: skip
def test_a_change_is_said_in_words(kind: str, overlay: dict[str, Any], zh: str, en: str):
    assert said({"kinds": {kind: overlay}}) == [zh]
    assert said({"kinds": {kind: overlay}}, "en") == [en]


def test_one_cell_of_a_table_is_named_by_row_and_column():
    hours = BASE["kinds"]["standard"]["amount"][0]["table"]["hours"]
    table = {"by": ["level", "rank"], "hours": {**hours, "industry": {"1": 32, "2-5": 20, "6+": 9}}}

    assert said({"kinds": {"standard": {"amount": [{"table": table}]}}}) == [
        "标准制修订 行业，第 1 名: 30.0 -> 32.0 looser",
        "标准制修订 行业，第 6 名及以后: 10.0 -> 9.0 tighter",
    ]


def test_what_holds_for_the_whole_table_is_said_too():
    pools = {"results": {"names": {"zh": "成果类", "en": "Results"}, "year_cap": 60}}
    overlay = {"step": 1, "pools": pools, "kinds": {"paper": {"year_cap": {"pool": "results"}}}}
    rows = said(overlay)

    assert "整张表 进位: 0.5 -> 1.0 tighter" in rows
    assert "整张表 成果类 · 年度上限: 无 -> 60.0 tighter" in rows
    assert "论文 合计上限: 无 -> 成果类 tighter" in rows


FAULTS: dict[str, Any] = {
    "step": "half",
    "minutes_per_hour": 0,
    "official": "no",
    "kinds": {
        "online": {"year_cap": -1, "cap": 3, "amount": []},
        "talk": {"amount": [{"table": {"by": "level", "hours": {"national": 8}}}]},
        "standard": {"factor": {"field": "work", "values": {"new": 1}}},
        "patent": {"amount": [{"table": {"by": ["patent_type", "rank"],
                                         "hours": {"invention": {"2": 3}}}}]},
        "other": {"amount": [{"fixed": 3}]},
        "visit": {"item_cap": {"day": 8}, "evidence": ["nothing"], "names": {"zh": ""}},
        "new": None,
        "fresh": {},
        "exam": {"amount": [{"fixed": 1, "per_unit": {}}], "group": "none"},
    },
}  # fmt: skip


def test_every_fault_is_said_in_chinese_with_its_place():
    found = problems_of(apply_overlay(BASE, FAULTS))
    words = [problem_in_words(problem, "zh") for problem in found]

    assert len(words) > 15
    english = [e for _place, _found, e in words if not any(c >= "\u4e00" for c in e)]
    assert english == []
    assert ("kinds.online.year_cap", "-1", "0 或以上的数") in words
    assert problem_in_words(found[0], "en")[2] == found[0].expected


@pytest.mark.parametrize("name", RULE_SETS)
def test_a_written_rule_set_is_read_back_the_same(name: str):
    body = json.loads(json.dumps(RULE_SETS[name].body))
    text = rulesets.write(body)

    assert rulesets.parse(text)[0] == body
    assert list(rulesets.parse(text)[0]["kinds"]) == list(body["kinds"]), "in the same order"
    assert max(map(len, text.splitlines())) <= 120


def test_an_empty_overlay_is_an_empty_text():
    assert rulesets.write({}) == ""


def test_faults_of_an_overlay_carry_the_lines_of_its_own_text():
    text = "kinds:\n  online:\n    year_cap: -1\n"
    body, lines = rulesets.parse(text)
    (problem,) = rulesets.located(problems_of(apply_overlay(BASE, body)), lines)

    assert problem.line == 3


def test_names_are_compared_as_rule_sets_not_as_texts():
    same: RuleSet = compile_rule_set(json.loads(json.dumps(BASE)))

    assert changes_in_words(differences(DEFAULT, same), DEFAULT, same, "zh") == []
