"""What members are told about their filing: received, returned, checked, decided."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from cpd_app.domain.decisions import Outcome
from cpd_app.domain.messages import MessageKind
from cpd_app.models import Decision, FileReturn, Filing, Reader, Verification
from cpd_app.usecases.filing_case import Case
from cpd_app.usecases.messages import About, Draft, take_back, tell, tell_all

#: told while a return waits for its answer
OF_RETURNS = (MessageKind.RETURNED, MessageKind.RETURN_DUE)
VERIFYING = {"confirmed": "answered", "denied": "answered", "no_answer": "silent"}


def tell_filed(filing: Filing, *, now: datetime) -> None:
    """The receipt of a filing, with its number."""
    _tell(filing, MessageKind.FILED, "filed", now=now)


def untell_filed(filing: Filing, *, now: datetime) -> None:
    """It was withdrawn before anybody read that it arrived."""
    kinds, ids = (MessageKind.FILED,), {"filing_id": filing.id}
    take_back(About(kinds, ids, (filing.person_id,)), now=now, unsent=True)


def tell_returned(
    case: Case, made: FileReturn, *, due_on: date, variant: str | None = None, now: datetime
) -> None:
    """A filing came back with a list; it got more time (extended); the time is over (overdue)."""
    _tell(
        case.filing,
        MessageKind.RETURNED,
        f"return:{made.id}:{variant or 'asked'}",
        now=now,
        data={
            "return_id": made.id,
            "points": len(made.items),
            "due_on": due_on.isoformat(),
            **({"variant": variant} if variant else {}),
        },
    )


def tell_return_moved(
    filing: Filing, made: FileReturn, *, before_on: date, due_on: date, now: datetime
) -> None:
    """A holiday moved the last day for answering a return."""
    _tell(
        filing,
        MessageKind.RETURNED,
        f"return:{made.id}:moved:{due_on.isoformat()}",
        now=now,
        data={
            "variant": "moved",
            "return_id": made.id,
            "points": len(made.items),
            "before_on": before_on.isoformat(),
            "due_on": due_on.isoformat(),
        },
    )


def appeal_moved(decision: Decision, filing: Filing, *, before_on: date, until_on: date) -> Draft:
    """A holiday moved the last day to appeal against a decision."""
    data = {
        "variant": "appeal_moved",
        "decision_id": decision.id,
        "before_on": before_on.isoformat(),
        "appeal_until_on": until_on.isoformat(),
    }
    key = f"decision:{decision.id}:appeal_moved:{until_on.isoformat()}"
    return _draft(filing, MessageKind.DECIDED, key, data)


def untell_returned(filing: Filing, made: FileReturn, *, now: datetime) -> None:
    """A return waits for nothing any more: what was said of it is no longer to be done."""
    take_back(About(OF_RETURNS, {"return_id": made.id}, (filing.person_id,)), now=now)


def tell_verifying(case: Case, made: Verification, *, now: datetime) -> None:
    """A unit is asked about the records, or has answered, or is not waited for any more."""
    variant = "asked" if made.outcome is None else VERIFYING[made.outcome]
    data = {"variant": variant, "unit": made.unit}
    key = f"verification:{made.id}:{'asked' if made.outcome is None else 'answered'}"
    _tell(case.filing, MessageKind.VERIFYING, key, now=now, data=data)


def decided(case: Case, decision: Decision, *, appeal_until_on: date | None) -> Draft:
    """A decision is in force; whoever decides tells it, of one file or of many together."""
    data: dict[str, Any] = {"variant": decision.outcome, "decision_id": decision.id}
    if decision.outcome == Outcome.CONDITIONAL and decision.make_up_until_on is not None:
        data["make_up_hours"] = sum(int(m["hours"]) for m in decision.make_up)
        data["until_on"] = decision.make_up_until_on.isoformat()
    if appeal_until_on is not None:
        data["appeal_until_on"] = appeal_until_on.isoformat()
    return _draft(case.filing, MessageKind.DECIDED, f"decision:{decision.id}", data)


def tell_assigned(readers: Sequence[Reader], society_id: int, *, now: datetime) -> None:
    """Files lie with people who did not take them themselves; many at once are one message each."""
    given: dict[int, list[int]] = defaultdict(list)
    for reader in readers:
        given[reader.person_id].append(reader.id)
    tell_all(
        (
            Draft(
                person_id,
                MessageKind.ASSIGNED,
                f"reader:{min(ids)}",
                {"count": len(ids)},
                society_id,
            )
            for person_id, ids in given.items()
        ),
        now=now,
    )


def _tell(
    filing: Filing,
    kind: MessageKind,
    key: str,
    *,
    now: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    tell(_draft(filing, kind, key, data or {}), now=now)


def _draft(filing: Filing, kind: MessageKind, key: str, data: Mapping[str, Any]) -> Draft:
    about = {"number": filing.number, "filing_id": filing.id, **data}
    return Draft(filing.person_id, kind, f"filing:{filing.id}:{key}", about, filing.society_id)
