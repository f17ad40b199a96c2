"""Clocks and workers are killed while messages leave: each arrives, none under two names."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from cpd_app.models import Delivery, Message, MessageHabit, Person
from tests.support.builders import a_person
from tests.support.mail_server import mail_server
from tests.support.scheduling import Starter, until

COUNT = 300


@pytest.fixture
def tell(store):
    """Messages that are due now, whatever the hour."""

    def to(count):
        now = datetime.now(UTC)  # noqa: TID251 - the other processes have the real clock
        first = a_person(store).id + 1000
        ids = range(first, first + count)
        shared = {"created_at": now, "society_id": None}
        with store.session() as session:
            session.execute(
                insert(Person),
                [{"id": i, "email": f"m{i}@example.org", "created_at": now} for i in ids],
            )
            session.execute(
                insert(MessageHabit),
                [{"person_id": i, "zone": "UTC", "quiet_from": 0, "quiet_to": 0} for i in ids],
            )
            session.execute(
                insert(Message),
                [
                    {"id": i, "person_id": i, "kind": "trial", "key": f"k{i}", "data": {}, **shared}
                    for i in ids
                ],
            )
            session.execute(
                insert(Delivery),
                [
                    {"message_id": i, "person_id": i, "channel": "email", "state": "due",
                     "due_at": now, "attempts": 0}
                    for i in ids
                ],
            )  # fmt: skip

    return to


def time_passes(store) -> None:
    """Leases of the dead have run out, and waits between attempts are over."""
    past = datetime.now(UTC) - timedelta(seconds=1)  # noqa: TID251
    store.run(update(Delivery).where(Delivery.state == "due").values(due_at=past))
    store.run(update(Delivery).where(Delivery.lease_until.is_not(None)).values(lease_until=past))


def states(store) -> set[str]:
    return set(store.all(select(Delivery.state).distinct()))


@pytest.mark.slow
def test_everything_arrives_though_everybody_is_killed(tell, store, database_url, tmp_path):
    tell(COUNT)
    with mail_server(tmp_path, fail=0.1, hang=0.005, mute=0.005, once=True) as server:
        start = Starter(
            database_url, tmp_path, CPD_MAIL_URL=server.url, CPD_MAIL_TIMEOUT="1",
        )  # fmt: skip
        try:
            clocks = [start(), start()]
            workers = [start("work"), start("work")]
            until(lambda: len(server.letters().taken) > COUNT // 10)
            killed = workers.pop()
            killed.kill()
            workers.append(start("work"))
            until(lambda: any("clock leads" in c.said for c in clocks))
            [leader] = [c for c in clocks if "clock leads" in c.said]
            leader.kill()
            clocks.remove(leader)
            until(lambda: len(server.letters().taken) > COUNT // 2)
            for one in workers:
                one.kill()
            time_passes(store)

            last = start("work")
            for _turn in range(3):
                until(lambda: "due" not in states(store) or _all_tried(store))
                time_passes(store)
            until(lambda: states(store) == {"sent"})
            assert last.stop() == 0, last.said
            assert clocks[0].stop() == 0, clocks[0].said
        finally:
            start.kill_all()
        letters = server.letters()

    found = letters.by_address
    assert len(found) == COUNT
    assert [a for a, ids in found.items() if len(ids) != 1] == [], (
        "a repeat has the same Message-ID"
    )
    repeats = sum(ids.total() - 1 for ids in found.values())
    # Each of the killed workers had two letters in hand at most; the server was mute for others.
    assert repeats <= 3 * 2 + letters.troubles["mute"]
    assert letters.troubles["later"] > 0


def _all_tried(store) -> bool:
    now = datetime.now(UTC)  # noqa: TID251
    waiting = (Delivery.state == "due") & (Delivery.due_at <= now)
    return not store.count(Delivery, waiting | (Delivery.state == "sending"))


@pytest.mark.slow
def test_killed_between_sending_and_marking_it_is_sent_once_more_under_the_same_name(
    tell, store, database_url, tmp_path
):
    tell(1)
    with mail_server(tmp_path, mute=1, once=True) as server:
        start = Starter(
            database_url, tmp_path, CPD_MAIL_URL=server.url, CPD_MAIL_TIMEOUT="60",
        )  # fmt: skip
        try:
            killed = start("all")
            until(lambda: server.letters().taken)
            killed.kill()
            time_passes(store)
            start("all")
            until(lambda: states(store) == {"sent"})
        finally:
            start.kill_all()
        letters = [letter for _at, letter, _address in server.letters().taken]

    assert len(letters) == 2
    assert len(set(letters)) == 1
