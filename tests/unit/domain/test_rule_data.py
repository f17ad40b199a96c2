"""The rule sets shipped and the two foreign ones: their figures against the published tables."""

import pytest

from cpd_app.domain.conversion import convert
from cpd_app.domain.kinds import FieldType, RuleSet
from cpd_app.rulesets import default_rule_set, load
from tests.support.rules import DATA, a_credit, hours_of, recognised

YEAR_CAPS = {
    "inhouse": 20, "degree_course": 45, "exam": 20, "talk": 20, "lecture": 20, "standard": 40,
    "standard_committee": 15, "research": 40, "paper": 25, "book": 40, "patent": 30, "review": 20,
    "exam_setting": 20, "service": 15, "office": 6, "mentoring": 10, "self_study": 5, "other": 10,
    "award": 30,
}  # fmt: skip
S1 = {
    "international": (40, 30, 15), "national": (36, 27, 14), "industry": (30, 20, 10),
    "local": (20, 14, 8), "association": (20, 14, 8), "enterprise": (10, 6, 3),
}  # fmt: skip
S2 = {
    "national": (36, 28, 20, 8), "provincial": (30, 24, 14, 6), "municipal": (20, 14, 8, 4),
    "enterprise": (12, 8, 5, 3),
}  # fmt: skip
S3 = {"core": (16, 8, 4), "journal": (10, 5, 3), "proceedings": (8, 4, 2)}
S4 = {"sole": 30, "chief": 30, "first": 30, "deputy": 20, "second": 20}
S5 = {"invention": (20, 12, 6), "utility": (10, 6, 3), "design": (6, 4, 2), "software": (6, 4, 2)}


def bem() -> RuleSet:
    return load(DATA / "rulesets" / "bem.yaml")


def provincial() -> RuleSet:
    return load(DATA / "rulesets" / "provincial.yaml")


def test_the_default_rule_set_is_version_1_and_not_official():
    rules = default_rule_set()
    assert (rules.code, rules.version, rules.official) == ("cse-default", 1, False)
    assert (rules.step, rules.minutes_per_hour, rules.minutes_per_day) == (50, 45, 450)
    assert len(rules.usable_kinds) == 22
    assert [k.code for k in rules.kinds.values() if not k.enabled] == ["award"]


def test_the_year_caps_are_those_of_the_table():
    fixed = {
        kind.code: kind.year_caps[0].hours // 100
        for kind in default_rule_set().kinds.values()
        if kind.year_caps and kind.year_caps[0].hours is not None
    }
    assert fixed == YEAR_CAPS
    assert default_rule_set().kinds["visit"].year_caps[0].values == {False: 1600, True: 3000}


def test_every_usable_kind_lists_evidence_and_names_in_both_languages():
    for kind in default_rule_set().usable_kinds:
        labels = [kind.names, kind.date_label, *(e.names for e in kind.evidence)]
        labels += [f.names for f in kind.fields.values()]
        labels += [c for f in kind.fields.values() for c in f.choices.values()]
        assert kind.evidence, kind.code
        assert all(label.zh and label.en.isascii() for label in labels), kind.code


def test_table_s1_standards():
    for level, row in S1.items():
        for ranks, hours in zip(((1,), (2, 5), (6, 60)), row, strict=True):
            for rank in ranks:
                assert hours_of("standard", level=level, rank=rank, work="new") == hours


def test_table_s2_research():
    for level, row in S2.items():
        for ranks, hours in zip(((1,), (2, 3), (4, 5), (6, 60)), row, strict=True):
            for rank in ranks:
                assert hours_of("research", level=level, rank=rank) == hours


def test_table_s3_papers():
    for tier, row in S3.items():
        for ranks, hours in zip(((1,), (2,), (3, 30)), row, strict=True):
            for rank in ranks:
                assert hours_of("paper", tier=tier, rank=rank) == hours


def test_table_s4_books():
    assert {role: hours_of("book", role=role) for role in S4} == S4


def test_table_s5_patents():
    for patent_type, row in S5.items():
        for ranks, hours in zip(((1,), (2, 3), (4, 40)), row, strict=True):
            for rank in ranks:
                assert hours_of("patent", patent_type=patent_type, rank=rank) == hours


def test_only_kinds_measured_in_minutes_alone_are_not_item_based():
    timed = {k.code for k in default_rule_set().usable_kinds if not k.item_based}
    assert {"online", "conference", "visit", "self_study"} <= timed
    assert not timed & {"training", "standard", "paper", "review", "talk"}


def test_a_kind_tells_a_page_which_fields_to_ask_for():
    book = default_rule_set().kinds["book"]
    assert [f.type for f in book.fields.values()] == [
        FieldType.CHOICE,
        FieldType.WHOLE,
        FieldType.BOOLEAN,
    ]
    assert book.fields["characters"].required_when == ("role", ("contributor",))
    assert book.key_label is not None
    assert book.key_label.in_language("zh") == "ISBN"


@pytest.mark.parametrize(
    ("kind", "fields", "hours"),
    [
        ("formal", {"minutes": 480}, 16.0),
        ("on_the_job", {"minutes": 480}, 8.0),
        ("private_study", {"minutes": 480}, 4.0),
        ("paper", {"papers": 1}, 10.0),
    ],
)
def test_the_malaysian_weights(kind: str, fields: dict[str, int], hours: float):
    assert hours_of(kind, bem(), **fields) == hours


def test_the_malaysian_caps():
    rules = bem()
    study = [
        a_credit(n, "private_study", f"2025-01-0{n}", rule_set=rules, minutes=480) for n in "123"
    ]
    papers = a_credit("papers", "paper", rule_set=rules, papers=3)
    assert recognised(*study, papers) == {"1": 4.0, "2": 1.0, "3": 0.0, "papers": 20.0}


@pytest.mark.parametrize(
    ("kind", "fields", "hours"),
    [
        ("course", {"minutes": 89}, 1.0),
        ("degree_course", {}, 15.0),
        ("conference", {"level": "national"}, 12.0),
        ("conference", {"level": "provincial"}, 8.0),
        ("research", {"part": "national_main", "rank": 5}, 32.0),
        ("research", {"part": "national_main", "rank": 6}, 0.0),
        ("research", {"part": "provincial_sub", "rank": 2}, 32.0),
        ("book", {"characters": 129_999}, 60.0),
        ("paper", {"tier": "national", "characters": 3500}, 15.0),
        ("paper", {"tier": "other", "characters": 3500}, 9.0),
    ],
)
def test_the_provincial_table(kind: str, fields: dict[str, int | str], hours: float):
    assert hours_of(kind, provincial(), **fields) == hours


def test_a_rule_set_is_read_the_same_every_time():
    first, second = provincial(), provincial()
    record = {"kind": "paper", "ended_on": "2025-01-01", "tier": "other", "characters": 3500}
    assert convert(first, record).trace == convert(second, record).trace
