"""How guessing of six typed characters is made hopeless (docs/adr/0013 has the arithmetic).

Six characters name no session, so a miss is a guess at every session whose codes are taken at that
moment and is counted for each. No count closes a session to everybody: a session at which very
many guess is only less patient with each of them.
"""

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from cpd_app.usecases import attempts
from cpd_app.usecases.attempts import QUARTER, Limit, Subject

#: misses after which a session that is being guessed at takes no more from the same guesser
IMPATIENT = {
    "typed_person": Limit(3, QUARTER),
    "typed_device": Limit(3, QUARTER),
    "typed_network": Limit(5, QUARTER),
}


@dataclass(frozen=True)
class Guesser:
    """Who types: an account, or without one a browser and the network it is in."""

    subjects: tuple[Subject, ...]

    def minutes_to_wait(self, *, now: datetime) -> int:
        """Whole minutes until the next code is taken from them at all; 0 = now."""
        return attempts.minutes_to_wait(self.subjects, now=now)

    def closed_at(self, session_ids: Collection[int], *, now: datetime) -> tuple[set[int], int]:
        """Sessions that are guessed at and have lost patience with them, and minutes to wait."""
        wait = attempts.minutes_to_wait(self.subjects, now=now, limits=IMPATIENT)
        if not wait:
            return set(), 0
        guessed_at = attempts.spent([_session(one) for one in session_ids], now=now)
        closed = {one for one in session_ids if _session(one) in guessed_at}
        return closed, wait if closed else 0

    def note_miss(self, session_ids: Collection[int], *, now: datetime) -> None:
        """What they typed fits none of the sessions that are open now."""
        attempts.note((*self.subjects, *map(_session, session_ids)), now=now)


def guesser(person_id: int | None, address: str, device: str | None = None) -> Guesser:
    """Whose misses are counted; `device` is the random id of a browser, if it has one."""
    if person_id is not None:
        return Guesser((attempts.subject("typed_person", person_id),))
    network = attempts.subject("typed_network", network_of(address))
    if device is None:
        return Guesser((network,))
    return Guesser((attempts.subject("typed_device", device), network))


def network_of(address: str) -> str:
    """What one subscriber holds: an IPv4 address, or the first 64 bits of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    return str(ipaddress.ip_network(f"{found}/64", strict=False))


def _session(session_id: int) -> Subject:
    return attempts.subject("typed_session", session_id)
