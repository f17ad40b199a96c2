"""催办: what a member is asked for, how often, and why somebody is left out (domain.md §10)."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from cpd_app.domain.renewal import Check, Readiness, State

#: nobody is reminded by staff twice within this time, whichever way
AGAIN_AFTER = timedelta(days=7)
#: certificates that end within so many months can be chosen
MONTHS = (1, 3, 6, 12)
#: checks that the member themselves can mend; the others wait for the society
ASKED = (
    "years_met",
    "audit_proof",
    "evidence",
    "returns",
    "society_membership",
    "summary",
    "expiry",
)
#: what a check says -> the gap it is, where several sentences are one gap
SAYS = {
    "year_short": "gap_year_short",
    "year_behind": "gap_year_behind",
    "not_audit_proof": "gap_not_audit_proof",
    "evidence_missing": "gap_evidence",
    "return_open": "gap_return",
    "return_overdue": "gap_return_overdue",
    "membership_unknown": "gap_membership_unknown",
    "membership_lapsed": "gap_membership_lapsed",
    "membership_ends": "gap_membership_ends",
    "summary_missing": "gap_summary",
    "summary_short": "gap_summary_length",
    "summary_long": "gap_summary_length",
    "expires_soon": "gap_not_filed",
    "expired": "gap_not_filed",
}
#: names of values as messages write them: hours and days are told by their endings
_NAMES = {"missing": "missing_hours", "until": "until_on"}


class Way(StrEnum):
    """How staff remind."""

    MESSAGE = "message"
    """By the service, in the inbox and by the channels the person chose."""
    CSV = "csv"
    """As a row of a file for an SMS platform."""


class LeftOut(StrEnum):
    """Why somebody who was chosen is not reminded."""

    RECENTLY = "recently"
    """Reminded within AGAIN_AFTER, by whomever and for whichever registration of the society."""
    SAME_PERSON = "same_person"
    """Chosen with another registration of theirs, for which they are reminded."""
    NOTHING = "nothing"
    """Nothing is missing that they could mend."""
    SILENT = "silent"
    """Nothing is sent to them any more (death, resignation)."""
    NO_PHONE = "no_phone"
    """No number to send an SMS to."""
    ONESELF = "oneself"
    """Nobody reminds themselves."""
    GONE = "gone"
    """No longer a registration of this society that can be renewed."""


class Outcome(StrEnum):
    """What came of a call."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    WILL_FILE = "will_file"
    GIVES_UP = "gives_up"


@dataclass(frozen=True)
class Gap:
    """One thing that is missing: code of its words and the values in them."""

    code: str
    values: dict[str, Any] = field(default_factory=dict)

    def as_kept(self) -> dict[str, Any]:
        """As the data of a message holds it: JSON only, `…_on` an ISO day, `…_hours` hundredths."""
        return {"code": self.code, "values": self.values}


def gaps_of(readiness: Readiness, *, activated: bool) -> list[Gap]:
    """What the member can mend, blockers first; an account that nobody has opened comes first."""
    opened = [] if activated else [Gap("gap_not_activated")]
    return opened + [_gap(check) for check in readiness.to_do if check.code in ASKED]


def last_days(readiness: Readiness) -> dict[str, str]:
    """Until when there is time, as the data of a message holds it.

    `last_on` is the certificate's last day. Once it is over, or where filing closes earlier,
    `file_by_on` is the last day to file, and the variant says so.
    """
    ends_on, closes_on = readiness.term.ends_on, readiness.window_closes_on
    until = {"last_on": (ends_on - timedelta(days=1)).isoformat()}
    if readiness.on < ends_on <= closes_on:
        return until
    file_by = closes_on - timedelta(days=1)
    return {**until, "variant": "closing", "file_by_on": file_by.isoformat()}


def open_checks(readiness: Readiness) -> list[str]:
    """Codes of the checks in `ASKED` that are not ok, in their order, for lists of thousands."""
    return [c.code for c in readiness.checks if c.state is not State.OK and c.code in ASKED]


def _gap(check: Check) -> Gap:
    values = {_name(name, value): _plain(value) for name, value in check.values.items()}
    return Gap(SAYS[check.says], values)


def _name(name: str, value: Any) -> str:
    return _NAMES.get(name, name) if isinstance(value, int | date) else name


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
