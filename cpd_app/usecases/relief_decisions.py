"""The society's word on relief: granted or refused with a reason, given to all, set aside."""

from dataclasses import dataclass
from datetime import date, datetime

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.relief import Effect, ReliefState, Span, check_within
from cpd_app.models import Relief
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import credits as allocations
from cpd_app.usecases import relief_for_all
from cpd_app.usecases.appealed import Appealed
from cpd_app.usecases.deadlines import (
    APPEAL_DAYS,
    DeadlineKind,
    close_deadline,
    deadline_of,
    recompute,
    set_deadline,
)
from cpd_app.usecases.make_up import release_bindings
from cpd_app.usecases.make_up_windows import DEFERRAL
from cpd_app.usecases.relief import asked_span, granted_span, held_relief, note_relief
from cpd_app.usecases.relief_grounds import ground_for
from cpd_app.usecases.relief_messages import tell_relief
from cpd_app.usecases.standings import begin_round

MOST_REASON = 2000
MOST_DOCUMENT = 80


@dataclass(frozen=True)
class Decided:
    """What staff decide on a request."""

    grant: bool
    reason: str
    #: shorter than asked; what is left empty is as asked
    from_on: date | None = None
    to_on: date | None = None
    until_on: date | None = None
    document_no: str = ""


@dataclass(frozen=True)
class ForAll:
    """A relief for every registration of a society."""

    ground_id: int
    from_on: date | None
    to_on: date | None
    words: str
    document_no: str


def decide_relief(
    actor: Actor, relief_id: int, said: Decided, *, seen: int, now: datetime, today: date
) -> Relief:
    """Grant a request, perhaps less than was asked for, or refuse it; always with a reason (Q20).

    Nobody decides their own. What is refused or cut can be appealed against for 15 working days.
    Raises Rejected `missing`, `too_long`, `more_than_asked_for`, `ends_before_start`; Conflict
    `relief_changed`, `relief_decided`.
    """
    relief = held_relief(actor, relief_id, Permission.DECIDE_RELIEF, seen=seen)
    if relief.state != ReliefState.SUBMITTED:
        raise Conflict("relief_decided")
    _check_words(said.reason, said.document_no)
    asked = asked_span(relief)
    if said.grant:
        span = Span(
            asked.effect,
            said.from_on or asked.from_on,
            said.to_on or asked.to_on,
            asked.year,
            said.until_on or asked.until_on,
        )
        check_within(span, asked)
        _grant(relief, span)
    else:
        relief.state = ReliefState.REFUSED
    relief.reason, relief.document_no = said.reason.strip(), said.document_no.strip() or None
    relief.decided_at, relief.decided_by_id = now, actor.person_id
    relief.version += 1
    close_deadline(deadline_of(DeadlineKind.RELIEF, relief.id), now=now)
    cut = granted_span(relief) != asked
    until = _let_appeal(relief, today=today) if cut else None
    note_relief(actor, relief, f"relief.{relief.state}", now=now, values={"reason": relief.reason})
    variant = "refused" if not said.grant else "partly" if cut else "granted"
    tell_relief(relief, variant, appeal_until_on=until, now=now)
    _judge_anew(relief)
    return relief


def give_relief_to_all(actor: Actor, society_id: int, new: ForAll, *, now: datetime) -> Relief:
    """Relieve every registration of a society for some time (a disaster), by a document.

    It holds at once; members are told, and the kept standings judged again, in the background.
    Raises Rejected `unknown_ground`, `missing`, `too_long`, `ends_before_start`.
    """
    require(actor, Permission.SET_RELIEF, Target(societies=frozenset({society_id})))
    ground = ground_for(society_id, new.ground_id, society_wide=True)
    span = span_for_all(new.from_on, new.to_on)
    _check_words(new.words, new.document_no)
    if not new.document_no.strip():
        raise Rejected("missing", "document_no")
    relief = Relief(
        key=None,
        society_id=society_id,
        registration_id=None,
        person_id=None,
        ground_id=ground.id,
        effect=Effect.REDUCTION.value,
        from_on=span.from_on,
        to_on=span.to_on,
        words=new.words.strip(),
        asked_at=now,
        asked_by_id=actor.person_id,
        decided_at=now,
        decided_by_id=actor.person_id,
        reason=new.words.strip(),
        document_no=new.document_no.strip(),
    )
    _grant(relief, span)
    session.add(relief)
    session.flush()
    note_relief(actor, relief, "relief.given_to_all", now=now, values={"reason": new.words})
    relief_for_all.order_given(actor, relief, now=now)
    _judge_anew(relief)
    return relief


