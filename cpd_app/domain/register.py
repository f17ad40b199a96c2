"""The register's rules: levels, the length of a term, and which term may follow another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from cpd_app.domain.errors import Rejected
from cpd_app.domain.renewal import WINDOW_DAYS, CertificateState
from cpd_app.domain.years import five_year_term

#: a first day outside these years is a slip of the hand
CERTIFICATE_YEARS = range(1950, 2201)


class Level(StrEnum):
    """见习 · 专业 · 资深 (handbook Q3), lowest first."""

    APPRENTICE = "apprentice"
    PROFESSIONAL = "professional"
    SENIOR = "senior"


#: no new term follows one that ended so (domain.md §9)
CLOSED = frozenset({CertificateState.CANCELLED, CertificateState.REVOKED})


@dataclass(frozen=True, slots=True)
class CertificateTerm:
    """A certificate term as these rules see it; half-open."""

    level: Level
    starts_on: date
    ends_on: date
    state: CertificateState = CertificateState.ACTIVE


def level_of(text: str) -> Level:
    """The level of a code; Rejected `unknown_level`."""
    try:
        return Level(text)
    except ValueError:
        raise Rejected("unknown_level", "level", level=text) from None


def state_of(text: str) -> CertificateState:
    """The state of a code; Rejected `unknown_state`."""
    try:
        return CertificateState(text)
    except ValueError:
        raise Rejected("unknown_state", "state", state=text) from None


def term_of(level: Level, starts_on: date, ends_on: date | None) -> CertificateTerm:
    """A term of five years unless its end is given; never longer (handbook Q27).

    Raises Rejected `bad_date` for a year that no certificate has, `ends_before_start`,
    `term_too_long`.
    """
    if starts_on.year not in CERTIFICATE_YEARS:
        raise Rejected("bad_date", "starts_on", found=starts_on.isoformat())
    longest = five_year_term(starts_on).ends_on
    ends_on = ends_on or longest
    if ends_on <= starts_on:
        raise Rejected("ends_before_start", "ends_on")
    if ends_on > longest:
        raise Rejected("term_too_long", "ends_on", last=longest - timedelta(days=1))
    return CertificateTerm(level, starts_on, ends_on)


def check_no_overlap(terms: Sequence[CertificateTerm], new: CertificateTerm) -> None:
    """Two terms of one registration never hold the same day; Rejected `terms_overlap`."""
    for term in terms:
        if term.starts_on < new.ends_on and new.starts_on < term.ends_on:
            raise Rejected("terms_overlap", "starts_on", starts_on=term.starts_on)


def reregistered(last: CertificateTerm, today: date) -> CertificateTerm:
    """The term after a re-registration: five years from the old end, same level (handbook Q28).

    Also when it was decided later; not before the filing window (domain.md §7, §8).
    """
    _check_open(last)
    opens_on = last.ends_on - timedelta(days=WINDOW_DAYS)
    if today < opens_on:
        raise Rejected("window_not_open", "starts_on", opens_on=opens_on)
    return term_of(last.level, last.ends_on, None)


def upgraded(last: CertificateTerm, starts_on: date) -> tuple[CertificateTerm, date]:
    """The term after 晋级, one level up, and the day on which the old term now ends.

    The new certificate takes the old one's place, so their terms do not overlap; source:
    handbook Q34, Q35, the cut [DEFAULT].
    """
    _check_open(last)
    if last.state is CertificateState.SUSPENDED:
        raise Rejected("certificate_suspended", "starts_on")
    levels = list(Level)
    above = levels.index(last.level) + 1
    if above == len(levels):
        raise Rejected("highest_level", "level")
    if not last.starts_on < starts_on <= last.ends_on:
        raise Rejected(
            "upgrade_outside_term",
            "starts_on",
            first=last.starts_on + timedelta(days=1),
            last=last.ends_on,
        )
    return term_of(levels[above], starts_on, None), starts_on


def takes_record(left_on: date | None, ended_on: date, entered_on: date) -> bool:
    """Whether a registration that was left by a transfer still credits a record (domain.md §9).

    What was finished before `left_on` and entered until then stays with the society that was left;
    all else is the new registration's alone. None = not left.
    """
    return left_on is None or (ended_on < left_on and entered_on <= left_on)


def _check_open(last: CertificateTerm) -> None:
    if last.state in CLOSED:
        raise Rejected("certificate_closed", "starts_on")
