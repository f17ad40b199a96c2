"""What people are told, how it goes out, what they chose, and whether it reaches them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cpd_app.models.base import Base


class Message(Base):
    """One thing that one person is told; the inbox reads these rows."""

    __tablename__ = "messages"
    __table_args__ = (
        Index("ix_messages_person_id_id", "person_id", "id"),
        Index("ix_messages_person_id_read_at", "person_id", "read_at"),
        Index("ix_messages_society_id_kind_created_at", "society_id", "kind", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    #: the society that tells it; its bridge carries it
    society_id: Mapped[int | None] = mapped_column(ForeignKey("societies.id"))
    #: see MessageKind in domain/messages.py
    kind: Mapped[str] = mapped_column(String(40))
    #: a second message with the same key is the same message
    key: Mapped[str] = mapped_column(String(160), unique=True)
    #: what its words need, as MessageKind says
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    #: no longer true before it was told: gone from the inbox, and not sent any more
    withdrawn_at: Mapped[datetime | None]


class Delivery(Base):
    """A message on its way by one channel; the row is the truth, the queue only carries its id."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("message_id", "channel"),
        Index("ix_deliveries_state_due_at", "state", "due_at"),
        Index("ix_deliveries_person_id_channel_state", "person_id", "channel", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    #: whose it is, again: bundles are made by person
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    #: email or webhook
    channel: Mapped[str] = mapped_column(String(20))
    #: due, sending, sent, failed, dropped
    state: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    lease_by: Mapped[str | None] = mapped_column(String(40))
    attempts: Mapped[int] = mapped_column(default=0)
    #: the same for deliveries that leave together; their Message-ID, also when repeated
    envelope: Mapped[str | None] = mapped_column(String(40), index=True)
    #: sent, given up or dropped at
    finished_at: Mapped[datetime | None]
    #: code and values of what went wrong last
    problem: Mapped[dict[str, Any] | None]


class MessageChoice(Base):
    """Whether a person wants messages of a topic by a channel; no row: the default."""

    __tablename__ = "message_choices"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    #: see Topic in domain/messages.py
    topic: Mapped[str] = mapped_column(String(20), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    wanted: Mapped[bool]


class MessageHabit(Base):
    """When a person wants to be written to; no row: the default of domain/messages.py."""

    __tablename__ = "message_habits"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id"), primary_key=True, autoincrement=False
    )
    zone: Mapped[str] = mapped_column(String(40))
    quiet_from: Mapped[int]
    quiet_to: Mapped[int]
    daily_at: Mapped[int | None]


class Reach(Base):
    """Whether a channel reaches a person; no row: nothing was tried yet."""

    __tablename__ = "reaches"
    __table_args__ = (Index("ix_reaches_state", "state"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    #: ok, failing (given up after retries), bounced (the address does not exist)
    state: Mapped[str] = mapped_column(String(20))
    #: of this state
    since: Mapped[datetime]
    last_ok_at: Mapped[datetime | None]
    problem: Mapped[dict[str, Any] | None]


class Webhook(Base):
    """A society's bridge to SMS, WeCom and the like; address and secret are sealed."""

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"), unique=True)
    #: what members read: 短信, 企业微信
    name: Mapped[str] = mapped_column(String(40))
    #: of the address, shown to staff
    host: Mapped[str] = mapped_column(String(253))
    url_sealed: Mapped[str] = mapped_column(String(2000))
    secret_sealed: Mapped[str] = mapped_column(String(400))
    active: Mapped[bool]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    last_ok_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    problem: Mapped[dict[str, Any] | None]


class Nudge(Base):
    """A registration whose member staff reminded (催办); nobody twice within 7 days."""

    __tablename__ = "nudges"
    __table_args__ = (Index("ix_nudges_registration_id_at", "registration_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"), index=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"))
    #: message, or csv: exported for an SMS
    way: Mapped[str] = mapped_column(String(20))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    #: the order that it was part of
    job_id: Mapped[int | None] = mapped_column(index=True)
    #: what was said, as the message's data; a file for SMS is written from it
    data: Mapped[dict[str, Any] | None]
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))


class LastNudge(Base):
    """The newest nudge of a registration; a person counts once, whichever of theirs it was."""

    __tablename__ = "last_nudges"

    registration_id: Mapped[int] = mapped_column(
        ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    #: message or csv
    way: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]


class CallNote(Base):
    """What came of a call to a member who is late."""

    __tablename__ = "call_notes"
    __table_args__ = (Index("ix_call_notes_registration_id_at", "registration_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"), index=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"))
    #: reached, no_answer, wrong_number, will_file, gives_up
    outcome: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(500))
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))


class CalendarFeed(Base):
    """A member's private calendar; whoever has the address may read it, until it is taken back."""

    __tablename__ = "calendar_feeds"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_read_at: Mapped[datetime | None]
    #: what the calendar calls itself, shortened
    read_by: Mapped[str | None] = mapped_column(String(80))


class CalendarItem(Base):
    """What a private calendar last said of one thing; SEQUENCE grows when it says otherwise."""

    __tablename__ = "calendar_items"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    #: renewal-window-12, year-end-12-3, return-7 …
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    #: SHA-256 of what it says
    content_hash: Mapped[str] = mapped_column(String(64))
    sequence: Mapped[int]
    changed_at: Mapped[datetime]
    #: no longer to be done: told as cancelled, for a while
    gone_at: Mapped[datetime | None]
