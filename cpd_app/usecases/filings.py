"""Filing for re-registration: file once, withdraw until it is read, add the rest of year 5."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.audits import FilingState, check_move
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.filing import (
    Page,
    check_pages,
    check_supplement,
    check_withdrawal,
    pages_of,
    receipt_number,
    risk_of,
)
from cpd_app.domain.snapshots import FrozenRecord, changed_since
from cpd_app.models import Filing, Registration, Term
from cpd_app.policy import Actor, Permission, Target, may, require
from cpd_app.storage import LocalFiles
from cpd_app.texts.filing import DECLARATION_VERSION
from cpd_app.usecases import journal
from cpd_app.usecases.credits import lock
from cpd_app.usecases.deadlines import (
    COMPLETENESS_DAYS,
    DeadlineKind,
    close_deadline,
    deadline_of,
    set_deadline,
)
from cpd_app.usecases.files import FileState, Upload, readable_file, receive_file
from cpd_app.usecases.filing_messages import tell_filed, untell_filed
from cpd_app.usecases.progress import Standing, standing_of
from cpd_app.usecases.registrations_shown import readable_registration
from cpd_app.usecases.snapshots import Frozen, employer_on, filed_of, freeze, keep, year_json


@dataclass(frozen=True)
class NewFiling:
    """What the member sends; everything else is read from the records."""

    registration_id: int
    #: version of the declaration of truth that was agreed to; None: it was not
    declaration_version: int | None
    #: UUID made by the client once per filing
    key: str | None = None
    signed_file_id: int | None = None
    stamped_file_id: int | None = None


@dataclass(frozen=True)
class Filed:
    """The filing, and whether this call made it (False: a repeat of an earlier one)."""

    filing: Filing
    created: bool


def file_renewal(actor: Actor, new: NewFiling, *, now: datetime, today: date) -> Filed:
    """File for re-registration: freeze the record form, the summary and the declaration.

    Raises Rejected `cannot_file_…` with the first obstacle of readiness (domain.md §7),
    `declaration_missing`, `page_missing`; Conflict `declaration_changed`, `filing_key_reused`.
    """
    registration = readable_registration(actor, new.registration_id)
    require(actor, Permission.FILE_RENEWAL, target_of_registration(registration))
    # From here on nobody changes what is filed, and of two that file the second sees the first.
    lock(registration.id)
    repeated = _repeated(registration, new)
    if repeated is not None:
        return Filed(repeated, created=False)
    if new.declaration_version is None:
        raise Rejected("declaration_missing", "declaration_version")
    if new.declaration_version != DECLARATION_VERSION:
        raise Conflict("declaration_changed", "declaration_version")
    standing = standing_of(actor, registration, on=today)
    for obstacle in standing.readiness.filing_obstacles:
        raise Rejected(f"cannot_file_{obstacle}")
    pages = _pages(actor, registration, new)
    frozen = freeze(standing, declaration=DECLARATION_VERSION)
    filing = Filing(
        number=str(uuid.uuid4()),  # its own follows from the id
        key=new.key,
        society_id=registration.society_id,
        registration_id=registration.id,
        term_id=standing.term.id,
        person_id=registration.person_id,
        employer=employer_on(registration.person_id, today),
        state=FilingState.FILED.value,
        filed_at=now,
        declaration_version=DECLARATION_VERSION,
        signed_file_id=pages[Page.SIGNED],
        stamped_file_id=pages[Page.STAMPED],
        risk=risk_of(frozen.records),
        version=1,
        snapshots=[],
    )
    session.add(filing)
    session.flush()
    filing.number = receipt_number(registration.society.code, today.year, filing.id)
    snapshot = keep(filing, frozen, frozen.records, now=now, today=today)
    set_deadline(
        DeadlineKind.COMPLETENESS,
        filing.id,
        delivered_on=today,
        work_days=COMPLETENESS_DAYS,
        society_id=filing.society_id,
        registration_id=filing.registration_id,
        person_id=filing.person_id,
    )
    _write_down(actor, filing, "filed", now, records=len(frozen.records), digest=snapshot.digest)
    tell_filed(filing, now=now)
    return Filed(filing, created=True)


def file_with_pages(
    actor: Actor,
    new: NewFiling,
    uploads: Mapping[Page, Upload],
    *,
    store: LocalFiles,
    now: datetime,
    today: date,
) -> Filed:
    """The same with the signed or stamped page taken in beside it, all of it or nothing."""
    owner_id = actor.person_id
    if owner_id is None:
        raise NotFound
    taken = {
        page: receive_file(actor, owner_id, upload, store=store, now=now).id
        for page, upload in uploads.items()
    }
    with_pages = replace(
        new,
        signed_file_id=taken.get(Page.SIGNED, new.signed_file_id),
        stamped_file_id=taken.get(Page.STAMPED, new.stamped_file_id),
    )
    return file_renewal(actor, with_pages, now=now, today=today)


def withdraw_filing(
    actor: Actor, filing_id: int, *, version: int | None = None, now: datetime
) -> Filing:
    """Take a filing back while no reader has opened it; the records can be edited again."""
    filing = _held(actor, filing_id, version)
    if filing.state == FilingState.WITHDRAWN:
        return filing
    state = FilingState(filing.state)
    check_withdrawal(state, opened=filing.opened_at is not None)
    check_move(state, FilingState.WITHDRAWN)
    filing.state, filing.withdrawn_at = FilingState.WITHDRAWN.value, now
    filing.version += 1
    close_deadline(deadline_of(DeadlineKind.COMPLETENESS, filing.id), now=now)
    _write_down(actor, filing, "withdrawn", now)
    untell_filed(filing, now=now)
    return filing


def supplement_of(actor: Actor, filing: Filing, *, today: date) -> tuple[FrozenRecord, ...]:
    """Records of the last year, new or changed, that can be added today; none when it is closed."""
    if not may(actor, Permission.FILE_RENEWAL, target_of(filing)):
        return ()
    try:
        check_supplement(FilingState(filing.state), over=_is_over(filing, today))
    except Conflict:
        return ()
    return _supplement(actor, filing, today)[1]


def add_supplement(
    actor: Actor, filing_id: int, *, version: int | None = None, now: datetime, today: date
) -> Filing:
    """Add what happened in the last year since the filing, as one more snapshot (domain.md §7).

    Raises Conflict `supplement_closed`, Rejected `nothing_to_add`.
    """
    filing = _held(actor, filing_id, version)
    check_supplement(FilingState(filing.state), over=_is_over(filing, today))
    frozen, records = _supplement(actor, filing, today)
    if not records:
        raise Rejected("nothing_to_add")
    snapshot = keep(filing, frozen, records, now=now, today=today)
    filing.version += 1
    _write_down(
        actor, filing, "supplemented", now, records=len(records), digest=snapshot.digest,
        snapshot=snapshot.number,
    )  # fmt: skip
    return filing


def filing_for(actor: Actor, filing_id: int) -> Filing:
    """A filing that the actor may read; NotFound for everybody else."""
    filing = session.get(Filing, filing_id)
    if filing is None:
        raise NotFound
    require(actor, Permission.READ_FILING, target_of(filing))
    return filing


def filings_of(registration_id: int, term_id: int) -> list[Filing]:
    """The filings of a term, the newest first. Whoever calls may read the registration."""
    return list(
        session.scalars(
            select(Filing)
            .where(Filing.registration_id == registration_id, Filing.term_id == term_id)
            .order_by(Filing.id.desc())
        )
    )


def target_of(filing: Filing) -> Target:
    """Whose filing it is, and which society has it: the one place where a permission is placed."""
    return Target(owner_id=filing.person_id, societies=frozenset({filing.society_id}))


def target_of_registration(registration: Registration) -> Target:
    """The same for a filing that is still to be made."""
    return Target(owner_id=registration.person_id, societies=frozenset({registration.society_id}))


def _repeated(registration: Registration, new: NewFiling) -> Filing | None:
    if new.key is None:
        return None
    known = session.scalar(
        select(Filing).where(Filing.person_id == registration.person_id, Filing.key == new.key)
    )
    if known is not None and known.registration_id != registration.id:
        raise Conflict("filing_key_reused", "key")
    return known


def _pages(actor: Actor, registration: Registration, new: NewFiling) -> dict[Page, int | None]:
    """The signed and stamped pages: files of the member, as the society asks for them."""
    brought = {Page.SIGNED: new.signed_file_id, Page.STAMPED: new.stamped_file_id}
    wanted = pages_of(registration.society.settings)
    check_pages(wanted, {page: file_id is not None for page, file_id in brought.items()})
    for page, file_id in brought.items():
        if file_id is None:
            continue
        file = readable_file(actor, file_id)
        if file.person_id != registration.person_id:
            raise NotFound
        if file.state not in {FileState.ARRIVED, FileState.READY}:
            raise Rejected("file_gone", page.value)
    return brought


def _held(actor: Actor, filing_id: int, version: int | None) -> Filing:
    """A filing of the actor's own, held until the transaction ends, as it was when it was seen."""
    filing = filing_for(actor, filing_id)
    require(actor, Permission.FILE_RENEWAL, target_of(filing))
    lock(filing.registration_id)
    session.refresh(filing, with_for_update={"key_share": True})
    if version is not None and version != filing.version:
        raise Conflict("changed_meanwhile")
    return filing


