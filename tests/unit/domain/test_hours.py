"""Hours: hundredths inside, always down, one decimal outside."""

from decimal import Decimal
from fractions import Fraction

import pytest

from cpd_app.domain import hours


@pytest.mark.parametrize(
    ("value", "step", "down"), [(266, 50, 250), (250, 50, 250), (49, 50, 0), (-10, 50, 0)]
)
def test_hours_are_always_rounded_down_to_the_step(value: int, step: int, down: int):
    assert hours.floor_to_step(value, step) == down


def test_a_share_is_rounded_up_exactly():
    assert hours.ceil_to_step(Fraction(5000, 3), 50) == 1700
    assert hours.ceil_to_step(Fraction(1650), 50) == 1650


@pytest.mark.parametrize(
    ("number", "hundredths"),
    [(2, 200), (2.5, 250), (0.29, 29), (Decimal("1.239"), 123), (-0.5, -50)],
)
def test_numbers_are_read_without_binary_fractions(number: float, hundredths: int):
    assert hours.from_number(number) == hundredths


@pytest.mark.parametrize("value", ["2.5", True, None, float("nan"), float("inf"), 10**12])
def test_what_is_no_number_of_hours_is_refused(value: object):
    with pytest.raises(ValueError, match=r"number|large"):
        hours.from_number(value)


def test_text_is_read_as_hours():
    assert hours.from_text(" 7.5 ") == 750
    with pytest.raises(ValueError, match="not a number"):
        hours.from_text("seven")


def test_hours_are_json_numbers_outside():
    assert [hours.to_number(h) for h in (250, 300, 0)] == [2.5, 3, 0]
    assert hours.to_decimal(250) == Decimal("2.50")


@pytest.mark.parametrize(
    ("hundredths", "shown"), [(3250, "32.5"), (0, "0.0"), (525, "5.25"), (-50, "-0.5")]
)
def test_hours_show_one_decimal_and_a_second_only_where_it_says_something(
    hundredths: int, shown: str
):
    assert hours.format_hours(hundredths) == shown


def test_a_rate_shows_one_decimal():
    assert [hours.format_rate(h) for h in (3027, 3025, 3024)] == ["30.3", "30.3", "30.2"]
