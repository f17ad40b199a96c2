"""Messages on their way out: handed to the queue, claimed by a worker, marked letter by letter.

The row is the truth (ADR 0024). A worker holds what it sends by a lease that it renews; when it
dies, the lease runs out and the rows are handed out again with the envelope they had, so that what
is sent twice can be told by its Message-ID.
"""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Row,
    and_,
    bindparam,
    null,
    or_,
    select,
    update,
)

from cpd_app.db import Run, WithoutWaiting, run, session
from cpd_app.domain.bounces import NO_SUCH_ADDRESS
from cpd_app.domain.messages import KINDS, Channel, MessageKind
from cpd_app.models import Delivery, Message, Society
from cpd_app.usecases import messages, reaching
from cpd_app.usecases.parcels import Parcel, Told
from cpd_app.usecases.recipients import Recipient, recipients_of

#: how long a worker may be silent before what it holds is given to another one
LEASE = timedelta(seconds=20)
#: how long handed-out deliveries may wait in the queue before they are handed out again
HANDED = timedelta(seconds=60)
#: deliveries that one task sends, about; those of one person stay together
CHUNK = 50
#: wait before the second attempt; doubled for each further one, up to the longest
BACK_OFF = timedelta(seconds=15)
LONGEST = timedelta(hours=2)
#: with these waits so many attempts take some fourteen hours
MOST_ATTEMPTS = 16
#: a server that is away or refuses for now is tried for so long after the message came into being
#: (RFC 5321 4.5.4.1); only a fault of ours is given up before
PATIENCE = timedelta(days=4)
#: the code of a fault of ours
OURS = "unexpected"


