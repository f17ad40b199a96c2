"""Both societies say for their own side whether a match is the same; else the federation."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, NotAllowed, NotFound, Rejected
from cpd_app.domain.filed_flags import FlagKind
from cpd_app.domain.matches import Answer
from cpd_app.models import CrossMatch, Evidence, Filing, JournalEntry, MatchAnswer, Message
from cpd_app.policy import RoleName
from cpd_app.usecases.activities import log_activity
from cpd_app.usecases.activity_input import NewActivity
from cpd_app.usecases.audit_flags import flags_of
from cpd_app.usecases.audit_queue import rate_files
from cpd_app.usecases.filed_records import filed_records
from cpd_app.usecases.match_answers import answer_match, settle_match
from cpd_app.usecases.matches import Match, count_to_answer, cross_matches, match_shown, matches_of
from tests.support import builders
from tests.support.filings import a_filing, a_record
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]
NOW = datetime(2027, 11, 1, 2, 0, tzinfo=UTC)
AT = {"now": NOW, "today": NOW.date()}
HASH = "a" * 64
SECRET = "只有联合体看得到的话"


def a_paper(do: Do, store: Store, someone: Someone) -> None:
    """A record of a member with a file of the same bytes as everybody's here."""
    new = NewActivity("training", "示范培训", None, date(2025, 5, 6), fields={"minutes": 90})
    activity = do(log_activity, someone.actor, new, **AT).activity
    file = builders.a_file(store, someone.person, original_hash=HASH)
    store.add(Evidence(activity_id=activity.id, file_id=file.id, proofs=[], created_at=NOW))


@pytest.fixture
def filing(do: Do, store: Store, member: Someone, stranger: Someone, auditor: Someone) -> Filing:
    """The member's filing, with a file that a member of another society uses too."""
    assert member.registration
    for someone in (member, stranger):
        a_paper(do, store, someone)
    paper = {"file_id": 0, "name": "x", "original_hash": HASH}
    made = a_filing(store, member.registration, [a_record(content={"evidence": [paper]})])
    do(rate_files, auditor.actor, [made.id], now=NOW)
    return made


@pytest.fixture
def elsewhere(store: Store, other_society: Any) -> Someone:
    """An auditor of the other society, who is not its member."""
    person = builders.a_person(store)
    role = builders.a_role(store, person, "auditor", other_society)
    return Someone(person, other_society, roles=frozenset({RoleName(role.role)}))


@pytest.fixture
def match_id(store: Store, filing: Filing) -> int:
    assert filing.id
    return store.one(select(CrossMatch.id))


def answered(do: Do, store: Store, by: Someone, match_id: int, answer: Answer) -> None:
    seen = store.get(CrossMatch, match_id).version
    do(answer_match, by.actor, match_id, answer, SECRET, seen=seen, **AT)


def shown(do: Do, by: Someone, match_id: int) -> Match:
    match: Match = do(match_shown, by.actor, match_id)[0]
    return match


def test_each_society_sees_its_own_side_and_nothing_of_the_other(
    do: Do, store: Store, match_id: int, member: Someone, stranger: Someone, auditor: Someone,
    elsewhere: Someone,
):  # fmt: skip
    answered(do, store, auditor, match_id, Answer.SAME)

    for by, whose, other in ((auditor, member, stranger), (elsewhere, stranger, member)):
        match, records = do(match_shown, by.actor, match_id)
        assert whose.registration
        assert other.registration
        assert match.own.number == whose.registration.number
        assert match.own.name == whose.person.name
        assert [r.title for r in records] == ["示范培训"]
        assert match.other is None
        seen = repr((match, records))
        assert other.registration.number not in seen
        assert other.person.name not in seen
    theirs = shown(do, elsewhere, match_id)
    assert theirs.other_answer == "same"
    assert SECRET not in repr(theirs), "words are for the federation"


