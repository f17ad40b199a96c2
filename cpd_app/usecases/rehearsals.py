"""彩排: a test session whose scans count for nothing, and what is ready for the day."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import Conflict
from cpd_app.models import Event, EventSession, Scan
from cpd_app.policy import Actor, Permission
from cpd_app.usecases import journal
from cpd_app.usecases.event_access import event_for
from cpd_app.usecases.event_counts import EventCounts, counts_of
from cpd_app.usecases.event_hours import needs_approval
from cpd_app.usecases.event_input import EventState, OpenTo

#: how long the codes of a rehearsal work
LASTS = timedelta(hours=2)
BEFORE_IT = frozenset(
    {EventState.DRAFT, EventState.SUBMITTED, EventState.APPROVED, EventState.OPEN}
)


class Ready(StrEnum):
    """How a thing stands: done, worth a look, or still to be done."""

    OK = "ok"
    LOOK = "look"
    TODO = "todo"


@dataclass(frozen=True)
class ReadyCheck:
    """One thing that must work on the day; codes approval, venue, roster, scan_in, …."""

    code: str
    ready: Ready
    count: int = 0


@dataclass(frozen=True)
class Rehearsal:
    """The rehearsal of an event: its session while the codes work, and every check."""

    event: Event
    session: EventSession | None
    checks: tuple[ReadyCheck, ...]

    @property
    def go(self) -> bool:
        """Whether nothing is left to be done."""
        return all(check.ready is not Ready.TODO for check in self.checks)


def rehearsal_of(actor: Actor, event_id: int, *, now: datetime) -> Rehearsal:
    """What was tried and what is ready, for who runs the event."""
    event = event_for(actor, event_id, Permission.RUN_EVENT, now=now)
    tried = [s for s in event.sessions if s.rehearsal]
    current = next((s for s in tried if s.closes_at > now), None)
    return Rehearsal(event, current, tuple(_checks(event, [s.id for s in tried])))


def start_rehearsal(actor: Actor, event_id: int, *, title: str, now: datetime) -> EventSession:
    """Begin a test session of two hours; one that still runs goes on.

    Raises Conflict `event_is_over` for an event that is closed, settled or cancelled.
    """
    event = event_for(actor, event_id, Permission.RUN_EVENT, now=now)
    session.refresh(event, with_for_update={"key_share": True})
    if event.state not in BEFORE_IT:
        raise Conflict("event_is_over")
    running = next((s for s in event.sessions if s.rehearsal and s.closes_at > now), None)
    if running is not None:
        return running
    made = EventSession(
        title=title,
        starts_at=now,
        ends_at=now + LASTS,
        opens_at=now,
        closes_at=now + LASTS,
        code_key=secrets.token_hex(32),
        credited=False,
        rehearsal=True,
    )
    event.sessions.append(made)
    session.flush()
    _note(actor, event, "event.rehearsal_begun", made, now=now)
    return made


def end_rehearsal(actor: Actor, event_id: int, *, now: datetime) -> None:
    """The codes of the test session work no longer; what was tried stays to be seen."""
    event = event_for(actor, event_id, Permission.RUN_EVENT, now=now)
    for held in event.sessions:
        if held.rehearsal and held.closes_at > now:
            held.closes_at = held.ends_at = max(now, held.starts_at + timedelta(seconds=1))
            _note(actor, event, "event.rehearsal_ended", held, now=now)


def _checks(event: Event, tried: list[int]) -> list[ReadyCheck]:
    counts = counts_of(event.id)
    seen = session.execute(
        select(Scan.source, Scan.direction).where(Scan.session_id.in_(tried)).distinct()
    ).all()
    codes = {"room_code", "typed_code", "static_code"}
    scanned = {direction for source, direction in seen if source in codes}
    sources = {source for source, _direction in seen}
    held = [s for s in event.sessions if not s.rehearsal and s.credited]
    return [
        ReadyCheck("approval", _done(event.approved_at is not None and not needs_approval(event)
                                     and event.state in {EventState.APPROVED, EventState.OPEN})),
        ReadyCheck("agenda", _done(bool(held)), len(held)),
        ReadyCheck("venue", Ready.OK if event.venue else Ready.LOOK),
        _roster(event, counts),
        ReadyCheck("scan_in", _done("in" in scanned)),
        ReadyCheck("scan_out", _done("out" in scanned)),
        ReadyCheck("typed_code", Ready.OK if "typed_code" in sources else Ready.LOOK),
        ReadyCheck("door", Ready.OK if counts.stewards else Ready.LOOK, counts.stewards),
        ReadyCheck("second_person", Ready.OK if counts.organisers else Ready.LOOK),
    ]  # fmt: skip


def _roster(event: Event, counts: EventCounts) -> ReadyCheck:
    """An event for a list needs the list; for others it is worth a look."""
    if counts.listed:
        return ReadyCheck("roster", Ready.OK, counts.listed)
    missing = Ready.TODO if event.open_to == OpenTo.LIST else Ready.LOOK
    return ReadyCheck("roster", missing)


def _done(ready: bool) -> Ready:  # noqa: FBT001 - the one thing it says
    return Ready.OK if ready else Ready.TODO


def _note(actor: Actor, event: Event, verb: str, held: EventSession, *, now: datetime) -> None:
    journal.record(
        actor, verb, "event", event.id, now=now, society_id=event.society_id,
        data={"session_id": held.id},
    )  # fmt: skip
