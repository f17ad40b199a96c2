"""How a row's term meets the terms that a registration has, and who may get none at all."""

from dataclasses import dataclass

from cpd_app.domain.errors import Rejected
from cpd_app.domain.register import CertificateTerm, Level, upgraded
from cpd_app.domain.renewal import CertificateState
from cpd_app.usecases.register_in_memory import Held, Item


@dataclass(frozen=True)
class Plan:
    """How a row's term meets those that are there: corrects one, cuts one, or follows them."""

    same: Item | None = None
    cut: Item | None = None


def plan_of(held: Held, term: CertificateTerm) -> Plan:
    """Decide before anything is changed; Rejected `terms_overlap`."""
    touching = [
        t for t in held.terms if t["starts_on"] < term.ends_on and term.starts_on < t["ends_on"]
    ]
    if not touching:
        return Plan()
    if len(touching) > 1:
        exact = [t for t in touching if t["starts_on"] == term.starts_on]
        if exact and not [t for t in touching if t is not exact[0] and _collides(t, term)]:
            return Plan(same=exact[0])
        raise Rejected("terms_overlap", "starts_on", starts_on=touching[0]["starts_on"])
    last = touching[0]
    if _is_upgrade(last, term):
        return Plan(cut=last)
    return Plan(same=last)


def refuse_barred(plan: Plan | None) -> None:
    """Nobody who is barred gets a certificate, in any society (Q14); why, nobody is told here."""
    if plan is None or plan.same is None:
        raise Rejected("barred")


def _collides(item: Item, term: CertificateTerm) -> bool:
    return bool(item["starts_on"] < term.ends_on and term.starts_on < item["ends_on"])


def _is_upgrade(item: Item, term: CertificateTerm) -> bool:
    """晋级: one level up, beginning inside the old term (handbook Q34, Q35)."""
    last = CertificateTerm(
        Level(item["level"]), item["starts_on"], item["ends_on"], CertificateState(item["state"])
    )
    if term.starts_on <= last.starts_on:
        return False
    try:
        above, _cut = upgraded(last, term.starts_on)
    except Rejected:
        return False
    return above.level is term.level
