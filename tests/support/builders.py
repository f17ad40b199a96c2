"""The smallest valid rows, made straight in the tables; say only what the test is about.

They are for arranging. What a use case promises is tested by calling the use case.
"""

import itertools
import secrets
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cpd_app import clock
from cpd_app.models import (
    Activity,
    AgendaPart,
    Employment,
    Event,
    EventSession,
    Evidence,
    Field,
    File,
    Person,
    PersonName,
    Registration,
    Role,
    RosterEntry,
    Scan,
    Society,
    SocietyMembership,
    Term,
)
from tests.support.store import Store

#: when built rows came to be, unless a test says otherwise
LONG_AGO = datetime(2020, 1, 1, 1, 0, tzinfo=UTC)
#: the five years in which builders' registrations stand, unless a test says otherwise
TERM = (date(2023, 3, 1), date(2028, 3, 1))

_numbers = itertools.count(1)


def a_society(store: Store, **over: Any) -> Society:
    """A society with certificate years that began long ago."""
    number = next(_numbers)
    row = Society(
        **{
            "code": f"society-{number}",
            "name": f"测试学会{number}",
            "name_en": f"Test Society {number}",
            "year_kind": "certificate",
            "zone": "Asia/Shanghai",
            "began_on": date(2015, 1, 1),
            "settings": {},
            "is_demo": False,
            **over,
        }
    )
    store.add(row)
    return row


def a_person(store: Store, *, name: str = "", name_en: str | None = None, **over: Any) -> Person:
    """An activated person with one name; `password_hash` is no password at all."""
    number = next(_numbers)
    row = Person(
        **{
            "email": f"person-{number}@example.org",
            "phone": f"+86138{number:08d}",
            "password_hash": "-",
            "activated_at": LONG_AGO,
            "created_at": LONG_AGO,
            "theme": "auto",
            "text_size": "normal",
            **over,
        }
    )
    row.names = [PersonName(name=name or f"测试{number}", name_en=name_en, from_on=LONG_AGO.date())]
    store.add(row)
    return row


def a_role(store: Store, person: Person, role: str, society: Society | None, **over: Any) -> Role:
    """A role that has begun and has no end."""
    row = Role(
        **{
            "person_id": person.id,
            "society_id": society.id if society else None,
            "role": str(role),
            "starts_on": LONG_AGO.date(),
            "ends_on": None,
            **over,
        }
    )
    store.add(row)
    return row


def a_membership(store: Store, person: Person, society: Society, **over: Any) -> SocietyMembership:
    """Ordinary membership of a society without a known end."""
    row = SocietyMembership(
        **{
            "person_id": person.id,
            "society_id": society.id,
            "number": None,
            "until_on": None,
            **over,
        }
    )
    store.add(row)
    return row


def a_registration(
    store: Store,
    person: Person,
    society: Society,
    *,
    term: dict[str, Any] | None = None,
    **over: Any,
) -> Registration:
    """A registration with one active professional term over `TERM`; `term` changes the term."""
    number = next(_numbers)
    row = Registration(
        **{
            "person_id": person.id,
            "society_id": society.id,
            "number": f"T{number:06d}",
            "number_key": f"T{number:06d}",
            "field_id": None,
            "field_text": "电气工程",
            "specialty": None,
            "created_at": LONG_AGO,
            **over,
        }
    )
    row.terms = [
        Term(
            **{
                "level": "professional",
                "starts_on": TERM[0],
                "ends_on": TERM[1],
                "state": "active",
                **(term or {}),
            }
        )
    ]
    store.add(row)
    return row


def an_activity(store: Store, person: Person, **over: Any) -> Activity:
    """A recorded training of eight hours, without credits: those are the use cases' work."""
    number = next(_numbers)
    row = Activity(
        **{
            "person_id": person.id,
            "state": "recorded",
            "kind": "training",
            "title": f"测试培训{number}",
            "organiser": None,
            "place": None,
            "started_on": date(2024, 5, 6),
            "ended_on": date(2024, 5, 6),
            "fields": {"minutes": 480},
            "competences": [],
            "reflection": None,
            "source": "self",
            "different_from": {},
            "created_at": LONG_AGO,
            "created_by_id": person.id,
            "updated_at": LONG_AGO,
            "entered_on": date(2024, 5, 6),
            "version": 1,
            **over,
        }
    )
    store.add(row)
    return row


def a_file(store: Store, person: Person, **over: Any) -> File:
    """A photo that was looked at, without bytes in the store."""
    row = File(
        **{
            "person_id": person.id,
            "original_hash": "0" * 64,
            "name": "签到表.jpg",
            "media_type": "image/jpeg",
            "size": 1,
            "state": "ready",
            "secrecy": "none",
            "secrecy_text_version": 1,
            "secrecy_at": LONG_AGO,
            "created_at": LONG_AGO,
            **over,
        }
    )
    store.add(row)
    return row


def an_employment(store: Store, person_id: int, employer: str, **over: Any) -> Employment:
    """Where a person has worked for long."""
    values = {"person_id": person_id, "employer": employer, "from_on": LONG_AGO.date(), **over}
    row = Employment(**values)
    store.add(row)
    return row


