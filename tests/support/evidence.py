"""Records of members with evidence on them, for tests of use cases."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select

from cpd_app.models import Activity, JournalEntry
from cpd_app.policy import Actor
from cpd_app.storage import LocalFiles
from cpd_app.usecases import files
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2025, 6, 2, 2, 0, tzinfo=UTC)


def a_training(do: Do, someone: Someone) -> Activity:
    """A recorded training with its credit."""
    new = NewActivity("training", "变压器检修培训", None, date(2024, 5, 6), fields={"minutes": 90})
    activity: Activity = do(log_activity, someone.actor, new, now=NOW, today=NOW.date()).activity
    return activity


def stored(disk: LocalFiles) -> set[str]:
    """Digests of everything that lies in the store."""
    return {kept.digest for kept in disk.all()}


def verbs(store: Store, object_type: str) -> list[str]:
    """What the journal says was done to things of this type, in order."""
    return list(
        store.all(
            select(JournalEntry.verb)
            .where(JournalEntry.object_type == object_type)
            .order_by(JournalEntry.id)
        )
    )


def open_as(do: Do, disk: LocalFiles, actor: Actor, file_id: int, now: datetime = NOW) -> bytes:
    """The bytes that somebody gets who opens a file."""
    opened = do(files.open_file, actor, file_id, preview=False, store=disk, now=now)
    with opened.stream as stream:
        data: bytes = stream.read()
    return data
