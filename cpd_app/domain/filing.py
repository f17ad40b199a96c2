"""Filing for re-registration: its receipt number, the pages a society asks for, and its risk."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from cpd_app.domain.audits import OPEN, FilingState
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.domain.snapshots import FrozenRecord

#: letters that a person or paper of the society stands behind (domain.md §5)
VOUCHED = frozenset("ABCD")


class Page(StrEnum):
    """A page that the member may upload with a filing."""

    SIGNED = "signed"
    """本人签字."""
    STAMPED = "stamped"
    """单位意见、盖章."""


class Asked(StrEnum):
    """How a society wants such a page."""

    OFF = "off"
    OPTIONAL = "optional"
    REQUIRED = "required"


#: unless the society's settings (`filing_pages`) say otherwise [DEFAULT]
PAGES = {Page.SIGNED: Asked.OPTIONAL, Page.STAMPED: Asked.OPTIONAL}


def pages_of(settings: Mapping[str, Any]) -> dict[Page, Asked]:
    """How a society wants each page."""
    chosen = settings.get("filing_pages", {})
    return {page: Asked(chosen.get(page.value, default)) for page, default in PAGES.items()}


def check_pages(wanted: Mapping[Page, Asked], brought: Mapping[Page, bool]) -> None:
    """Refuse a filing without a page that the society requires: `page_missing`."""
    for page, asked in wanted.items():
        if asked is Asked.REQUIRED and not brought.get(page):
            raise Rejected("page_missing", page.value)


def receipt_number(society_code: str, year: int, sequence: int) -> str:
    """As the member reads it: CSEE-2027-000123; unique, with gaps."""
    return f"{society_code.upper()}-{year}-{sequence:06d}"


def risk_of(records: Iterable[FrozenRecord]) -> int:
    """Share of the counted hours, in per cent, that nobody but the member stands behind (E, F)."""
    counted = [r for r in records if r.recognised]
    total = sum(r.recognised for r in counted)
    alone = sum(r.recognised for r in counted if r.assurance not in VOUCHED or r.marks)
    return round(100 * alone / total) if total else 100


def check_withdrawal(state: FilingState, *, opened: bool) -> None:
    """Refuse to take back what a reader has seen, or what is decided: `filing_opened`."""
    if opened or state not in {FilingState.FILED, FilingState.READING}:
        raise Conflict("filing_opened")


def check_supplement(state: FilingState, *, over: bool) -> None:
    """Refuse a supplement after the term or once it is decided: `supplement_closed`."""
    if over or state not in OPEN or state is FilingState.CONDITIONAL:
        raise Conflict("supplement_closed")
