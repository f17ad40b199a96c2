"""意见与投诉 (handbook Q40): what they can be, where they stand, how long they are kept."""

from datetime import datetime, timedelta
from enum import StrEnum

from cpd_app.domain.errors import Conflict


class ComplaintKind(StrEnum):
    """What somebody brings."""

    OPINION = "opinion"
    """意见建议."""
    COMPLAINT = "complaint"
    """投诉."""


class ComplaintState(StrEnum):
    """Where it stands."""

    RECEIVED = "received"
    IN_HAND = "in_hand"
    """Somebody looks into it (调查核实中)."""
    PASSED_ON = "passed_on"
    """With the federation's committee (Q40), which has not begun yet."""
    ANSWERED = "answered"


MOVES: dict[ComplaintState, frozenset[ComplaintState]] = {
    ComplaintState.RECEIVED: frozenset(
        {ComplaintState.IN_HAND, ComplaintState.PASSED_ON, ComplaintState.ANSWERED}
    ),
    ComplaintState.IN_HAND: frozenset({ComplaintState.PASSED_ON, ComplaintState.ANSWERED}),
    ComplaintState.PASSED_ON: frozenset({ComplaintState.IN_HAND, ComplaintState.ANSWERED}),
    ComplaintState.ANSWERED: frozenset(),
}

LEAST_CHARACTERS, MOST_CHARACTERS = 10, 4000
#: words and contact are erased so long after the answer [DEFAULT]
KEPT = timedelta(days=2 * 365)


def check_move(before: ComplaintState, after: ComplaintState) -> None:
    """Refuse a step that is not one; Conflict `complaint_answered`."""
    if after not in MOVES[before]:
        raise Conflict("complaint_answered")


def erased_before(now: datetime) -> datetime:
    """What was answered before this moment loses its words."""
    return now - KEPT
