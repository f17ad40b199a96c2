"""Rotating codes: made and read back, forged ones told apart."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpd_app.domain.errors import Rejected
from cpd_app.domain.room_codes import (
    ALPHABET,
    BUCKET_SECONDS,
    BUCKETS,
    Direction,
    bucket_at,
    bucket_starts_at,
    code_of,
    direction_of_short_code,
    is_genuine,
    link_of,
    read_code,
    read_short_code,
    short_code_of,
    turns_at,
)

KEY = "ab" * 32
OTHER_KEY = "cd" * 32
NOW = datetime(2026, 11, 20, 9, 0, 4, tzinfo=UTC)

moments = st.datetimes(datetime(2024, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy gives the zone
directions = st.sampled_from(Direction)


@given(st.integers(1, 10**9), directions, moments, st.integers(-60 * 24 * 30, 60 * 24 * 30))
def test_a_code_reads_back_within_weeks(
    session_id: int, direction: Direction, moment: datetime, minutes: int
):
    code = code_of(session_id, KEY, direction, bucket_at(moment))

    read = read_code(code, near=moment + timedelta(minutes=minutes))

    assert (read.session_id, read.direction, read.bucket) == (
        session_id,
        direction,
        bucket_at(moment),
    )
    assert is_genuine(read, KEY)
    assert not is_genuine(read, OTHER_KEY)


@given(st.integers(1, 10**6), directions, moments)
def test_a_static_code_says_so_and_is_good_at_any_time(
    session_id: int, direction: Direction, moment: datetime
):
    read = read_code(code_of(session_id, KEY, direction, None), near=moment)

    assert read.is_static
    assert (read.session_id, read.direction) == (session_id, direction)
    assert is_genuine(read, KEY)


@given(st.integers(0, BUCKETS - 1), st.integers(0, 10))
def test_a_forged_bucket_or_signature_is_not_genuine(bucket: int, place: int):
    code = code_of(7, KEY, Direction.IN, bucket_at(NOW))
    changed = list(code)
    position = len(code) - 1 - place % 11  # the session in front has a key of its own
    changed[position] = ALPHABET[(ALPHABET.index(changed[position]) + 1 + bucket % 29) % 31]

    read = read_code("".join(changed), near=NOW)

    assert not is_genuine(read, KEY)


def test_a_code_is_read_from_its_link_in_any_case():
    code = code_of(7, KEY, Direction.OUT, bucket_at(NOW))

    for text in (f"HTTPS://CPD.EXAMPLE.CN/C/{code}", f"http://x/c/{code.lower()}", f" {code} "):
        assert is_genuine(read_code(text, near=NOW), KEY)


@pytest.mark.parametrize(
    "text", ["", "ABC", "0" * 13, "IIIIIIIIIIIII", "X" * 60, "https://", "签到签到签到签到签到"]
)
def test_what_is_no_code_is_refused(text: str):
    with pytest.raises(Rejected) as refused:
        read_code(text, near=NOW)

    assert refused.value.code == "wrong_code"


def test_a_code_fits_a_small_qr_symbol():
    code = code_of(7_000, KEY, Direction.IN, bucket_at(NOW))

    assert len(f"HTTPS://CPD.CSEE.CN/C/{code}") <= 38  # version 2 at level M, alphanumeric


def test_six_characters_belong_to_the_same_bucket():
    bucket = bucket_at(NOW)
    typed = short_code_of(KEY, Direction.IN, bucket)

    assert set(typed) <= set(ALPHABET)
    spoken = f"{typed[:3].lower()} - {typed[3:]}"
    assert read_short_code(spoken) == typed
    assert direction_of_short_code(typed, KEY, (bucket, bucket - 1)) == (Direction.IN, bucket)
    assert direction_of_short_code(typed, KEY, (bucket + 1,)) is None
    assert direction_of_short_code(typed, OTHER_KEY, (bucket, bucket - 1)) is None


@given(st.text(max_size=12))
def test_whatever_is_typed_is_read_or_refused(text: str):
    with suppress(Rejected):
        assert set(read_short_code(text)) <= set(ALPHABET)


def test_a_bucket_is_ten_seconds():
    begun = bucket_starts_at(bucket_at(NOW))

    assert NOW - timedelta(seconds=BUCKET_SECONDS) < begun <= NOW


def test_a_link_is_in_capitals_unless_that_would_miss_the_service() -> None:
    assert link_of("https://cpd.example.org", "ABC") == "HTTPS://CPD.EXAMPLE.ORG/C/ABC"
    assert link_of("https://example.org/cpd", "ABC") == "https://example.org/cpd/C/ABC"


def test_a_short_session_turns_to_leaving_in_its_last_quarter() -> None:
    begin = datetime(2027, 3, 12, 1, 0, tzinfo=UTC)
    assert turns_at(begin, begin + timedelta(hours=4)) == begin + timedelta(hours=3.5)
    assert turns_at(begin, begin + timedelta(minutes=60)) == begin + timedelta(minutes=45)
