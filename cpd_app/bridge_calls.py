"""A call to a society's bridge: its JSON in the reader's language, and its signature.

The worker sends parcels with it and the registrar's page tries a bridge with it, so both say the
same. The format is a promise to other people's programs: docs/bridge.md.
"""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from flask_babel import force_locale

from cpd_app.calling import Answer, Caller
from cpd_app.domain.messages import TOPICS
from cpd_app.message_words import path, text, title
from cpd_app.usecases.bridges import Bridge
from cpd_app.usecases.parcels import Parcel, Told

#: of the format; a receiver refuses a number that it does not know
VERSION = 1


def call(caller: Caller, bridge: Bridge, parcel: Parcel, *, base_url: str, now: datetime) -> Answer:
    """Post a parcel to the bridge. Raises Rejected or NotReachedError, see calling.Caller.post."""
    body = body_of(bridge, parcel, base_url=base_url, now=now)
    return caller.post(
        bridge.url,
        body,
        {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "cpd-bridge/1",
            "Idempotency-Key": parcel.envelope,
            "X-CPD-Signature": signature(bridge.secret, body, now=now),
        },
    )


def body_of(bridge: Bridge, parcel: Parcel, *, base_url: str, now: datetime) -> bytes:
    """The JSON of a parcel, in the language of who it is for."""
    with force_locale(parcel.locale):
        messages = [_message(told, base_url) for told in parcel.messages]
    english = parcel.locale == "en"
    said: dict[str, Any] = {
        "version": VERSION,
        "envelope": parcel.envelope,
        "sent_at": _instant(now),
        "society": {
            "code": bridge.society,
            "name": bridge.society_name_en if english else bridge.society_name,
        },
        "to": {
            "ref": f"p{parcel.person_id}",
            "name": parcel.name,
            "locale": parcel.locale,
            "phone": parcel.phone,
            "email": parcel.email,
        },
        "messages": messages,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, body: bytes, *, now: datetime) -> str:
    """t=SECONDS,v1=HMAC: the moment is signed too, so that an old call cannot be sent again."""
    moment = str(int(now.timestamp()))
    made = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256)
    return f"t={moment},v1={made.hexdigest()}"


def _message(told: Told, base_url: str) -> dict[str, Any]:
    return {
        "id": told.id,
        "kind": told.kind.value,
        "topic": TOPICS[told.kind].value,
        "title": title(told.kind, told.data),
        "text": text(told.kind, told.data),
        "link": base_url + path(told.kind, told.data),
        "created_at": _instant(told.created_at),
    }


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
