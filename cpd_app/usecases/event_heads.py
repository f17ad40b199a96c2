"""How documents name an event, and how they show the presence that was computed for it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cpd_app.db import session
from cpd_app.documents.attendance import EventHead, Stay
from cpd_app.domain.errors import Rejected
from cpd_app.models import Event, EventSession, Society
from cpd_app.texts import documents as words
from cpd_app.usecases.rules_in_force import Rules


def head_of(event: Event, language: str) -> EventHead:
    """The head of a document in zh or en."""
    label = words.labels(language)
    zone = ZoneInfo(event.zone)
    owner = label["federation"]
    if event.society_id is not None:
        owner = society_name(session.get_one(Society, event.society_id), language)
    place = event.venue or event.place or ""
    if event.mode == "online":
        place = label["online"]
    return EventHead(
        title=event.title,
        kind=_kind_of(event, zone, language),
        owner=owner,
        organiser=event.organiser or owner,
        venue=place,
        zone=zone,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
    )


def society_name(society: Society, language: str) -> str:
    """A society as documents call it."""
    return society.name_en if language == "en" else society.name


def counted_sessions(event: Event) -> list[EventSession]:
    """All sessions but rehearsals."""
    return [s for s in event.sessions if not s.rehearsal]


def stays_of(presence: Iterable[Any], event: Event) -> tuple[Stay, ...]:
    """Presence as `attendances` keeps it."""
    titles = {s.id: s.title for s in counted_sessions(event)}
    return tuple(
        Stay(
            session=titles[stay["session"]],
            in_at=datetime.fromisoformat(stay["in"]),
            out_at=None if stay["out"] is None else datetime.fromisoformat(stay["out"]),
            assumed=stay["assumed"],
        )
        for stay in presence
        if stay["session"] in titles
    )


def _kind_of(event: Event, zone: ZoneInfo, language: str) -> str:
    """The kind as the owner's table calls it; its code when the table no longer has it."""
    last_on = event.ends_at.astimezone(zone).date()
    try:
        kind = Rules(event.society_id).on(last_on).rule_set.kinds.get(event.kind)
    except Rejected:
        kind = None
    return event.kind if kind is None else kind.names.in_language(language)
