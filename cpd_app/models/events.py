"""Events as they are planned: agenda, speakers, who organises them and who stands at the door."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cpd_app.models.base import Base


class Event(Base):
    """Something that members come to and that gives 学时; planned, approved, held, settled."""

    __tablename__ = "events"
    __table_args__ = (
        # the annual plan, a society's list, and what ends soon
        Index("ix_events_state_starts_at", "state", "starts_at"),
        Index("ix_events_society_id_starts_at", "society_id", "starts_at"),
        UniqueConstraint("created_by_id", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: the owner; None = the federation
    society_id: Mapped[int | None] = mapped_column(ForeignKey("societies.id"))
    #: UUID made by the client once per event
    key: Mapped[str | None] = mapped_column(String(36))
    #: what calendars know it by; never changes
    uid: Mapped[str] = mapped_column(String(36), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None] = mapped_column(Text)
    #: kind of the rule set, and its own fields but the minutes, which attendance gives
    kind: Mapped[str] = mapped_column(String(40))
    fields: Mapped[dict[str, Any]]
    #: whose name stands on records and certificates (主办单位)
    organiser: Mapped[str | None] = mapped_column(String(160))
    #: the event's own time zone; its days are days there
    zone: Mapped[str] = mapped_column(String(40))
    #: venue (in a place) or online
    mode: Mapped[str] = mapped_column(String(10))
    #: city as members filter by it
    place: Mapped[str | None] = mapped_column(String(80), index=True)
    #: address of the room, or of the online meeting
    venue: Mapped[str | None] = mapped_column(String(200))
    #: field of engineering it is about (工程技术领域); None = all
    field_id: Mapped[int | None] = mapped_column(ForeignKey("fields.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    #: how many may be on the roster; None = no limit
    capacity: Mapped[int | None]
    #: own (members of the owner), societies (all societies), list (the roster), public
    open_to: Mapped[str] = mapped_column(String(20))
    #: full, until_last_proof, none (domain.md §6)
    missing_out: Mapped[str] = mapped_column(String(20))
    #: minutes before a session's start and after its end in which codes are taken
    opens_before: Mapped[int] = mapped_column(default=60)
    closes_after: Mapped[int] = mapped_column(default=60)
    #: whether a certificate of attendance may be had
    gives_certificate: Mapped[bool] = mapped_column(default=False)
    #: draft, submitted, approved, open, closed, settled, cancelled
    state: Mapped[str] = mapped_column(String(20))
    #: what staff approved: everything that decides hours, with the hours it can give (hundredths)
    approved: Mapped[dict[str, Any] | None]
    #: who changed what decides hours since the last approval: they do not approve it
    hours_changed_by: Mapped[list[Any]] = mapped_column(default=list)
    #: why it was submitted after its beginning
    late_reason: Mapped[str | None] = mapped_column(String(500))
    #: why staff sent it back, or why it was cancelled
    answer: Mapped[str | None] = mapped_column(String(500))
    #: signs the passes of this event (hex)
    pass_key: Mapped[str] = mapped_column(String(64))
    #: SEQUENCE of RFC 5545: one more with every change that calendars must know
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    updated_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    #: optimistic lock; every change of the plan adds one
    version: Mapped[int] = mapped_column(default=1)

    sessions: Mapped[list["EventSession"]] = relationship(
        back_populates="event",
        order_by="EventSession.starts_at, EventSession.id",
        lazy="selectin",
        cascade="all, delete-orphan",
    )


class EventSession(Base):
    """One room and stretch of an event that has a code of its own (场次)."""

    __tablename__ = "event_sessions"
    __table_args__ = (
        # sessions whose codes are taken now, for typed codes
        Index("ix_event_sessions_window", "closes_at", "opens_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    room: Mapped[str | None] = mapped_column(String(80))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    #: starts_at less `opens_before`, ends_at plus `closes_after`; kept for the index
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    #: secret of its room codes (hex)
    code_key: Mapped[str] = mapped_column(String(64))
    #: whether it gives hours at all; its breaks are taken off
    credited: Mapped[bool] = mapped_column(default=True)
    #: 彩排: nothing that happens in it counts
    rehearsal: Mapped[bool] = mapped_column(default=False)

    event: Mapped[Event] = relationship(back_populates="sessions")
    parts: Mapped[list["AgendaPart"]] = relationship(
        back_populates="session",
        order_by="AgendaPart.starts_at, AgendaPart.id",
        lazy="selectin",
        cascade="all, delete-orphan",
    )


class AgendaPart(Base):
    """A talk, a break or another part of a session's agenda."""

    __tablename__ = "agenda_parts"

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("event_sessions.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    #: a break, a meal or an opening without content is not
    credited: Mapped[bool] = mapped_column(default=True)

    session: Mapped[EventSession] = relationship(back_populates="parts")
    speakers: Mapped[list["Speaker"]] = relationship(
        back_populates="part",
        order_by="Speaker.id",
        lazy="selectin",
        cascade="all, delete-orphan",
    )


class Speaker(Base):
    """Who speaks in a part; a member gets a `talk` or `lecture` record of it at the settlement."""

    __tablename__ = "speakers"

    id: Mapped[int] = mapped_column(primary_key=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("agenda_parts.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    unit: Mapped[str | None] = mapped_column(String(160))
    #: registration number as given; found → `person_id`
    number: Mapped[str | None] = mapped_column(String(60))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    #: talk or lecture
    kind: Mapped[str] = mapped_column(String(10))
    #: the record it became
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activities.id"), unique=True)

    part: Mapped[AgendaPart] = relationship(back_populates="speakers")


class EventOrganiser(Base):
    """Who may run an event besides its creator: colleagues, and people from outside (承办方).

    Ends 7 days after the settlement, or when revoked.
    """

    __tablename__ = "event_organisers"
    __table_args__ = (UniqueConstraint("event_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    #: None until the invited person opened the link
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    unit: Mapped[str | None] = mapped_column(String(160))
    #: hash of the link's secret; used once
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    invited_at: Mapped[datetime]
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Steward(Base):
    """A phone at the door, paired by a one-time code: no account, scanning only."""

    __tablename__ = "stewards"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"), index=True)
    #: who or which door, as organisers called it
    name: Mapped[str] = mapped_column(String(80))
    code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    code_expires_at: Mapped[datetime]
    #: hash of the paired phone's cookie
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    paired_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
