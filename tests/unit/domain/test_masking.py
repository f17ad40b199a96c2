"""How much of a name the public sees, and which typed names are the same."""

import pytest

from cpd_app.domain.masking import masked, same_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("林示范", "林＊＊"),
        ("王明", "王＊"),
        ("明", "＊"),
        ("欧阳修", "欧阳＊"),
        ("欧阳", "欧＊"),
        ("司马相如", "司马＊＊"),
        ("諸葛孔明", "諸葛＊＊"),
        ("阿卜杜拉·买买提", "阿＊＊＊·＊＊＊"),
        ("龘䶮𠮷", "龘＊＊"),
        ("Gao Qiming", "G＊＊＊ ＊＊＊"),
        ("Li", "L＊＊＊"),
        ("  王   明 ", "王＊"),
        ("", ""),
    ],
)
def test_the_surname_is_shown_and_nothing_else(name: str, shown: str):
    assert masked(name) == shown


def test_the_length_of_a_latin_name_is_not_shown():
    assert masked("Li Na") == masked("Lindqvist Annamaria")


@pytest.mark.parametrize(
    "typed", ["林示范", " 林 示 范 ", "Lin Shifan", "shifan LIN", "ｌｉｎ　ｓｈｉｆａｎ"]
)
def test_width_case_spaces_and_the_order_of_a_latin_name_do_no_harm(typed: str):
    assert same_name(typed, ["林示范", "Lin Shifan"])


@pytest.mark.parametrize("typed", ["", "  ", "林", "林示", "范示林", "林＊＊", "Lin", "·"])
def test_half_a_name_is_not_the_name(typed: str):
    assert not same_name(typed, ["林示范", "Lin Shifan", None])


def test_the_dot_of_a_transcribed_name_may_be_any_dot():
    assert same_name("阿卜杜拉•买买提", ["阿卜杜拉·买买提"])
