"""Audit of a filing: readers, judgements, returns, verification, decisions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cpd_app.models.base import Base
from cpd_app.models.evidence import File


class Reader(Base):
    """Somebody who reads a file: its reader, its countersigner, or who decides an appeal."""

    __tablename__ = "readers"
    __table_args__ = (
        Index("ix_readers_filing_id", "filing_id"),
        Index("ix_readers_person_id_ended_at", "person_id", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    #: reader, countersigner
    part: Mapped[str] = mapped_column(String(20))
    assigned_at: Mapped[datetime]
    #: None = by the balanced assignment
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    #: outside experts see the file until this day (inclusive); None = staff
    until_on: Mapped[date | None]
    opened_at: Mapped[datetime | None]
    #: done with it: everything that must be judged is judged, and a proposal made
    finished_at: Mapped[datetime | None]
    #: no longer reads it: conflict declared, replaced, or left
    ended_at: Mapped[datetime | None]
    #: conflict, replaced, left
    end_reason: Mapped[str | None] = mapped_column(String(20))
    end_words: Mapped[str | None] = mapped_column(String(500))


class Judgement(Base):
    """What a reader says of one record; a later one replaces it, none is overwritten."""

    __tablename__ = "judgements"
    __table_args__ = (
        Index("ix_judgements_filing_id_replaced_at", "filing_id", "replaced_at"),
        UniqueConstraint("filing_id", "key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id"))
    #: the record as it was filed
    record_id: Mapped[int] = mapped_column(ForeignKey("snapshot_records.id"), index=True)
    #: UUID made by the reader's browser once per judgement: repeats are harmless
    key: Mapped[str | None] = mapped_column(String(36))
    #: accepted, reduced, rejected, evidence_wanted; taken_back (undo)
    verdict: Mapped[str] = mapped_column(String(20))
    #: hundredths of 学时 that are recognised
    hours: Mapped[int]
    #: code of the template it came from, and the words the member reads
    reason_code: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class ReasonTemplate(Base):
    """Words that readers of a society use again and again; without a society: the default."""

    __tablename__ = "reason_templates"

    id: Mapped[int] = mapped_column(primary_key=True)
    society_id: Mapped[int | None] = mapped_column(ForeignKey("societies.id"), index=True)
    code: Mapped[str] = mapped_column(String(40))
    #: reduced, rejected, evidence_wanted
    verdict: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(String(300))
    text_en: Mapped[str] = mapped_column(String(300))
    position: Mapped[int] = mapped_column(default=0)


class FileReturn(Base):
    """退回补正: sent back to the member with a list, 10 working days to answer (handbook Q19)."""

    __tablename__ = "file_returns"

    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id"), index=True)
    words: Mapped[str] = mapped_column(Text)
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    #: open, answered, unanswered, withdrawn
    state: Mapped[str] = mapped_column(String(20))
    answered_at: Mapped[datetime | None]
    #: answered after its last day
    late: Mapped[bool] = mapped_column(default=False)
    #: the member asked for more time, and why
    extension_asked_at: Mapped[datetime | None]
    extension_words: Mapped[str | None] = mapped_column(Text)
    #: who gave it, and why
    extended_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    extension_reason: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)

    items: Mapped[list["ReturnItem"]] = relationship(order_by="ReturnItem.id", lazy="selectin")


class ReturnItem(Base):
    """One point of a return: about a record, or about the file as a whole."""

    __tablename__ = "return_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey("file_returns.id"), index=True)
    #: None = the file as a whole (summary, signed page …)
    record_id: Mapped[int | None] = mapped_column(ForeignKey("snapshot_records.id"))
    asks: Mapped[str] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    #: last time words or files of the answer were kept
    answered_at: Mapped[datetime | None]

    attached: Mapped[list["AnswerFile"]] = relationship(order_by="AnswerFile.id", lazy="selectin")

    @property
    def files(self) -> list[int]:
        """Ids of the member's files that came with the answer."""
        return [row.file_id for row in self.attached]

    @property
    def is_answered(self) -> bool:
        """Whether anything was said or attached."""
        return bool(self.answer or self.attached)


class AnswerFile(Base):
    """A file that answers a point of a return; staff of the society may open it."""

    __tablename__ = "answer_files"
    __table_args__ = (UniqueConstraint("item_id", "file_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("return_items.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), index=True)

    file: Mapped[File] = relationship(lazy="joined")


