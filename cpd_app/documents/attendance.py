"""What documents about an event say of it and of who was there: plain values, no tables."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cpd_app.texts import documents as words


@dataclass(frozen=True)
class EventHead:
    """The event as a document's head names it; moments are aware."""

    title: str
    #: name of its kind in the language of the document
    kind: str
    #: the society that owns it
    owner: str
    #: whose name stands on it (主办单位)
    organiser: str
    venue: str
    zone: ZoneInfo
    starts_at: datetime
    ends_at: datetime

    def local(self, moment: datetime) -> datetime:
        """A moment on the event's own clock."""
        return moment.astimezone(self.zone)

    def span(self, language: str) -> str:
        """When it is, on its own clock."""
        return words.span(self.local(self.starts_at), self.local(self.ends_at), language)

    def days(self, language: str) -> str:
        """Its days, on its own clock."""
        first, last = self.local(self.starts_at), self.local(self.ends_at)
        return words.days(first.date(), last.date(), language)

    def facts(self, language: str) -> list[list[str]]:
        """Label and value of each thing that a head says, in order."""
        label = words.labels(language)
        return [
            [label["event"], self.title],
            [label["kind"], self.kind],
            [label["organiser"], self.organiser],
            [label["owner"], self.owner],
            [label["time"], self.span(language)],
            [label["venue"], self.venue],
        ]


@dataclass(frozen=True)
class Stay:
    """One stretch of presence in one session."""

    session: str
    in_at: datetime
    #: None: there is no scan, and nothing was assumed
    out_at: datetime | None
    #: the end follows from the event's policy, nobody scanned
    assumed: bool = False


def stays_of(head: EventHead, stays: tuple[Stay, ...], language: str) -> list[dict[str, Any]]:
    """Presence as a table prints it: day, session, in, out on the event's own clock."""
    return [
        {
            "day": words.short_day(head.local(stay.in_at).date(), language),
            "session": stay.session,
            "in": f"{head.local(stay.in_at):%H:%M}",
            "out": "" if stay.out_at is None else f"{head.local(stay.out_at):%H:%M}",
            "assumed": stay.assumed,
        }
        for stay in stays
    ]


def by_name(name: str) -> bytes:
    """Sorts Chinese names as people look for them: by sound.

    GB 2312 put its 3,755 commonest characters in the order of pinyin, and GB 18030 kept it.
    """
    return name.encode("gb18030", "replace")
