"""Calls to members who are late: what came of each, for colleagues to read before the next one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.domain.nudges import Outcome
from cpd_app.models import CallNote, Nudge, Person, Registration
from cpd_app.policy import Actor, Permission, Target, may, require
from cpd_app.usecases import journal
from cpd_app.usecases.members import latest_names

MOST_WORDS = 500


@dataclass(frozen=True)
class LastCall:
    """The newest call about a registration."""

    outcome: str
    words: str
    at: datetime


@dataclass(frozen=True)
class Contact:
    """One time that staff turned to a member: a call, or a nudge by message or file."""

    at: datetime
    by: str
    #: outcome of a call, else None
    outcome: str | None
    #: way of a nudge, else None
    way: str | None
    words: str


@dataclass(frozen=True)
class ContactFile:
    """Everything that was tried with one member, newest first."""

    registration: Registration
    #: None when the asker may not read it
    person: Person
    may_see_contacts: bool
    may_note: bool
    contacts: tuple[Contact, ...]


def note_call(
    actor: Actor, registration_id: int, outcome: str, words: str, *, now: datetime
) -> CallNote:
    """Write down what came of a call.

    Raises Rejected `bad_value` for an outcome nobody knows, `note_too_long`: a note that is cut
    silently loses what was agreed at its end.
    """
    registration = _registration(registration_id)
    require(actor, Permission.NUDGE, _target(registration))
    if outcome not in set(Outcome):
        raise Rejected("bad_value", "outcome")
    words = words.replace("\r\n", "\n").strip()
    if len(words) > MOST_WORDS:
        raise Rejected("note_too_long", "words", most=MOST_WORDS, length=len(words))
    note = CallNote(
        society_id=registration.society_id,
        registration_id=registration.id,
        outcome=outcome,
        words=words,
        at=now,
        by_id=actor.person_id,
    )
    session.add(note)
    session.flush()
    journal.record(
        actor,
        "member.called",
        "registration",
        registration.id,
        now=now,
        society_id=registration.society_id,
        data={"note": note.id, "outcome": outcome},
        values={"words": note.words} if note.words else None,
    )
    return note


def contact_file(actor: Actor, registration_id: int) -> ContactFile:
    """Calls and nudges of one member, for every colleague of the society."""
    registration = _registration(registration_id)
    target = _target(registration)
    require(actor, Permission.READ_REACH, target)
    calls = session.scalars(
        select(CallNote).where(CallNote.registration_id == registration.id)
    ).all()
    nudges = session.scalars(select(Nudge).where(Nudge.registration_id == registration.id)).all()
    names = latest_names([*(c.by_id for c in calls), *(n.by_id for n in nudges)])
    made = [
        Contact(c.at, names.get(c.by_id, ("", None))[0], c.outcome, None, c.words) for c in calls
    ] + [
        Contact(
            n.at, names.get(n.by_id, ("", None))[0], None, n.way, (n.data or {}).get("words", "")
        )
        for n in nudges
    ]
    return ContactFile(
        registration=registration,
        person=registration.person,
        may_see_contacts=may(actor, Permission.READ_CONTACT, target),
        may_note=may(actor, Permission.NUDGE, target),
        contacts=tuple(sorted(made, key=lambda c: c.at, reverse=True)),
    )


def last_calls(registration_ids: Sequence[int]) -> dict[int, LastCall]:
    """The newest call about each of some registrations, in one statement."""
    newest = (
        select(func.max(CallNote.id))
        .where(CallNote.registration_id.in_(registration_ids))
        .group_by(CallNote.registration_id)
    )
    rows = session.scalars(select(CallNote).where(CallNote.id.in_(newest)))
    return {r.registration_id: LastCall(r.outcome, r.words, r.at) for r in rows}


def _registration(registration_id: int) -> Registration:
    registration = session.get(Registration, registration_id)
    if registration is None:
        raise NotFound
    return registration


def _target(registration: Registration) -> Target:
    return Target(registration.person_id, frozenset({registration.society_id}))
