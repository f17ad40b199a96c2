"""What counts in a summary, and what the outline says."""

import pytest

from cpd_app.domain.summary import Showing, count_characters, outline_of


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ("", 0),
        ("   \n\t　", 0),
        ("本人，五年来。", 7),
        ("完成 220 kV 变电站", 7),
        ("DL/T 5155-2016", 4),
        ("IEC's work", 2),
        ("龘䶮𠮷", 3),
        ("# 工程知识与专业能力（3 条记录，12.0 学时）\n· 论文（8.0 学时）\n我做了", 3),
        ("  · 列出的记录\n#没有空格也算", 7),
    ],
)
def test_signs_and_words_count_and_the_outline_does_not(text: str, characters: int):
    assert count_characters(text) == characters


def test_the_outline_holds_each_competence_with_counts_hours_and_the_strongest_records():
    records = [
        Showing("论文", ("knowledge", "learning"), 1600),
        Showing("培训", ("knowledge",), 800),
        Showing("内训", (), 200),
    ]

    outline = outline_of(records)
    knowledge, ethics, *_rest = outline.parts

    assert (knowledge.records, knowledge.hours) == (2, 2400)
    assert knowledge.strongest == (("论文", 1600), ("培训", 800))
    assert (ethics.competence, ethics.records, ethics.strongest) == ("ethics", 0, ())
    assert [p.competence for p in outline.parts][3:] == ["learning", "management"]
    assert outline.without == 1


def test_the_outline_names_five_records_of_a_competence():
    records = [Showing(f"记录{n}", ("teamwork",), n * 100) for n in range(1, 9)]

    part = outline_of(records).parts[2]

    assert part.records == 8
    assert [title for title, _hours in part.strongest] == [f"记录{n}" for n in (8, 7, 6, 5, 4)]
