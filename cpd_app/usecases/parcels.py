"""What a way out is given to send: one letter or call to one person, with one or more messages."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from cpd_app.domain.messages import Channel, MessageKind


@dataclass(frozen=True)
class Told:
    """A message as it goes out."""

    id: int
    kind: MessageKind
    data: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True)
class Parcel:
    """Messages that leave together, and whom they go to."""

    #: a word that is the same when the parcel is sent again: Message-ID, idempotency key
    envelope: str
    channel: Channel
    person_id: int
    name: str
    #: zh or en
    locale: str
    email: str | None
    phone: str | None
    #: whose bridge carries it; a parcel for a bridge has messages of one society only
    society_id: int | None
    messages: tuple[Told, ...]
    #: name of the society that tells it, in the reader's language; None: several, or the federation
    society: str | None = None
    #: which one this is, of the message that was tried most often
    attempt: int = 1


class RefusedError(Exception):
    """It was not taken; `lasting` says that trying again is of no use (no such address).

    Without `tried` nobody was asked: the parcel waits, and no attempt is counted.
    """

    def __init__(self, code: str, *, lasting: bool, said: str = "", tried: bool = True) -> None:
        """`code` is kept and shown to staff; `said` is the other side's answer, shortened."""
        super().__init__(code)
        self.code = code
        self.lasting = lasting
        self.tried = tried
        self.said = said[:200]


class Way(Protocol):
    """Sends parcels of one channel; kept open for a batch."""

    def send(self, parcel: Parcel, *, now: datetime) -> None:
        """Hand it over; raises RefusedError, or OSError when the other side is not there."""

    def close(self) -> None:
        """End the connection, if there is one."""
