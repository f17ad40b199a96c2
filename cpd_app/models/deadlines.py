"""Deadlines in Chinese working days: of decisions, returned files, appeals."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cpd_app.models.base import Base


class Deadline(Base):
    """One thing that must be done by a day; computed again when a year's calendar is announced."""

    __tablename__ = "deadlines"
    __table_args__ = (
        UniqueConstraint("kind", "subject_id"),
        Index("ix_deadlines_society_id_due_on", "society_id", "closed_at", "due_on"),
        Index("ix_deadlines_registration_id_kind", "registration_id", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: see DeadlineKind in usecases/deadlines.py
    kind: Mapped[str] = mapped_column(String(30))
    #: id of the return, relief, filing, appeal … that it is the deadline of
    subject_id: Mapped[int]
    society_id: Mapped[int | None] = mapped_column(ForeignKey("societies.id"))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registrations.id"))
    #: the member whom it concerns, whoever has to act
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    #: day 1 is the first working day after it
    delivered_on: Mapped[date]
    #: in all, extensions included
    work_days: Mapped[int]
    #: the last day; ends at 24:00 society time. While paused: as it was before
    due_on: Mapped[date]
    #: a day of it lies in a year whose calendar is not announced yet
    provisional: Mapped[bool]
    #: extended once (domain.md §8)
    extended_at: Mapped[datetime | None]
    #: the clock stands still since this day (核实)
    paused_on: Mapped[date | None]
    #: working days it stood still before, over all pauses that ended
    paused_days: Mapped[int] = mapped_column(default=0)
    #: done, withdrawn or no longer needed
    closed_at: Mapped[datetime | None]
