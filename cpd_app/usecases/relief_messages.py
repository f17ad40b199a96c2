"""What members are told about relief (granted, cut, refused, taken back) and about appeals."""

from dataclasses import replace
from datetime import date, datetime

from cpd_app.db import session
from cpd_app.domain.messages import MessageKind
from cpd_app.models import Appeal, Relief, ReliefGround
from cpd_app.usecases.messages import Draft, tell


def tell_relief(
    relief: Relief, variant: str, *, appeal_until_on: date | None = None, now: datetime
) -> None:
    """The society's word on a request."""
    if relief.person_id is not None:
        tell(_draft(relief, relief.person_id, variant, appeal_until_on), now=now)


def appeal_moved(relief: Relief, *, before_on: date, until_on: date) -> Draft | None:
    """A holiday moved the last day to appeal against the society's word."""
    if relief.person_id is None:
        return None
    draft = _draft(relief, relief.person_id, "appeal_moved", until_on)
    draft.data["before_on"] = before_on.isoformat()
    key = f"relief:{relief.id}:appeal_moved:{until_on.isoformat()}"
    return replace(draft, key=key)


def draft_of_all(relief: Relief, person_id: int, variant: str, version: int) -> Draft:
    """What one person is told of a relief for every registration of the society.

    `version`: of the relief when it was decided; what is told again later is the same message.
    """
    return _draft(relief, person_id, variant, None, version=version)


def tell_appeal(appeal: Appeal, *, upheld: bool, now: datetime) -> None:
    """What became of an appeal; an act is set aside only when a second person confirms it (§9)."""
    set_aside = "set_aside_act" if appeal.subject == "act" else "set_aside"
    variant = set_aside if upheld else "upheld"
    data = {"variant": variant, "about": appeal.subject, "appeal_id": appeal.id}
    tell(
        Draft(appeal.person_id, MessageKind.APPEAL, f"appeal:{appeal.id}", data, appeal.society_id),
        now=now,
    )


def _draft(
    relief: Relief,
    person_id: int,
    variant: str,
    appeal_until_on: date | None,
    *,
    version: int | None = None,
) -> Draft:
    ground = session.get_one(ReliefGround, relief.ground_id)
    data = {
        "variant": variant,
        "ground": ground.name,
        "ground_en": ground.name_en,
        "relief_id": relief.id,
    }
    if appeal_until_on is not None:
        data["appeal_until_on"] = appeal_until_on.isoformat()
    key = f"relief:{relief.id}:{version or relief.version}:{person_id}"
    return Draft(person_id, MessageKind.RELIEF, key, data, relief.society_id)
