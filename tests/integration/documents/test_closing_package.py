"""The closing package: PDF and XLSX say the same, and their sums are the sums of their rows."""

import dataclasses
import io
import zipfile
from datetime import datetime
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from cpd_app.documents.attendance import Stay
from cpd_app.documents.closing_package import (
    Absent,
    ClosingPackage,
    PackageRow,
    SessionLine,
    figures_of,
    package_pdf,
    package_zip,
)
from cpd_app.documents.closing_workbook import package_xlsx
from tests.support.documents import DAY, HEAD, HOUR, MORNING, NINE, pages_of, text_of

AFTERNOON = Stay("分会场", NINE + 5 * HOUR, NINE + 8 * HOUR)
LEFT_OPEN = Stay("主会场", NINE, None)
ASSUMED = Stay("主会场", NINE, NINE + HOUR, assumed=True)

PACKAGE = ClosingPackage(
    event=HEAD,
    sessions=(
        SessionLine("主会场", "大厅", NINE, NINE + 3 * HOUR, 165),
        SessionLine("分会场", None, NINE + 5 * HOUR, NINE + 8 * HOUR, 0),
    ),
    rows=(
        PackageRow("T2", "王强", "甲院", "本地学会", (MORNING, AFTERNOON), 345, 750, "A"),
        PackageRow("T1", "安平", "甲院", "外地学会", (MORNING,), 165, 350, "B", ("late",)),
        PackageRow("T3", "李敏", "乙公司", "本地学会", (ASSUMED,), 60, 100, "B", ("missing",)),
        PackageRow(None, "=SUM(1)", None, None, (LEFT_OPEN,), 0, 0, None, ("missing", "guest")),
    ),
    absent=(
        Absent("T9", "赵一", "乙公司", excused=True),
        Absent("T8", "白二", None, excused=False),
    ),
    missing_out="until_last_proof",
    approved_at=NINE - 20 * DAY,
    approved_hours=800,
    settled_at=NINE + DAY,
    as_of=NINE + DAY,
)


def sheets_of(package: ClosingPackage, language: str = "zh") -> dict[str, Worksheet]:
    """The sheets of its workbook by name."""
    book = load_workbook(io.BytesIO(package_xlsx(package, language)))
    return dict(zip(book.sheetnames, book.worksheets, strict=True))


def values_of(sheet: Worksheet) -> list[list[Any]]:
    """Its cells, row by row."""
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_the_figures_are_the_sums_of_the_rows():
    assert figures_of(PACKAGE) == {
        "roster": 6,
        "came": 4,
        "absent": 2,
        "excused": 1,
        "without_out": 2,
        "hours_sum": 1200,
    }


def test_counts_by_society_and_unit_add_up_to_everybody():
    societies = PACKAGE.by_society("zh")
    units = PACKAGE.by_unit("zh")

    assert [(c.name, c.people, c.hours) for c in societies] == [
        ("本地学会", 2, 850),
        ("外地学会", 1, 350),
        ("来宾（无注册）", 1, 0),
    ]
    assert [(c.name, c.people, c.hours) for c in units] == [
        ("甲院", 2, 1100),
        ("乙公司", 1, 100),
        ("未填", 1, 0),
    ]
    for counts in (societies, units):
        assert sum(c.people for c in counts) == len(PACKAGE.rows)
        assert sum(c.hours for c in counts) == PACKAGE.hours


def test_the_pdf_has_facts_figures_rows_and_sums():
    text = text_of(package_pdf(PACKAGE, "zh").pdf)

    for line in (
        "结项表直流输电技术研讨会",
        "名单6到场4未到2请假1没有签退2学时合计12.0",
        "缺签退时计到最后一次扫码",
        "批准时最多可得8.0",
        "已结项2026年5月7日09:00",
        "主会场大厅2026年5月6日09:00–12:00165",
        "分会场2026年5月6日14:00–17:00不计",
        "本地学会28.5外地学会13.5来宾(无注册)10.0",
        "2T1安平甲院主会场09:0012:001653.5B补发",
        "3T3李敏乙公司主会场09:0010:00601.0B缺签退",
        "合计57012.0",
        "白二、赵一(请假)",
        "组织者(签字)",
    ):
        assert line in text
    assert "未结项" not in text


