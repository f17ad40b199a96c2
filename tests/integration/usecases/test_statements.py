"""我在场: what members say, what organisers answer, and what staff overrule."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.domain.room_codes import Direction, bucket_at, short_code_of
from cpd_app.models import ActivityChange, Correction, Event, File, FileView, RosterEntry, Statement
from cpd_app.storage import LocalFiles
from cpd_app.usecases import attendance, evidence, leaving, statements
from cpd_app.usecases.statements import Answer, NewStatement, StatementKind
from tests.support.attendance import Day
from tests.support.builders import an_entry
from tests.support.people import Someone
from tests.support.photos import a_jpeg, an_upload
from tests.support.store import Store

Do = Callable[..., Any]
KEY = "5b6b7a9e-3a51-4dbb-9a57-0d3f6a6f1f02"


def state(do: Do, day: Day, someone: Someone, *, at: str = "20:00", **over: Any) -> Statement:
    """What somebody says at eight in the evening."""
    values: dict[str, Any] = {
        "kind": StatementKind.PRESENCE,
        "words": "我在场，17 点散会才走",
        "in_at": day.moment("9:00"),
        "out_at": day.moment("17:00"),
        **over,
    }
    made: Statement = do(
        statements.make_statement, someone.actor, day.event.id, NewStatement(**values),
        now=day.moment(at),
    )  # fmt: skip
    return made


def answer(do: Do, day: Day, someone: Someone, said: Statement, **over: Any) -> Statement:
    """What the organiser says an hour later."""
    now = day.moment("21:00")
    made: Statement = do(
        statements.answer_statement, someone.actor, day.event.id, said.id,
        Answer(**{"accept": True, **over}), now=now, today=now.date(),
    )  # fmt: skip
    return made


def test_an_accepted_statement_is_a_correction_that_reaches_the_record(
    day: Day, do: Do, store: Store, member: Someone, organiser: Someone
):
    entry = day.scanned(member, "in 8:58", "in 13:34")
    day.settle("18:00")
    said = state(do, day, member, session_id=day.hall.id)

    answered = answer(do, day, organiser, said, words="同桌两人证明")

    assert (answered.state, answered.answer) == ("accepted", "同桌两人证明")
    assert day.attendance_of(entry).minutes == 420
    assert store.one(select(Correction)).statement_id == said.id
    change = store.all(select(ActivityChange).order_by(ActivityChange.id.desc()))[0]
    assert change.changed["minutes"] == [214, 420]


def test_somebody_who_was_on_no_list_and_never_scanned_comes_onto_it_when_accepted(
    day: Day, do: Do, store: Store, member: Someone, organiser: Someone
):
    said = state(do, day, member)
    entry = store.one(select(RosterEntry))
    assert (entry.state, entry.pending_reason) == ("pending", "not_on_list")

    answer(do, day, organiser, said)

    assert store.one(select(RosterEntry)).state == "listed"
    found = day.attendance_of(entry)
    assert (found.minutes, found.proof) == (420, 3)
    assert day.record_of(entry).fields["minutes"] == 420


def test_a_decline_says_why_and_staff_overrule_it(
    day: Day, do: Do, member: Someone, organiser: Someone, registrar: Someone
):
    entry = day.scanned(member, "in 9:00", "out 10:00")
    day.settle("10:01")
    said = state(do, day, member)
    with pytest.raises(Rejected, match="missing"):
        answer(do, day, organiser, said, accept=False)
    answer(do, day, organiser, said, accept=False, words="照片里没有您")
    with pytest.raises(Conflict, match="answered_already"):
        answer(do, day, organiser, said)

    overruled = answer(do, day, registrar, said, words="单位来函证明")

    assert (overruled.state, overruled.overruled) == ("accepted", True)
    assert day.attendance_of(entry).minutes == 420

    answer(do, day, registrar, said, accept=False, words="来函有误")
    assert day.attendance_of(entry).minutes == 60


def test_auditors_of_the_owner_overrule_too(
    day: Day, do: Do, member: Someone, organiser: Someone, auditor: Someone
):
    said = state(do, day, member)
    answer(do, day, organiser, said, accept=False, words="没有记录")

    assert answer(do, day, auditor, said, words="核实").state == "accepted"


def test_after_the_settlement_staff_answer(
    day: Day, do: Do, store: Store, member: Someone, organiser: Someone, registrar: Someone
):
    settled = {"state": "settled", "settled_at": day.moment("19:00")}
    store.run(update(Event).where(Event.id == day.event.id).values(**settled))
    said = state(do, day, member)

    with pytest.raises(Rejected, match="attendance_settled"):
        answer(do, day, organiser, said)
    assert answer(do, day, registrar, said).state == "accepted"


def test_nobody_answers_their_own(day: Day, do: Do, organiser: Someone):
    said = state(do, day, organiser)

    with pytest.raises(NotAllowed):
        answer(do, day, organiser, said)


def test_who_may_not_answer_or_read(
    day: Day, do: Do, member: Someone, other_member: Someone, stranger: Someone
):
    said = state(do, day, member)
    for someone in (other_member, stranger):
        with pytest.raises(NotFound):
            answer(do, day, someone, said)
        with pytest.raises(NotFound):
            do(statements.statements_of, someone.actor, day.event.id, now=day.moment("21:00"))


def test_a_noted_code_is_checked_against_the_time_it_was_noted(
    day: Day, do: Do, member: Someone, other_member: Someone
):
    shown = short_code_of(day.hall.code_key, Direction.IN, bucket_at(day.moment("9:02")))
    good = state(do, day, member, code=shown.lower(), code_at=day.moment("9:03"))
    late = state(do, day, other_member, code=shown, code_at=day.moment("9:30"))

    assert (good.code, good.code_fits) == (shown, True)
    assert late.code_fits is False


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"words": " "}, "missing_field"),
        ({"words": "长" * 2001}, "too_long"),
        ({"in_at": None, "out_at": None, "kind": StatementKind.LEAVING}, "missing_field"),
        ({"in_at": "17:00", "out_at": "9:00"}, "ends_before_start"),
        ({"out_at": "22:00"}, "not_yet"),
        ({"code": "0O1"}, "wrong_code"),
    ],
)
def test_what_makes_no_sense_is_refused(
    day: Day, do: Do, store: Store, member: Someone, over: dict[str, Any], code: str
):
    times: dict[str, Any] = {
        n: day.moment(v) if n.endswith("_at") and v else v for n, v in over.items()
    }

    with pytest.raises(Rejected, match=code):
        state(do, day, member, **times)
    assert store.count(Statement) == 0


def test_before_the_event_nothing_is_stated_and_a_repeat_is_the_same_statement(
    day: Day, do: Do, store: Store, member: Someone
):
    with pytest.raises(Rejected, match="not_yet"):
        state(do, day, member, at="7:00", in_at=None, out_at=None)
    first, again = (state(do, day, member, key=KEY) for _ in range(2))

    assert first.id == again.id
    with pytest.raises(Rejected, match="already_said"):
        state(do, day, member)
    assert store.count(Statement) == 1


def test_the_question_when_somebody_left_is_put_once_and_confirmed_in_bulk(
    day: Day, do: Do, store: Store, member: Someone, other_member: Someone, organiser: Someone
):
    entries = [day.scanned(someone, "in 9:00") for someone in (member, other_member)]
    now = day.moment("17:30")
    do(attendance.ask_leaving, now=now, today=now.date())

    [question] = do(leaving.leaving_questions, member.id)
    assert (question.event_id, question.session_id) == (day.event.id, day.hall.id)
    said = {"kind": StatementKind.LEAVING, "words": "", "session_id": question.session_id}
    first = state(do, day, member, **said, in_at=None)
    second = state(do, day, other_member, **said, in_at=None, out_at=day.moment("8:00"))
    assert do(leaving.leaving_questions, member.id) == []
    day.settle("18:00")
    assert day.attendance_of(entries[0]).minutes == 0

    later = day.moment("21:00")
    confirmed = do(
        leaving.confirm_leaving, organiser.actor, day.event.id, [first.id, second.id],
        now=later, today=later.date(),
    )  # fmt: skip

    assert confirmed == 1
    assert day.attendance_of(entries[0]).minutes == 420
    assert store.get(Statement, second.id).state == "open"


def test_the_file_of_a_statement_opens_for_the_organiser_and_the_member_sees_it(
    day: Day,
    do: Do,
    store: Store,
    disk: LocalFiles,
    member: Someone,
    organiser: Someone,
    stranger: Someone,
):
    now = day.moment("20:00")
    said = do(
        statements.make_statement, member.actor, day.event.id,
        NewStatement(StatementKind.PRESENCE, "照片里第二排"),
        upload=an_upload(a_jpeg()), store=disk, now=now,
    )  # fmt: skip
    assert said.file_id is not None

    with pytest.raises(NotFound):
        do(
            statements.open_statement_file, stranger.actor, day.event.id, said.id,
            store=disk, now=now,
        )  # fmt: skip
    file = do(
        statements.open_statement_file, organiser.actor, day.event.id, said.id, store=disk, now=now
    )
    file.stream.close()

    assert store.one(select(FileView)).person_id == organiser.id


def test_a_file_that_supports_a_statement_is_not_removed_with_a_record(
    day: Day, do: Do, store: Store, disk: LocalFiles, member: Someone, add: Any, record: Any
):
    photo = a_jpeg()
    attached = add(member, record, photo)
    now = day.moment("20:00")
    said = do(
        statements.make_statement, member.actor, day.event.id,
        NewStatement(StatementKind.PRESENCE, "同一张照片"),
        upload=an_upload(photo), store=disk, now=now,
    )  # fmt: skip
    assert said.file_id == attached.file_id

    do(evidence.detach_evidence, member.actor, attached.id, store=disk, now=now)

    assert store.get(File, attached.file_id).state == "ready"


def test_someone_on_the_list_states_without_a_second_entry(
    day: Day, do: Do, store: Store, member: Someone
):
    an_entry(store, day.event, member.person)
    state(do, day, member)

    assert store.count(RosterEntry) == 1
