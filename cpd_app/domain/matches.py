"""A file or achievement used in two societies: what both say of it, and how it is settled (§11).

Nothing follows by itself: what was settled stands beside the record for whoever decides there.
"""

from enum import StrEnum


class Answer(StrEnum):
    """What a society says of a match after looking at its own side."""

    SAME = "same"
    """Both took part in the same activity or achievement."""
    DIFFERENT = "different"
    """It is not the same: one of the two does not own what is shown."""


class MatchState(StrEnum):
    """How a match stands for one society."""

    TO_ANSWER = "to_answer"
    WAITING = "waiting"
    """Answered here, not yet by the other society."""
    DISPUTED = "disputed"
    """Both answered, and differently: the federation settles it."""
    SETTLED = "settled"


def state_of(own: str | None, other: str | None, outcome: str | None) -> MatchState:
    """How it stands for the society whose answer is `own`."""
    if outcome is not None:
        return MatchState.SETTLED
    if own is None:
        return MatchState.TO_ANSWER
    return MatchState.WAITING if other is None else MatchState.DISPUTED


def agreed(own: Answer, other: str | None) -> Answer | None:
    """What both say; None while one has not answered or they differ."""
    return own if other == own else None
