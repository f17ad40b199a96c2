"""Files and achievements also used in another society, as each may see them (domain.md §11).

A society sees its own side: its member and records. Of the other side it sees what was answered,
never who, which society or why; the federation sees both references and both reasons, no record.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from cpd_app.db import session
from cpd_app.domain.errors import NotFound
from cpd_app.domain.filed_flags import FlagKind
from cpd_app.domain.matches import MatchState, state_of
from cpd_app.models import (
    Activity,
    Credit,
    CrossMatch,
    Evidence,
    File,
    MatchAnswer,
    Registration,
    Society,
)
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases.credits_shown import names_of

#: newest first; older ones were settled long ago
MOST = 200


@dataclass(frozen=True)
class Side:
    """One of the two registrations, as the viewer may see it."""

    society_id: int
    registration_id: int
    number: str
    society: str
    society_en: str
    #: same, different; None: not answered
    answer: str | None
    #: for whoever wrote them and for the federation
    words: str = ""
    #: of a society's own member
    name: str = ""


@dataclass(frozen=True)
class Match:
    """One match. A society sees `own`; the federation sees both sides."""

    id: int
    kind: str
    found_at: datetime
    state: MatchState
    outcome: str | None
    settled_at: datetime | None
    settled_words: str | None
    version: int
    own: Side
    #: None for a society: who the other one is is not its to know
    other: Side | None
    #: the other side's answer, which a society may know
    other_answer: str | None


@dataclass(frozen=True)
class OwnRecord:
    """A record of the society's own member that the match is about."""

    activity_id: int
    title: str
    ended_on: date


def cross_matches(actor: Actor) -> list[Match]:
    """All of them, for the federation."""
    require(actor, Permission.READ_MATCHES, Target())
    return [_for_federation(row) for row in session.execute(_sides(_newest()))]


def matches_of(actor: Actor, society_id: int) -> list[Match]:
    """Those that a society's members are part of, but one's own; the open ones first."""
    require(actor, Permission.ANSWER_MATCH, Target(societies=frozenset({society_id})))
    rows = [r for r in session.execute(_sides(_of(society_id))) if _person(r, society_id) !=
            actor.person_id]  # fmt: skip
    names = names_of(_person(row, society_id) for row in rows)
    made = [_for_society(row, society_id, names) for row in rows]
    return sorted(made, key=lambda m: m.state is not MatchState.TO_ANSWER)


def count_to_answer(society_id: int) -> int:
    """How many wait for a society's answer, for the navigation."""
    answered = (
        select(MatchAnswer.match_id)
        .where(MatchAnswer.match_id == CrossMatch.id, MatchAnswer.society_id == society_id)
        .exists()
    )
    return (
        session.scalar(
            select(func.count())
            .select_from(CrossMatch)
            .where(_is_of(society_id), CrossMatch.outcome.is_(None), ~answered)
        )
        or 0
    )


def match_shown(actor: Actor, match_id: int) -> tuple[Match, list[OwnRecord]]:
    """One match as the viewer may see it, with the records of a society's own member."""
    if actor.is_federation:
        require(actor, Permission.READ_MATCHES, Target())
        rows = session.execute(_sides(select(CrossMatch.id).where(CrossMatch.id == match_id))).all()
        if not rows:
            raise NotFound
        return _for_federation(rows[0]), []
    match, society_id = own_side(actor, match_id)
    row = session.execute(_sides(select(CrossMatch.id).where(CrossMatch.id == match.id))).one()
    shown = _for_society(row, society_id, names_of([_person(row, society_id)]))
    return shown, _own_records(match, society_id)


def own_side(actor: Actor, match_id: int) -> tuple[CrossMatch, int]:
    """The match and the side that the actor works for; NotFound for everybody else's."""
    match = session.get(CrossMatch, match_id)
    if match is None:
        raise NotFound
    sides = {
        match.society_id: match.registration_id,
        match.other_society_id: match.other_registration_id,
    }
    society_id = next((s for s in sides if s in actor.staff_of), None)
    if society_id is None:
        raise NotFound
    registration = session.get_one(Registration, sides[society_id])
    target = Target(owner_id=registration.person_id, societies=frozenset({society_id}))
    require(actor, Permission.ANSWER_MATCH, target)
    return match, society_id


