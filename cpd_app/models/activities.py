"""What members did (activities) and what each registration makes of it (credits, rulings)."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cpd_app.models.base import Base


class Activity(Base):
    """One thing a member did; it belongs to the person, never to a society."""

    __tablename__ = "activities"
    __table_args__ = (
        UniqueConstraint("person_id", "key"),
        Index("ix_activities_person_id_ended_on", "person_id", "ended_on"),
        Index("ix_activities_achievement", "achievement_norm", "person_id"),
    )

    #: the record number: the order of entry (domain.md §4); a correction keeps it
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    #: draft, proposed, recorded, withdrawn
    state: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    organiser: Mapped[str | None] = mapped_column(String(160))
    place: Mapped[str | None] = mapped_column(String(160))
    started_on: Mapped[date]
    #: the finishing day, as printed on the evidence; decides the CPD year
    ended_on: Mapped[date]
    #: optional times of day; only records that carry them can overlap
    starts_at_time: Mapped[time | None]
    ends_at_time: Mapped[time | None]
    #: the kind's own fields, JSON numbers and strings as in the API
    fields: Mapped[dict[str, Any]]
    achievement_key: Mapped[str | None] = mapped_column(String(160))
    #: NFKC, case folded, without white space; None = no key
    achievement_norm: Mapped[str | None] = mapped_column(String(160))
    #: codes of the five competences
    competences: Mapped[list[str]]
    reflection: Mapped[str | None] = mapped_column(Text)
    #: UUID made by the client once per record: repeats are harmless
    key: Mapped[str | None] = mapped_column(String(36))
    #: hash of the body that came with the key
    key_body_hash: Mapped[str | None] = mapped_column(String(64))
    #: self, import, society, organiser
    source: Mapped[str] = mapped_column(String(20))
    #: name of the source as shown ("示范电机工程学会 导入 2026-10-01")
    source_name: Mapped[str | None] = mapped_column(String(160))
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"), index=True)
    #: the event whose attendance or agenda made it; such a record is not edited but disputed
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"), index=True)
    #: how presence was proved: 1 organiser's scan, 2 own scan, 3 roster or correction (§5)
    presence: Mapped[int | None]
    #: marks from attendance that stand beside the letter: late, static_code, flagged
    presence_marks: Mapped[list[str] | None]
    #: stretches of presence that counted, in the event's local time: [[from, to], …]; by them,
    #: and not by the times of day, an event's record overlaps others
    attended: Mapped[list[Any] | None]
    #: the other record said to be a different activity though it overlaps, with a word why
    different_from: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    updated_at: Mapped[datetime]
    #: the day it became a record (a draft's day does not count), for late_entry
    entered_on: Mapped[date]
    #: optimistic lock; every change adds one
    version: Mapped[int] = mapped_column(default=1)

    credits: Mapped[list["Credit"]] = relationship(back_populates="activity")


class ActivityChange(Base):
    """One change of a record as its owner sees it: who, when, which fields from what."""

    __tablename__ = "activity_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    #: logged, corrected, withdrawn, restored, accepted, merged, ruled, recalculated, evidence…
    verb: Mapped[str] = mapped_column(String(40))
    #: {field: [before, after]}
    changed: Mapped[dict[str, Any]]


class Credit(Base):
    """学时认定: activity × registration whose term holds the finishing day."""

    __tablename__ = "credits"
    __table_args__ = (
        UniqueConstraint("activity_id", "registration_id"),
        Index("ix_credits_registration_id_year", "registration_id", "term_id", "year_index"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey("activities.id"))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"))
    #: None = outside every term
    term_id: Mapped[int | None] = mapped_column(ForeignKey("terms.id"), index=True)
    #: 1 … 5 (6 with calendar years); None = outside every term
    year_index: Mapped[int | None]
    #: the year it makes up for instead of the one of its finishing day: `term_id` and `year_index`
    #: are then these two. Bound by the member or staff while a deferral (id of the relief) or the
    #: make-up of a decision (id of the decision) is open
    bound_term_id: Mapped[int | None] = mapped_column(ForeignKey("terms.id"), index=True)
    bound_year: Mapped[int | None]
    #: deferral, make_up
    bound_source: Mapped[str | None] = mapped_column(String(20))
    bound_source_id: Mapped[int | None]
    rule_version_id: Mapped[int] = mapped_column(ForeignKey("rule_versions.id"), index=True)
    #: the member took this registration out
    left_out: Mapped[bool] = mapped_column(default=False)
    #: hundredths of 学时: the record by itself
    conversion: Mapped[int]
    #: hundredths: what the member claims
    claimed: Mapped[int]
    #: hundredths: after counts-once, deduction and year cap
    recognised: Mapped[int]
    #: steps of the conversion, as data
    trace: Mapped[list[Any]]
    #: why recognised differs from conversion, as data: [{code, …}]
    reasons: Mapped[list[Any]]
    #: hours fixed by staff for a kind that needs a ruling; None = waiting or not needed
    ruled: Mapped[int | None]
    needs_ruling: Mapped[bool] = mapped_column(default=False, index=True)
    #: staff looked at the documents (assurance D)
    checked_at: Mapped[datetime | None]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    #: 学会认定: hundredths that a decision on a filing left of it at most; None = not decided
    confirmed: Mapped[int | None]
    confirmed_at: Mapped[datetime | None]
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"), index=True)

    activity: Mapped[Activity] = relationship(back_populates="credits")


class Ruling(Base):
    """认定: staff fix the hours of a record whose kind needs it; a precedent others can search."""

    __tablename__ = "rulings"

    id: Mapped[int] = mapped_column(primary_key=True)
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"), index=True)
    #: None when the record was changed or moved out of the registration; the precedent stays
    credit_id: Mapped[int | None] = mapped_column(ForeignKey("credits.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    #: what was ruled on in general words, without the member's name; this is what is searched
    subject: Mapped[str] = mapped_column(String(200))
    asked: Mapped[int]
    granted: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    #: a later ruling on the same credit replaces an earlier one
    replaced_at: Mapped[datetime | None]
