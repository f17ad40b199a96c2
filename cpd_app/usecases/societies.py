"""Societies (获授权学会): how one comes into an installation."""

import re
from datetime import date, datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.models import Society
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal, signing

CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
YEAR_KINDS = ("certificate", "calendar")


def add_society(
    actor: Actor,
    code: str,
    name: str,
    name_en: str,
    *,
    began_on: date,
    now: datetime,
    year_kind: str = "certificate",
    is_demo: bool = False,
) -> Society:
    """Add a society with its signing key.

    `began_on`: years that ended before it are never marked late (domain.md §4).

    Raises Rejected `society_code_bad`, `name_missing`, Conflict `society_exists`.
    """
    require(actor, Permission.CHANGE_ROLE, Target())
    wanted = code.strip().lower()
    if not CODE.fullmatch(wanted):
        raise Rejected("society_code_bad", "code")
    if not name.strip() or not name_en.strip():
        raise Rejected("name_missing", "name")
    if session.scalar(select(Society.id).where(Society.code == wanted)) is not None:
        raise Conflict("society_exists")
    row = Society(
        code=wanted,
        name=name.strip(),
        name_en=name_en.strip(),
        year_kind=year_kind,
        began_on=began_on,
        settings={},
        is_demo=is_demo,
    )
    session.add(row)
    session.flush()
    journal.record(actor, "society.added", "society", row.id, now=now, society_id=row.id)
    signing.create_key(actor, row.id, now=now)
    return row


def society_of_code(code: str) -> Society:
    """The society of a code; raises NotFound `society_unknown`."""
    found = session.scalar(select(Society).where(Society.code == code.strip().lower()))
    if found is None:
        raise NotFound("society_unknown")
    return found
