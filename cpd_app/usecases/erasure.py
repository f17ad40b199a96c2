"""Erasing a member's values after they asked for it (PIPL art. 47): what goes, what stays and why.

Of a filing whose clock has run out go names, words, titles and file names, and what was written
while it was judged; of the journal the values beside its entries; of the rest what
`erasure_fields` says. Columns and digests stay, so that totals are the same and everything that is
left still verifies (ADR 0019); the erasure is an entry itself.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, delete, func, or_, select

from cpd_app.db import session
from cpd_app.domain.audits import OPEN, FilingState
from cpd_app.domain.errors import Rejected
from cpd_app.domain.retention import Kept, kept_until, reason_to_keep
from cpd_app.models import (
    Activity,
    Appeal,
    Credit,
    Decision,
    Filing,
    JournalEntry,
    JournalValues,
    Registration,
    Relief,
    Snapshot,
)
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import journal
from cpd_app.usecases.accounts import belongs_elsewhere
from cpd_app.usecases.erasure_fields import Goes
from cpd_app.usecases.erasure_rows import Pile, empty_piles, old_before, piles_of
from cpd_app.usecases.registrations_shown import readable_registration

MOST_REASON = 500
#: what was decided is kept for ever with its basis: acts of the register, decisions, erasures
KEPT_VERBS = ("certificate.%", "decision.%", "term.%", "values.%")


@dataclass(frozen=True)
class ErasableFiling:
    """A filing, and whether its values are still there."""

    filing: Filing
    #: None = they may be erased
    kept: Kept | None
    #: first day on which they may be; None while the filing is open
    until: date | None
    #: its values were erased before
    erased: bool


@dataclass(frozen=True)
class Erasable:
    """What the values of a member come to in one society."""

    registration: Registration
    filings: tuple[ErasableFiling, ...]
    #: journal entries whose values may be erased
    entries: int
    #: what was written beside filings and journal, by the clock that it goes by
    piles: dict[Goes, Pile]

    @property
    def anything(self) -> bool:
        """Whether there is something to erase today."""
        return bool(self.entries) or any(pile.going for pile in self.piles.values())


def erasable_of(actor: Actor, registration_id: int, *, today: date) -> Erasable:
    """What would be erased and what stays; nothing is changed."""
    registration = _held(actor, registration_id)
    entries = session.scalar(
        select(func.count())
        .select_from(JournalValues)
        .where(JournalValues.entry_id.in_(_entries(registration, today)))
    )
    filings = _filings(registration, today)
    due = [one.filing.id for one in filings if one.kept is None]
    return Erasable(registration, filings, entries or 0, piles_of(registration, due, today=today))


def erase_values(
    actor: Actor, registration_id: int, reason: str, *, now: datetime, today: date
) -> Erasable:
    """Erase them for good; `reason` names the member's request.

    Raises Rejected `missing`, `too_long`, `nothing_to_erase`.
    """
    if not reason.strip():
        raise Rejected("missing", "reason")
    if len(reason.strip()) > MOST_REASON:
        raise Rejected("too_long", "reason", most=MOST_REASON)
    found = erasable_of(actor, registration_id, today=today)
    if not found.anything:
        raise Rejected("nothing_to_erase")
    ids = [one.filing.id for one in found.filings if one.kept is None and not one.erased]
    emptied = empty_piles(found.registration, found.piles, today=today)
    session.execute(
        delete(JournalValues)
        .where(JournalValues.entry_id.in_(_entries(found.registration, today)))
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    registration = found.registration
    journal.record(
        actor,
        "values.erased",
        "person",
        registration.person_id,
        now=now,
        society_id=registration.society_id,
        data={"filings": ids, "entries": found.entries, "rows": emptied},
        values={"reason": reason.strip()},
    )
    return found


def _held(actor: Actor, registration_id: int) -> Registration:
    registration = readable_registration(actor, registration_id)
    target = Target(owner_id=registration.person_id, societies=frozenset({registration.society_id}))
    require(actor, Permission.ERASE_VALUES, target)
    return registration


def _filings(registration: Registration, today: date) -> tuple[ErasableFiling, ...]:
    """Filings of the person in this society, the oldest first."""
    rows = session.scalars(
        select(Filing)
        .where(
            Filing.person_id == registration.person_id,
            Filing.society_id == registration.society_id,
        )
        .order_by(Filing.id)
    ).all()
    ids = [row.id for row in rows]
    whole = set(
        session.scalars(
            select(Snapshot.filing_id).where(Snapshot.filing_id.in_(ids), Snapshot.salt != "")
        )
    )
    appealed = _appealed(ids)
    zone = ZoneInfo(registration.society.zone)
    found = []
    for filing in rows:
        closed_on = (
            (filing.decided_at or filing.withdrawn_at or filing.filed_at).astimezone(zone).date()
        )
        is_open = FilingState(filing.state) in OPEN
        kept = reason_to_keep(
            is_open=is_open, appealed=filing.id in appealed, closed_on=closed_on, today=today
        )
        until = None if is_open else kept_until(closed_on)
        found.append(ErasableFiling(filing, kept, until, erased=filing.id not in whole))
    return tuple(found)


def _appealed(filing_ids: list[int]) -> set[int]:
    """Those of some filings against whose decision an appeal is open."""
    return set(
        session.scalars(
            select(Decision.filing_id)
            .join(Appeal, and_(Appeal.subject_id == Decision.id, Appeal.subject == "decision"))
            .where(Decision.filing_id.in_(filing_ids), Appeal.state == "open")
        )
    )


def _entries(registration: Registration, today: date) -> Select[int]:
    """Old journal entries about the person in this society, as a select of their ids.

    What lies in no society (a record belongs to the person) is this society's to erase only when
    no other one knows the person.
    """
    person_id, society_id = registration.person_id, registration.society_id
    elsewhere = belongs_elsewhere(person_id, society_id)
    own = JournalEntry.society_id == society_id
    place = own if elsewhere else or_(own, JournalEntry.society_id.is_(None))
    registrations = select(Registration.id).where(
        Registration.person_id == person_id, Registration.society_id == society_id
    )
    about = {
        "registration": registrations,
        "filing": select(Filing.id).where(
            Filing.person_id == person_id, Filing.society_id == society_id
        ),
        "activity": select(Activity.id).where(Activity.person_id == person_id),
        "credit": select(Credit.id).where(Credit.registration_id.in_(registrations)),
        "relief": select(Relief.id).where(Relief.person_id == person_id),
        "appeal": select(Appeal.id).where(Appeal.person_id == person_id),
    }
    theirs = or_(
        and_(JournalEntry.object_type == "person", JournalEntry.object_id == person_id),
        *(
            and_(JournalEntry.object_type == kind, JournalEntry.object_id.in_(ids))
            for kind, ids in about.items()
        ),
    )
    return select(JournalEntry.id).where(
        theirs,
        place,
        JournalEntry.at < old_before(registration, today),
        *(JournalEntry.verb.not_like(verb) for verb in KEPT_VERBS),
    )
