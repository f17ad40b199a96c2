"""A reader judges one record of a file: the last word counts, none is overwritten (§8)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update

from cpd_app.db import session
from cpd_app.domain.audits import FilingState
from cpd_app.domain.conversion import convert
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.program import Conversion
from cpd_app.domain.review import NEEDS_REASON, Verdict, check_judgeable, hours_of
from cpd_app.models import FileProgress, Filing, Judgement, SnapshotRecord
from cpd_app.policy import Actor, Permission
from cpd_app.usecases import journal
from cpd_app.usecases.audit_access import held_filing, settings_of
from cpd_app.usecases.credits_shown import names_of
from cpd_app.usecases.filed_records import Reading, reading_of
from cpd_app.usecases.rules_in_force import compiled


@dataclass(frozen=True)
class NewJudgement:
    """What a reader says of a record."""

    verdict: Verdict
    #: hundredths of 学时 that are left, for `reduced`; None takes them from `minutes`
    hours: int | None = None
    #: net minutes as the evidence shows them
    minutes: int | None = None
    reason: str = ""
    reason_code: str | None = None
    #: UUID made by the reader's browser once per judgement: repeats are harmless
    key: str | None = None
    #: id of the judgement in force that the reader saw; 0 = none
    seen: int = 0


@dataclass(frozen=True)
class Told:
    """What came of a judgement."""

    judgement: Judgement
    reading: Reading


def judge_record(
    actor: Actor, filing_id: int, record_id: int, said: NewJudgement, *, now: datetime, today: date
) -> Told:
    """Accept, reduce or reject a record, or want evidence of it; the reason goes to the member.

    Raises Rejected `reason_needed`, `reduced_hours`; Conflict `judged_meanwhile` when somebody else
    decided since the reader looked, `filing_state` when the file is no longer with readers.
    """
    filing = _judgeable(actor, filing_id, today=today)
    known = _by_key(filing_id, said.key)
    if known is not None:
        return Told(known, reading_of(filing_id, settings_of(filing.society_id)))
    record = _record(filing_id, record_id)
    reason = said.reason.strip()
    if said.verdict in NEEDS_REASON and not reason:
        raise Rejected("reason_needed", "reason")
    hours = _hours(record, said)
    before = _in_force(record_id)
    _check_seen(actor, before, said.seen)
    row = _add(actor, filing, record_id, said, hours, reason, before, now=now)
    return Told(row, _note_progress(filing))


def take_back(
    actor: Actor,
    filing_id: int,
    *,
    now: datetime,
    today: date,
    record_id: int | None = None,
    key: str | None = None,
) -> Told:
    """Undo the actor's last judgement of a file, or theirs on one record: it is not judged again.

    Raises NotFound `nothing_to_undo`.
    """
    filing = _judgeable(actor, filing_id, today=today)
    known = _by_key(filing_id, key)
    if known is not None:
        return Told(known, reading_of(filing_id, settings_of(filing.society_id)))
    statement = select(Judgement).where(
        Judgement.filing_id == filing_id,
        Judgement.by_id == actor.person_id,
        Judgement.replaced_at.is_(None),
        Judgement.verdict != Verdict.TAKEN_BACK,
    )
    if record_id is not None:
        statement = statement.where(Judgement.record_id == record_id)
    last = session.scalars(
        statement.order_by(Judgement.at.desc(), Judgement.id.desc()).limit(1)
    ).first()
    if last is None:
        raise NotFound("nothing_to_undo")
    said = NewJudgement(Verdict.TAKEN_BACK, key=key)
    row = _add(actor, filing, last.record_id, said, 0, "", last, now=now)
    return Told(row, _note_progress(filing))


def converted(record: SnapshotRecord, minutes: int) -> Conversion:
    """The hours of a record if it had lasted so many minutes, by the rules it was filed under.

    Raises Rejected as the conversion does (`too_many_minutes`, `unknown_field` …).
    """
    content = record.content
    if content is None:
        raise NotFound
    rule_set = compiled(record.rule_version_id)
    flat = {
        "kind": record.kind,
        "started_on": content["started_on"],
        "ended_on": record.ended_on,
        **content["fields"],
        "minutes": minutes,
    }
    flat.pop("days", None)
    return convert(rule_set, flat)


def converted_hours(
    actor: Actor, filing_id: int, record_id: int, minutes: int, *, today: date
) -> tuple[SnapshotRecord, Conversion]:
    """The same for a reader's page: the record and what the minutes on its evidence would give."""
    held_filing(actor, filing_id, Permission.READ_AUDIT, today=today)
    record = _record(filing_id, record_id)
    return record, converted(record, minutes)


def _judgeable(actor: Actor, filing_id: int, *, today: date) -> Filing:
    """The filing, locked against others who judge it at this moment."""
    filing = held_filing(actor, filing_id, Permission.JUDGE_RECORD, today=today)
    session.execute(update(Filing).where(Filing.id == filing_id).values(version=Filing.version + 1))
    session.refresh(filing, ["state", "version"])
    check_judgeable(FilingState(filing.state))
    return filing


def _record(filing_id: int, record_id: int) -> SnapshotRecord:
    record = session.get(SnapshotRecord, record_id)
    if record is None or record.filing_id != filing_id:
        raise NotFound
    return record


def _by_key(filing_id: int, key: str | None) -> Judgement | None:
    if key is None:
        return None
    return session.scalar(
        select(Judgement).where(Judgement.filing_id == filing_id, Judgement.key == key)
    )


def _in_force(record_id: int) -> Judgement | None:
    return session.scalar(
        select(Judgement).where(Judgement.record_id == record_id, Judgement.replaced_at.is_(None))
    )


def _check_seen(actor: Actor, before: Judgement | None, seen: int) -> None:
    if before is None or before.id == seen or before.by_id == actor.person_id:
        return  # one's own earlier word is known to oneself
    if before.verdict == Verdict.TAKEN_BACK and seen == 0:
        return
    name = names_of([before.by_id]).get(before.by_id, "")
    raise Conflict("judged_meanwhile", name=name)


def _hours(record: SnapshotRecord, said: NewJudgement) -> int:
    reduced_to = said.hours
    step = compiled(record.rule_version_id).step
    if said.verdict is Verdict.REDUCED and reduced_to is None and said.minutes is not None:
        reduced_to = min(converted(record, said.minutes).hours, record.recognised)
    return hours_of(said.verdict, record.recognised, reduced_to, step=step)


def _add(
    actor: Actor,
    filing: Filing,
    record_id: int,
    said: NewJudgement,
    hours: int,
    reason: str,
    before: Judgement | None,
    *,
    now: datetime,
) -> Judgement:
    if before is not None:
        before.replaced_at = now
    row = Judgement(
        filing_id=filing.id,
        record_id=record_id,
        key=said.key,
        verdict=said.verdict.value,
        hours=hours,
        reason_code=said.reason_code,
        reason=reason,
        by_id=actor.person_id,
        at=now,
    )
    session.add(row)
    session.flush()
    journal.record(
        actor,
        "record.judged",
        "filing",
        filing.id,
        now=now,
        society_id=filing.society_id,
        data={
            "record": record_id,
            "judgement": row.id,
            "verdict": row.verdict,
            "hours": hours,
            "replaces": before.id if before else None,
        },
        values={"reason": reason} if reason else None,
    )
    return row


def _note_progress(filing: Filing) -> Reading:
    reading = reading_of(filing.id, settings_of(filing.society_id))
    session.execute(
        update(FileProgress)
        .where(FileProgress.filing_id == filing.id)
        .values(needed=reading.needed, judged=reading.done)
    )
    return reading
