"""Corrections: what they do to one and to many, what they refuse, and that nothing is erased."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError

from cpd_app.domain.errors import NotAllowed, NotFound, Rejected
from cpd_app.domain.presence import Verb
from cpd_app.models import (
    Activity,
    ActivityChange,
    Correction,
    Event,
    JournalEntry,
    RosterEntry,
    Scan,
    Society,
)
from cpd_app.usecases import corrections
from cpd_app.usecases.correction_input import NewCorrection
from cpd_app.usecases.position import position_now
from tests.support.attendance import Day
from tests.support.builders import a_person, a_registration, a_session, an_entry, an_event
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
KEY = "5b6b7a9e-3a51-4dbb-9a57-0d3f6a6f1f01"


@pytest.fixture
def half(day: Day, member: Someone) -> RosterEntry:
    """Who came at 8:58 and was scanned again at 13:34, and never went out."""
    entry = day.scanned(member, "in 8:58", "in 13:34", source="door")
    day.settle("18:00")
    return entry


def until(day: Day, clock: str, **over: Any) -> NewCorrection:
    """They stayed until then."""
    values = {"session_id": day.hall.id, "out_at": day.moment(clock), **over}
    return NewCorrection(Verb.PRESENCE, "同桌两人证明", **values)


def correct(do: Do, day: Day, someone: Someone, entries: list[RosterEntry], new: NewCorrection):
    """Correct at eight in the evening."""
    now = day.moment("20:00")
    ids = [e.id for e in entries]
    return do(
        corrections.correct_attendance, someone.actor, day.event.id, ids, new,
        now=now, today=now.date(),
    )  # fmt: skip


def test_a_correction_is_seen_before_it_is_made_and_the_record_follows(
    day: Day, do: Do, store: Store, organiser: Someone, half: RosterEntry
):
    new = until(day, "17:00")
    [seen] = do(
        corrections.preview_corrections, organiser.actor, day.event.id, [half.id], new,
        now=day.moment("20:00"),
    )  # fmt: skip
    assert store.count(Correction) == 0

    [made] = correct(do, day, organiser, [half], new)

    assert (seen.before, seen.after) == (made.before, made.after)
    assert (made.before.minutes, made.before.hours, made.before.letter) == (214, 450, "A")
    assert (made.after.minutes, made.after.hours, made.after.letter) == (420, 900, "C")
    found = day.attendance_of(half)
    assert (found.minutes, found.proof, found.missing_out) == (420, 3, False)
    change = store.all(select(ActivityChange).order_by(ActivityChange.id.desc()))[0]
    assert change.by_id == organiser.id
    assert change.changed["minutes"] == [214, 420]
    assert change.changed["assurance"] == ["A", "C"]
    assert change.changed["reason"] == [None, "同桌两人证明"]


def test_it_says_who_why_before_and_after_and_the_scans_stand(
    day: Day, do: Do, store: Store, organiser: Someone, half: RosterEntry
):
    correct(do, day, organiser, [half], until(day, "17:00"))

    row = store.one(select(Correction))
    assert (row.by_id, row.by_role, row.reason) == (organiser.id, "organiser", "同桌两人证明")
    came = day.moment("8:58").isoformat()
    assert row.before == [[came, day.moment("13:34").isoformat()]]
    assert row.after == [[came, day.moment("17:00").isoformat()]]
    assert store.count(Scan) == 2
    entry = store.one(select(JournalEntry).where(JournalEntry.verb == "attendance.corrected"))
    assert "reason" not in entry.data


@pytest.mark.parametrize("table", [Scan, Correction])
def test_neither_scans_nor_corrections_can_be_changed(
    day: Day, do: Do, store: Store, organiser: Someone, half: RosterEntry, table: Any
):
    correct(do, day, organiser, [half], until(day, "17:00"))

    with pytest.raises(DatabaseError):
        store.run(update(table).values(event_id=day.event.id))


def test_one_end_moves_and_the_other_stays_also_with_a_lunch_outside(
    day: Day, do: Do, organiser: Someone, member: Someone
):
    entry = day.scanned(member, "in 9:00", "out 12:00", "in 14:00")
    day.settle("18:00")

    correct(do, day, organiser, [entry], until(day, "16:00"))
    assert day.attendance_of(entry).minutes == 180 + 120

    earlier = NewCorrection(Verb.PRESENCE, "门口排队", day.hall.id, in_at=day.moment("9:30"))
    correct(do, day, organiser, [entry], earlier)
    assert day.attendance_of(entry).minutes == 150 + 120


def at_ten_thirty(do: Do, day: Day, organiser: Someone, entry: RosterEntry, **times: str) -> None:
    """Correct one person's times while the session runs."""
    now = day.moment("10:30")
    moments: dict[str, Any] = {name: day.moment(clock) for name, clock in times.items()}
    new = NewCorrection(Verb.PRESENCE, "门口排队", day.hall.id, **moments)
    do(
        corrections.correct_attendance, organiser.actor, day.event.id, [entry.id], new,
        now=now, today=now.date(),
    )  # fmt: skip


