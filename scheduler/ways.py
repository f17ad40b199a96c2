"""The ways out, by channel: each sends parcels, and is kept open for a batch."""

import smtplib
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Self

from cpd_app.config import Settings
from cpd_app.domain.bounces import NO_SUCH_ADDRESS
from cpd_app.domain.messages import Channel
from cpd_app.mail import mailer_of
from cpd_app.usecases.parcels import Parcel, RefusedError, Way
from scheduler.bridge_way import BridgeWay
from scheduler.message_letters import message_letter

#: RFC 3463: 5.7 is policy and security (relaying, blocked sender), 5.2 the mailbox (full,
#: disabled); 5.1.7 and 5.1.8 are said at RCPT and speak of the sender
NOT_THE_ADDRESS = (b"5.7.", b"5.2.", b"5.3.", b"5.4.", b"5.1.7", b"5.1.8")


class EmailWay:
    """Letters over one connection to the mail server."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is opened before the first letter."""
        self.settings = settings
        self.mailer = mailer_of(settings)

    def send(self, parcel: Parcel, *, now: datetime) -> None:
        """Write the letter and hand it over; raises RefusedError, OSError."""
        letter = message_letter(parcel, self.settings, now=now)
        try:
            self.mailer.send(letter)
        except smtplib.SMTPRecipientsRefused as refused:
            [(code, said)] = refused.recipients.values()
            raise _of_the_address(code, said) from refused
        except smtplib.SMTPSenderRefused as refused:
            # The whole service's sender, not this letter: somebody will mend a setting.
            raise _refusal("sender_refused", refused, lasting=False) from refused
        except smtplib.SMTPDataError as refused:
            lasting = refused.smtp_code >= 500
            raise _refusal("letter_refused", refused, lasting=lasting) from refused

    def close(self) -> None:
        """Say goodbye to the server."""
        self.mailer.close()


#: opens a way out
Opens = Callable[[Settings], Way]
WAYS: Mapping[Channel, Opens] = {
    Channel.EMAIL: EmailWay,
    Channel.WEBHOOK: BridgeWay,
}


class Ways:
    """The ways of one batch: opened when a parcel first needs them, closed together."""

    def __init__(self, settings: Settings, opens: Mapping[Channel, Opens] = WAYS) -> None:
        """None is open."""
        self.settings = settings
        self.opens = opens
        self.open: dict[Channel, Way] = {}

    def __enter__(self) -> Self:
        """Send inside the block."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Close what was opened."""
        for way in self.open.values():
            way.close()

    def send(self, parcel: Parcel, *, now: datetime) -> None:
        """By the way of its channel; raises RefusedError, OSError."""
        if parcel.channel not in self.open:
            self.open[parcel.channel] = self.opens[parcel.channel](self.settings)
        self.open[parcel.channel].send(parcel, now=now)


def _of_the_address(code: int, said: bytes) -> RefusedError:
    """What the server says of whom we write to.

    A lasting refusal means that the address does not exist, unless it says otherwise: a server that
    relays nothing for us or blocks us must not make every member's address a bad one.
    """
    words = said.decode(errors="replace")
    if code < 500:
        return RefusedError("address_deferred", lasting=False, said=words)
    other = said.startswith(NOT_THE_ADDRESS)
    return RefusedError("address_refused" if other else NO_SUCH_ADDRESS, lasting=True, said=words)


def _refusal(code: str, refused: smtplib.SMTPResponseException, *, lasting: bool) -> RefusedError:
    said = refused.smtp_error
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    return RefusedError(code, lasting=lasting, said=f"{refused.smtp_code} {words}")
