"""Relief under the contingency plan (预案): grounds, requests and what was decided; appeals."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cpd_app.models.base import Base


class ReliefGround(Base):
    """A ground of a society's contingency plan (handbook Q25); without a society: the default."""

    __tablename__ = "relief_grounds"
    __table_args__ = (UniqueConstraint("society_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: None = holds in every society that has no ground of this code of its own
    society_id: Mapped[int | None] = mapped_column(ForeignKey("societies.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120))
    #: what proves it, as the member reads it
    proof: Mapped[str] = mapped_column(String(200))
    proof_en: Mapped[str] = mapped_column(String(200))
    #: see Effect in domain/relief.py: reduction, waiver, deferral
    effect: Mapped[str] = mapped_column(String(20))
    #: least whole months it must last to be asked for
    least_months: Mapped[int] = mapped_column(default=0)
    #: staff give it to all registrations of the society at once (disaster)
    society_wide: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    #: still to be chosen
    offered: Mapped[bool] = mapped_column(default=True)
    #: clause of the plan, or where the default comes from
    source: Mapped[str] = mapped_column(String(200))


class Relief(Base):
    """A request for relief and what became of it; accepted, it lowers or defers a requirement."""

    __tablename__ = "reliefs"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        Index("ix_reliefs_society_id_state", "society_id", "state"),
        Index("ix_reliefs_registration_id_state", "registration_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str | None] = mapped_column(String(36))
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"))
    #: None = society-wide, for every registration of the society
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registrations.id"))
    #: whose it is; None = society-wide
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    ground_id: Mapped[int] = mapped_column(ForeignKey("relief_grounds.id"))
    #: reduction, waiver or deferral, as the ground said then
    effect: Mapped[str] = mapped_column(String(20))
    #: asked for: of a reduction and a waiver half-open; of a deferral `year_index` and `until_on`
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]
    term_id: Mapped[int | None] = mapped_column(ForeignKey("terms.id"))
    year_index: Mapped[int | None]
    until_on: Mapped[date | None]
    words: Mapped[str] = mapped_column(Text)
    #: see ReliefState in domain/relief.py: submitted, granted, refused, withdrawn, annulled
    state: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    #: what was granted, which may be less than was asked for
    granted_from_on: Mapped[date | None]
    granted_to_on: Mapped[date | None]
    granted_until_on: Mapped[date | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    document_no: Mapped[str | None] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=1)


class ReliefFile(Base):
    """A file that proves a request."""

    __tablename__ = "relief_files"
    __table_args__ = (UniqueConstraint("relief_id", "file_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    relief_id: Mapped[int] = mapped_column(ForeignKey("reliefs.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), index=True)


class Appeal(Base):
    """申诉 against a refusal or an act; decided by people who did not decide before (§8, §9)."""

    __tablename__ = "appeals"
    __table_args__ = (
        Index("ix_appeals_society_id_state", "society_id", "state"),
        Index("ix_appeals_subject", "subject", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    #: relief, decision (of a filing), act (suspension, cancellation, revocation)
    subject: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    words: Mapped[str] = mapped_column(Text)
    #: open, upheld, dismissed, withdrawn
    state: Mapped[str] = mapped_column(String(20))
    filed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)


class AppealFile(Base):
    """A file that came with an appeal."""

    __tablename__ = "appeal_files"
    __table_args__ = (UniqueConstraint("appeal_id", "file_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), index=True)
