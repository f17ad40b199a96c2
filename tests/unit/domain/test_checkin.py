"""How old a code may be, when a room is open, who is let in, where somebody is by their scans."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpd_app.domain.checkin import (
    Outcome,
    Reading,
    Step,
    Window,
    admission,
    judge,
    moved,
    position_of,
    reading_of,
    still_counts,
)
from cpd_app.domain.errors import Rejected
from cpd_app.domain.room_codes import Direction, bucket_at, bucket_starts_at

NOON = datetime(2026, 10, 22, 4, 0, 0, tzinfo=UTC)
BUCKET = bucket_at(NOON)
BEGAN = bucket_starts_at(BUCKET)


def after(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


@pytest.mark.parametrize("seconds", [0, 9, 10, 19.9])
def test_the_present_code_and_the_one_before_count_from_their_arrival(seconds: float):
    reading = reading_of(BUCKET, arrived_at=after(seconds))

    assert reading == Reading(after(seconds), int(seconds))


@pytest.mark.parametrize("seconds", [20, 60, 180])
def test_an_older_code_counts_from_its_bucket_with_its_age(seconds: int):
    reading = reading_of(BUCKET, arrived_at=after(seconds))

    assert reading == Reading(BEGAN, seconds)
    assert not reading.is_late


@pytest.mark.parametrize("seconds", [181, 3600])
def test_a_code_older_than_three_minutes_is_refused(seconds: int):
    with pytest.raises(Rejected, match="code_expired"):
        reading_of(BUCKET, arrived_at=after(seconds))


def test_a_screen_may_be_two_buckets_ahead_and_no_more():
    assert reading_of(BUCKET, arrived_at=after(-20)) == Reading(after(-20), 0)
    with pytest.raises(Rejected, match="wrong_code"):
        reading_of(BUCKET, arrived_at=after(-21))


def test_what_was_read_without_network_is_judged_by_its_bucket_and_marked():
    reading = reading_of(BUCKET, arrived_at=after(7200), said_at=after(12))

    assert reading == Reading(BEGAN, 12, ("late",))


def test_a_code_that_was_old_when_it_was_read_stays_refused():
    with pytest.raises(Rejected, match="code_expired"):
        reading_of(BUCKET, arrived_at=after(7200), said_at=after(181))


def test_a_wrong_clock_of_the_phone_does_not_matter_while_the_code_is_fresh():
    for said_at in (after(-86_400), after(86_400)):
        assert reading_of(BUCKET, arrived_at=after(3), said_at=said_at) == Reading(after(3), 3)


def test_a_printed_code_counts_from_its_arrival_and_says_that_it_is_printed():
    assert reading_of(None, arrived_at=NOON) == Reading(NOON, None, ("static_code",))
    waited = reading_of(None, arrived_at=NOON, said_at=NOON - timedelta(hours=1))
    assert waited == Reading(NOON, None, ("static_code", "late"))


def test_a_late_scan_counts_for_72_hours_and_until_the_settlement():
    reading = Reading(NOON, 5, ("late",))

    assert still_counts(reading, arrived_at=NOON + timedelta(hours=72), settled=False)
    assert not still_counts(
        reading, arrived_at=NOON + timedelta(hours=72, seconds=1), settled=False
    )
    assert not still_counts(reading, arrived_at=NOON + timedelta(hours=1), settled=True)
    unproved = Reading(NOON, None, ("static_code", "late"), proved=False)
    assert not still_counts(unproved, arrived_at=NOON, settled=False)


@pytest.mark.parametrize(
    ("minutes", "code"), [(-1, "checkin_not_open"), (0, None), (60, None), (61, "checkin_closed")]
)
def test_codes_are_taken_within_the_window_and_a_refusal_says_the_local_time(
    minutes: int, code: str | None
):
    window = Window(NOON, NOON + timedelta(hours=1), "Asia/Shanghai")
    at = NOON + timedelta(minutes=minutes)
    if code is None:
        window.check(at)
        return

    with pytest.raises(Rejected) as refused:
        window.check(at)

    assert refused.value.code == code
    assert refused.value.values in ({"opens": "10-22 12:00"}, {"closed": "10-22 13:00"})


@pytest.mark.parametrize(
    ("open_to", "is_own", "is_member", "reason"),
    [
        ("own", True, True, None),
        ("own", False, True, "not_open_to"),
        ("societies", False, True, None),
        ("societies", False, False, "not_open_to"),
        ("list", True, True, "not_on_list"),
        ("public", False, False, None),
    ],
)
def test_whom_an_event_is_for(open_to: str, *, is_own: bool, is_member: bool, reason: str | None):
    assert admission(open_to, is_own=is_own, is_member=is_member, has_room=True) == reason


def test_over_capacity_waits_and_who_is_not_meant_is_told_that_first():
    assert admission("own", is_own=True, is_member=True, has_room=False) == "over_capacity"
    assert admission("own", is_own=False, is_member=True, has_room=False) == "not_open_to"


@pytest.mark.parametrize(
    ("direction", "inside", "was_here", "outcome"),
    [
        ("in", None, False, Outcome.ACCEPTED),
        ("in", 2, False, Outcome.ACCEPTED),
        ("in", 1, True, Outcome.ALREADY_IN),
        ("out", 1, True, Outcome.ACCEPTED),
        ("out", None, True, Outcome.ALREADY_OUT),
        ("out", None, False, Outcome.NOT_IN),
        ("out", 2, False, Outcome.NOT_IN),
    ],
)
def test_what_a_scan_of_session_1_comes_to(
    direction: str, inside: int | None, *, was_here: bool, outcome: Outcome
):
    found = judge(
        Direction(direction), session_id=1, inside=inside, was_here=was_here, pending=False
    )

    assert found is outcome


def test_whoever_waits_for_the_organiser_is_told_so_whatever_they_scan():
    for direction in Direction:
        for inside in (None, 1):
            found = judge(direction, session_id=1, inside=inside, was_here=True, pending=True)
            assert found is Outcome.PENDING


steps = st.lists(
    st.builds(
        Step,
        at=st.integers(0, 50).map(lambda s: NOON + timedelta(minutes=s)),
        id=st.integers(1, 10_000),
        direction=st.sampled_from(["in", "out"]),
        session_id=st.integers(1, 3),
    ),
    max_size=8,
    unique_by=lambda step: step.id,
)


@given(steps, st.randoms())
def test_where_somebody_is_does_not_depend_on_the_order_in_which_scans_arrive(found, chance):
    shuffled = list(found)
    chance.shuffle(shuffled)

    assert position_of(shuffled) == position_of(found)


@given(steps)
def test_the_position_is_that_of_the_scans_in_their_order(found):
    inside = None
    for step in sorted(found, key=lambda s: (s.at, s.id)):
        inside = moved(inside, Direction(step.direction), step.session_id)

    assert position_of(found) == inside
    assert inside is None or any(s.session_id == inside and s.direction == "in" for s in found)
