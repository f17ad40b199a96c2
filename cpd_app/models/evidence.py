"""Files that prove records, who opened them, and the ten-minute link a phone adds photos by."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cpd_app.models.base import Base


def _first_owner(context: Any) -> int:
    """The owner when the row is made."""
    return int(context.get_current_parameters()["person_id"])


class File(Base):
    """A stored file of one person; one file may serve several of their records."""

    __tablename__ = "files"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    #: whose folder in the store holds the bytes: the first owner's, also after a merge of accounts
    folder: Mapped[int] = mapped_column(default=_first_owner, index=True)
    #: UUID made by the client once per upload
    key: Mapped[str | None] = mapped_column(String(36))
    #: SHA-256 of the bytes as they came: the same file used by another member is seen by it
    original_hash: Mapped[str] = mapped_column(String(64), index=True)
    #: SHA-256 of the bytes as kept; also the name in the store
    stored_hash: Mapped[str | None] = mapped_column(String(64))
    preview_hash: Mapped[str | None] = mapped_column(String(64))
    #: the name on the member's device; shown, never used as a path
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(40))
    size: Mapped[int]
    pages: Mapped[int | None]
    #: arrived (image work due), ready, broken, purged
    state: Mapped[str] = mapped_column(String(20))
    #: none (无涉密) or declassified (已脱密)
    secrecy: Mapped[str] = mapped_column(String(20))
    secrecy_text_version: Mapped[int]
    secrecy_at: Mapped[datetime]
    secrecy_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    purged_at: Mapped[datetime | None]


class Evidence(Base):
    """A file attached to a record, and the listed proofs that it covers."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("activity_id", "file_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), index=True)
    #: codes of the kind's listed evidence
    proofs: Mapped[list[str]]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    file: Mapped[File] = relationship(lazy="joined")


class FileView(Base):
    """Somebody other than the owner opened a file; the owner can read this (domain.md §11)."""

    __tablename__ = "file_views"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    at: Mapped[datetime]


class CaptureLink(Base):
    """A link shown as QR on a desktop: for ten minutes a phone adds photos to a record by it."""

    __tablename__ = "capture_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"), index=True)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
