"""An act of the register as the subject of an appeal: who decided it, and how it is set aside."""

from datetime import date, datetime

from cpd_app.db import session
from cpd_app.domain.certificates import APPEALABLE, OWN_WISH, ActKind
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.models import CertificateAct, Registration
from cpd_app.policy import Actor
from cpd_app.usecases.act_history import last_act_id
from cpd_app.usecases.acts import NewAct, act
from cpd_app.usecases.appealed import Appealed
from cpd_app.usecases.certificate_messages import TRANSFER
from cpd_app.usecases.deadlines import DeadlineKind


def appealed(subject_id: int) -> Appealed:
    """An act that can be appealed; Rejected `not_annullable` for any other one."""
    row = session.get(CertificateAct, subject_id)
    if row is None:
        raise NotFound
    own = row.reason_code in {*OWN_WISH, TRANSFER}
    if ActKind(row.kind) not in APPEALABLE or own:
        raise Rejected("not_annullable")
    registration = session.get_one(Registration, row.registration_id)
    decided_by = {row.proposed_by_id, row.confirmed_by_id} - {None}
    return Appealed(
        society_id=row.society_id,
        registration_id=row.registration_id,
        person_id=registration.person_id,
        decided_by=frozenset(i for i in decided_by if i is not None),
        deadline_kind=DeadlineKind.APPEAL_ACT,
        page_id=row.registration_id,
    )


def uphold(
    actor: Actor, subject_id: int, *, reason: str, now: datetime, today: date
) -> CertificateAct:
    """The appeal is right: an annulment is proposed, which a second person confirms (§9).

    It rests on what the act rested on, and its document is the decision on the appeal.
    """
    row = session.get(CertificateAct, subject_id)
    if row is None:
        raise NotFound
    return act(
        actor,
        row.registration_id,
        NewAct(
            ActKind.ANNULLED,
            "appeal_upheld",
            today,
            legal_basis=row.legal_basis or "",
            document_no=row.document_no or f"#{row.id}",
            reason=reason,
            annuls_id=row.id,
            seen=last_act_id(row.registration_id),
        ),
        now=now,
        today=today,
    )
