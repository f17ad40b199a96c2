"""The fields of engineering: the lists of the federation, and what the loader refuses."""

import re
from datetime import date

import pytest

from cpd_app.reference import BadReference, Field, Specialty, load_fields, parse_fields

#: 工程能力评价问答手册 (January 2024), Q5
HANDBOOK = [
    "土木工程",
    "电气工程",
    "机械工程",
    "标准化",
    "水利水电工程",
    "信息通信工程",
    "汽车工程",
    "化学化工",
    "地质工程",
    "建筑工程",
    "测量控制与仪器仪表",
    "风景园林",
]

#: appendix 1 of the notice of 2025, with the number of 专业类别 of each
NOTICE = {
    "土木工程类": 3,
    "电气工程类": 7,
    "机械工程类": 5,
    "水利水电工程类": 6,
    "信息通信工程类": 5,
    "汽车工程类": 7,
    "地质工程类": 5,
    "建筑工程类": 6,
    "测量控制与仪器仪表类": 3,
    "风景园林类": 3,
    "计算机与应用类": 1,
    "生态环境工程类": 5,
}

ONE_FIELD = """\
specialties_source: a list
fields:
  - code: civil
    name: 土木工程类
    name_en: Civil engineering
    aliases: [土木工程]
    valid_from: 2024-01-01
    source: another list
    specialties:
      - code: civil-structural
        name: 结构工程
        name_en: Structural engineering
        scope: 桥梁
      - code: civil-other
        name: 其他
        name_en: Other
        scope: null
"""

SECOND_FIELD = """\
  - code: electrical
    name: 电气工程类
    name_en: Electrical engineering
    aliases: [电气工程]
    valid_from: null
    source: another list
    specialties: []
"""


def the_field(spelling: str) -> Field:
    """The one field that is written so."""
    (field,) = (field for field in load_fields() if spelling in field.spellings)
    return field


def all_rows() -> list[Field | Specialty]:
    """Fields and specialties in one list, as the table of fields holds them."""
    fields = load_fields()
    return [*fields, *(specialty for field in fields for specialty in field.specialties)]


@pytest.mark.parametrize("spelling", [*HANDBOOK, *NOTICE])
def test_every_field_of_both_lists_is_there_in_the_spelling_of_that_list(spelling: str) -> None:
    assert the_field(spelling).code


def test_there_is_no_field_that_neither_list_has() -> None:
    listed = {the_field(spelling).code for spelling in [*HANDBOOK, *NOTICE]}
    assert listed == {field.code for field in load_fields()}
    assert len(listed) == 14


@pytest.mark.parametrize(("name", "count"), NOTICE.items())
def test_a_field_of_the_notice_has_all_its_specialties(name: str, count: int) -> None:
    assert len(the_field(name).specialties) == count


@pytest.mark.parametrize("name", ["标准化", "化学化工"])
def test_a_field_that_only_the_handbook_lists_has_no_specialties(name: str) -> None:
    field = the_field(name)
    assert field.specialties == ()
    assert "附件1" not in field.source


def test_the_source_of_a_field_names_each_list_it_stands_in() -> None:
    for field in load_fields():
        assert ("Q5" in field.source) == any(name in field.spellings for name in HANDBOOK)
        assert ("附件1" in field.source) == (field.name in NOTICE)
        assert all("附件1" in specialty.source for specialty in field.specialties)


def test_a_field_is_dated_by_the_handbook_or_not_at_all() -> None:
    for field in load_fields():
        assert field.valid_from == (date(2024, 1, 1) if "Q5" in field.source else None)


def test_the_short_name_of_a_field_is_a_spelling_of_it() -> None:
    assert the_field("电气").code == "electrical"
    assert the_field("土木").code == "civil"


def test_every_name_has_an_english_one_in_ascii() -> None:
    written = re.compile(r"[A-Z][A-Za-z ,-]+")
    assert [row.code for row in all_rows() if not written.fullmatch(row.name_en)] == []


def test_only_the_specialties_without_a_scope_in_the_notice_have_none() -> None:
    without = [s.code for field in load_fields() for s in field.specialties if s.scope is None]
    assert without == ["electrical-other", "ict-other"]


def test_names_sources_and_codes_fit_their_columns() -> None:
    for row in all_rows():
        assert len(row.code) <= 80
        assert len(row.name) <= 80
        assert len(row.name_en) <= 160
        assert len(row.source) <= 200


def test_a_well_formed_file_is_read_as_it_stands() -> None:
    civil, electrical = parse_fields(ONE_FIELD + SECOND_FIELD)
    assert civil.spellings == ("土木工程类", "土木工程")
    assert civil.valid_from == date(2024, 1, 1)
    assert [specialty.scope for specialty in civil.specialties] == ["桥梁", None]
    assert [specialty.source for specialty in civil.specialties] == ["a list", "a list"]
    assert electrical.valid_from is None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("code: electrical", "code: civil", "code given twice: civil"),
        ("code: electrical", "code: civil-other", "code given twice: civil-other"),
        ("code: electrical", "code: Electrical", r"code Electrical must be kebab-case ASCII"),
        ("code: electrical", "code: 电气", "code 电气 must be kebab-case ASCII"),
        ("code: civil-other", "code: other", "code other must begin with civil-"),
        ("name: 电气工程类", "name: 土木工程类", "spelling given twice: 土木工程类"),
        ("[电气工程]", "[土木工程]", "spelling given twice: 土木工程"),
        ("[电气工程]", "电气工程", "electrical: aliases must be a list"),
        ("[电气工程]", "[110]", "electrical: aliases must be texts"),
        ("Electrical engineering", "Civil engineering", "English name given twice"),
        ("name: 其他", "name: 结构工程", "specialty of civil given twice: 结构工程"),
        ("name: 其他", "name: ' '", "civil-other: name must be a text"),
        ("scope: null", "scope: 7", "civil-other: scope must be a text"),
        ("valid_from: null", "valid_from: '2024'", "electrical: valid_from must be a day"),
        ("valid_from: null", "valid_from: 2024-01-01 08:00:00", "valid_from must be a day"),
        ("valid_from: null", "from: null", r"fields\[1\]: must have exactly the keys aliases, "),
        ("scope: null", "range: null", r"civil.specialties\[1\]: must have exactly the keys "),
        ("specialties: []", "specialties: none", "electrical: specialties must be a list"),
        ("specialties_source: a list", "edition: 1", "the file: must have exactly the keys "),
        ("fields:", "fields: {", "not YAML"),
    ],
)
def test_a_file_that_breaks_a_rule_is_refused_with_the_place(
    old: str, new: str, message: str
) -> None:
    text = ONE_FIELD + SECOND_FIELD
    assert old in text
    with pytest.raises(BadReference, match=message):
        parse_fields(text.replace(old, new))
