"""How long values of a filing, of the journal and of imports are kept, and when they go (§11).

Ids, codes, hours, days and digests are kept for ever: they are what totals and proofs rest on.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from cpd_app.domain.years import months_after

#: evidence and values until a year after the decision [DEFAULT, domain-sources.md §6]
KEPT_MONTHS = 12
#: an import can be undone for so long after it was confirmed; then nobody needs what its rows said
UNDO = timedelta(days=90)
#: a preview that nobody confirmed, or a file that could not be read
PREVIEW = timedelta(days=30)


class Kept(StrEnum):
    """Why values stay."""

    OPEN = "open"
    """The filing is with the society, or has hours to be made up."""
    APPEAL = "appeal"
    """An appeal that rests on it is open."""
    RETENTION = "retention"
    """Less than a year has gone since the decision."""


def can_be_undone(confirmed_at: datetime, now: datetime) -> bool:
    """Whether an import can still be taken back."""
    return now < confirmed_at + UNDO


def kept_until(closed_on: date) -> date:
    """The first day on which values may be erased."""
    return months_after(closed_on, KEPT_MONTHS)


def reason_to_keep(*, is_open: bool, appealed: bool, closed_on: date, today: date) -> Kept | None:
    """Why the values of a filing stay; None when they may be erased.

    `closed_on`: the day of the decision or of the withdrawal.
    """
    if is_open:
        return Kept.OPEN
    if appealed:
        return Kept.APPEAL
    return Kept.RETENTION if today < kept_until(closed_on) else None
