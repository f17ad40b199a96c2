"""Acts of the register: no order of them leads outside domain.md §9."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpd_app.domain.certificates import (
    ANNOUNCED,
    MOVES,
    REASONS,
    ActKind,
    Done,
    at_end,
    bar_of,
    check_day,
    check_reason,
    is_suspended,
    kind_of,
    needs_two,
    possible,
    state_after,
    state_without,
)
from cpd_app.domain.errors import Rejected
from cpd_app.domain.renewal import CertificateState as S

TODAY = date(2026, 5, 4)
BEGAN, ENDS = date(2023, 3, 1), date(2028, 3, 1)

#: domain.md §9, written out by hand
ALLOWED = {
    (S.ACTIVE, S.SUSPENDED),
    (S.SUSPENDED, S.ACTIVE),
    (S.ACTIVE, S.CANCELLED),
    (S.SUSPENDED, S.CANCELLED),
    (S.EXPIRED, S.CANCELLED),
    (S.ACTIVE, S.REVOKED),
    (S.SUSPENDED, S.REVOKED),
    (S.EXPIRED, S.REVOKED),
    (S.CANCELLED, S.REVOKED),
}

steps = st.lists(
    st.one_of(
        st.sampled_from([*ANNOUNCED, ActKind.ANNULLED]).map(lambda kind: ("act", kind)),
        st.integers(0, 12).map(lambda index: ("annul", index)),
        st.just(("ends", 0)),
    ),
    max_size=14,
)


@given(steps)
def test_no_order_of_acts_leads_outside_the_machine(steps):
    state, has_ended = S.ACTIVE, False
    done: list[Done] = []
    snapshots: dict[int, S] = {}
    for what, value in steps:
        before = state
        if what == "ends":
            has_ended = True
            state = at_end(state, ENDS, ENDS)
            assert state not in {S.ACTIVE, S.SUSPENDED}
        elif what == "act":
            try:
                state = state_after(state, value)
            except Rejected:
                assert state == before
                assert value not in possible(state)
                continue
            assert (before, state) in ALLOWED
            snapshots[len(done)] = before
            done.append(Done(len(done), value, before))
        elif done:
            index = value % len(done)
            try:
                after = state_without(done, index, state)
            except Rejected:
                continue
            follows = [d for d in done[index + 1 :] if not d.annulled]
            expected = snapshots[index] if not follows else state
            assert after == expected
            state = at_end(after, ENDS, ENDS if has_ended else TODAY)
            done[index] = Done(index, done[index].kind, done[index].former, annulled=True)
        assert state in S
        standing = [d for d in done if not d.annulled]
        if standing and standing[-1].kind is ActKind.REVOKED:
            assert possible(state) == ()


@given(st.sampled_from(list(S)), st.sampled_from(list(ANNOUNCED)))
def test_annulling_the_last_act_restores_the_state_exactly(state, kind):
    if kind not in possible(state):
        return
    after = state_after(state, kind)
    before = [Done(1, ActKind.SUSPENDED, S.ACTIVE)] if state is S.SUSPENDED else []

    assert state_without([*before, Done(2, kind, state)], 2, after) is state


def test_a_revoked_certificate_never_comes_back_by_an_act():
    assert possible(S.REVOKED) == ()
    for kind in MOVES:
        with pytest.raises(Rejected, match="act_not_possible"):
            state_after(S.REVOKED, kind)


def test_giving_a_certificate_up_is_no_way_round_a_revocation():
    assert possible(S.CANCELLED) == (ActKind.REVOKED,)


def test_an_act_with_later_acts_built_upon_it_is_not_set_aside():
    done = [Done(1, ActKind.SUSPENDED, S.ACTIVE), Done(2, ActKind.CANCELLED, S.SUSPENDED)]

    with pytest.raises(Rejected, match="later_act"):
        state_without(done, 1, S.CANCELLED)


def test_a_suspension_that_was_resumed_can_be_set_aside_and_changes_no_state():
    done = [Done(1, ActKind.SUSPENDED, S.ACTIVE), Done(2, ActKind.RESUMED, S.SUSPENDED)]

    assert state_without(done, 1, S.ACTIVE) is S.ACTIVE


def test_the_resumption_of_an_annulled_suspension_is_not_set_aside():
    done = [
        Done(1, ActKind.SUSPENDED, S.ACTIVE, annulled=True),
        Done(2, ActKind.RESUMED, S.SUSPENDED),
    ]

    with pytest.raises(Rejected, match="later_act"):
        state_without(done, 2, S.ACTIVE)


@pytest.mark.parametrize(
    ("done", "code"),
    [
        ([Done(1, ActKind.ISSUED, S.ACTIVE)], "not_annullable"),
        ([Done(2, ActKind.CANCELLED, S.ACTIVE)], "not_annullable"),
        ([Done(1, ActKind.CANCELLED, S.ACTIVE, annulled=True)], "annulled_already"),
    ],
)
def test_what_cannot_be_annulled(done, code):
    with pytest.raises(Rejected, match=code):
        state_without(done, 1, S.ACTIVE)


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 5, 5), "effective_later"),
        (date(2023, 2, 28), "effective_before_term"),
        (date(2024, 1, 1), "effective_before_last_act"),
    ],
)
def test_days_on_which_an_act_cannot_take_effect(day, code):
    with pytest.raises(Rejected, match=code):
        check_day(day, begins_on=BEGAN, last_act_on=date(2024, 6, 1), today=TODAY)


def test_an_act_takes_effect_today_or_before_in_order():
    check_day(TODAY, begins_on=BEGAN, last_act_on=TODAY, today=TODAY)
    check_day(BEGAN, begins_on=BEGAN, last_act_on=None, today=TODAY)


def test_reasons_belong_to_their_kind():
    for kind, reasons in REASONS.items():
        for reason in reasons:
            check_reason(kind, reason)
    with pytest.raises(Rejected, match="unknown_reason"):
        check_reason(ActKind.SUSPENDED, "death")
    with pytest.raises(Rejected, match="unknown_act"):
        kind_of("promoted")


def test_revocation_and_annulment_need_two_people():
    assert {k for k in ActKind if needs_two(k)} == {ActKind.REVOKED, ActKind.ANNULLED}


def test_a_suspension_outlives_the_term():
    assert is_suspended([Done(1, ActKind.SUSPENDED, S.ACTIVE)])
    assert not is_suspended([Done(1, ActKind.SUSPENDED, S.ACTIVE, annulled=True)])
    assert not is_suspended([])


def test_the_bar_is_the_earliest_revocation_that_stands():
    assert bar_of(None, []) is None
    assert bar_of(None, [date(2025, 2, 1), date(2024, 2, 1)]) == date(2024, 2, 1)
    assert bar_of(date(2020, 1, 1), [date(2024, 2, 1)]) == date(2020, 1, 1)


def test_a_beginning_makes_a_certificate_active():
    assert state_after(S.ACTIVE, ActKind.RENEWED) is S.ACTIVE
