"""An event of 5,000 people that closes: until every record stands in the log."""

import argparse
import time
import uuid
from datetime import timedelta

from sqlalchemy import func, insert, select, update

from bench.installation import FIRST_OTHER, NOW, TODAY, Installation, add_members, installation
from bench.timing import say
from cpd_app.db import session, transaction
from cpd_app.models import Activity, Event, EventSession, RosterEntry, Scan
from cpd_app.usecases import attendance

#: records appear within this of the closing (product.md §5)
GOAL_SECONDS = 60
#: a check-in of somebody who is being settled waits no longer
GOAL_PART = 1.0
BEGINS = NOW - timedelta(hours=10)
ENDS = BEGINS + timedelta(hours=8)
#: of so many people one never checked out
FORGETFUL = 7


def run(options: argparse.Namespace) -> None:
    """Settle everybody once as news, and once when nothing is new."""
    people = options.phones
    with installation(options.engine) as made:
        add_members(made, people, 0)
        with made.app.app_context():
            with transaction():
                _day(made, people)
            took, longest = _settle()
            written = session.scalar(select(func.count()).select_from(Activity)) or 0
            with transaction():
                session.execute(update(RosterEntry).values(stale_at=NOW))
            again, _longest = _settle()
    say(
        f"an event of {people:,} people: settled",
        f"{took:.1f} s",
        f"< {GOAL_SECONDS} s",
        met=took < GOAL_SECONDS,
    )
    say("  longest transaction", f"{longest:.2f} s", f"< {GOAL_PART} s", met=longest < GOAL_PART)
    say("  records written", f"{written:,}")
    say("  computed again, nothing new", f"{again:.1f} s")


def _settle() -> tuple[float, float]:
    """Seconds for all, and for the longest transaction."""
    began, longest, due = time.perf_counter(), 0.0, 1
    while due:
        since = time.perf_counter()
        with transaction():
            due = attendance.settle_stale(now=NOW, today=TODAY)
        longest = max(longest, time.perf_counter() - since)
    return time.perf_counter() - began, longest


def _day(made: Installation, people: int) -> None:
    """The event, closed, with everybody's scans."""
    event = Event(
        society_id=made.society_id, uid=str(uuid.uuid4()), title="量测", kind="conference",
        fields={"level": "national"}, zone="Asia/Shanghai", mode="venue", open_to="own",
        starts_at=BEGINS, ends_at=ENDS, missing_out="until_last_proof", state="closed",
        pass_key="0" * 64, created_at=NOW, created_by_id=made.member_id, updated_at=NOW,
        approved_at=NOW,
        sessions=[
            EventSession(
                title="主会场", starts_at=BEGINS, ends_at=ENDS, opens_at=BEGINS, closes_at=NOW,
                code_key="0" * 64,
            )
        ],
    )  # fmt: skip
    session.add(event)
    session.flush()
    hall = event.sessions[0].id
    session.execute(
        insert(RosterEntry),
        [
            {"event_id": event.id, "person_id": FIRST_OTHER + number, "name": "量测",
             "source": "self", "state": "listed", "created_at": NOW, "stale_at": NOW,
             "inside_session_id": None if number % FORGETFUL else hall}
            for number in range(1, people + 1)
        ],
    )  # fmt: skip
    entries = session.scalars(select(RosterEntry.id).order_by(RosterEntry.id)).all()
    session.execute(
        insert(Scan), [s for n, e in enumerate(entries, 1) for s in _scans(event, n, e)]
    )


def _scans(event: Event, number: int, entry_id: int) -> list[dict[str, object]]:
    moments = {"in": BEGINS + timedelta(seconds=number % 1800)}
    if number % FORGETFUL:
        moments["out"] = ENDS + timedelta(seconds=number % 900)
    return [
        {"event_id": event.id, "session_id": event.sessions[0].id, "entry_id": entry_id,
         "direction": direction, "at": at, "received_at": at, "source": "room_code",
         "outcome": "accepted", "once": f"{direction}:{entry_id}", "code_age": 3, "marks": [],
         "device": str(number)}
        for direction, at in moments.items()
    ]  # fmt: skip
