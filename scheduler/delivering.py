"""A batch of deliveries: claimed, then sent one by one outside any transaction, each one marked.

Killed between sending and marking, a letter is sent once more with the same Message-ID; everything
else of the batch was not sent, or is marked.
"""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from threading import Event

import structlog
from flask import Flask

from cpd_app import clock
from cpd_app.config import Settings
from cpd_app.db import Run, marking, session, transaction
from cpd_app.domain.messages import Channel
from cpd_app.usecases import deliveries, reaching
from cpd_app.usecases.parcels import Parcel, RefusedError
from scheduler.beat import Beat
from scheduler.ways import WAYS, Opens, Ways

log = structlog.get_logger()

#: silences in a row after which the other side is taken to be away
SILENCES = 3
#: how long what was not tried then waits
AWAY = timedelta(seconds=30)

#: a mail server, or a society's bridge
Side = tuple[Channel, int | None]


def deliver(
    app: Flask, ids: Sequence[int], stopping: Event, *, ways: Mapping[Channel, Opens] = WAYS
) -> None:
    """Send what is due of these; what is not begun when `stopping` is set is given back."""
    worker = secrets.token_hex(8)
    with app.app_context():
        with transaction():
            parcels = deliveries.claim(ids, worker=worker, now=clock.now())
        if not parcels:
            return
        settings: Settings = app.config["CPD"]
        with (
            Beat(app, lambda: deliveries.renew(worker=worker, now=clock.now())) as beat,
            Ways(settings, ways) as opened,
            marking() as mark,
        ):
            Batch(worker, opened, mark).send(parcels, beat, stopping)


class Batch:
    """Sends parcels that one worker holds."""

    def __init__(self, worker: str, ways: Ways, mark: Run) -> None:
        """Nothing is sent yet; `mark` keeps a statement at once."""
        self.worker = worker
        self.ways = ways
        self.mark = mark
        self.counts: Counter[str] = Counter()
        self.reached: set[tuple[int, Channel]] = set()
        #: silences in a row, by side
        self.silent: Counter[Side] = Counter()

    def send(self, parcels: Sequence[Parcel], beat: Beat, stopping: Event) -> None:
        """All of them, as long as we are wanted, hold them, and somebody is there to take them."""
        untried, away = [], []
        for parcel in parcels:
            if stopping.is_set():
                untried.append(parcel.envelope)
            elif self.silent[_side(parcel)] >= SILENCES:
                away.append(parcel.envelope)
            elif beat.is_alive:
                self._send(parcel)
            else:
                self.counts["lost"] += 1  # its lease runs out, another worker has it by then
        self._leave(untried, timedelta())
        self._leave(away, AWAY)
        with transaction():
            reaching.note_reached(self.reached, now=clock.now())
        log.info("messages sent", worker=self.worker, **self.counts)

    def _send(self, parcel: Parcel) -> None:
        side = _side(parcel)
        try:
            self.ways.send(parcel, now=clock.now())
        except RefusedError as refused:
            if not refused.tried:
                self._leave([parcel.envelope], AWAY)
                return
            self.silent[side] = 0
            self._failed(parcel, refused.code, lasting=refused.lasting, said=refused.said)
        except OSError as error:
            self.silent[side] += 1
            self._failed(parcel, "no_answer", said=type(error).__name__)
        except Exception as error:
            log.exception("message could not be sent", kinds=[m.kind for m in parcel.messages])
            self._failed(parcel, "unexpected", said=type(error).__name__)
        else:
            self.silent[side] = 0
            self._sent(parcel)

    def _sent(self, parcel: Parcel) -> None:
        # A mark a letter, in one round trip on a connection of the batch: a transaction of the
        # session would be four, and to wait for the disk each time most of the work.
        kept = deliveries.mark_sent(
            parcel.envelope, worker=self.worker, now=clock.now(), run=self.mark
        )
        if kept:
            self.reached.add((parcel.person_id, parcel.channel))
        self.counts["sent" if kept else "lost"] += 1

    def _failed(self, parcel: Parcel, code: str, *, lasting: bool = False, said: str = "") -> None:
        session.rollback()  # writing a letter may have read something
        with transaction():
            deliveries.mark_failed(
                parcel, worker=self.worker, code=code, lasting=lasting, said=said, now=clock.now()
            )
        self.reached.discard((parcel.person_id, parcel.channel))
        self.counts["refused" if lasting else "failed"] += 1

    def _leave(self, envelopes: list[str], wait: timedelta) -> None:
        if envelopes:
            with transaction():
                due_at = clock.now() + wait
                deliveries.give_back(envelopes, worker=self.worker, due_at=due_at)
            self.counts["given_back"] += len(envelopes)


def _side(parcel: Parcel) -> Side:
    return parcel.channel, parcel.society_id
