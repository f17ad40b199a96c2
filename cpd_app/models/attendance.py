"""Who was expected, who came, and what became of it; scans and corrections are only added."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cpd_app.models.base import Base

UNTOLD = "told_hours IS NULL AND activity_id IS NOT NULL"


class RosterEntry(Base):
    """One person on an event's roster (名单): enrolled, imported, walked in, or a guest.

    A guest has no person until a member is found for them; name, unit and number are what the
    organiser sees, taken down when the entry is made.
    """

    __tablename__ = "roster_entries"
    __table_args__ = (
        UniqueConstraint("event_id", "person_id"),
        UniqueConstraint("event_id", "key"),
        Index("ix_roster_entries_event_id_state", "event_id", "state"),
        Index("ix_roster_entries_event_id_name", "event_id", "name"),
        Index("ix_roster_entries_event_id_number_key", "event_id", "number_key"),
        # guests to be attached when an account is activated
        Index("ix_roster_entries_guest_phone", "phone", "person_id"),
        Index("ix_roster_entries_guest_number", "number_key", "person_id"),
        # what the worker has to compute again
        Index("ix_roster_entries_stale_at", "stale_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    #: whose member; the registration's society, for counts by society
    society_id: Mapped[int | None] = mapped_column(ForeignKey("societies.id"))
    name: Mapped[str] = mapped_column(String(80))
    unit: Mapped[str | None] = mapped_column(String(160))
    #: registration number as given, and as compared
    number: Mapped[str | None] = mapped_column(String(60))
    number_key: Mapped[str | None] = mapped_column(String(60))
    #: of guests only, to find them a member later; never shown in lists
    phone: Mapped[str | None] = mapped_column(String(20))
    #: self, list, walk_in, checkin, speaker
    source: Mapped[str] = mapped_column(String(20))
    #: listed, waiting (over capacity), pending (an organiser decides), declined, cancelled
    state: Mapped[str] = mapped_column(String(20))
    #: why it is pending: not_on_list, over_capacity, not_open_to, guest
    pending_reason: Mapped[str | None] = mapped_column(String(20))
    #: UUID made by the client once per entry
    key: Mapped[str | None] = mapped_column(String(36))
    #: an earlier apology (请假)
    excused: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    #: why they were declined, in the organiser's words
    answer: Mapped[str | None] = mapped_column(String(500))
    #: where they are by the scans so far: the session they are in; None = not inside
    inside_session_id: Mapped[int | None] = mapped_column(ForeignKey("event_sessions.id"))
    #: the entry that stands for this one, where one person was on the roster twice (as a guest, or
    #: by an account that was merged): this one's scans and corrections count there
    joined_id: Mapped[int | None] = mapped_column(ForeignKey("roster_entries.id"), index=True)
    #: set by every scan, correction and decision; cleared when attendance was computed again
    stale_at: Mapped[datetime | None]


class Scan(Base):
    """One proof that somebody was at a session, in or out; never changed, never removed."""

    __tablename__ = "scans"
    __table_args__ = (
        Index("ix_scans_event_id_at", "event_id", "at"),
        Index("ix_scans_entry_id", "entry_id"),
        Index("ix_scans_session_id_received_at", "session_id", "received_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    session_id: Mapped[int] = mapped_column(ForeignKey("event_sessions.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("roster_entries.id"))
    #: in, out
    direction: Mapped[str] = mapped_column(String(5))
    #: when it happened: the arrival of a fresh code, else what the code's bucket says
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    #: room_code, typed_code, static_code, pass, door (search or number)
    source: Mapped[str] = mapped_column(String(20))
    #: accepted, already_checked_in, not_checked_in, pending: what the scanner was told
    outcome: Mapped[str] = mapped_column(String(30))
    #: who scanned (person:7, steward:3, guest:<claim>) and the client's UUID: repeats are harmless
    once: Mapped[str] = mapped_column(String(90), unique=True)
    #: seconds between the code's bucket and its arrival; None = door or static code
    code_age: Mapped[int | None]
    #: late, static_code
    marks: Mapped[list[str]]
    #: random id of the browser that scanned; serves flags only
    device: Mapped[str | None] = mapped_column(String(36))
    steward_id: Mapped[int | None] = mapped_column(ForeignKey("stewards.id"))
    #: who scanned; with a steward's phone, who was signed in on it besides
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Correction(Base):
    """A change of what the scans say: who, why, before, after. A later one stands before it."""

    __tablename__ = "corrections"
    __table_args__ = (
        UniqueConstraint("event_id", "key"),
        Index("ix_corrections_entry_id", "entry_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("event_sessions.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("roster_entries.id"))
    #: presence (was there from … to …), absence (was not there), reversal (that scan is void)
    verb: Mapped[str] = mapped_column(String(20))
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("scans.id"), unique=True)
    in_at: Mapped[datetime | None]
    out_at: Mapped[datetime | None]
    #: presence of that session as it was and as it became: [[in, out], …]
    before: Mapped[list[Any]]
    after: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(String(500))
    #: organiser, staff, self (a wrong scan undone by its owner)
    by_role: Mapped[str] = mapped_column(String(20))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    statement_id: Mapped[int | None] = mapped_column(ForeignKey("statements.id"), index=True)
    #: one bulk act; its file is the photo of the signed sheet
    batch: Mapped[str | None] = mapped_column(String(36), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    key: Mapped[str | None] = mapped_column(String(80))


class Statement(Base):
    """What somebody says about their presence: 我在场, or when they left (您几点离开？)."""

    __tablename__ = "statements"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        Index("ix_statements_event_id_state", "event_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("event_sessions.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("roster_entries.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    #: presence, leaving, dispute
    kind: Mapped[str] = mapped_column(String(20))
    in_at: Mapped[datetime | None]
    out_at: Mapped[datetime | None]
    words: Mapped[str] = mapped_column(Text)
    #: six-character code they noted down, and when; whether it was genuine at that time
    code: Mapped[str | None] = mapped_column(String(20))
    code_at: Mapped[datetime | None]
    code_fits: Mapped[bool | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"))
    #: a scan that came too late to count by itself: {direction, at, received_at, …}
    scan: Mapped[dict[str, Any] | None]
    #: open, accepted, declined; staff may answer again and overrule
    state: Mapped[str] = mapped_column(String(20))
    answer: Mapped[str | None] = mapped_column(String(500))
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    answered_at: Mapped[datetime | None]
    overruled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    key: Mapped[str | None] = mapped_column(String(36))


class Attendance(Base):
    """What scans and corrections come to for one roster entry; computed, never edited."""

    __tablename__ = "attendances"
    __table_args__ = (
        Index("ix_attendances_event_id", "event_id"),
        # whom the worker still has to tell what an event gave
        Index(
            "ix_attendances_untold",
            "event_id",
            sqlite_where=text(UNTOLD),
            postgresql_where=text(UNTOLD),
        ),
    )

    entry_id: Mapped[int] = mapped_column(ForeignKey("roster_entries.id"), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    #: [{session, in, out, open (no out-scan), inside (none is due yet), assumed (out by the
    #: policy), seconds}]
    presence: Mapped[list[Any]]
    first_in_at: Mapped[datetime | None]
    last_out_at: Mapped[datetime | None]
    #: credited whole minutes of the event
    minutes: Mapped[int]
    #: hundredths of 学时 of the event's kind by its owner's table
    hours: Mapped[int]
    #: steps of that conversion
    trace: Mapped[list[Any]]
    #: 1 organiser scanned, 2 self check-in, 3 roster or correction (assurance A, B, C)
    proof: Mapped[int | None]
    marks: Mapped[list[str]]
    #: [{code, …}] for a person to look at; never a verdict
    flags: Mapped[list[Any]]
    missing_out: Mapped[bool] = mapped_column(default=False)
    #: when 您几点离开？ was asked
    asked_at: Mapped[datetime | None]
    #: the record it became, when the entry has a person with a registration
    activity_id: Mapped[int | None] = mapped_column(ForeignKey("activities.id"), unique=True)
    #: why there is no record: guest, pending, no_registration, nothing, refused by the table
    held: Mapped[str | None] = mapped_column(String(40))
    computed_at: Mapped[datetime]
    #: hours that the person was told last; None = nothing yet, since nothing was final
    told_hours: Mapped[int | None]
