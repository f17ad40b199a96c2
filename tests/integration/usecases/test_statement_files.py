"""The same file behind two statements: a question for whoever answers, never a refusal."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from cpd_app.models import Attendance, Event, RosterEntry, Society, Statement
from cpd_app.storage import LocalFiles
from cpd_app.usecases import statements
from cpd_app.usecases.statements import Answer, NewStatement, StatementKind
from tests.support.attendance import Day
from tests.support.builders import an_event
from tests.support.people import Someone
from tests.support.photos import a_jpeg, an_upload
from tests.support.store import Store

Do = Callable[..., Any]
Says = Callable[..., Statement]
PHOTO, OTHER = a_jpeg(), a_jpeg(300, 180)


@pytest.fixture
def says(day: Day, do: Do, disk: LocalFiles) -> Says:
    """Somebody states that they were there, with a photo."""

    def state(someone: Someone, photo: bytes, event: Event | None = None) -> Statement:
        times: dict[str, Any] = {"in_at": day.moment("9:00"), "out_at": day.moment("10:00")}
        said = NewStatement(StatementKind.PRESENCE, "我在场", key=str(uuid.uuid4()), **times)
        made: Statement = do(
            statements.make_statement, someone.actor, (event or day.event).id, said,
            upload=an_upload(photo), store=disk, now=day.moment("20:00"),
        )  # fmt: skip
        return made

    return state


def flags_of(store: Store, day: Day, said: Statement) -> list[str]:
    """The flags of a statement's person, once the worker has been."""
    day.settle("20:01")
    return [flag["code"] for flag in store.get(Attendance, said.entry_id).flags]


def test_the_same_file_of_two_members_is_flagged_for_both(
    day: Day, do: Do, store: Store, says: Says, member: Someone, other_member: Someone,
    organiser: Someone,
):  # fmt: skip
    first = says(member, PHOTO)
    assert flags_of(store, day, first) == []

    second = says(other_member, PHOTO)

    assert flags_of(store, day, first) == flags_of(store, day, second) == ["same_file"]
    now = day.moment("21:00")
    do(
        statements.answer_statement, organiser.actor, day.event.id, second.id,
        Answer(accept=True), now=now, today=now.date(),
    )  # fmt: skip
    # nobody is refused for it; the record bears the mark
    assert day.record_of(store.get(RosterEntry, second.entry_id)).presence_marks == ["flagged"]


def test_files_of_ones_own_are_ordinary(
    day: Day, store: Store, says: Says, member: Someone, other_member: Someone
):
    said, other = says(member, PHOTO), says(other_member, OTHER)

    assert flags_of(store, day, said) == flags_of(store, day, other) == []


def test_the_same_file_for_another_event_is_flagged(
    day: Day, store: Store, says: Says, organiser: Someone, society: Society, member: Someone
):
    elsewhere = an_event(store, organiser.person, society, around=day.moment("12:00"))
    says(member, PHOTO, elsewhere)

    assert flags_of(store, day, says(member, PHOTO)) == ["same_file"]
