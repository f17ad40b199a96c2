"""Rotating room codes: what an event session shows, and reading it back; nothing is stored.

A code says session, direction and bucket of ten seconds, and carries a MAC by the session's key.
A screen holds only the key derived for one direction, so it goes on without network, and what
it holds is worth nothing once the session's window has closed. docs/adr has the arithmetic.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cpd_app.domain.errors import Rejected

#: without 0 O 1 I L: what is read from a screen and typed on a phone
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
BASE = len(ALPHABET)
BUCKET_SECONDS = 10
MAC_LENGTH = 7
BUCKET_LENGTH = 4
#: buckets come round again after 106 days; the session's window tells which one is meant
BUCKETS: int = BASE**BUCKET_LENGTH
SHORT_LENGTH = 6
TAIL = MAC_LENGTH + BUCKET_LENGTH
#: 签退 is shown from so long before the end, or the last quarter of a shorter session
LEAVING = timedelta(minutes=30)
#: a session number of eight digits more than any database has
LONGEST = TAIL + 8


class Direction(StrEnum):
    """签到 or 签退."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class RoomCode:
    """What a code says; whether it is genuine, `is_genuine` knows with the session's key."""

    session_id: int
    direction: Direction
    #: None: the printed code of a room without a projector
    bucket: int | None
    mac: str

    @property
    def is_static(self) -> bool:
        """A printed code, good for the session's whole window."""
        return self.bucket is None


def bucket_at(moment: datetime) -> int:
    """The number of the ten seconds that hold a moment."""
    return int(moment.timestamp()) // BUCKET_SECONDS


def bucket_starts_at(bucket: int) -> datetime:
    """When a bucket began."""
    return datetime.fromtimestamp(bucket * BUCKET_SECONDS, UTC)


def direction_key(session_key: str, direction: Direction) -> str:
    """The key (hex) that one screen may hold: of this session and direction only."""
    return hmac.new(bytes.fromhex(session_key), direction.encode(), hashlib.sha256).hexdigest()


def code_of(session_id: int, session_key: str, direction: Direction, bucket: int | None) -> str:
    """The code of a bucket; without one, the static code to print."""
    kind = (direction is Direction.OUT) + 2 * (bucket is None)
    head = digits_of(session_id * 4 + kind)
    middle = digits_of((bucket or 0) % BUCKETS).rjust(BUCKET_LENGTH, ALPHABET[0])
    return head + middle + _mac(session_key, direction, bucket)


def short_code_of(session_key: str, direction: Direction, bucket: int) -> str:
    """The six characters of the same bucket, to be read aloud and typed."""
    return signed(direction_key(session_key, direction), f"typed:{bucket}", SHORT_LENGTH)


def link_of(base_url: str, code: str) -> str:
    """The address that a QR code holds: in capitals, which take half the room in it.

    Where the service lies in a folder of its host, capitals would miss it.
    """
    link = f"{base_url}/C/{code}"
    return link if base_url.count("/") > len("//") else link.upper()


def turns_at(starts_at: datetime, ends_at: datetime) -> datetime:
    """When a session's screens go over from 签到 to 签退."""
    return ends_at - min(LEAVING, (ends_at - starts_at) / 4)


def read_code(text: str, *, near: datetime) -> RoomCode:
    """Read a code, bare or at the end of its link; its bucket is the one nearest to `near`.

    Raises Rejected `wrong_code` for what is none.
    """
    code = text.strip().rstrip("/").rpartition("/")[2].upper()
    if not TAIL < len(code) <= LONGEST or set(code) - set(ALPHABET):
        raise Rejected("wrong_code", "code")
    number = number_of(code[:-TAIL])
    session_id, kind = divmod(number, 4)
    direction = Direction.OUT if kind % 2 else Direction.IN
    bucket = None if kind >= 2 else _nearest(number_of(code[-TAIL:-MAC_LENGTH]), bucket_at(near))
    return RoomCode(session_id, direction, bucket, code[-MAC_LENGTH:])


def is_genuine(code: RoomCode, session_key: str) -> bool:
    """Whether the session's key made it."""
    return hmac.compare_digest(code.mac, _mac(session_key, code.direction, code.bucket))


def read_short_code(text: str) -> str:
    """Six characters as typed: any case, with spaces or a dash. Raises Rejected `wrong_code`."""
    typed = "".join(c for c in text.upper() if c.isalnum())
    if len(typed) != SHORT_LENGTH or set(typed) - set(ALPHABET):
        raise Rejected("wrong_code", "code")
    return typed


def direction_of_short_code(
    typed: str, session_key: str, buckets: tuple[int, ...]
) -> tuple[Direction, int] | None:
    """Which direction and bucket six characters belong to, in one session; None = neither."""
    for direction in Direction:
        for bucket in buckets:
            if hmac.compare_digest(typed, short_code_of(session_key, direction, bucket)):
                return direction, bucket
    return None


def _mac(session_key: str, direction: Direction, bucket: int | None) -> str:
    what = "static" if bucket is None else f"room:{bucket}"
    return signed(direction_key(session_key, direction), what, MAC_LENGTH)


def signed(key: str, what: str, length: int) -> str:
    """`length` characters that only the key can make; the first eight bytes are plenty."""
    digest = hmac.new(bytes.fromhex(key), what.encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest[:8]) % BASE**length
    return digits_of(number).rjust(length, ALPHABET[0])


def digits_of(number: int) -> str:
    """A whole number in the characters of the alphabet."""
    digits = ""
    while True:
        number, last = divmod(number, BASE)
        digits = ALPHABET[last] + digits
        if not number:
            return digits


def number_of(digits: str) -> int:
    """The number that `digits_of` wrote."""
    number = 0
    for digit in digits:
        number = number * BASE + ALPHABET.index(digit)
    return number


def _nearest(shown: int, now: int) -> int:
    """The bucket with these last digits that is nearest to now."""
    ahead = (shown - now) % BUCKETS
    return now + (ahead if ahead <= BUCKETS // 2 else ahead - BUCKETS)
