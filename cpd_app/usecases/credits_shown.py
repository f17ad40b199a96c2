"""How a record is credited in each of the member's registrations, and who changed it."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from cpd_app.db import session
from cpd_app.models import Activity, Credit, Person, PersonName, Registration, Society
from cpd_app.policy import Actor


@dataclass(frozen=True)
class CreditShown:
    """One registration's view of a record; hours in hundredths of 学时."""

    registration_id: int
    number: str
    society: str
    society_en: str
    #: None outside every term
    year_index: int | None
    recognised: int
    left_out: bool


def credits_of(activity: Activity, actor: Actor) -> list[CreditShown]:
    """Every registration that the record counts for; staff see only those of their society."""
    rows = session.execute(
        select(Credit, Registration.number, Society)
        .join(Registration, Registration.id == Credit.registration_id)
        .join(Society, Society.id == Registration.society_id)
        .where(Credit.activity_id == activity.id)
        .order_by(Registration.id)
    ).all()
    return [
        CreditShown(
            registration_id=credit.registration_id,
            number=number,
            society=society.name,
            society_en=society.name_en,
            year_index=credit.year_index,
            recognised=credit.recognised,
            left_out=credit.left_out,
        )
        for credit, number, society in rows
        if activity.person_id == actor.person_id or society.id in actor.staff_of
    ]


def names_of(person_ids: Iterable[int | None]) -> dict[int, str]:
    """The names in use of some people, in one statement."""
    ids = {i for i in person_ids if i is not None}
    rows = session.execute(
        select(Person.id, PersonName.name)
        .join(PersonName, PersonName.person_id == Person.id)
        .where(Person.id.in_(ids))
        .order_by(PersonName.from_on, PersonName.id)
    )
    return {row.id: row.name for row in rows}


def titles_of(activity_ids: Iterable[int]) -> dict[int, str]:
    """Titles of the records that a reason names."""
    rows = session.execute(
        select(Activity.id, Activity.title).where(Activity.id.in_(set(activity_ids)))
    )
    return {row.id: row.title for row in rows}


def unfinished_counts(person_id: int) -> dict[str, int]:
    """How many drafts and proposals wait for the member, by state."""
    rows = session.execute(
        select(Activity.state, func.count().label("number"))
        .where(Activity.person_id == person_id, Activity.state.in_(("draft", "proposed")))
        .group_by(Activity.state)
    )
    return {row.state: row.number for row in rows}
