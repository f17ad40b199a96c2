"""People who leave the society's staff: what they held ends, what they had open goes to somebody.

One act: roles, sign-ins, tokens and paired phones end; files being read and events being run are
handed to a named colleague.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select, update

from cpd_app.db import session
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.models import (
    ApiToken,
    Employment,
    Event,
    EventOrganiser,
    Filing,
    Person,
    Reader,
    Role,
    SignIn,
    Steward,
)
from cpd_app.policy import STAFF, Actor, Permission, RoleName, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.event_input import EventState
from cpd_app.usecases.roles import end_role
from cpd_app.usecases.signin import end_all_sign_ins

OVER = (EventState.SETTLED.value, EventState.CANCELLED.value)


@dataclass(frozen=True)
class Leaving:
    """What ends, and what is handed over, when somebody leaves."""

    person: Person
    roles: tuple[str, ...]
    sign_ins: int
    tokens: int
    phones: int
    #: files that they read, and events that they run
    files: list[Filing]
    events: list[Event]


@dataclass(frozen=True)
class HandedOver:
    """What became of it; `kept_back` files cannot go to this colleague and wait in the queue."""

    files: int
    events: int
    kept_back: int


def leaving_of(
    actor: Actor, society_id: int, role_id: int, *, now: datetime, today: date
) -> Leaving:
    """The preview, also of one's own; NotFound for a role of another society."""
    person = _leaver(actor, society_id, role_id, looks_only=True)
    return Leaving(
        person=person,
        roles=tuple(r.role for r in _roles(person.id, society_id, today)),
        sign_ins=_count(SignIn, SignIn.person_id == person.id, SignIn.ended_at.is_(None),
                        SignIn.expires_at > now),
        tokens=_count(ApiToken, ApiToken.person_id == person.id, ApiToken.revoked_at.is_(None)),
        phones=len(_phones(person.id, society_id)),
        files=[filing for _reader, filing in _files(person.id, society_id)],
        events=_events(person.id, society_id),
    )  # fmt: skip


