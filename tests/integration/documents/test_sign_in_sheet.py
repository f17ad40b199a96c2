"""The sign-in sheet: everybody expected, in order, on pages that each say what they are."""

from cpd_app.documents.sign_in_sheet import SheetRow, SignInSheet, sign_in_sheet_pdf
from tests.support.documents import HEAD, HOUR, NINE, pages_of


def a_sheet(*rows: SheetRow) -> SignInSheet:
    """The sheet of the morning."""
    return SignInSheet(HEAD, "主会场", "三层大厅", NINE, NINE + 3 * HOUR, rows, NINE - 12 * HOUR)


def test_every_page_says_what_it_is_of_and_which_it_is():
    rows = [SheetRow(f"T{i:06d}", "王强", f"第{i}设计院") for i in range(90)]

    pages = pages_of(sign_in_sheet_pdf(a_sheet(*rows), "zh").pdf)

    assert len(pages) == 4
    for number, page in enumerate(pages, start=1):
        assert page.startswith("签到表")
        assert "主会场·2026年5月6日09:00–12:00·会议中心·三层大厅" in page
        assert "序号注册编号姓名单位签到（签名、时间）签退（签名、时间）" in page
        assert page.endswith(f"第{number}页，共4页")
    printed = "".join(pages)
    assert [i for i in range(90) if f"T{i:06d}王强第{i}设计院" not in printed] == []
    assert "现场登记" in pages[-1]


def test_people_stand_in_the_order_of_the_sound_of_their_names():
    names = ["赵一", "安平", "王强", "李敏", "Anna"]

    (page,) = pages_of(
        sign_in_sheet_pdf(a_sheet(*(SheetRow(None, n, None) for n in names)), "zh").pdf
    )

    assert "1Anna2安平3李敏4王强5赵一" in page


def test_a_character_without_a_glyph_is_marked_and_named():
    made = sign_in_sheet_pdf(a_sheet(SheetRow("T1", "吴𠮷", None)), "zh")

    (page,) = pages_of(made.pdf)
    assert made.missing == {"𠮷"}
    assert "吴〓" in page
    assert "〓代替字库里没有的字：U+20BB7" in page


def test_an_empty_roster_still_has_room_for_walk_ins():
    (page,) = pages_of(sign_in_sheet_pdf(a_sheet(), "en").pdf)

    assert page.startswith("Sign-insheet")
    assert "Walk-ins" in page
    assert "Page1of1" in page
