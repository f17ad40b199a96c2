"""One member as the staff of one society see them: never what lies in another society."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.models import (
    Employment,
    Merge,
    OneTimeCode,
    Person,
    Registration,
    Role,
    SocietyMembership,
    Term,
)
from cpd_app.policy import Actor, Permission, Target, may
from cpd_app.usecases.merges import can_undo
from cpd_app.usecases.progress import Standing, standing_of
from cpd_app.usecases.registrations_shown import readable_registration, term_on


@dataclass(frozen=True)
class OpenCode:
    """The newest activation or reset code that is not used or replaced."""

    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class PastMerge:
    """An account that became part of this one, and whether that can be undone."""

    merge: Merge
    by: str
    can_undo: bool


@dataclass(frozen=True)
class MemberFile:
    """Everything the member page prints; figures are those of the member's own pages."""

    registration: Registration
    person: Person
    term: Term
    standing: Standing
    #: all terms, the newest first
    terms: tuple[Term, ...]
    #: the person's registrations in this society
    registrations: tuple[Registration, ...]
    #: (employer, from), the newest first
    employments: tuple[tuple[str, date], ...]
    membership: SocietyMembership | None
    roles: tuple[str, ...]
    code: OpenCode | None
    merges: tuple[PastMerge, ...]
    #: a registrar, and not one's own
    may_change: bool
    may_activate: bool
    may_see_contacts: bool
    may_check: bool

    @property
    def activated(self) -> bool:
        """Whether somebody has opened the account."""
        return self.person.password_hash is not None


def member_file(
    actor: Actor, registration_id: int, *, on: date, now: datetime, term_id: int | None = None
) -> MemberFile:
    """A registration with its person, years and records; NotFound outside the actor's societies.

    `term_id` looks at another term of the registration than the day's.
    """
    registration = readable_registration(actor, registration_id)
    person, society_id = registration.person, registration.society_id
    chosen = next((t for t in registration.terms if t.id == term_id), None)
    standing = standing_of(actor, registration, on=on, term=chosen or term_on(registration, on))
    target = Target(owner_id=person.id, societies=frozenset({society_id}))
    changeable = may(actor, Permission.CHANGE_MEMBER, target)
    return MemberFile(
        registration=registration,
        person=person,
        term=standing.term,
        standing=standing,
        terms=tuple(reversed(registration.terms)),
        registrations=tuple(
            session.scalars(
                select(Registration)
                .where(Registration.person_id == person.id, Registration.society_id == society_id)
                .order_by(Registration.id)
            )
        ),
        employments=_employments(person.id),
        membership=session.scalar(
            select(SocietyMembership).where(
                SocietyMembership.person_id == person.id,
                SocietyMembership.society_id == society_id,
            )
        ),
        roles=_roles(person.id, society_id, on),
        code=_open_code(person.id, now) if changeable else None,
        merges=_merges(person.id, society_id) if changeable else (),
        may_change=changeable,
        may_activate=may(actor, Permission.ACTIVATE_MEMBER, target),
        may_see_contacts=may(actor, Permission.READ_CONTACT, target),
        may_check=may(actor, Permission.CHECK_EVIDENCE, target),
    )


def _employments(person_id: int) -> tuple[tuple[str, date], ...]:
    rows = session.execute(
        select(Employment.employer, Employment.from_on)
        .where(Employment.person_id == person_id)
        .order_by(Employment.from_on.desc(), Employment.id.desc())
    )
    return tuple((r.employer, r.from_on) for r in rows)


def _roles(person_id: int, society_id: int, on: date) -> tuple[str, ...]:
    rows = session.execute(
        select(Role.role, Role.ends_on)
        .where(Role.person_id == person_id, Role.society_id == society_id, Role.starts_on <= on)
        .order_by(Role.id)
    )
    return tuple(dict.fromkeys(r.role for r in rows if r.ends_on is None or r.ends_on > on))


def _open_code(person_id: int, now: datetime) -> OpenCode | None:
    row = session.execute(
        select(OneTimeCode.issued_at, OneTimeCode.expires_at)
        .where(
            OneTimeCode.person_id == person_id,
            OneTimeCode.purpose.in_(("activate", "reset")),
            OneTimeCode.used_at.is_(None),
            OneTimeCode.revoked_at.is_(None),
            OneTimeCode.expires_at > now,
        )
        .order_by(OneTimeCode.id.desc())
        .limit(1)
    ).first()
    return OpenCode(row.issued_at, row.expires_at) if row else None


def _merges(person_id: int, society_id: int) -> tuple[PastMerge, ...]:
    rows = session.execute(
        select(Merge, Person)
        .join(Person, Person.id == Merge.by_id)
        .where(Merge.kept_id == person_id, Merge.society_id == society_id)
        .order_by(Merge.id.desc())
    ).all()
    return tuple(PastMerge(merge, by.name, can_undo(merge)) for merge, by in rows)
