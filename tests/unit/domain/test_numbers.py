"""Numbers, phones, addresses and codes compare as people mean them."""

import pytest

from cpd_app.domain.numbers import (
    CODE_ALPHABET,
    grouped_code,
    masked_contact,
    masked_name,
    normal_code,
    normal_email,
    normal_phone,
    number_key,
    spaced_phone,
)


@pytest.mark.parametrize("written", ["SF-E-001", " sf-e-001 ", "ＳＦ－Ｅ－００１", "sf-e- 001\t"])
def test_a_registration_number_is_the_same_however_it_is_typed(written: str) -> None:
    assert number_key(written) == "SF-E-001"


@pytest.mark.parametrize(
    "written",
    [
        "13800001234",
        "138 0000 1234",
        "138-0000-1234",
        "+86 138 0000 1234",
        "8613800001234",
        "0086 13800001234",
        "１３８００００１２３４",
        "(+86)13800001234",
    ],
)
def test_a_chinese_mobile_gets_its_country_code(written: str) -> None:
    assert normal_phone(written) == "+8613800001234"


def test_a_kept_phone_is_shown_in_groups() -> None:
    assert spaced_phone("+8613800001234") == "+86 138 0000 1234"
    assert spaced_phone("+442079460018") == "+442079460018"


def test_a_foreign_number_keeps_its_country_code() -> None:
    assert normal_phone("+44 20 7946 0018") == "+442079460018"


@pytest.mark.parametrize(
    "written", ["", "12345", "+8612345", "SF-E-001", "+0123456789", "a@b.test"]
)
def test_what_is_no_mobile_number_is_none(written: str) -> None:
    assert normal_phone(written) is None


def test_an_address_is_compared_in_lower_case() -> None:
    assert normal_email(" Lin@Demo.Test ") == "lin@demo.test"


@pytest.mark.parametrize("written", ["", "lin", "lin@", "@demo.test", "lin@demo", "a b@demo.test"])
def test_what_has_not_the_shape_of_an_address_is_none(written: str) -> None:
    assert normal_email(written) is None


@pytest.mark.parametrize("written", ["k7m4-qx2p-d9rt", "K7M4 QX2P D9RT", "ｋ７ｍ４—qx2p—d9rt"])
def test_a_code_is_the_same_however_it_is_typed(written: str) -> None:
    assert normal_code(written) == "K7M4QX2PD9RT"
    assert grouped_code(normal_code(written)) == "K7M4-QX2P-D9RT"


def test_codes_have_no_characters_that_look_alike() -> None:
    assert len(set(CODE_ALPHABET)) == len(CODE_ALPHABET) == 30
    assert not set(CODE_ALPHABET) & set("0O1ILU")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("林示范", "林*范"),
        ("王明", "王*"),
        ("欧阳示范", "欧**范"),
        ("Ann Lee", "A** L**"),
        ("林", "林"),
    ],
)
def test_a_masked_name_is_known_to_its_owner_only(name: str, shown: str) -> None:
    assert masked_name(name) == shown


@pytest.mark.parametrize(
    ("contact", "shown"),
    [("+8613800001234", "+86138****1234"), ("lin@demo.test", "l***@demo.test"), ("12345", "****")],
)
def test_a_masked_contact_shows_its_ends(contact: str, shown: str) -> None:
    assert masked_contact(contact) == shown
