"""Names that an organiser puts on a roster: one at the door, a list; nobody is doubled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.domain.numbers import number_key
from cpd_app.domain.roster import EntryState, Source
from cpd_app.models import Event, RosterEntry
from cpd_app.policy import Actor
from cpd_app.usecases import journal
from cpd_app.usecases.event_messages import tell_entries
from cpd_app.usecases.roster import Enrolled, running_event, touch
from cpd_app.usecases.roster_entries import Named, cards_of, matches_of

MOST_NAME = 80
MOST_NUMBER = 60
MOST_UNIT = 160
#: rows of one list; a larger one comes in several files
MOST_ROWS = 5000


@dataclass(frozen=True)
class NewName:
    """Somebody whom an organiser puts on the roster."""

    named: Named
    #: UUID made by the client once
    key: str | None = None


def add_walk_in(actor: Actor, event_id: int, new: NewName, *, now: datetime) -> Enrolled:
    """Put somebody on the roster who is standing at the door (现场登记)."""
    event = running_event(actor, event_id, now=now)
    return _add(actor, event, [new], Source.WALK_IN, now=now)[0]


def add_names(
    actor: Actor, event_id: int, names: Sequence[NewName], *, now: datetime
) -> list[Enrolled]:
    """Put a list of people on the roster, in its order; who is on it already is not doubled.

    Unknown people become guests, who are found again when they are registered. Rejected
    `too_many_rows`, `missing`, `too_long`, `bad_phone`; nothing is kept then.
    """
    event = running_event(actor, event_id, now=now)
    if len(names) > MOST_ROWS:
        raise Rejected("too_many_rows", "people", most=MOST_ROWS)
    return _add(actor, event, names, Source.LIST, now=now)


def check_name(named: Named) -> None:
    """Refuse what cannot be kept: no name, too long, no phone."""
    if not named.name.strip():
        raise Rejected("missing", "name")
    for field, value, most in (
        ("name", named.name, MOST_NAME),
        ("number", named.number, MOST_NUMBER),
        ("unit", named.unit, MOST_UNIT),
    ):
        if value and len(value) > most:
            raise Rejected("too_long", field, most=most)
    if named.phone and named.kept_phone is None:
        raise Rejected("bad_phone", "phone")


def _add(
    actor: Actor, event: Event, names: Sequence[NewName], source: Source, *, now: datetime
) -> list[Enrolled]:
    for new in names:
        check_name(new.named)
    matches = matches_of(new.named for new in names)
    people = [m.person_id for m in matches if m.person_id is not None]
    cards = cards_of(people, event.society_id)
    known = Known(event.id)
    added: list[Enrolled] = []
    for new, match in zip(names, matches, strict=True):
        held = known.holding(new, match.person_id)
        if held is not None:
            added.append(Enrolled(held, created=_revive(held, now=now)))
            continue
        card = cards.get(match.person_id or 0)
        number = new.named.number or (card.number if card else None)
        entry = RosterEntry(
            event_id=event.id,
            person_id=match.person_id,
            society_id=card.society_id if card else None,
            name=card.name if card else new.named.name.strip(),
            unit=(new.named.unit or "").strip() or (card.unit if card else None),
            number=number,
            number_key=number_key(number) if number else None,
            phone=None if card else new.named.kept_phone,
            source=source,
            state=EntryState.LISTED,
            key=new.key,
            excused=False,
            created_at=now,
            created_by_id=actor.person_id,
        )
        session.add(entry)
        known.add(entry)
        added.append(Enrolled(entry, created=True))
    session.flush()
    made = [a.entry for a in added if a.created]
    _note_added(actor, event, made, source, now=now)
    if source is Source.LIST:  # whoever stands at the door knows
        tell_entries(event, made, "listed", now=now)
    return added


def _revive(entry: RosterEntry, *, now: datetime) -> bool:
    """An organiser's list overrules that somebody waits, was declined or taken off."""
    if entry.state == EntryState.LISTED:
        return False
    entry.state, entry.excused, entry.answer = EntryState.LISTED, False, None
    touch(entry, now=now)
    return True


def _note_added(
    actor: Actor, event: Event, entries: Sequence[RosterEntry], source: Source, *, now: datetime
) -> None:
    data = {"event": event.id, "source": str(source)}
    journal.record_many(
        actor,
        "entry.added",
        "roster_entry",
        [(entry.id, event.society_id, data) for entry in entries],
        now=now,
    )


class Known:
    """Who is on an event's roster, to add to it without doubling; read once for a whole list."""

    def __init__(self, event_id: int) -> None:
        """Every entry; one that another one stands for leads to that one."""
        self._by: dict[tuple[str, object], RosterEntry] = {}
        of_event = select(RosterEntry).where(RosterEntry.event_id == event_id)
        entries = {entry.id: entry for entry in session.scalars(of_event)}
        for entry in entries.values():
            self.add(entry, stands_for=entries.get(entry.joined_id or 0))

    def add(self, entry: RosterEntry, *, stands_for: RosterEntry | None = None) -> None:
        """One more is on it."""
        for mark in _marks(entry):
            self._by.setdefault(mark, stands_for or entry)

    def holding(self, new: NewName, person_id: int | None) -> RosterEntry | None:
        """The entry that says the same person: by key, person, number, phone, name and unit.

        Conflict `key_reused` when a key came with somebody else before.
        """
        kept = self._by.get(("key", new.key)) if new.key else None
        if kept is not None:
            same = person_id is not None and kept.person_id == person_id
            if not same and kept.name != new.named.name.strip():
                raise Conflict("key_reused", "key")
            return kept
        if person_id is not None:
            return self._by.get(("person", person_id))
        named = new.named
        for mark in (
            ("number", (named.number_key, named.name.strip())),
            ("phone", (named.kept_phone, named.name.strip())),
        ):
            if mark[1][0] and mark in self._by:
                return self._by[mark]
        if named.number_key or named.kept_phone:
            return None
        return self._by.get(("name", (named.name.strip(), (named.unit or "").strip())))


def _marks(entry: RosterEntry) -> list[tuple[str, object]]:
    marks: list[tuple[str, object]] = []
    if entry.key:
        marks.append(("key", entry.key))
    if entry.person_id is not None:
        marks.append(("person", entry.person_id))
    if entry.number_key:
        marks.append(("number", (entry.number_key, entry.name)))
    if entry.phone:
        marks.append(("phone", (entry.phone, entry.name)))
    if entry.person_id is None:
        marks.append(("name", (entry.name, entry.unit or "")))
    return marks
