"""Letters that came back: held against what was really sent, and marked once (ADR 0032).

Believed is a claim only when its envelope is the random word of one of our letters and it speaks of
the address that its reader has today. Everything else changes nothing.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.bounces import CAME_BACK, NO_SUCH_ADDRESS, Bounce, Kind, Reading
from cpd_app.domain.messages import Channel
from cpd_app.models import Delivery
from cpd_app.usecases import deliveries, messages, reaching
from cpd_app.usecases.deliveries import DeliveryState
from cpd_app.usecases.recipients import Recipient, recipients_of


class Taken(StrEnum):
    """What became of a letter."""

    BOUNCED = "bounced"
    """The address does not exist; nothing is sent there until it changes."""
    CAME_BACK = "came_back"
    """The letter did not arrive, for another reason."""
    KNOWN = "known"
    """That letter's end is written down already."""
    ELSEWHERE = "elsewhere"
    """It speaks of an address that the person no longer has."""
    NOT_OURS = "not_ours"
    """No letter of ours has this name."""
    DELAYED = "delayed"
    AUTOMATIC = "automatic"
    OTHER = "other"
    UNREADABLE = "unreadable"


#: what somebody should look at: perhaps a member answered
FOR_PEOPLE = frozenset({Taken.OTHER, Taken.UNREADABLE})

_SAID = {
    Kind.DELAYED: Taken.DELAYED,
    Kind.AUTOMATIC: Taken.AUTOMATIC,
    Kind.OTHER: Taken.OTHER,
    Kind.UNREADABLE: Taken.UNREADABLE,
    Kind.BOUNCE: Taken.NOT_OURS,  # a bounce that names no letter
}
#: a letter with such an end may have left
_OPEN = (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.DUE)


def take_letter(reading: Reading, *, now: datetime) -> Taken:
    """Mark what a letter says of ours; the strongest of its claims when it has several."""
    taken = {take_bounce(bounce, now=now) for bounce in reading.bounces}
    return next((t for t in Taken if t in taken), _SAID[reading.kind])


def take_bounce(bounce: Bounce, *, now: datetime) -> Taken:
    """Mark a delivery as failed, and its address as bounced when the claim is about that.

    A delivery has one end: a second letter about it, or a copy of this one, changes nothing.
    """
    rows = session.execute(
        select(Delivery.id, Delivery.person_id, Delivery.message_id, Delivery.state)
        .where(Delivery.envelope == bounce.envelope, Delivery.channel == Channel.EMAIL.value)
        .order_by(Delivery.id)
        .with_for_update()
    ).all()
    if not rows:
        return Taken.NOT_OURS
    left = [row for row in rows if row.state in _OPEN]
    if not left:
        return Taken.KNOWN
    person_id = left[0].person_id
    recipient = recipients_of({person_id}, now)[person_id]
    code = _code(bounce, recipient)
    if code is None:
        return Taken.ELSEWHERE
    problem = {"code": code, "said": bounce.said}
    deliveries.mark_returned([row.id for row in left], problem, now=now)
    reaching.note_lost(recipient.id, Channel.EMAIL, problem, now=now)
    messages.tell_otherwise([row.message_id for row in left], now=now)
    return Taken.BOUNCED if code == NO_SUCH_ADDRESS else Taken.CAME_BACK


def counted(taken: Iterable[Taken]) -> dict[str, int]:
    """How many of each, by name; what is nought is left out."""
    return {what.value: count for what, count in Counter(taken).items()}


def _code(bounce: Bounce, recipient: Recipient) -> str | None:
    """Why it did not arrive; None when it is not about the address of today.

    An address that forwards to a broken one exists: only who is named by the server is bounced.
    """
    email = (recipient.email or "").lower()
    if not email or email not in bounce.recipients | bounce.written_to:
        return None
    return bounce.code if email in bounce.recipients else CAME_BACK
