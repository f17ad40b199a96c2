"""Societies, the fields of engineering, and the register: registrations and certificate terms."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cpd_app.models.base import Base
from cpd_app.models.people import Person


class Society(Base):
    """An authorised society (获授权学会): the tenant."""

    __tablename__ = "societies"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120))
    #: certificate (years from the certificate's day) or calendar
    year_kind: Mapped[str] = mapped_column(String(20), default="certificate")
    zone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")
    #: years that ended before this day are never marked late_entry
    began_on: Mapped[date]
    #: differences from the defaults in `domain`, e.g. audit_proof, membership_lapsed
    settings: Mapped[dict[str, Any]]
    is_demo: Mapped[bool] = mapped_column(default=False)
    #: counts what was decided for all its members; kept standings of another round are old
    standing_round: Mapped[int] = mapped_column(default=0, server_default="0")


class Requirement(Base):
    """学时 a year from a day on; 50.0 when nothing older is entered."""

    __tablename__ = "requirements"
    __table_args__ = (UniqueConstraint("society_id", "in_force_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"))
    in_force_on: Mapped[date]
    #: hundredths of 学时
    hours: Mapped[int]


class Field(Base):
    """A field of engineering (工程技术领域) or, with a parent, a specialty of one (专业类别)."""

    __tablename__ = "fields"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("fields.id"), index=True)
    name: Mapped[str] = mapped_column(String(80), index=True)
    name_en: Mapped[str] = mapped_column(String(160))
    aliases: Mapped[list[str]]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(200))


class SocietyMembership(Base):
    """Ordinary membership (学会会员), a precondition of 工程会员 (handbook Q4, Q36)."""

    __tablename__ = "society_memberships"
    __table_args__ = (UniqueConstraint("person_id", "society_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"), index=True)
    number: Mapped[str | None] = mapped_column(String(60))
    #: last day of membership; None = unknown
    until_on: Mapped[date | None]


class Registration(Base):
    """Member × society × field, with a number that never changes (handbook Q28)."""

    __tablename__ = "registrations"
    __table_args__ = (
        # the register in order of numbers, a page at a time
        Index("ix_registrations_society_id_number", "society_id", "number_key"),
        # of whom a term is, without reading the row
        Index("ix_registrations_id_society_id", "id", "society_id", "person_id"),
        # PostgreSQL uses an index for LIKE 'x%' only when it sorts by bytes
        Index(
            "ix_registrations_number_begins",
            "number_key",
            postgresql_ops={"number_key": "text_pattern_ops"},
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"))
    number: Mapped[str] = mapped_column(String(60))
    #: the number as compared: NFKC, upper case, without white space
    number_key: Mapped[str] = mapped_column(String(60), unique=True)
    #: None = to be mapped; `field_text` holds what the file said
    field_id: Mapped[int | None] = mapped_column(ForeignKey("fields.id"), index=True)
    field_text: Mapped[str] = mapped_column(String(120))
    specialty: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime]
    #: 转会: the registration with another society that this one goes on from
    transferred_from_id: Mapped[int | None] = mapped_column(
        ForeignKey("registrations.id"), index=True
    )
    #: bumped under lock by whoever allocates its hours; see usecases/credits.py
    version: Mapped[int] = mapped_column(default=1)

    person: Mapped[Person] = relationship()
    society: Mapped[Society] = relationship()
    field: Mapped[Field | None] = relationship()
    terms: Mapped[list["Term"]] = relationship(
        back_populates="registration", order_by="Term.starts_on", lazy="selectin"
    )


class Term(Base):
    """A certificate term (证书有效期), half-open; carries the level of the certificate."""

    __tablename__ = "terms"
    __table_args__ = (
        UniqueConstraint("registration_id", "starts_on"),
        # with all that lists and counts of thousands ask of a term, so that no row is read
        Index("ix_terms_ends_on_id", "ends_on", "id", "state", "registration_id", "starts_on"),
        Index(
            "ix_terms_registration_id_ends_on", "registration_id", "starts_on", "ends_on", "state"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"))
    #: apprentice, professional, senior
    level: Mapped[str] = mapped_column(String(20))
    starts_on: Mapped[date]
    #: exclusive
    ends_on: Mapped[date]
    #: active, suspended, expired, cancelled, revoked
    state: Mapped[str] = mapped_column(String(20), default="active")

    registration: Mapped[Registration] = relationship(back_populates="terms")


class LastStanding(Base):
    """What readiness said of a registration when it was last asked for lists and counts.

    A copy for staff's lists of thousands; a member's own page always asks anew. It is as good as
    new when `on_day` is today, `registration_version` is still the registration's and
    `standing_round` the society's. On another day or in another round `sums` saves reading the
    records again: they depend on the version only.
    """

    __tablename__ = "last_standings"
    __table_args__ = (
        Index("ix_last_standings_society_id_verdict", "society_id", "verdict"),
        Index("ix_last_standings_society_id_on_day", "society_id", "on_day"),
        # what lists and counts ask, apart from the wide rows
        Index(
            "ix_last_standings_registration_id_to_do",
            "registration_id",
            "to_do",
            "verdict",
            "ready",
            "first_check",
            "missing",
        ),
    )

    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True
    )
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"))
    term_id: Mapped[int] = mapped_column(ForeignKey("terms.id", ondelete="CASCADE"), index=True)
    registration_version: Mapped[int]
    standing_round: Mapped[int] = mapped_column(default=0, server_default="0")
    on_day: Mapped[date]
    ready: Mapped[bool]
    #: the worst of the years: short, behind, on_track, met, waived, ahead
    verdict: Mapped[str] = mapped_column(String(20))
    #: the first check that blocks, else the first that warns; None = nothing to do
    first_check: Mapped[str | None] = mapped_column(String(40))
    #: codes of the checks that the member can mend (domain/nudges.py), parted by spaces and with
    #: one at each end; None = to be judged again
    to_do: Mapped[str | None] = mapped_column(String(160))
    #: hundredths of 学时 missing over the years that are short or running
    missing: Mapped[int]
    #: what the records of the term come to (usecases/term_sums.py); None = to be read again
    sums: Mapped[dict[str, Any] | None]
    #: open years that lack hours: [index, first day, end (exclusive), missing, deferred]
    lacking: Mapped[list[Any] | None]
    #: the first end among them; None = none lacks any
    lacking_until: Mapped[date | None] = mapped_column(index=True)
