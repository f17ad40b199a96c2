"""Retention: each rule removes what is a day too old and keeps what is not, in parts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.models import (
    Base,
    CalendarFeed,
    CallNote,
    CaptureLink,
    Delivery,
    Job,
    JobFile,
    JobRun,
    JournalEntry,
    Message,
    Nudge,
    OneTimeCode,
    SignIn,
    SignInAttempt,
)
from cpd_app.usecases import cleaning
from cpd_app.usecases.cleaning import RULES
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
DAY = timedelta(days=1)


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2032-06-01 03:20")


def a_message(key: str, member: Someone, when: datetime, *, read: bool = True) -> Message:
    return Message(
        person_id=member.id, kind="trial", key=key, data={}, created_at=when,
        read_at=when if read else None,
    )  # fmt: skip


def a_delivery(message: Message, when: datetime | None) -> Delivery:
    return Delivery(
        message_id=message.id, person_id=message.person_id, channel="email",
        state="sent" if when else "due", due_at=message.created_at, finished_at=when,
    )  # fmt: skip


def row_of(name: str, member: Someone, activity_id: int, when: datetime, key: str) -> Base:
    """One row that began to be too old at `when`."""
    society_id, registration = member.society and member.society.id, member.registration
    assert registration
    assert society_id
    far = when + timedelta(days=9999)
    act: dict[str, Any] = {
        "society_id": society_id, "registration_id": registration.id, "at": when,
        "by_id": member.id,
    }  # fmt: skip
    rows: dict[str, Callable[[], Base]] = {
        "sign_ins": lambda: SignIn(
            token_hash=key, person_id=member.id, device="x", created_at=when, last_seen_at=when,
            expires_at=far, ended_at=when, confirmed_until=when,
        ),
        "codes": lambda: OneTimeCode(
            code_hash=key, person_id=member.id, purpose="reset", issued_at=when, expires_at=when
        ),
        "attempts": lambda: SignInAttempt(subject_hash=key, at=when),
        "capture_links": lambda: CaptureLink(
            token_hash=key, activity_id=activity_id, created_by_id=member.id, created_at=when,
            expires_at=when,
        ),
        "nudges": lambda: Nudge(way="csv", **act),
        "call_notes": lambda: CallNote(outcome="reached", words="", **act),
        "messages": lambda: a_message(key, member, when),
        "calendar_feeds": lambda: CalendarFeed(
            person_id=member.id, token_hash=key, created_at=when, revoked_at=when
        ),
        "jobs": lambda: Job(
            kind="x", payload={}, key=key, state="done", due_at=when, created_at=when,
            finished_at=when,
        ),
        "job_runs": lambda: JobRun(name="x", started_at=when, counts={}),
    }  # fmt: skip
    return rows[name]()


@pytest.fixture
def activity_id(store: Store, member: Someone) -> int:
    return builders.an_activity(store, member.person).id


#: these hang on another row, and have tests of their own
HANGING = {"deliveries", "job_files"}


@pytest.mark.parametrize("rule", [r for r in RULES if r.name not in HANGING], ids=lambda r: r.name)
def test_what_is_too_old_goes_and_what_is_not_stays(
    do: Do, store: Store, member: Someone, activity_id: int, now: datetime, rule: cleaning.Rule
):
    old, young = now - rule.kept - DAY, now - rule.kept + DAY
    store.add(row_of(rule.name, member, activity_id, old, "old"))
    store.add(row_of(rule.name, member, activity_id, young, "young"))

    report = do(cleaning.retention_report, now=now)
    assert {name: count for name, count in report.items() if count} == {rule.name: 1}
    assert store.count(rule.table) == 2

    assert do(cleaning.clean_up, now=now) == report
    assert store.count(rule.table) == 1
    assert not any(do(cleaning.clean_up, now=now).values())


def test_a_delivery_goes_after_a_year_and_its_message_a_year_later(
    do: Do, store: Store, member: Someone, now: datetime
):
    message = a_message("m", member, now - 800 * DAY)
    store.add(message)
    store.add(a_delivery(message, now - 300 * DAY))
    assert not any(do(cleaning.clean_up, now=now).values())

    later = now + 100 * DAY
    counts = do(cleaning.clean_up, now=later)
    assert (counts["deliveries"], counts["messages"]) == (1, 1)


def test_what_nobody_has_read_or_sent_stays(do: Do, store: Store, member: Someone, now: datetime):
    message = a_message("m", member, now - 2000 * DAY, read=False)
    store.add(message)
    store.add(a_delivery(message, None))

    assert not any(do(cleaning.clean_up, now=now).values())


def test_what_nobody_read_in_five_years_goes(do: Do, store: Store, member: Someone, now: datetime):
    store.add(a_message("old", member, now - 5 * 365 * DAY - DAY, read=False))
    store.add(a_message("young", member, now - 5 * 365 * DAY + DAY, read=False))

    assert do(cleaning.clean_up, now=now)["messages"] == 1
    assert store.one(select(Message.key)) == "young"


def test_a_message_that_staff_sent_by_hand_stays_as_long_as_its_note(
    do: Do, store: Store, member: Someone, now: datetime
):
    message = a_message("m", member, now - 1000 * DAY)
    store.add(message)
    assert member.society
    assert member.registration
    store.add(
        Nudge(
            society_id=member.society.id, registration_id=member.registration.id, way="message",
            message_id=message.id, at=now - 1000 * DAY, by_id=member.id,
        )
    )  # fmt: skip

    assert not any(do(cleaning.clean_up, now=now).values())
    counts = do(cleaning.clean_up, now=now + 900 * DAY)
    assert (counts["nudges"], counts["messages"]) == (1, 1)


def test_much_goes_in_parts_and_each_is_written_down(do: Do, store: Store, now: datetime):
    old = now - 10 * DAY
    store.add(*[SignInAttempt(subject_hash=str(n), at=old) for n in range(5)])

    removed = [do(cleaning.clean_up, now=now, at_once=2)["attempts"] for _ in range(4)]

    assert removed == [2, 2, 1, 0]
    noted = store.all(select(JournalEntry.data).where(JournalEntry.verb == "rows.removed"))
    assert list(noted) == [{"attempts": 2}, {"attempts": 2}, {"attempts": 1}]


def test_a_file_that_a_job_made_goes_on_its_last_day(
    do: Do, store: Store, member: Someone, activity_id: int, now: datetime
):
    for key, last in (("old", now - DAY), ("young", now + DAY)):
        job = row_of("jobs", member, activity_id, now, key)
        assert isinstance(job, Job)
        store.add(job)
        store.add(
            JobFile(
                job_id=job.id,
                folder="1",
                digest=key,
                name="x.zip",
                media_type="application/zip",
                size=1,
                expires_at=last,
            )
        )
    assert do(cleaning.clean_up, now=now)["job_files"] == 1
    assert store.one(select(JobFile.digest)) == "young"
