"""From scans to the record: what the worker computes, writes, changes and takes back."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from cpd_app.domain.errors import Rejected
from cpd_app.models import (
    Activity,
    ActivityChange,
    Attendance,
    Credit,
    Event,
    JournalEntry,
    RosterEntry,
    Society,
)
from cpd_app.usecases import activities, attendance, event_states, same_activity
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.event_hours import terms_of
from cpd_app.usecases.progress import readiness_of
from cpd_app.usecases.records import RecordRow
from tests.support.attendance import Day
from tests.support.builders import (
    a_person,
    a_scan,
    a_session,
    an_entry,
    an_event,
)
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
DAY = date(2026, 3, 12)


def row_of(do: Do, member: Someone) -> RecordRow:
    """The member's one record as every reader shows it."""
    assert member.registration is not None
    found = do(readiness_of, member.actor, member.registration.id, on=DAY)
    row: RecordRow = found.in_term[0]
    return row


def test_hours_stand_in_the_log_with_their_arithmetic_after_checking_out(
    day: Day, store: Store, member: Someone
):
    entry = day.scanned(member, "in 8:53", "out 16:50")

    assert day.settle("16:51") == 1

    found = day.attendance_of(entry)
    assert (found.minutes, found.hours, found.proof) == (410, 900, 2)
    assert found.presence[0]["breaks"] == 3600
    assert found.trace[0] == {
        "rule": "per_minutes",
        "minutes": 410,
        "per": 45,
        "weight": "1",
        "value": "9.11",
        "hours": 911,
    }
    record = day.record_of(entry)
    assert record.source == "event"
    assert (record.kind, record.fields) == ("conference", {"level": "national", "minutes": 410})
    assert (record.started_on, record.ended_on) == (DAY, DAY)
    assert (record.starts_at_time, record.ends_at_time) == (time(9), time(16, 50))
    assert record.attended == [
        ["2026-03-12T09:00:00", "2026-03-12T12:00:00"],
        ["2026-03-12T13:00:00", "2026-03-12T16:50:00"],
    ]
    credit = store.one(select(Credit).where(Credit.activity_id == record.id))
    assert (credit.conversion, credit.recognised) == (900, 900)
    assert store.get(RosterEntry, entry.id).stale_at is None
    assert day.settle("16:52") == 0


def test_who_is_still_inside_is_computed_when_the_session_closes(day: Day, member: Someone):
    entry = day.scanned(member, "in 8:58", "in 13:34")

    assert day.settle("17:30") == 0
    assert day.settle("18:00") == 1

    found = day.attendance_of(entry)
    assert (found.minutes, found.missing_out) == (214, True)
    assert day.settle("18:01") == 0


def test_closing_the_event_settles_those_inside_at_once(day: Day, store: Store, member: Someone):
    entry = day.scanned(member, "in 9:00", "in 11:00")
    store.run(update(Event).where(Event.id == day.event.id).values(state="closed"))

    assert day.settle("17:01") == 1
    assert day.attendance_of(entry).minutes == 120


def test_an_event_that_is_closed_early_gives_full_until_then(
    day: Day, do: Do, store: Store, organiser: Someone, member: Someone
):
    full = {"missing_out": "full", "state": "open"}
    store.run(update(Event).where(Event.id == day.event.id).values(**full))
    entry = day.scanned(member, "in 9:00")

    do(event_states.close_event, organiser.actor, day.event.id, now=day.moment("11:00"))
    day.settle("11:01")

    assert day.attendance_of(entry).minutes == 120


def test_coming_back_adds_to_the_same_record_and_says_what_changed(
    day: Day, store: Store, member: Someone
):
    entry = day.scanned(member, "in 9:00", "out 12:00")
    day.settle("12:01")
    first = day.record_of(entry)
    day.scans(entry, "in 13:00", "out 17:00")
    day.settle("17:01")

    record = day.record_of(entry)
    assert record.id == first.id
    assert (first.fields["minutes"], record.fields["minutes"]) == (180, 420)
    changes = store.all(
        select(ActivityChange)
        .where(ActivityChange.activity_id == record.id)
        .order_by(ActivityChange.id)
    )
    assert [c.verb for c in changes] == ["attended", "attendance_changed"]
    assert changes[1].changed["minutes"] == [180, 420]


