"""What the database knows of the time: its own clock, and when somebody last did something."""

from datetime import UTC, datetime

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.models import JournalEntry

#: a clock that was mended is believed when so many things were done since
LAST_ENTRIES = 50


def clock_of_database() -> datetime | None:
    """What PostgreSQL's clock shows now; None for SQLite, whose clock is our own."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    shown = session.scalar(select(func.clock_timestamp()))
    return shown.astimezone(UTC) if isinstance(shown, datetime) else None


def newest_entry() -> datetime | None:
    """The latest time among the last entries of the journal."""
    last = select(JournalEntry.at).order_by(JournalEntry.id.desc()).limit(LAST_ENTRIES).subquery()
    newest: datetime | None = session.scalar(select(func.max(last.c.at)))
    return newest
