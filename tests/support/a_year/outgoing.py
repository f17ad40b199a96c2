"""What leaves in the simulated year: by the workers' own code, to a way out that writes it down."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from cpd_app.config import Settings
from cpd_app.domain.messages import Channel
from cpd_app.models import Delivery
from cpd_app.usecases import deliveries
from cpd_app.usecases.parcels import Parcel
from scheduler.delivering import deliver
from tests.support.store import Store

ALL = 100_000


@dataclass(frozen=True)
class Sent:
    """One letter or call, and when it was sent."""

    at: datetime
    parcel: Parcel


@dataclass
class Outgoing:
    """Hands out and delivers as clock and workers do, with nothing behind the ways out."""

    app: Flask
    store: Store
    do: Callable[..., Any]
    #: sets the clock
    at: Callable[[str], datetime]
    sent: list[Sent] = field(default_factory=list)

    def next_at(self) -> datetime | None:
        """When the next message is due that waits."""
        waiting = select(func.min(Delivery.due_at)).where(Delivery.state == "due")
        return next(iter(self.store.all(waiting)))

    def leave(self, now: datetime) -> None:
        """Everything that is due at a moment leaves."""
        self.at(now.isoformat())
        for chunk in self.do(deliveries.hand_out, now, ALL):
            deliver(self.app, chunk, Event(), ways=dict.fromkeys(Channel, self._recording))

    def _recording(self, _settings: Settings) -> "Recording":
        return Recording(self.sent)


@dataclass
class Recording:
    """A way out that takes everything."""

    sent: list[Sent]

    def send(self, parcel: Parcel, *, now: datetime) -> None:
        """Write it down."""
        self.sent.append(Sent(now, parcel))

    def close(self) -> None:
        """Nothing is open."""