class Verification(Base):
    """核实: a letter to a unit about named records; the file's clock stands still (§8)."""

    __tablename__ = "verifications"

    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id"), index=True)
    #: number on the letter
    number: Mapped[str] = mapped_column(String(40), unique=True)
    unit: Mapped[str] = mapped_column(String(160))
    #: ids of snapshot_records
    records: Mapped[list[Any]]
    words: Mapped[str] = mapped_column(Text)
    sent_on: Mapped[date]
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    answered_on: Mapped[date | None]
    #: when that was written down
    answered_at: Mapped[datetime | None]
    #: confirmed, denied, no_answer
    outcome: Mapped[str | None] = mapped_column(String(20))
    answer: Mapped[str | None] = mapped_column(Text)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    #: the member's own words on it
    member_words: Mapped[str | None] = mapped_column(Text)
    member_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)


class Decision(Base):
    """What the society decided on a filing: proposed by one, in force when confirmed by another."""

    __tablename__ = "decisions"
    __table_args__ = (Index("ix_decisions_filing_id_state", "filing_id", "state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id"))
    #: number on the letter; given when it comes into force
    number: Mapped[str | None] = mapped_column(String(40), unique=True)
    #: passed, conditional, refused
    outcome: Mapped[str] = mapped_column(String(20))
    #: reasons in words, always given (handbook Q20)
    reasons: Mapped[str] = mapped_column(Text)
    #: of a conditional one: [{year, hours}] to make up (hundredths), and until when
    make_up: Mapped[list[Any]]
    make_up_until_on: Mapped[date | None]
    #: proposed, in_force, sent_back, set_aside
    state: Mapped[str] = mapped_column(String(20))
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    #: what it rests on: [{record, judgement or null, hours}] of every record that was filed
    results: Mapped[list[Any]]
    #: why a proposal was sent back or a decision set aside, by whom
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    #: files passed together
    bulk_id: Mapped[int | None] = mapped_column(ForeignKey("bulk_passes.id"), index=True)
    #: the certificate term it led to
    term_id: Mapped[int | None] = mapped_column(ForeignKey("terms.id"))
    version: Mapped[int] = mapped_column(default=1)


class BulkPass(Base):
    """Files whose every counted hour is A–D, passed together by two people (§8)."""

    __tablename__ = "bulk_passes"

    id: Mapped[int] = mapped_column(primary_key=True)
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"), index=True)
    #: proposed, confirmed, withdrawn
    state: Mapped[str] = mapped_column(String(20))
    proposed_at: Mapped[datetime]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    #: who confirmed or withdrew it
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    #: files that could not be passed with the others: [{filing, reason}]
    left_out: Mapped[list[Any]]
    version: Mapped[int] = mapped_column(default=1)


class FileProgress(Base):
    """How far the reading of a file is, for the queue; written with what changes it."""

    __tablename__ = "file_progress"

    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id"), primary_key=True)
    #: snapshots that were looked at: a supplement makes it old
    snapshots: Mapped[int]
    records: Mapped[int]
    #: records that must be judged, and of them those that are
    needed: Mapped[int]
    judged: Mapped[int]
    #: records by kind of flag
    flags: Mapped[dict[str, Any]]
    rated_at: Mapped[datetime]


class CrossMatch(Base):
    """A file or achievement also used in another society; both answer, or the federation (§11)."""

    __tablename__ = "cross_matches"
    __table_args__ = (UniqueConstraint("kind", "registration_id", "other_registration_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: same_file, same_achievement
    kind: Mapped[str] = mapped_column(String(20))
    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id"), index=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"))
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"), index=True)
    other_registration_id: Mapped[int] = mapped_column(ForeignKey("registrations.id"), index=True)
    other_society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"), index=True)
    found_at: Mapped[datetime] = mapped_column(index=True)
    #: same, different; None = not settled
    outcome: Mapped[str | None] = mapped_column(String(20))
    settled_at: Mapped[datetime | None]
    #: of the federation; None: the two societies agreed
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    #: why, where the federation settled it
    settled_words: Mapped[str | None] = mapped_column(String(500))
    version: Mapped[int] = mapped_column(default=1)


class MatchAnswer(Base):
    """What one society says of a match; its words are for the federation only."""

    __tablename__ = "match_answers"

    match_id: Mapped[int] = mapped_column(ForeignKey("cross_matches.id"), primary_key=True)
    society_id: Mapped[int] = mapped_column(ForeignKey("societies.id"), primary_key=True)
    #: same, different
    answer: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(500))
    by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
