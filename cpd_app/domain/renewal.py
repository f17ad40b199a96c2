"""续期体检 (§7): one verdict per year, then named checks; the same answer for every reader."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from cpd_app.domain.progress import YearProgress
from cpd_app.domain.years import Term, Verdict

WINDOW_DAYS = 180
AFTER_EXPIRY_DAYS = 180
SUMMARY_CHARACTERS = (1000, 3000)


class State(StrEnum):
    """How a check stands, the worst last."""

    OK = "ok"
    WARNING = "warning"
    BLOCKER = "blocker"


class CertificateState(StrEnum):
    """The state of a certificate on the day (§9)."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class RenewalSetting:
    """What a society may set differently [DEFAULT]."""

    window_days: int = WINDOW_DAYS
    after_expiry_days: int = AFTER_EXPIRY_DAYS
    summary_characters: tuple[int, int] = SUMMARY_CHARACTERS
    lapsed_membership: State = State.BLOCKER


@dataclass(frozen=True, slots=True)
class RenewalInput:
    """Everything known now about a registration's term; only the day is given apart."""

    term: Term
    years: Sequence[YearProgress]
    certificate: CertificateState = CertificateState.ACTIVE
    barred: bool = False
    records_missing_evidence: int = 0
    """Records that count and lack a listed proof."""
    open_rulings: int = 0
    """Records that wait for the society to rule on them."""
    returns_due_on: tuple[date, ...] = ()
    """Last days of returned files that were not answered yet."""
    membership_until: date | None = None
    """Last day of the society membership; None is unknown."""
    summary_characters: int | None = None
    """Length of the summary; None is not written."""
    filed: bool = False
    """A filing for the next term is with the society."""
    setting: RenewalSetting = field(default_factory=RenewalSetting)


