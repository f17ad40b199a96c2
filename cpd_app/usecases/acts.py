"""Acts of the register: suspend, resume, cancel, revoke a certificate, and set such an act aside.

Whatever an act changes (state, bar, messages) is changed in the transaction that publishes it.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import update

from cpd_app.db import session
from cpd_app.domain.certificates import (
    APPEALABLE,
    ASKABLE,
    OWN_WISH,
    ActKind,
    at_end,
    check_day,
    check_reason,
    kind_of,
    needs_two,
    state_after,
    state_without,
)
from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.domain.renewal import CertificateState
from cpd_app.models import CertificateAct, Registration
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.storage import LocalFiles
from cpd_app.usecases import journal
from cpd_app.usecases.act_effects import set_bar, set_messages, set_states
from cpd_app.usecases.act_history import (
    OPEN,
    act_of_key,
    acts_of,
    as_done,
    last_act_id,
    last_change_on,
    open_proposal,
    term_acted_on,
)
from cpd_app.usecases.act_papers import attach_paper
from cpd_app.usecases.certificate_messages import TRANSFER, tell_act, tell_wish_declined
from cpd_app.usecases.credits import lock
from cpd_app.usecases.deadlines import (
    APPEAL_DAYS,
    DeadlineKind,
    close_deadline,
    deadline_of,
    set_deadline,
)
from cpd_app.usecases.files import Upload
from cpd_app.usecases.registrations_shown import readable_registration
from cpd_app.usecases.transfers_undone import check_transfer_ended, undo_transfer

MOST_REASON = 1000
MOST_BASIS = 200
MOST_NUMBER = 80
#: kinds that must say on which clause they rest, and in which document
FOUNDED = frozenset({ActKind.CANCELLED, ActKind.REVOKED, ActKind.ANNULLED, ActKind.SUSPENDED})


@dataclass(frozen=True)
class NewAct:
    """What a registrar writes into the form of an act."""

    kind: str
    reason_code: str
    effective_on: date
    #: clause that it rests on, published with the act
    legal_basis: str = ""
    #: number of the document (文号)
    document_no: str = ""
    #: words for the member's letter, never published
    reason: str = ""
    #: of an annulment: the act it sets aside
    annuls_id: int | None = None
    #: the newest act that the form knew of; None = none
    seen: int | None = None
    #: UUID of the form: sent twice it acts once
    key: str | None = None


def with_kind(new: NewAct, kind: ActKind, annuls_id: int | None) -> NewAct:
    """The form's input as the page it stands on means it."""
    return replace(new, kind=kind.value, annuls_id=annuls_id)


def act_of(actor: Actor, act_id: int) -> CertificateAct:
    """One act of a society's member, for its staff."""
    row = session.get(CertificateAct, act_id)
    if row is None:
        raise NotFound
    registration = readable_registration(actor, row.registration_id)
    target = Target(owner_id=registration.person_id, societies=frozenset({row.society_id}))
    require(actor, Permission.CONFIRM_ACT, target)
    return row


def act(
    actor: Actor,
    registration_id: int,
    new: NewAct,
    paper: Upload | None = None,
    *,
    store: LocalFiles | None = None,
    now: datetime,
    today: date,
) -> CertificateAct:
    """Do an act; one that needs two people is proposed and waits for the second.

    `paper` is the signed document, which may be missing.

    Raises Rejected `act_not_possible`, `unknown_reason`, `missing`, `effective_…`, `later_act`;
    Conflict `acted_meanwhile`, `proposal_open`.
    """
    kind = kind_of(new.kind)
    # whoever hears an appeal sets its act aside; the register's other acts are the registrar's
    permission = Permission.CONFIRM_ACT if kind is ActKind.ANNULLED else (
        Permission.ACT_ON_CERTIFICATE
    )  # fmt: skip
    registration = _held(actor, registration_id, permission)
    if new.key is not None and (done := act_of_key(registration.id, new.key)) is not None:
        return done
    if new.seen != last_act_id(registration.id):
        raise Conflict("acted_meanwhile")
    if open_proposal(registration.id) is not None:
        raise Conflict("proposal_open")
    row = _row(actor, registration, kind, new, now=now, today=today)
    session.add(row)
    attach_paper(actor, row, paper, store=store, now=now)
    session.flush()
    if new.reason_code == TRANSFER:
        row.state = "consented"  # in force when the other society takes the member in
        _note(actor, row, "consented", now=now)
    elif needs_two(kind):
        _note(actor, row, "proposed", now=now)
    else:
        enforce(actor, registration, row, now=now, today=today)
    return row


