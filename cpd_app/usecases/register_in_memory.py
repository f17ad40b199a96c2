"""The part of the register that a file touches: read at once, changed row by row, written at once.

A file of 50,000 rows would ask the database half a million questions if each row asked its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from cpd_app.db import session
from cpd_app.domain.numbers import login_key, normal_email, normal_phone, number_key
from cpd_app.models import (
    CertificateAct,
    Employment,
    Person,
    PersonName,
    Registration,
    SocietyMembership,
    Term,
)
from cpd_app.usecases.bulk import next_ids
from cpd_app.usecases.import_reading import parts_of

#: values of one question; every database we know takes so many
AT_ONCE = 2000
#: in this order, since rows need the ids of those before
WRITTEN = (
    Person,
    PersonName,
    Employment,
    SocietyMembership,
    Registration,
    Term,
    CertificateAct,
)


@dataclass(eq=False, slots=True)
class Item:
    """A row of a table: as it is, what was changed in it, and which rows of a file made it."""

    table: type[Any]
    values: dict[str, Any]
    id: int | None = None
    #: columns whose value was filled from another new row when that one has its id
    links: dict[str, "Item"] = field(default_factory=dict)
    dirty: set[str] = field(default_factory=set)

    def __getitem__(self, column: str) -> Any:
        return self.values[column]


@dataclass(eq=False, slots=True)
class Member:
    """A person as far as a file can change them."""

    person: Item
    names: list[Item] = field(default_factory=list)
    employments: list[Item] = field(default_factory=list)
    #: by society
    memberships: dict[int, Item] = field(default_factory=dict)
    held: list["Held"] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Held:
    """A registration and its terms, by their first day."""

    registration: Item
    member: Member
    terms: list[Item] = field(default_factory=list)


@dataclass(slots=True)
class Trail:
    """What one row of a file made and changed, for its undo."""

    made: list[Item] = field(default_factory=list)
    #: (item, column, before, after)
    changed: list[tuple[Item, str, Any, Any]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the row said nothing new."""
        return not (self.made or self.changed)

    def as_data(self) -> dict[str, Any]:
        """Ids and former values as JSON; call it after the register was written."""
        return {
            "made": [[i.table.__tablename__, i.id] for i in self.made],
            "changed": [
                [i.table.__tablename__, i.id, column, _json(before), _json(after)]
                for i, column, before, after in self.changed
            ],
        }


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


