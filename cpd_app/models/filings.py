"""Filing for re-registration: the summary being written, the filing, and its frozen snapshots."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cpd_app.models.base import Base


class Summary(Base):
    """职业发展总结: the member's own words on a term, autosaved (handbook Q26)."""

    __tablename__ = "summaries"

    id: Mapped[int] = mapped_column(primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("terms.id"), unique=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    #: as counted by domain/filing.py
    characters: Mapped[int]
    updated_at: Mapped[datetime]
    #: optimistic lock, and order of copies that were written offline
    version: Mapped[int] = mapped_column(default=1)


class Filing(Base):
    """An application for re-registration (再注册申请); its states are in domain/audits.py."""

    __tablename__ = "filings"
    __table_args__ = (
        # the queue of a society, and a registration's own
        Index("ix_filings_society_id_state", "society_id", "state", "filed_at"),
        Index("ix_filings_registration_id_term_id", "registration_id", "term_id"),
        UniqueConstraint("person_id", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: receipt number as the member reads it
    number: Mapped[str] = mapped_column(String(40), unique=True)
    key: Mapped[str | None] = mapped_column(String(36))
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"))
    term_id: Mapped[int] = mapped_column(ForeignKey("terms.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    #: where the person worked when it was filed; decides conflicts of interest
    employer: Mapped[str | None] = mapped_column(String(160))
    #: see FilingState in domain/audits.py
    state: Mapped[str] = mapped_column(String(20))
    filed_at: Mapped[datetime]
    #: which text of the declaration of truth was signed (handbook Q14)
    declaration_version: Mapped[int]
    #: signed or stamped pages (本人签字, 单位意见盖章)
    signed_file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), index=True)
    stamped_file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), index=True)
    withdrawn_at: Mapped[datetime | None]
    #: first time a reader opened it: from then on it cannot be withdrawn
    opened_at: Mapped[datetime | None]
    #: completeness check done (10 working days)
    complete_at: Mapped[datetime | None]
    complete_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    #: risk for the queue's order, 0 … 100, derived from its flags when it was filed
    risk: Mapped[int] = mapped_column(default=0)
    #: optimistic lock; every act on the file adds one
    version: Mapped[int] = mapped_column(default=1)

    snapshots: Mapped[list["Snapshot"]] = relationship(
        back_populates="filing", order_by="Snapshot.number", lazy="selectin"
    )


class Snapshot(Base):
    """What was filed, frozen: 1 is the filing itself, later ones supplements of year 5.

    Values lie in it and can be erased (domain.md §11); the salted digests stay.
    """

    __tablename__ = "snapshots"
    __table_args__ = (UniqueConstraint("filing_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id"))
    number: Mapped[int]
    taken_at: Mapped[datetime]
    taken_on: Mapped[date]
    #: of each year: required, claimed, recognised, audit-proof (hundredths), verdict
    years: Mapped[list[Any]]
    #: the named checks as they stood
    checks: Mapped[list[Any]]
    #: name, number, employer … and the summary's text; None = erased
    content: Mapped[dict[str, Any] | None]
    #: erased together with the content
    salt: Mapped[str] = mapped_column(String(32))
    #: salted; what remains of the content when it is erased
    content_digest: Mapped[str] = mapped_column(String(64), default="")
    #: SHA-256 of number, day, years, checks, content_digest and the records' digests
    digest: Mapped[str] = mapped_column(String(64))

    filing: Mapped[Filing] = relationship(back_populates="snapshots")


class SnapshotRecord(Base):
    """One record as it was filed: fields, trace, rule version, hashes of its evidence."""

    __tablename__ = "snapshot_records"
    __table_args__ = (UniqueConstraint("snapshot_id", "activity_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshots.id"))
    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id"), index=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"), index=True)
    credit_id: Mapped[int]
    year_index: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    ended_on: Mapped[date]
    rule_version_id: Mapped[int] = mapped_column(ForeignKey("rule_versions.id"))
    #: hundredths of 学时
    conversion: Mapped[int]
    claimed: Mapped[int]
    recognised: Mapped[int]
    #: the letter of domain.md §5 when it was filed
    assurance: Mapped[str] = mapped_column(String(1))
    audit_proof: Mapped[bool]
    marks: Mapped[list[str]]
    #: title, fields, trace, reasons, competences, reflection, evidence with hashes; None = erased
    content: Mapped[dict[str, Any] | None]
    #: erased together with the content
    salt: Mapped[str] = mapped_column(String(32))
    #: salted; what remains of the content when it is erased
    content_digest: Mapped[str] = mapped_column(String(64), default="")
    #: SHA-256 of the columns above and content_digest
    digest: Mapped[str] = mapped_column(String(64))