def leave(
    actor: Actor,
    society_id: int,
    role_id: int,
    successor_id: int | None,
    *,
    now: datetime,
    today: date,
) -> HandedOver:
    """End every role in the society and hand over what is open.

    Raises Rejected `missing` (something is open and nobody was named), `handover_to_self`,
    `handover_not_staff`.
    """
    person = _leaver(actor, society_id, role_id)
    files, events = _files(person.id, society_id), _events(person.id, society_id)
    if successor_id is None and (files or events):
        raise Rejected("missing", "successor_id")
    if successor_id is not None:
        _check_successor(person.id, successor_id, society_id, today, reads=bool(files))
    handed, kept_back = _hand_files(actor, files, successor_id, now=now)
    for event in events:
        _hand_event(event, person.id, successor_id, now=now)
    for phone in _phones(person.id, society_id):
        phone.revoked_at = now
    for role in sorted({r.role for r in _roles(person.id, society_id, today)}):
        end_role(actor, person.id, RoleName(role), society_id=society_id, now=now, today=today)
    ended = end_all_sign_ins(person.id, now=now)
    tokens = session.execute(
        update(ApiToken)
        .where(ApiToken.person_id == person.id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    journal.record(
        actor,
        "staff.left",
        "person",
        person.id,
        now=now,
        society_id=society_id,
        data={
            "successor": successor_id,
            "files": [f.id for _r, f in files],
            "events": [e.id for e in events],
            "kept_back": kept_back,
            "sign_ins": ended,
            "tokens": int(tokens.rowcount),  # type: ignore[attr-defined]
        },
    )
    return HandedOver(handed, len(events), kept_back)


def _leaver(actor: Actor, society_id: int, role_id: int, *, looks_only: bool = False) -> Person:
    role = session.get(Role, role_id)
    if role is None or role.society_id != society_id:
        raise NotFound
    owner_id = None if looks_only else role.person_id
    target = Target(owner_id=owner_id, societies=frozenset({society_id}))
    require(actor, Permission.CHANGE_ROLE, target)
    return session.get_one(Person, role.person_id)


def _check_successor(
    person_id: int, successor_id: int, society_id: int, today: date, *, reads: bool
) -> None:
    if successor_id == person_id:
        raise Rejected("handover_to_self", "successor_id")
    held = {r.role for r in _roles(successor_id, society_id, today)}
    fit = {str(r) for r in STAFF} if reads else {str(r) for r in (*STAFF, RoleName.ORGANISER)}
    if not held & fit:
        raise Rejected("handover_not_staff", "successor_id")


def _hand_files(
    actor: Actor,
    files: Sequence[tuple[Reader, Filing]],
    successor_id: int | None,
    *,
    now: datetime,
) -> tuple[int, int]:
    """Nobody reads their own file, one of the same employer, or one they read already (§8)."""
    if successor_id is None:
        return 0, 0
    employer = session.scalar(
        select(Employment.employer)
        .where(Employment.person_id == successor_id)
        .order_by(Employment.from_on.desc(), Employment.id.desc())
        .limit(1)
    )
    read = set(
        session.scalars(
            select(Reader.filing_id).where(
                Reader.person_id == successor_id, Reader.ended_at.is_(None)
            )
        )
    )
    handed = 0
    for reader, filing in files:
        reader.ended_at, reader.end_reason = now, "left"
        same_employer = employer is not None and employer == filing.employer
        if filing.person_id == successor_id or same_employer or filing.id in read:
            continue
        session.add(
            Reader(
                filing_id=filing.id,
                person_id=successor_id,
                part=reader.part,
                assigned_at=now,
                assigned_by_id=actor.person_id,
            )
        )
        read.add(filing.id)
        handed += 1
    return handed, len(files) - handed


def _hand_event(event: Event, person_id: int, successor_id: int | None, *, now: datetime) -> None:
    """Whoever takes over runs it like the one who leaves did; who planned it says the journal."""
    if successor_id is None:
        return
    rows = session.scalars(
        select(EventOrganiser).where(
            EventOrganiser.event_id == event.id,
            EventOrganiser.person_id.in_((person_id, successor_id)),
        )
    ).all()
    by_person = {row.person_id: row for row in rows}
    if event.created_by_id == person_id:
        # a key is unique for who planned it, and only serves the form that planned it
        event.created_by_id, event.key = successor_id, None
    elif successor_id not in by_person and person_id in by_person:
        mine = by_person[person_id]
        session.add(
            EventOrganiser(
                event_id=event.id,
                person_id=successor_id,
                name=session.get_one(Person, successor_id).name,
                unit=mine.unit,
                invited_at=now,
                invited_by_id=mine.invited_by_id,
                expires_at=now,
                accepted_at=now,
            )
        )
    elif successor_id in by_person:
        by_person[successor_id].revoked_at = None
    if person_id in by_person:
        by_person[person_id].revoked_at = now


def _roles(person_id: int, society_id: int, today: date) -> list[Role]:
    return list(
        session.scalars(
            select(Role).where(
                Role.person_id == person_id,
                Role.society_id == society_id,
                or_(Role.ends_on.is_(None), Role.ends_on > today),
            )
        )
    )


def _files(person_id: int, society_id: int) -> list[tuple[Reader, Filing]]:
    rows = session.execute(
        select(Reader, Filing)
        .join(Filing, Filing.id == Reader.filing_id)
        .where(
            Reader.person_id == person_id,
            Reader.ended_at.is_(None),
            Reader.finished_at.is_(None),
            Filing.society_id == society_id,
        )
        .order_by(Filing.id)
    )
    return [(reader, filing) for reader, filing in rows]


def _events(person_id: int, society_id: int) -> list[Event]:
    runs = select(EventOrganiser.event_id).where(
        EventOrganiser.person_id == person_id, EventOrganiser.revoked_at.is_(None)
    )
    return list(
        session.scalars(
            select(Event)
            .where(
                Event.society_id == society_id,
                Event.state.not_in(OVER),
                or_(Event.created_by_id == person_id, Event.id.in_(runs)),
            )
            .order_by(Event.starts_at, Event.id)
        )
    )


def _phones(person_id: int, society_id: int) -> list[Steward]:
    return list(
        session.scalars(
            select(Steward)
            .join(Event, Event.id == Steward.event_id)
            .where(
                Steward.created_by_id == person_id,
                Steward.revoked_at.is_(None),
                Event.society_id == society_id,
            )
        )
    )


def _count(table: type[SignIn] | type[ApiToken], *conditions: object) -> int:
    query = select(func.count()).select_from(table)
    return session.scalar(query.where(*conditions)) or 0  # type: ignore[arg-type]
