"""Figures by their path, overlays made from what differs, texts that are alike."""

import json
from typing import Any

import pytest

from cpd_app.domain.likeness import likeness
from cpd_app.domain.rule_values import values_of, with_value
from cpd_app.domain.ruleset import apply_overlay, compile_rule_set, overlay_of
from cpd_app.rulesets import default_rule_set

BASE: dict[str, Any] = json.loads(json.dumps(default_rule_set().body))


def test_every_figure_of_a_kind_has_its_path():
    found = {value.path: value.number for value in values_of(BASE["kinds"]["visit"])}

    assert found == {
        ("item_cap", "hours", "false", "per_day"): 8,
        ("item_cap", "hours", "true"): 30,
        ("year_cap", "hours", "false"): 16,
        ("year_cap", "hours", "true"): 30,
    }


def test_caps_may_be_absent_and_stand_as_none():
    caps = {v.path: (v.number, v.optional) for v in values_of(BASE["kinds"]["online"])}

    assert caps == {("year_cap",): (None, True)}, "its item cap is a field, no figure"


@pytest.mark.parametrize("kind", list(BASE["kinds"]))
def test_each_figure_can_be_set_and_nothing_else_changes(kind: str):
    body = BASE["kinds"][kind]
    for value in values_of(body):
        changed = with_value(body, value.path, 7)
        assert {v.path: v.number for v in values_of(changed)} == {
            v.path: 7 if v.path == value.path else v.number for v in values_of(body)
        }
        whole = {**BASE, "kinds": {**BASE["kinds"], kind: changed}}
        compile_rule_set(whole)


def test_a_cap_is_taken_away_and_a_lost_path_is_an_error():
    talk = BASE["kinds"]["talk"]

    assert "item_cap" not in with_value(talk, ("item_cap",), None)
    for path in (("amount", "9", "fixed"), ("item_cap", "hours", "true"), ("nothing", "deep")):
        with pytest.raises(KeyError):
            with_value(talk, path, 1)


@pytest.mark.parametrize(
    "overlay",
    [
        {},
        {"kinds": {"online": {"year_cap": 20}}},
        {"kinds": {"award": {"enabled": True}, "talk": {"item_cap": None}}},
        {"step": 1, "kinds": {"mentoring": None}, "pools": {"p": {"year_cap": 3}}},
        {"kinds": {"visit": {"year_cap": {"hours": {"true": 20}}}}},
    ],
)
def test_what_differs_is_the_overlay_again(overlay: dict[str, Any]):
    assert overlay_of(BASE, apply_overlay(BASE, overlay)) == overlay


def test_true_is_not_one():
    assert overlay_of({"a": 1}, {"a": True}) == {"a": True}


def test_texts_are_alike_by_neighbouring_characters():
    title = "全国技能大赛裁判"

    assert likeness(title, title) == 1
    assert likeness(title, "省级技能大赛裁判") > likeness(title, "技能讲座") > 0
    assert likeness(title, "用电安全") == likeness("", title) == likeness("！", title) == 0
    assert likeness("IEEE Talk", "talk at ＩＥＥＥ") == 1
