"""Ending every way in that an account has: sign-ins, tokens, codes, calendars, phones at a door."""

from datetime import datetime
from typing import Any

from sqlalchemy import update

from cpd_app.db import session
from cpd_app.models import ApiToken, CalendarFeed, OneTimeCode, Steward
from cpd_app.usecases.signin import end_all_sign_ins


def end_sign_ins_and_tokens(person_id: int, *, now: datetime) -> None:
    """End what lets somebody in as this person; the caller writes the journal."""
    end_all_sign_ins(person_id, now=now)
    for owner in (ApiToken.person_id, OneTimeCode.person_id):
        _revoke(owner, person_id, now)


def end_access(person_id: int, *, now: datetime) -> None:
    """The same, and what goes on without signing in: private calendars, phones at a door."""
    end_sign_ins_and_tokens(person_id, now=now)
    for owner in (CalendarFeed.person_id, Steward.created_by_id):
        _revoke(owner, person_id, now)


def _revoke(owner: Any, person_id: int, now: datetime) -> None:
    table = owner.class_
    session.execute(
        update(table)
        .where(owner == person_id, table.revoked_at.is_(None))
        .values(revoked_at=now)
        .execution_options(synchronize_session="fetch")
    )
