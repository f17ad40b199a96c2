"""A match stands by what both societies say of it."""

import pytest

from cpd_app.domain.matches import Answer, agreed, state_of


@pytest.mark.parametrize(
    ("own", "other", "outcome", "state"),
    [
        (None, None, None, "to_answer"),
        (None, "same", None, "to_answer"),
        ("same", None, None, "waiting"),
        ("same", "different", None, "disputed"),
        ("same", "same", "same", "settled"),
        (None, None, "different", "settled"),
    ],
)
def test_how_it_stands_for_a_society(
    own: str | None, other: str | None, outcome: str | None, state: str
):
    assert state_of(own, other, outcome) == state


def test_only_the_same_answer_of_both_settles_it():
    assert agreed(Answer.SAME, "same") is Answer.SAME
    assert agreed(Answer.DIFFERENT, "different") is Answer.DIFFERENT
    assert agreed(Answer.SAME, "different") is None
    assert agreed(Answer.SAME, None) is None
