"""Guests on rosters (来宾) who turn out to be members: found again by number or phone, and name."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from cpd_app.db import session
from cpd_app.domain.errors import NotFound
from cpd_app.domain.numbers import login_key, number_key
from cpd_app.domain.roster import EntryState
from cpd_app.models import Event, Person, Registration, RosterEntry
from cpd_app.policy import Actor
from cpd_app.usecases import journal
from cpd_app.usecases.import_reading import parts_of
from cpd_app.usecases.roster import running_event, touch
from cpd_app.usecases.roster_entries import AT_ONCE, Named, cards_of, matches_of, names_of
from cpd_app.usecases.roster_lists import check_name

#: the stronger of two entries of one person stands; decided ones before those that wait
STRENGTH = (
    EntryState.LISTED,
    EntryState.PENDING,
    EntryState.WAITING,
    EntryState.DECLINED,
    EntryState.CANCELLED,
)


def attach_guests(person_id: int, *, now: datetime) -> int:
    """Find a person's own entries among the guests; returns how many were found.

    For whenever an account, a number or a phone begins to exist. The name must be one of the
    person's: whoever typed somebody else's number at the door stays a guest. Whether a pending
    entry counts is still the organiser's to decide.
    """
    return attach_guests_of([person_id], now=now)


def attach_guests_of(person_ids: Sequence[int], *, now: datetime) -> int:
    """The same for many people at once (imports)."""
    return sum(_attach_part(part, now=now) for part in parts_of(sorted(set(person_ids)), AT_ONCE))


def correct_guest(
    actor: Actor, event_id: int, entry_id: int, named: Named, *, now: datetime
) -> RosterEntry:
    """Correct how a guest was taken down; a member who is found by it gets the entry."""
    event = running_event(actor, event_id, now=now)
    entry = session.get(RosterEntry, entry_id, populate_existing=True, with_for_update=True)
    if entry is None or entry.event_id != event.id or entry.joined_id is not None:
        raise NotFound
    if entry.person_id is not None:
        raise NotFound  # a member is called as the register calls them
    check_name(named)
    former = {"name": entry.name, "number": entry.number, "unit": entry.unit}
    entry.name, entry.unit = named.name.strip(), (named.unit or "").strip() or None
    entry.number = (named.number or "").strip() or None
    entry.number_key = named.number_key or None
    entry.phone = named.kept_phone or entry.phone
    touch(entry, now=now)
    journal.record(
        actor,
        "entry.corrected",
        "roster_entry",
        entry.id,
        now=now,
        society_id=event.society_id,
        data={"event": event.id},
        values={"before": former},
    )
    kept = Named(entry.name, entry.number, entry.phone, entry.unit)
    match = matches_of([kept])[0]
    if match.person_id is not None:
        _give(entry, match.person_id, now=now)
    return entry


def join(other: RosterEntry, kept: RosterEntry, *, now: datetime) -> None:
    """Let one entry stand for two of the same person; scans stay where they were made."""
    other.joined_id = kept.id
    if STRENGTH.index(EntryState(other.state)) < STRENGTH.index(EntryState(kept.state)):
        kept.state, kept.pending_reason = other.state, other.pending_reason
        kept.decided_at, kept.decided_by_id = other.decided_at, other.decided_by_id
    kept.inside_session_id = kept.inside_session_id or other.inside_session_id
    touch(kept, now=now)


def _attach_part(person_ids: Sequence[int], *, now: datetime) -> int:
    numbers: dict[str, int] = {}
    for registered in session.execute(
        select(Registration.number_key, Registration.person_id).where(
            Registration.person_id.in_(person_ids)
        )
    ):
        numbers[registered.number_key] = registered.person_id
    phones: dict[str, int] = {}
    for held in session.execute(
        select(Person.phone, Person.id).where(Person.id.in_(person_ids), Person.phone.is_not(None))
    ):
        phones[held.phone] = held.id
    guests = _guests_like(list(numbers), list(phones))
    names = names_of(person_ids) if guests else {}
    found = 0
    for guest in guests:
        person_id = numbers.get(guest.number_key or "") or phones.get(guest.phone or "")
        if person_id is not None and login_key(guest.name) in names.get(person_id, ()):
            _give(guest, person_id, now=now)
            found += 1
    return found


def _guests_like(numbers: list[str], phones: list[str]) -> list[RosterEntry]:
    """Entries without a person that say one of these, in order of entry, locked."""
    return list(
        session.scalars(
            select(RosterEntry)
            .where(
                RosterEntry.person_id.is_(None),
                RosterEntry.joined_id.is_(None),
                or_(RosterEntry.number_key.in_(numbers), RosterEntry.phone.in_(phones)),
            )
            .order_by(RosterEntry.id)
            .with_for_update()
        )
    )


def _give(guest: RosterEntry, person_id: int, *, now: datetime) -> None:
    """Make a guest's entry the person's; an entry they have already stands for both."""
    event = session.get_one(Event, guest.event_id)
    mine = session.scalar(
        select(RosterEntry)
        .where(RosterEntry.event_id == event.id, RosterEntry.person_id == person_id)
        .with_for_update()
    )
    guest.phone = None  # the person's own is known
    if mine is None:
        card = cards_of([person_id], event.society_id)[person_id]
        guest.person_id, guest.society_id = person_id, card.society_id
        guest.name, guest.unit = card.name, guest.unit or card.unit
        guest.number = card.number or guest.number
        guest.number_key = number_key(guest.number) if guest.number else None
        touch(guest, now=now)
    else:
        join(guest, mine, now=now)
    session.flush()
    journal.record(
        Actor.system("guests"),
        "entry.attached",
        "roster_entry",
        guest.id,
        now=now,
        society_id=event.society_id,
        data={"event": event.id, "person": person_id, "joined": guest.joined_id},
    )
