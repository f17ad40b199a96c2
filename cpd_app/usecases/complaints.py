"""意见与投诉 (handbook Q40): anybody writes, keeps a receipt, and reads the answer with it."""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from cpd_app.db import session
from cpd_app.domain.complaints import (
    LEAST_CHARACTERS,
    MOST_CHARACTERS,
    ComplaintKind,
    ComplaintState,
    check_move,
    erased_before,
)
from cpd_app.domain.errors import Conflict, NotFound, Rejected, TooMany
from cpd_app.domain.numbers import (
    CODE_ALPHABET,
    CODE_LENGTH,
    grouped_code,
    normal_code,
    number_key,
)
from cpd_app.models import Complaint, Society
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import attempts, journal

NUMBER_LENGTH = 6
PAGE = 50
#: nobody in particular; the journal knows only that it came from outside
ANYBODY = Actor(person_id=None, origin="public")


@dataclass(frozen=True)
class NewComplaint:
    """What the form holds; `society` is a code, "" = the federation."""

    key: str
    kind: str
    society: str
    text: str
    registration_number: str | None = None
    name: str | None = None
    contact: str | None = None
    consent: bool = False


@dataclass(frozen=True)
class ComplaintReceipt:
    """What its sender writes down: the number, and the words that open the answer."""

    number: str
    secret: str
    received_at: datetime


@dataclass(frozen=True)
class Waiting:
    """A page of the letters at a desk, and how many there are."""

    complaints: list[Complaint]
    total: int
    open: int


def submit_complaint(new: NewComplaint, *, address: str, now: datetime) -> ComplaintReceipt:
    """Take a letter; the same form sent twice gives the first receipt again.

    Raises TooMany `too_many_complaints`, Rejected `complaint_text_short`, `complaint_text_long`,
    `complaint_kind_unknown`, `complaint_consent_missing`, NotFound `society_unknown`.
    """
    secret = _secret_of(new.key)
    key_hash = _digest(new.key)
    first = session.scalar(select(Complaint).where(Complaint.key_hash == key_hash))
    if first is not None:
        return ComplaintReceipt(first.number, secret, first.received_at)
    subject = attempts.subject("complaint_address", address)
    minutes = attempts.minutes_to_wait((subject,), now=now)
    if minutes:
        raise TooMany("too_many_complaints", minutes=minutes)
    _check(new)
    society_id = _society_id(new.society)
    row = Complaint(
        number=_new_number(now),
        secret_hash=_digest(normal_code(secret)),
        key_hash=key_hash,
        society_id=society_id,
        kind=new.kind,
        registration_number=new.registration_number,
        text=new.text.strip(),
        name=new.name,
        contact=new.contact,
        consent_at=now if new.consent and (new.name or new.contact) else None,
        state=ComplaintState.RECEIVED.value,
        received_at=now,
    )
    session.add(row)
    session.flush()
    attempts.note((subject,), now=now)
    journal.record(
        ANYBODY, "complaint.received", "complaint", row.id,
        now=now, society_id=society_id, data={"kind": row.kind},
    )  # fmt: skip
    return ComplaintReceipt(row.number, secret, now)


def new_key() -> str:
    """The key of a form, made when it is shown; nobody else learns it."""
    return str(uuid.uuid4())


def answer_with(number: str, secret: str, *, address: str, now: datetime) -> Complaint | None:
    """The letter with this number and these words; None when either is wrong.

    Call it inside a transaction: the attempt is counted. Raises TooMany `too_many_lookups`.
    """
    subject = attempts.subject("complaint_answer", address)
    minutes = attempts.minutes_to_wait((subject,), now=now)
    if minutes:
        raise TooMany("too_many_lookups", minutes=minutes)
    attempts.note((subject,), now=now)
    # both are compared in the database at once: a wrong number takes as long as wrong words
    return session.scalar(
        select(Complaint).where(
            Complaint.number == number_key(number)[:20],
            Complaint.secret_hash == _digest(normal_code(secret)),
        )
    )


