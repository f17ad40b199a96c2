"""What a person was told: the list, what is not read yet, and reading it.

A person reads their own messages and nobody else's; what was withdrawn is not there any more.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update

from cpd_app.db import session
from cpd_app.domain.errors import NotFound
from cpd_app.domain.messages import KINDS
from cpd_app.models import Message
from cpd_app.policy import Actor, Permission, Target, require

#: messages on one page
PAGE = 30
#: beyond this many the frame of a page says "99+", so no more of them are counted
MOST_COUNTED = 100


@dataclass(frozen=True)
class Inbox:
    """One page of what a person was told, the newest first."""

    messages: Sequence[Message]
    page: int
    pages: int
    #: of all pages, by the filter
    total: int
    #: not read yet, whatever the filter
    unread: int
    #: the newest that is shown anywhere in the list: what came later is not meant by "all"
    newest_id: int


def inbox_of(actor: Actor, *, unread_only: bool = False, page: int = 1) -> Inbox:
    """A page of one's own messages; a page beyond the last one is the last one."""
    mine = _own(actor)
    total, unread, newest = session.execute(
        select(
            func.count(),
            func.count().filter(Message.read_at.is_(None)),
            func.max(Message.id),
        ).where(*mine)
    ).one()
    wanted = [*mine, Message.read_at.is_(None)] if unread_only else mine
    listed = unread if unread_only else total
    pages = max(1, -(-listed // PAGE))
    shown = min(max(page, 1), pages)
    found = session.scalars(
        select(Message)
        .where(*wanted)
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(PAGE)
        .offset((shown - 1) * PAGE)
    )
    return Inbox(found.all(), shown, pages, listed, unread, newest or 0)


def unread_count(person_id: int) -> int:
    """How many messages somebody has not read, up to MOST_COUNTED; asked by every page."""
    some = (
        select(Message.id)
        .where(
            Message.person_id == person_id,
            Message.read_at.is_(None),
            Message.withdrawn_at.is_(None),
            Message.kind.in_(KINDS),
        )
        .limit(MOST_COUNTED)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(some)) or 0


def read_message(actor: Actor, message_id: int, *, now: datetime) -> Message:
    """Open one's own message: it is read from then on. NotFound for a withdrawn one."""
    message = session.get(Message, message_id)
    if message is None or message.withdrawn_at is not None or message.kind not in KINDS:
        raise NotFound
    require(actor, Permission.MARK_MESSAGE, Target(owner_id=message.person_id))
    if message.read_at is None:
        message.read_at = now
    return message


def read_all(actor: Actor, *, up_to_id: int, now: datetime) -> int:
    """Mark what the list has shown as read; how many were not. What came since stays unread."""
    require(actor, Permission.MARK_MESSAGE, Target(owner_id=actor.person_id))
    read = session.scalars(
        update(Message)
        .where(
            Message.person_id == actor.person_id,
            Message.read_at.is_(None),
            Message.withdrawn_at.is_(None),
            Message.id <= up_to_id,
        )
        .values(read_at=now)
        .returning(Message.id)
    )
    return len(read.all())


def read_some(actor: Actor, message_ids: Collection[int], *, now: datetime) -> int:
    """Mark what was opened on a phone, perhaps without network; how many were not read yet.

    What is not one's own, withdrawn or read already is passed over: sending twice is harmless.
    """
    require(actor, Permission.MARK_MESSAGE, Target(owner_id=actor.person_id))
    read = session.scalars(
        update(Message)
        .where(
            Message.person_id == actor.person_id,
            Message.read_at.is_(None),
            Message.withdrawn_at.is_(None),
            Message.id.in_(message_ids),
        )
        .values(read_at=now)
        .returning(Message.id)
    )
    return len(read.all())


def _own(actor: Actor) -> list[ColumnElement[bool]]:
    require(actor, Permission.READ_MESSAGE, Target(owner_id=actor.person_id))
    return [
        Message.person_id == actor.person_id,
        Message.withdrawn_at.is_(None),
        Message.kind.in_(KINDS),
    ]
