"""To whom messages go, as the people are at the moment of sending: address, language, hours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.messages import Habits, out_of_quiet
from cpd_app.models import Person, PersonName
from cpd_app.usecases import reaching
from cpd_app.usecases.kept_accounts import kept_accounts
from cpd_app.usecases.messages import habits_of


@dataclass(frozen=True)
class Recipient:
    """One person; `bounced` are the channels whose address does not exist."""

    id: int
    email: str | None
    phone: str | None
    locale: str
    silent: bool
    name: str
    bounced: frozenset[str]
    #: the end of the quiet hours in which this moment lies for them
    until: datetime | None


def recipients_of(person_ids: set[int], now: datetime) -> dict[int, Recipient]:
    """By the id that was named; what went to a merged account is read by the kept one."""
    columns = (Person.email, Person.phone, Person.locale, Person.messages_stopped_at)
    people = kept_accounts(person_ids, *columns)
    ids = sorted({person.id for person in people.values()})
    habits, bounced, names = habits_of(ids), reaching.bounced_of(ids), _names(ids)
    found = {}
    for asked, person in people.items():
        until = out_of_quiet(now, habits.get(person.id, Habits()))
        found[asked] = Recipient(
            person.id,
            person.email,
            person.phone,
            person.locale or "zh",
            person.messages_stopped_at is not None,
            names.get(person.id, ""),
            frozenset(bounced[person.id]),
            until if until > now else None,
        )
    return found


def _names(ids: Iterable[int]) -> dict[int, str]:
    """The latest name of each."""
    rows = session.execute(
        select(PersonName.person_id, PersonName.name)
        .where(PersonName.person_id.in_(list(ids)))
        .order_by(PersonName.from_on, PersonName.id)
    )
    return {row.person_id: row.name for row in rows}
