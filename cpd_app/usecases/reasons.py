"""Words that readers use again and again: the society's own reasons (domain.md §8)."""

from datetime import datetime

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound, Rejected
from cpd_app.domain.review import NEEDS_REASON, Verdict
from cpd_app.models import ReasonTemplate
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal


def add_reason(
    actor: Actor, society_id: int, verdict: str, text: str, text_en: str, *, now: datetime
) -> ReasonTemplate:
    """Keep words for a verdict; both languages, since members read theirs.

    Raises Rejected `unknown_value`, `missing`.
    """
    require(actor, Permission.ASSIGN_READER, Target(societies=frozenset({society_id})))
    if verdict not in {v.value for v in NEEDS_REASON}:
        raise Rejected("unknown_value", "verdict")
    if not text.strip():
        raise Rejected("missing", "text")
    last = session.scalar(
        select(func.max(ReasonTemplate.position)).where(ReasonTemplate.society_id == society_id)
    )
    row = ReasonTemplate(
        society_id=society_id,
        code="own",
        verdict=Verdict(verdict).value,
        text=text.strip(),
        text_en=text_en.strip() or text.strip(),
        position=(last or 0) + 1,
    )
    session.add(row)
    session.flush()
    row.code = f"own-{row.id}"
    journal.record(
        actor, "reason.added", "reason_template", row.id, now=now, society_id=society_id,
        data={"verdict": verdict},
    )  # fmt: skip
    return row


def remove_reason(actor: Actor, society_id: int, reason_id: int, *, now: datetime) -> None:
    """Offer these words no more; what was said with them stays."""
    require(actor, Permission.ASSIGN_READER, Target(societies=frozenset({society_id})))
    row = session.get(ReasonTemplate, reason_id)
    if row is None or row.society_id != society_id:
        raise NotFound
    session.delete(row)
    journal.record(
        actor, "reason.removed", "reason_template", reason_id, now=now, society_id=society_id
    )