def test_an_arrival_is_moved_while_they_are_inside_and_the_check_out_still_counts(
    day: Day, do: Do, store: Store, organiser: Someone, member: Someone
):
    entry = day.scanned(member, "in 9:30")
    at_ten_thirty(do, day, organiser, entry, in_at="9:00")
    assert store.get(RosterEntry, entry.id).inside_session_id == day.hall.id

    day.scans(entry, "out 11:00")
    day.settle("11:01")

    found = day.attendance_of(entry)
    assert (found.minutes, found.proof, found.missing_out) == (120, 3, False)


def test_scans_after_a_correction_made_while_the_session_runs_count(
    day: Day, do: Do, store: Store, organiser: Someone, member: Someone
):
    entry = day.scanned(member, "in 9:30")
    at_ten_thirty(do, day, organiser, entry, in_at="9:00", out_at="10:00")
    assert store.get(RosterEntry, entry.id).inside_session_id is None

    day.scans(entry, "in 14:00", "out 15:00")
    day.settle("15:01")

    assert day.attendance_of(entry).minutes == 120


def test_a_scan_that_is_sent_again_moves_nobody_back_who_was_corrected_to_have_left(
    day: Day, do: Do, organiser: Someone, member: Someone
):
    entry = day.scanned(member, "in 9:30")
    at_ten_thirty(do, day, organiser, entry, in_at="9:30", out_at="10:00")

    assert do(position_now, entry.id) is None
    day.scans(entry, "in 11:00")
    assert do(position_now, entry.id) == day.hall.id


def test_an_arrival_that_was_corrected_leaves_them_inside(
    day: Day, do: Do, organiser: Someone, member: Someone
):
    entry = day.scanned(member, "in 9:30")
    at_ten_thirty(do, day, organiser, entry, in_at="9:00")

    assert do(position_now, entry.id) == day.hall.id


def test_absent_then_as_scanned_again(day: Day, do: Do, organiser: Someone, half: RosterEntry):
    record = day.record_of(half)
    correct(do, day, organiser, [half], NewCorrection(Verb.ABSENCE, "代签", day.hall.id))
    assert day.attendance_of(half).held == "nothing"

    correct(do, day, organiser, [half], NewCorrection(Verb.AS_SCANNED, "核实无误", day.hall.id))
    found = day.attendance_of(half)
    assert (found.minutes, found.proof, found.activity_id) == (214, 1, record.id)


def test_a_scan_is_made_void_once(
    day: Day, do: Do, store: Store, organiser: Someone, member: Someone
):
    entry = day.scanned(member, "in 9:00", "out 9:01", "out 17:00")
    day.settle("17:01")
    wrong = store.one(select(Scan).where(Scan.at == day.moment("9:01")))
    void = NewCorrection(Verb.REVERSAL, "手滑", scan_id=wrong.id)

    correct(do, day, organiser, [entry], void)

    assert day.attendance_of(entry).minutes == 420
    with pytest.raises(Rejected, match="scan_is_void"):
        correct(do, day, organiser, [entry], void)
    with pytest.raises(Rejected, match="unknown_scan"):
        correct(do, day, organiser, [entry], NewCorrection(Verb.REVERSAL, "?", scan_id=99999))


def test_a_repeat_of_a_key_changes_nothing(
    day: Day, do: Do, store: Store, organiser: Someone, half: RosterEntry
):
    for _attempt in range(2):
        correct(do, day, organiser, [half], until(day, "17:00", key=KEY))

    assert store.count(Correction) == 1
    assert store.count(ActivityChange) == 2


def test_many_are_corrected_at_once_and_whoever_cannot_be_is_left_alone(
    day: Day, do: Do, store: Store, organiser: Someone, society: Society, half: RosterEntry
):
    def somebody(*said: str) -> RosterEntry:
        person = a_person(store)
        someone = Someone(person, society, a_registration(store, person, society))
        return day.scanned(someone, *said)

    never, other = somebody(), somebody("in 9:00")
    day.settle("18:00")

    effects = correct(do, day, organiser, [half, never, other], until(day, "17:00"))

    problems = {e.entry.id: e.problem.code if e.problem else None for e in effects}
    assert problems == {half.id: None, never.id: "times_missing", other.id: None}
    rows = store.all(select(Correction))
    assert len({r.batch for r in rows}) == 1
    assert rows[0].batch is not None
    assert store.count(Activity) == 2


