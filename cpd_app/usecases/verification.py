"""Public look-up (公开查询): what anybody is told of a certificate, and whether a name is on it.

The least there is: number, masked name, level, field, society, term, state and dated history; no
list of members, no search by name. Every question is counted by address.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from cpd_app.db import session
from cpd_app.domain.audits import OPEN
from cpd_app.domain.errors import Rejected, TooMany
from cpd_app.domain.masking import masked, same_name
from cpd_app.domain.numbers import number_key
from cpd_app.domain.verification import (
    HistoryEntry,
    PublicAct,
    PublicState,
    PublicTerm,
    coming_term,
    ended_suspended,
    history_of,
    public_state,
    shown_term,
)
from cpd_app.models import CertificateAct, Field, Filing, Person, Registration, Society, Term
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import attempts, journal
from cpd_app.usecases.registrations import MOST_NUMBER

#: setting of a society: how public pages write names
NAME_SETTING = "public_name"
NAME_CHOICES = MASKED, FULL = "masked", "full"
#: states of an act that the public sees
SHOWN_ACTS = ("in_force", "annulled")
MOST_NAME = 120


@dataclass(frozen=True)
class PublicCertificate:
    """A certificate as it stands at a moment; `names` never leave the service by themselves."""

    registration: Registration
    society: Society
    field: Field | None
    term: PublicTerm
    state: PublicState
    #: over, and suspended until its end
    ended_suspended: bool
    #: given already, begins later
    coming: PublicTerm | None
    history: tuple[HistoryEntry, ...]
    #: as public pages write them: masked unless the society says otherwise
    name: str
    name_en: str
    #: who was called what while the term ran
    names: tuple[str, ...]
    as_of: datetime


def look_up(number: str, *, address: str, now: datetime, today: date) -> PublicCertificate | None:
    """The certificate with this number, typed as people type it; None for a number that is none.

    Call it inside a transaction: the question is counted. Raises TooMany `too_many_lookups`.
    """
    asks, misses = _subject("verify_address", address), _subject("verify_unknown", address)
    minutes = attempts.minutes_to_wait((asks, misses), now=now)
    if minutes:
        raise TooMany("too_many_lookups", minutes=minutes)
    found = _with_number(number)
    certificate = None if found is None else certificate_of(found, now=now, today=today)
    attempts.note((asks,) if certificate else (asks, misses), now=now)
    return certificate


def check_name(
    number: str, typed: str, *, address: str, now: datetime, today: date
) -> tuple[PublicCertificate | None, bool]:
    """The certificate, and whether the typed full name is the one on it (一致 / 不一致).

    Counted by address and by number, like attempts to sign in. Raises TooMany
    `too_many_lookups`, `too_many_names`.
    """
    names = (
        _subject("verify_name_address", address),
        _subject("verify_name_number", number_key(number)[:MOST_NUMBER]),
    )
    minutes = attempts.minutes_to_wait(names, now=now)
    if minutes:
        raise TooMany("too_many_names", minutes=minutes)
    certificate = look_up(number, address=address, now=now, today=today)
    attempts.note(names, now=now)
    same = certificate is not None and same_name(typed[:MOST_NAME], certificate.names)
    return certificate, same


def certificate_of(
    registration: Registration, *, now: datetime, today: date
) -> PublicCertificate | None:
    """What the public is told of a registration; None when it never had a term."""
    society = registration.society
    terms = _terms(registration, ZoneInfo(society.zone))
    term = shown_term(terms, today)
    if term is None:
        return None
    person, acts = registration.person, _acts(registration.id)
    hides = society.settings.get(NAME_SETTING, MASKED) != FULL
    return PublicCertificate(
        registration=registration,
        society=society,
        field=registration.field,
        term=term,
        state=public_state(term, today),
        ended_suspended=ended_suspended(term, acts, today),
        coming=coming_term(terms, term, today),
        history=tuple(history_of(terms, acts, today)),
        name=masked(person.name) if hides else person.name,
        name_en=masked(person.name_en or "") if hides else person.name_en or "",
        names=_names_during(person, term),
        as_of=now,
    )


def set_public_names(actor: Actor, society_id: int, how: str, *, now: datetime) -> None:
    """Say how public pages write a society's names: masked or full."""
    require(actor, Permission.CHANGE_ROLE, Target())
    society = session.get_one(Society, society_id)
    if how not in NAME_CHOICES:
        raise Rejected("bad_value", "how")
    society.settings = {**society.settings, NAME_SETTING: how}
    journal.record(
        actor, "society.changed", "society", society_id,
        now=now, society_id=society_id, data={NAME_SETTING: how},
    )  # fmt: skip


def _subject(kind: str, value: str) -> attempts.Subject:
    return attempts.subject(kind, value)


def _with_number(number: str) -> Registration | None:
    key = number_key(number)
    if not key or len(key) > MOST_NUMBER:
        return None
    return session.scalar(
        select(Registration)
        .where(Registration.number_key == key)
        .options(
            joinedload(Registration.society),
            joinedload(Registration.field),
            joinedload(Registration.person),
        )
    )


def _terms(registration: Registration, zone: ZoneInfo) -> list[PublicTerm]:
    filed = {
        term_id: filed_at.astimezone(zone).date()
        for term_id, filed_at in session.execute(
            select(Filing.term_id, Filing.filed_at)
            .where(Filing.registration_id == registration.id, Filing.state.in_(OPEN))
            .order_by(Filing.filed_at.desc())
        )
    }
    return [_as_public(term, filed.get(term.id)) for term in registration.terms]


def _as_public(term: Term, filed_on: date | None) -> PublicTerm:
    return PublicTerm(term.id, term.level, term.starts_on, term.ends_on, term.state, filed_on)


def _acts(registration_id: int) -> list[PublicAct]:
    rows = session.scalars(
        select(CertificateAct)
        .where(
            CertificateAct.registration_id == registration_id,
            CertificateAct.published_at.is_not(None),
            CertificateAct.state.in_(SHOWN_ACTS),
        )
        .order_by(CertificateAct.effective_on, CertificateAct.id)
    )
    return [
        PublicAct(
            id=act.id,
            term_id=act.term_id,
            kind=act.kind,
            effective_on=act.effective_on,
            document_no=act.document_no,
            annulled=act.state == "annulled",
        )
        for act in rows
    ]


def _names_during(person: Person, term: PublicTerm) -> tuple[str, ...]:
    """Names used while the term ran: a certificate on the wall may carry an earlier one."""
    used: list[str] = []
    for name, after in zip(person.names, [*person.names[1:], None], strict=True):
        if after is None or after.from_on > term.starts_on:
            used += [text for text in (name.name, name.name_en) if text]
    return tuple(used)
