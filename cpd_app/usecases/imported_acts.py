"""Acts of the terms that a members file brings: begun by, and since when they are not active."""

from datetime import date
from typing import Any

from cpd_app.domain.certificates import ActKind
from cpd_app.domain.register import Level
from cpd_app.models import CertificateAct
from cpd_app.usecases.register_in_memory import Held, Item, Register, Trail
from cpd_app.usecases.term_acts import values_of_act

#: the reason of a state that came with a file: what it rests on lies with the society's papers
IMPORTED = "imported"
_KIND_OF_STATE = {
    "suspended": ActKind.SUSPENDED,
    "cancelled": ActKind.CANCELLED,
    "revoked": ActKind.REVOKED,
}


def note_begun(register: Register, trail: Trail, held: Held, term: Item, *, today: date) -> None:
    """The acts of a new term; written with the other rows of the file, no question asked."""
    earlier = [t for t in held.terms if t["starts_on"] < term["starts_on"]]
    _add(register, trail, held, term, kind=_kind(earlier, term), effective_on=term["starts_on"])
    kind = _KIND_OF_STATE.get(term["state"])
    if kind is None:
        return
    since = max(min(term["ends_on"], today), term["starts_on"])
    barred_on = held.member.person.values.get("barred_on")
    _add(
        register,
        trail,
        held,
        term,
        kind=kind,
        effective_on=since,
        reason_code=IMPORTED,
        former_barred_on=barred_on,
    )
    if kind is ActKind.REVOKED and barred_on is None:
        _bar(register, trail, held, since)


def _bar(register: Register, trail: Trail, held: Held, since: date) -> None:
    """Q14: a revocation bars for life, also one from before the service."""
    person = held.member.person
    if person.id is None:
        person.values["barred_on"] = since
    else:
        register.change(trail, person, barred_on=since)


def _kind(earlier: list[Item], term: Item) -> ActKind:
    if not earlier:
        return ActKind.ISSUED
    levels = [level.value for level in Level]
    last = max(earlier, key=lambda t: t["starts_on"])
    above = levels.index(term["level"]) > levels.index(last["level"])
    return ActKind.UPGRADED if above else ActKind.RENEWED


def _add(
    register: Register, trail: Trail, held: Held, term: Item, *, kind: ActKind, **values: Any
) -> None:
    # one insert for all of a file's acts: every row names the same columns
    register.add(
        trail,
        CertificateAct,
        {"registration_id": held.registration, "term_id": term},
        **{
            **values_of_act(kind, now=register.now),
            "society_id": held.registration["society_id"],
            "reason_code": None,
            "former_barred_on": None,
            **values,
        },
    )
