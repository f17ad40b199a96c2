"""Letters with a one-time code: ordered by a page, written and sent by the worker.

A page only orders, so that it takes as long for an unknown address as for a known one, and no code
stands in the database: it is made at the moment the letter is written.
"""

from dataclasses import dataclass
from datetime import datetime

from cpd_app.db import session
from cpd_app.domain.numbers import normal_email, normal_phone, number_key
from cpd_app.models import Person
from cpd_app.policy import Actor
from cpd_app.usecases import activation, attempts, jobs, signin
from cpd_app.usecases.activation import Purpose

#: the task of the worker that writes them
TASK = "send_code"


@dataclass(frozen=True)
class CodeLetter:
    """What the worker needs to write and send one letter."""

    to: str
    name: str
    locale: str
    #: reset or contact
    purpose: str
    code: str
    expires_at: datetime


def order_reset(name: str, *, address: str, now: datetime) -> int:
    """Order a letter for a forgotten password; minutes to wait when too many were ordered, else 0.

    Nothing says whether there is such an account. Somebody not activated gets a letter too.
    """
    key = normal_email(name) or normal_phone(name) or number_key(name)
    subjects = (
        attempts.subject("letter_name", key),
        attempts.subject("letter_address", address),
    )
    wait = attempts.minutes_to_wait(subjects, now=now)
    if wait:
        return wait
    attempts.note(subjects, now=now)
    person = signin.person_named(name)
    if person is not None and person.email is not None:
        order(Actor(person_id=None, origin="web"), person.id, Purpose.RESET, now=now)
    return 0


def order(
    actor: Actor, person_id: int, purpose: Purpose, *, now: datetime, new_contact: str | None = None
) -> None:
    """Order a letter with a code, to the person's address or to the new one."""
    jobs.order_job(
        actor,
        TASK,
        person_id,
        key=f"{TASK}:{person_id}:{purpose}:{now.isoformat()}",
        now=now,
        payload={"purpose": str(purpose), "new_contact": new_contact},
    )


def write_letter(
    actor: Actor, person_id: int, payload: dict[str, str | None], *, now: datetime
) -> CodeLetter | None:
    """Make the code of an ordered letter; None when nobody is there to send it to any more."""
    person = session.get(Person, person_id)
    to = payload["new_contact"] or (person.email if person else None)
    if person is None or person.merged_into_id is not None or to is None:
        return None
    purpose = Purpose(payload["purpose"] or Purpose.RESET)
    issued = activation.make_code(
        actor,
        person,
        purpose,
        lasts=activation.LASTS_IN_MAIL,
        now=now,
        new_contact=payload["new_contact"],
    )
    return CodeLetter(
        to=to,
        name=person.name,
        locale=person.locale or "zh",
        purpose=str(purpose),
        code=issued.code,
        expires_at=issued.expires_at,
    )
