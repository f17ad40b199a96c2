"""Relief that goes on after a transfer: the years go on, so what was granted for them does too."""

from datetime import datetime

from sqlalchemy import or_, select

from cpd_app.db import session
from cpd_app.domain.relief import Effect, ReliefState
from cpd_app.models import Credit, Registration, Relief, Term
from cpd_app.policy import Actor
from cpd_app.usecases.make_up import bind_record
from cpd_app.usecases.make_up_windows import DEFERRAL
from cpd_app.usecases.relief import note_relief


def carry_reliefs(
    actor: Actor, former: Registration, old: Term, made: Registration, *, now: datetime
) -> dict[int, Relief]:
    """Let what the society that was left had granted for this term hold in the new one.

    Days, effect and document come along, the member's words and proofs do not: they were given to
    the other society. A deferral names a year, so it needs years that begin on the same days.
    Returns the new reliefs by the id of the old one.
    """
    of_former = or_(
        Relief.registration_id == former.id,
        Relief.registration_id.is_(None) & (Relief.society_id == former.society_id),
    )
    granted = session.scalars(
        select(Relief).where(of_former, Relief.state == ReliefState.GRANTED).order_by(Relief.id)
    ).all()
    same_years = former.society.year_kind == made.society.year_kind
    carried: dict[int, Relief] = {}
    for relief in granted:
        if not _fits(relief, old, same_years=same_years):
            continue
        copy = _copy(actor, relief, former, made)
        session.add(copy)
        session.flush()
        note_relief(actor, copy, "relief.carried", now=now)
        carried[relief.id] = copy
    return carried


def carry_bindings(
    actor: Actor, carried: dict[int, Relief], made: Registration, *, now: datetime
) -> None:
    """Let the records that made up for a deferred year do so in the new registration too."""
    bound = session.execute(
        select(Credit.activity_id, Credit.bound_year)
        .where(
            Credit.bound_source == DEFERRAL,
            Credit.bound_source_id.in_(carried),
        )
        .order_by(Credit.activity_id)
    ).all()
    for activity_id, year in bound:
        if year is not None:
            bind_record(actor, activity_id, made.id, year, term_id=made.terms[0].id, now=now)


def _fits(relief: Relief, old: Term, *, same_years: bool) -> bool:
    if relief.effect == Effect.DEFERRAL:
        return same_years and relief.term_id == old.id
    first, last = relief.granted_from_on, relief.granted_to_on
    return first is not None and last is not None and first < old.ends_on and last > old.starts_on


def _copy(actor: Actor, relief: Relief, former: Registration, made: Registration) -> Relief:
    kept = (
        "ground_id", "effect", "from_on", "to_on", "until_on", "granted_from_on", "granted_to_on",
        "granted_until_on", "state", "asked_at", "asked_by_id", "decided_at", "document_no",
    )  # fmt: skip
    return Relief(
        **{name: getattr(relief, name) for name in kept},
        society_id=made.society_id,
        registration_id=made.id,
        person_id=made.person_id,
        term_id=made.terms[0].id,
        # days decide a reduction; a year is counted within the term, which is the same one
        year_index=relief.year_index if relief.term_id is not None else None,
        words=f"转会带来，由{former.society.name}批准",
        decided_by_id=actor.person_id,
    )