def confirm_act(
    actor: Actor, act_id: int, *, version: int, now: datetime, today: date
) -> CertificateAct:
    """The second person: the act is in force and public from this moment.

    Raises NotAllowed `same_person`, Conflict `acted_meanwhile`, Rejected when it fits no more.
    """
    row, registration = _proposal(actor, act_id, "proposed", Permission.CONFIRM_ACT, version)
    if row.proposed_by_id == actor.person_id:
        raise NotAllowed("same_person")
    row.confirmed_by_id, row.confirmed_at = actor.person_id, now
    enforce(actor, registration, row, now=now, today=today)
    return row


def drop_act(actor: Actor, act_id: int, *, version: int, now: datetime) -> CertificateAct:
    """Let a proposal or a member's wish go: nothing was published, nothing changes."""
    found = session.get(CertificateAct, act_id)
    state = found.state if found is not None and found.state in OPEN else "proposed"
    row, registration = _proposal(actor, act_id, state, Permission.CONFIRM_ACT, version)
    row.state = "dropped"
    _note(actor, row, "dropped", now=now)
    if state == "asked":
        tell_wish_declined(registration, row, now=now)
    return row


def ask_act(
    actor: Actor, registration_id: int, kind_code: str, reason: str, *, now: datetime, today: date
) -> CertificateAct:
    """A member asks to suspend, resume or give up their certificate; the registrar acts on it."""
    kind = kind_of(kind_code)
    registration = _held(actor, registration_id, Permission.ASK_ACT)
    if kind not in ASKABLE:
        raise Rejected("act_not_possible", "kind")
    if open_proposal(registration.id) is not None:
        raise Conflict("proposal_open")
    new = NewAct(kind, ASKABLE[kind], today, reason=reason)
    row = _row(actor, registration, kind, new, now=now, today=today, founded=False)
    row.state = "asked"
    session.add(row)
    session.flush()
    _note(actor, row, "asked", now=now)
    return row


def take_back_wish(actor: Actor, act_id: int, *, now: datetime) -> int:
    """The member no longer wants it; returns whose registration it was."""
    row = session.get(CertificateAct, act_id)
    if row is None:
        raise NotFound
    _held(actor, row.registration_id, Permission.ASK_ACT)
    session.refresh(row)
    if row.state != "asked":
        raise Conflict("acted_meanwhile")
    row.state = "dropped"
    row.version += 1
    _note(actor, row, "dropped", now=now)
    return row.registration_id


def grant_wish(
    actor: Actor,
    act_id: int,
    new: NewAct,
    paper: Upload | None = None,
    *,
    version: int,
    store: LocalFiles | None = None,
    now: datetime,
    today: date,
) -> CertificateAct:
    """Do what a member asked for, on the basis that the registrar names."""
    row, registration = _proposal(actor, act_id, "asked", Permission.ACT_ON_CERTIFICATE, version)
    kind = ActKind(row.kind)
    term = term_acted_on(registration, today)
    check_day(
        new.effective_on,
        begins_on=term.starts_on,
        last_act_on=last_change_on(registration.id),
        today=today,
    )
    row.effective_on = new.effective_on
    row.legal_basis, row.document_no = _foundation(kind, new)
    row.confirmed_by_id, row.confirmed_at = actor.person_id, now
    attach_paper(actor, row, paper, store=store, now=now)
    enforce(actor, registration, row, now=now, today=today)
    return row


def _row(
    actor: Actor,
    registration: Registration,
    kind: ActKind,
    new: NewAct,
    *,
    now: datetime,
    today: date,
    founded: bool = True,
) -> CertificateAct:
    """The row of an act that is possible now; it is not in force yet."""
    check_reason(kind, new.reason_code)
    term = term_acted_on(registration, today)
    present = at_end(CertificateState(term.state), term.ends_on, today)
    effective_on = new.effective_on
    if kind is ActKind.ANNULLED:
        state_without(as_done(acts_of(registration.id)), new.annuls_id or 0, present)
        check_transfer_ended(session.get_one(CertificateAct, new.annuls_id))
        effective_on = today
    else:
        state_after(present, kind)
        check_day(
            effective_on,
            begins_on=term.starts_on,
            last_act_on=last_change_on(registration.id),
            today=today,
        )
    reason = new.reason.strip()
    if len(reason) > MOST_REASON:
        raise Rejected("too_long", "reason", most=MOST_REASON)
    if needs_two(kind) and not reason:
        raise Rejected("missing", "reason")
    basis, number = _foundation(kind, new) if founded else (None, None)
    return CertificateAct(
        society_id=registration.society_id,
        registration_id=registration.id,
        term_id=term.id,
        key=new.key,
        kind=kind.value,
        reason_code=new.reason_code,
        reason=reason or None,
        legal_basis=basis,
        document_no=number,
        effective_on=effective_on,
        state="proposed",
        former_state=present.value,
        former_barred_on=registration.person.barred_on,
        annuls_id=new.annuls_id if kind is ActKind.ANNULLED else None,
        proposed_at=now,
        proposed_by_id=actor.person_id,
    )


