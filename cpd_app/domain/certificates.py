"""Acts of the register: which may follow which, on what they rest, what annulling restores (§9)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cpd_app.domain.errors import Rejected
from cpd_app.domain.renewal import CertificateState


class ActKind(StrEnum):
    """What can be done to a certificate."""

    ISSUED = "issued"
    RENEWED = "renewed"
    UPGRADED = "upgraded"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    CANCELLED = "cancelled"
    REVOKED = "revoked"
    ANNULLED = "annulled"
    """Sets another act aside; never stands for itself."""


#: the four kinds that are announced to the public (handbook Q31)
ANNOUNCED = (ActKind.SUSPENDED, ActKind.RESUMED, ActKind.CANCELLED, ActKind.REVOKED)
#: kinds that begin a term
BEGINNINGS = frozenset({ActKind.ISSUED, ActKind.RENEWED, ActKind.UPGRADED})
#: proposed by one person, in force when another one confirms (§9)
TWO_PEOPLE = frozenset({ActKind.REVOKED, ActKind.ANNULLED})
#: the member can appeal (§9); what they asked for themselves they cannot
APPEALABLE = frozenset({ActKind.SUSPENDED, ActKind.CANCELLED, ActKind.REVOKED})

_ACTIVE, _SUSPENDED, _EXPIRED, _CANCELLED, _REVOKED = (
    CertificateState.ACTIVE,
    CertificateState.SUSPENDED,
    CertificateState.EXPIRED,
    CertificateState.CANCELLED,
    CertificateState.REVOKED,
)
#: kind -> states it is possible in, and the state that follows. A certificate that was cancelled
#: can still be revoked: giving it up is no way round the bar.
MOVES: dict[ActKind, tuple[frozenset[CertificateState], CertificateState]] = {
    ActKind.SUSPENDED: (frozenset({_ACTIVE}), _SUSPENDED),
    ActKind.RESUMED: (frozenset({_SUSPENDED}), _ACTIVE),
    ActKind.CANCELLED: (frozenset({_ACTIVE, _SUSPENDED, _EXPIRED}), _CANCELLED),
    ActKind.REVOKED: (frozenset({_ACTIVE, _SUSPENDED, _EXPIRED, _CANCELLED}), _REVOKED),
}

#: why, by kind; the first is the most usual
REASONS: dict[ActKind, tuple[str, ...]] = {
    ActKind.SUSPENDED: ("own_wish", "membership_lapsed", "under_inquiry", "society_rule"),
    ActKind.RESUMED: ("own_wish", "cause_ended", "society_rule"),
    ActKind.CANCELLED: ("not_reregistered", "resignation", "death", "transfer", "society_rule"),
    ActKind.REVOKED: ("false_material", "misconduct", "law"),
    ActKind.ANNULLED: ("appeal_upheld", "error"),
}
#: never shown to the public (§9)
NEVER_PUBLIC = frozenset({"death", "resignation"})
#: the member asked for it
OWN_WISH = frozenset({"own_wish", "resignation"})
#: these stop all messages to the person
STOPS_MESSAGES = frozenset({"death", "resignation"})
#: what a member can ask for, and the reason it is entered with
ASKABLE: dict[ActKind, str] = {
    ActKind.SUSPENDED: "own_wish",
    ActKind.RESUMED: "own_wish",
    ActKind.CANCELLED: "resignation",
}


@dataclass(frozen=True, slots=True)
class Done:
    """An act that is in force or was set aside, as these rules see it; in order of doing."""

    id: int
    kind: ActKind
    #: state of the certificate before it
    former: CertificateState
    annulled: bool = False


def kind_of(text: str) -> ActKind:
    """The kind of a code; Rejected `unknown_act`."""
    try:
        return ActKind(text)
    except ValueError:
        raise Rejected("unknown_act", "kind") from None


def needs_two(kind: ActKind) -> bool:
    """Whether a second person has to confirm it (§9)."""
    return kind in TWO_PEOPLE


def state_after(state: CertificateState, kind: ActKind) -> CertificateState:
    """The state that an act brings about; Rejected `act_not_possible`."""
    if kind in BEGINNINGS:
        return CertificateState.ACTIVE
    move = MOVES.get(kind)
    if move is None or state not in move[0]:
        raise Rejected("act_not_possible", "kind")
    return move[1]


def possible(state: CertificateState) -> tuple[ActKind, ...]:
    """The kinds that can be done to a certificate in this state."""
    return tuple(kind for kind in ANNOUNCED if state in MOVES[kind][0])


def at_end(state: CertificateState, ends_on: date, today: date) -> CertificateState:
    """What the calendar makes of a state: at the term's end it expires (§9)."""
    return _EXPIRED if ends_on <= today and state in {_ACTIVE, _SUSPENDED} else state


def check_reason(kind: ActKind, reason: str) -> None:
    """Rejected `unknown_reason` for a reason that is none of this kind."""
    if reason not in REASONS.get(kind, ()):
        raise Rejected("unknown_reason", "reason_code")


def check_day(
    effective_on: date, *, begins_on: date, last_act_on: date | None, today: date
) -> None:
    """An act takes effect within its term, in order, and not later than it is published.

    Raises Rejected `effective_before_term`, `effective_before_last_act`, `effective_later`.
    """
    if effective_on > today:
        raise Rejected("effective_later", "effective_on", today=today)
    if effective_on < begins_on:
        raise Rejected("effective_before_term", "effective_on", first=begins_on)
    if last_act_on is not None and effective_on < last_act_on:
        raise Rejected("effective_before_last_act", "effective_on", first=last_act_on)


def state_without(done: Sequence[Done], act_id: int, present: CertificateState) -> CertificateState:
    """The state once an act of these is set aside: the former one, exactly (§9).

    Only what nothing was built upon can be set aside: the last act that stands, or a suspension
    whose resumption follows, which leaves the state as it is. Raises Rejected `not_annullable`,
    `annulled_already`, `later_act`.
    """
    asked = next((d for d in done if d.id == act_id), None)
    if asked is None or asked.kind not in MOVES:
        raise Rejected("not_annullable")
    if asked.annulled:
        raise Rejected("annulled_already")
    standing = [d for d in done if not d.annulled and d.kind in MOVES]
    place = standing.index(asked)
    later = standing[place + 1 :]
    if not later:
        if asked.kind is ActKind.RESUMED and not _ends_a_suspension(standing[:place]):
            raise Rejected("later_act")
        return asked.former
    if asked.kind is ActKind.SUSPENDED and later[0].kind is ActKind.RESUMED:
        return present
    raise Rejected("later_act")


def _ends_a_suspension(before: Sequence[Done]) -> bool:
    return bool(before) and before[-1].kind is ActKind.SUSPENDED


def is_suspended(done: Sequence[Done]) -> bool:
    """Whether the last act that stands is a suspension: it outlives the end of the term."""
    changes = [d for d in done if not d.annulled and d.kind in MOVES]
    return bool(changes) and changes[-1].kind is ActKind.SUSPENDED


def bar_of(base: date | None, revocations: Sequence[date]) -> date | None:
    """Since when a person is barred: by what was before any act, and revocations that stand."""
    return min((d for d in (base, *revocations) if d is not None), default=None)
