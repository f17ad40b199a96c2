"""Both societies say whether a match is the same activity; else the federation settles it (§11)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import literal, select, update
from sqlalchemy.types import Date

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.matches import Answer, agreed
from cpd_app.domain.messages import MessageKind
from cpd_app.models import CrossMatch, MatchAnswer, Registration, Role
from cpd_app.policy import Actor, Permission, RoleName, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.actors import holds
from cpd_app.usecases.matches import own_side
from cpd_app.usecases.messages import Draft, tell_all

MOST_WORDS = 500
#: who looks after a society's matches
TOLD = (RoleName.AUDITOR, RoleName.REGISTRAR)


def answer_match(
    actor: Actor,
    match_id: int,
    answer: Answer,
    words: str,
    *,
    seen: int,
    now: datetime,
    today: date,
) -> CrossMatch:
    """Say for one's own side whether it is the same; settled when both societies say the same.

    An answer can be changed until then. Raises Rejected `missing`, `too_long`; Conflict
    `match_settled`, `changed_meanwhile`.
    """
    match, society_id = own_side(actor, match_id)
    words = _checked(words)
    _take(match, seen)
    other_id = match.other_society_id if match.society_id == society_id else match.society_id
    row = session.get(MatchAnswer, (match.id, society_id)) or MatchAnswer(
        match_id=match.id, society_id=society_id
    )
    row.answer, row.words, row.by_id, row.at = answer.value, words, actor.person_id or 0, now
    session.add(row)
    theirs = session.get(MatchAnswer, (match.id, other_id))
    _note(actor, match, "match.answered", {"answer": answer.value}, words, society_id, now=now)
    both = agreed(answer, theirs.answer if theirs else None)
    if both is not None:
        _settle(actor, match, both, now=now, today=today)
    elif theirs is None:
        _tell(match, other_id, "asked", now=now, today=today)
    session.flush()
    return match


def settle_match(
    actor: Actor,
    match_id: int,
    outcome: Answer,
    words: str,
    *,
    seen: int,
    now: datetime,
    today: date,
) -> CrossMatch:
    """The federation settles what the societies see differently or leave unanswered.

    Raises Rejected `missing`, `too_long`; Conflict `match_settled`, `changed_meanwhile`.
    """
    require(actor, Permission.SETTLE_MATCH, Target())
    match = session.get(CrossMatch, match_id)
    if match is None:
        raise NotFound
    words = _checked(words)
    _take(match, seen)
    match.settled_by_id, match.settled_words = actor.person_id, words
    _settle(actor, match, outcome, now=now, today=today)
    session.flush()
    return match


def _checked(words: str) -> str:
    words = words.strip()
    if not words:
        raise Rejected("missing", "words")
    if len(words) > MOST_WORDS:
        raise Rejected("too_long", "words", most=MOST_WORDS)
    return words


def _take(match: CrossMatch, seen: int) -> None:
    """Take the match as the person saw it; of two who answer at once the second is told."""
    session.refresh(match)
    if match.outcome is not None:
        raise Conflict("match_settled")
    taken = session.execute(
        update(CrossMatch)
        .where(CrossMatch.id == match.id, CrossMatch.version == seen, CrossMatch.outcome.is_(None))
        .values(version=seen + 1)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("changed_meanwhile")
    session.refresh(match)


def _settle(
    actor: Actor, match: CrossMatch, outcome: Answer, *, now: datetime, today: date
) -> None:
    match.outcome, match.settled_at = outcome.value, now
    _note(actor, match, "match.settled", {"outcome": outcome.value}, match.settled_words, None,
          now=now)  # fmt: skip
    for society_id in (match.society_id, match.other_society_id):
        _tell(match, society_id, outcome.value, now=now, today=today)


def _tell(match: CrossMatch, society_id: int, variant: str, *, now: datetime, today: date) -> None:
    """A society's auditors and registrars, with its member's number; not the member themselves."""
    is_first = match.society_id == society_id
    registration_id = match.registration_id if is_first else match.other_registration_id
    own = session.get_one(Registration, registration_id)
    whose = (Role.society_id == society_id) & Role.role.in_([str(role) for role in TOLD])
    people = session.scalars(
        select(Role.person_id).where(holds(Role, whose, literal(today, Date))).distinct()
    )
    tell_all(
        [
            Draft(
                person_id,
                MessageKind.MATCH,
                f"match:{match.id}:{match.version}:{society_id}:{person_id}",
                {"variant": variant, "number": own.number, "match_id": match.id},
                society_id,
            )
            for person_id in sorted(people)
            if person_id != own.person_id
        ],
        now=now,
    )


def _note(
    actor: Actor,
    match: CrossMatch,
    verb: str,
    data: dict[str, Any],
    words: str | None,
    society_id: int | None,
    *,
    now: datetime,
) -> None:
    values = {"words": words} if words else None
    journal.record(
        actor, verb, "match", match.id, now=now, society_id=society_id, data=data, values=values
    )
