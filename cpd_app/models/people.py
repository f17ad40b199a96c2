"""People, how they are called, where they work, and how they sign in."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cpd_app.models.base import Base


class Person(Base):
    """A person: member, organiser, staff or several of these. Without a password: not activated."""

    __tablename__ = "people"
    __table_args__ = (
        # PostgreSQL uses an index for LIKE 'x%' only when it sorts by bytes
        Index("ix_people_email_begins", "email", postgresql_ops={"email": "text_pattern_ops"}),
        Index("ix_people_phone_begins", "phone", postgresql_ops={"phone": "text_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: the account's name in the society's files (column `login`), lower case; signs in like the
    #: e-mail does. None when the files called it by e-mail, phone or registration number
    login: Mapped[str | None] = mapped_column(String(80), unique=True)
    #: lower case; what mail goes to and one of the ways to sign in
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    #: digits with country code, +86…
    phone: Mapped[str | None] = mapped_column(String(20), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    activated_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    #: zh or en; None follows the browser
    locale: Mapped[str | None] = mapped_column(String(5))
    #: auto, light, dark
    theme: Mapped[str] = mapped_column(String(10), default="auto")
    #: normal, large
    text_size: Mapped[str] = mapped_column(String(10), default="normal")
    #: the registration whose years are shown; None = the active one that ends first
    shown_registration_id: Mapped[int | None]
    #: lifelong bar after revocation (handbook Q14), in all societies
    barred_on: Mapped[date | None]
    #: after a death or a resignation nothing is sent any more (domain.md §9)
    messages_stopped_at: Mapped[datetime | None]
    #: set when this account was merged into another one; it cannot sign in any more
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)

    names: Mapped[list["PersonName"]] = relationship(order_by="PersonName.from_on", lazy="selectin")

    @property
    def name(self) -> str:
        """The name in use; the latest one."""
        return self.names[-1].name if self.names else ""

    @property
    def name_en(self) -> str | None:
        """The name as in the passport, of the latest one that has it."""
        return self.names[-1].name_en if self.names else None


class PersonName(Base):
    """A name from a day on; old names stay, since old evidence carries them."""

    __tablename__ = "person_names"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[str] = mapped_column(String(80), index=True)
    #: as in the passport
    name_en: Mapped[str | None] = mapped_column(String(120))
    from_on: Mapped[date]


class Employment(Base):
    """Where a person works from a day on; decides conflicts of interest."""

    __tablename__ = "employments"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    employer: Mapped[str] = mapped_column(String(160), index=True)
    from_on: Mapped[date]


class Role(Base):
    """What a person may do in a society until a day; the federation's role has no society."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    society_id: Mapped[int | None] = mapped_column(ForeignKey("societies.id"), index=True)
    #: organiser, auditor, registrar, expert, federation
    role: Mapped[str] = mapped_column(String(20))
    starts_on: Mapped[date]
    #: exclusive; None = until further notice
    ends_on: Mapped[date | None]


class SignIn(Base):
    """A browser that is signed in; ending it here ends it everywhere."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    #: what the browser calls itself, shortened ("Android WeChat")
    device: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    #: sensitive acts ask for the password again after this
    confirmed_until: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """A failed attempt, counted per name and per address; values are hashes, never names."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index("ix_sign_in_attempts_subject_hash_at", "subject_hash", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)


class OneTimeCode(Base):
    """A code to activate, set a new password or confirm a changed number: 30 days, one use."""

    __tablename__ = "one_time_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    #: activate, reset, contact
    purpose: Mapped[str] = mapped_column(String(20))
    #: the new e-mail or phone that a `contact` code confirms
    new_contact: Mapped[str | None] = mapped_column(String(254))
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    #: set when a newer code of the same purpose replaced it
    revoked_at: Mapped[datetime | None]


class ApiToken(Base):
    """A personal bearer token; only its hash is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: empty = all that the person may do
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Merge(Base):
    """Two accounts of one person made one; `moved` is what undo needs."""

    __tablename__ = "merges"

    id: Mapped[int] = mapped_column(primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    merged_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(500))
    moved: Mapped[dict[str, Any]]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
