"""What members are told about relief (granted, cut, refused, taken back) and about appeals."""

from datetime import date, datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.messages import MessageKind
from cpd_app.models import Appeal, Registration, Relief, ReliefGround, Term
from cpd_app.usecases.act_effects import LIVING
from cpd_app.usecases.messages import Draft, tell, tell_all


def tell_relief(
    relief: Relief, variant: str, *, appeal_until_on: date | None = None, now: datetime
) -> None:
    """The society's word on a request."""
    if relief.person_id is not None:
        tell(_draft(relief, relief.person_id, variant, appeal_until_on), now=now)


def tell_relief_of_all(relief: Relief, variant: str, *, now: datetime) -> int:
    """The same of a relief for every registration of the society; how many people were told."""
    reached = (
        select(Registration.person_id)
        .join(Term, Term.registration_id == Registration.id)
        .where(Registration.society_id == relief.society_id, Term.state.in_(LIVING))
    )
    if relief.granted_from_on is not None and relief.granted_to_on is not None:
        reached = reached.where(
            Term.starts_on < relief.granted_to_on, Term.ends_on > relief.granted_from_on
        )
    people = session.scalars(reached.distinct().order_by(Registration.person_id)).all()
    return tell_all((_draft(relief, one, variant, None) for one in people), now=now)


def tell_appeal(appeal: Appeal, *, upheld: bool, now: datetime) -> None:
    """What became of an appeal; an act is set aside only when a second person confirms it (§9)."""
    set_aside = "set_aside_act" if appeal.subject == "act" else "set_aside"
    variant = set_aside if upheld else "upheld"
    data = {"variant": variant, "about": appeal.subject, "appeal_id": appeal.id}
    tell(
        Draft(appeal.person_id, MessageKind.APPEAL, f"appeal:{appeal.id}", data, appeal.society_id),
        now=now,
    )


def _draft(relief: Relief, person_id: int, variant: str, appeal_until_on: date | None) -> Draft:
    ground = session.get_one(ReliefGround, relief.ground_id)
    data = {
        "variant": variant,
        "ground": ground.name,
        "ground_en": ground.name_en,
        "relief_id": relief.id,
    }
    if appeal_until_on is not None:
        data["appeal_until_on"] = appeal_until_on.isoformat()
    key = f"relief:{relief.id}:{relief.version}:{person_id}"
    return Draft(person_id, MessageKind.RELIEF, key, data, relief.society_id)
