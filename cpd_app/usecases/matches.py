"""Files and achievements also used in another society: both references (domain.md §11)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from cpd_app.db import session
from cpd_app.models import CrossMatch, Registration, Society
from cpd_app.policy import Actor, Permission, Target, require

#: newest first; older ones were settled long ago
MOST = 200


@dataclass(frozen=True)
class Match:
    """One match: what it is about, and the two registrations; never a name, record or file."""

    kind: str
    found_at: datetime
    number: str
    society: str
    society_en: str
    other_number: str
    other_society: str
    other_society_en: str


def cross_matches(actor: Actor) -> list[Match]:
    """What the federation can ask two societies about."""
    require(actor, Permission.READ_MATCHES, Target())
    other, other_society = aliased(Registration), aliased(Society)
    rows = session.execute(
        select(
            CrossMatch.kind,
            CrossMatch.found_at,
            Registration.number,
            Society.name,
            Society.name_en,
            other.number.label("other_number"),
            other_society.name.label("other_name"),
            other_society.name_en.label("other_name_en"),
        )
        .join(Registration, Registration.id == CrossMatch.registration_id)
        .join(Society, Society.id == CrossMatch.society_id)
        .join(other, other.id == CrossMatch.other_registration_id)
        .join(other_society, other_society.id == CrossMatch.other_society_id)
        .order_by(CrossMatch.found_at.desc(), CrossMatch.id.desc())
        .limit(MOST)
    )
    return [Match(*row) for row in rows]
