"""The journal: insert-only entries, their erasable values, and the seals that chain them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cpd_app.models.base import Base


class JournalEntry(Base):
    """Who did what to which thing, when: ids, a verb, a salted hash. Never changed or deleted."""

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_object", "object_type", "object_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    #: None = the program itself
    actor_id: Mapped[int | None] = mapped_column(index=True)
    #: web, api, cli, or the name of a job
    origin: Mapped[str] = mapped_column(String(40))
    society_id: Mapped[int | None] = mapped_column(index=True)
    #: noun.past
    verb: Mapped[str] = mapped_column(String(60))
    object_type: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[int | None]
    #: ids and codes only
    data: Mapped[dict[str, Any]]
    #: SHA-256 of salt and values; None = no values
    values_hash: Mapped[str | None] = mapped_column(String(64))


class JournalValues(Base):
    """The values beside an entry; erasing them leaves the chain whole (domain.md §11)."""

    __tablename__ = "journal_values"

    entry_id: Mapped[int] = mapped_column(ForeignKey("journal.id"), primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))
    values: Mapped[dict[str, Any]]


class JournalSeal(Base):
    """The place of an entry in the chain; written by the worker, so that writers never wait."""

    __tablename__ = "journal_seals"

    #: 1, 2, 3 … without a gap
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(ForeignKey("journal.id"), unique=True)
    #: when the worker found the entry
    sealed_at: Mapped[datetime]
    #: HMAC-SHA256 of the former seal's digest, of `sealed_at` and of the entry, with a key that is
    #: not in the database
    digest: Mapped[str] = mapped_column(String(64))
