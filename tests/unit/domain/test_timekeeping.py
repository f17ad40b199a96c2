"""When the clock of a machine is believed."""

from datetime import UTC, datetime, timedelta

import pytest

from cpd_app.domain.timekeeping import ClockDoubt, Doubt, doubt_of

NOW = datetime(2027, 3, 10, 4, tzinfo=UTC)
MINUTE, HOUR, YEAR = timedelta(minutes=1), timedelta(hours=1), timedelta(days=365)
NONE = timedelta()


@pytest.mark.parametrize(
    ("database", "newest", "jumped", "doubt"),
    [
        (None, None, NONE, None),
        (None, NOW + MINUTE, MINUTE, None),
        (None, NOW - YEAR, NONE, None),
        (None, NOW + HOUR, NONE, ClockDoubt(Doubt.FUTURE, -HOUR)),
        (None, NOW, HOUR, ClockDoubt(Doubt.JUMPED, HOUR)),
        (None, NOW, -YEAR, ClockDoubt(Doubt.JUMPED, -YEAR)),
        (NOW + MINUTE, NOW, NONE, None),
        (NOW - YEAR, NOW - YEAR, NONE, ClockDoubt(Doubt.DATABASE, YEAR)),
        # Set right again: two clocks agree, whatever a wrong one wrote or did before.
        (NOW, NOW + YEAR, -YEAR, None),
    ],
)
def test_a_clock_is_doubted_when_another_one_or_its_own_past_speaks_against_it(
    database: datetime | None,
    newest: datetime | None,
    jumped: timedelta,
    doubt: ClockDoubt | None,
) -> None:
    assert doubt_of(NOW, database=database, newest=newest, jumped=jumped) == doubt
