"""A society's bridge: what its answers mean, and when a dead one is left alone for a while."""

from datetime import datetime, timedelta
from enum import StrEnum

#: failures in a row after which a bridge rests
MOST_FAILURES = 3
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(minutes=15)


class Verdict(StrEnum):
    """What an answer says."""

    TAKEN = "taken"
    #: this person cannot be reached by it; the bridge itself is well
    NOBODY = "nobody"
    #: it does not work now, or was set up wrong; the same parcel is tried again
    FAILED = "failed"


def verdict(status: int) -> Verdict:
    """What the status of an answer means.

    Only 410 and 422 speak about the person. Any other refusal (a wrong path is 404, a wrong secret
    401) would say the same to everybody, and must not mark everybody as not to be reached.
    """
    if 200 <= status < 300:
        return Verdict.TAKEN
    return Verdict.NOBODY if status in (410, 422) else Verdict.FAILED


def rests_until(failures: int, tried_at: datetime) -> datetime:
    """Until when a bridge that failed so often in a row is left alone; `tried_at`: not at all."""
    if failures < MOST_FAILURES:
        return tried_at
    doubled: int = 2 ** min(failures - MOST_FAILURES, 10)
    return tried_at + min(FIRST_REST * doubled, LONGEST_REST)
