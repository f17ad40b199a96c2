"""Who an entry on a roster is: the member behind a number or phone, and what is taken down."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.domain.numbers import login_key, normal_phone, number_key
from cpd_app.domain.roster import EntryState, PendingReason, Source, places_left
from cpd_app.models import (
    Employment,
    Event,
    Person,
    PersonName,
    Registration,
    RosterEntry,
)
from cpd_app.usecases.import_reading import parts_of

#: values that both engines take in one statement
AT_ONCE = 500


@dataclass(frozen=True)
class Card:
    """A person as an organiser sees them: name, unit and number, nothing else."""

    person_id: int
    name: str
    unit: str | None
    number: str | None
    society_id: int | None


def places_taken(event_id: int) -> int:
    """How many places of an event are taken: listed, and not excused."""
    taken = session.scalar(
        select(func.count())
        .select_from(RosterEntry)
        .where(
            RosterEntry.event_id == event_id,
            RosterEntry.state == EntryState.LISTED,
            RosterEntry.joined_id.is_(None),
            RosterEntry.excused.is_(False),
        )
    )
    return taken or 0


def free_places(event: Event) -> int | None:
    """Places that are free; None without a limit."""
    return None if event.capacity is None else places_left(event.capacity, places_taken(event.id))


def cards_of(person_ids: Sequence[int], society_id: int | None) -> dict[int, Card]:
    """What is taken down of people; the registration with this society stands before others."""
    cards: dict[int, Card] = {}
    for part in parts_of(sorted(set(person_ids)), AT_ONCE):
        names: dict[int, str] = {}
        for known in session.execute(
            select(PersonName.person_id, PersonName.name)
            .where(PersonName.person_id.in_(part))
            .order_by(PersonName.from_on, PersonName.id)
        ):
            names[known.person_id] = known.name
        units: dict[int, str] = {}
        for held in session.execute(
            select(Employment.person_id, Employment.employer)
            .where(Employment.person_id.in_(part))
            .order_by(Employment.from_on, Employment.id)
        ):
            units[held.person_id] = held.employer
        numbers: dict[int, tuple[str, int]] = {}
        for registered in session.execute(
            select(Registration.person_id, Registration.number, Registration.society_id)
            .where(Registration.person_id.in_(part))
            .order_by(Registration.id.desc())
        ):
            former = numbers.get(registered.person_id)
            if former is None or former[1] != society_id or registered.society_id == society_id:
                numbers[registered.person_id] = (registered.number, registered.society_id)
        for person_id in part:
            number, home = numbers.get(person_id, (None, None))
            cards[person_id] = Card(
                person_id, names.get(person_id, ""), units.get(person_id), number, home
            )
    return cards


def new_entry(
    event: Event,
    person_id: int,
    source: Source,
    state: EntryState,
    *,
    now: datetime,
    by_id: int | None = None,
    reason: PendingReason | None = None,
    key: str | None = None,
) -> RosterEntry:
    """An entry of a person, kept; name, unit and number are as they are today."""
    card = cards_of([person_id], event.society_id)[person_id]
    entry = RosterEntry(
        event_id=event.id,
        person_id=person_id,
        society_id=card.society_id,
        name=card.name,
        unit=card.unit,
        number=card.number,
        number_key=number_key(card.number) if card.number else None,
        source=source,
        state=state,
        pending_reason=reason,
        key=key,
        created_at=now,
        created_by_id=by_id,
    )
    session.add(entry)
    session.flush()
    return entry


@dataclass(frozen=True)
class Named:
    """Somebody as a list, a form or a guest says it."""

    name: str
    number: str | None = None
    phone: str | None = None
    unit: str | None = None

    @property
    def number_key(self) -> str:
        """The number as compared; empty without one."""
        return number_key(self.number or "")

    @property
    def kept_phone(self) -> str | None:
        """The phone as it is kept; None when there is none or it is no phone."""
        return normal_phone(self.phone) if self.phone else None


@dataclass(frozen=True)
class Match:
    """The member whom a name means; `differs`: number or phone is known, the name is another's."""

    person_id: int | None = None
    differs: bool = False


def matches_of(named: Iterable[Named]) -> list[Match]:
    """The members behind names, in the same order.

    Number or phone must be known and the name must be one of that person's: a mistyped number
    never gives somebody else's attendance away.
    """
    wanted = list(named)
    by_number = _holders_of_numbers({n.number_key for n in wanted if n.number_key})
    by_phone = _holders_of_phones({n.kept_phone for n in wanted if n.kept_phone})
    held = [_holder(n, by_number, by_phone) for n in wanted]
    names = names_of({person_id for person_id in held if person_id is not None})
    return [
        Match()
        if person_id is None
        else Match(person_id)
        if login_key(one.name) in names.get(person_id, ())
        else Match(differs=True)
        for one, person_id in zip(wanted, held, strict=True)
    ]


def _holder(named: Named, by_number: dict[str, int], by_phone: dict[str, int]) -> int | None:
    if named.number_key:
        return by_number.get(named.number_key)
    return by_phone.get(named.kept_phone or "")


def _holders_of_numbers(keys: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in parts_of(sorted(keys), AT_ONCE):
        for row in session.execute(
            select(Registration.number_key, Registration.person_id).where(
                Registration.number_key.in_(part)
            )
        ):
            found[row.number_key] = row.person_id
    return found


def _holders_of_phones(phones: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in parts_of(sorted(phones), AT_ONCE):
        for row in session.execute(
            select(Person.phone, Person.id).where(
                Person.phone.in_(part), Person.merged_into_id.is_(None)
            )
        ):
            found[row.phone] = row.id
    return found


def names_of(person_ids: Collection[int]) -> dict[int, set[str]]:
    """Every name that people have or had, Chinese and in the passport, as compared."""
    found: dict[int, set[str]] = {}
    for part in parts_of(sorted(person_ids), AT_ONCE):
        for row in session.execute(
            select(PersonName.person_id, PersonName.name, PersonName.name_en).where(
                PersonName.person_id.in_(part)
            )
        ):
            of_one = found.setdefault(row.person_id, set())
            of_one |= {login_key(name) for name in (row.name, row.name_en) if name}
    return found
