"""Import files: what is in them is read the same way whatever wrote them, within limits."""

import codecs
import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpd_app.domain.errors import Rejected
from cpd_app.texts.imports import ACTIVITY_COLUMNS, MEMBER_COLUMNS
from cpd_app.usecases import import_reading
from cpd_app.usecases.import_columns import (
    Findings,
    Row,
    boolean_of,
    day_of,
    headed,
    number_of,
    text_of,
)
from cpd_app.usecases.import_reading import read_sheet
from tests.support.files import a_csv, an_xlsx

HEADING = ("login", "名称")
ROWS = (("lin@example.org", "继电保护，“整定”"), ("", ""), ("x", "第 3 行"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_in_every_encoding_and_with_every_delimiter(encoding, delimiter):
    sheet = read_sheet(a_csv(HEADING, *ROWS, encoding=encoding, delimiter=delimiter))

    assert sheet.heading == HEADING
    assert [(line.number, line.cells) for line in sheet.lines] == [(2, ROWS[0]), (4, ROWS[2])]


def test_a_line_is_counted_as_an_editor_counts_it():
    sheet = read_sheet(b'login,title\na,"two\nlines"\nb,c\n')

    assert [line.number for line in sheet.lines] == [2, 4]


def test_a_workbook_reads_like_the_csv_of_the_same_cells():
    heading = ["day", "whole", "half", "truth", "text", "nothing"]
    day = datetime(2026, 10, 15)  # noqa: DTZ001 - a workbook's days have no zone
    data = an_xlsx(heading, [day, 480, 2.5, True, " x ", None])

    (line,) = read_sheet(data).lines
    assert line.cells[:5] == ("2026-10-15", "480", "2.5", "true", "x")
    assert not any(line.cells[5:])


def test_a_formula_is_read_as_nothing_rather_than_as_its_text():
    (line,) = read_sheet(an_xlsx(["a", "b"], ["x", "=1+1"])).lines

    assert line.cells[0] == "x"
    assert not any(line.cells[1:])


def test_openpyxl_reads_through_defusedxml():
    assert openpyxl.DEFUSEDXML is True


def test_an_xml_bomb_is_a_broken_file():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'
    made = _rewritten(an_xlsx(["a"], ["b"]), "xl/worksheets/sheet1.xml", bomb.encode())

    with pytest.raises(Rejected, match="file_broken"):
        read_sheet(made)


def test_a_zip_bomb_is_refused_before_it_unfolds(monkeypatch):
    monkeypatch.setattr(import_reading, "MOST_STRINGS", 100_000)
    made = _rewritten(an_xlsx(["a"], ["b"]), "xl/styles.xml", b" " * 200_000)

    with pytest.raises(Rejected, match="file_bomb"):
        read_sheet(made)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b" \r\n\r\n", "file_empty"),
        (import_reading.OLD_XLS + b"rest", "file_unknown"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "file_unknown"),
        (b"PK\x03\x04 and nothing more", "file_broken"),
        (codecs.BOM_UTF16_LE + b"a", "file_encoding"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(data, code):
    with pytest.raises(Rejected, match=code):
        read_sheet(data)


def test_more_rows_than_allowed_are_refused():
    with pytest.raises(Rejected, match="too_many_rows"):
        read_sheet(a_csv(("a",), ("1",), ("2",), ("3",)), most_rows=2)


@given(st.binary(max_size=300))
def test_nothing_that_arrives_is_an_error_of_ours(data):
    try:
        read_sheet(data)
    except Rejected as refusal:
        assert refusal.code.startswith(("file_", "too_many"))  # noqa: PT017


def test_columns_are_found_by_code_and_by_their_names():
    sheet = read_sheet(
        a_csv(("Registration_No", "姓名", "Level", "?"), ("A1", "林", "senior", "x"))
    )

    found = headed(sheet, MEMBER_COLUMNS, frozenset({"name"}))

    assert found.rows == [Row(2, {"registration_no": "A1", "name": "林", "level": "senior"})]
    assert found.ignored == ("?",)


def test_missing_and_doubled_columns_are_named():
    with pytest.raises(Rejected) as missing:
        headed(
            read_sheet(a_csv(("login",), ("a",))), ACTIVITY_COLUMNS, frozenset({"kind", "title"})
        )
    with pytest.raises(Rejected, match="column_twice"):
        headed(read_sheet(a_csv(("kind", "活动类别"), ("a", "b"))), ACTIVITY_COLUMNS, frozenset())

    assert missing.value.values == {"columns": "kind, title"}


def test_cells_beyond_the_heading_are_noticed():
    sheet = read_sheet(b"login,kind\na,b,c\n")

    assert headed(sheet, ACTIVITY_COLUMNS, frozenset()).rows[0].spills


@pytest.mark.parametrize(
    "text", ["2026-10-05", "2026/10/5", "2026.10.05", "2026年10月5日", "２０２６-10-05"]
)
def test_a_day_is_read_as_people_write_it(text):
    assert day_of(Row(2, {"d": text}), "d", Findings()) == date(2026, 10, 5)


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (day_of, "2026-02-30", "bad_date"),
        (day_of, "05/10/2026", "bad_date"),
        (day_of, "2026-10-05 09:30", "bad_date"),
        (number_of, "1,5", "bad_number"),
        (number_of, "two", "bad_number"),
        (number_of, "nan", "bad_number"),
        (boolean_of, "maybe", "bad_boolean"),
        (text_of, "a\x07b", "bad_character"),
    ],
)
def test_a_bad_cell_is_a_problem_of_its_column(read, text, code):
    found = Findings()

    assert not read(Row(2, {"c": text}), "c", found)
    assert [(p["code"], p["field"]) for p in found.problems] == [(code, "c")]


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (number_of, "480", 480),
        (number_of, "480.0", 480),
        (number_of, "2.5", 2.5),
        (boolean_of, "TRUE", True),
        (boolean_of, "false", False),
        (boolean_of, "是", True),
        (boolean_of, "", None),
        (number_of, "", None),
    ],
)
def test_a_good_cell_is_its_value(read, text, value):
    found = Findings()

    read_value = read(Row(2, {"c": text}), "c", found)
    assert (read_value, type(read_value)) == (value, type(value))
    assert not found.problems


def _rewritten(workbook: bytes, name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return made.getvalue()
