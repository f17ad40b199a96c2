"""Which characters the typefaces of documents have."""

from pathlib import Path

import pytest

from cpd_app.documents import fonts
from cpd_app.documents.fonts import STAND_IN, typefaces_for

DEBIAN = Path("/usr/share/fonts/opentype/noto")
#: names that registers are full of and that small fonts lack
RARE = "䶮龘喆堃犇骉羴淼㛃䲜𬭎𫖯𬱖𪣻𫍯镕"


@pytest.mark.parametrize(
    "text",
    [
        RARE,
        "买买提·吾守尔",
        "Zoë Müller–Señor",
        "Nguyễn Łukasz Őrsi, Şükrü Ağaoğlu, Ştefan Țuțea, Þór Čapek",
        "Nguye\u0302\u0303n",
        "Ольга Ωμέγα",
        "签到（一）《学时》—…〓",
    ],
)
def test_our_own_typeface_has_what_names_are_made_of(text: str):
    assert typefaces_for(text) == fonts.Typefaces((fonts.OWN,), frozenset())


def test_it_has_the_whole_basic_block_and_extension_a():
    block = "".join(map(chr, [*range(0x4E00, 0xA000), *range(0x3400, 0x4DC0)]))

    assert typefaces_for(block).missing == frozenset()


def test_what_it_lacks_is_named():
    assert typefaces_for("吴𠮷🙂").missing == {"𠮷", "🙂"}


def test_what_needs_no_glyph_is_not_missing():
    assert typefaces_for("葛\U000e0100 \n\u200b\u00a0\ufe0f").missing == frozenset()


def test_further_fonts_are_used_only_when_a_text_needs_them():
    assert typefaces_for("张会员", DEBIAN).folders == (fonts.OWN,)
    assert typefaces_for("吴𠮷", DEBIAN) == fonts.Typefaces((fonts.OWN, DEBIAN), frozenset())
    assert typefaces_for("吴🙂", DEBIAN) == fonts.Typefaces((fonts.OWN,), frozenset("🙂"))


def test_a_folder_that_is_not_there_has_nothing(tmp_path: Path):
    assert typefaces_for("𠮷", tmp_path / "none").missing == {"𠮷"}


def test_a_missing_character_is_printed_as_the_mark_that_printers_use():
    assert typefaces_for("吴𠮷").printable("吴𠮷、吴一") == f"吴{STAND_IN}、吴一"
