"""Presence to the minute: the cases of domain.md §6 one by one, and what holds for all of them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cpd_app.domain.agenda import PlannedPart, PlannedSession
from cpd_app.domain.assurance import Presence as Proof
from cpd_app.domain.presence import (
    Amended,
    Attended,
    MissingOut,
    Room,
    Seen,
    Verb,
    attended,
)
from cpd_app.domain.room_codes import Direction

IN, OUT = Direction.IN, Direction.OUT
NINE = datetime(2026, 3, 12, 1, tzinfo=UTC)  # 9:00 in Beijing
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def moment(clock: str, *, day: int = 12) -> datetime:
    """A time of that day in Beijing; hours from 24 on are the next day's."""
    hour, minute = clock.split(":")
    return datetime(2026, 3, day, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC) + timedelta(
        hours=int(hour), minutes=int(minute)
    )


def a_room(
    number: int, first: str, last: str, *breaks: tuple[str, str], over: bool = True, day: int = 12
) -> Room:
    """A session with its breaks."""
    starts_at, ends_at = moment(first, day=day), moment(last, day=day)
    parts = tuple(
        PlannedPart("茶歇", moment(begins, day=day), moment(ends, day=day), credited=False)
        for begins, ends in breaks
    )
    planned = PlannedSession("主会场", starts_at, ends_at, parts=parts)
    return Room(number, starts_at, ends_at, planned.spans, over=over)


#: 9–17 with coffee and lunch: 360 credited minutes
HALL = a_room(1, "9:00", "17:00", ("10:30", "10:45"), ("12:00", "13:30"), ("15:00", "15:15"))


def seen(*said: str, session: int = 1, proof: Proof = Proof.SELF_SCAN, day: int = 12) -> list[Seen]:
    """Scans as "in 8:53"."""
    made = []
    for number, text in enumerate(said, start=session * 100):
        direction, clock = text.split()
        at = moment(clock, day=day)
        made.append(Seen(session, Direction(direction), at, proof, id=number))
    return made


def at_hall(*said: str, policy: MissingOut = MissingOut.UNTIL_LAST_PROOF) -> Attended:
    """One person's day in the hall."""
    return attended([HALL], seen(*said), missing_out=policy)


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        (("in 8:53", "out 17:06"), 360),  # early counts from the start, late out to the end
        (("in 9:41", "out 17:03"), 319),  # late
        (("in 9:00", "out 10:36"), 90),  # left early, in the break
        (("in 8:52", "out 12:00", "in 13:30", "out 17:04"), 360),  # out for lunch
        (("in 9:00", "out 10:00", "in 11:00", "out 12:00"), 120),  # re-entry
        (("in 9:00", "in 9:01", "out 12:00", "out 12:00"), 165),  # each twice
        (("in 13:22", "out 17:02"), 195),
        (("out 17:00",), 0),  # never came in
        ((), 0),
    ],
)
def test_presence_is_what_overlaps_with_the_credited_parts(said: tuple[str, ...], minutes: int):
    assert at_hall(*said).minutes == minutes


@pytest.mark.parametrize(
    ("policy", "minutes"),
    [
        (MissingOut.FULL, 360),
        (MissingOut.UNTIL_LAST_PROOF, 169),
        (MissingOut.NONE, 0),
    ],
)
def test_a_missing_out_scan_gives_what_the_event_says(policy: MissingOut, minutes: int):
    found = at_hall("in 8:58", "in 13:34", policy=policy)

    assert found.minutes == minutes
    assert found.missing_out


def test_until_the_last_proof_a_single_scan_proves_nothing_more():
    assert at_hall("in 9:00").minutes == 0


def test_an_early_scan_never_makes_the_policy_give_time_before_the_session():
    assert at_hall("in 8:00", policy=MissingOut.FULL).minutes == 360


def test_who_is_inside_has_nothing_for_that_stay_yet_and_misses_nothing():
    room = replace(HALL, over=False)

    found = attended([room], seen("in 9:00", "out 10:30", "in 10:45"), missing_out=MissingOut.FULL)

    assert found.minutes == 90
    assert found.inside == 1
    assert not found.missing_out


