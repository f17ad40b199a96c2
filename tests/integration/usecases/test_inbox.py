"""The inbox: one's own messages, what is unread, and reading them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from cpd_app.db import db
from cpd_app.domain.errors import NotAllowed, NotFound
from cpd_app.domain.messages import MessageKind
from cpd_app.models import Message
from cpd_app.policy import Actor
from cpd_app.usecases import inbox
from tests.support.messages import a_message
from tests.support.people import Someone
from tests.support.store import Store

NOW = datetime(2027, 3, 10, 4, tzinfo=UTC)

Do = Callable[..., Any]


def test_the_newest_stand_first_and_withdrawn_ones_not_at_all(
    do: Do, store: Store, member: Someone, other_member: Someone
) -> None:
    first, second = a_message(store, member.person), a_message(store, member.person)
    a_message(store, member.person, withdrawn_at=NOW)
    a_message(store, other_member.person)

    found = do(inbox.inbox_of, member.actor)

    assert [m.id for m in found.messages] == [second.id, first.id]
    assert (found.total, found.unread, found.newest_id) == (2, 2, second.id)


def test_pages_and_the_unread_only(do: Do, store: Store, member: Someone) -> None:
    for number in range(inbox.PAGE + 5):
        a_message(store, member.person, read_at=NOW if number % 2 else None)

    second = do(inbox.inbox_of, member.actor, page=2)
    unread = do(inbox.inbox_of, member.actor, unread_only=True)

    assert (second.page, second.pages, len(second.messages)) == (2, 2, 5)
    assert (unread.pages, unread.total, unread.unread) == (1, 18, 18)
    assert all(m.read_at is None for m in unread.messages)
    assert do(inbox.inbox_of, member.actor, page=99).page == 2, "beyond the end is the end"


def test_an_empty_inbox(do: Do, member: Someone) -> None:
    found = do(inbox.inbox_of, member.actor)

    assert (list(found.messages), found.pages, found.newest_id) == ([], 1, 0)


def test_opening_a_message_reads_it_once(do: Do, store: Store, member: Someone) -> None:
    message = a_message(store, member.person)

    do(inbox.read_message, member.actor, message.id, now=NOW)
    do(inbox.read_message, member.actor, message.id, now=NOW + timedelta(days=1))

    assert store.get(Message, message.id).read_at == NOW


def test_nobody_opens_the_message_of_another(
    do: Do, store: Store, member: Someone, other_member: Someone, registrar: Someone
) -> None:
    message = a_message(store, member.person)
    gone = a_message(store, member.person, withdrawn_at=NOW)

    for someone in (other_member, registrar):
        with pytest.raises(NotFound):
            do(inbox.read_message, someone.actor, message.id, now=NOW)
    with pytest.raises(NotFound):
        do(inbox.read_message, member.actor, gone.id, now=NOW)
    assert store.get(Message, message.id).read_at is None


def test_all_are_read_but_those_that_came_since(
    do: Do, store: Store, member: Someone, other_member: Someone
) -> None:
    shown = [a_message(store, member.person) for _ in range(3)]
    later = a_message(store, member.person)
    foreign = a_message(store, other_member.person)

    assert do(inbox.read_all, member.actor, up_to_id=shown[-1].id, now=NOW) == 3

    assert [store.get(Message, m.id).read_at for m in (*shown, later)] == [NOW, NOW, NOW, None]
    assert store.get(Message, foreign.id).read_at is None


def test_the_marks_of_a_device_count_once(
    do: Do, store: Store, member: Someone, other_member: Someone
) -> None:
    opened, unopened = (a_message(store, member.person) for _ in range(2))
    gone = a_message(store, member.person, withdrawn_at=NOW)
    foreign = a_message(store, other_member.person)
    ids = [opened.id, gone.id, foreign.id, 10**9]

    assert do(inbox.read_some, member.actor, ids, now=NOW) == 1
    assert do(inbox.read_some, member.actor, ids, now=NOW + timedelta(days=1)) == 0

    read = [store.get(Message, m.id).read_at for m in (opened, unopened, gone, foreign)]
    assert read == [NOW, None, None, None]


def test_the_newest_stands_first_whenever_it_was_written_down(
    do: Do, store: Store, member: Someone
) -> None:
    late = a_message(store, member.person, at=NOW)
    early = a_message(store, member.person, at=NOW - timedelta(days=3))

    assert [m.id for m in do(inbox.inbox_of, member.actor).messages] == [late.id, early.id]


def test_the_count_of_the_frame_is_one_statement_by_an_index_and_bounded(
    app: Flask, store: Store, member: Someone
) -> None:
    rows = [
        Message(
            person_id=member.id, kind=MessageKind.TRIAL.value, key=f"many-{n}", data={},
            created_at=NOW,
        )
        for n in range(inbox.MOST_COUNTED + 20)
    ]  # fmt: skip
    store.add(*rows)
    statements: list[str] = []
    with app.app_context():
        engine = db.engine

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        assert inbox.unread_count(member.id) == inbox.MOST_COUNTED
        event.remove(engine, "before_cursor_execute", note)
    assert len(statements) == 1
    if store.engine.dialect.name == "sqlite":
        with store.session() as session:
            plan = session.connection().exec_driver_sql(
                "EXPLAIN QUERY PLAN SELECT id FROM messages "
                "WHERE person_id = 1 AND read_at IS NULL AND withdrawn_at IS NULL LIMIT 100"
            )
            assert "ix_messages_person_id_read_at" in str(plan.all())


def test_a_token_that_may_only_read_does_not_mark(do: Do, store: Store, member: Someone) -> None:
    message = a_message(store, member.person)
    limited = Actor(member.id, "api", scopes=frozenset({"messages:read"}))
    other = Actor(member.id, "api", scopes=frozenset({"activities:read"}))

    assert do(inbox.inbox_of, limited).total == 1
    with pytest.raises(NotAllowed):
        do(inbox.read_message, limited, message.id, now=NOW)
    with pytest.raises(NotAllowed):
        do(inbox.read_all, limited, up_to_id=message.id, now=NOW)
    with pytest.raises(NotAllowed):
        do(inbox.read_some, limited, [message.id], now=NOW)
    with pytest.raises(NotAllowed):
        do(inbox.inbox_of, other)
