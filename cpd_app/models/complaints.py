"""Opinions and complaints of anybody (handbook Q40), and what was answered."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cpd_app.models.base import Base


class Complaint(Base):
    """One letter of the public. Words and contact are erased in time; number and dates stay."""

    __tablename__ = "complaints"
    __table_args__ = (
        # what waits at a desk, oldest first
        Index("ix_complaints_society_id_state", "society_id", "state", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: receipt number as people read it
    number: Mapped[str] = mapped_column(String(20), unique=True)
    #: SHA-256 of the words that open the answer
    secret_hash: Mapped[str] = mapped_column(String(64))
    #: SHA-256 of the form's key: a form sent twice is one letter
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: about whom; None = the federation
    society_id: Mapped[int | None] = mapped_column(ForeignKey("societies.id"))
    #: opinion or complaint
    kind: Mapped[str] = mapped_column(String(20))
    registration_number: Mapped[str | None] = mapped_column(String(60))
    #: None = erased
    text: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(String(80))
    contact: Mapped[str | None] = mapped_column(String(254))
    #: when its sender agreed that name and contact are kept for the answer
    consent_at: Mapped[datetime | None]
    #: see ComplaintState in domain/complaints.py
    state: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(index=True)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    #: the society that passed it on to the federation; `society_id` is None from then on
    passed_from_id: Mapped[int | None] = mapped_column(ForeignKey("societies.id"), index=True)
    passed_at: Mapped[datetime | None]
    passed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    #: what the society says of it; the federation reads it, its sender does not
    passed_words: Mapped[str | None] = mapped_column(Text)
    erased_at: Mapped[datetime | None]
    #: optimistic lock
    version: Mapped[int] = mapped_column(default=1)
