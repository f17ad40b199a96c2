"""What a member's private calendar says: events, returned files, ends of years, renewal.

Reading is a few statements, whatever the number of records. What was said of each entry is kept
(CalendarItem), so that its SEQUENCE grows when it says something else; rows are written only then.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select

from cpd_app.db import session
from cpd_app.domain.own_calendar import (
    KEPT,
    TOLD_AS_CANCELLED,
    Item,
    ItemKind,
    Said,
    Told,
    return_day,
    said_now,
    term_days,
    year_ends,
)
from cpd_app.domain.roster import EntryState
from cpd_app.models import (
    CalendarFeed,
    CalendarItem,
    Deadline,
    Event,
    FileReturn,
    Filing,
    Registration,
    RosterEntry,
)
from cpd_app.usecases.calendar_feeds import OpenFeed
from cpd_app.usecases.calendars import IN_FEEDS
from cpd_app.usecases.deadlines import DeadlineKind
from cpd_app.usecases.registrations_shown import OVER
from cpd_app.usecases.standings import Judged, judged

#: entries on a roster that are no place any more
GONE = frozenset({EntryState.CANCELLED.value, EntryState.DECLINED.value})
#: entries on a roster that may become a place
UNSURE = frozenset({EntryState.PENDING.value, EntryState.WAITING.value})
#: what was said is forgotten so long after it left the calendar
FORGOTTEN = KEPT + TOLD_AS_CANCELLED


@dataclass(frozen=True)
class OwnCalendar:
    """The entries of one calendar, and the events among them by the key of their entry."""

    feed: OpenFeed
    said: list[Said]
    events: dict[str, Event]

    @property
    def has_news(self) -> bool:
        """Whether something must be kept before it is told."""
        return any(one.is_news for one in self.said)


def calendar_of(feed: OpenFeed, *, now: datetime, today: date) -> OwnCalendar:
    """What a calendar says now; nothing is written."""
    places = _places(feed.person_id, now)
    items = [
        *(_event_item(entry, event) for entry, event in places),
        *_returns(feed.person_id, now),
        *_terms(feed.person_id, today),
    ]
    before = {
        row.key: Told(row.content_hash, row.sequence, row.changed_at, row.gone_at)
        for row in session.scalars(
            select(CalendarItem).where(CalendarItem.person_id == feed.person_id)
        )
    }
    said = said_now(items, before, locale=feed.locale, now=now)
    return OwnCalendar(feed, said, {_key(event): event for _entry, event in places})


def keep_said(feed: OpenFeed, *, now: datetime, today: date) -> OwnCalendar:
    """The same, and keep what is new of it: two calendars that ask at once say the same."""
    session.get_one(CalendarFeed, feed.feed_id, with_for_update=True, populate_existing=True)
    calendar = calendar_of(feed, now=now, today=today)
    for one in calendar.said:
        if one.is_news:
            session.merge(
                CalendarItem(
                    person_id=feed.person_id,
                    key=one.item.key,
                    content_hash=one.told.digest,
                    sequence=one.told.sequence,
                    changed_at=one.told.changed_at,
                    gone_at=one.told.gone_at,
                )
            )
    session.execute(
        delete(CalendarItem).where(
            CalendarItem.person_id == feed.person_id,
            CalendarItem.changed_at < now - FORGOTTEN,
            CalendarItem.key.not_in([one.item.key for one in calendar.said]),
        )
    )
    return calendar


def _places(person_id: int, now: datetime) -> list[tuple[RosterEntry, Event]]:
    """Entries on rosters with their events, those of a year back and all to come."""
    rows = session.execute(
        select(RosterEntry, Event)
        .join(Event, Event.id == RosterEntry.event_id)
        .where(
            RosterEntry.person_id == person_id,
            Event.ends_at > now - KEPT,
            Event.approved_at.is_not(None),
            Event.state.in_(IN_FEEDS),
        )
        .order_by(Event.starts_at, Event.id)
    )
    return [(entry, event) for entry, event in rows]


def _event_item(entry: RosterEntry, event: Event) -> Item:
    values: dict[str, Any] = {
        "title": event.title,
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat(),
        "zone": event.zone,
        "place": [event.place, event.venue],
        # sessions and hours are told in the text; whoever changes them raises the event's own
        "event": event.sequence,
    }
    return Item(
        _key(event),
        ItemKind.EVENT,
        values,
        cancelled=event.state == "cancelled" or entry.state in GONE or entry.excused,
        tentative=entry.state in UNSURE,
        sequence=event.sequence,
    )


def _key(event: Event) -> str:
    return f"event-{event.id}"


def _returns(person_id: int, now: datetime) -> Iterable[Item]:
    """Last days of returned files, and those that were answered lately."""
    rows = session.execute(
        select(Deadline, Filing.number)
        .join(FileReturn, FileReturn.id == Deadline.subject_id)
        .join(Filing, Filing.id == FileReturn.filing_id)
        .where(
            Deadline.person_id == person_id,
            Deadline.kind == DeadlineKind.RETURN.value,
            or_(Deadline.closed_at.is_(None), Deadline.closed_at > now - FORGOTTEN),
        )
        .order_by(Deadline.due_on, Deadline.id)
    )
    for row, number in rows:
        yield return_day(
            row.subject_id,
            row.due_on,
            number=number,
            provisional=row.provisional,
            # a clock that stands still has no last day
            closed=row.closed_at is not None or row.paused_on is not None,
        )


def _terms(person_id: int, today: date) -> Iterable[Item]:
    ids = session.scalars(select(Registration.id).where(Registration.person_id == person_id)).all()
    found = judged(ids, on=today) if ids else []
    for one in found:
        yield from _of_term(one, today)


def _of_term(one: Judged, today: date) -> list[Item]:
    number, term = one.registration.number, one.term
    over = term.state in OVER
    last_on = term.ends_on - timedelta(days=1)
    items = year_ends(term.id, one.answer.years, number=number, cancelled=over, today=today)
    if last_on > today - KEPT:
        items += term_days(
            term.id,
            opens_on=one.answer.window_opens_on,
            last_on=last_on,
            number=number,
            filed="already_filed" in one.answer.filing_obstacles,
            cancelled=over,
        )
    return items