def test_two_that_say_the_same_settle_it_and_both_are_told(
    do: Do, store: Store, match_id: int, auditor: Someone, elsewhere: Someone, federation: Someone,
    filing: Filing, member: Someone,
):  # fmt: skip
    assert auditor.society
    assert elsewhere.society
    counts = [count_to_answer, auditor.society.id], [count_to_answer, elsewhere.society.id]
    assert [do(*count) for count in counts] == [1, 1]

    answered(do, store, auditor, match_id, Answer.SAME)
    assert store.all(select(Message.person_id).where(Message.kind == "match")) == [elsewhere.id]
    assert [do(*count) for count in counts] == [0, 1]
    assert shown(do, auditor, match_id).state == "waiting"
    answered(do, store, elsewhere, match_id, Answer.SAME)

    match = store.get(CrossMatch, match_id)
    assert (match.outcome, match.settled_at, match.settled_by_id) == ("same", NOW, None)
    told = store.all(select(Message).where(Message.kind == "match").order_by(Message.id))
    variants = [(m.data["variant"], m.person_id) for m in told]
    assert variants == [("asked", elsewhere.id), ("same", auditor.id), ("same", elsewhere.id)]
    assert member.registration
    assert told[1].data["number"] == member.registration.number
    verbs = store.all(select(JournalEntry.verb).where(JournalEntry.object_type == "match"))
    assert verbs == ["match.answered", "match.answered", "match.settled"]
    with pytest.raises(Conflict, match="match_settled"):
        answered(do, store, auditor, match_id, Answer.DIFFERENT)
    (found,) = do(cross_matches, federation.actor)
    assert found.other
    assert (found.own.words, found.other.words) == (SECRET, SECRET)

    def flags() -> Any:
        held = session.get_one(Filing, filing.id)
        return flags_of(held, filed_records(held.id, whole=True))

    (of_record,) = do(flags).values()
    assert [f.settled for f in of_record if f.kind is FlagKind.SAME_FILE] == ["same"]


def test_what_they_see_differently_the_federation_settles(
    do: Do, store: Store, match_id: int, auditor: Someone, elsewhere: Someone, federation: Someone
):
    answered(do, store, auditor, match_id, Answer.SAME)
    answered(do, store, elsewhere, match_id, Answer.DIFFERENT)
    assert {shown(do, by, match_id).state for by in (auditor, elsewhere)} == {"disputed"}
    seen = store.get(CrossMatch, match_id).version

    with pytest.raises(Rejected, match="missing"):
        do(settle_match, federation.actor, match_id, Answer.SAME, " ", seen=seen, **AT)
    do(settle_match, federation.actor, match_id, Answer.DIFFERENT, SECRET, seen=seen, **AT)

    match = store.get(CrossMatch, match_id)
    assert (match.outcome, match.settled_by_id) == ("different", federation.id)
    theirs = shown(do, auditor, match_id)
    assert (theirs.outcome, theirs.settled_words) == ("different", None)


def test_an_answer_can_be_changed_until_it_is_settled_and_the_second_of_two_is_told(
    do: Do, store: Store, match_id: int, auditor: Someone, registrar: Someone
):
    answered(do, store, auditor, match_id, Answer.SAME)
    with pytest.raises(Conflict, match="changed_meanwhile"):
        do(answer_match, registrar.actor, match_id, Answer.DIFFERENT, "x", seen=1, **AT)

    answered(do, store, registrar, match_id, Answer.DIFFERENT)

    assert store.all(select(MatchAnswer.answer)) == ["different"]


def test_who_may_answer_and_settle(
    do: Do, store: Store, match_id: int, member: Someone, auditor: Someone, stranger: Someone,
    federation: Someone,
):  # fmt: skip
    third = builders.a_society(store)
    person = builders.a_person(store)
    role = builders.a_role(store, person, "registrar", third)
    outsider = Someone(person, third, roles=frozenset({RoleName(role.role)}))
    for by, refusal in (
        (member, NotFound),
        (outsider, NotFound),
        # the other side is their own
        (stranger, NotAllowed),
    ):
        with pytest.raises(refusal):
            do(match_shown, by.actor, match_id)
        with pytest.raises(refusal):
            do(answer_match, by.actor, match_id, Answer.SAME, "x", seen=1, **AT)
    with pytest.raises(NotFound):
        do(settle_match, federation.actor, 999, Answer.SAME, "x", seen=1, **AT)
    with pytest.raises(NotAllowed):
        do(settle_match, auditor.actor, match_id, Answer.SAME, "x", seen=1, **AT)
    assert do(matches_of, outsider.actor, third.id) == []


def test_found_again_from_the_other_side_it_is_the_same_match(
    do: Do, store: Store, match_id: int, stranger: Someone, elsewhere: Someone
):
    assert stranger.registration
    paper = {"file_id": 0, "name": "x", "original_hash": HASH}
    theirs = a_filing(store, stranger.registration, [a_record(content={"evidence": [paper]})])

    do(rate_files, elsewhere.actor, [theirs.id], now=NOW)

    assert store.all(select(CrossMatch.id)) == [match_id]
