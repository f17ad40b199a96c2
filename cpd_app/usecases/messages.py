"""Telling people something: a row a message, and a row a way out, in the transaction of the act.

Whoever tells does not send: the worker takes the rows (usecases/deliveries.py), and the inbox shows
them (usecases/inbox.py). A message with a key that exists is the same message, so a repeated act or
job tells nobody twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, cast, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cpd_app.db import session
from cpd_app.domain.messages import (
    MUST_REACH,
    TOPICS,
    Channel,
    Habits,
    MessageKind,
    Topic,
    channels_for,
    leaves_at,
    out_of_quiet,
)
from cpd_app.models import (
    Delivery,
    Message,
    MessageChoice,
    MessageHabit,
    Person,
    Webhook,
)
from cpd_app.usecases.kept_accounts import kept_accounts
from cpd_app.usecases.reaching import bounced_of

#: rows in one statement
AT_ONCE = 500
#: no message waits longer than this before it is sent: a day for the one letter, and quiet hours
LATELY = timedelta(days=2)


@dataclass(frozen=True)
class Draft:
    """A message to be told; `data` as its kind says in domain/messages.py."""

    person_id: int
    kind: MessageKind
    key: str
    data: dict[str, Any] = field(default_factory=dict)
    society_id: int | None = None


@dataclass(frozen=True)
class _Reader:
    """A person as a message meets them."""

    id: int
    email: str | None
    phone: str | None
    silent: bool


def tell(draft: Draft, *, now: datetime) -> bool:
    """Tell one person; False when it was told before, or nothing is sent to them any more."""
    return tell_all([draft], now=now) == 1


def tell_all(drafts: Iterable[Draft], *, now: datetime) -> int:
    """Tell many people, in few statements; how many messages are new."""
    waiting = {draft.key: draft for draft in drafts}
    told = 0
    keys = list(waiting)
    for first in range(0, len(keys), AT_ONCE):
        told += _tell_some([waiting[key] for key in keys[first : first + AT_ONCE]], now)
    return told


def withdraw(keys: Sequence[str], *, now: datetime, again: bool = False) -> None:
    """Take back what is no longer true: out of the inbox, and not sent where it was not yet.

    For an event that moved again, a return that was answered. What is on its way goes its way.
    With `again` what nobody can know yet gives its key back: when it is true again, it is told.
    """
    for first in range(0, len(keys), AT_ONCE):
        ids = list(
            session.scalars(
                update(Message)
                .where(
                    Message.key.in_(keys[first : first + AT_ONCE]), Message.withdrawn_at.is_(None)
                )
                .values(withdrawn_at=now)
                .returning(Message.id)
            )
        )
        _drop(ids, now)
        if again:
            session.execute(
                update(Message)
                .where(Message.id.in_(ids), Message.read_at.is_(None), ~_has_left())
                .values(key="withdrawn:" + cast(Message.id, String) + ":" + Message.key)
                .execution_options(synchronize_session=False)
            )


@dataclass(frozen=True)
class About:
    """What messages are about: their kinds, and what must stand in their `data` (ids)."""

    kinds: tuple[MessageKind, ...]
    ids: dict[str, int]
    #: one of the two says where to look: whose messages, or which society told them lately
    person_ids: tuple[int, ...] = ()
    society_id: int | None = None


@dataclass(frozen=True)
class TakenBack:
    """A message that is gone from its reader's inbox."""

    person_id: int
    data: dict[str, Any]


def take_back(about: About, *, now: datetime, unsent: bool = False) -> list[TakenBack]:
    """Take back what became untrue, by what it is about; returns what is gone from inboxes.

    What was read stays. With `unsent` only what nobody can know yet goes: unread, and by no channel
    on its way. For many people in few statements.
    """
    ids = _ids_about(about, now)
    gone: list[TakenBack] = []
    for first in range(0, len(ids), AT_ONCE):
        part = Message.id.in_(ids[first : first + AT_ONCE])
        unread: list[ColumnElement[bool]] = [
            part,
            Message.withdrawn_at.is_(None),
            Message.read_at.is_(None),
        ]
        if unsent:
            unread.append(~_has_left())
        rows = session.execute(
            update(Message)
            .where(*unread)
            .values(withdrawn_at=now)
            .returning(Message.id, Message.person_id, Message.data)
            .execution_options(synchronize_session=False)
        ).all()
        gone += [TakenBack(row.person_id, row.data) for row in rows]
        _drop([row.id for row in rows] if unsent else ids[first : first + AT_ONCE], now)
    return gone


def tell_otherwise(message_ids: Sequence[int], *, now: datetime) -> None:
    """What must reach its reader and did not arrive by one way goes by every other one.

    A way that carries it already is left alone, and what was read needs no other way.
    """
    must = [kind.value for kind, topic in TOPICS.items() if topic in MUST_REACH]
    left = session.execute(
        select(Message.id, Message.person_id, Message.society_id, Message.kind).where(
            Message.id.in_(message_ids),
            Message.kind.in_(must),
            Message.read_at.is_(None),
            Message.withdrawn_at.is_(None),
        )
    ).all()
    if not left:
        return
    readers = _readers({row.person_id for row in left})
    ids = sorted({reader.id for reader in readers.values()})
    habits, bounced = habits_of(ids), bounced_of(ids)
    bridges = _bridges({row.society_id for row in left if row.society_id})
    carried = {
        (row.message_id, row.channel)
        for row in session.execute(
            select(Delivery.message_id, Delivery.channel).where(
                Delivery.message_id.in_([row.id for row in left])
            )
        )
    }
    rows = []
    for row in left:
        reader = readers[row.person_id]
        if reader.silent:
            continue
        ways = _reachable(reader, bounced[reader.id], bridged=row.society_id in bridges)
        rows += [
            _on_its_way(
                row.id,
                reader.id,
                channel,
                out_of_quiet(now, habits.get(reader.id, Habits())),
            )
            for channel in sorted(ways)
            if (row.id, channel.value) not in carried
        ]
    if rows:
        session.execute(insert(Delivery), rows)


