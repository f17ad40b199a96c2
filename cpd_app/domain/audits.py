"""The states of a filing and what may follow what (domain.md §8)."""

from enum import StrEnum

from cpd_app.domain.errors import Conflict


class FilingState(StrEnum):
    """Where a filing stands."""

    FILED = "filed"
    """With the society; completeness is checked within 10 working days."""
    READING = "reading"
    """Readers judge its records."""
    RETURNED = "returned"
    """The member has a list to answer (退回补正)."""
    UNANSWERED = "unanswered"
    """The list was not answered in time; people decide (never the program)."""
    VERIFYING = "verifying"
    """A unit was asked (核实); the clock stands still."""
    PROPOSED = "proposed"
    """A decision waits for the countersigner (待会签)."""
    CONDITIONAL = "conditional"
    """Passed on condition that hours are made up by a day."""
    PASSED = "passed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


#: the society has it and has not decided: the certificate stays as it was meanwhile
OPEN = frozenset(
    {
        FilingState.FILED,
        FilingState.READING,
        FilingState.RETURNED,
        FilingState.UNANSWERED,
        FilingState.VERIFYING,
        FilingState.PROPOSED,
        FilingState.CONDITIONAL,
    }
)

#: what may follow what; an appeal that is upheld leads from REFUSED back to READING
MOVES: dict[FilingState, frozenset[FilingState]] = {
    FilingState.FILED: frozenset(
        {
            FilingState.READING,
            FilingState.RETURNED,
            FilingState.VERIFYING,
            FilingState.PROPOSED,
            FilingState.WITHDRAWN,
        }
    ),
    FilingState.READING: frozenset(
        {
            FilingState.RETURNED,
            FilingState.VERIFYING,
            FilingState.PROPOSED,
            # given to readers, and none of them has opened it yet (domain/filing.py)
            FilingState.WITHDRAWN,
        }
    ),
    FilingState.RETURNED: frozenset({FilingState.READING, FilingState.UNANSWERED}),
    FilingState.UNANSWERED: frozenset(
        {
            FilingState.READING,
            FilingState.RETURNED,
            FilingState.VERIFYING,
            FilingState.PROPOSED,
        }
    ),
    FilingState.VERIFYING: frozenset({FilingState.READING, FilingState.UNANSWERED}),
    FilingState.PROPOSED: frozenset(
        {
            FilingState.READING,
            FilingState.PASSED,
            FilingState.CONDITIONAL,
            FilingState.REFUSED,
        }
    ),
    FilingState.CONDITIONAL: frozenset({FilingState.READING, FilingState.PROPOSED}),
    FilingState.PASSED: frozenset(),
    FilingState.REFUSED: frozenset({FilingState.READING}),
    FilingState.WITHDRAWN: frozenset(),
}


def check_move(before: FilingState, after: FilingState) -> None:
    """Refuse a step that §8 does not know; Conflict `filing_state`."""
    if after not in MOVES[before]:
        raise Conflict("filing_state", state=before.value, wanted=after.value)
