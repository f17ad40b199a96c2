"""Which certificate term may follow another, and how long one lasts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cpd_app.domain.errors import Rejected
from cpd_app.domain.register import (
    CertificateTerm,
    Level,
    check_no_overlap,
    level_of,
    reregistered,
    state_of,
    takes_record,
    term_of,
    upgraded,
)
from cpd_app.domain.renewal import CertificateState

LAST = CertificateTerm(Level.PROFESSIONAL, date(2022, 3, 1), date(2027, 3, 1))


def refusal(rule: Callable[..., Any], *args: Any) -> str:
    with pytest.raises(Rejected) as found:
        rule(*args)
    return found.value.code


def test_a_term_lasts_five_years_unless_it_is_shorter():
    assert term_of(Level.SENIOR, date(2024, 2, 29), None).ends_on == date(2029, 3, 1)
    assert term_of(Level.SENIOR, date(2024, 3, 1), date(2026, 1, 1)).ends_on == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("ends_on", "code"),
    [
        (date(2024, 3, 1), "ends_before_start"),
        (date(2023, 1, 1), "ends_before_start"),
        (date(2029, 3, 2), "term_too_long"),
    ],
)
def test_a_term_ends_after_it_begins_and_within_five_years(ends_on: date, code: str):
    assert refusal(term_of, Level.SENIOR, date(2024, 3, 1), ends_on) == code


def test_words_of_a_file_are_the_known_ones():
    assert level_of("senior") is Level.SENIOR
    assert state_of("suspended") is CertificateState.SUSPENDED
    assert refusal(level_of, "master") == "unknown_level"
    assert refusal(state_of, "lost") == "unknown_state"


def test_terms_may_touch_but_not_overlap():
    check_no_overlap([LAST], term_of(Level.SENIOR, date(2027, 3, 1), None))

    assert refusal(check_no_overlap, [LAST], term_of(Level.SENIOR, date(2027, 2, 28), None)) == (
        "terms_overlap"
    )


def test_a_renewal_begins_at_the_old_end_also_when_decided_later():
    for today in (date(2026, 9, 2), date(2027, 2, 28), date(2028, 1, 1)):
        new = reregistered(LAST, today)
        assert (new.level, new.starts_on, new.ends_on) == (
            Level.PROFESSIONAL,
            date(2027, 3, 1),
            date(2032, 3, 1),
        )


def test_a_renewal_waits_for_the_filing_window():
    assert refusal(reregistered, LAST, date(2026, 9, 1)) == "window_not_open"


@pytest.mark.parametrize("state", [CertificateState.CANCELLED, CertificateState.REVOKED])
def test_nothing_follows_a_certificate_that_is_closed(state: CertificateState):
    closed = replace(LAST, state=state)

    assert refusal(reregistered, closed, date(2027, 1, 1)) == "certificate_closed"
    assert refusal(upgraded, closed, date(2026, 1, 1)) == "certificate_closed"


def test_an_upgrade_goes_one_level_up_and_cuts_the_running_term():
    new, cut_on = upgraded(LAST, date(2025, 6, 1))

    assert (new.level, new.starts_on, new.ends_on) == (
        Level.SENIOR,
        date(2025, 6, 1),
        date(2030, 6, 1),
    )
    assert cut_on == date(2025, 6, 1)


@pytest.mark.parametrize(
    ("term", "day", "code"),
    [
        (replace(LAST, level=Level.SENIOR), date(2025, 6, 1), "highest_level"),
        (LAST, date(2022, 3, 1), "upgrade_outside_term"),
        (LAST, date(2027, 3, 2), "upgrade_outside_term"),
        (
            replace(LAST, state=CertificateState.SUSPENDED),
            date(2025, 6, 1),
            "certificate_suspended",
        ),
    ],
)
def test_an_upgrade_needs_a_running_certificate_below_the_highest_level(
    term: CertificateTerm, day: date, code: str
):
    assert refusal(upgraded, term, day) == code


@pytest.mark.parametrize(
    ("left_on", "ended_on", "entered_on"),
    [
        (None, date(2026, 5, 20), date(2026, 5, 20)),
        (date(2026, 5, 4), date(2026, 5, 3), date(2026, 5, 4)),
    ],
)
def test_a_registration_that_was_left_keeps_what_was_finished_and_entered_before(
    left_on: date | None, ended_on: date, entered_on: date
):
    assert takes_record(left_on, ended_on, entered_on)


@pytest.mark.parametrize(
    ("ended_on", "entered_on"),
    [(date(2026, 5, 4), date(2026, 5, 4)), (date(2026, 4, 1), date(2026, 5, 5))],
)
def test_what_is_finished_or_entered_after_leaving_is_not_taken(ended_on: date, entered_on: date):
    assert not takes_record(date(2026, 5, 4), ended_on, entered_on)
