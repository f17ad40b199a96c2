"""What acts of the register change: the state of terms, the bar on a person, their messages."""

from datetime import date, datetime

from sqlalchemy import or_, select

from cpd_app.db import session
from cpd_app.domain.certificates import STOPS_MESSAGES, ActKind, at_end, bar_of
from cpd_app.domain.renewal import CertificateState
from cpd_app.models import CertificateAct, Person, Registration, Role, Term
from cpd_app.usecases.access_ends import end_access
from cpd_app.usecases.act_history import DONE

#: states in which somebody is still a member
LIVING = frozenset({"active", "suspended"})


def set_states(
    registration: Registration, *, since: date, state: CertificateState, today: date
) -> None:
    """Give a certificate and what follows it a state; an ended one expires instead."""
    for term in registration.terms:
        if term.starts_on >= since:
            term.state = at_end(state, term.ends_on, today).value


def set_bar(person: Person) -> None:
    """The lifelong bar as the revocations that stand make it (Q14); none is left when none does."""
    revoked = session.scalars(
        select(CertificateAct)
        .join(Registration, Registration.id == CertificateAct.registration_id)
        .where(
            Registration.person_id == person.id,
            CertificateAct.kind == ActKind.REVOKED.value,
            CertificateAct.state.in_(DONE),
        )
        .order_by(CertificateAct.id)
    ).all()
    if revoked:
        standing = [a.effective_on for a in revoked if a.state == "in_force"]
        person.barred_on = bar_of(revoked[0].former_barred_on, standing)


def set_messages(person: Person, *, now: datetime) -> None:
    """Nothing is sent to the dead, nor to whoever resigned from the last registration (§9).

    With the messages end sign-ins, tokens, calendars and phones; whoever resigned may sign in
    again to take their records along.
    """
    rows = session.execute(
        select(CertificateAct.reason_code, CertificateAct.state)
        .join(Registration, Registration.id == CertificateAct.registration_id)
        .where(
            Registration.person_id == person.id,
            CertificateAct.kind == ActKind.CANCELLED.value,
            CertificateAct.reason_code.in_(STOPS_MESSAGES),
            CertificateAct.state.in_(DONE),
        )
    ).all()
    if not rows:
        return
    standing = {reason for reason, state in rows if state == "in_force"}
    stops = "death" in standing or (bool(standing) and not _is_member(person.id))
    if stops and person.messages_stopped_at is None:
        person.messages_stopped_at = now
        # Who resigned and still works for a society goes on signing in.
        if "death" in standing or not _has_role(person.id, now):
            end_access(person.id, now=now)
    elif not stops:
        person.messages_stopped_at = None


def _has_role(person_id: int, now: datetime) -> bool:
    running = or_(Role.ends_on.is_(None), Role.ends_on > now.date())
    role = select(Role.id).where(Role.person_id == person_id, running).limit(1)
    return session.scalar(role) is not None


def _is_member(person_id: int) -> bool:
    return (
        session.scalar(
            select(Term.id)
            .join(Registration, Registration.id == Term.registration_id)
            .where(Registration.person_id == person_id, Term.state.in_(LIVING))
            .limit(1)
        )
        is not None
    )