def span_for_all(from_on: date | None, to_on: date | None) -> Span:
    """Days for a whole society, half-open."""
    if from_on is None:
        raise Rejected("missing", "from_on")
    if to_on is None:
        raise Rejected("missing", "to_on")
    if to_on <= from_on:
        raise Rejected("ends_before_start", "to_on")
    return Span(Effect.REDUCTION, from_on, to_on)


def annul_relief(
    actor: Actor, relief_id: int, reason: str, *, seen: int, now: datetime, today: date
) -> Relief:
    """Set a granted relief aside: its reason was not so, or it was given by mistake.

    Records that were bound by it count for their own year again; the member can appeal. One for all
    is the registrar's.
    Raises Rejected `missing`; Conflict `relief_changed`, `relief_not_granted`.
    """
    relief = held_relief(actor, relief_id, Permission.DECIDE_RELIEF, seen=seen)
    if relief.registration_id is None:
        require(actor, Permission.SET_RELIEF, Target(societies=frozenset({relief.society_id})))
    if relief.state != ReliefState.GRANTED:
        raise Conflict("relief_not_granted")
    _check_words(reason, "")
    relief.state = ReliefState.ANNULLED
    relief.reason = reason.strip()
    relief.decided_at, relief.decided_by_id = now, actor.person_id
    relief.version += 1
    session.flush()
    if relief.registration_id is not None:
        until = _let_appeal(relief, today=today)
        tell_relief(relief, "withdrawn", appeal_until_on=until, now=now)
    else:
        relief_for_all.order_taken_back(actor, relief, now=now)
    note_relief(actor, relief, "relief.annulled", now=now, values={"reason": relief.reason})
    release_bindings(actor, DEFERRAL, relief.id, now=now)
    _judge_anew(relief)
    return relief


def appealed(subject_id: int) -> Appealed:
    """Whom an appeal against the decision on a relief concerns, and who may not decide it."""
    relief = session.get(Relief, subject_id)
    if relief is None or relief.registration_id is None or relief.person_id is None:
        raise NotFound
    return Appealed(
        relief.society_id,
        relief.registration_id,
        relief.person_id,
        frozenset() if relief.decided_by_id is None else frozenset({relief.decided_by_id}),
        DeadlineKind.APPEAL_RELIEF,
        page_id=relief.id,
    )


def uphold(
    actor: Actor,
    subject_id: int,
    *,
    reason: str,
    now: datetime,
    today: date,  # noqa: ARG001 - every subject of an appeal is called in the same way
) -> None:
    """An appeal was right: the relief is granted as it was asked for, or holds as it did.

    Whoever decides an appeal has not decided before, so theirs is the second look already; sending
    it back for a third would only cost the member another 20 working days.
    """
    relief = held_relief(actor, subject_id, Permission.DECIDE_APPEAL)
    if relief.state == ReliefState.ANNULLED:
        relief.state = ReliefState.GRANTED  # what was granted then still stands in the row
    elif relief.state in {ReliefState.REFUSED, ReliefState.GRANTED}:
        _grant(relief, asked_span(relief))
    else:
        raise Conflict("relief_changed", state=relief.state)
    relief.reason, relief.decided_at, relief.decided_by_id = reason, now, actor.person_id
    relief.version += 1
    note_relief(actor, relief, "relief.granted", now=now, values={"reason": reason})
    _judge_anew(relief)


def _let_appeal(relief: Relief, *, today: date) -> date:
    """15 working days from today, also when an earlier decision was appealed against before."""
    known = deadline_of(DeadlineKind.APPEAL_RELIEF, relief.id)
    if known is not None:
        known.delivered_on, known.closed_at = today, None
        recompute(known)
        return known.due_on
    return set_deadline(
        DeadlineKind.APPEAL_RELIEF,
        relief.id,
        delivered_on=today,
        work_days=APPEAL_DAYS,
        society_id=relief.society_id,
        registration_id=relief.registration_id,
        person_id=relief.person_id,
    ).due_on


def _grant(relief: Relief, span: Span) -> None:
    relief.state = ReliefState.GRANTED
    relief.granted_from_on, relief.granted_to_on = span.from_on, span.to_on
    relief.granted_until_on = span.until_on


def _check_words(reason: str, document_no: str) -> None:
    if not reason.strip():
        raise Rejected("missing", "reason")
    if len(reason) > MOST_REASON:
        raise Rejected("too_long", "reason", most=MOST_REASON)
    if len(document_no) > MOST_DOCUMENT:
        raise Rejected("too_long", "document_no", most=MOST_DOCUMENT)


def _judge_anew(relief: Relief) -> None:
    """What is kept about standings is old now: of one registration, or of the whole society."""
    session.flush()
    if relief.registration_id is not None:
        allocations.lock(relief.registration_id)
    else:
        begin_round(relief.society_id)
