"""What went to an account that was merged belongs to the one that was kept."""

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import InstrumentedAttribute

from cpd_app.db import session
from cpd_app.models import Person


def kept_accounts(
    person_ids: set[int], *columns: InstrumentedAttribute[Any]
) -> dict[int, Row[Any]]:
    """Columns of people (`id` among them) by the id that was named, following merges.

    One statement for all, and one more for each merge that followed another.
    """
    found: dict[int, Row[Any]] = {}
    named = {person_id: person_id for person_id in person_ids}
    while named:
        rows: Any = session.execute(
            select(Person.id, Person.merged_into_id, *columns).where(
                Person.id.in_(set(named.values()))
            )
        )
        people = {row.id: row for row in rows}
        further = {}
        for asked, person_id in named.items():
            person = people[person_id]
            if person.merged_into_id is None:
                found[asked] = person
            else:
                further[asked] = person.merged_into_id
        named = further
    return found
