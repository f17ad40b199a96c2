"""Reminders that became untrue before they left: filed meanwhile, hours done meanwhile."""

from datetime import date

from sqlalchemy import select

from cpd_app.models import Delivery, LastStanding
from cpd_app.usecases import reminders
from tests.support import filings
from tests.support.people import Someone
from tests.support.reminding import NOW, Do, judge, registration_of, remind, take_back
from tests.support.store import Store


def test_who_files_before_the_notice_of_expiry_leaves_is_not_told_to_file(
    do: Do, store: Store, member: Someone
) -> None:
    assert remind(do, reminders.remind_expiry) == 1
    assert take_back(do, NOW) == 0
    filing = filings.a_filing(store, registration_of(member), state="filed")

    assert take_back(do, NOW) == 1
    assert store.one(select(Delivery.state)) == "dropped"
    assert remind(do, reminders.remind_expiry) == 0

    store.change(filing, state="withdrawn")
    assert remind(do, reminders.remind_expiry) == 1, "it was never told"


def test_hours_done_before_the_reminder_of_a_year_leaves_take_it_back(
    do: Do, store: Store, member: Someone
) -> None:
    today = date(2026, 12, 1)
    judge(do, member, today)
    assert remind(do, reminders.remind_years, today=today) == 1
    assert take_back(do, NOW) == 0

    standing = store.one(select(LastStanding))
    store.change(standing, lacking=[], lacking_until=None)
    assert take_back(do, NOW) == 1
    assert store.one(select(Delivery.state)) == "dropped"


def test_a_standing_that_is_out_of_date_takes_nothing_back(
    do: Do, store: Store, member: Someone
) -> None:
    today = date(2026, 12, 1)
    judge(do, member, today)
    assert remind(do, reminders.remind_years, today=today) == 1
    standing = store.one(select(LastStanding))
    store.change(standing, lacking=[], registration_version=standing.registration_version - 1)
    assert take_back(do, NOW) == 0


def test_what_left_by_one_channel_is_not_told_again(do: Do, store: Store, member: Someone) -> None:
    assert remind(do, reminders.remind_expiry) == 1
    waiting = store.one(select(Delivery))
    store.add(
        Delivery(
            message_id=waiting.message_id, person_id=member.id, channel="webhook", state="sent",
            due_at=NOW, attempts=1,
        )
    )  # fmt: skip
    filing = filings.a_filing(store, registration_of(member), state="filed")
    assert take_back(do, NOW) == 1

    store.change(filing, state="withdrawn")
    assert remind(do, reminders.remind_expiry) == 0
