"""减免与延期: what a member asks for under the contingency plan (预案), and what becomes of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.relief import Effect, ReliefState, Span, checked_span
from cpd_app.domain.years import CpdYear
from cpd_app.models import (
    Deadline,
    File,
    Registration,
    Relief,
    ReliefFile,
    ReliefGround,
    Term,
)
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.storage import LocalFiles
from cpd_app.usecases import journal
from cpd_app.usecases.attaching import attach_files, check_number
from cpd_app.usecases.cpd_years import cpd_years
from cpd_app.usecases.deadlines import (
    RELIEF_DAYS,
    DeadlineKind,
    close_deadline,
    deadline_of,
    set_deadline,
)
from cpd_app.usecases.files import Upload
from cpd_app.usecases.registrations_shown import readable_registration, term_on
from cpd_app.usecases.relief_effect import YearEffect, effect_of
from cpd_app.usecases.relief_grounds import ground_for

MOST_WORDS = 2000
#: open requests of one registration
MOST_OPEN = 5


@dataclass(frozen=True)
class NewRelief:
    """What a member asks for."""

    registration_id: int
    ground_id: int
    from_on: date | None = None
    #: exclusive
    to_on: date | None = None
    year: int | None = None
    until_on: date | None = None
    words: str = ""
    #: UUID made by the client once per request
    key: str | None = None


@dataclass(frozen=True)
class Asked:
    """A request with everything that its page shows."""

    relief: Relief
    ground: ReliefGround
    #: None = society-wide
    registration: Registration | None
    term: Term | None
    files: tuple[File, ...]
    #: of the society's decision
    deadline: Deadline | None
    #: last day to appeal
    appeal_deadline: Deadline | None

    @property
    def span(self) -> Span:
        """What was asked for."""
        return asked_span(self.relief)

    @property
    def granted(self) -> Span | None:
        """What was granted; None while it is not."""
        return granted_span(self.relief)


def ask_relief(
    actor: Actor,
    new: NewRelief,
    uploads: Sequence[Upload] = (),
    *,
    store: LocalFiles | None = None,
    now: datetime,
    today: date,
) -> Relief:
    """Ask the society for relief; the same key gives the first request back.

    The society decides within 20 working days [DEFAULT §5.2]. Raises what `preview_relief` does,
    `missing` (words), `too_long`, `too_many_files`, `too_many_requests`.
    """
    registration = _own_registration(actor, new.registration_id)
    known = _of_key(registration.person_id, new.key)
    if known is not None:
        return known
    ground, term, span = _checked(registration, new, today)
    _refuse_bad_words(new.words)
    check_number(uploads)
    _refuse_useless(effect_of(registration, term, span, on=today))
    if _open_of(registration.id) >= MOST_OPEN:
        raise Rejected("too_many_requests", most=MOST_OPEN)
    relief = Relief(
        key=new.key,
        society_id=registration.society_id,
        registration_id=registration.id,
        person_id=registration.person_id,
        ground_id=ground.id,
        effect=span.effect.value,
        from_on=span.from_on,
        to_on=span.to_on,
        term_id=term.id,
        year_index=span.year,
        until_on=span.until_on,
        words=new.words.strip(),
        state=ReliefState.SUBMITTED,
        asked_at=now,
        asked_by_id=actor.person_id,
    )
    session.add(relief)
    session.flush()
    attach_files(
        actor,
        relief.asked_by_id,
        uploads,
        lambda file_id: ReliefFile(relief_id=relief.id, file_id=file_id),
        store=store,
        now=now,
    )
    set_deadline(
        DeadlineKind.RELIEF,
        relief.id,
        delivered_on=today,
        work_days=RELIEF_DAYS,
        society_id=relief.society_id,
        registration_id=registration.id,
        person_id=registration.person_id,
    )
    note_relief(actor, relief, "relief.asked", now=now, values={"words": relief.words})
    return relief


def preview_relief(actor: Actor, new: NewRelief, *, today: date) -> tuple[YearEffect, ...]:
    """What it would do to every year, before it is asked for; nothing is saved.

    Raises Rejected `no_registration`, `unknown_ground`, `missing`, `ends_before_start`,
    `relief_outside_term`, `too_short_for_ground`, `unknown_year`, `bad_deferral`.
    """
    registration = _own_registration(actor, new.registration_id)
    _ground, term, span = _checked(registration, new, today)
    return effect_of(registration, term, span, on=today)


def withdraw_relief(actor: Actor, relief_id: int, *, seen: int | None, now: datetime) -> Relief:
    """Take a request back while it is not decided; Conflict `relief_decided`."""
    relief = held_relief(actor, relief_id, Permission.ASK_RELIEF, seen=seen)
    if relief.state != ReliefState.SUBMITTED:
        raise Conflict("relief_decided")
    relief.state = ReliefState.WITHDRAWN
    relief.version += 1
    close_deadline(deadline_of(DeadlineKind.RELIEF, relief.id), now=now)
    note_relief(actor, relief, "relief.withdrawn", now=now)
    return relief


def relief_asked(actor: Actor, relief_id: int) -> Asked:
    """One request for whoever may see it: the member, and staff of the society."""
    relief = held_relief(actor, relief_id, Permission.READ_RELIEF)
    registration = term = None
    if relief.registration_id is not None:
        registration = readable_registration(actor, relief.registration_id)
        term = session.get(Term, relief.term_id) if relief.term_id else None
    files = session.scalars(
        select(File)
        .join(ReliefFile, ReliefFile.file_id == File.id)
        .where(ReliefFile.relief_id == relief.id)
        .order_by(ReliefFile.id)
    )
    return Asked(
        relief=relief,
        ground=session.get_one(ReliefGround, relief.ground_id),
        registration=registration,
        term=term,
        files=tuple(files),
        deadline=deadline_of(DeadlineKind.RELIEF, relief.id),
        appeal_deadline=deadline_of(DeadlineKind.APPEAL_RELIEF, relief.id),
    )


def effect_of_asked(asked: Asked, *, on: date) -> tuple[YearEffect, ...]:
    """What a request does or would do to every year of its term; empty when it is society-wide."""
    if asked.registration is None or asked.term is None:
        return ()
    granted = asked.relief.state == ReliefState.GRANTED
    span = asked.granted if granted and asked.granted is not None else asked.span
    return effect_of(asked.registration, asked.term, span, on=on, granted=granted)


def held_relief(
    actor: Actor, relief_id: int, permission: Permission, *, seen: int | None = None
) -> Relief:
    """A relief as it is now, for whoever has the permission; held until the transaction ends.

    `seen`: the version that the person saw; Conflict `relief_changed` when it is another.
    """
    relief = session.get(
        Relief,
        relief_id,
        populate_existing=True,
        with_for_update=permission is not Permission.READ_RELIEF,
    )
    if relief is None:
        raise NotFound
    societies = frozenset({relief.society_id})
    require(actor, permission, Target(owner_id=relief.person_id, societies=societies))
    if seen is not None and relief.version != seen:
        raise Conflict("relief_changed", state=relief.state)
    return relief


def asked_span(relief: Relief) -> Span:
    """What a relief asks for."""
    return Span(
        Effect(relief.effect), relief.from_on, relief.to_on, relief.year_index, relief.until_on
    )


def granted_span(relief: Relief) -> Span | None:
    """What was granted of it; None while nothing is in force."""
    if relief.state != ReliefState.GRANTED:
        return None
    return replace(
        asked_span(relief),
        from_on=relief.granted_from_on,
        to_on=relief.granted_to_on,
        until_on=relief.granted_until_on,
    )


def years_of_term(registration: Registration, term: Term) -> tuple[CpdYear, ...]:
    """The CPD years that a relief is about."""
    return cpd_years(term.starts_on, term.ends_on, registration.society.year_kind)


def note_relief(
    actor: Actor,
    relief: Relief,
    verb: str,
    *,
    now: datetime,
    values: dict[str, str] | None = None,
) -> None:
    """Journal an act on a relief: dates and codes, and the words beside them."""
    days = {
        name: day.isoformat()
        for name in ("from_on", "to_on", "until_on", "granted_from_on", "granted_to_on",
                     "granted_until_on")
        if (day := getattr(relief, name)) is not None
    }  # fmt: skip
    journal.record(
        actor,
        verb,
        "relief",
        relief.id,
        now=now,
        society_id=relief.society_id,
        data={
            "registration": relief.registration_id,
            "ground": relief.ground_id,
            "effect": relief.effect,
            "year": relief.year_index,
            **days,
        },
        values=values,
    )


def _own_registration(actor: Actor, registration_id: int) -> Registration:
    registration = readable_registration(actor, registration_id)
    target = Target(owner_id=registration.person_id, societies=frozenset({registration.society_id}))
    require(actor, Permission.ASK_RELIEF, target)
    return registration


def _checked(
    registration: Registration, new: NewRelief, today: date
) -> tuple[ReliefGround, Term, Span]:
    term = term_on(registration, today)
    if term is None:
        raise Rejected("no_registration")
    ground = ground_for(registration.society_id, new.ground_id)
    typed = Span(Effect(ground.effect), new.from_on, new.to_on, new.year, new.until_on)
    years = years_of_term(registration, term)
    return ground, term, checked_span(typed, years, least_months=ground.least_months)


def _refuse_bad_words(words: str) -> None:
    if not words.strip():
        raise Rejected("missing", "words")
    if len(words) > MOST_WORDS:
        raise Rejected("too_long", "words", most=MOST_WORDS)


def _refuse_useless(effect: Iterable[YearEffect]) -> None:
    if not any(year.changes for year in effect):
        raise Rejected("relief_changes_nothing")


def _of_key(person_id: int, key: str | None) -> Relief | None:
    if key is None:
        return None
    return session.scalar(select(Relief).where(Relief.person_id == person_id, Relief.key == key))


def _open_of(registration_id: int) -> int:
    query = select(func.count()).where(
        Relief.registration_id == registration_id, Relief.state == ReliefState.SUBMITTED
    )
    return session.scalar(query.select_from(Relief)) or 0
