"""What stands around attendance: days and zones, flags, joined entries, questions, many at once."""

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import select, update

from cpd_app.models import (
    Activity,
    Attendance,
    Credit,
    JournalEntry,
    RosterEntry,
    Society,
)
from cpd_app.usecases import attendance
from tests.support.attendance import Day
from tests.support.builders import (
    a_person,
    a_registration,
    a_scan,
    a_session,
    an_entry,
    an_event,
)
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
DAY = date(2026, 3, 12)


def test_the_scans_of_a_joined_entry_count_for_the_one_that_stands_for_it(
    day: Day, store: Store, member: Someone
):
    guest = an_entry(store, day.event, None, number="T1", state="pending")
    day.scans(guest, "in 9:00", "out 10:00")
    entry = day.scanned(member, "in 11:00", "out 12:00")
    day.settle("12:01")
    store.run(
        update(RosterEntry)
        .where(RosterEntry.id == guest.id)
        .values(joined_id=entry.id, stale_at=day.moment("12:05"))
    )
    day.settle("12:06")

    assert day.attendance_of(entry).minutes == 120
    assert (day.attendance_of(guest).held, day.attendance_of(guest).minutes) == ("joined", 0)
    assert day.record_of(entry).fields["minutes"] == 120


def test_those_still_inside_half_an_hour_after_the_end_are_asked_once(
    day: Day, store: Store, do: Do, member: Someone, other_member: Someone
):
    inside = day.scanned(member, "in 9:00")
    gone = day.scanned(other_member, "in 9:00", "out 17:00")

    def ask(clock: str) -> int:
        now = day.moment(clock)
        asked: int = do(attendance.ask_leaving, now=now, today=now.date())
        return asked

    assert ask("17:29") == 0
    assert ask("17:30") == 1
    assert ask("17:31") == 0
    assert day.attendance_of(inside).asked_at == day.moment("17:30")
    assert store.count(Attendance, Attendance.entry_id == gone.id) == 0
    # who was asked is computed when the session closes all the same
    assert day.settle("18:00") == 2


def test_a_multi_day_event_grows_by_the_day_and_finishes_on_the_last_credited_one(
    store: Store, do: Do, organiser: Someone, society: Society, member: Someone, at: Any
):
    nine = at("2026-03-12 09:00")
    event = an_event(
        store, organiser.person, society, fields={"level": "international"},
        starts_at=nine, ends_at=nine + timedelta(days=2, hours=3), sessions=0,
    )  # fmt: skip
    rooms = [
        a_session(
            store,
            event,
            starts_at=nine + timedelta(days=n),
            ends_at=nine + timedelta(days=n, hours=3),
        )
        for n in range(3)
    ]
    entry = an_entry(store, event, member.person)

    def attend(number: int) -> Activity:
        room = rooms[number]
        a_scan(store, entry, room, "in", at=room.starts_at)
        a_scan(store, entry, room, "out", at=room.ends_at)
        store.run(update(RosterEntry).values(stale_at=room.ends_at))
        now = room.ends_at + timedelta(seconds=5)
        do(attendance.settle_stale, now=now, today=now.date())
        return store.one(select(Activity))

    first, second = attend(0), attend(1)

    assert (first.ended_on, first.fields["minutes"]) == (DAY, 180)
    assert (second.started_on, second.ended_on) == (DAY, date(2026, 3, 13))
    assert second.fields["minutes"] == 360


def test_the_days_of_a_record_are_days_of_the_events_zone(
    store: Store, do: Do, organiser: Someone, society: Society, member: Someone, at: Any
):
    evening = at("2026-03-12 19:00-07:00")  # Los Angeles; 13 March in Beijing
    event = an_event(
        store, organiser.person, society, zone="America/Los_Angeles", sessions=0,
        starts_at=evening, ends_at=evening + timedelta(hours=2),
    )  # fmt: skip
    hall = a_session(store, event, ends_at=event.ends_at)
    entry = an_entry(store, event, member.person, stale_at=evening)
    a_scan(store, entry, hall, "in")
    a_scan(store, entry, hall, "out")

    do(attendance.settle_stale, now=hall.ends_at, today=date(2026, 3, 13))

    record = store.one(select(Activity))
    assert (record.ended_on, record.starts_at_time) == (DAY, time(19))


def test_one_device_for_many_is_flagged_for_all_of_them_and_nobody_is_refused(
    day: Day, store: Store, society: Society
):
    people = []
    for _number in range(4):
        person = a_person(store)
        someone = Someone(person, society, a_registration(store, person, society))
        people.append(day.scanned(someone, "in 9:00", "out 12:00", device="one-phone"))
        day.settle("12:01")
    day.settle("12:02")

    flags = [day.attendance_of(entry).flags for entry in people]
    assert flags == [[{"code": "one_device", "people": 4}]] * 4
    records = store.all(select(Activity).order_by(Activity.id))
    assert [r.presence_marks for r in records] == [["flagged"]] * 4


def test_two_events_at_once_are_flagged_in_both(
    day: Day, store: Store, organiser: Someone, society: Society, member: Someone
):
    entry = day.scanned(member, "in 9:00", "out 17:00")
    day.settle("17:01")
    other = an_event(
        store, organiser.person, society, sessions=0,
        starts_at=day.moment("14:00"), ends_at=day.moment("16:00"),
    )  # fmt: skip
    room = a_session(store, other, ends_at=other.ends_at)
    elsewhere = an_entry(store, other, member.person, stale_at=day.moment("16:00"))
    a_scan(store, elsewhere, room, "in")
    a_scan(store, elsewhere, room, "out")
    day.settle("17:05")
    day.settle("17:06")

    for row in (day.attendance_of(entry), store.get(Attendance, elsewhere.id)):
        assert row.flags == [
            {
                "code": "two_rooms",
                "from": day.moment("14:00").isoformat(),
                "to": day.moment("16:00").isoformat(),
            }
        ]
    recognised = store.all(select(Credit.recognised).order_by(Credit.activity_id))
    assert sorted(recognised) == [0, 900]  # the second is held with 同一活动？


def test_scans_of_a_rehearsal_count_for_nothing(day: Day, store: Store, member: Someone):
    rehearsal = a_session(store, day.event, rehearsal=True, starts_at=day.moment("8:00"))
    entry = an_entry(store, day.event, member.person, stale_at=day.moment("8:30"))
    a_scan(store, entry, rehearsal, "in")
    a_scan(store, entry, rehearsal, "out", at=day.moment("8:20"))
    day.settle("8:31")

    assert (day.attendance_of(entry).minutes, day.attendance_of(entry).held) == (0, "nothing")


def test_the_worker_works_without_a_person_and_the_journal_holds_no_names(
    day: Day, store: Store, member: Someone
):
    day.scanned(member, "in 9:00", "out 12:00")
    day.settle("12:01")

    entry = store.one(select(JournalEntry).where(JournalEntry.verb == "activity.attended"))
    assert (entry.actor_id, entry.origin) == (None, "settle-attendance")
    assert set(entry.data) == {"person", "event", "version", "fields"}


def test_thousands_are_settled_some_at_a_time(day: Day, store: Store, do: Do, society: Society):
    for _number in range(5):
        person = a_person(store)
        day.scanned(
            Someone(person, society, a_registration(store, person, society)), "in 9:00", "out 12:00"
        )
    now = day.moment("12:01")

    counts = [do(attendance.settle_stale, now=now, today=now.date(), limit=2) for _ in range(4)]

    assert counts == [2, 2, 1, 0]
    assert store.count(Activity) == 5
