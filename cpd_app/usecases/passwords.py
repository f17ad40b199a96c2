"""Passwords: what is refused, how one is kept, the same work whether or not somebody is there."""

import threading
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cpd_app.domain.errors import Rejected

LEAST = 8
MOST = 200
#: 32 MiB a hash, above OWASP's least for argon2id; more would not fit beside the web worker
STRONG = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
#: for tests: the same code, next to no work
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)

#: what is tried first by whoever guesses; runs and repetitions are found by `_is_simple`
COMMON = frozenset(
    """
    password password1 passw0rd p@ssw0rd qwertyui qwerty123 qwer1234 1qaz2wsx 1q2w3e4r q1w2e3r4
    asdf1234 asdfghjk zxcvbnm1 abcd1234 a1234567 a12345678 a123456789 aa123456 aaa12345 abc12345
    abc123456 woaini520 woaini1314 woaini123 5201314520 52013140 13145200 iloveyou iloveyou1
    admin123 admin888 administrator welcome1 letmein1 123456abc 123456aa 1234567a 12345678a
    123qweasd qweasdzxc 1qazxsw2 147258369 123321123 12341234 11223344 1122334455 88889999
    66668888 zhongguo gongcheng china123 monkey123 sunshine football superman
    """.split()  # noqa: SIM905 - read as a page of words
)

# Each hash takes memory; more at once than this would be felt by everybody else.
_at_once = threading.BoundedSemaphore(2)
_hasher = STRONG


@dataclass(frozen=True)
class ChosenPassword:
    """A password that keeps the rules, as kept; made before the transaction, for it is slow."""

    password_hash: str


def configure(*, cheap: bool) -> None:
    """Say once, at the start, how much work a hash is; cheap is for tests only."""
    global _hasher  # noqa: PLW0603 - the one place where the cost is set
    _hasher = CHEAP if cheap else STRONG


def choose(password: str, *, known: tuple[str | None, ...] = ()) -> ChosenPassword:
    """The password as it is kept; `known` are the person's own names, which it must not be.

    Raises Rejected `password_short`, `password_long`, `password_common`, `password_is_name`.
    """
    check(password, known=known)
    with _at_once:
        return ChosenPassword(_hasher.hash(_same(password)))


def check(password: str, *, known: tuple[str | None, ...] = ()) -> None:
    """Refuse what is guessed within minutes; nothing is asked about signs and capitals."""
    if len(password) < LEAST:
        raise Rejected("password_short", "password", least=LEAST)
    if len(password) > MOST:
        raise Rejected("password_long", "password", most=MOST)
    bare = _same(password).lower()
    if bare in COMMON or _is_simple(bare):
        raise Rejected("password_common", "password")
    names = {k.lower() for k in known if k}
    names |= {name.partition("@")[0] for name in names if len(name.partition("@")[0]) >= LEAST}
    names |= {name[3:] for name in names if name.startswith("+86")}
    if bare in names:
        raise Rejected("password_is_name", "password")


def matches(password: str, password_hash: str | None) -> bool:
    """Whether it is the password; without a hash the same work is done and the answer is no."""
    with _at_once:
        try:
            _hasher.verify(password_hash or _nobodys(_hasher), _same(password[:MOST]))
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def renewed(password: str, password_hash: str) -> str | None:
    """A new hash when the kept one was made with other work than today's, else None."""
    if not _hasher.check_needs_rehash(password_hash):
        return None
    with _at_once:
        return _hasher.hash(_same(password))


def _same(password: str) -> str:
    # Keyboards of phones and desktops write full-width and accented characters differently.
    return unicodedata.normalize("NFKC", password)


def _is_simple(bare: str) -> bool:
    """One or two characters repeated (88888888, 12121212), or a run (12345678, abcdefgh)."""
    steps = {ord(b) - ord(a) for a, b in pairwise(bare)}
    return len(set(bare)) <= 2 or steps in ({1}, {-1}) or bare.rstrip("0") == "123456789"


@cache
def _nobodys(hasher: PasswordHasher) -> str:
    """The hash that is compared when there is nobody, made with the same work."""
    return hasher.hash("nobody's password")
