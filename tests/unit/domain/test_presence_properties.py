"""Presence against a reading minute by minute, and in any order of arrival: for all of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from cpd_app.domain.agenda import PlannedPart, PlannedSession, Span, united, without
from cpd_app.domain.assurance import Presence as Proof
from cpd_app.domain.checkin import Step, position_of
from cpd_app.domain.presence import (
    Amended,
    MissingOut,
    Room,
    Seen,
    Verb,
    attended,
    presence_in,
)
from cpd_app.domain.room_codes import Direction

IN, OUT = Direction.IN, Direction.OUT
NINE = datetime(2026, 3, 12, 1, tzinfo=UTC)  # 9:00 in Beijing
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
#: when no scan and no session is left
AFTER = NINE + timedelta(days=3)


MINUTES = 26 * 60
ZONES = ("Asia/Shanghai", "America/Los_Angeles", "Pacific/Auckland", "Asia/Kathmandu", "UTC")


@st.composite
def plans(draw: st.DrawFn) -> list[Room]:
    """Up to three sessions of a day and its night, with breaks; they may overlap."""
    rooms = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        first = draw(st.integers(0, MINUTES - 200))
        length = draw(st.integers(1, 180))
        starts_at, ends_at = NINE + first * MINUTE, NINE + (first + length) * MINUTE
        parts = []
        for begin, long in draw(
            st.lists(st.tuples(st.integers(0, length - 1), st.integers(1, 60)), max_size=2)
        ):
            ends = min(starts_at + (begin + long) * MINUTE, ends_at)
            parts.append(PlannedPart("休息", starts_at + begin * MINUTE, ends, credited=False))
        planned = PlannedSession("会场", starts_at, ends_at, parts=tuple(parts))
        rooms.append(Room(number, starts_at, ends_at, planned.spans))
    return rooms


@st.composite
def days_out(draw: st.DrawFn, *, closed: bool = False) -> tuple[list[Room], list[Seen]]:
    """A plan and somebody's scans; `closed`: the last of them is a check-out."""
    rooms = draw(plans())
    scans = [
        Seen(room, direction, NINE + at * MINUTE, proof, id=number)
        for number, (room, direction, at, proof) in enumerate(
            draw(
                st.lists(
                    st.tuples(
                        st.sampled_from([r.id for r in rooms]),
                        st.sampled_from(Direction),
                        st.integers(0, MINUTES),
                        st.sampled_from([Proof.ORGANISER_SCAN, Proof.SELF_SCAN]),
                    ),
                    max_size=8,
                )
            )
        )
    ]
    inside = position_of(steps_of(scans))
    if closed and inside is not None:
        last = max(s.at for s in scans)
        scans.append(Seen(inside, OUT, last + MINUTE, id=99))
    return rooms, scans


@st.composite
def corrections_of(draw: st.DrawFn, rooms: Sequence[Room]) -> list[Amended]:
    """Corrections of a plan's sessions and scans."""
    made = []
    for number in range(draw(st.integers(0, 4))):
        first = draw(st.integers(0, MINUTES))
        span = (NINE + first * MINUTE, NINE + (first + draw(st.integers(1, 300))) * MINUTE)
        verb = draw(st.sampled_from(Verb))
        made.append(
            Amended(
                verb,
                NINE + draw(st.integers(0, MINUTES)) * MINUTE,
                draw(st.sampled_from([r.id for r in rooms])),
                (span,) if verb is Verb.PRESENCE else (),
                scan=draw(st.integers(0, 8)) if verb is Verb.REVERSAL else None,
                id=number,
            )
        )
    return made


def minute_by_minute(rooms: list[Room], scans: list[Seen]) -> int:
    """Credited minutes by asking at each minute where the last scan says that the person is."""
    by_id = {room.id: room for room in rooms}
    minutes = 0
    for number in range(-10, MINUTES + 20):
        at = NINE + number * MINUTE
        here = position_of(steps_of(s for s in scans if s.at <= at))
        if here is None:
            continue
        room = by_id[here]
        later = [s for s in scans if s.at > at and (s.direction is IN) is (s.session != here)]
        next_one = min(later, key=lambda s: (s.at, s.direction is IN, s.session), default=None)
        if next_one and next_one.session != here and next_one.at > room.ends_at + 6 * HOUR:
            continue  # nobody saw them leave, and the policy gives nothing
        minutes += any(first <= at < last for first, last in room.spans)
    return minutes


def steps_of(scans: Iterable[Seen]) -> list[Step]:
    """Scans as check-in reads them to know where somebody is."""
    ordered = sorted(scans, key=lambda s: (s.at, s.direction is IN, s.session))
    return [Step(s.at, number, s.direction, s.session) for number, s in enumerate(ordered)]