def _foundation(kind: ActKind, new: NewAct) -> tuple[str | None, str | None]:
    """Clause and document; Rejected `missing` where the kind must name them."""
    basis, number = " ".join(new.legal_basis.split()), " ".join(new.document_no.split())
    if len(basis) > MOST_BASIS:
        raise Rejected("too_long", "legal_basis", most=MOST_BASIS)
    if len(number) > MOST_NUMBER:
        raise Rejected("too_long", "document_no", most=MOST_NUMBER)
    if kind in FOUNDED and not basis:
        raise Rejected("missing", "legal_basis")
    if needs_two(kind) and not number:
        raise Rejected("missing", "document_no")
    return basis or None, number or None


def enforce(
    actor: Actor, registration: Registration, row: CertificateAct, *, now: datetime, today: date
) -> None:
    """Bring an act in force: states, bar, messages, publication, appeal, journal."""
    kind = ActKind(row.kind)
    term = term_acted_on(registration, today)
    row.term_id = term.id
    present = at_end(CertificateState(term.state), term.ends_on, today)
    annulled = session.get(CertificateAct, row.annuls_id) if row.annuls_id else None
    if annulled is not None:
        after = state_without(as_done(acts_of(registration.id)), annulled.id, present)
        row.effective_on = today
        annulled.state = "annulled"
        annulled.version += 1
        close_deadline(deadline_of(DeadlineKind.APPEAL_ACT, annulled.id), now=now)
    else:
        after = state_after(present, kind)
        row.former_state, row.former_barred_on = present.value, registration.person.barred_on
    row.state, row.published_at = "in_force", now
    row.version += 1
    set_states(registration, since=term.starts_on, state=after, today=today)
    session.flush()
    set_bar(registration.person)
    set_messages(registration.person, now=now)
    if annulled is not None:
        undo_transfer(actor, registration, annulled, now=now)
    until = None
    if kind in APPEALABLE and row.reason_code not in {*OWN_WISH, TRANSFER}:
        until = set_deadline(
            DeadlineKind.APPEAL_ACT,
            row.id,
            delivered_on=today,
            work_days=APPEAL_DAYS,
            society_id=row.society_id,
            registration_id=registration.id,
            person_id=registration.person_id,
        ).due_on
    _note(actor, row, kind.value, now=now)
    tell_act(registration, row, appeal_until_on=until, now=now)


def _held(actor: Actor, registration_id: int, permission: Permission) -> Registration:
    """The registration, held until the end of the transaction; its acts come one by one."""
    registration = readable_registration(actor, registration_id)
    target = Target(owner_id=registration.person_id, societies=frozenset({registration.society_id}))
    require(actor, permission, target)
    lock(registration.id)
    session.refresh(registration)
    for term in registration.terms:
        session.refresh(term)
    return registration


def _proposal(
    actor: Actor, act_id: int, state: str, permission: Permission, version: int
) -> tuple[CertificateAct, Registration]:
    """A proposal as the person saw it, taken so that nobody else can take it too."""
    row = session.get(CertificateAct, act_id)
    if row is None:
        raise NotFound
    registration = _held(actor, row.registration_id, permission)
    taken = session.execute(
        update(CertificateAct)
        .where(
            CertificateAct.id == act_id,
            CertificateAct.state == state,
            CertificateAct.version == version,
        )
        .values(version=CertificateAct.version + 1)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("acted_meanwhile")
    session.refresh(row)
    return row, registration


def _note(actor: Actor, row: CertificateAct, verb: str, *, now: datetime) -> None:
    names = ("reason", "legal_basis", "document_no")
    values = {name: text for name in names if (text := getattr(row, name))}
    journal.record(
        actor,
        f"certificate.{verb}",
        "registration",
        row.registration_id,
        now=now,
        society_id=row.society_id,
        data={
            "act": row.id,
            "kind": row.kind,
            "term": row.term_id,
            "former": row.former_state,
            "effective_on": row.effective_on.isoformat(),
            "annuls": row.annuls_id,
            "file": row.document_file_id,
        },
        values=values or None,
    )