def _supplement(
    actor: Actor, filing: Filing, today: date
) -> tuple[Frozen, tuple[FrozenRecord, ...]]:
    """The figures of today with the earlier years as they were filed, and the records to add."""
    registration = readable_registration(actor, filing.registration_id)
    term = session.get_one(Term, filing.term_id)
    standing = standing_of(actor, registration, on=today, term=term)
    filed, present = filed_of(filing), freeze(standing, declaration=filing.declaration_version)
    first = _last_year(standing, filing)
    years = [
        before if before["index"] < first else year_json(year)
        for before, year in zip(filed.years, standing.years, strict=True)
    ]
    added = changed_since(filed.by_record, present.records, from_year=first)
    content = {**(present.content or {}), "summary": (filed.content or {}).get("summary", "")}
    return Frozen(content, tuple(years), present.checks, present.records), tuple(added)


def _last_year(standing: Standing, filing: Filing) -> int:
    """The year that was running when it was filed (domain.md §7); else the last one."""
    filed_on = filing.snapshots[0].taken_on
    running = (y.index for y in standing.years if y.starts_on <= filed_on < y.ends_on)
    return next(running, standing.years[-1].index)


def _is_over(filing: Filing, today: date) -> bool:
    return today >= session.get_one(Term, filing.term_id).ends_on


def _write_down(actor: Actor, filing: Filing, verb: str, now: datetime, **data: object) -> None:
    journal.record(
        actor,
        f"filing.{verb}",
        "filing",
        filing.id,
        now=now,
        society_id=filing.society_id,
        data={"person": filing.person_id, "registration": filing.registration_id, **data},
    )
