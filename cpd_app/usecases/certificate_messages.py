"""What members are told about their certificate: acts in force, new terms, its end."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.certificates import OWN_WISH, ActKind
from cpd_app.domain.messages import MessageKind
from cpd_app.models import CertificateAct, Registration, Term
from cpd_app.usecases.messages import Draft, tell, tell_all

#: the reason whose cancellation waits for the society that the member goes to
TRANSFER = "transfer"
#: an end that is told; older ones everybody knows
NEWS = timedelta(days=31)


def tell_act(
    registration: Registration,
    act: CertificateAct,
    *,
    appeal_until_on: date | None = None,
    now: datetime,
) -> None:
    """An act is in force; what the member asked for themselves is told as granted."""
    data = {}
    if appeal_until_on is not None:
        data["appeal_until_on"] = appeal_until_on.isoformat()
    tell(
        _draft(registration, _variant(act), f"act:{act.id}", act.effective_on, **data),
        now=now,
    )


def appeal_moved(
    act: CertificateAct, registration: Registration, *, before_on: date, until_on: date
) -> Draft:
    """A holiday moved the last day to appeal against an act."""
    return _draft(
        registration,
        "appeal_moved",
        f"act:{act.id}:appeal_moved:{until_on.isoformat()}",
        act.effective_on,
        before_on=before_on.isoformat(),
        appeal_until_on=until_on.isoformat(),
    )


def tell_wish_declined(registration: Registration, act: CertificateAct, *, now: datetime) -> None:
    """Staff let a member's wish go: nothing changes."""
    key = f"act:{act.id}:declined"
    draft = _draft(registration, "wish_declined", key, act.effective_on, act=act.kind)
    tell(draft, now=now)


def tell_term(registration: Registration, term: Term, kind: ActKind, *, now: datetime) -> None:
    """A new term: renewed, or of another level."""
    tell(_draft(registration, kind.value, f"term:{term.id}", term.starts_on), now=now)


def tell_expired(terms: Iterable[Term], *, today: date, now: datetime) -> int:
    """The last day of certificates is over; nobody is told who has a later term already.

    Nor of what ended long ago, as terms do that come with a file.
    """
    ended = {t.registration_id: t for t in terms if t.ends_on > today - NEWS}
    later = select(Term.id).where(
        Term.registration_id == Registration.id, Term.state.in_(("active", "suspended"))
    )
    rows = session.scalars(
        select(Registration).where(Registration.id.in_(list(ended)), ~later.exists())
    )
    drafts = []
    for registration in rows:
        term = ended[registration.id]
        last_on = term.ends_on - timedelta(days=1)
        drafts.append(_draft(registration, "expired", f"term:{term.id}:expired", last_on))
    return tell_all(drafts, now=now)


def _variant(act: CertificateAct) -> str:
    if act.reason_code == TRANSFER:
        return "transferred"
    asked = act.reason_code in OWN_WISH and act.kind != ActKind.RESUMED
    return f"{act.kind}_asked" if asked else act.kind


def _draft(
    registration: Registration, variant: str, key: str, effective_on: date, **data: str
) -> Draft:
    return Draft(
        registration.person_id,
        MessageKind.CERTIFICATE,
        f"certificate:{key}",
        {
            "variant": variant,
            "number": registration.number,
            "effective_on": effective_on.isoformat(),
            "registration_id": registration.id,
            **data,
        },
        registration.society_id,
    )