def test_without_a_session_the_times_count_in_every_session_that_they_touch(
    day: Day, do: Do, store: Store, organiser: Someone, member: Someone
):
    evening = a_session(
        store, day.event, starts_at=day.moment("19:00"), ends_at=day.moment("20:00")
    )
    entry = an_entry(store, day.event, member.person)
    new = NewCorrection(
        Verb.PRESENCE, "签到表", in_at=day.moment("9:00"), out_at=day.moment("19:30")
    )

    correct(do, day, organiser, [entry], new)

    assert day.attendance_of(entry).minutes == 420 + 30
    rows = store.all(select(Correction).order_by(Correction.session_id))
    assert [r.session_id for r in rows] == [day.hall.id, evening.id]


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"out_at": None}, "times_missing"),
        ({"in_at": "10:00", "out_at": "9:00"}, "ends_before_start"),
        ({"out_at": "21:00"}, "not_yet"),
        ({"in_at": "7:00", "out_at": "8:00"}, "outside_session"),
        ({"session_id": 99999}, "outside_session"),
    ],
)
def test_what_makes_no_sense_is_refused(
    day: Day, do: Do, organiser: Someone, half: RosterEntry, over: dict[str, Any], code: str
):
    times = {
        name: day.moment(value) if isinstance(value, str) else value for name, value in over.items()
    }
    with pytest.raises(Rejected, match=code):
        correct(do, day, organiser, [half], until(day, "17:00", **times))


def test_a_reason_is_needed_and_no_more_than_so_many_people(
    day: Day, do: Do, organiser: Someone, half: RosterEntry
):
    with pytest.raises(Rejected, match="missing"):
        correct(do, day, organiser, [half], NewCorrection(Verb.ABSENCE, "  ", day.hall.id))
    now = day.moment("20:00")
    with pytest.raises(Rejected, match="too_many_people"):
        do(
            corrections.correct_attendance, organiser.actor, day.event.id, range(501),
            until(day, "17:00"), now=now, today=now.date(),
        )  # fmt: skip


def test_who_may_correct(
    day: Day,
    do: Do,
    store: Store,
    half: RosterEntry,
    registrar: Someone,
    auditor: Someone,
    member: Someone,
    stranger: Someone,
):
    for someone, refusal in ((stranger, NotFound), (member, NotFound), (auditor, NotAllowed)):
        with pytest.raises(refusal):
            correct(do, day, someone, [half], until(day, "17:00"))

    correct(do, day, registrar, [half], until(day, "17:00"))
    assert store.one(select(Correction)).by_role == "staff"


def test_after_the_settlement_only_staff_correct(
    day: Day, do: Do, store: Store, half: RosterEntry, organiser: Someone, registrar: Someone
):
    settled = {"state": "settled", "settled_at": day.moment("19:00")}
    store.run(update(Event).where(Event.id == day.event.id).values(**settled))

    with pytest.raises(Rejected, match="attendance_settled"):
        correct(do, day, organiser, [half], until(day, "17:00"))
    correct(do, day, registrar, [half], until(day, "17:00"))

    assert day.attendance_of(half).minutes == 420


def test_nobody_gives_presence_to_themselves(
    day: Day, do: Do, store: Store, organiser: Someone, registrar: Someone
):
    own = an_entry(store, day.event, organiser.person)
    there = NewCorrection(
        Verb.PRESENCE,
        "我在",
        day.hall.id,
        in_at=day.moment("09:00"),
        out_at=day.moment("12:00"),
    )

    with pytest.raises(Rejected, match="own_attendance"):
        correct(do, day, organiser, [own], there)
    correct(do, day, registrar, [own], there)

    assert store.one(select(Correction)).by_role == "staff"


def test_an_entry_of_another_event_is_not_found(
    day: Day, do: Do, store: Store, organiser: Someone, society: Society, member: Someone
):
    elsewhere = an_event(store, organiser.person, society, around=day.event.starts_at)
    entry = an_entry(store, elsewhere, member.person)

    with pytest.raises(NotFound):
        correct(do, day, organiser, [entry], until(day, "17:00"))


def test_who_was_corrected_to_have_left_is_not_inside(
    day: Day, do: Do, store: Store, organiser: Someone, half: RosterEntry
):
    assert store.get(RosterEntry, half.id).inside_session_id == day.hall.id

    correct(do, day, organiser, [half], until(day, "17:00"))
    assert store.get(RosterEntry, half.id).inside_session_id is None

    again = NewCorrection(Verb.AS_SCANNED, "核实无误", day.hall.id)
    correct(do, day, organiser, [half], again)
    assert store.get(RosterEntry, half.id).inside_session_id == day.hall.id