@dataclass(frozen=True, slots=True)
class Check:
    """One named check: its state, a code for the sentence, the values in it, and what to do."""

    code: str
    state: State
    says: str
    """Code of the sentence, such as `year_short`; `ok` when nothing is to be said."""
    values: dict[str, Any] = field(default_factory=dict)
    action: str | None = None
    """Code of what to do and where; None when there is nothing to do."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """The answer: may this registration be renewed as things stand on that day."""

    on: date
    term: Term
    window_opens_on: date
    window_closes_on: date
    """Exclusive."""
    window_open: bool
    years: tuple[YearProgress, ...]
    checks: tuple[Check, ...]
    ready: bool
    can_file: bool
    filing_obstacles: tuple[str, ...]
    """Why it cannot be filed today: `window_not_open`, `window_closed`, `already_filed`,
    `year_behind`, or the code of a blocking check."""

    @property
    def to_do(self) -> tuple[Check, ...]:
        """Checks that are not ok, blockers first."""
        open_checks = [check for check in self.checks if check.state is not State.OK]
        return tuple(sorted(open_checks, key=lambda check: check.state is not State.BLOCKER))


def readiness(known: RenewalInput, on: date) -> Readiness:
    """How a registration stands for re-registration on a day; `on` moves today only.

    `ready` is no blocker. `can_file` is: window open, the running year not behind, and no
    blocker but `expiry`, which filing itself mends.
    """
    opens_on = known.term.ends_on - timedelta(days=known.setting.window_days)
    opened = on >= opens_on
    closes_on = known.term.ends_on + timedelta(days=known.setting.after_expiry_days)
    checks = (
        _years_met(known),
        _audit_proof(known, opened=opened),
        _evidence(known),
        _rulings(known),
        _returns(known, on),
        _certificate(known),
        _membership(known, on),
        _summary(known, opened=opened),
        _expiry(known, on, opened=opened),
    )
    blockers = [check.code for check in checks if check.state is State.BLOCKER]
    obstacles = [code for code in blockers if code != "expiry"]
    if any(year.verdict is Verdict.BEHIND for year in known.years):
        obstacles.append("year_behind")
    if known.filed:
        obstacles.append("already_filed")
    if not opened:
        obstacles.append("window_not_open")
    if on >= closes_on:
        obstacles.append("window_closed")
    return Readiness(
        on=on,
        term=known.term,
        window_opens_on=opens_on,
        window_closes_on=closes_on,
        window_open=opened and on < closes_on,
        years=tuple(known.years),
        checks=checks,
        ready=not blockers,
        can_file=not obstacles,
        filing_obstacles=tuple(obstacles),
    )


def _years_met(known: RenewalInput) -> Check:
    short = [year for year in known.years if year.verdict is Verdict.SHORT]
    behind = [year for year in known.years if year.verdict is Verdict.BEHIND]
    if short:
        values = {**_years(short), "missing": sum(year.missing for year in short)}
        return Check("years_met", State.BLOCKER, "year_short", values, "mend_year")
    if behind:
        year = behind[0]
        values = {
            "year": year.index,
            "missing": year.missing,
            "days_left": year.days_left,
            "ends_on": year.deferred_until or year.last_on,
        }
        return Check("years_met", State.WARNING, "year_behind", values, "log_activity")
    return Check("years_met", State.OK, "ok")


def _audit_proof(known: RenewalInput, *, opened: bool) -> Check:
    thin = [y for y in known.years if y.verdict is Verdict.MET and y.missing_audit_proof]
    if not thin:
        return Check("audit_proof", State.OK, "ok")
    state = State.BLOCKER if opened else State.WARNING
    values = {**_years(thin), "missing": sum(year.missing_audit_proof for year in thin)}
    return Check("audit_proof", state, "not_audit_proof", values, "add_evidence")


def _evidence(known: RenewalInput) -> Check:
    if not known.records_missing_evidence:
        return Check("evidence", State.OK, "ok")
    values = {"records": known.records_missing_evidence}
    return Check("evidence", State.WARNING, "evidence_missing", values, "add_evidence")


def _rulings(known: RenewalInput) -> Check:
    if not known.open_rulings:
        return Check("rulings", State.OK, "ok")
    values = {"records": known.open_rulings}
    return Check("rulings", State.WARNING, "ruling_open", values, "wait_for_ruling")


def _returns(known: RenewalInput, on: date) -> Check:
    if not known.returns_due_on:
        return Check("returns", State.OK, "ok")
    first = min(known.returns_due_on)
    values = {"records": len(known.returns_due_on), "due_on": first}
    if on > first:
        return Check("returns", State.BLOCKER, "return_overdue", values, "answer_return")
    return Check("returns", State.WARNING, "return_open", values, "answer_return")


def _certificate(known: RenewalInput) -> Check:
    state = known.certificate
    if known.barred:
        return Check("certificate", State.BLOCKER, "barred", {}, "ask_society")
    if state in (CertificateState.REVOKED, CertificateState.CANCELLED):
        return Check("certificate", State.BLOCKER, f"certificate_{state}", {}, "ask_society")
    if state is CertificateState.SUSPENDED:
        return Check("certificate", State.WARNING, "certificate_suspended", {}, "ask_society")
    return Check("certificate", State.OK, "ok")


def _membership(known: RenewalInput, on: date) -> Check:
    until = known.membership_until
    values = {"until": until}
    if until is None:
        return Check("society_membership", State.WARNING, "membership_unknown", {}, "ask_society")
    if on > until:
        state = known.setting.lapsed_membership
        return Check("society_membership", state, "membership_lapsed", values, "renew_membership")
    if until < known.term.ends_on - timedelta(days=1):
        return Check(
            "society_membership", State.WARNING, "membership_ends", values, "renew_membership"
        )
    return Check("society_membership", State.OK, "ok")


def _summary(known: RenewalInput, *, opened: bool) -> Check:
    least, most = known.setting.summary_characters
    length = known.summary_characters or 0
    if least <= length <= most:
        return Check("summary", State.OK, "ok")
    says = "summary_missing" if not length else "summary_short"
    if length > most:
        says = "summary_long"
    state = State.BLOCKER if opened else State.WARNING
    values = {"characters": length, "least": least, "most": most}
    return Check("summary", state, says, values, "write_summary")


def _expiry(known: RenewalInput, on: date, *, opened: bool) -> Check:
    ends_on = known.term.ends_on
    values = {"last_on": ends_on - timedelta(days=1), "days_left": max((ends_on - on).days - 1, 0)}
    if known.filed or not opened:
        return Check("expiry", State.OK, "ok", values)
    if on >= ends_on:
        return Check("expiry", State.BLOCKER, "expired", values, "file_renewal")
    return Check("expiry", State.WARNING, "expires_soon", values, "file_renewal")


def _years(years: Iterable[YearProgress]) -> dict[str, Any]:
    """The years a check is about: their numbers, and what each lacks."""
    listed = tuple(years)
    return {
        "years": [year.index for year in listed],
        "year": listed[0].index,
        "starts_on": listed[0].starts_on,
        "last_on": listed[0].last_on,
    }
