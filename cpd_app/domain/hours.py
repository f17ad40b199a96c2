"""Hours (学时) as integers of hundredths, and the one rule by which they are rounded."""

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import isfinite

ONE = 100
"""One 学时."""

LARGEST = 1_000_000_000
"""No number of a record is larger; what is refused here never overflows a column later."""


def floor_to_step(hundredths: int, step: int) -> int:
    """Round down to a multiple of the step (both in hundredths); below zero is zero.

    The only rounding of granted hours (domain rules §4: always down, under one step is 0).
    """
    return hundredths // step * step if hundredths > 0 else 0


def ceil_to_step(hundredths: Fraction, step: int) -> int:
    """Round an exact number of hundredths up to a multiple of the step (part-years, §3)."""
    return -(-hundredths.numerator // (hundredths.denominator * step)) * step


def exact(value: object) -> Decimal:
    """Read a JSON number (int, float as printed, or Decimal) without a binary fraction.

    Raises ValueError for anything else: text, booleans, not-a-number, infinity.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("not a number")  # noqa: TRY004 - one error for all that is no number
    if isinstance(value, int):
        return Decimal(value)
    if not (value.is_finite() if isinstance(value, Decimal) else isfinite(value)):
        raise ValueError("not a finite number")
    return Decimal(str(value))


def from_number(value: object) -> int:
    """Hundredths of a number of hours, what is finer than a hundredth cut off downwards."""
    number = exact(value)
    if abs(number) > LARGEST:
        raise ValueError("too large")
    return int((number * ONE).to_integral_value(rounding="ROUND_FLOOR"))


def from_text(text: str) -> int:
    """Hundredths of hours typed or read from a file, such as `2.5`. Raises ValueError."""
    try:
        return from_number(Decimal(text.strip()))
    except InvalidOperation:
        raise ValueError("not a number") from None


def to_number(hundredths: int) -> int | float:
    """The JSON number of hours: 250 becomes 2.5, 300 becomes 3."""
    whole, rest = divmod(hundredths, ONE)
    return hundredths / ONE if rest else whole


def to_decimal(hundredths: int) -> Decimal:
    """The exact decimal number of hours, for files and databases."""
    return Decimal(hundredths).scaleb(-2)


def format_hours(hundredths: int) -> str:
    """Hours as shown: always one decimal, a second only where it is not zero."""
    sign = "-" if hundredths < 0 else ""
    whole, rest = divmod(abs(hundredths), ONE)
    return f"{sign}{whole}.{rest // 10}" if rest % 10 == 0 else f"{sign}{whole}.{rest:02d}"


def format_rate(hundredths: int) -> str:
    """A rate such as today's pace: one decimal, rounded half up, never used in a sum."""
    return format_hours((hundredths + 5) // 10 * 10)