def test_scanning_into_another_room_ends_the_first_stay_at_that_moment():
    rooms = [a_room(1, "9:00", "12:00"), a_room(2, "9:00", "12:00")]
    scans = [*seen("in 9:00"), *seen("in 10:00", "out 11:00", session=2)]

    found = attended(rooms, scans, missing_out=MissingOut.NONE)

    assert [s.seconds // 60 for s in found.stays] == [60, 60]
    assert not found.missing_out


def test_going_out_elsewhere_ends_nothing_but_proves_that_they_were_still_there():
    rooms = [a_room(1, "9:00", "12:00"), a_room(2, "9:00", "12:00")]
    scans = [*seen("in 9:00"), *seen("out 11:00", session=2)]

    found = attended(rooms, scans, missing_out=MissingOut.UNTIL_LAST_PROOF)

    assert found.minutes == 120
    assert found.missing_out
    assert found.missing_in == (moment("11:00"),)


def test_the_check_in_after_lunch_ends_the_morning_session():
    rooms = [a_room(1, "9:00", "12:00"), a_room(2, "13:30", "17:00")]
    scans = [*seen("in 9:00"), *seen("in 13:20", "out 17:00", session=2)]

    found = attended(rooms, scans, missing_out=MissingOut.UNTIL_LAST_PROOF)

    assert found.minutes == 180 + 210
    assert not found.missing_out


def test_next_mornings_check_in_proves_nothing_about_yesterday():
    rooms = [a_room(1, "13:00", "17:00"), a_room(2, "9:00", "12:00", day=13)]
    scans = [*seen("in 13:00"), *seen("in 9:00", "out 12:00", session=2, day=13)]

    found = attended(rooms, scans, missing_out=MissingOut.UNTIL_LAST_PROOF)

    assert found.minutes == 180
    assert found.missing_out


def test_an_overnight_session_is_one_stay_over_two_days():
    night = a_room(1, "22:00", "26:00", ("24:00", "24:30"))

    found = attended([night], seen("in 21:50", "out 26:10"), missing_out=MissingOut.NONE)

    assert found.minutes == 210
    assert found.days("Asia/Shanghai") == (date(2026, 3, 12), date(2026, 3, 13))


def test_what_ends_at_midnight_ended_that_day():
    night = a_room(1, "22:00", "24:00")

    found = attended([night], seen("in 22:00", "out 24:10"), missing_out=MissingOut.NONE)

    assert found.days("Asia/Shanghai") == (date(2026, 3, 12), date(2026, 3, 12))


def test_the_days_are_those_of_the_events_zone():
    session = a_room(1, "22:00", "23:00")
    found = attended([session], seen("in 22:00", "out 23:00"), missing_out=MissingOut.NONE)

    assert found.days("Asia/Shanghai") == (date(2026, 3, 12), date(2026, 3, 12))
    assert found.days("Pacific/Auckland") == (date(2026, 3, 13), date(2026, 3, 13))


def test_seconds_are_summed_over_all_parts_and_floored_once():
    rooms = [a_room(1, "9:00", "10:00"), a_room(2, "10:00", "11:00")]
    half = timedelta(seconds=30)
    scans = [
        Seen(1, IN, moment("9:00")),
        Seen(1, OUT, moment("9:10") + half),
        Seen(2, IN, moment("10:00")),
        Seen(2, OUT, moment("10:10") + half),
    ]

    assert attended(rooms, scans, missing_out=MissingOut.NONE).minutes == 21


def test_two_corrected_stays_at_once_count_once():
    rooms = [a_room(1, "9:00", "12:00"), a_room(2, "9:00", "12:00")]
    corrections = [
        Amended(Verb.PRESENCE, NINE, 1, ((moment("9:00"), moment("11:00")),), id=1),
        Amended(Verb.PRESENCE, NINE, 2, ((moment("10:00"), moment("12:00")),), id=2),
    ]

    found = attended(rooms, [], corrections, missing_out=MissingOut.NONE)

    assert found.minutes == 180
    assert [s.seconds // 60 for s in found.stays] == [120, 60]


def test_a_session_that_is_not_known_counts_for_nothing():
    rehearsal = seen("in 9:00", "out 12:00", session=7)

    found = attended(
        [HALL], [*rehearsal, *seen("in 13:30", "out 17:00")], missing_out=MissingOut.NONE
    )

    assert found.minutes == 195


def test_a_lecture_is_taken_off_the_speakers_own_presence():
    lecture = (moment("11:00"), moment("12:00"))

    found = attended(
        [HALL], seen("in 9:00", "out 17:00"), missing_out=MissingOut.NONE, lectures=[lecture]
    )

    assert found.minutes == 300
    assert found.stays[0].lectures == 3600
    assert found.stays[0].breaks == (15 + 90 + 15) * 60


@pytest.mark.parametrize(
    ("came_by", "left_by", "proof"),
    [
        (Proof.ORGANISER_SCAN, Proof.ORGANISER_SCAN, Proof.ORGANISER_SCAN),
        (Proof.ORGANISER_SCAN, Proof.SELF_SCAN, Proof.SELF_SCAN),
        (Proof.SELF_SCAN, Proof.ORGANISER_SCAN, Proof.SELF_SCAN),
    ],
)
def test_presence_is_as_sure_as_the_weaker_of_its_scans(
    came_by: Proof, left_by: Proof, proof: Proof
):
    scans = [*seen("in 9:00", proof=came_by), *seen("out 12:00", proof=left_by)]

    assert attended([HALL], scans, missing_out=MissingOut.NONE).proof is proof


def test_marks_of_the_scans_it_rests_on_stand_beside_it():
    scans = [
        Seen(1, IN, moment("9:00"), marks=frozenset({"late"})),
        Seen(1, OUT, moment("12:00"), marks=frozenset({"static_code"})),
    ]

    assert attended([HALL], scans, missing_out=MissingOut.NONE).marks == {"late", "static_code"}


def test_a_correction_stands_before_the_scans_and_a_later_one_before_it():
    scans = seen("in 8:58", "in 13:34", proof=Proof.ORGANISER_SCAN)
    evening = moment("20:00")
    first = Amended(Verb.PRESENCE, evening, 1, ((moment("8:58"), moment("17:00")),), id=1)
    absent = Amended(Verb.ABSENCE, evening + MINUTE, 1, id=2)
    again = Amended(Verb.AS_SCANNED, evening + 2 * MINUTE, 1, id=3)

    def with_(*corrections: Amended) -> Attended:
        return attended([HALL], scans, corrections, missing_out=MissingOut.UNTIL_LAST_PROOF)

    assert (with_(first).minutes, with_(first).proof) == (360, Proof.ROSTER)
    assert not with_(first).missing_out
    assert with_(first, absent).minutes == 0
    assert with_(absent, first).minutes == 0
    assert with_(first, absent, again) == with_()


def corrected(*said: str, at: str, told: tuple[str, str]) -> Attended:
    """Somebody's day in the hall with a correction of both times, made at that moment."""
    spans = ((moment(told[0]), moment(told[1])),)
    correction = Amended(Verb.PRESENCE, moment(at), 1, spans, id=1)
    return attended([HALL], seen(*said), [correction], missing_out=MissingOut.NONE)


def test_scans_after_a_correction_go_on_from_it():
    came_back = corrected("in 9:10", "in 14:00", "out 15:00", at="11:00", told=("9:00", "10:00"))
    assert [(s.in_at, s.out_at) for s in came_back.stays] == [
        (moment("9:00"), moment("10:00")),
        (moment("14:00"), moment("15:00")),
    ]
    assert (came_back.minutes, came_back.corrected) == (120, True)

    stayed = corrected("in 9:10", "out 11:30", at="11:00", told=("9:00", "10:00"))
    assert stayed.minutes == 60
    assert stayed.missing_in == (moment("11:30"),)  # seen again, and nobody knows since when


def test_who_was_inside_at_the_moment_of_a_correction_stays_so_until_they_go_out():
    one = corrected("in 9:10", "out 12:00", at="11:00", told=("9:00", "11:00"))
    [stay] = one.stays
    assert (stay.in_at, stay.out_at, stay.corrected) == (moment("9:00"), moment("12:00"), True)
    assert (one.minutes, one.proof, one.missing_in) == (165, Proof.ROSTER, ())

    running = replace(HALL, over=False)
    told = Amended(Verb.PRESENCE, moment("11:00"), 1, ((moment("9:00"), moment("11:00")),))
    inside = attended([running], seen("in 9:10"), [told], missing_out=MissingOut.NONE)
    assert (inside.inside, inside.missing_out) == (1, False)
    assert inside.stays[0].inside


def test_going_out_after_a_correction_until_the_end_misses_no_check_in():
    found = corrected("in 9:10", "out 17:20", at="17:05", told=("9:00", "17:00"))

    assert (found.minutes, found.missing_in) == (360, ())


def test_full_ends_with_an_event_that_was_closed_early():
    early = replace(HALL, closed_at=moment("11:45"))
    late = replace(HALL, closed_at=moment("17:40"))

    def minutes(room: Room, *said: str) -> int:
        return attended([room], seen(*said), missing_out=MissingOut.FULL).minutes

    assert minutes(early, "in 9:00") == 150
    assert minutes(late, "in 9:00") == 360
    assert minutes(early, "in 9:00", "out 11:00") == 105


def test_a_scan_that_was_reversed_is_void():
    scans = seen("in 9:00", "out 9:01", "out 17:00")
    reversal = Amended(Verb.REVERSAL, NINE, scan=scans[1].id)

    assert attended([HALL], scans, missing_out=MissingOut.NONE).minutes == 1
    assert attended([HALL], scans, [reversal], missing_out=MissingOut.NONE).minutes == 360


def test_a_check_out_without_a_check_in_is_named_but_a_second_try_is_not():
    assert at_hall("out 17:00").missing_in == (moment("17:00"),)
    assert at_hall("in 9:00", "out 10:30", "out 10:32").missing_in == ()
    assert at_hall("in 9:00", "out 10:30", "out 17:00").missing_in == (moment("17:00"),)
