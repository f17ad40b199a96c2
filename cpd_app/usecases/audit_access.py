"""Which filing, for whom: its readers of today, and the one place that asks for permission."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound
from cpd_app.domain.review import AuditSettings
from cpd_app.models import Filing, Reader, Society
from cpd_app.policy import Actor, Permission, Target, require


def held_filing(actor: Actor, filing_id: int, permission: Permission, *, today: date) -> Filing:
    """The filing, when the actor may do this to it; NotFound for everybody who is no colleague."""
    filing = session.get(Filing, filing_id)
    if filing is None:
        raise NotFound
    require(actor, permission, target_of(filing, today=today))
    return filing


def target_of(filing: Filing, *, today: date) -> Target:
    """Whose it is, which society it lies in, who reads it on this day."""
    readers = session.scalars(
        select(Reader.person_id).where(Reader.filing_id == filing.id, reads_on(today))
    )
    return Target(
        owner_id=filing.person_id,
        societies=frozenset({filing.society_id}),
        readers=frozenset(readers),
    )


def reads_on(today: date) -> ColumnElement[bool]:
    """The condition for readers whose part has neither ended nor run out."""
    return and_(Reader.ended_at.is_(None), or_(Reader.until_on.is_(None), Reader.until_on >= today))


def readers_of(filing_ids: Iterable[int], *, today: date) -> dict[int, list[Reader]]:
    """Who reads these files today, in order of assignment; one statement."""
    found: dict[int, list[Reader]] = {}
    rows = session.scalars(
        select(Reader)
        .where(Reader.filing_id.in_(list(filing_ids)), reads_on(today))
        .order_by(Reader.id)
    )
    for row in rows:
        found.setdefault(row.filing_id, []).append(row)
    return found


def settings_of(society_id: int) -> AuditSettings:
    """What the society says about its audits."""
    return AuditSettings.of(session.get_one(Society, society_id).settings)