class DeliveryState(StrEnum):
    """Where a delivery stands; the last three are final."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


_rows = Delivery.__table__
#: as statements of plain tables: one a letter, where the ORM's share would be half of the work
_TAKE = (
    update(Delivery.__table__)  # type: ignore[arg-type]
    .where(_rows.c.id == bindparam("row_id"))
    .values(
        state=DeliveryState.SENDING,
        lease_by=bindparam("by"),
        lease_until=bindparam("until"),
        attempts=_rows.c.attempts + 1,
        envelope=bindparam("word"),
    )
)
_MARK_SENT = (
    update(Delivery.__table__)  # type: ignore[arg-type]
    .where(
        _rows.c.envelope == bindparam("word"),
        _rows.c.lease_by == bindparam("by"),
        _rows.c.state == DeliveryState.SENDING,
        WithoutWaiting(),
    )
    .values(
        state=DeliveryState.SENT,
        finished_at=bindparam("at"),
        lease_by=null(),
        lease_until=null(),
        problem=null(),
    )
)


def is_anything_due(now: datetime) -> bool:
    """Whether a hand-over would find something; reads one row and locks nothing."""
    return any(_free_ids(state, now, 1, lock=False) for state in _FREE)


def hand_out(now: datetime, limit: int) -> list[list[int]]:
    """Ids of due deliveries in chunks for one task each, marked as handed to the queue.

    About `limit` of them, the longest waiting first. A person's are in one chunk, so that they
    leave as one letter. What a dead worker held comes first.
    """
    found: list[tuple[int, int]] = []
    for state in _FREE:
        found += _free_ids(state, now, limit - len(found), lock=True)
    if not found:
        return []
    session.execute(
        update(Delivery)
        .where(Delivery.id.in_([row_id for row_id, _ in found]))
        .values(state=DeliveryState.DUE, lease_by=None, lease_until=now + HANDED)
        .execution_options(synchronize_session=False)
    )
    by_person: dict[int, list[int]] = defaultdict(list)
    for row_id, person_id in found:
        by_person[person_id].append(row_id)
    chunks: list[list[int]] = [[]]
    for ids in by_person.values():
        if len(chunks[-1]) >= CHUNK:
            chunks.append([])
        chunks[-1] += ids
    return chunks


def claim(ids: Sequence[int], *, worker: str, now: datetime) -> list[Parcel]:
    """Take what is due of the people of these deliveries, and say what to send to whom.

    What one person gets by one channel (and, over a bridge, from one society) is one parcel under
    one envelope, a random word that is kept: after a dead worker the same rows travel under it
    again, and nothing is added to them. What must not leave now is put off, dropped or given up.
    The caller keeps the claim before it sends: a lost envelope would be a repeat nobody can tell.
    """
    rows = _claimable(ids, now)
    if not rows:
        return []
    recipients = recipients_of({row.person_id for row in rows}, now)
    going = _without_what_stays(rows, recipients, now)
    envelopes: dict[tuple[Any, ...], str] = defaultdict(lambda: secrets.token_urlsafe(15))
    packed: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in going:
        recipient = recipients[row.person_id]
        society_id = row.society_id if row.channel == Channel.WEBHOOK else None
        packed[row.envelope or envelopes[recipient.id, row.channel, society_id]].append(row)
    if going:
        until = now + LEASE
        session.connection().execute(
            _TAKE,
            [
                {"row_id": row.id, "by": worker, "until": until, "word": word}
                for word, some in packed.items()
                for row in some
            ],
        )
    return [_parcel(word, some, recipients[some[0].person_id]) for word, some in packed.items()]


def renew(*, worker: str, now: datetime) -> None:
    """Say that this worker still lives: its lease is counted from now."""
    session.execute(
        update(Delivery)
        .where(Delivery.state == DeliveryState.SENDING, Delivery.lease_by == worker)
        .values(lease_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )


def mark_sent(envelope: str, *, worker: str, now: datetime, run: Run = run) -> bool:
    """The other side took the parcel; False when it is no longer this worker's.

    One statement that does not wait for the disk: by `run` of a connection that keeps each by
    itself (`db.marking`) it is one round trip. What a crash of the database loses is sent again
    under the same envelope.
    """
    return run(_MARK_SENT, {"word": envelope, "by": worker, "at": now}).rowcount > 0


def mark_failed(
    parcel: Parcel, *, worker: str, code: str, lasting: bool, said: str = "", now: datetime
) -> bool:
    """It was not taken: tried again at growing distances, or given up with the reason.

    `lasting`: trying again is of no use. `code` and the other side's answer `said` are shown to
    staff. Whoever changed their address meanwhile gets it at the new one. False when the parcel is
    no longer this worker's.
    """
    held = and_(
        Delivery.envelope == parcel.envelope,
        Delivery.lease_by == worker,
        Delivery.state == DeliveryState.SENDING,
    )
    problem = {"code": code, **({"said": said} if said else {})}
    young = now - min(message.created_at for message in parcel.messages) < PATIENCE
    spent = parcel.attempt >= MOST_ATTEMPTS
    lasting = lasting and _is_address_of(parcel, now)
    given_up = lasting or (spent and (code == OURS or not young))
    values: dict[str, Any] = (
        {"state": DeliveryState.FAILED, "finished_at": now}
        if given_up
        else {"state": DeliveryState.DUE, "due_at": now + back_off(parcel.attempt)}
    )
    if spent and not given_up:
        values["attempts"] = MOST_ATTEMPTS - 1  # a letter that kills workers still has its end
    kept = _change(held, lease_by=None, lease_until=None, problem=problem, **values) > 0
    if kept and given_up:
        reaching.note_lost(parcel.person_id, parcel.channel, problem, now=now)
        messages.tell_otherwise([message.id for message in parcel.messages], now=now)
    return kept


def _is_address_of(parcel: Parcel, now: datetime) -> bool:
    """Whether a parcel went to the address that its reader has now."""
    reader = recipients_of({parcel.person_id}, now)[parcel.person_id]
    if parcel.channel is Channel.EMAIL:
        return reader.email == parcel.email
    return reader.phone == parcel.phone


def mark_returned(row_ids: Collection[int], problem: dict[str, Any], *, now: datetime) -> None:
    """A letter that was taken came back: it did not arrive, whoever holds the rows meanwhile."""
    _change(
        Delivery.id.in_(row_ids),
        state=DeliveryState.FAILED,
        finished_at=now,
        lease_by=None,
        lease_until=None,
        problem=problem,
    )


def give_back(envelopes: Iterable[str], *, worker: str, due_at: datetime) -> None:
    """Parcels that were claimed and not tried: due again, and no attempt is counted."""
    _change(
        and_(
            Delivery.envelope.in_(list(envelopes)),
            Delivery.lease_by == worker,
            Delivery.state == DeliveryState.SENDING,
        ),
        state=DeliveryState.DUE,
        due_at=due_at,
        attempts=Delivery.attempts - 1,
        lease_by=None,
        lease_until=None,
    )


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many attempts."""
    return min(BACK_OFF * int(2 ** (attempts - 1)), LONGEST)


#: states in which nobody holds a delivery, with the moment from which that is so
_FREE = (DeliveryState.SENDING, DeliveryState.DUE)


