"""Two accounts of one person made one: what would move, the merge, and its undoing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select, update

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.models import (
    Activity,
    Appeal,
    CalendarFeed,
    Deadline,
    Delivery,
    File,
    Filing,
    Merge,
    Message,
    Person,
    Reader,
    Registration,
    Relief,
    Role,
    SocietyMembership,
)
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.access_ends import end_sign_ins_and_tokens
from cpd_app.usecases.accounts import belongs_elsewhere
from cpd_app.usecases.member_search import matching_people
from cpd_app.usecases.merge_events import give_back_events, move_events
from cpd_app.usecases.merge_settings import give_back_settings, move_settings
from cpd_app.usecases.registrations import replace_credits
from cpd_app.usecases.registrations_shown import readable_registration

MOST_REASON = 500
#: tables whose rows go to the kept account, and the name of their ids in `Merge.moved`
MOVING = (
    ("registrations", Registration),
    ("activities", Activity),
    ("files", File),
    ("roles", Role),
    ("memberships", SocietyMembership),
    ("filings", Filing),
    ("deadlines", Deadline),
    ("reliefs", Relief),
    ("appeals", Appeal),
    ("readers", Reader),
    ("messages", Message),
    ("deliveries", Delivery),
    ("feeds", CalendarFeed),
)


@dataclass(frozen=True)
class Side:
    """One of the two accounts, as the society may see it."""

    person: Person
    registrations: tuple[Registration, ...]
    #: roles in this society
    roles: tuple[str, ...]
    activities: int
    files: int
    membership: SocietyMembership | None

    @property
    def activated(self) -> bool:
        """Whether somebody signs in with it."""
        return self.person.password_hash is not None


@dataclass(frozen=True)
class Preview:
    """What a merge would do, and what stands against it."""

    society_id: int
    kept: Side
    merged: Side
    #: codes of what is worth a look: both_memberships, same_field, kept_not_activated, names_differ
    notes: tuple[str, ...]
    #: records that look the same in both: kind and finishing day
    alike: int
    #: contacts that the kept account takes over: email, phone
    contacts: tuple[str, ...]


def candidates(actor: Actor, registration_id: int, text: str) -> list[Side]:
    """Accounts of the same society that may be the same person: by name, number or contact."""
    kept, society_id = _mine(actor, registration_id)
    wanted = text.strip() or kept.name
    ids = [i for i in matching_people(actor, society_id, wanted) if i != kept.id]
    people = session.scalars(select(Person).where(Person.id.in_(ids[:20])).order_by(Person.id))
    return [_side(person, society_id) for person in people]


def preview_merge(actor: Actor, registration_id: int, other_id: int) -> Preview:
    """What would move from the other account to this registration's; nothing is changed.

    Rejected `merge_elsewhere` when the account that would be dissolved belongs to another
    society too: then it has to be the one that is kept.
    """
    kept, society_id = _mine(actor, registration_id)
    other = session.get(Person, other_id)
    if other is None or other.merged_into_id is not None or not _is_in(other_id, society_id):
        raise NotFound
    _require(actor, other_id, society_id)
    if other.id == kept.id:
        raise Rejected("merge_same")
    if belongs_elsewhere(other.id, society_id):
        raise Rejected("merge_elsewhere")
    mine, theirs = _side(kept, society_id), _side(other, society_id)
    return Preview(
        society_id=society_id,
        kept=mine,
        merged=theirs,
        notes=_notes(mine, theirs),
        alike=_alike(kept.id, other.id),
        contacts=tuple(
            name for name in ("email", "phone") if not getattr(kept, name) and getattr(other, name)
        ),
    )


def merge_members(
    actor: Actor, registration_id: int, other_id: int, reason: str, *, now: datetime
) -> Merge:
    """Make one account of two: everything of the other goes to this registration's person.

    1. Move the rows and write down which. 2. Take over contacts the kept account lacks and a bar.
    3. End the other account's sign-ins, tokens and codes. 4. Give the hours out again.
    """
    if not reason.strip():
        raise Rejected("missing", "reason")
    preview = preview_merge(actor, registration_id, other_id)
    kept, other = preview.kept.person, preview.merged.person
    moved = {
        **_move(preview),
        **move_events(kept.id, other.id, now=now),
        **move_settings(kept.id, other.id, contacts=preview.contacts),
    }
    moved["contacts"] = _take_over(kept, other, preview.contacts)
    moved["barred_on"] = kept.barred_on.isoformat() if kept.barred_on else None
    kept.barred_on = min(filter(None, (kept.barred_on, other.barred_on)), default=None)
    other.merged_into_id = kept.id
    end_sign_ins_and_tokens(other.id, now=now)
    row = Merge(
        kept_id=kept.id,
        merged_id=other.id,
        society_id=preview.society_id,
        by_id=actor.person_id or kept.id,
        at=now,
        reason=reason.strip()[:MOST_REASON],
        moved=moved,
    )
    session.add(row)
    session.flush()
    replace_credits(actor, kept.id, since=date.min, now=now)
    row.moved = {**moved, "versions": _versions(kept.id)}
    journal.record(
        actor,
        "members.merged",
        "person",
        kept.id,
        now=now,
        society_id=preview.society_id,
        data={"merge": row.id, "merged": other.id, **{k: len(moved[k]) for k, _t in MOVING}},
        values={"reason": row.reason},
    )
    return row


def undo_merge(actor: Actor, merge_id: int, *, now: datetime) -> Merge:
    """Make two accounts again while nothing was changed since; Conflict `changed_since_merge`."""
    row = session.get(Merge, merge_id)
    if row is None:
        raise NotFound
    _require(actor, row.kept_id, row.society_id)
    _require(actor, row.merged_id, row.society_id)
    if row.undone_at is not None:
        raise Conflict("merge_undone")
    if not can_undo(row):
        raise Conflict("changed_since_merge")
    kept = session.get_one(Person, row.kept_id)
    other = session.get_one(Person, row.merged_id)
    for name, table in MOVING:
        _give(table, row.moved.get(name, []), other.id)
    give_back_events(row.moved, other.id, now=now)
    give_back_settings(row.moved, kept.id, other.id)
    for name in row.moved["contacts"]:
        value = getattr(kept, name)
        setattr(kept, name, None)
        session.flush()  # one address, one account: given up before it is taken
        setattr(other, name, value)
    barred = row.moved["barred_on"]
    kept.barred_on = date.fromisoformat(barred) if barred else None
    other.merged_into_id = None
    row.undone_at, row.undone_by_id = now, actor.person_id
    session.flush()
    for person_id in (kept.id, other.id):
        replace_credits(actor, person_id, since=date.min, now=now)
    journal.record(
        actor,
        "merge.undone",
        "person",
        kept.id,
        now=now,
        society_id=row.society_id,
        data={"merge": row.id, "merged": other.id},
    )
    return row


def can_undo(row: Merge) -> bool:
    """Whether nothing of the kept account was changed or added since the merge."""
    kept = session.get_one(Person, row.kept_id)
    if row.undone_at is not None or kept.merged_into_id is not None:
        return False
    later = session.scalar(
        select(func.count()).where(
            Merge.id > row.id,
            Merge.undone_at.is_(None),
            or_(Merge.kept_id == row.kept_id, Merge.merged_id == row.kept_id),
        )
    )
    return not later and row.moved.get("versions") == _versions(kept.id)


def _mine(actor: Actor, registration_id: int) -> tuple[Person, int]:
    registration = readable_registration(actor, registration_id)
    _require(actor, registration.person_id, registration.society_id)
    return registration.person, registration.society_id


def _require(actor: Actor, person_id: int, society_id: int) -> None:
    target = Target(owner_id=person_id, societies=frozenset({society_id}))
    require(actor, Permission.MERGE_MEMBERS, target)


def _is_in(person_id: int, society_id: int) -> bool:
    """Registered in the society, its member, or with a role in it."""
    return any(
        session.scalar(
            select(table.id)
            .where(table.person_id == person_id, table.society_id == society_id)
            .limit(1)
        )
        is not None
        for table in (Registration, SocietyMembership, Role)
    )


def _side(person: Person, society_id: int) -> Side:
    registrations = session.scalars(
        select(Registration)
        .where(Registration.person_id == person.id, Registration.society_id == society_id)
        .order_by(Registration.id)
    ).all()
    roles = session.scalars(
        select(Role.role).where(Role.person_id == person.id, Role.society_id == society_id)
    )
    membership = session.scalar(
        select(SocietyMembership).where(
            SocietyMembership.person_id == person.id, SocietyMembership.society_id == society_id
        )
    )
    return Side(
        person=person,
        registrations=tuple(registrations),
        roles=tuple(sorted(set(roles))),
        activities=_number(Activity, person.id),
        files=_number(File, person.id),
        membership=membership,
    )


def _number(table: type[Any], person_id: int) -> int:
    return (
        session.scalar(select(func.count()).select_from(table).where(table.person_id == person_id))
        or 0
    )


def _notes(kept: Side, merged: Side) -> tuple[str, ...]:
    notes = []
    if {n.name for n in kept.person.names}.isdisjoint(n.name for n in merged.person.names):
        notes.append("names_differ")
    if merged.activated and not kept.activated:
        notes.append("kept_not_activated")
    if kept.membership and merged.membership:
        notes.append("both_memberships")
    fields = {r.field_id or r.field_text for r in kept.registrations}
    if any((r.field_id or r.field_text) in fields for r in merged.registrations):
        notes.append("same_field")
    return tuple(notes)


def _alike(kept_id: int, other_id: int) -> int:
    """Records of the other account that this one has too, by kind and finishing day."""
    pairs = [
        set(
            session.execute(
                select(Activity.kind, Activity.ended_on).where(
                    Activity.person_id == person_id, Activity.state == "recorded"
                )
            )
        )
        for person_id in (kept_id, other_id)
    ]
    return len(pairs[0] & pairs[1])


def _move(preview: Preview) -> dict[str, Any]:
    kept_id, other_id = preview.kept.person.id, preview.merged.person.id
    moved: dict[str, Any] = {}
    for name, table in MOVING:
        rows = select(table.id).where(table.person_id == other_id)
        if table is SocietyMembership and preview.kept.membership is not None:
            rows = rows.where(table.society_id != preview.society_id)  # the kept account's stands
        ids = list(session.scalars(rows.order_by(table.id)))
        _free_keys(table, ids, kept_id)
        _give(table, ids, kept_id)
        moved[name] = ids
    return moved


def _free_keys(table: type[Any], ids: Sequence[int], kept_id: int) -> None:
    """A client's key is unique within an account; where both have one, the newcomer's goes."""
    if not hasattr(table, "key") or not ids:
        return
    taken = select(table.key).where(table.person_id == kept_id, table.key.is_not(None))
    session.execute(
        update(table)
        .where(table.id.in_(ids), table.key.in_(taken.scalar_subquery()))
        .values(key=None)
        .execution_options(synchronize_session=False)
    )


def _give(table: type[Any], ids: Sequence[int], person_id: int) -> None:
    if ids:
        session.execute(
            update(table)
            .where(table.id.in_(ids))
            .values(person_id=person_id)
            .execution_options(synchronize_session="fetch")
        )


def _take_over(kept: Person, other: Person, names: Sequence[str]) -> list[str]:
    for name in names:
        value = getattr(other, name)
        setattr(other, name, None)
        session.flush()  # one address, one account: given up before it is taken
        setattr(kept, name, value)
    return list(names)


def _versions(person_id: int) -> dict[str, Any]:
    """What must still be as it is for an undo: records, files, certificates, contacts."""
    records = session.execute(
        select(Activity.id, Activity.version)
        .where(Activity.person_id == person_id)
        .order_by(Activity.id)
    )
    terms = session.scalars(
        select(Registration).where(Registration.person_id == person_id).order_by(Registration.id)
    )
    person = session.get_one(Person, person_id)
    return {
        "activities": [list(pair) for pair in records],
        "files": _number(File, person_id),
        "filings": _number(Filing, person_id),
        "terms": [[r.id, len(r.terms)] for r in terms],
        "roles": _number(Role, person_id),
        "contacts": [bool(person.email), bool(person.phone)],
    }