def complaints_at(actor: Actor, society_id: int | None, *, page: int = 1) -> Waiting:
    """Letters about a society for its registrar, or to the federation; open ones first, by day."""
    require(actor, Permission.ANSWER_COMPLAINT, _target(society_id))
    here = _at(society_id)
    counts = {
        state: int(count)
        for state, count in session.execute(
            select(Complaint.state, func.count()).where(here).group_by(Complaint.state)
        )
    }
    listed = here if society_id is None else or_(here, Complaint.passed_from_id == society_id)
    passed = session.scalar(
        select(func.count())
        .select_from(Complaint)
        .where(Complaint.society_id.is_(None), Complaint.passed_from_id == society_id)
    ) if society_id is not None else 0  # fmt: skip
    rows = session.scalars(
        select(Complaint)
        .where(listed)
        .order_by(
            (Complaint.state == ComplaintState.ANSWERED.value),
            Complaint.society_id.is_(None),
            Complaint.received_at,
            Complaint.id,
        )
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    total = sum(counts.values())
    open_here = total - counts.get(ComplaintState.ANSWERED.value, 0)
    return Waiting(list(rows), total + (passed or 0), open_here)


def count_open(society_id: int | None) -> int:
    """How many wait for an answer at a desk."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Complaint)
            .where(_at(society_id), Complaint.state != ComplaintState.ANSWERED.value)
        )
        or 0
    )


def complaint_for(actor: Actor, complaint_id: int) -> Complaint:
    """One letter, for who answers it; NotFound elsewhere."""
    row = session.get(Complaint, complaint_id)
    if row is None:
        raise NotFound
    if row.society_id is None and not actor.is_federation:
        if row.passed_from_id is None:
            raise NotFound
        # whoever passed it on reads on what becomes of it
        require(actor, Permission.ANSWER_COMPLAINT, _target(row.passed_from_id))
        return row
    require(actor, Permission.ANSWER_COMPLAINT, _target(row.society_id))
    return row


def pass_on(
    actor: Actor, complaint_id: int, words: str, *, version: int, now: datetime
) -> Complaint:
    """Give a letter to the federation's committee (Q40): it lies there from now on.

    Name and contact were given to the society: its sender reads the answer with the receipt, so
    they do not go along (domain.md §11). Conflict `changed_meanwhile`, `complaint_answered`,
    `complaint_passed_on`; Rejected `complaint_text_long`.
    """
    row = _answerable(actor, complaint_id)
    if row.society_id is None:
        raise Conflict("complaint_passed_on")
    if len(words.strip()) > MOST_CHARACTERS:
        raise Rejected("complaint_text_long", "words", most=MOST_CHARACTERS)
    society_id = row.society_id
    _move(row, ComplaintState.PASSED_ON, version)
    row.society_id, row.passed_from_id = None, society_id
    row.passed_at, row.passed_by_id = now, actor.person_id
    row.passed_words = words.strip() or None
    row.taken_at = row.taken_by_id = None
    journal.record(
        actor, "complaint.passed_on", "complaint", row.id, now=now, society_id=society_id
    )
    return row


def sender_of(actor: Actor, row: Complaint) -> tuple[str | None, str | None]:
    """Name and contact for whom they were given to; none for the federation of another's letter."""
    hidden = row.passed_from_id is not None and row.passed_from_id not in actor.staff_of
    return (None, None) if hidden else (row.name, row.contact)


def _answerable(actor: Actor, complaint_id: int) -> Complaint:
    """A letter that lies at the actor's own desk."""
    row = complaint_for(actor, complaint_id)
    if row.society_id is None and not actor.is_federation:
        raise Conflict("complaint_passed_on")
    return row


def take_complaint(actor: Actor, complaint_id: int, *, version: int, now: datetime) -> Complaint:
    """Say that somebody looks into it. Conflict `changed_meanwhile`, `complaint_answered`."""
    row = _answerable(actor, complaint_id)
    _move(row, ComplaintState.IN_HAND, version)
    row.taken_at, row.taken_by_id = now, actor.person_id
    journal.record(
        actor, "complaint.taken", "complaint", row.id, now=now, society_id=row.society_id
    )
    return row


def answer_complaint(
    actor: Actor, complaint_id: int, answer: str, *, version: int, now: datetime
) -> Complaint:
    """Answer it, once. Rejected `complaint_answer_missing`, Conflict as above."""
    row = _answerable(actor, complaint_id)
    words = answer.strip()
    if not words:
        raise Rejected("complaint_answer_missing", "answer")
    if len(words) > MOST_CHARACTERS:
        raise Rejected("complaint_text_long", "answer", most=MOST_CHARACTERS)
    _move(row, ComplaintState.ANSWERED, version)
    row.answer, row.answered_at, row.answered_by_id = words, now, actor.person_id
    journal.record(
        actor, "complaint.answered", "complaint", row.id, now=now, society_id=row.society_id
    )
    return row


def erase_old(*, now: datetime) -> int:
    """Take words, name and contact out of what was answered long ago; returns of how many."""
    erased = session.execute(
        update(Complaint)
        .where(is_due_for_erasure(now))
        .values(
            text=None,
            name=None,
            contact=None,
            registration_number=None,
            answer=None,
            passed_words=None,
            erased_at=now,
        )
    )
    return int(erased.rowcount)  # type: ignore[attr-defined]


def is_due_for_erasure(now: datetime) -> ColumnElement[bool]:
    """Letters whose words were answered long ago and still stand."""
    return and_(Complaint.answered_at < erased_before(now), Complaint.erased_at.is_(None))


def societies_to_choose() -> list[Society]:
    """Whom a letter can be about, in order of their names."""
    return list(session.scalars(select(Society).order_by(Society.name)))


def society_of(complaint: Complaint) -> Society | None:
    """Whom a letter is about; None = the federation."""
    return None if complaint.society_id is None else session.get(Society, complaint.society_id)


def passed_from(complaint: Complaint) -> Society | None:
    """The society that passed a letter on; None = nobody did."""
    found = complaint.passed_from_id
    return None if found is None else session.get(Society, found)


def _move(row: Complaint, after: ComplaintState, version: int) -> None:
    check_move(ComplaintState(row.state), after)
    done = session.execute(
        update(Complaint)
        .where(Complaint.id == row.id, Complaint.version == version)
        .values(state=after.value, version=version + 1)
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        raise Conflict("changed_meanwhile")
    session.refresh(row)


def _check(new: NewComplaint) -> None:
    if new.kind not in set(ComplaintKind):
        raise Rejected("complaint_kind_unknown", "kind")
    length = len(new.text.strip())
    if length < LEAST_CHARACTERS:
        raise Rejected("complaint_text_short", "text", least=LEAST_CHARACTERS)
    if length > MOST_CHARACTERS:
        raise Rejected("complaint_text_long", "text", most=MOST_CHARACTERS)
    if (new.name or new.contact) and not new.consent:
        raise Rejected("complaint_consent_missing", "consent")


def _society_id(code: str) -> int | None:
    if not code:
        return None
    found = session.scalar(select(Society.id).where(Society.code == code))
    if found is None:
        raise Rejected("society_unknown", "society")
    return found


def _at(society_id: int | None) -> ColumnElement[bool]:
    if society_id is None:
        return Complaint.society_id.is_(None)
    return Complaint.society_id == society_id


def _target(society_id: int | None) -> Target:
    return Target() if society_id is None else Target(societies=frozenset({society_id}))


def _new_number(now: datetime) -> str:
    part = "".join(secrets.choice(CODE_ALPHABET) for _ in range(NUMBER_LENGTH))
    return f"TS{now.year}-{part}"


def _secret_of(key: str) -> str:
    """Twelve characters out of the form's key: the same form has the same ones."""
    number = int.from_bytes(hashlib.sha256(f"complaint\0{key}".encode()).digest())
    characters = []
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(CODE_ALPHABET))
        characters.append(CODE_ALPHABET[place])
    return grouped_code("".join(characters))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
