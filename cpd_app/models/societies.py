"""Societies, the fields of engineering, and the register: registrations and certificate terms."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
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

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"), index=True)
    number: Mapped[str] = mapped_column(String(60))
    #: the number as compared: NFKC, upper case, without white space
    number_key: Mapped[str] = mapped_column(String(60), unique=True)
    #: None = to be mapped; `field_text` holds what the file said
    field_id: Mapped[int | None] = mapped_column(ForeignKey("fields.id"), index=True)
    field_text: Mapped[str] = mapped_column(String(120))
    specialty: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime]
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
    __table_args__ = (UniqueConstraint("registration_id", "starts_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"))
    #: apprentice, professional, senior
    level: Mapped[str] = mapped_column(String(20))
    starts_on: Mapped[date]
    #: exclusive
    ends_on: Mapped[date] = mapped_column(index=True)
    #: active, suspended, expired, cancelled, revoked
    state: Mapped[str] = mapped_column(String(20), default="active")

    registration: Mapped[Registration] = relationship(back_populates="terms")
