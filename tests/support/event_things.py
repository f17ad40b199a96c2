"""One of everything that has an id and belongs to an event of the home society."""

from datetime import timedelta
from typing import Any

from cpd_app import clock
from cpd_app.models import (
    Attendance,
    Correction,
    Event,
    EventOrganiser,
    File,
    RosterEntry,
    Statement,
    Steward,
)
from tests.support import builders
from tests.support.people import Someone
from tests.support.store import Store


def event_things(store: Store, member: Someone, registrar: Someone, file: File) -> dict[str, Any]:
    """An event that is open now with the member on its roster, and for papers one that is over."""
    planner = builders.a_person(store)
    event = builders.an_event(store, planner, registrar.society)
    entry = builders.an_entry(store, event, member.person)
    scan = builders.a_scan(store, entry, event.sessions[0])
    steward, invited = a_steward(event, registrar), an_invited(event, registrar)
    over = builders.an_event(
        store,
        planner,
        registrar.society,
        around=clock.now() - timedelta(days=2),
        state="settled",
        settled_at=clock.now(),
    )
    came = builders.an_entry(store, over, member.person)
    statement = a_statement(entry, file)
    correction = a_correction(entry, file)
    store.add(steward, invited, an_attendance(over, came), statement, correction)
    return {
        "event_id": event.id,
        "correction_id": correction.id,
        "session_id": event.sessions[0].id,
        "entry_id": entry.id,
        "organiser_id": invited.id,
        "scan_id": scan.id,
        "statement_id": statement.id,
        "steward_id": steward.id,
        "documents.event_id": over.id,
        "documents.session_id": over.sessions[0].id,
        "documents.entry_id": came.id,
    }


def a_steward(event: Event, by: Someone) -> Steward:
    """A door that waits for its phone."""
    return Steward(
        event_id=event.id,
        name="东门",
        code_expires_at=clock.now() + timedelta(hours=1),
        created_at=builders.LONG_AGO,
        created_by_id=by.id,
    )


def an_invited(event: Event, by: Someone) -> EventOrganiser:
    """Somebody from outside who has not opened the link yet."""
    return EventOrganiser(
        event_id=event.id,
        name="会务公司",
        invited_at=builders.LONG_AGO,
        invited_by_id=by.id,
        expires_at=clock.now() + timedelta(days=1),
    )


def a_statement(entry: RosterEntry, file: File) -> Statement:
    """What the member says about their presence, with a photo."""
    return Statement(
        event_id=entry.event_id,
        entry_id=entry.id,
        person_id=entry.person_id,
        kind="presence",
        words="我在场",
        state="open",
        file_id=file.id,
        created_at=builders.LONG_AGO,
    )


def a_correction(entry: RosterEntry, file: File) -> Correction:
    """What an organiser put right, with the signed sheet."""
    return Correction(
        event_id=entry.event_id,
        entry_id=entry.id,
        verb="absence",
        before=[],
        after=[],
        reason="签到表上没有签字",
        by_role="organiser",
        at=builders.LONG_AGO,
        file_id=file.id,
    )


def an_attendance(event: Event, entry: RosterEntry) -> Attendance:
    """Three hours in the first session, a quarter of an hour of them a break."""
    begins, ends = event.starts_at, event.starts_at + timedelta(hours=3)
    stay = {
        "session": event.sessions[0].id,
        "in": begins.isoformat(),
        "out": ends.isoformat(),
        "open": False,
        "assumed": False,
        "corrected": False,
        "proof": 1,
        "seconds": 9900,
        "breaks": 900,
        "lectures": 0,
    }
    return Attendance(
        entry_id=entry.id,
        event_id=event.id,
        presence=[stay],
        first_in_at=begins,
        last_out_at=ends,
        minutes=165,
        hours=350,
        trace=[],
        proof=1,
        marks=[],
        flags=[],
        computed_at=clock.now(),
    )