def habits_of(person_ids: Sequence[int]) -> dict[int, Habits]:
    """When these people want to be written to; who said nothing is not in it."""
    rows = session.scalars(select(MessageHabit).where(MessageHabit.person_id.in_(person_ids)))
    return {h.person_id: Habits(h.zone, h.quiet_from, h.quiet_to, h.daily_at) for h in rows}


def _drop(message_ids: Sequence[int], now: datetime) -> None:
    if message_ids:
        session.execute(
            update(Delivery)
            .where(Delivery.message_id.in_(message_ids), Delivery.state == "due")
            .values(state="dropped", finished_at=now, problem={"code": "withdrawn"})
            .execution_options(synchronize_session=False)
        )


def _has_left() -> ColumnElement[bool]:
    """Whether a message is on its way or has arrived by some channel."""
    left = Delivery.state.in_(("sending", "sent"))
    return select(Delivery.id).where(Delivery.message_id == Message.id, left).exists()


def _ids_about(about: About, now: datetime) -> list[int]:
    """Messages of the kinds about these things, held; of people, or of what was told lately."""
    where = [
        Message.kind.in_([kind.value for kind in about.kinds]),
        Message.withdrawn_at.is_(None),
        *(Message.data[name].as_integer() == value for name, value in about.ids.items()),
    ]
    if about.person_ids:
        where.append(Message.person_id.in_(about.person_ids))
    else:
        of_society = Message.society_id == about.society_id
        where += [
            Message.society_id.is_(None) if about.society_id is None else of_society,
            Message.created_at >= now - LATELY,
        ]
    return list(session.scalars(select(Message.id).where(*where).order_by(Message.id)))


def _tell_some(drafts: list[Draft], now: datetime) -> int:
    readers = _readers({d.person_id for d in drafts})
    heard = [d for d in drafts if not readers[d.person_id].silent]
    new = _inserted(heard, readers, now)
    if not new:
        return 0
    ids = sorted({readers[d.person_id].id for d, _ in new})
    habits, choices, bounced = habits_of(ids), _choices(ids), bounced_of(ids)
    bridges = _bridges({d.society_id for d, _ in new if d.society_id})
    rows = []
    for draft, message_id in new:
        reader = readers[draft.person_id]
        reachable = _reachable(reader, bounced[reader.id], bridged=draft.society_id in bridges)
        wanted = channels_for(draft.kind, choices[reader.id, TOPICS[draft.kind]], reachable)
        due_at = leaves_at(draft.kind, now, habits.get(reader.id, Habits()))
        rows += [_on_its_way(message_id, reader.id, c, due_at) for c in sorted(wanted)]
    if rows:
        session.execute(insert(Delivery), rows)
    return len(new)


def _on_its_way(
    message_id: int, person_id: int, channel: Channel, due_at: datetime
) -> dict[str, Any]:
    return {
        "message_id": message_id,
        "person_id": person_id,
        "channel": channel.value,
        "state": "due",
        "due_at": due_at,
        "attempts": 0,
    }


def _inserted(
    drafts: list[Draft], readers: dict[int, _Reader], now: datetime
) -> list[tuple[Draft, int]]:
    """The new ones of them, with their ids."""
    if not drafts:
        return []
    dialect = session.get_bind().dialect.name
    into = postgresql.insert if dialect == "postgresql" else sqlite.insert
    table = Message.__table__
    # The rows beside the statement and not in it: else it would be written and compiled for each
    # five hundred anew, which was most of the work of telling many.
    added = session.connection().execute(
        into(table)  # type: ignore[arg-type]
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(table.c.key, table.c.id),
        [
            {
                "person_id": readers[d.person_id].id,
                "society_id": d.society_id,
                "kind": d.kind.value,
                "key": d.key,
                "data": d.data,
                "created_at": now,
            }
            for d in drafts
        ],
    )
    ids = {row.key: row.id for row in added}
    return [(d, ids[d.key]) for d in drafts if d.key in ids]


def _readers(person_ids: set[int]) -> dict[int, _Reader]:
    """By the id that was named; a merged account is read by the one that was kept."""
    columns = (Person.email, Person.phone, Person.messages_stopped_at)
    return {
        asked: _Reader(p.id, p.email, p.phone, p.messages_stopped_at is not None)
        for asked, p in kept_accounts(person_ids, *columns).items()
    }


def _reachable(reader: _Reader, bounced: set[str], *, bridged: bool) -> frozenset[Channel]:
    ways = set()
    if reader.email and Channel.EMAIL not in bounced:
        ways.add(Channel.EMAIL)
    if bridged and reader.phone and Channel.WEBHOOK not in bounced:
        ways.add(Channel.WEBHOOK)
    return frozenset(ways)


def _choices(person_ids: Sequence[int]) -> dict[tuple[int, Topic], dict[Channel, bool]]:
    made: dict[tuple[int, Topic], dict[Channel, bool]] = defaultdict(dict)
    rows = session.scalars(select(MessageChoice).where(MessageChoice.person_id.in_(person_ids)))
    for row in rows:
        made[row.person_id, Topic(row.topic)][Channel(row.channel)] = row.wanted
    return made


def _bridges(society_ids: set[int]) -> set[int]:
    return set(
        session.scalars(
            select(Webhook.society_id).where(
                Webhook.society_id.in_(society_ids), Webhook.active.is_(True)
            )
        )
    )
