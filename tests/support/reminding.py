"""Reminders a month before the builders' certificates end: told in parts, and taken back."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from cpd_app.models import Message, Registration
from cpd_app.usecases import standings, untrue_reminders
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
#: builders' term ends on 1 March 2028: one month before it
TODAY = date(2028, 2, 1)
NOW = datetime(2028, 1, 31, 23, 30, tzinfo=UTC)


def remind(do: Do, act: Callable[..., Any], **when: Any) -> int:
    """Every part of a reminder; how many were told."""
    told, after = 0, 0
    while True:
        part = do(act, after, limit=2, **({"now": NOW, "today": TODAY} | when))
        told += part.done
        if part.last_id is None:
            return told
        after = part.last_id


def take_back(do: Do, now: datetime) -> int:
    """What became untrue and waits; how many."""
    return int(do(untrue_reminders.take_back_reminders, 0, now=now).done)


def messages(store: Store) -> list[Message]:
    """All that was told, in order."""
    return list(store.all(select(Message).order_by(Message.id)))


def registration_of(someone: Someone) -> Registration:
    """A member has one."""
    assert someone.registration
    return someone.registration


def judge(do: Do, someone: Someone, on: date) -> None:
    """Keep how they stand on a day, as the clock does before it reminds."""
    do(standings.judge_again, [registration_of(someone).id], on=on)