def test_it_is_in_english_too_and_says_when_figures_may_still_change():
    text = text_of(package_pdf(dataclasses.replace(PACKAGE, settled_at=None), "en").pdf)

    assert text.startswith(
        "Closingreport直流输电技术研讨会Notsettledyet:figuresmaystillbecorrected"
    )
    assert "Ontheroster6Came4Didnotcome2Excused1Withoutcheck-out2Hoursinall12.0" in text


def test_the_list_goes_over_pages_that_repeat_its_head():
    rows = tuple(
        PackageRow(f"T{i:05d}", "王强", f"第{i % 70}院", "本地学会", (MORNING,), 165, 350, "B")
        for i in range(120)
    )

    pages = pages_of(package_pdf(dataclasses.replace(PACKAGE, rows=rows), "zh").pdf)

    listing = [page for page in pages if "序号注册编号姓名单位" in page]
    assert len(listing) > 4
    assert "".join(pages).count("主会场09:0012:00165") == 120
    for number, page in enumerate(pages, start=1):
        assert page.endswith(f"第{number}页，共{len(pages)}页")


def test_one_session_on_one_day_needs_no_column_for_it():
    alone = dataclasses.replace(PACKAGE, sessions=PACKAGE.sessions[:1], rows=PACKAGE.rows[1:2])

    assert "1T1安平甲院09:0012:001653.5B" in text_of(package_pdf(alone, "zh").pdf)


def test_the_workbook_has_the_same_people_and_sums():
    sheets = sheets_of(PACKAGE)

    assert list(sheets) == ["活动", "出席名单", "在场明细", "未到", "按学会", "按单位"]
    assert values_of(sheets["出席名单"]) == [
        [
            "序号",
            "注册编号",
            "姓名",
            "单位",
            "学会",
            "签到",
            "签退",
            "分钟",
            "学时",
            "等级",
            "备注",
        ],
        [1, None, "=SUM(1)", None, None, local(9), None, 0, 0, None, "缺签退、来宾"],
        [2, "T1", "安平", "甲院", "外地学会", local(9), local(12), 165, 3.5, "B", "补发"],
        [3, "T3", "李敏", "乙公司", "本地学会", local(9), local(10), 60, 1, "B", "缺签退"],
        [4, "T2", "王强", "甲院", "本地学会", local(9), local(17), 345, 7.5, "A", None],
        ["合计", None, None, None, None, None, None, 570, 12, None, None],
    ]
    assert values_of(sheets["按学会"])[-1] == ["合计", 4, 12]
    assert values_of(sheets["按单位"])[-1] == ["合计", 4, 12]
    assert dict(values_of(sheets["活动"]))["学时合计"] == 12


def test_the_workbook_has_every_stay_and_who_did_not_come():
    sheets = sheets_of(PACKAGE)

    assert values_of(sheets["在场明细"])[1:] == [
        [None, "=SUM(1)", "主会场", local(9), None, "缺签退"],
        ["T1", "安平", "主会场", local(9), local(12), None],
        ["T3", "李敏", "主会场", local(9), local(10), "签退为推定"],
        ["T2", "王强", "主会场", local(9), local(12), None],
        ["T2", "王强", "分会场", local(14), local(17), None],
    ]
    assert values_of(sheets["未到"])[1:] == [
        ["T8", "白二", None, None],
        ["T9", "赵一", "乙公司", "请假"],
    ]


def test_a_name_that_looks_like_a_formula_stays_a_name():
    cell = sheets_of(PACKAGE)["出席名单"]["C2"]

    assert (cell.value, cell.data_type) == ("=SUM(1)", "s")


def test_lists_can_be_filtered_and_keep_their_head_in_sight():
    sheet = sheets_of(PACKAGE, "en")["Attendance"]

    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:K5"
    assert sheet.print_title_rows == "$1:$1"


@pytest.mark.parametrize(
    ("language", "names"),
    [("zh", ["结项表.pdf", "结项表.xlsx"]), ("en", ["Closing report.pdf", "Closing report.xlsx"])],
)
def test_the_zip_holds_both(language: str, names: list[str]):
    xlsx = package_xlsx(PACKAGE, language)

    with zipfile.ZipFile(io.BytesIO(package_zip(PACKAGE, xlsx, language))) as archive:
        assert archive.namelist() == names
        assert archive.read(names[0]) == package_pdf(PACKAGE, language).pdf
        assert archive.read(names[1]) == xlsx


def local(hour: int) -> datetime:
    """An hour of the day on the event's own clock."""
    return datetime(2026, 5, 6, hour)  # noqa: DTZ001 - spreadsheets know no zones
