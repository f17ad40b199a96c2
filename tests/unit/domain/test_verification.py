"""What the public is told of a certificate: domain.md §9."""

from dataclasses import replace
from datetime import date

import pytest

from cpd_app.domain.verification import (
    PublicAct,
    PublicState,
    PublicTerm,
    coming_term,
    ended_suspended,
    history_of,
    public_state,
    shown_term,
)

TERM = PublicTerm(1, "professional", date(2023, 3, 15), date(2028, 3, 15), "active")
NEXT = PublicTerm(2, "professional", date(2028, 3, 15), date(2033, 3, 15), "active")
LAST_DAY, END = date(2028, 3, 14), date(2028, 3, 15)


@pytest.mark.parametrize(
    ("state", "day", "told"),
    [
        ("active", date(2023, 3, 14), PublicState.WAITING),
        ("active", date(2023, 3, 15), PublicState.ACTIVE),
        ("active", LAST_DAY, PublicState.ACTIVE),
        ("active", END, PublicState.EXPIRED),
        ("expired", date(2027, 1, 1), PublicState.EXPIRED),
        ("suspended", LAST_DAY, PublicState.SUSPENDED),
        ("suspended", END, PublicState.EXPIRED),
        ("cancelled", date(2024, 1, 1), PublicState.CANCELLED),
        ("cancelled", date(2030, 1, 1), PublicState.CANCELLED),
        ("revoked", date(2024, 1, 1), PublicState.REVOKED),
        ("revoked", date(2040, 1, 1), PublicState.REVOKED),
    ],
)
def test_a_state_on_a_day(state: str, day: date, told: PublicState):
    assert public_state(replace(TERM, state=state), day) is told


@pytest.mark.parametrize(
    ("filed_on", "day", "told"),
    [
        (LAST_DAY, LAST_DAY, PublicState.ACTIVE),
        (LAST_DAY, END, PublicState.IN_REVIEW),
        (END, END, PublicState.EXPIRED),
    ],
)
def test_expired_but_filed_in_time_is_in_review(filed_on: date, day: date, told: PublicState):
    assert public_state(replace(TERM, filed_on=filed_on), day) is told


def test_a_revoked_certificate_is_never_covered_by_a_later_term():
    revoked = replace(TERM, state="revoked")

    assert shown_term([revoked, NEXT], date(2029, 1, 1)) == revoked


@pytest.mark.parametrize(
    ("day", "number"),
    [(date(2020, 1, 1), 1), (date(2025, 1, 1), 1), (END, 2), (date(2040, 1, 1), 2)],
)
def test_else_the_term_that_holds_the_day(day: date, number: int):
    shown = shown_term([TERM, NEXT], day)

    assert shown is not None
    assert shown.id == number


def test_there_may_be_no_term():
    assert shown_term([], END) is None


def test_the_history_has_the_latest_first():
    acts = [
        PublicAct(1, 1, "issued", date(2023, 3, 15), "示颁〔2023〕1号"),
        PublicAct(2, 1, "suspended", date(2024, 6, 1), "示停〔2024〕8号"),
        PublicAct(3, 1, "resumed", date(2024, 9, 1), "示恢〔2024〕12号"),
    ]

    told = history_of([TERM], acts, date(2026, 1, 1))

    assert [(e.kind, e.on) for e in told] == [
        ("resumed", date(2024, 9, 1)),
        ("suspended", date(2024, 6, 1)),
        ("issued", date(2023, 3, 15)),
    ]
    assert told[2].ends_on == TERM.ends_on


def test_a_term_that_came_without_an_act_stands_in_it():
    senior = replace(
        NEXT, id=3, level="senior", starts_on=date(2033, 3, 15), ends_on=date(2038, 3, 15)
    )

    told = history_of([TERM, NEXT, senior], [], date(2034, 1, 1))

    assert [e.kind for e in told] == ["upgraded", "renewed", "issued"]


def test_an_annulled_act_stays_and_says_so():
    acts = [
        PublicAct(2, 1, "revoked", date(2024, 6, 1), annulled=True),
        PublicAct(3, 1, "annulled", date(2024, 8, 1)),
    ]

    told = history_of([TERM], acts, date(2026, 1, 1))

    assert [(e.kind, e.annulled) for e in told] == [
        ("annulled", False),
        ("revoked", True),
        ("issued", False),
    ]


def test_an_end_that_nothing_followed_stands_in_it():
    assert history_of([TERM], [], END)[0].kind == "expired"
    assert history_of([TERM, NEXT], [], END)[0].kind == "renewed"
    assert history_of([replace(TERM, state="cancelled")], [], END)[0].kind == "issued"


def test_what_is_in_force_today_stands_above_what_is_to_come():
    acts = [
        PublicAct(1, 1, "issued", TERM.starts_on),
        PublicAct(2, 2, "renewed", NEXT.starts_on),
        PublicAct(3, 1, "revoked", date(2027, 12, 1)),
    ]

    told = history_of([TERM, NEXT], acts, date(2027, 12, 5))

    assert [(e.kind, e.coming) for e in told] == [
        ("revoked", False), ("renewed", True), ("issued", False)
    ]  # fmt: skip
    begun = history_of([TERM, NEXT], acts[:2], END)
    assert [(e.kind, e.coming) for e in begun] == [("renewed", False), ("issued", False)]


SUSPENDED_THEN = [PublicAct(1, 1, "suspended", date(2027, 6, 1))]
RESUMED_THEN = [*SUSPENDED_THEN, PublicAct(2, 1, "resumed", date(2027, 7, 1))]
ANNULLED_THEN = [replace(SUSPENDED_THEN[0], annulled=True)]


@pytest.mark.parametrize("state", ["suspended", "expired"])
def test_a_suspended_term_that_is_over_tells_both(state: str):
    term = replace(TERM, state=state)

    assert public_state(term, END) is PublicState.EXPIRED
    assert ended_suspended(term, SUSPENDED_THEN, END)
    assert not ended_suspended(term, RESUMED_THEN, END)


def test_a_suspension_that_runs_or_was_set_aside_is_not_an_end():
    assert not ended_suspended(replace(TERM, state="suspended"), SUSPENDED_THEN, LAST_DAY)
    assert not ended_suspended(replace(TERM, state="expired"), ANNULLED_THEN, END)
    assert ended_suspended(replace(TERM, state="suspended"), [], END), "imported so"


@pytest.mark.parametrize("state", ["suspended", "revoked", "cancelled"])
def test_no_paper_for_the_next_term_while_the_certificate_is_withdrawn(state: str):
    terms = [replace(TERM, state=state), NEXT]

    assert coming_term(terms, terms[0], date(2028, 1, 1)) is None


def test_the_next_term_is_to_come_until_it_begins():
    assert coming_term([TERM, NEXT], TERM, date(2028, 1, 1)) == NEXT
    assert coming_term([TERM, NEXT], NEXT, END) is None
