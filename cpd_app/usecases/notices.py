"""公告: every suspension, resumption, cancellation and revocation, for everybody to read (Q31).

The page lists acts, never members; what was set aside stays and reads 更正.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select

from cpd_app.db import session
from cpd_app.domain.certificates import ANNOUNCED, NEVER_PUBLIC, ActKind
from cpd_app.domain.errors import NotFound
from cpd_app.domain.masking import masked
from cpd_app.models import CertificateAct, Registration, Society
from cpd_app.usecases.act_history import DONE
from cpd_app.usecases.members import latest_names

PAGE_SIZE = 30
KINDS = tuple(k.value for k in (*ANNOUNCED, ActKind.ANNULLED))
#: setting of a society: its notices and pages show whole names
WHOLE_NAMES = "public_names"
IMPORTED = "imported"


@dataclass(frozen=True)
class Notice:
    """One act as the public reads it."""

    id: int
    kind: str
    number: str
    #: masked unless the society says otherwise
    name: str
    society: Society
    effective_on: date
    published_at: datetime
    #: None when it is never public (death, resignation)
    reason_code: str | None
    legal_basis: str | None
    document_no: str | None
    #: set aside by a later act
    annulled: bool
    #: of a correction: kind and day of the act that it sets aside
    corrects: tuple[str, date] | None


@dataclass(frozen=True)
class Notices:
    """One page of them, newest first."""

    notices: list[Notice]
    total: int
    page: int
    pages: int
    society: Society | None


def notices_of(code: str | None, *, page: int = 1) -> Notices:
    """The notices of one society, or of all of them; NotFound for a society that is none."""
    society = None
    if code is not None:
        society = session.scalar(select(Society).where(Society.code == code))
        if society is None:
            raise NotFound
    shown = _shown(society)
    total = session.scalar(select(func.count()).select_from(CertificateAct).where(*shown)) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    rows = session.execute(
        select(CertificateAct, Registration, Society)
        .join(Registration, Registration.id == CertificateAct.registration_id)
        .join(Society, Society.id == CertificateAct.society_id)
        .where(*shown)
        .order_by(CertificateAct.published_at.desc(), CertificateAct.id.desc())
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    ).all()
    made = _notices([(act, registration, of) for act, registration, of in rows])
    return Notices(made, total, page, pages, society)


def announcing_societies() -> list[Society]:
    """Societies to choose between; their names are public."""
    return list(session.scalars(select(Society).order_by(Society.name)))


def public_name(name: str, society: Society) -> str:
    """A name as the society's public pages show it (domain.md §9)."""
    return name if society.settings.get(WHOLE_NAMES) == "full" else masked(name)


def public_reason(reason_code: str | None) -> str | None:
    """The reason, unless it is one that is never public."""
    return None if reason_code in NEVER_PUBLIC else reason_code


def _shown(society: Society | None) -> list[ColumnElement[bool]]:
    """States that came with a file from before the service were announced elsewhere, long ago."""
    conditions = [
        CertificateAct.kind.in_(KINDS),
        CertificateAct.state.in_(DONE),
        CertificateAct.published_at.is_not(None),
        func.coalesce(CertificateAct.reason_code, "") != IMPORTED,
    ]
    if society is not None:
        conditions.append(CertificateAct.society_id == society.id)
    return conditions


def _notices(rows: Sequence[tuple[CertificateAct, Registration, Society]]) -> list[Notice]:
    names = latest_names([r.person_id for _a, r, _s in rows])
    annulled = {a.annuls_id for a, _r, _s in rows if a.annuls_id is not None}
    corrected = {
        a.id: a
        for a in session.scalars(select(CertificateAct).where(CertificateAct.id.in_(annulled)))
    } if annulled else {}  # fmt: skip
    made = []
    for act, registration, society in rows:
        aside = corrected.get(act.annuls_id or 0)
        made.append(
            Notice(
                id=act.id,
                kind=act.kind,
                number=registration.number,
                name=public_name(names.get(registration.person_id, ("", None))[0], society),
                society=society,
                effective_on=act.effective_on,
                published_at=act.published_at or act.proposed_at,
                reason_code=public_reason(act.reason_code),
                legal_basis=act.legal_basis,
                document_no=act.document_no,
                annulled=act.state == "annulled",
                corrects=(aside.kind, aside.effective_on) if aside else None,
            )
        )
    return made
