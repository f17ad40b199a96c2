"""The arithmetic in sentences."""

import json
from typing import Any

import pytest

from cpd_app.domain.allocation import allocate
from cpd_app.domain.conversion import convert
from cpd_app.rulesets import default_rule_set
from cpd_app.texts.trace import trace_lines
from tests.support.rules import DAY, a_credit


@pytest.mark.parametrize(
    ("record", "zh", "en"),
    [
        (
            {"kind": "training", "minutes": 120},
            ["120 分钟 ÷ 45 = 2.67 → 2.5 学时"],
            ["120 min ÷ 45 = 2.67 → 2.5 h"],
        ),
        (
            {"kind": "lecture", "minutes": 100},
            ["100 分钟 ÷ 45 × 2 = 4.44 → 4.0 学时"],
            ["100 min ÷ 45 × 2 = 4.44 → 4.0 h"],
        ),
        (
            {"kind": "lecture", "minutes": 90, "repeat": True},
            ["90 分钟 ÷ 45 × 2 = 4.0", "重复讲授不计学时 → 0.0 学时"],
            ["90 min ÷ 45 × 2 = 4.0", "A repeat gives nothing → 0.0 h"],
        ),
        (
            {"kind": "training", "days": 0.5},
            ["0.5 天 × 6 = 3.0 学时"],
            ["days: 0.5 × 6 = 3.0 h"],
        ),
        (
            {"kind": "standard", "level": "industry", "rank": 3, "work": "revision"},
            ["行业第 2–5 名 20.0 × 修订 0.6 = 12.0 学时"],
            ["Industry, rank 2–5 20.0 × Revision 0.6 = 12.0 h"],
        ),
        (
            {"kind": "standard", "level": "national", "rank": 3, "work": "revision"},
            ["国家级第 2–5 名 27.0 × 修订 0.6 = 16.2 → 16.0 学时"],
            ["National, rank 2–5 27.0 × Revision 0.6 = 16.2 → 16.0 h"],
        ),
        (
            {"kind": "book", "role": "contributor", "characters": 48000},
            ["48,000 字，满 4 个 10,000 × 5，至多 15 = 15.0 学时"],
            ["characters: 48,000, 4 full 10,000 × 5, at most 15 = 15.0 h"],
        ),
        (
            {"kind": "visit", "minutes": 450},
            ["450 分钟 ÷ 45 = 10.0 学时", "单项上限 每天 8.0 × 1 天 = 8.0：10.0 → 8.0 学时"],
            ["450 min ÷ 45 = 10.0 h", "At most 8.0 a day × 1 = 8.0 for one record: 10.0 → 8.0 h"],
        ),
        ({"kind": "exam"}, ["每项 10.0 学时"], ["Each 10.0 h"]),
        (
            {"kind": "other", "hours_asked": 3},
            ["申请 3.0 学时，学会认定前计 0.0"],
            ["Asked 3.0 h; 0.0 until the society has ruled"],
        ),
    ],
)
def test_a_trace_reads_as_a_person_would_write_it(
    record: dict[str, Any], zh: list[str], en: list[str]
):
    trace = convert(default_rule_set(), {"ended_on": DAY, **record}).trace
    stored = json.loads(json.dumps(trace))
    assert trace_lines(stored) == zh
    assert trace_lines(stored, "en") == en


def test_a_ruling_is_said_with_what_was_asked():
    record = {"kind": "other", "ended_on": DAY, "hours_asked": 12}
    trace = convert(default_rule_set(), record, ruled=1100).trace
    assert trace_lines(trace) == [
        "申请 12.0 学时，学会认定 11.0 学时",
        "单项上限 10.0：11.0 → 10.0 学时",
    ]


def test_the_last_step_of_a_trace_says_the_hours():
    for record in (
        {"kind": "conference", "minutes": 450, "level": "other"},
        {"kind": "paper", "tier": "core", "rank": 1, "characters": 5},
        {"kind": "other", "hours_asked": 4},
    ):
        made = convert(default_rule_set(), {"ended_on": DAY, **record})
        assert made.trace[-1]["hours"] == made.hours


def test_reasons_follow_the_trace():
    first = a_credit("first", "paper", "2025-01-01", tier="core", rank=1)
    second = a_credit("second", "paper", "2025-02-01", tier="core", rank=1)
    work = a_credit("work", "standard_committee", "2025-01-05", key="k", minutes=270)
    fields: dict[str, Any] = {"level": "industry", "rank": 1, "work": "new"}
    standard = a_credit("standard", "standard", "2025-06-01", key="k", **fields)
    given = allocate([first, second, work, standard]).records
    trace = convert(default_rule_set(), second.fields).trace
    assert trace_lines([*trace, *given["second"].reasons]) == [
        "SCI/EI/中文核心第 1 名 16.0 学时",
        "“论文”年度上限 25.0：16.0 → 9.0 学时",
    ]
    trace = convert(default_rule_set(), standard.fields).trace
    assert trace_lines([*trace, *given["standard"].reasons], "en") == [
        "Industry, rank 1 30.0 h",
        "Less 6.0 h already counted as “Standards committee work in progress”: 30.0 → 24.0 h",
    ]


@pytest.mark.parametrize(
    ("reason", "zh", "en"),
    [
        (
            {"code": "counts_once", "winner": 7, "hours": 0},
            "同一成果只计一次，已计在“题目 7”",
            "The same achievement counts once: it is counted in “题目 7”",
        ),
        (
            {"code": "same_activity", "other": 7, "hours": 0},
            "与“题目 7”时间重叠，先计 0.0：同一活动？",
            "Overlaps in time with “题目 7”, held at 0.0: the same activity?",
        ),
        (
            {"code": "outside_term", "hours": 0},
            "完成日不在证书有效期内，不计学时",
            "The finishing day lies outside the certificate's term: nothing is counted",
        ),
        (
            {"code": "needs_ruling", "hours": 0},
            "等待学会认定",
            "Waits for the society's ruling",
        ),
    ],
)
def test_reasons_name_the_other_record(reason: dict[str, Any], zh: str, en: str):
    assert trace_lines([reason], "zh", lambda ref: f"题目 {ref}") == [zh]
    assert trace_lines([reason], "en", lambda ref: f"题目 {ref}") == [en]


def test_without_a_title_the_other_record_is_just_another():
    assert trace_lines([{"code": "counts_once", "winner": 7}]) == [
        "同一成果只计一次，已计在另一条记录"
    ]
