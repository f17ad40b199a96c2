"""职业发展总结: written over months, kept while one types, counted by one rule (handbook Q26)."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.summary import MOST_KEPT, Outline, Showing, count_characters, outline_of
from cpd_app.models import Registration, Summary, Term
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases.credits import lock
from cpd_app.usecases.progress import Standing
from cpd_app.usecases.registrations_shown import readable_registration, term_on


@dataclass(frozen=True)
class SummaryText:
    """What is kept of a term's summary; version 0: nothing yet."""

    registration_id: int
    term_id: int
    text: str = ""
    characters: int = 0
    version: int = 0
    updated_at: datetime | None = None


def summary_of(actor: Actor, registration_id: int, *, today: date) -> SummaryText:
    """The summary of the term that is looked at, for its owner."""
    registration, term = _own_term(actor, registration_id, today)
    return text_of_term(registration.id, term.id)


def text_of_term(registration_id: int, term_id: int) -> SummaryText:
    """The same for whoever was asked for permission already."""
    row = session.scalar(select(Summary).where(Summary.term_id == term_id))
    if row is None:
        return SummaryText(registration_id, term_id)
    return SummaryText(
        registration_id, term_id, row.text, row.characters, row.version, row.updated_at
    )


def save_summary(
    actor: Actor, registration_id: int, text: str, *, version: int, now: datetime, today: date
) -> SummaryText:
    """Keep the text; `version` is the one it was written on, 0 the first.

    The same text again changes nothing, so that a copy sent twice is harmless. Raises Conflict
    `summary_changed` when it was changed elsewhere; `summary_of` then gives the other text.
    Not journalled: it is saved with every pause in typing, and what is filed is frozen.
    """
    registration, term = _own_term(actor, registration_id, today)
    text = text.replace("\r\n", "\n")
    if len(text) > MOST_KEPT:
        raise Rejected("summary_too_long", "text", most=MOST_KEPT)
    # Two devices at once: the second waits here, and then sees the first one's version.
    lock(registration.id)
    row = session.scalar(
        select(Summary).where(Summary.term_id == term.id).execution_options(populate_existing=True)
    )
    if row is None:
        row = Summary(
            term_id=term.id, registration_id=registration.id, text="", characters=0, version=0
        )
        session.add(row)
    if row.text != text or row.version == 0:
        if row.version != version:
            raise Conflict("summary_changed", "text")
        row.text, row.characters = text, count_characters(text)
        row.updated_at, row.version = now, row.version + 1
        session.flush()
    return SummaryText(
        registration.id, term.id, row.text, row.characters, row.version, row.updated_at
    )


def outline_for(standing: Standing) -> Outline:
    """What the records of the term say of the five competences; left-out ones say nothing."""
    return outline_of(
        Showing(record.title, record.competences, record.recognised)
        for record in standing.in_term
        if not record.left_out
    )


def _own_term(actor: Actor, registration_id: int, today: date) -> tuple[Registration, Term]:
    registration = readable_registration(actor, registration_id)
    require(
        actor,
        Permission.FILE_RENEWAL,
        Target(owner_id=registration.person_id, societies=frozenset({registration.society_id})),
    )
    term = term_on(registration, today)
    if term is None:
        raise NotFound
    return registration, term
