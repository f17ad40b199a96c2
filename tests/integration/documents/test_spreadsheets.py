"""Rows as CSV and XLSX: text stays text, numbers stay numbers."""

import csv
import io
from pathlib import Path

from openpyxl import load_workbook

from cpd_app.documents.spreadsheets import Cell, write_csv, write_xlsx

HEADING = ["名称", "学时", "有"]
ROWS: list[list[Cell]] = [["=HYPERLINK(1)", 27.5, True], ["@x", None, False]]


def test_a_csv_opens_in_excel_and_calculates_nothing():
    made = io.BytesIO()
    write_csv(made, HEADING, ROWS)

    assert made.getvalue().startswith(b"\xef\xbb\xbf")
    table = list(csv.reader(io.StringIO(made.getvalue().decode("utf-8-sig"))))
    assert table == [HEADING, ["'=HYPERLINK(1)", "27.5", "true"], ["'@x", "", "false"]]


def test_a_workbook_keeps_types_on_disk_and_in_memory(tmp_path: Path):
    memory = io.BytesIO()
    write_xlsx(memory, HEADING, ROWS, name="名册")
    write_xlsx(tmp_path / "a.xlsx", HEADING, ROWS, name="名册", folder=tmp_path)

    for source in (memory, tmp_path / "a.xlsx"):
        sheet = load_workbook(source).worksheets[0]
        heading, first, second = (list(line) for line in sheet.iter_rows())
        assert [c.value for c in heading] == HEADING
        assert [(c.value, c.data_type) for c in first] == [
            ("=HYPERLINK(1)", "s"), (27.5, "n"), (True, "b"),
        ]  # fmt: skip
        assert [c.value for c in second] == ["@x", None, False]
        assert (sheet.title, sheet.freeze_panes) == ("名册", "A2")
        assert sheet.auto_filter.ref == "A1:C3"
