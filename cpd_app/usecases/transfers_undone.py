"""A transfer that was set aside (更正): the registration that was left takes records again.

Two societies made it, so both unmake it: the one that took the member in ends its registration
first, then the act of the other can be annulled. From that day the ended registration takes no
more records (`places.terms_of`), and the first one takes all that was entered meanwhile.
"""

from datetime import datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import Rejected
from cpd_app.models import CertificateAct, Registration, Term
from cpd_app.policy import Actor
from cpd_app.usecases import journal
from cpd_app.usecases.act_effects import LIVING
from cpd_app.usecases.certificate_messages import TRANSFER
from cpd_app.usecases.registrations import replace_credits
from cpd_app.usecases.transferred_findings import carry_findings


def check_transfer_ended(annulled: CertificateAct) -> None:
    """Rejected `transfer_stands` while a registration lives that the transfer led to."""
    made = _made_by(annulled)
    while made is not None:
        if any(term.state in LIVING for term in made.terms):
            raise Rejected("transfer_stands")
        onward = select(Registration).where(Registration.transferred_from_id == made.id)
        made = session.scalar(onward.order_by(Registration.id.desc()).limit(1))


def undo_transfer(
    actor: Actor, registration: Registration, annulled: CertificateAct, *, now: datetime
) -> None:
    """Place the records anew after the act was annulled; nothing when it was no transfer."""
    made = _made_by(annulled)
    if made is None:
        return
    check_transfer_ended(annulled)
    term = session.get_one(Term, annulled.term_id)
    session.flush()
    replace_credits(actor, registration.person_id, since=term.starts_on, now=now)
    carried = carry_findings(actor, made, registration, now=now)
    journal.record(
        actor,
        "registration.returned",
        "registration",
        registration.id,
        now=now,
        society_id=registration.society_id,
        data={"left": made.id, "act": annulled.id, "findings": carried},
    )


def _made_by(act: CertificateAct) -> Registration | None:
    """The registration that a transfer began; None: the act is no transfer."""
    if act.reason_code != TRANSFER:
        return None
    return session.scalar(
        select(Registration)
        .where(
            Registration.transferred_from_id == act.registration_id,
            Registration.created_at == act.confirmed_at,
        )
        .order_by(Registration.id.desc())
        .limit(1)
    )
