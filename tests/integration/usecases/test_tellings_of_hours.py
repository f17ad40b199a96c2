"""What people are told about hours: receipts, what changes them, 您几点离开？, answers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cpd_app.domain.presence import Verb
from cpd_app.models import RosterEntry
from cpd_app.usecases import (
    attendance,
    attendance_messages,
    corrections,
    event_states,
    settlement,
    statements,
)
from cpd_app.usecases.correction_input import NewCorrection
from cpd_app.usecases.statements import Answer, NewStatement, StatementKind
from tests.support.attendance import Day
from tests.support.builders import an_entry
from tests.support.people import Someone
from tests.support.store import Store
from tests.support.telling import Told, last_of, sent

Do = Callable[..., Any]


def receipts(do: Do, day: Day, clock: str) -> int:
    """The worker at that time."""
    told: int = do(attendance_messages.tell_receipts, now=day.moment(clock))
    return told


def test_the_receipt_comes_when_the_event_is_over_and_once(
    day: Day, do: Do, store: Store, member: Someone, told: Told
) -> None:
    day.scanned(member, "in 8:53", "out 16:50")
    day.settle("16:51")
    assert (receipts(do, day, "16:55"), told(member)) == (0, [])
    assert receipts(do, day, "17:01") == 1
    assert receipts(do, day, "17:02") == 0
    assert told(member) == ["checked_in"]
    assert last_of(store, member)["given_hours"] == 900


def test_settling_again_tells_nothing_new(
    day: Day, do: Do, store: Store, member: Someone, organiser: Someone, told: Told
) -> None:
    day.scanned(member, "in 8:53", "out 16:50")
    day.settle("17:10")
    store.change(day.event, approved=None)
    do(event_states.close_event, organiser.actor, day.event.id, now=day.moment("18:00"))
    day.settle("18:01")
    assert told(member) == ["checked_in"]


def test_who_never_went_out_gets_it_when_the_session_closes(
    day: Day, member: Someone, told: Told
) -> None:
    day.scanned(member, "in 8:58", "in 13:34")
    day.settle("17:30")
    assert told(member) == []
    day.settle("18:00")
    assert told(member) == ["checked_in"]


def test_a_guest_is_told_nothing(day: Day, do: Do, store: Store) -> None:
    day.scans(an_entry(store, day.event), "in 8:53", "out 16:50")
    day.settle("17:10")
    assert receipts(do, day, "17:11") == 0


@pytest.fixture
def half(day: Day, store: Store, member: Someone) -> RosterEntry:
    """Somebody whose receipt has left."""
    entry = day.scanned(member, "in 8:58", "in 13:34", source="door")
    day.settle("18:00")
    sent(store, member)
    return entry


def correct(do: Do, day: Day, by: Someone, entry: RosterEntry, out: str) -> None:
    """They stayed until then; said at eight in the evening and later."""
    now = day.moment("20:00") + timedelta(minutes=int(out[-2:]))
    new = NewCorrection(
        Verb.PRESENCE, "同桌两人证明", session_id=day.hall.id, out_at=day.moment(out)
    )
    do(corrections.correct_attendance, by.actor, day.event.id, [entry.id], new,
       now=now, today=now.date())  # fmt: skip


def test_a_correction_says_before_and_after(
    day: Day, do: Do, store: Store, half: RosterEntry, organiser: Someone,
    member: Someone, told: Told,
) -> None:  # fmt: skip
    was = day.attendance_of(half).hours
    correct(do, day, organiser, half, "15:30")
    correct(do, day, organiser, half, "16:45")
    assert told(member) == ["checked_in", "corrected"], "the first was not sent yet"
    data = last_of(store, member)
    assert (data["before_hours"], data["after_hours"]) == (was, day.attendance_of(half).hours)


def test_a_correction_that_was_undone_is_not_told(
    day: Day, do: Do, half: RosterEntry, organiser: Someone, member: Someone, told: Told
) -> None:
    correct(do, day, organiser, half, "15:30")
    back = NewCorrection(Verb.AS_SCANNED, "看错了", day.hall.id)
    now = day.moment("20:50")
    do(corrections.correct_attendance, organiser.actor, day.event.id, [half.id], back,
       now=now, today=now.date())  # fmt: skip
    assert told(member) == ["checked_in"]


def test_a_receipt_that_nobody_has_is_told_anew(
    day: Day, do: Do, store: Store, organiser: Someone, member: Someone, told: Told
) -> None:
    entry = day.scanned(member, "in 8:58", "in 13:34", source="door")
    day.settle("18:00")
    correct(do, day, organiser, entry, "16:45")
    assert told(member) == ["checked_in"]
    assert last_of(store, member)["given_hours"] == day.attendance_of(entry).hours


def test_hours_that_are_gone_are_told(
    day: Day, do: Do, store: Store, half: RosterEntry, organiser: Someone,
    member: Someone, told: Told,
) -> None:  # fmt: skip
    new = NewCorrection(Verb.ABSENCE, "代签", session_id=day.hall.id)
    now = day.moment("20:00")
    do(corrections.correct_attendance, organiser.actor, day.event.id, [half.id], new,
       now=now, today=now.date())  # fmt: skip
    assert told(member) == ["checked_in", "corrected"]
    assert last_of(store, member)["after_hours"] == 0


def test_settlement_tells_nobody_twice(
    day: Day, do: Do, store: Store, half: RosterEntry, organiser: Someone,
    member: Someone, told: Told,
) -> None:  # fmt: skip
    store.change(day.event, state="closed", approved=None)
    later = day.moment("21:00")
    do(settlement.settle_event, organiser.actor, day.event.id, now=later, today=later.date())
    day.settle("21:01")
    assert day.attendance_of(half).told_hours == day.attendance_of(half).hours
    assert told(member) == ["checked_in"]


def ask(do: Do, day: Day, clock: str) -> None:
    """The worker at that time."""
    now = day.moment(clock)
    do(attendance.ask_leaving, now=now, today=now.date())


def test_it_is_asked_once_and_gone_when_it_is_answered(
    day: Day, do: Do, member: Someone, organiser: Someone, told: Told
) -> None:
    day.scanned(member, "in 9:00")
    ask(do, day, "17:30")
    ask(do, day, "17:40")
    assert told(member) == ["leaving/session"]
    said = NewStatement(StatementKind.LEAVING, session_id=day.hall.id, out_at=day.moment("16:00"))
    made = do(statements.make_statement, member.actor, day.event.id, said,
              now=day.moment("17:45"))  # fmt: skip
    assert told(member) == []
    later = day.moment("21:00")
    do(statements.answer_statement, organiser.actor, day.event.id, made.id,
       Answer(accept=True), now=later, today=later.date())  # fmt: skip
    assert told(member) == ["checked_in"]


def test_a_scan_that_came_late_answers_it(day: Day, do: Do, member: Someone, told: Told) -> None:
    entry = day.scanned(member, "in 9:00")
    ask(do, day, "17:30")
    day.scans(entry, "out 16:50")
    day.settle("17:50")
    assert told(member) == ["checked_in"]


@pytest.mark.parametrize("accept", [True, False])
def test_what_somebody_says_about_their_presence_is_answered(
    day: Day, do: Do, store: Store, member: Someone, organiser: Someone, told: Told,
    *, accept: bool,
) -> None:  # fmt: skip
    an_entry(store, day.event, member.person)
    said = NewStatement(StatementKind.PRESENCE, "我在第三排", day.hall.id,
                        day.moment("9:00"), day.moment("16:00"))  # fmt: skip
    made = do(statements.make_statement, member.actor, day.event.id, said,
              now=day.moment("17:45"))  # fmt: skip
    later = day.moment("21:00")
    do(statements.answer_statement, organiser.actor, day.event.id, made.id,
       Answer(accept=accept, words="已核对签到表"), now=later, today=later.date())  # fmt: skip
    expected = ["checked_in", "answered/accepted"] if accept else ["answered/declined"]
    assert told(member) == expected
