"""An agenda as people have it, read line by line."""

import pytest

from cpd_app.domain.agenda_text import TypedPart, read_agenda, speakers_of, typed_time


def test_lines_become_parts_with_their_speakers():
    read = read_agenda(
        "09:00-09:40 柔性直流的进展 | 张工，示范研究院，T1；李工\n"
        "9：40 – 10：00 茶歇\n"
        "\n"
        "10:00 圆桌讨论\t王工\n"
        "11.00~12.00 Lunch"
    )

    assert read.parts == (
        TypedPart("09:00", "09:40", "柔性直流的进展", True, "张工，示范研究院，T1；李工"),
        TypedPart("09:40", "10:00", "茶歇", credited=False),
        TypedPart("10:00", "11:00", "圆桌讨论", True, "王工"),
        TypedPart("11:00", "12:00", "Lunch", credited=False),
    )
    assert read.unread == ()


def test_lines_that_are_no_part_are_told_with_their_number():
    read = read_agenda("会议议程\n09:00-10:00 报告\n25:00-26:00 半夜\n10:00-11:00")

    assert [p.title for p in read.parts] == ["报告"]
    assert read.unread == ((1, "会议议程"), (3, "25:00-26:00 半夜"), (4, "10:00-11:00"))


def test_the_last_line_may_have_no_end():
    assert read_agenda("16:00 闭幕").parts == (TypedPart("16:00", "", "闭幕"),)


def test_speakers_are_parted_by_semicolons_and_their_pieces_by_commas():
    assert speakers_of("张工，示范研究院，T1; 李工, Demo Co ；王工；") == [
        ("张工", "示范研究院", "T1"),
        ("李工", "Demo Co", None),
        ("王工", None, None),
    ]
    assert speakers_of("  ") == []


@pytest.mark.parametrize(
    ("typed", "read"),
    [("930", "09:30"), ("0930", "09:30"), ("9:30", "09:30"), ("9：05", "09:05"), ("9", "09:00"),
     ("24:00", "24:00"), ("1770", "1770"), ("上午", "上午"), ("", "")],
)  # fmt: skip
def test_a_time_is_read_as_people_type_it(typed: str, read: str):
    assert typed_time(typed) == read
