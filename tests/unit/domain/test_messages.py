"""Which ways a message goes, and when it may leave."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpd_app.domain.messages import (
    AT_ONCE,
    BUNDLE,
    MUST_REACH,
    TOPICS,
    Channel,
    Habits,
    MessageKind,
    channels_for,
    leaves_at,
    out_of_quiet,
)

BOTH = frozenset(Channel)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(hour: int, minute: int = 0, *, zone: str = "Asia/Shanghai") -> datetime:
    return datetime(2027, 3, 10, hour, minute, tzinfo=ZoneInfo(zone))


def test_every_kind_has_a_topic() -> None:
    assert set(TOPICS) == set(MessageKind)


def test_without_choices_the_bridge_carries_only_what_must_reach() -> None:
    assert channels_for(MessageKind.RETURNED, {}, BOTH) == BOTH
    assert channels_for(MessageKind.CHECKED_IN, {}, BOTH) == {Channel.EMAIL}


@given(
    kind=st.sampled_from(MessageKind),
    choices=st.dictionaries(st.sampled_from(Channel), st.booleans()),
    reachable=st.sets(st.sampled_from(Channel)).map(frozenset),
)
def test_what_must_reach_goes_out_whenever_anything_can(
    kind: MessageKind, choices: dict[Channel, bool], reachable: frozenset[Channel]
) -> None:
    ways = channels_for(kind, choices, reachable)
    assert ways <= reachable
    if TOPICS[kind] in MUST_REACH and reachable:
        assert ways


def test_an_expiry_notice_tries_the_bridge_when_mail_is_not_wanted() -> None:
    assert channels_for(MessageKind.EXPIRY, dict.fromkeys(Channel, False), BOTH) == BOTH


def test_a_choice_against_a_topic_holds_where_nothing_must_reach() -> None:
    assert channels_for(MessageKind.CHECKED_IN, {Channel.EMAIL: False}, BOTH) == frozenset()


@pytest.mark.parametrize(
    ("moment", "leaves"),
    [
        (at(7, 59), at(8)),
        (at(8), at(8)),
        (at(21, 59), at(21, 59)),
        (at(22), at(8) + timedelta(days=1)),
        (at(0), at(8)),
    ],
)
def test_quiet_hours_over_midnight(moment: datetime, leaves: datetime) -> None:
    assert out_of_quiet(moment, Habits()) == leaves


def test_quiet_hours_are_the_persons_own() -> None:
    habits = Habits(zone="Europe/Berlin")
    assert out_of_quiet(at(4, zone="Europe/Berlin"), habits) == at(8, zone="Europe/Berlin")


@given(
    moment=st.datetimes(timezones=st.just(UTC), min_value=datetime(2026, 1, 1)),  # noqa: DTZ001
    kind=st.sampled_from(MessageKind),
    habits=st.builds(
        Habits,
        zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"]),
        quiet_from=st.integers(0, 1439),
        quiet_to=st.integers(0, 1439),
        daily_at=st.none() | st.integers(0, 1439),
    ),
)
def test_nothing_leaves_in_quiet_hours_or_before_it_is_told(
    moment: datetime, kind: MessageKind, habits: Habits
) -> None:
    leaves = leaves_at(kind, moment, habits)
    assert leaves >= moment
    assert out_of_quiet(leaves, habits) == leaves


def test_what_is_urgent_is_not_bundled() -> None:
    noon = at(12)
    for kind in MessageKind:
        waits = timedelta() if kind in AT_ONCE else BUNDLE
        assert leaves_at(kind, noon, Habits()) == noon + waits


def test_one_letter_a_day() -> None:
    habits = Habits(daily_at=9 * 60)
    assert leaves_at(MessageKind.CHECKED_IN, at(12), habits) == at(9) + timedelta(days=1)
    assert leaves_at(MessageKind.CHECKED_IN, at(8, 30), habits) == at(9)


@pytest.mark.parametrize("fold", [0, 1])
def test_quiet_hours_hold_in_the_hour_that_comes_twice(fold: int) -> None:
    # clocks of New York went from 02:00 back to 01:00 on 7 November 2027
    habits = Habits("America/New_York", 22 * 60, 60 + 30)
    zone = ZoneInfo("America/New_York")
    moment = datetime(2027, 11, 7, 1, 10, tzinfo=zone, fold=fold).astimezone(UTC)

    leaves = out_of_quiet(moment, habits)

    assert leaves > moment
    local = leaves.astimezone(zone)
    assert (local.hour, local.minute, local.fold) == (1, 30, fold)
