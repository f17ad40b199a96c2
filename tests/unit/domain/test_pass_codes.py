"""Passes: signed by their event, read as scanners and people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpd_app.domain.errors import Rejected
from cpd_app.domain.pass_codes import LONGEST, digest_of, is_genuine, pass_of, read_pass
from cpd_app.domain.room_codes import ALPHABET

KEY, OTHER = "1f" * 32, "2e" * 32


@given(st.integers(min_value=1, max_value=2**31 - 1))
def test_a_pass_names_its_entry_and_belongs_to_one_event(entry_id: int):
    code = pass_of(entry_id, KEY)
    read = read_pass(code)

    assert read.entry_id == entry_id
    assert len(code) <= LONGEST
    assert set(code) <= set(ALPHABET)  # so that a QR of it stays small
    assert is_genuine(read, KEY)
    assert not is_genuine(read, OTHER)


def test_another_number_with_the_same_signature_is_not_genuine():
    mine, theirs = pass_of(41, KEY), pass_of(42, KEY)

    assert not is_genuine(read_pass(mine[:-7] + theirs[-7:]), KEY)


def test_scanners_and_people_type_as_they_do():
    code = pass_of(41, KEY)

    assert read_pass(f" {code[:4].lower()} {code[4:]}\n").entry_id == 41


@pytest.mark.parametrize("text", ["", "P", "P2345678", "SF-E-2023-00417", "X23456789", "P0" * 5])
def test_what_is_no_pass_is_refused(text: str):
    with pytest.raises(Rejected, match="wrong_pass"):
        read_pass(text)


def test_a_door_keeps_a_digest_that_another_event_does_not_share():
    code = pass_of(41, KEY)

    assert digest_of(1, code) != digest_of(2, code)
    assert code not in digest_of(1, code)