class Register:
    """People and registrations that a file's rows may mean."""

    def __init__(self, *, now: datetime) -> None:
        """Nothing is known yet; `load` first."""
        self.now = now
        self.by_login: dict[str, Member] = {}
        self.by_email: dict[str, Member] = {}
        self.by_phone: dict[str, Member] = {}
        self.by_number: dict[str, Held] = {}
        self._members: dict[int, Member] = {}
        self._new: list[Item] = []
        self._changed: dict[int, Item] = {}

    def load(
        self, *, logins: Iterable[str], emails: Iterable[str], phones: Iterable[str],
        numbers: Iterable[str],
    ) -> None:  # fmt: skip
        """Read whoever and whatever these texts could mean."""
        said = list(logins)
        keys = {login_key(text) for text in said} - {""}
        mails = {m for m in map(normal_email, [*emails, *said]) if m}
        mobiles = {p for p in map(normal_phone, [*phones, *said]) if p}
        numbered = {number_key(text) for text in [*numbers, *said]} - {""}
        for column, wanted in (
            (Person.login, keys),
            (Person.email, mails),
            (Person.phone, mobiles),
        ):
            self._load_people(column, wanted)
        found = self._rows(Registration, Registration.number_key, numbered)
        self._load_people(Person.id, {r["person_id"] for r in found} - set(self._members))
        merged = {m.person["merged_into_id"] for m in self._members.values()} - {None}
        self._load_people(Person.id, merged - set(self._members))
        self._load_parts(set(self._members))
        self._index()

    def meant_by(self, login: str) -> Member | None:
        """Whose account this is: by its own name, e-mail, phone or registration number."""
        email, phone = normal_email(login), normal_phone(login)
        held = self.by_number.get(number_key(login))
        return (
            self.by_login.get(login_key(login))
            or (self.by_email.get(email) if email else None)
            or (self.by_phone.get(phone) if phone else None)
            or (held.member if held else None)
        )

    def add(self, trail: Trail, table: type[Any], links: dict[str, Item], **values: Any) -> Item:
        """A new row, written with the others; `links` name the rows whose ids it needs."""
        item = Item(table, values, links=links)
        self._new.append(item)
        trail.made.append(item)
        return item

    def change(self, trail: Trail, item: Item, **values: Any) -> None:
        """New values of a row; those that are as before are left alone."""
        for column, value in values.items():
            before = item.values[column]
            if before == value:
                continue
            item.values[column] = value
            trail.changed.append((item, column, before, value))
            if item.id is not None:
                item.dirty.add(column)
                self._changed[id(item)] = item

    def write(self) -> None:
        """Write everything that is new or changed: people first, what belongs to them after."""
        for table in WRITTEN:
            items = [i for i in self._new if i.table is table]
            for item in items:
                item.values.update({c: other.id for c, other in item.links.items()})
            if items:
                ids = next_ids(table.metadata.tables[table.__tablename__], len(items))
                for item, made in zip(items, ids, strict=True):
                    item.id = made
                session.execute(insert(table), [{"id": i.id, **i.values} for i in items])
        self._write_changes()
        self._new.clear()
        self._changed.clear()

    def _write_changes(self) -> None:
        alike: dict[tuple[type[Any], tuple[str, ...]], list[Item]] = {}
        for item in self._changed.values():
            alike.setdefault((item.table, tuple(sorted(item.dirty))), []).append(item)
        for (model, columns), items in alike.items():
            table = model.__table__
            session.execute(
                update(table)
                .where(table.c.id == bindparam("of"))
                .values({c: bindparam(f"new_{c}") for c in columns}),
                [{"of": i.id, **{f"new_{c}": i.values[c] for c in columns}} for i in items],
            )

    def _rows(self, table: type[Any], column: Any, wanted: Iterable[Any]) -> list[dict[str, Any]]:
        columns = table.__table__.columns
        found: list[dict[str, Any]] = []
        for part in parts_of(sorted(wanted), AT_ONCE):
            rows = session.execute(select(*columns).where(column.in_(part)).order_by(table.id))
            found += [dict(row) for row in rows.mappings()]
        return found

    def _load_people(self, column: Any, wanted: set[Any]) -> None:
        for row in self._rows(Person, column, wanted):
            if row["id"] not in self._members:
                self._members[row["id"]] = Member(Item(Person, row, row["id"]))

    def _load_parts(self, ids: set[int]) -> None:
        for row in self._rows(PersonName, PersonName.person_id, ids):
            self._members[row["person_id"]].names.append(Item(PersonName, row, row["id"]))
        for row in self._rows(Employment, Employment.person_id, ids):
            self._members[row["person_id"]].employments.append(Item(Employment, row, row["id"]))
        for row in self._rows(SocietyMembership, SocietyMembership.person_id, ids):
            item = Item(SocietyMembership, row, row["id"])
            self._members[row["person_id"]].memberships[row["society_id"]] = item
        registrations: dict[int, Held] = {}
        for row in self._rows(Registration, Registration.person_id, ids):
            member = self._members[row["person_id"]]
            held = Held(Item(Registration, row, row["id"]), member)
            registrations[row["id"]] = held
            member.held.append(held)
            self.by_number[row["number_key"]] = held
        for row in self._rows(Term, Term.registration_id, set(registrations)):
            registrations[row["registration_id"]].terms.append(Item(Term, row, row["id"]))
        for member in self._members.values():
            for dated in (member.names, member.employments):
                dated.sort(key=lambda item: (item["from_on"], item.id or 0))
        for held in registrations.values():
            held.terms.sort(key=lambda item: item["starts_on"])

    def _index(self) -> None:
        for member in self._members.values():
            owner = self._members.get(member.person["merged_into_id"] or 0, member)
            for index, key in (
                (self.by_login, member.person["login"]),
                (self.by_email, member.person["email"]),
                (self.by_phone, member.person["phone"]),
            ):
                if key:
                    index[key] = owner
