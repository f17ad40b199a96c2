"""Passes (会员码): a member's own for their phone, and all of an event's to print on badges."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound
from cpd_app.domain.pass_codes import is_genuine, pass_of, read_pass
from cpd_app.domain.roster import EntryState
from cpd_app.models import Event, RosterEntry
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases.event_access import event_for

#: badges on one page to print; browsers lay out no more at once without pain
AT_ONCE = 200
#: entries that have a pass; who waits for an answer has one too, for nobody is sent away
WITH_PASS = (EntryState.LISTED, EntryState.WAITING, EntryState.PENDING)


@dataclass(frozen=True)
class Pass:
    """A pass and whom it is for, as the badge shows them."""

    entry_id: int
    name: str
    unit: str | None
    number: str | None
    code: str


@dataclass(frozen=True)
class Badges:
    """One page of an event's badges."""

    event: Event
    passes: list[Pass]
    page: int
    pages: int
    total: int


def own_pass(actor: Actor, event_id: int) -> tuple[Event, Pass]:
    """The actor's own pass of an event; NotFound without a place on its roster."""
    event = session.get(Event, event_id)
    if event is None:
        raise NotFound
    entry = session.scalar(
        select(RosterEntry).where(
            RosterEntry.event_id == event.id,
            RosterEntry.person_id == actor.person_id,
            RosterEntry.state.in_(WITH_PASS),
        )
    )
    if entry is None:
        raise NotFound
    require(actor, Permission.ENROL, Target(owner_id=entry.person_id))
    return event, _pass(event, entry)


def badges_of(actor: Actor, event_id: int, *, page: int, now: datetime) -> Badges:
    """The badges of who is listed, by name."""
    event = event_for(actor, event_id, Permission.RUN_EVENT, now=now)
    listed = (RosterEntry.event_id == event.id, RosterEntry.state == EntryState.LISTED)
    total = session.scalar(select(func.count()).select_from(RosterEntry).where(*listed)) or 0
    pages = max(1, -(-total // AT_ONCE))
    shown = min(max(page, 1), pages)
    rows = session.scalars(
        select(RosterEntry)
        .where(*listed)
        .order_by(RosterEntry.name, RosterEntry.id)
        .offset((shown - 1) * AT_ONCE)
        .limit(AT_ONCE)
    )
    return Badges(event, [_pass(event, row) for row in rows], shown, pages, total)


def entry_id_of(event: Event, text: str) -> int | None:
    """The entry that a pass is for; None when it is of another event, or somebody made it up.

    Raises Rejected `wrong_pass` for what is no pass at all.
    """
    code = read_pass(text)
    return code.entry_id if is_genuine(code, event.pass_key) else None


def _pass(event: Event, entry: RosterEntry) -> Pass:
    code = pass_of(entry.id, event.pass_key)
    return Pass(entry.id, entry.name, entry.unit, entry.number, code)
