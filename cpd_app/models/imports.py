"""Files of members or past records on their way in: preview, confirmation, undo."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cpd_app.models.base import Base


class Import(Base):
    """One file: first a preview, then confirmed, perhaps undone."""

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: members or activities
    kind: Mapped[str] = mapped_column(String(20))
    #: None when a member imports own records or the command line several societies'
    society_id: Mapped[int | None] = mapped_column(ForeignKey("societies.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    #: name of the bytes in the store
    file_hash: Mapped[str] = mapped_column(String(64))
    #: reading, previewed, saving, done, undoing, undone, discarded, failed
    state: Mapped[str] = mapped_column(String(20))
    #: {good, bad, same, warnings, saved, undone, kept}
    counts: Mapped[dict[str, Any]]
    #: what holds for the whole file: [{code, …}]
    notes: Mapped[list[Any]]
    problem: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    #: what its rows said was removed then; it cannot be undone any more
    emptied_at: Mapped[datetime | None]


class ImportRow(Base):
    """One row of a file: what it said, what is wrong with it, what it became."""

    __tablename__ = "import_rows"
    __table_args__ = (
        Index("ix_import_rows_import_id_state", "import_id", "state", "row"),
        Index("ix_import_rows_digest", "digest", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"))
    #: line in the file, the heading is 1
    row: Mapped[int]
    #: hash of all columns, of who imports for whom, and of how many such rows came before
    digest: Mapped[str] = mapped_column(String(64))
    data: Mapped[dict[str, Any]]
    #: [{code, field, …}]
    problems: Mapped[list[Any]]
    warnings: Mapped[list[Any]]
    #: whose record the row is; None for members
    person_id: Mapped[int | None]
    #: good, bad, same, saved, undone, kept
    state: Mapped[str] = mapped_column(String(20))
    #: id of the activity or registration that it became
    object_id: Mapped[int | None] = mapped_column(index=True)
    #: the object's version when saved: untouched since if it still has it
    object_version: Mapped[int | None]
    #: what saving made or changed beside the object, so that it can be undone
    made: Mapped[dict[str, Any]]
