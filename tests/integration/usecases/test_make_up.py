"""Make-up hours count for the year they repair, and nowhere else (domain.md §3, §8)."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.domain.years import Verdict
from cpd_app.models import Activity, Credit, Decision, Filing, Registration, Term
from cpd_app.usecases import make_up, relief_decisions
from cpd_app.usecases.activities import correct_activity, withdraw_activity
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.preview import preview_of
from cpd_app.usecases.progress import readiness_of
from tests.support.builders import a_registration
from tests.support.people import Someone
from tests.support.recorded import logged
from tests.support.reliefs import granted
from tests.support.store import Store

Do = Callable[..., Any]
IN_GRACE = date(2026, 5, 6)


@pytest.fixture
def now(at: Callable[[str], datetime]) -> datetime:
    return at("2026-11-20 10:00")


@pytest.fixture
def deferral(do: Do, store: Store, member: Someone, auditor: Someone, now: datetime) -> int:
    """Year 3 (to 28 February 2026) may be made up until 31 January 2027."""
    return granted(do, store, member, auditor, "abroad", now=now).id


def hours(do: Do, member: Someone, now: datetime) -> list[int]:
    assert member.registration
    standing = do(readiness_of, member.actor, member.registration.id, on=now.date())
    return [year.recognised for year in standing.years]


def bind(do: Do, someone: Someone, activity: Activity, member: Someone, now: datetime) -> Credit:
    assert member.registration
    credit: Credit = do(
        make_up.bind_record, someone.actor, activity.id, member.registration.id, 3, now=now
    )
    return credit


def a_conditional_decision(
    store: Store, registration: Registration, auditor: Someone, now: datetime
) -> Decision:
    """10 学时 of the third year are to be made up until 31 March 2027."""
    filing = Filing(
        number="F-1", society_id=registration.society_id, registration_id=registration.id,
        term_id=registration.terms[0].id, person_id=registration.person_id,
        state="conditional", filed_at=now, declaration_version=1,
    )  # fmt: skip
    store.add(filing)
    decision = Decision(
        filing_id=filing.id, number="D-1", outcome="conditional", reasons="第 3 年补足",
        make_up=[{"year": 3, "hours": 1000}], make_up_until_on=date(2027, 3, 31),
        state="in_force", proposed_at=now, proposed_by_id=auditor.id, confirmed_at=now,
        results=[],
    )  # fmt: skip
    store.add(decision)
    return decision


@pytest.mark.usefixtures("deferral")
def test_bound_hours_count_for_the_deferred_year_only(do: Do, member: Someone, now: datetime):
    assert member.registration
    activity = logged(do, member, "training", IN_GRACE, now=now, minutes=360)
    before = hours(do, member, now)

    bind(do, member, activity, member, now)
    assert hours(do, member, now) == [0, 0, before[3], 0, 0]
    bind(do, member, activity, member, now)
    assert hours(do, member, now) == [0, 0, before[3], 0, 0]

    do(make_up.unbind_record, member.actor, activity.id, member.registration.id, now=now)
    assert hours(do, member, now) == before


@pytest.mark.usefixtures("deferral")
def test_a_deferred_year_is_met_by_what_is_bound_to_it(do: Do, member: Someone, now: datetime):
    assert member.registration
    standing = do(readiness_of, member.actor, member.registration.id, on=now.date())
    assert standing.years[2].verdict is Verdict.BEHIND
    for month in range(4, 11):
        new = logged(do, member, "training", date(2026, month, 6), now=now, minutes=400)
        bind(do, member, new, member, now)

    standing = do(readiness_of, member.actor, member.registration.id, on=now.date())

    assert standing.years[2].verdict is Verdict.MET
    assert standing.years[3].recognised == 0


@pytest.mark.usefixtures("deferral")
def test_the_cap_of_the_year_that_it_is_bound_to_holds(do: Do, member: Someone, now: datetime):
    logged(do, member, "inhouse", date(2025, 5, 5), now=now, minutes=360)
    logged(do, member, "inhouse", date(2025, 5, 6), now=now, minutes=360)
    late = logged(do, member, "inhouse", IN_GRACE, now=now, minutes=360)

    bind(do, member, late, member, now)

    assert hours(do, member, now)[2:4] == [2000, 0]


@pytest.mark.usefixtures("deferral")
@pytest.mark.parametrize("day", [date(2026, 2, 28), date(2025, 5, 6)])
def test_a_day_outside_the_grace_is_not_bound(do: Do, member: Someone, now: datetime, day: date):
    activity = logged(do, member, "training", day, now=now, minutes=90)

    with pytest.raises(Rejected, match="not_bindable"):
        bind(do, member, activity, member, now)


def test_nothing_is_bound_without_a_deferral(do: Do, member: Someone, now: datetime):
    activity = logged(do, member, "training", IN_GRACE, now=now, minutes=90)

    with pytest.raises(Rejected, match="not_bindable"):
        bind(do, member, activity, member, now)


@pytest.mark.usefixtures("deferral")
def test_a_corrected_record_stays_bound_while_its_day_lies_in_the_grace(
    do: Do, store: Store, member: Someone, now: datetime
):
    activity = logged(do, member, "training", IN_GRACE, now=now, minutes=90)
    bind(do, member, activity, member, now)

    def correct(day: date) -> None:
        new = NewActivity("training", "改名", None, day, fields={"minutes": 180})
        do(correct_activity, member.actor, activity.id, new, version=None, now=now,
           today=now.date())  # fmt: skip

    correct(date(2026, 6, 1))
    assert hours(do, member, now) == [0, 0, 400, 0, 0]
    correct(date(2025, 6, 1))
    assert hours(do, member, now) == [0, 0, 400, 0, 0]
    credit = store.one(select(Credit).where(Credit.activity_id == activity.id))
    assert (credit.bound_year, credit.year_index) == (None, 3)
    correct(date(2026, 6, 1))
    assert hours(do, member, now) == [0, 0, 0, 400, 0]


def test_the_binding_ends_with_the_deferral(
    do: Do, store: Store, member: Someone, registrar: Someone, deferral: int, now: datetime
):
    activity = logged(do, member, "training", IN_GRACE, now=now, minutes=90)
    bind(do, member, activity, member, now)

    do(relief_decisions.annul_relief, registrar.actor, deferral, "证明不实", seen=2, now=now,
       today=now.date())  # fmt: skip

    assert hours(do, member, now) == [0, 0, 0, 200, 0]
    credit = store.one(select(Credit).where(Credit.activity_id == activity.id))
    assert (credit.bound_term_id, credit.bound_source) == (None, None)


@pytest.mark.usefixtures("deferral")
def test_staff_may_bind_and_the_stranger_may_not(
    do: Do, member: Someone, other_member: Someone, auditor: Someone, stranger: Someone,
    now: datetime,
):  # fmt: skip
    activity = logged(do, member, "training", IN_GRACE, now=now, minutes=90)
    for someone in (stranger, other_member):
        with pytest.raises(NotFound):
            bind(do, someone, activity, member, now)

    bind(do, auditor, activity, member, now)

    assert hours(do, member, now)[2] == 200


def test_a_conditional_decision_lets_hours_be_made_up(
    do: Do, store: Store, member: Someone, auditor: Someone, now: datetime
):
    assert member.registration
    decision = a_conditional_decision(store, member.registration, auditor, now)
    before = logged(do, member, "training", date(2026, 11, 19), now=now, minutes=90)
    after = logged(do, member, "training", date(2026, 11, 20), now=now, minutes=90)
    with pytest.raises(Rejected, match="not_bindable"):
        bind(do, member, before, member, now)

    credit = bind(do, member, after, member, now)

    assert (credit.bound_source, credit.bound_source_id) == ("make_up", decision.id)
    assert hours(do, member, now)[2:4] == [200, 200]


@pytest.mark.usefixtures("deferral")
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    acts=st.lists(
        st.tuples(
            st.sampled_from(["log", "bind", "unbind", "withdraw", "move"]),
            st.integers(0, 4),
            st.integers(0, 500),
        ),
        max_size=10,
    )
)
def test_whatever_is_done_no_hour_counts_in_two_years(
    do: Do, store: Store, member: Someone, now: datetime, acts: list[tuple[str, int, int]]
):
    assert member.registration
    registration_id = member.registration.id
    made = [
        logged(do, member, "training", IN_GRACE + timedelta(days=n), now=now, minutes=90)
        for n in range(2)
    ]
    for act, number, days in acts:
        activity = made[number % len(made)]
        day = date(2025, 6, 1) + timedelta(days=days)
        try:
            if act == "log":
                made.append(logged(do, member, "training", day, now=now, minutes=90))
            elif act == "bind":
                bind(do, member, activity, member, now)
            elif act == "unbind":
                do(make_up.unbind_record, member.actor, activity.id, registration_id, now=now)
            elif act == "withdraw":
                do(withdraw_activity, member.actor, activity.id, version=None, now=now)
            else:
                new = NewActivity("training", "移动", None, day, fields={"minutes": 90})
                do(correct_activity, member.actor, activity.id, new, version=None, now=now,
                   today=now.date())  # fmt: skip
        except Rejected:
            continue  # what the rules refuse changes nothing
    in_force = select(Credit).join(Activity).where(Activity.state == "recorded")
    kept = store.all(in_force.where(Credit.registration_id == registration_id))
    assert sum(hours(do, member, now)) == sum(credit.recognised for credit in kept)
    for credit in kept:
        do(make_up.unbind_record, member.actor, credit.activity_id, registration_id, now=now)
    assert sum(hours(do, member, now)) == 200 * sum(c.term_id is not None for c in kept)
    assert not store.all(in_force.where(Credit.bound_year.is_not(None)))


@pytest.mark.usefixtures("deferral")
def test_what_a_correction_would_bring_is_shown_for_the_year_that_it_makes_up_for(
    do: Do, member: Someone, now: datetime
):
    activity = logged(do, member, "training", IN_GRACE, now=now, minutes=90)
    bind(do, member, activity, member, now)

    def shown(day: date) -> tuple[int, int]:
        new = NewActivity("training", "改正", None, day, fields={"minutes": 180})
        found = do(preview_of, member.actor, new, today=now.date(), activity_id=activity.id)
        return found.year.index, found.year.after

    assert shown(IN_GRACE) == (3, 400)
    assert shown(date(2025, 6, 1)) == (3, 400)
    assert shown(date(2024, 6, 1)) == (2, 400)


def test_a_record_of_another_registrations_term_makes_up_after_the_end(
    do: Do, store: Store, member: Someone, auditor: Someone, now: datetime
):
    """The first certificate has ended and its year 3 is to be made up; the second one runs."""
    assert member.registration
    assert member.society
    first = member.registration
    second = a_registration(
        store, member.person, member.society,
        term={"starts_on": date(2026, 6, 1), "ends_on": date(2031, 6, 1)},
    )  # fmt: skip
    with store.session() as session:
        term = session.get_one(Term, first.terms[0].id)
        term.ends_on, term.state = date(2026, 6, 1), "expired"
    a_conditional_decision(store, first, auditor, now)
    activity = logged(do, member, "training", date(2026, 11, 20), now=now, minutes=90)

    def credited() -> dict[int, tuple[int | None, int]]:
        rows = store.all(select(Credit).where(Credit.activity_id == activity.id))
        return {c.registration_id: (c.year_index, c.recognised) for c in rows}

    assert credited() == {second.id: (1, 200)}
    with pytest.raises(NotFound):
        bind(do, auditor, activity, member, now)
    choices = do(make_up.make_up_choices, member.actor, activity, second)
    assert [(c.registration_id, c.number, c.window.year) for c in choices] == [
        (first.id, first.number, 3)
    ]

    bind(do, member, activity, member, now)
    assert credited() == {second.id: (1, 200), first.id: (3, 200)}
    new = NewActivity("training", "改名", None, date(2026, 11, 20), fields={"minutes": 180})
    do(correct_activity, member.actor, activity.id, new, version=None, now=now, today=now.date())
    assert credited() == {second.id: (1, 400), first.id: (3, 400)}
    do(make_up.unbind_record, member.actor, activity.id, first.id, now=now)
    assert credited() == {second.id: (1, 400)}
