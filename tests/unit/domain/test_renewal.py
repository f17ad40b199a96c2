"""Readiness: every check of the table, ready and can_file."""

import dataclasses
from datetime import date, timedelta
from typing import Any

import pytest

from cpd_app.domain.allocation import YearHours
from cpd_app.domain.progress import term_progress
from cpd_app.domain.renewal import (
    CertificateState,
    Check,
    Readiness,
    RenewalInput,
    RenewalSetting,
    State,
    readiness,
)
from cpd_app.domain.years import five_year_term, targets_of, years_of

TERM = five_year_term(date(2022, 3, 15))
OPENS = TERM.ends_on - timedelta(days=180)
BEFORE = OPENS - timedelta(days=1)
EXPIRED = TERM.ends_on
FULL = (50, 50, 50, 50, 50)


def asked(
    on: date, hours: tuple[float, ...] = FULL, proof: tuple[float, ...] | None = None, **over: Any
) -> Readiness:
    """Readiness of a member with everything in order, but for what a test says."""
    by_year = {k: YearHours(int(h * 100), int(h * 100)) for k, h in enumerate(hours, start=1)}
    proofs = {k: int(h * 100) for k, h in enumerate(proof or hours, start=1)}
    known = RenewalInput(
        term=TERM,
        years=term_progress(targets_of(years_of(TERM)), by_year, proofs, on),
        membership_until=date(2030, 12, 31),
        summary_characters=1500,
    )
    return readiness(dataclasses.replace(known, **over), on)


def check_of(answer: Readiness, code: str) -> Check:
    return next(check for check in answer.checks if check.code == code)


def test_the_checks_are_those_of_the_table_in_its_order():
    assert [check.code for check in asked(OPENS).checks] == [
        "years_met",
        "audit_proof",
        "evidence",
        "rulings",
        "returns",
        "certificate",
        "society_membership",
        "summary",
        "expiry",
    ]


def test_everything_in_order_is_ready_and_can_be_filed_once_the_window_is_open():
    answer = asked(OPENS)
    assert (answer.ready, answer.can_file, answer.window_open) == (True, True, True)
    assert [check.code for check in answer.to_do] == ["expiry"]
    earlier = asked(BEFORE)
    assert (earlier.ready, earlier.can_file) == (True, False)
    assert earlier.filing_obstacles == ("window_not_open",)


def test_a_running_fifth_year_on_track_may_be_filed():
    answer = asked(OPENS, (50, 50, 50, 50, 30))
    assert answer.years[4].verdict == "on_track"
    assert (answer.ready, answer.can_file) == (True, True)


def test_a_running_year_behind_is_a_warning_and_waits_with_filing():
    answer = asked(OPENS, (50, 50, 50, 50, 10))
    check = check_of(answer, "years_met")
    assert (check.state, check.says, check.action) == (
        State.WARNING,
        "year_behind",
        "log_activity",
    )
    assert check.values == {
        "year": 5,
        "missing": 4000,
        "days_left": 179,
        "ends_on": date(2027, 3, 14),
    }
    assert (answer.ready, answer.can_file) == (True, False)
    assert answer.filing_obstacles == ("year_behind",)


def test_a_short_past_year_blocks_and_says_which_and_how_much():
    answer = asked(OPENS, (50, 42.5, 50, 49.5, 50))
    check = check_of(answer, "years_met")
    assert (check.state, check.says, check.action) == (State.BLOCKER, "year_short", "mend_year")
    assert (check.values["years"], check.values["missing"]) == ([2, 4], 800)
    assert check.values["last_on"] == date(2024, 3, 14)
    assert (answer.ready, answer.can_file) == (False, False)


@pytest.mark.parametrize(("on", "state"), [(BEFORE, State.WARNING), (OPENS, State.BLOCKER)])
def test_hours_that_are_enough_but_not_audit_proof(on: date, state: State):
    answer = asked(on, FULL, (50, 44, 50, 50, 50))
    check = check_of(answer, "audit_proof")
    assert (check.state, check.values["years"], check.values["missing"]) == (state, [2], 600)


def test_audit_proof_hours_are_not_asked_of_a_year_that_lacks_hours_anyway():
    answer = asked(OPENS, (50, 42, 50, 50, 30), (50, 0, 50, 50, 0))
    assert check_of(answer, "audit_proof").state is State.OK


@pytest.mark.parametrize(
    ("over", "code", "state", "says"),
    [
        ({"records_missing_evidence": 3}, "evidence", "warning", "evidence_missing"),
        ({"open_rulings": 1}, "rulings", "warning", "ruling_open"),
        ({"returns_due_on": (OPENS,)}, "returns", "warning", "return_open"),
        ({"returns_due_on": (BEFORE,)}, "returns", "blocker", "return_overdue"),
        (
            {"certificate": CertificateState.SUSPENDED},
            "certificate",
            "warning",
            "certificate_suspended",
        ),
        (
            {"certificate": CertificateState.REVOKED},
            "certificate",
            "blocker",
            "certificate_revoked",
        ),
        (
            {"certificate": CertificateState.CANCELLED},
            "certificate",
            "blocker",
            "certificate_cancelled",
        ),
        ({"barred": True}, "certificate", "blocker", "barred"),
        ({"membership_until": None}, "society_membership", "warning", "membership_unknown"),
        (
            {"membership_until": date(2027, 3, 13)},
            "society_membership",
            "warning",
            "membership_ends",
        ),
        ({"membership_until": date(2027, 3, 14)}, "society_membership", "ok", "ok"),
        ({"membership_until": BEFORE}, "society_membership", "blocker", "membership_lapsed"),
        (
            {
                "membership_until": BEFORE,
                "setting": RenewalSetting(lapsed_membership=State.WARNING),
            },
            "society_membership",
            "warning",
            "membership_lapsed",
        ),
        ({"summary_characters": None}, "summary", "blocker", "summary_missing"),
        ({"summary_characters": 999}, "summary", "blocker", "summary_short"),
        ({"summary_characters": 3001}, "summary", "blocker", "summary_long"),
        ({}, "expiry", "warning", "expires_soon"),
        ({"filed": True}, "expiry", "ok", "ok"),
    ],
)
def test_a_check_in_the_open_window(over: dict[str, Any], code: str, state: str, says: str):
    answer = asked(OPENS, **over)
    check = check_of(answer, code)
    assert (check.state, check.says) == (state, says)
    assert answer.ready is (state != "blocker")


def test_a_missing_summary_is_a_warning_before_the_window():
    assert check_of(asked(BEFORE, summary_characters=None), "summary").state is State.WARNING


def test_expired_and_not_filed_blocks_but_filing_itself_mends_it():
    answer = asked(EXPIRED)
    assert check_of(answer, "expiry").state is State.BLOCKER
    assert (answer.ready, answer.can_file) == (False, True)
    last = asked(EXPIRED + timedelta(days=179))
    over = asked(EXPIRED + timedelta(days=180))
    assert (last.can_file, over.can_file) == (True, False)
    assert over.filing_obstacles == ("window_closed",)


def test_what_is_filed_is_not_filed_again():
    answer = asked(OPENS, filed=True)
    assert (answer.ready, answer.can_file) == (True, False)
    assert answer.filing_obstacles == ("already_filed",)


def test_blockers_come_first_in_what_there_is_to_do():
    answer = asked(OPENS, open_rulings=2, summary_characters=None)
    assert [check.code for check in answer.to_do] == ["summary", "rulings", "expiry"]
