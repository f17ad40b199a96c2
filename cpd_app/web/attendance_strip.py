"""The presence strip: credited parts, presence over them, where no sign-out was; all geometry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cpd_app.domain.agenda import Span, united
from cpd_app.domain.presence import Attended
from cpd_app.usecases.attendance_facts import EventFacts
from cpd_app.web.filters import short_day

if TYPE_CHECKING:
    from cpd_app.models import Event

WIDTH = 250
#: between the days of an event
GAP = 6
#: drawn before the first and after the last credited minute of a day
AROUND = timedelta(minutes=15)


@dataclass(frozen=True)
class Bar:
    """A stretch of the strip."""

    x: int
    width: int


@dataclass(frozen=True)
class Tick:
    """A figure of the head: when a part begins or ends, or which day."""

    x: int
    text: str


@dataclass(frozen=True)
class Strip:
    """One person's presence as it is drawn, 250 wide."""

    credited: list[Bar]
    present: list[Bar]
    #: from the check-in until now, of who is in the room
    inside: list[Bar]
    #: from the last proof to the end of a session that nobody saw them leave
    unknown: list[Bar]
    label: str


@dataclass(frozen=True)
class _Day:
    starts_at: datetime
    ends_at: datetime
    left: float
    width: float

    def at(self, moment: datetime) -> float:
        """Where a moment lies."""
        share = (moment - self.starts_at) / (self.ends_at - self.starts_at)
        return self.left + self.width * min(max(share, 0.0), 1.0)


class Scale:
    """The days of an event side by side; nights are left out."""

    def __init__(self, facts: EventFacts, *, now: datetime) -> None:
        """Read the days off the credited parts, or off the sessions where nothing is credited."""
        self.event: Event = facts.event
        self.now = now
        self.zone = ZoneInfo(facts.event.zone)
        self.credited = united(span for room in facts.rooms for span in room.spans)
        whole = self.credited or united((r.starts_at, r.ends_at) for r in facts.rooms)
        days: dict[date, list[Span]] = {}
        for first, last in whole:
            days.setdefault(first.astimezone(self.zone).date(), []).append((first, last))
        edges = [(spans[0][0] - AROUND, spans[-1][1] + AROUND) for spans in days.values()]
        total = sum(((last - first).total_seconds() for first, last in edges), 0.0) or 1.0
        room = WIDTH - GAP * max(len(edges) - 1, 0)
        left, self.days = 0.0, list[_Day]()
        for first, last in edges:
            width = room * (last - first).total_seconds() / total
            self.days.append(_Day(first, last, left, width))
            left += width + GAP

    def ticks(self) -> list[Tick]:
        """The head of the column: hours of one day, or the days."""
        if len(self.days) != 1:
            return [
                Tick(round(day.left), short_day(day.starts_at.astimezone(self.zone).date()))
                for day in self.days
            ]
        edges = sorted({self.credited[0][0], *(self._long_breaks()), self.credited[-1][1]}
                       if self.credited else [])  # fmt: skip
        return [Tick(self._x(self.days[0], m), self._hour(m)) for m in edges]

    def strip(self, found: Attended, facts: EventFacts, label: str) -> Strip:
        """One person's."""
        ends = {room.id: room.ends_at for room in facts.rooms}
        present = [(s.in_at, s.out_at) for s in found.stays if s.out_at and not s.assumed]
        present += [(s.in_at, s.out_at) for s in found.stays if s.out_at and s.assumed]
        inside = [(s.in_at, max(self.now, s.in_at)) for s in found.stays if s.inside]
        unknown = [
            (s.out_at or s.in_at, ends[s.session])
            for s in found.stays
            if s.open
            and not s.inside
            and s.session in ends
            and (s.out_at or s.in_at) < ends[s.session]
        ]
        return Strip(
            credited=self._bars(self.credited),
            present=self._bars(present),
            inside=self._bars(inside),
            unknown=self._bars(unknown),
            label=label,
        )

    def _long_breaks(self) -> Iterable[datetime]:
        """Edges of a break of an hour and more: lunch."""
        for (_first, ends), (begins, _last) in zip(self.credited, self.credited[1:], strict=False):
            if begins - ends >= timedelta(hours=1):
                yield from (ends, begins)

    def _hour(self, moment: datetime) -> str:
        local = moment.astimezone(self.zone)
        return f"{local:%-H}" if local.minute == 0 else f"{local:%-H:%M}"

    @staticmethod
    def _x(day: _Day, moment: datetime) -> int:
        return round(day.at(moment))

    def _bars(self, spans: Iterable[Span]) -> list[Bar]:
        bars = []
        for first, last in spans:
            for day in self.days:
                if last <= day.starts_at or first >= day.ends_at:
                    continue
                left, right = self._x(day, first), self._x(day, last)
                bars.append(Bar(left, max(right - left, 2)))
        return bars
