"""Member's passes (会员码): the number of a roster entry, signed by its event; nothing is stored.

Shown on a phone or printed on a badge and scanned by people at the door. A pass says nothing of
its holder and is worth nothing at another event. docs/adr has what a door without network knows.
"""

import hashlib
import hmac
from dataclasses import dataclass

from cpd_app.domain.errors import Rejected
from cpd_app.domain.room_codes import ALPHABET, MAC_LENGTH, digits_of, number_of, signed

#: every pass begins with it, so that nobody takes one for a room code or a registration number
FIRST = "P"
#: an entry number of eight digits more than any database has
LONGEST = len(FIRST) + 8 + MAC_LENGTH
#: what a door keeps of a pass: enough to know a good one, too little to print it
DIGEST_LENGTH = 16


@dataclass(frozen=True, slots=True)
class PassCode:
    """What a pass says; whether it is genuine, `is_genuine` knows with the event's key."""

    entry_id: int
    mac: str


def pass_of(entry_id: int, pass_key: str) -> str:
    """The pass of a roster entry."""
    return FIRST + digits_of(entry_id) + _mac(entry_id, pass_key)


def read_pass(text: str) -> PassCode:
    """Read a pass as scanned or typed: any case, spaces between. Raises Rejected `wrong_pass`."""
    code = "".join(text.split()).upper()
    body = code[len(FIRST) :]
    if not code.startswith(FIRST) or set(body) - set(ALPHABET):
        raise Rejected("wrong_pass", "pass")
    if not len(FIRST) + MAC_LENGTH < len(code) <= LONGEST:
        raise Rejected("wrong_pass", "pass")
    return PassCode(number_of(body[:-MAC_LENGTH]), body[-MAC_LENGTH:])


def is_genuine(code: PassCode, pass_key: str) -> bool:
    """Whether the event's key made it."""
    return hmac.compare_digest(code.mac, _mac(code.entry_id, pass_key))


def digest_of(event_id: int, code: str) -> str:
    """What a door without network compares a pass with (js/lib/door-rules.js computes it too)."""
    return hashlib.sha256(f"{event_id}:{code}".encode()).hexdigest()[:DIGEST_LENGTH]


def _mac(entry_id: int, pass_key: str) -> str:
    return signed(pass_key, f"pass:{entry_id}", MAC_LENGTH)