def a_field(store: Store, *, name: str, **over: Any) -> Field:
    """A field of engineering of its own."""
    number = next(_numbers)
    row = Field(
        **{
            "code": f"field-{number}",
            "name": name,
            "name_en": f"Field {number}",
            "aliases": [],
            "source": "test",
            **over,
        }
    )
    store.add(row)
    return row


def an_evidence(store: Store, activity_id: int, file_id: int, **over: Any) -> Evidence:
    """A file on a record; it covers no listed proof unless `proofs` says so."""
    values = {"activity_id": activity_id, "file_id": file_id, "proofs": [], "created_at": LONG_AGO}
    row = Evidence(**{**values, **over})
    store.add(row)
    return row


def an_event(
    store: Store,
    creator: Person,
    society: Society | None,
    *,
    around: datetime | None = None,
    sessions: int = 1,
    **over: Any,
) -> Event:
    """An event that is open, of four hours around a moment (now), with credited sessions.

    `sessions=0` leaves it empty; more than one stand after each other, two hours between them.
    """
    number = next(_numbers)
    middle = (around or clock.now()).replace(second=0, microsecond=0)
    row = Event(
        **{
            "society_id": society.id if society else None,
            "uid": str(uuid.uuid4()),
            "title": f"测试活动{number}",
            "kind": "conference",
            "fields": {"level": "national"},
            "organiser": society.name if society else None,
            "zone": "Asia/Shanghai",
            "mode": "venue",
            "place": "北京",
            "starts_at": middle - timedelta(hours=2),
            "ends_at": middle + timedelta(hours=2 + 6 * max(sessions - 1, 0)),
            "open_to": "own",
            "missing_out": "until_last_proof",
            "opens_before": 60,
            "closes_after": 60,
            "gives_certificate": True,
            "state": "open",
            "pass_key": secrets.token_hex(32),
            "created_at": LONG_AGO,
            "created_by_id": creator.id,
            "updated_at": LONG_AGO,
            "approved_at": LONG_AGO,
            **over,
        }
    )
    for order in range(sessions):
        begins = row.starts_at + timedelta(hours=6 * order)
        row.sessions.append(_session(row, title=f"场次{order + 1}", starts_at=begins))
    store.add(row)
    return row


def a_session(store: Store, event: Event, **over: Any) -> EventSession:
    """One more session of an event; four credited hours from the event's beginning."""
    row = _session(event, **over)
    row.event_id = event.id
    store.add(row)
    return row


def _session(event: Event, **over: Any) -> EventSession:
    """Its codes are taken as long before and after as the event says."""
    starts_at = over.get("starts_at", event.starts_at)
    ends_at = over.get("ends_at", starts_at + timedelta(hours=4))
    values = {
        "title": "主会场",
        "room": None,
        "opens_at": starts_at - timedelta(minutes=event.opens_before),
        "closes_at": ends_at + timedelta(minutes=event.closes_after),
        "code_key": secrets.token_hex(32),
        "credited": True,
        "rehearsal": False,
        **over,
        "starts_at": starts_at,
        "ends_at": ends_at,
    }
    return EventSession(**values)


def a_part(store: Store, session: EventSession, **over: Any) -> AgendaPart:
    """The first hour of a session, credited; `credited=False` makes it a break."""
    starts_at = over.get("starts_at", session.starts_at)
    values = {
        "session_id": session.id,
        "title": "报告",
        "credited": True,
        "ends_at": starts_at + timedelta(hours=1),
        **over,
        "starts_at": starts_at,
    }
    row = AgendaPart(**values)
    store.add(row)
    return row


def an_entry(store: Store, event: Event, person: Person | None = None, **over: Any) -> RosterEntry:
    """A place on the roster: of a person, or without one of a guest."""
    number = next(_numbers)
    name = person.names[-1].name if person else f"来宾{number}"
    values = {
        "event_id": event.id,
        "person_id": person.id if person else None,
        "society_id": event.society_id if person else None,
        "name": name,
        "unit": "测试单位",
        "source": "self" if person else "checkin",
        "state": "listed" if person else "pending",
        "pending_reason": None if person else "guest",
        "created_at": LONG_AGO,
    }
    row = RosterEntry(**{**values, **over})
    store.add(row)
    return row


def a_scan(
    store: Store, entry: RosterEntry, session: EventSession, direction: str = "in", **over: Any
) -> Scan:
    """A fresh room code that came at the session's beginning (in) or end (out)."""
    at = over.get("at") or (session.starts_at if direction == "in" else session.ends_at)
    values: dict[str, Any] = {
        "event_id": entry.event_id,
        "session_id": session.id,
        "entry_id": entry.id,
        "direction": direction,
        "at": at,
        "received_at": at,
        "source": "room_code",
        "outcome": "accepted",
        "once": f"person:{entry.person_id}:{uuid.uuid4()}",
        "code_age": 2,
        "marks": [],
        # whoever stands at a door scans others
        "by_id": None if over.get("source") in {"pass", "door"} else entry.person_id,
    }
    row = Scan(**{**values, **over})
    store.add(row)
    return row
