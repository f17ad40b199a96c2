"""Acts of the register (§9): what was done to a certificate, on what basis, by whom, since when."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cpd_app.models.base import Base


class CertificateAct(Base):
    """One act: issued, renewed, upgraded, suspended, resumed, cancelled, revoked, annulled.

    A row is proposed by one person and in force when it is published; revocation and annulment
    need a second person. Nothing is taken back: an act is set aside by an `annulled` act.
    """

    __tablename__ = "certificate_acts"
    __table_args__ = (
        Index("ix_certificate_acts_registration_id", "registration_id", "effective_on"),
        # the public notices of a society, newest first, and of all societies
        Index("ix_certificate_acts_society_id_published_at", "society_id", "published_at"),
        Index("ix_certificate_acts_published_at", "published_at"),
        # what waits for a second person, and the acts that are to be reported
        Index("ix_certificate_acts_society_id_state", "society_id", "state"),
        Index("ix_certificate_acts_society_id_report_id", "society_id", "report_id"),
        UniqueConstraint("registration_id", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"))
    term_id: Mapped[int] = mapped_column(ForeignKey("terms.id"), index=True)
    key: Mapped[str | None] = mapped_column(String(36))
    #: see ActKind in domain/certificates.py
    kind: Mapped[str] = mapped_column(String(20))
    #: why, as a code; some are never public (death, resignation)
    reason_code: Mapped[str | None] = mapped_column(String(40))
    #: words for the member's letter; not public
    reason: Mapped[str | None] = mapped_column(Text)
    #: clause that it rests on, as it is published
    legal_basis: Mapped[str | None] = mapped_column(String(200))
    #: number of the document (文号)
    document_no: Mapped[str | None] = mapped_column(String(80))
    document_file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    effective_on: Mapped[date]
    #: asked (by the member), proposed, consented (a transfer that waits for the other society),
    #: in_force, dropped (not granted or not confirmed), annulled
    #: (set aside by a later act)
    state: Mapped[str] = mapped_column(String(20))
    #: state of the term before the act, restored when the act is annulled
    former_state: Mapped[str] = mapped_column(String(20))
    #: bar of the person before the act, as it was
    former_barred_on: Mapped[date | None]
    #: of an `annulled` act: the act that it sets aside
    annuls_id: Mapped[int | None] = mapped_column(ForeignKey("certificate_acts.id"), index=True)
    proposed_at: Mapped[datetime]
    #: None = by the program (a term that came with an import, an end that passed)
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    #: when the public could see it; None = not in force
    published_at: Mapped[datetime | None]
    #: the report to the federation that carried it
    report_id: Mapped[int | None] = mapped_column(ForeignKey("federation_reports.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)


class FederationReport(Base):
    """Acts of a society since the last report that the federation acknowledged (handbook Q31)."""

    __tablename__ = "federation_reports"
    __table_args__ = (
        UniqueConstraint("society_id", "number"),
        Index("ix_federation_reports_acknowledged_at", "acknowledged_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"))
    #: 1, 2, 3 … in each society
    number: Mapped[int]
    made_at: Mapped[datetime]
    acts: Mapped[int]
    #: the JSON as it was made and signed, to the letter
    content: Mapped[str] = mapped_column(Text)
    #: SHA-256 of it
    digest: Mapped[str] = mapped_column(String(64))
    #: of the society's key over `content`, base64; None while the society has no key
    signature: Mapped[str | None] = mapped_column(String(120))
    key_id: Mapped[str | None] = mapped_column(String(40))
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
