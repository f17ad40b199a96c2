"""Whom nothing reaches: broken addresses, no channel at all, expiry notices that nobody saw."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cpd_app.domain.errors import NotAllowed, NotFound
from cpd_app.domain.messages import MessageKind
from cpd_app.models import Delivery, Message, Reach, Registration, Society
from cpd_app.usecases import reach_lists
from cpd_app.usecases.reach_lists import Lack, ReachFilter
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2027, 12, 1, 2, 0, tzinfo=UTC)
TODAY = NOW.date()
LAST_MONTH = NOW - timedelta(days=30)


def registered(store: Store, society: Society, **over: Any) -> Registration:
    return builders.a_registration(store, builders.a_person(store, **over), society)


def told(store: Store, registration: Registration, state: str = "failed", **over: Any) -> Message:
    """An expiry notice of last month and its one delivery."""
    row = Message(
        **{
            "person_id": registration.person_id,
            "society_id": registration.society_id,
            "kind": MessageKind.EXPIRY.value,
            "key": f"expiry-{registration.id}-{over.get('created_at', LAST_MONTH)}",
            "data": {},
            "created_at": LAST_MONTH,
            **over,
        }
    )
    store.add(row)
    store.add(
        Delivery(
            message_id=row.id, person_id=row.person_id, channel="email", state=state,
            due_at=row.created_at, attempts=1,
        )
    )  # fmt: skip
    return row


def found(do: Do, who: Someone, society: Society, lack: Lack, **over: Any) -> list[int]:
    page = do(
        reach_lists.reach_page, who.actor, society.id, ReachFilter(lack, **over), on=TODAY, now=NOW
    )
    assert page.counts[lack] == page.total == len(page.rows)
    return [row.registration_id for row in page.rows]


def test_expiry_notices_that_nobody_saw(do: Do, store: Store, society: Society, auditor: Someone):
    unseen = registered(store, society)
    sent, read, fresh, later, untold = (registered(store, society) for _ in range(5))
    told(store, unseen)
    told(store, sent, "sent")
    told(store, read, read_at=NOW)
    told(store, fresh, created_at=NOW - timedelta(days=6))
    told(store, later)
    told(store, later, "sent", created_at=LAST_MONTH + timedelta(days=3))
    told(store, registered(store, society), withdrawn_at=NOW)
    assert untold.id

    assert found(do, auditor, society, Lack.UNSEEN) == [unseen.id]


@pytest.mark.usefixtures("member")
def test_broken_addresses_say_since_when(
    do: Do, store: Store, society: Society, auditor: Someone, registrar: Someone
):
    bounced, failing, fine = (registered(store, society) for _ in range(3))
    for registration, state in ((bounced, "bounced"), (failing, "failing"), (fine, "ok")):
        store.add(
            Reach(person_id=registration.person_id, channel="email", state=state, since=LAST_MONTH)
        )

    assert found(do, auditor, society, Lack.BROKEN) == [bounced.id, failing.id]
    wanted = ReachFilter(Lack.BROKEN)
    seen = do(reach_lists.reach_page, auditor.actor, society.id, wanted, on=TODAY, now=NOW)
    assert seen.rows[0].broken == (("email", "bounced", LAST_MONTH, None),)
    assert (seen.rows[0].email, seen.rows[0].phone, seen.rows[0].has_email) == (None, None, True)
    whole = do(reach_lists.reach_page, registrar.actor, society.id, wanted, on=TODAY, now=NOW)
    assert whole.rows[0].email
    assert whole.rows[0].phone


def test_no_channel_at_all(do: Do, store: Store, society: Society, auditor: Someone):
    asleep = {"password_hash": None, "activated_at": None}
    nowhere = registered(store, society, email=None, **asleep)
    bounced = registered(store, society, **asleep)
    store.add(Reach(person_id=bounced.person_id, channel="email", state="bounced", since=NOW))
    by_mail = registered(store, society, **asleep)
    reads = registered(store, society, email=None)
    told(store, reads, read_at=NOW)
    never_looks = registered(store, society, email=None)
    told(store, never_looks)
    died = registered(store, society, email=None, messages_stopped_at=NOW, **asleep)
    assert by_mail.id
    assert died.id

    assert found(do, auditor, society, Lack.NOWHERE) == [nowhere.id, bounced.id, never_looks.id]


def test_the_filter_by_months(do: Do, store: Store, society: Society, auditor: Someone):
    registration = registered(store, society)
    told(store, registration)

    assert found(do, auditor, society, Lack.UNSEEN, months=3) == [registration.id]
    earlier = do(
        reach_lists.reach_page, auditor.actor, society.id, ReachFilter(Lack.UNSEEN, 3),
        on=TODAY - timedelta(days=30), now=NOW,
    )  # fmt: skip
    assert earlier.total == 0


def test_who_may_read_the_lists(
    do: Do, society: Society, organiser: Someone, stranger: Someone, federation: Someone
):
    with pytest.raises(NotAllowed):
        found(do, organiser, society, Lack.UNSEEN)
    for someone in (stranger, federation):
        with pytest.raises(NotFound):
            found(do, someone, society, Lack.UNSEEN)
