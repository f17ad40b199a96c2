"""申诉: filed in time, decided by somebody who did not decide before, upheld or dismissed (§8, §9).

What can be appealed against stands in SUBJECTS: a module with `appealed` and `uphold`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.models import Appeal, AppealFile, Deadline, File, Person, Registration
from cpd_app.policy import Actor, Permission, Target, may, require
from cpd_app.storage import LocalFiles
from cpd_app.usecases import act_appeals, decisions, journal, relief_decisions
from cpd_app.usecases.appealed import Appealed
from cpd_app.usecases.attaching import attach_files, check_number
from cpd_app.usecases.deadlines import DeadlineKind, close_deadline, deadline_of, is_past
from cpd_app.usecases.files import Upload
from cpd_app.usecases.relief_messages import tell_appeal

__all__ = ["SUBJECTS", "Appealed"]

MOST_WORDS = 5000
MOST_REASON = 2000
PAGE = 50


class AppealState(StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


class Subject(Protocol):
    """What a module offers whose decisions can be appealed against."""

    def appealed(self, subject_id: int) -> Appealed:
        """Whom it concerns; NotFound when there is no such thing."""

    def uphold(
        self, actor: Actor, subject_id: int, *, reason: str, now: datetime, today: date
    ) -> object:
        """Do what follows when the appeal was right."""


#: name in addresses and in `Appeal.subject` -> module
SUBJECTS: dict[str, Subject] = {
    "relief": relief_decisions,
    "decision": decisions,
    "act": act_appeals,
}


@dataclass(frozen=True)
class Appealable:
    """Whether and until when something can be appealed against, and the appeal that was made."""

    deadline: Deadline | None
    appeal: Appeal | None
    #: the form is offered
    open: bool
    subject: str
    subject_id: int


@dataclass(frozen=True)
class Shown:
    """An appeal with everything its page shows."""

    appeal: Appeal
    registration: Registration
    files: tuple[File, ...]
    #: whether this actor may decide it: staff, not their own, not decided before
    may_decide: bool
    decided_before: bool
    against: Appealed


def file_appeal(
    actor: Actor,
    subject: str,
    subject_id: int,
    words: str,
    uploads: Sequence[Upload] = (),
    *,
    store: LocalFiles | None = None,
    now: datetime,
    today: date,
) -> Appeal:
    """Appeal against a refusal or an act until the last day; the certificate stays as it was.

    An open appeal is given back when it is sent again. Raises Rejected `missing`, `too_long`,
    `too_many_files`; Conflict `appeal_too_late`, `appealed_already`.
    """
    against = _own(actor, subject, subject_id)
    deadline = deadline_of(against.deadline_kind, subject_id)
    before = _last(subject, subject_id)
    if before is not None and before.state == AppealState.OPEN:
        return before
    if deadline is None or not _is_running(deadline, today):
        heard = before is not None and before.state != AppealState.WITHDRAWN
        raise Conflict("appealed_already" if heard else "appeal_too_late")
    _check_words(words, "words", MOST_WORDS)
    check_number(uploads)
    appeal = Appeal(
        society_id=against.society_id,
        registration_id=against.registration_id,
        person_id=against.person_id,
        subject=subject,
        subject_id=subject_id,
        words=words.strip(),
        state=AppealState.OPEN,
        filed_at=now,
    )
    session.add(appeal)
    session.flush()
    attach_files(
        actor,
        appeal.person_id,
        uploads,
        lambda file_id: AppealFile(appeal_id=appeal.id, file_id=file_id),
        store=store,
        now=now,
    )
    close_deadline(deadline, now=now)
    _note(actor, appeal, "appeal.filed", {"words": appeal.words}, now)
    return appeal


def withdraw_appeal(actor: Actor, appeal_id: int, *, now: datetime) -> Appeal:
    """Take an appeal back while it is open; until the last day another can be filed."""
    appeal = _held(actor, appeal_id, Permission.FILE_APPEAL)
    if appeal.state != AppealState.OPEN:
        raise Conflict("appeal_decided")
    appeal.state = AppealState.WITHDRAWN
    appeal.version += 1
    deadline = deadline_of(_against(appeal).deadline_kind, appeal.subject_id)
    if deadline is not None:
        deadline.closed_at = None
    _note(actor, appeal, "appeal.withdrawn", None, now)
    return appeal


def decide_appeal(
    actor: Actor,
    appeal_id: int,
    *,
    uphold: bool,
    reason: str,
    seen: int,
    now: datetime,
    today: date,
) -> Appeal:
    """Uphold or dismiss an appeal, always with a reason (Q20); what follows is the subject's.

    NotAllowed `decided_before` for who decided what it is against; Rejected `missing`, `too_long`;
    Conflict `appeal_decided`, `changed_meanwhile`.
    """
    appeal = _held(actor, appeal_id, Permission.DECIDE_APPEAL)
    if actor.person_id in _against(appeal).decided_by:
        raise NotAllowed("decided_before")
    if appeal.state != AppealState.OPEN:
        raise Conflict("appeal_decided")
    if appeal.version != seen:
        raise Conflict("changed_meanwhile")
    _check_words(reason, "reason", MOST_REASON)
    appeal.state = AppealState.UPHELD if uphold else AppealState.DISMISSED
    appeal.reason, appeal.decided_at, appeal.decided_by_id = reason.strip(), now, actor.person_id
    appeal.version += 1
    session.flush()
    _note(actor, appeal, f"appeal.{appeal.state}", {"reason": appeal.reason}, now)
    if uphold:
        subject = SUBJECTS[appeal.subject]
        subject.uphold(actor, appeal.subject_id, reason=appeal.reason, now=now, today=today)
    tell_appeal(appeal, upheld=uphold, now=now)
    return appeal


def appealable(subject: str, subject_id: int, *, today: date) -> Appealable:
    """What a page about the subject says of appeals; whoever calls has asked for permission."""
    deadline = deadline_of(SUBJECTS[subject].appealed(subject_id).deadline_kind, subject_id)
    return _appealable(subject, subject_id, deadline, _last(subject, subject_id), today)


def appealable_acts(registration_id: int, *, today: date) -> list[Appealable]:
    """The same of the acts on a certificate that can or could be appealed against, newest first.

    Whoever calls has asked for permission to see the certificate.
    """
    rows = session.execute(
        select(Deadline, Appeal)
        .outerjoin(Appeal, (Appeal.subject == "act") & (Appeal.subject_id == Deadline.subject_id))
        .where(
            Deadline.registration_id == registration_id, Deadline.kind == DeadlineKind.APPEAL_ACT
        )
        .order_by(Deadline.subject_id, Appeal.id)
    )
    # Of several appeals against one act, the newest is the last row and so the one that is kept.
    newest = {deadline.subject_id: (deadline, appeal) for deadline, appeal in rows}
    return [
        _appealable("act", act_id, deadline, appeal, today)
        for act_id, (deadline, appeal) in reversed(newest.items())
    ]


def open_appeal(subject: str, subject_id: int) -> int | None:
    """The appeal that waits for a decision on something; whoever calls may see the thing."""
    last = _last(subject, subject_id)
    return last.id if last is not None and last.state == AppealState.OPEN else None


def own_subject(
    actor: Actor, subject: str, subject_id: int, *, today: date
) -> tuple[Appealable, Appealed]:
    """The same for the person whom it concerns, before they write, and what it is."""
    against = _own(actor, subject, subject_id)
    return appealable(subject, subject_id, today=today), against


def appeal_shown(actor: Actor, appeal_id: int) -> Shown:
    """One appeal for the appellant and the society's staff."""
    appeal = _held(actor, appeal_id, Permission.READ_APPEAL)
    files = session.scalars(
        select(File)
        .join(AppealFile, AppealFile.file_id == File.id)
        .where(AppealFile.appeal_id == appeal.id)
        .order_by(AppealFile.id)
    )
    against = _against(appeal)
    before = actor.person_id in against.decided_by
    return Shown(
        appeal=appeal,
        registration=session.get_one(Registration, appeal.registration_id),
        files=tuple(files),
        may_decide=may(actor, Permission.DECIDE_APPEAL, _target(appeal)) and not before,
        decided_before=before,
        against=against,
    )


