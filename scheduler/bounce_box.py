"""Letters that came back into a mailbox: read, marked in the database, and only then as seen."""

import time
from collections.abc import Callable
from datetime import datetime

import structlog

from cpd_app.config import Settings
from cpd_app.db import transaction
from cpd_app.domain.bounces import MOST_BYTES, read_letter
from cpd_app.mailbox import Mailbox
from cpd_app.usecases import bounces

log = structlog.get_logger()

#: letters of one run; the next one goes on
AT_ONCE = 500
#: seconds of one run, however slow the server is
MOST_SECONDS = 120
#: seconds that the server may be silent
TIMEOUT = 20


def read_bounces(settings: Settings, now: Callable[[], datetime]) -> dict[str, int]:
    """Read what is new, a letter a transaction; raises MailboxError when nobody lets us in.

    Killed between mark and flag, a letter is read once more, which changes nothing.
    """
    taken: list[bounces.Taken] = []
    began = time.monotonic()
    with Mailbox(settings.bounce_url, timeout=TIMEOUT) as mailbox:
        for uid in mailbox.unread(AT_ONCE):
            if time.monotonic() - began > MOST_SECONDS:
                break
            reading = read_letter(mailbox.letter(uid, MOST_BYTES))
            with transaction():
                found = bounces.take_letter(reading, now=now())
            mailbox.settle(uid, for_people=found in bounces.FOR_PEOPLE)
            taken.append(found)
    return {"read": len(taken), **bounces.counted(taken)}