def _own_records(match: CrossMatch, society_id: int) -> list[OwnRecord]:
    """The records of the own side that hold what the other side holds too."""
    own_id, other_id = match.registration_id, match.other_registration_id
    if match.society_id != society_id:
        own_id, other_id = other_id, own_id
    what = _hashes if match.kind == FlagKind.SAME_FILE else _keys
    rows = session.execute(
        what(own_id, Activity.id, Activity.title, Activity.ended_on)
        .where(_column(match.kind).in_(what(other_id, _column(match.kind))))
        .distinct()
        .order_by(Activity.ended_on, Activity.id)
    )
    return [OwnRecord(*row) for row in rows]


def _column(kind: str) -> Any:
    return File.original_hash if kind == FlagKind.SAME_FILE else Activity.achievement_norm


def _hashes(registration_id: int, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Activity)
        .join(Credit, Credit.activity_id == Activity.id)
        .join(Evidence, Evidence.activity_id == Activity.id)
        .join(File, File.id == Evidence.file_id)
        .where(Credit.registration_id == registration_id, File.state != "purged")
    )


def _keys(registration_id: int, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Activity)
        .join(Credit, Credit.activity_id == Activity.id)
        .where(Credit.registration_id == registration_id, Activity.state == "recorded")
    )


# --- rows of both sides


def _is_of(society_id: int) -> Any:
    return or_(CrossMatch.society_id == society_id, CrossMatch.other_society_id == society_id)


def _newest() -> Select[int]:
    newest = (CrossMatch.found_at.desc(), CrossMatch.id.desc())
    return select(CrossMatch.id).order_by(*newest).limit(MOST)


def _of(society_id: int) -> Select[int]:
    return _newest().where(_is_of(society_id))


def _sides(ids: Select[int]) -> Any:
    """Matches with both registrations, societies and answers; one statement."""
    theirs, their_society, theirs_said = (
        aliased(Registration),
        aliased(Society),
        aliased(MatchAnswer),
    )
    return (
        select(CrossMatch, Registration, Society, MatchAnswer, theirs, their_society, theirs_said)
        .join(Registration, Registration.id == CrossMatch.registration_id)
        .join(Society, Society.id == CrossMatch.society_id)
        .outerjoin(
            MatchAnswer,
            (MatchAnswer.match_id == CrossMatch.id)
            & (MatchAnswer.society_id == CrossMatch.society_id),
        )
        .join(theirs, theirs.id == CrossMatch.other_registration_id)
        .join(their_society, their_society.id == CrossMatch.other_society_id)
        .outerjoin(
            theirs_said,
            (theirs_said.match_id == CrossMatch.id)
            & (theirs_said.society_id == CrossMatch.other_society_id),
        )
        .where(CrossMatch.id.in_(ids.scalar_subquery()))
        .order_by(CrossMatch.found_at.desc(), CrossMatch.id.desc())
        .execution_options(populate_existing=True)
    )


def _person(row: Any, society_id: int) -> int:
    """Whose registration the society's side is."""
    own = row[1] if row[0].society_id == society_id else row[4]
    return int(own.person_id)


def _for_federation(row: Any) -> Match:
    first, second = _side(*row[1:4]), _side(*row[4:7])
    return _match(row[0], first, second, shows_other=True)


def _for_society(row: Any, society_id: int, names: dict[int, str]) -> Match:
    name = names.get(_person(row, society_id), "")
    halves = (row[1:4], row[4:7])
    own, other = halves if row[0].society_id == society_id else halves[::-1]
    return _match(row[0], _side(*own, name=name), _side(*other), shows_other=False)


def _side(
    registration: Registration, society: Society, said: MatchAnswer | None, *, name: str = ""
) -> Side:
    return Side(
        society.id,
        registration.id,
        registration.number,
        society.name,
        society.name_en,
        said.answer if said else None,
        said.words if said else "",
        name,
    )


def _match(match: CrossMatch, own: Side, other: Side, *, shows_other: bool) -> Match:
    return Match(
        id=match.id,
        kind=match.kind,
        found_at=match.found_at,
        state=state_of(own.answer, other.answer, match.outcome),
        outcome=match.outcome,
        settled_at=match.settled_at,
        settled_words=match.settled_words if shows_other else None,
        version=match.version,
        own=own,
        other=other if shows_other else None,
        other_answer=other.answer,
    )


def outcomes_of(registration_id: int) -> dict[str, set[str]]:
    """What was settled of a registration's matches, by kind; for whoever judges its records."""
    found: dict[str, set[str]] = {}
    for kind, outcome in session.execute(
        select(CrossMatch.kind, CrossMatch.outcome).where(
            or_(
                CrossMatch.registration_id == registration_id,
                CrossMatch.other_registration_id == registration_id,
            ),
        )
    ):
        found.setdefault(kind, set()).add(outcome or "")
    return {kind: said for kind, said in found.items() if "" not in said}
