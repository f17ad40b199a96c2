"""Throttling in the database: failed attempts and orders of letters, counted per name and address.

Names and addresses are kept as hashes, until the nightly cleaning. Nobody is locked out for good:
an attempt counts for the length of its window, refused ones do not count, and a one-time code opens
the account whatever has been tried on its name.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from cpd_app.db import session
from cpd_app.models import SignInAttempt

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Limit:
    """At most so many within a window."""

    most: int
    window: timedelta


#: kind of subject -> its limit. An office shares one address, so addresses get more.
LIMITS = {
    "name": Limit(10, QUARTER),
    "name_here": Limit(5, QUARTER),
    "address": Limit(50, QUARTER),
    "code_address": Limit(20, QUARTER),
    "pairing_address": Limit(20, QUARTER),
    # six characters of a room (guessing.py): an account; without one a browser and its network;
    # and how many misses at a session, whoever made them, make it impatient
    "typed_person": Limit(10, QUARTER),
    "typed_device": Limit(10, QUARTER),
    "typed_network": Limit(60, QUARTER),
    "typed_session": Limit(300, QUARTER),
    # certificates: what an address looks up, what it asks for that is not there, and names tried by
    # an address and on a number
    "verify_address": Limit(240, QUARTER),
    "verify_unknown": Limit(30, QUARTER),
    "verify_name_address": Limit(20, QUARTER),
    "verify_name_number": Limit(30, HOUR),
    # addresses of private calendars that are not there, by who asks for them
    "calendar_unknown": Limit(30, QUARTER),
    "complaint_address": Limit(5, HOUR),
    "complaint_answer": Limit(20, QUARTER),
    "trial": Limit(3, HOUR),
    # calls of a society's bridge to any telephone, by its registrars together
    "bridge_trial": Limit(10, HOUR),
    "letter_name": Limit(3, HOUR),
    "letter_address": Limit(20, HOUR),
}


@dataclass(frozen=True)
class Subject:
    """What is counted: a kind of LIMITS and a hash."""

    kind: str
    digest: str


def subject(kind: str, *parts: str | int | None) -> Subject:
    """What to count under; the name or address itself is not kept."""
    text = "\0".join([kind, *(str(p) for p in parts)])
    return Subject(kind, hashlib.sha256(text.encode()).hexdigest())


def minutes_to_wait(
    subjects: tuple[Subject, ...], *, now: datetime, limits: Mapping[str, Limit] = LIMITS
) -> int:
    """Whole minutes until the next attempt is taken; 0 = now."""
    until = now
    for one in subjects:
        asked = limits[one.kind]
        counted = session.scalars(
            select(SignInAttempt.at)
            .where(SignInAttempt.subject_hash == one.digest, SignInAttempt.at > now - asked.window)
            .order_by(SignInAttempt.at.desc())
            .limit(asked.most)
        ).all()
        if len(counted) == asked.most:
            until = max(until, counted[-1] + asked.window)
    return -int((now - until).total_seconds() // 60)


def spent(subjects: Collection[Subject], *, now: datetime) -> set[Subject]:
    """Those of one kind that have reached their limit; one statement for however many."""
    if not subjects:
        return set()
    limit = LIMITS[next(iter(subjects)).kind]
    full = session.scalars(
        select(SignInAttempt.subject_hash)
        .where(
            SignInAttempt.subject_hash.in_([one.digest for one in subjects]),
            SignInAttempt.at > now - limit.window,
        )
        .group_by(SignInAttempt.subject_hash)
        .having(func.count() >= limit.most)
    ).all()
    return {one for one in subjects if one.digest in full}


def note(subjects: tuple[Subject, ...], *, now: datetime) -> None:
    """Count an attempt."""
    session.add_all(SignInAttempt(subject_hash=one.digest, at=now) for one in subjects)


def forget(subjects: tuple[Subject, ...]) -> None:
    """Somebody proved who they are: what was counted on their name is void."""
    digests = [one.digest for one in subjects]
    session.execute(delete(SignInAttempt).where(SignInAttempt.subject_hash.in_(digests)))