def test_computing_again_without_news_changes_nothing(day: Day, store: Store, member: Someone):
    entry = day.scanned(member, "in 9:00", "out 12:00")
    day.settle("12:01")
    before = (store.count(ActivityChange), store.count(JournalEntry), day.record_of(entry).version)
    store.run(update(RosterEntry).values(stale_at=day.moment("12:02")))

    assert day.settle("12:03") == 1
    after = (store.count(ActivityChange), store.count(JournalEntry), day.record_of(entry).version)
    assert after == before


@pytest.mark.parametrize(
    ("sources", "letter"),
    [
        (("pass", "door"), "A"),
        (("room_code", "pass"), "B"),
        (("typed_code", "static_code"), "B"),
    ],
)
def test_the_letter_is_that_of_the_weaker_scan(
    day: Day, do: Do, member: Someone, sources: tuple[str, str], letter: str
):
    entry = day.scanned(member, "in 9:00", source=sources[0])
    day.scans(entry, "out 12:00", source=sources[1])
    day.settle("12:01")

    row = row_of(do, member)

    assert (row.assurance, row.audit_proof, row.missing_proofs) == (letter, True, ())


def test_marks_of_scans_stand_beside_the_letter(day: Day, do: Do, member: Someone):
    entry = day.scanned(member, "in 9:00", marks=["late"])
    day.scans(entry, "out 12:00", marks=["static_code"])
    day.settle("12:01")

    row = row_of(do, member)

    assert [m.value for m in row.marks] == ["late", "static_code"]


def test_hours_count_in_the_year_like_any_other(day: Day, do: Do, member: Someone):
    day.scanned(member, "in 9:00", "out 17:00")
    day.settle("17:01")

    assert member.registration is not None
    found = do(readiness_of, member.actor, member.registration.id, on=DAY)
    assert found.current is not None
    assert (found.current.recognised, found.in_term[0].assurance) == (900, "B")


def test_a_visitor_gets_the_hours_in_their_own_society(day: Day, store: Store, stranger: Someone):
    entry = day.scanned(stranger, "in 9:00", "out 17:00")
    day.settle("17:01")

    credit = store.one(select(Credit).where(Credit.activity_id == day.record_of(entry).id))
    assert stranger.registration is not None
    assert credit.registration_id == stranger.registration.id


@pytest.mark.parametrize(
    ("over", "held"),
    [
        ({"person_id": None, "state": "pending"}, "pending"),
        ({"person_id": None}, "guest"),
        ({"state": "pending"}, "pending"),
        ({"state": "waiting"}, "pending"),
        ({"state": "declined"}, "declined"),
    ],
)
def test_what_nobody_decided_yet_gives_no_record_but_keeps_its_minutes(
    day: Day, store: Store, member: Someone, over: dict[str, Any], held: str
):
    entry = day.scanned(member, "in 9:00", "out 12:00")
    store.run(update(RosterEntry).where(RosterEntry.id == entry.id).values(**over))

    day.settle("12:01")

    found = day.attendance_of(entry)
    assert (found.held, found.minutes, found.activity_id) == (held, 180, None)
    assert store.count(Activity) == 0


def test_somebody_without_a_registration_has_attendance_and_no_record(day: Day, store: Store):
    guest = Someone(a_person(store, name="外单位讲师"))
    entry = day.scanned(guest, "in 9:00", "out 12:00")
    day.settle("12:01")

    assert day.attendance_of(entry).held == "no_registration"


def test_when_an_organiser_lets_somebody_in_the_record_follows(
    day: Day, store: Store, member: Someone
):
    entry = day.scanned(member, "in 9:00", "out 12:00")
    store.run(update(RosterEntry).where(RosterEntry.id == entry.id).values(state="pending"))
    day.settle("12:01")
    decided = {"state": "listed", "stale_at": day.moment("12:05")}
    store.run(update(RosterEntry).where(RosterEntry.id == entry.id).values(**decided))
    day.settle("12:06")

    assert day.record_of(entry).fields["minutes"] == 180


