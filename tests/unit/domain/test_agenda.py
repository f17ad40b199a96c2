"""The plan of an event: what is credited, what is refused, what decides hours."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpd_app import rulesets
from cpd_app.domain import agenda
from cpd_app.domain.agenda import Plan, PlannedPart, PlannedSession, PlannedSpeaker
from cpd_app.domain.errors import Rejected

DAY = datetime(2026, 12, 1, tzinfo=UTC)


def at(clock: str, days: int = 0) -> datetime:
    """A moment of the day of these tests."""
    hour, minute = clock.split(":")
    return DAY + timedelta(days=days, hours=int(hour), minutes=int(minute))


def local(clock: str, days: int = 0) -> datetime:
    """The same as local time, as forms have it."""
    return at(clock, days).replace(tzinfo=None)


def part(begins: str, ends: str, *, credited: bool = True, **more: object) -> PlannedPart:
    """A part called after its times."""
    return PlannedPart(f"{begins}-{ends}", at(begins), at(ends), credited, **more)  # type: ignore[arg-type]


def sitting(begins: str, ends: str, *parts: PlannedPart, **more: object) -> PlannedSession:
    """A session called after its times."""
    return PlannedSession(f"{begins}-{ends}", at(begins), at(ends), parts=parts, **more)  # type: ignore[arg-type]


def plan(*sessions: PlannedSession, **more: object) -> Plan:
    """A conference around its sessions, in UTC."""
    values = {
        "kind": "conference",
        "fields": {"level": "national"},
        "zone": "UTC",
        "missing_out": "full",
        "starts_at": min((s.starts_at for s in sessions), default=at("09:00")),
        "ends_at": max((s.ends_at for s in sessions), default=at("17:00")),
        "sessions": sessions,
        **more,
    }
    return Plan(**values)  # type: ignore[arg-type]


def test_a_session_counts_from_start_to_end_less_what_is_not_credited():
    held = sitting("09:00", "12:00", part("09:00", "10:00"), part("10:00", "10:20", credited=False))

    assert held.spans == ((at("09:00"), at("10:00")), (at("10:20"), at("12:00")))
    assert plan(held).minutes == 160


@pytest.mark.parametrize("quiet", [{"credited": False}, {"rehearsal": True}])
def test_an_uncredited_session_and_a_rehearsal_count_nothing(quiet: dict[str, bool]):
    found = plan(sitting("09:00", "12:00", **quiet))

    assert found.minutes == 0
    assert found.days is None


def test_parallel_rooms_count_once():
    found = plan(sitting("09:00", "12:00"), sitting("10:00", "13:00"))

    assert found.minutes == 240
    assert [d.code for d in agenda.doubts(found, 450)] == ["parallel_sessions"]


def test_seconds_are_summed_and_floored_once():
    half = timedelta(seconds=30)
    spans = [(at("09:00"), at("09:10") + half), (at("10:00"), at("10:10") + half)]

    assert agenda.minutes_of(spans) == 21


def test_days_are_days_of_the_events_zone():
    late = plan(sitting("16:00", "18:00"), zone="Asia/Shanghai")

    assert late.days == (date(2026, 12, 2), date(2026, 12, 2))


def test_what_ends_at_midnight_belongs_to_the_day_that_it_ended():
    night = PlannedSession("夜", at("20:00"), at("00:00", days=1))

    assert plan(night).days == (date(2026, 12, 1), date(2026, 12, 1))


def test_minutes_over_midnight_are_parted():
    spans = [(at("22:00"), at("02:00", days=1))]

    found = agenda.minutes_by_day(spans, "UTC")

    assert found == {date(2026, 12, 1): 120, date(2026, 12, 2): 120}


def test_a_long_day_and_a_session_without_a_break_are_worth_a_look():
    found = agenda.doubts(plan(sitting("09:00", "17:00")), 450)

    assert [(d.code, d.values.get("minutes")) for d in found] == [
        ("long_day", 480),
        ("no_break", None),
    ]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (plan(starts_at=at("10:00"), ends_at=at("09:00")), "ends_before_start"),
        (plan(ends_at=at("09:00", days=40)), "event_too_long"),
        (plan(sitting("12:00", "11:00"), starts_at=at("09:00"), ends_at=at("17:00")),
         "session_ends_before_start"),
        (plan(sitting("09:00", "12:00"), starts_at=at("10:00")), "session_outside_event"),
        (plan(PlannedSession("长", at("00:00"), at("01:00", days=1))), "session_too_long"),
        (plan(sitting("09:00", "12:00", part("08:00", "10:00"))), "part_outside_session"),
        (plan(sitting("09:00", "12:00", part("10:00", "09:30"))), "part_ends_before_start"),
        (plan(sitting("09:00", "12:00", part("09:00", "10:00"), part("09:30", "11:00"))),
         "parts_overlap"),
        (plan(sitting("09:00", "12:00", room="A"), sitting("11:00", "13:00", room="a")),
         "rooms_overlap"),
        (plan(*[sitting("09:00", "10:00") for _n in range(61)]), "too_many_sessions"),
        (plan(sitting("09:00", "12:00", *[part("09:00", "09:01")] * 61)), "too_many_parts"),
    ],
)  # fmt: skip
def test_a_plan_that_makes_no_sense_is_refused(wrong: Plan, code: str):
    with pytest.raises(Rejected) as refused:
        agenda.check_plan(wrong)

    assert refused.value.code == code


def test_a_sensible_plan_is_not_refused():
    agenda.check_plan(
        plan(
            sitting("09:00", "12:00", part("09:00", "10:00"), part("10:00", "11:00"), room="A"),
            sitting("12:00", "13:00", room="A"),
            sitting("10:00", "13:00", room="B"),
            sitting("10:00", "13:00"),
        )
    )


def test_words_and_rooms_decide_no_hours_but_times_policy_and_speakers_do():
    speaker = PlannedSpeaker("张工", "示范院", "T1")
    base = plan(sitting("09:00", "12:00", part("09:00", "10:00", speakers=(speaker,))))
    (held,) = base.sessions
    (talk,) = held.parts
    renamed = replace(held, title="换名", room="B", parts=(replace(talk, title="换题"),))
    moved = replace(held, ends_at=at("11:00"))
    other = replace(held, parts=(replace(talk, speakers=(replace(speaker, kind="lecture"),)),))

    same = agenda.deciding(base)

    assert agenda.deciding(replace(base, sessions=(renamed,))) == same
    assert agenda.deciding(replace(base, sessions=(moved,))) != same
    assert agenda.deciding(replace(base, sessions=(other,))) != same
    assert agenda.deciding(replace(base, missing_out="none")) != same
    assert agenda.deciding(replace(base, fields={"level": "other"})) != same


def test_a_record_of_an_event_is_cut_at_the_minutes_of_its_days():
    rule_set = rulesets.default_rule_set()
    days = (date(2026, 12, 1), date(2026, 12, 1))

    record = agenda.record_of(plan(sitting("09:00", "17:00")), rule_set, 480, days)

    assert record == {
        "kind": "conference",
        "level": "national",
        "minutes": 450,
        "started_on": days[0],
        "ended_on": days[1],
    }


def test_an_event_is_of_a_kind_that_counts_minutes_and_is_not_the_speakers():
    rule_set = rulesets.default_rule_set()

    held = [kind.code for kind in rule_set.usable_kinds if agenda.may_be_held(kind)]

    assert {"training", "online", "conference", "visit", "standard_committee"} <= set(held)
    assert not {"talk", "lecture", "paper", "review", "other"} & set(held)
    with pytest.raises(Rejected) as refused:
        agenda.event_kind(rule_set, "lecture")
    assert refused.value.code == "not_an_event_kind"


def test_a_missing_out_scan_counts_in_full_only_in_short_events():
    assert agenda.missing_out_by_length(at("09:00"), at("10:59")) == "full"
    assert agenda.missing_out_by_length(at("09:00"), at("11:00")) == "until_last_proof"


def test_the_same_hours_on_each_day_less_a_pause():
    days = agenda.daily_sittings(
        date(2026, 12, 1), date(2026, 12, 2), time(9), time(17), (time(12), time(13, 30))
    )

    assert days == [
        (local("09:00", n), local("17:00", n), (local("12:00", n), local("13:30", n)))
        for n in (0, 1)
    ]


def test_a_night_is_one_sitting_that_ends_on_the_last_day():
    pause = (time(0, 30), time(1))

    ((start, end, taken),) = agenda.daily_sittings(
        date(2026, 12, 1), date(2026, 12, 2), time(22), time(2), pause
    )

    assert (start, end) == (local("22:00"), local("02:00", 1))
    assert taken == (local("00:30", 1), local("01:00", 1))


@pytest.mark.parametrize(
    ("last_on", "ends", "pause", "code"),
    [
        (date(2026, 12, 1), time(8), None, "ends_before_start"),
        (date(2027, 3, 1), time(17), None, "event_too_long"),
        (date(2026, 12, 1), time(17), (time(7), time(8)), "pause_outside_day"),
        (date(2026, 12, 1), time(17), (time(13), time(12)), "pause_outside_day"),
    ],
)
def test_hours_that_cannot_be_are_refused(
    last_on: date, ends: time, pause: tuple[time, time] | None, code: str
):
    with pytest.raises(Rejected) as refused:
        agenda.daily_sittings(date(2026, 12, 1), last_on, time(9), ends, pause)

    assert refused.value.code == code


minutes = st.integers(0, 600)
spans = st.lists(
    st.tuples(minutes, minutes)
    .filter(lambda pair: pair[0] < pair[1])
    .map(lambda pair: (DAY + timedelta(minutes=pair[0]), DAY + timedelta(minutes=pair[1]))),
    max_size=8,
)


@given(spans, spans)
def test_what_is_taken_off_and_what_is_left_make_the_whole(whole: list, breaks: list):
    for span in agenda.united(whole):
        left = agenda.without(span, breaks)
        gone = agenda.minutes_of([span]) - agenda.minutes_of(left)
        covered = agenda.minutes_of(
            (max(first, span[0]), min(last, span[1]))
            for first, last in agenda.united(breaks)
            if last > span[0] and first < span[1]
        )

        assert gone == covered


@given(spans)
def test_minutes_by_day_add_up(found: list):
    united = agenda.united(found)

    assert sum(agenda.minutes_by_day(united, "UTC").values()) == agenda.minutes_of(united)