def _free_ids(
    state: DeliveryState, now: datetime, limit: int, *, lock: bool
) -> list[tuple[int, int]]:
    """Ids and whose they are; each state by itself, so that the index gives them in order."""
    lapsed = Delivery.lease_until <= now
    if state is DeliveryState.DUE:
        condition = and_(Delivery.due_at <= now, or_(Delivery.lease_until.is_(None), lapsed))
    else:
        condition = lapsed
    statement = (
        select(Delivery.id, Delivery.person_id)
        .where(Delivery.state == state, condition)
        .order_by(Delivery.due_at, Delivery.id)
        .limit(limit)
    )
    if lock:
        statement = statement.with_for_update(skip_locked=True)
    return [(row.id, row.person_id) for row in session.execute(statement)]


def _claimable(ids: Sequence[int], now: datetime) -> list[Row[Any]]:
    """Free rows of the same people, with their messages.

    Locked in one order: a second worker with the same people waits a moment and then finds nothing,
    instead of taking half of an envelope.
    """
    free = or_(
        and_(Delivery.state == DeliveryState.DUE, Delivery.due_at <= now),
        and_(Delivery.state == DeliveryState.SENDING, Delivery.lease_until <= now),
    )
    whose = select(Delivery.person_id).where(Delivery.id.in_(ids))
    return list(
        session.execute(
            select(
                Delivery.id,
                Delivery.person_id,
                Delivery.channel,
                Delivery.attempts,
                Delivery.envelope,
                Delivery.message_id,
                Message.society_id,
                Message.kind,
                Message.data,
                Message.created_at,
                Message.withdrawn_at,
                Society.name.label("society"),
                Society.name_en.label("society_en"),
            )
            .join(Message, Message.id == Delivery.message_id)
            .outerjoin(Society, Society.id == Message.society_id)
            .where(Delivery.person_id.in_(whose), free, Message.kind.in_(KINDS))
            .order_by(Delivery.id)
            .with_for_update(of=Delivery)
        )
    )


def _without_what_stays(
    rows: list[Row[Any]], recipients: Mapping[int, Recipient], now: datetime
) -> list[Row[Any]]:
    """Those that leave now; the others are put off, dropped or given up."""
    going: list[Row[Any]] = []
    dropped: dict[str, list[int]] = defaultdict(list)
    failed: dict[str, list[int]] = defaultdict(list)
    later: dict[datetime, list[int]] = defaultdict(list)
    for row in rows:
        recipient = recipients[row.person_id]
        if row.withdrawn_at is not None:
            dropped["withdrawn"].append(row.id)
        elif recipient.silent:
            dropped["messages_stopped"].append(row.id)
        elif (code := _hopeless(row, recipient)) is not None:
            failed[code].append(row.id)
            reaching.note_lost(recipient.id, Channel(row.channel), {"code": code}, now=now)
        elif recipient.until is not None:
            later[recipient.until].append(row.id)
        else:
            going.append(row)
    for state, some in ((DeliveryState.DROPPED, dropped), (DeliveryState.FAILED, failed)):
        for code, ids in some.items():
            _put(ids, state=state, finished_at=now, problem={"code": code})
    for moment, ids in later.items():
        _put(ids, state=DeliveryState.DUE, due_at=moment)
    return going


def _hopeless(row: Row[Any], recipient: Recipient) -> str | None:
    """Why it is not even tried."""
    if not (recipient.email if row.channel == Channel.EMAIL else recipient.phone):
        return "no_address"
    if row.channel in recipient.bounced:
        return NO_SUCH_ADDRESS
    return "worker_died" if row.attempts >= MOST_ATTEMPTS else None


def _parcel(envelope: str, rows: list[Row[Any]], recipient: Recipient) -> Parcel:
    channel = Channel(rows[0].channel)
    tellers = {row.society_en if recipient.locale == "en" else row.society for row in rows}
    return Parcel(
        envelope=envelope,
        channel=channel,
        person_id=recipient.id,
        name=recipient.name,
        locale=recipient.locale,
        email=recipient.email,
        phone=recipient.phone,
        society_id=rows[0].society_id if channel is Channel.WEBHOOK else None,
        messages=tuple(
            Told(row.message_id, MessageKind(row.kind), row.data, row.created_at) for row in rows
        ),
        society=tellers.pop() if len(tellers) == 1 else None,
        attempt=max(row.attempts for row in rows) + 1,
    )


def _put(ids: list[int], **values: Any) -> None:
    _change(Delivery.id.in_(ids), lease_by=None, lease_until=None, **values)


def _change(condition: ColumnElement[bool], **values: Any) -> int:
    result = session.execute(
        update(Delivery)
        .where(condition)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", result).rowcount
