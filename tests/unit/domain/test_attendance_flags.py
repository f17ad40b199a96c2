"""What is worth a second look: each flag when it is due, and not for ordinary days."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cpd_app.domain.attendance_flags import (
    Arrival,
    both_rooms,
    burst_of,
    flags_of,
    people_on_devices,
)
from cpd_app.domain.room_codes import Direction

NINE = datetime(2026, 3, 12, 1, tzinfo=UTC)


def an_arrival(
    person: int, *, after: float = 0, age: int | None = 2, device: str | None = None
) -> Arrival:
    """Somebody's check-in some seconds after nine."""
    return Arrival(person, 1, Direction.IN, NINE + timedelta(seconds=after), age, device)


def codes(person: int, arrivals: list[Arrival]) -> list[str]:
    """The flags of one person among all arrivals."""
    found = flags_of(
        person,
        [a for a in arrivals if a.person == person],
        on_device=people_on_devices(arrivals),
        bursts=burst_of(arrivals),
    )
    return [flag["code"] for flag in found]


def test_one_device_for_many_is_flagged_for_all_of_them_and_says_how_many():
    arrivals = [an_arrival(n, device="phone") for n in range(4)]

    found = flags_of(0, arrivals[:1], on_device=people_on_devices(arrivals), bursts={})

    assert found == [{"code": "one_device", "people": 4}]
    assert all(codes(n, arrivals) == ["one_device"] for n in range(4))


def test_whoever_scans_their_own_pass_at_a_door_is_flagged():
    own = Arrival(1, 1, Direction.IN, NINE, scanned_by=7)

    assert flags_of(1, [own], oneself=7, on_device={}, bursts={}) == [{"code": "self_scan"}]
    assert flags_of(1, [own], oneself=8, on_device={}, bursts={}) == []
    assert flags_of(1, [own], on_device={}, bursts={}) == []


def test_two_who_share_a_phone_and_one_who_scans_often_are_ordinary():
    arrivals = [an_arrival(1, device="phone"), an_arrival(2, device="phone")] * 3

    assert codes(1, arrivals) == []


def test_an_old_code_is_flagged_with_its_age_and_a_fresh_or_printed_one_is_not():
    old = [an_arrival(1, age=150), an_arrival(1, age=40)]

    assert flags_of(1, old, on_device={}, bursts={}) == [{"code": "old_code", "seconds": 150}]
    assert codes(1, [an_arrival(1, age=20), an_arrival(1, age=None)]) == []


def test_many_old_codes_at_once_are_a_burst_and_a_full_room_is_not():
    sent_around = [an_arrival(n, after=n * 2, age=60) for n in range(6)]
    full_room = [an_arrival(n, after=n / 10, age=8) for n in range(400)]

    assert codes(3, sent_around) == ["burst", "old_code"]
    assert burst_of(sent_around) == dict.fromkeys(range(6), 6)
    assert burst_of(full_room) == {}


def test_old_codes_here_and_there_are_no_burst():
    assert burst_of([an_arrival(n, after=n * 30, age=60) for n in range(9)]) == {}


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 300), st.integers(0, 90)), max_size=30))
def test_who_came_in_a_burst_does_not_depend_on_the_order_of_rows(said: list[tuple[int, int, int]]):
    arrivals = [an_arrival(person, after=after, age=age) for person, after, age in said]

    found = burst_of(arrivals)

    assert found == burst_of(arrivals[::-1])
    assert all(count >= 5 for count in found.values())


def test_two_events_at_once_are_flagged_and_the_way_between_them_is_not():
    def span(first: int, last: int) -> tuple[datetime, datetime]:
        return NINE + timedelta(minutes=first), NINE + timedelta(minutes=last)

    assert both_rooms([span(0, 60)], [span(30, 90)]) == span(30, 60)
    assert both_rooms([span(0, 60)], [span(56, 90)]) is None
    assert both_rooms([span(0, 60)], [span(60, 90)]) is None
    found = flags_of(1, [], on_device={}, bursts={}, here=[span(0, 60)], elsewhere=[span(30, 90)])
    assert [flag["code"] for flag in found] == ["two_rooms"]


def test_a_check_out_without_a_check_in_is_named():
    found = flags_of(1, [], on_device={}, bursts={}, missing_in=(NINE,))

    assert found == [{"code": "missing_in", "at": NINE.isoformat()}]