def test_presence_that_comes_to_nothing_withdraws_the_record_and_its_return_restores_it(
    day: Day, store: Store, member: Someone
):
    entry = day.scanned(member, "in 9:00", "out 12:00")
    day.settle("12:01")
    record = day.record_of(entry)
    for state, expected in (("declined", "withdrawn"), ("listed", "recorded")):
        decided = {"state": state, "stale_at": day.moment("12:05")}
        store.run(update(RosterEntry).where(RosterEntry.id == entry.id).values(**decided))
        day.settle("12:06")
        assert store.get(Activity, record.id).state == expected
    verbs = store.all(select(ActivityChange.verb).where(ActivityChange.activity_id == record.id))
    assert list(verbs) == ["attended", "withdrawn", "restored"]


def test_a_record_of_an_event_is_not_edited_withdrawn_or_restored(
    day: Day, do: Do, member: Someone
):
    entry = day.scanned(member, "in 9:00", "out 12:00")
    day.settle("12:01")
    now = day.moment("12:02")
    record = day.record_of(entry)
    new = NewActivity(
        "conference", "别的", None, record.ended_on, {"level": "national", "minutes": 400}
    )

    for act in (
        lambda: do(
            activities.correct_activity, member.actor, record.id, new,
            version=None, now=now, today=now.date(),
        ),
        lambda: do(activities.withdraw_activity, member.actor, record.id, now=now),
        lambda: do(
            activities.restore_activity, member.actor, record.id, now=now, today=now.date()
        ),
    ):  # fmt: skip
        with pytest.raises(Rejected, match="event_record"):
            act()


def test_a_typed_record_of_the_same_time_is_held_and_one_in_the_lunch_break_is_not(
    day: Day, store: Store, do: Do, member: Someone
):
    now = day.moment("17:05")

    def typed(title: str, first: time, last: time, minutes: int) -> int:
        new = NewActivity(
            "training", title, None, DAY, {"minutes": minutes},
            starts_at_time=first, ends_at_time=last,
        )  # fmt: skip
        logged = do(activities.log_activity, member.actor, new, now=now, today=now.date())
        made: int = logged.activity.id
        return made

    same = typed("同一个会", time(9), time(11), 120)
    lunch = typed("午间讲座", time(12), time(12, 45), 45)
    entry = day.scanned(member, "in 9:00", "out 17:00")
    day.settle("17:06")

    credits_ = {c.activity_id: c for c in store.all(select(Credit))}
    record = day.record_of(entry)
    assert credits_[record.id].recognised == 900
    assert credits_[lunch].recognised == 100
    assert credits_[same].recognised == 0
    assert credits_[same].reasons == [{"code": "same_activity", "other": record.id, "hours": 0}]
    do(same_activity.merge_into, member.actor, same, record.id, now=now)
    with pytest.raises(Rejected, match="event_record"):
        do(same_activity.merge_into, member.actor, record.id, lunch, now=now)


def test_over_450_minutes_a_day_are_clipped_and_never_refused(
    store: Store, do: Do, organiser: Someone, society: Society, member: Someone, at: Any
):
    seven = at("2026-03-12 07:00")
    event = an_event(
        store, organiser.person, society, kind="training", fields={},
        starts_at=seven, ends_at=seven + timedelta(hours=12), sessions=0,
    )  # fmt: skip
    hall = a_session(store, event, ends_at=event.ends_at)
    entry = an_entry(store, event, member.person, stale_at=seven)
    a_scan(store, entry, hall, "in", at=hall.starts_at)
    a_scan(store, entry, hall, "out", at=hall.ends_at)

    do(attendance.settle_stale, now=hall.ends_at, today=DAY)

    found = store.get(Attendance, entry.id)
    assert (found.minutes, found.hours, found.held) == (450, 1000, None)


def test_a_plan_that_staff_have_not_approved_again_changes_no_record(
    day: Day, store: Store, member: Someone
):
    entry = day.scanned(member, "in 9:00", "out 12:00")
    day.settle("12:01")
    with store.session() as session:
        event = session.get_one(Event, day.event.id)
        event.approved = {"terms": terms_of(event), "hours": 900}
        event.sessions[0].parts[0].credited = True
    day.scans(entry, "in 12:10", "out 17:00")
    day.settle("17:01")

    assert day.attendance_of(entry).held == "plan_changed"
    assert day.record_of(entry).fields["minutes"] == 180
