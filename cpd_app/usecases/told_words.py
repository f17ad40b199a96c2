"""What a member was told, by which ways, and how staff turned to them: for their own export.

domain.md §11: everything about a person. Colleagues appear by their role, never by name; what was
told in somebody's office speaks of other members and is the society's.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.messages import MessageKind
from cpd_app.models import (
    CallNote,
    Delivery,
    Message,
    MessageChoice,
    MessageHabit,
    Nudge,
    Person,
    Reach,
    Registration,
    Role,
    Society,
)
from cpd_app.policy import STAFF

#: title and text of a message in the reader's language
Say = Callable[[MessageKind, dict[str, Any]], dict[str, str]]
#: told to staff, about others
OFFICE = frozenset({MessageKind.ASSIGNED, MessageKind.MATCH})
#: of a colleague who has no such role any more
SOMEBODY = "staff"


def messages_to(person_id: int, say: Say) -> list[dict[str, Any]]:
    """Everything that a person was told, withdrawn messages too, and how each went out."""
    rows = session.execute(
        select(Message, Society.code)
        .outerjoin(Society, Society.id == Message.society_id)
        .where(
            Message.person_id == person_id,
            Message.kind.in_([kind.value for kind in MessageKind if kind not in OFFICE]),
        )
        .order_by(Message.id)
    ).all()
    ways = _ways(person_id)
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "society": society,
            **say(MessageKind(row.kind), row.data),
            "data": row.data,
            "created_at": row.created_at.isoformat(),
            "read_at": _at(row.read_at),
            "withdrawn_at": _at(row.withdrawn_at),
            "sent": ways.get(row.id, []),
        }
        for row, society in rows
    ]


def channels_of(person: Person) -> dict[str, Any]:
    """What a person chose of ways and times, and whether those ways reach them.

    A choice or habit that is not there is the default; times are minutes after midnight.
    """
    choices = session.scalars(
        select(MessageChoice)
        .where(MessageChoice.person_id == person.id)
        .order_by(MessageChoice.topic, MessageChoice.channel)
    )
    habit = session.get(MessageHabit, person.id)
    reaches = session.scalars(
        select(Reach).where(Reach.person_id == person.id).order_by(Reach.channel)
    )
    return {
        "choices": [{"topic": c.topic, "channel": c.channel, "wanted": c.wanted} for c in choices],
        "habits": {
            "zone": habit.zone,
            "quiet_from": habit.quiet_from,
            "quiet_to": habit.quiet_to,
            "daily_at": habit.daily_at,
        }
        if habit
        else None,
        "reached": [
            {
                "channel": r.channel,
                "state": r.state,
                "since": r.since.isoformat(),
                "last_ok_at": _at(r.last_ok_at),
                "problem": r.problem,
            }
            for r in reaches
        ],
        "stopped_at": _at(person.messages_stopped_at),
    }


def nudges_about(person_id: int) -> list[dict[str, Any]]:
    """How often staff reminded a person, and of what."""
    rows = _about(Nudge, person_id)
    roles = _roles((row.society_id, row.by_id) for row, _number in rows)
    return [
        {
            "registration_no": number,
            "at": row.at.isoformat(),
            "by": roles.get((row.society_id, row.by_id), SOMEBODY),
            "way": row.way,
            "message": row.message_id,
            "data": row.data,
        }
        for row, number in rows
    ]


def calls_about(person_id: int) -> list[dict[str, Any]]:
    """What staff wrote down of their calls to a person."""
    rows = _about(CallNote, person_id)
    roles = _roles((row.society_id, row.by_id) for row, _number in rows)
    return [
        {
            "registration_no": number,
            "at": row.at.isoformat(),
            "by": roles.get((row.society_id, row.by_id), SOMEBODY),
            "outcome": row.outcome,
            "words": row.words,
        }
        for row, number in rows
    ]


def _ways(person_id: int) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in session.scalars(
        select(Delivery).where(Delivery.person_id == person_id).order_by(Delivery.id)
    ):
        found.setdefault(row.message_id, []).append(
            {"channel": row.channel, "state": row.state, "finished_at": _at(row.finished_at)}
        )
    return found


def _about(table: type[Any], person_id: int) -> Collection[Any]:
    return session.execute(
        select(table, Registration.number)
        .join(Registration, Registration.id == table.registration_id)
        .where(Registration.person_id == person_id)
        .order_by(table.id)
    ).all()


def _roles(by: Iterable[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """The role of colleagues in a society; a registrar who also audits is the registrar."""
    asked = set(by)
    rows = session.execute(
        select(Role.society_id, Role.person_id, Role.role)
        .where(
            Role.society_id.in_({society for society, _person in asked}),
            Role.person_id.in_({person for _society, person in asked}),
            Role.role.in_([name.value for name in STAFF]),
        )
        .order_by(Role.role)
    )
    return {(row.society_id, row.person_id): row.role for row in rows if row.society_id}


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
