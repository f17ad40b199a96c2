"""A society's bridge (转发) to SMS, WeCom and the like: set by its registrar, called by the worker.

Address and secret lie sealed in the database (usecases/sealing.py); the secret is made here and
shown once. Format and signature: docs/bridge.md.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.addresses import read_address
from cpd_app.domain.bridges import rests_until
from cpd_app.domain.errors import NotFound, Rejected, TooMany
from cpd_app.domain.numbers import normal_phone
from cpd_app.models import Person, Society, Webhook
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import attempts, journal, sealing

#: secrets begin with this, so that a leaked one is recognised by secret scanners
PREFIX = "cpdb_"
MOST_NAME = 20
#: when a bridge that works was reached last is written down at most this often
NOTED_EVERY = timedelta(minutes=1)
_URL, _SECRET = b"cpd bridge address 1", b"cpd bridge secret 1"


@dataclass(frozen=True)
class NewBridge:
    """What the registrar enters; an empty address keeps the one that is there."""

    name: str
    url: str = ""


@dataclass(frozen=True)
class Bridge:
    """A bridge ready to be called; whoever has it keeps it out of logs."""

    society_id: int
    society: str
    society_name: str
    society_name_en: str
    url: str
    secret: str
    #: it failed so often that it is left alone until then
    rests_until: datetime | None

    def __repr__(self) -> str:
        """Without address and secret."""
        return f"<Bridge of {self.society}>"


@dataclass(frozen=True)
class Tester:
    """The registrar who tries the bridge: the call is about themselves."""

    person_id: int
    name: str
    locale: str
    email: str | None
    #: as they entered it for this call
    phone: str


def bridge_shown(actor: Actor, society_id: int) -> Webhook | None:
    """The bridge as staff see it; None when there is none. Its address stays sealed."""
    _require(actor, society_id)
    return _row(society_id)


def set_bridge(
    actor: Actor, society_id: int, new: NewBridge, *, allowed: frozenset[str], now: datetime
) -> str:
    """Set name and address; gives the secret of a new bridge, this once, and otherwise "".

    Raises Rejected `bridge_name_missing`, and what `read_address` says about the address.
    """
    _require(actor, society_id)
    if not new.name or len(new.name) > MOST_NAME:
        raise Rejected("bridge_name_missing", "name", most=MOST_NAME)
    row = _row(society_id, locked=True)
    if row is None and not new.url:
        raise Rejected("bridge_address_missing", "url")
    secret = ""
    if row is None:
        secret = _new_secret()
        row = Webhook(
            society_id=society_id,
            active=True,
            secret_sealed=sealing.seal_text(_SECRET, secret, about=_about(society_id)),
        )
        session.add(row)
    if new.url:
        address = read_address(new.url, allowed)
        row.host = address.authority
        row.url_sealed = sealing.seal_text(_URL, new.url, about=_about(society_id))
        row.failing_since = row.problem = row.last_ok_at = None
    row.name, row.changed_at, row.changed_by_id = new.name, now, actor.person_id
    session.flush()
    _note(
        actor, "bridge.set", row, {"address": bool(new.url)},
        now=now, values={"name": row.name, "host": row.host},
    )  # fmt: skip
    return secret


def rotate_secret(actor: Actor, society_id: int, *, now: datetime) -> str:
    """Another secret, given this once; what is sent from now on is signed with it alone."""
    row = _kept(actor, society_id)
    secret = _new_secret()
    row.secret_sealed = sealing.seal_text(_SECRET, secret, about=_about(society_id))
    row.changed_at, row.changed_by_id = now, actor.person_id
    _note(actor, "bridge.secret_rotated", row, {}, now=now)
    return secret


def turn_bridge(actor: Actor, society_id: int, *, on: bool, now: datetime) -> None:
    """Let it carry messages, or no longer; a bridge that is turned on is tried at once."""
    row = _kept(actor, society_id)
    if row.active != on:
        row.active, row.changed_at, row.changed_by_id = on, now, actor.person_id
        row.failing_since = row.problem = None
        _note(actor, "bridge.turned_on" if on else "bridge.turned_off", row, {}, now=now)


def bridge_to_try(
    actor: Actor, society_id: int, phone: str, *, now: datetime
) -> tuple[Bridge, Tester]:
    """The bridge and the registrar themselves, for a call now; also when it is off or rests.

    Each is counted, since it costs an SMS to whatever number was entered. Raises Rejected
    `phone_bad`, TooMany `too_many_bridge_trials`.
    """
    row = _kept(actor, society_id)
    normal = normal_phone(phone)
    if normal is None:
        raise Rejected("phone_bad", "phone")
    counted = (attempts.subject("bridge_trial", society_id),)
    minutes = attempts.minutes_to_wait(counted, now=now)
    if minutes:
        raise TooMany("too_many_bridge_trials", minutes=minutes)
    attempts.note(counted, now=now)
    person = session.get_one(Person, actor.person_id)
    tester = Tester(person.id, person.name, person.locale or "zh", person.email, normal)
    return _opened(row, session.get_one(Society, society_id)), tester


def bridge_of(society_id: int) -> Bridge | None:
    """The bridge of a society for the worker; None when there is none or it is off.

    Raises SealedError when CPD_SECRET_KEY is another one than when it was set.
    """
    found = session.execute(
        select(Webhook, Society)
        .join(Society, Society.id == Webhook.society_id)
        .where(Webhook.society_id == society_id, Webhook.active.is_(True))
    ).first()
    return _opened(found[0], found[1]) if found else None


def note_reached(society_id: int, *, now: datetime) -> None:
    """It answered: it works, or works again."""
    row = _row(society_id)
    if row is None:
        return
    if row.failing_since or row.last_ok_at is None or now - row.last_ok_at >= NOTED_EVERY:
        row.last_ok_at, row.failing_since, row.problem = now, None, None


def note_failed(society_id: int, problem: dict[str, Any], *, now: datetime) -> None:
    """It did not work: since when, how often in a row, and what it said."""
    row = _row(society_id, locked=True)
    if row is None:
        return
    failures = (row.problem or {}).get("failures", 0) + 1
    row.failing_since = row.failing_since or now
    row.problem = {**problem, "failures": failures, "tried_at": now.isoformat()}


def _opened(row: Webhook, society: Society) -> Bridge:
    about = _about(row.society_id)
    problem = row.problem or {}
    tried_at = problem.get("tried_at")
    return Bridge(
        society_id=row.society_id,
        society=society.code,
        society_name=society.name,
        society_name_en=society.name_en,
        url=sealing.unseal_text(_URL, row.url_sealed, about=about),
        secret=sealing.unseal_text(_SECRET, row.secret_sealed, about=about),
        rests_until=rests_until(problem["failures"], datetime.fromisoformat(tried_at))
        if tried_at
        else None,
    )


def _require(actor: Actor, society_id: int) -> None:
    require(actor, Permission.SET_BRIDGE, Target(societies=frozenset({society_id})))


def _kept(actor: Actor, society_id: int) -> Webhook:
    _require(actor, society_id)
    row = _row(society_id, locked=True)
    if row is None:
        raise NotFound
    return row


def _row(society_id: int, *, locked: bool = False) -> Webhook | None:
    found = select(Webhook).where(Webhook.society_id == society_id)
    return session.scalar(found.with_for_update() if locked else found)


def _about(society_id: int) -> str:
    return f"society {society_id}"


def _new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _note(
    actor: Actor,
    verb: str,
    row: Webhook,
    data: dict[str, Any],
    *,
    now: datetime,
    values: dict[str, Any] | None = None,
) -> None:
    journal.record(
        actor, verb, "webhook", row.id,
        now=now, society_id=row.society_id, data=data, values=values,
    )  # fmt: skip