def society_appeals(
    actor: Actor, society_id: int, *, state: str = AppealState.OPEN, page: int = 1
) -> tuple[list[tuple[Appeal, Registration]], dict[str, int]]:
    """Appeals of a society in one state, the oldest first, and how many in each."""
    require(actor, Permission.READ_APPEAL, Target(societies=frozenset({society_id})))
    in_states = session.execute(
        select(Appeal.state, func.count())
        .where(Appeal.society_id == society_id)
        .group_by(Appeal.state)
    )
    rows = session.execute(
        select(Appeal, Registration)
        .join(Registration, Registration.id == Appeal.registration_id)
        .where(Appeal.society_id == society_id, Appeal.state == state)
        .options(joinedload(Registration.person).selectinload(Person.names))
        .order_by(Appeal.id)
        .limit(PAGE)
        .offset((max(page, 1) - 1) * PAGE)
    )
    return [(appeal, registration) for appeal, registration in rows], dict(in_states.all())


def _own(actor: Actor, subject: str, subject_id: int) -> Appealed:
    if subject not in SUBJECTS:
        raise NotFound
    against = SUBJECTS[subject].appealed(subject_id)
    target = Target(owner_id=against.person_id, societies=frozenset({against.society_id}))
    require(actor, Permission.FILE_APPEAL, target)
    return against


def _held(actor: Actor, appeal_id: int, permission: Permission) -> Appeal:
    appeal = session.get(
        Appeal,
        appeal_id,
        populate_existing=True,
        with_for_update=permission is not Permission.READ_APPEAL,
    )
    if appeal is None:
        raise NotFound
    require(actor, permission, _target(appeal))
    return appeal


def _against(appeal: Appeal) -> Appealed:
    return SUBJECTS[appeal.subject].appealed(appeal.subject_id)


def _target(appeal: Appeal) -> Target:
    return Target(owner_id=appeal.person_id, societies=frozenset({appeal.society_id}))


def _is_running(deadline: Deadline, today: date) -> bool:
    return deadline.closed_at is None and not is_past(deadline, today)


def _appealable(
    subject: str, subject_id: int, deadline: Deadline | None, appeal: Appeal | None, today: date
) -> Appealable:
    waiting = appeal is not None and appeal.state == AppealState.OPEN
    running = deadline is not None and _is_running(deadline, today)
    return Appealable(
        deadline, appeal, open=running and not waiting, subject=subject, subject_id=subject_id
    )


def _last(subject: str, subject_id: int) -> Appeal | None:
    return session.scalar(
        select(Appeal)
        .where(Appeal.subject == subject, Appeal.subject_id == subject_id)
        .order_by(Appeal.id.desc())
        .limit(1)
    )


def _check_words(words: str, name: str, most: int) -> None:
    if not words.strip():
        raise Rejected("missing", name)
    if len(words) > most:
        raise Rejected("too_long", name, most=most)


def _note(
    actor: Actor, appeal: Appeal, verb: str, values: dict[str, str] | None, now: datetime
) -> None:
    journal.record(
        actor,
        verb,
        "appeal",
        appeal.id,
        now=now,
        society_id=appeal.society_id,
        data={"subject": appeal.subject, "subject_id": appeal.subject_id},
        values=values,
    )