@given(days_out(closed=True))
def test_minutes_are_what_a_reading_minute_by_minute_finds(day: tuple[list[Room], list[Seen]]):
    rooms, scans = day

    # With `none` a missing out-scan within the day gives nothing, as in the plain reading.
    assert attended(rooms, scans, missing_out=MissingOut.NONE).minutes == minute_by_minute(
        rooms, scans
    )


@given(st.data(), days_out(), st.sampled_from(MissingOut))
def test_the_order_and_number_of_deliveries_do_not_matter(
    data: st.DataObject, day: tuple[list[Room], list[Seen]], policy: MissingOut
):
    rooms, scans = day
    corrections = data.draw(corrections_of(rooms))
    expected = attended(rooms, scans, corrections, missing_out=policy)
    twice = [*scans, *data.draw(st.lists(st.sampled_from(scans), max_size=4))] if scans else []

    assert expected == attended(
        data.draw(st.permutations(rooms)),
        data.draw(st.permutations(twice)),
        data.draw(st.permutations(corrections)),
        missing_out=policy,
    )


@given(days_out(), st.sampled_from(MissingOut))
def test_credited_seconds_are_the_sum_of_the_stays_and_never_more_than_the_plan(
    day: tuple[list[Room], list[Seen]], policy: MissingOut
):
    rooms, scans = day
    found = attended(rooms, scans, missing_out=policy)

    assert found.seconds == sum(s.seconds for s in found.stays) == _long(found.spans)
    planned = united(span for room in rooms for span in room.spans)
    beyond = [left for span in found.spans for left in without(span, planned)]
    assert beyond == []


@given(days_out(), st.lists(st.integers(0, 8), max_size=3))
def test_each_policy_gives_at_least_what_the_stricter_one_gives(
    day: tuple[list[Room], list[Seen]], reversed_: list[int]
):
    rooms, scans = day
    void = [Amended(Verb.REVERSAL, NINE, scan=number) for number in reversed_]
    none, until, full = (
        attended(rooms, scans, void, missing_out=policy).seconds
        for policy in (MissingOut.NONE, MissingOut.UNTIL_LAST_PROOF, MissingOut.FULL)
    )

    assert none <= until <= full


@given(days_out(), st.sampled_from(ZONES), st.sampled_from(MissingOut))
def test_in_every_zone_it_is_the_same_presence_on_the_days_of_that_zone(
    day: tuple[list[Room], list[Seen]], zone: str, policy: MissingOut
):
    rooms, scans = day
    here = ZoneInfo(zone)
    found = attended(rooms, scans, missing_out=policy)
    abroad = attended(
        rooms, [replace(s, at=s.at.astimezone(here)) for s in scans], missing_out=policy
    )
    days = found.days(zone)

    assert abroad == found
    if days is None:
        assert found.seconds == 0
    else:
        assert days[0] == found.spans[0][0].astimezone(here).date()
        assert days[0] <= days[1]
        assert days[1] <= found.spans[-1][1].astimezone(here).date()


@given(days_out(), st.sampled_from(MissingOut))
def test_a_session_corrected_to_what_it_was_keeps_its_seconds(
    day: tuple[list[Room], list[Seen]], policy: MissingOut
):
    rooms, scans = day
    before = attended(rooms, scans, missing_out=policy)
    same = [
        Amended(Verb.PRESENCE, AFTER, room.id, presence_in(room.id, before.stays), id=number)
        for number, room in enumerate(rooms)
    ]

    after = attended(rooms, scans, same, missing_out=policy)

    assert (after.seconds, after.spans) == (before.seconds, before.spans)
    assert after.proof in {Proof.ROSTER, None}


@given(st.data(), days_out(), st.sampled_from(MissingOut))
def test_a_correction_tells_what_was_until_then_and_scans_what_comes_after(
    data: st.DataObject, day: tuple[list[Room], list[Seen]], policy: MissingOut
):
    """In one room: as if the person had begun anew, or gone on, at the moment of the correction."""
    rooms, scans = day
    room = rooms[0]
    own = [s for s in scans if s.session == room.id]
    minutes = data.draw(st.lists(st.integers(0, MINUTES), min_size=3, max_size=3, unique=True))
    came, left, at = (NINE + minute * MINUTE for minute in sorted(minutes))
    stayed = data.draw(st.booleans())
    told = Amended(Verb.PRESENCE, at, room.id, ((came, at if stayed else left),))
    after = [s for s in own if s.at > at]

    found = attended([room], own, [told], missing_out=policy)

    if stayed:
        # being there then is one more proof of it
        held = [Seen(room.id, IN, came), Seen(room.id, IN, at)]
        assert found.spans == attended([room], [*held, *after], missing_out=policy).spans
    else:
        before = attended([room], [], [told], missing_out=policy).spans
        rest = attended([room], after, missing_out=policy).spans
        assert found.spans == united((*before, *rest))


def _long(spans: Sequence[Span]) -> int:
    return int(sum((last - first).total_seconds() for first, last in spans))
