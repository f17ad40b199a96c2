"""The annual plan in words: its rows by month, its filters, and what home says of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.domain.roster import EntryState
from cpd_app.usecases.annual_plan import Choice, Plan, PlanFilter, PlannedEvent
from cpd_app.usecases.progress import Standing
from cpd_app.web.calendars import feed_address, subscription
from cpd_app.web.event_words import mode_word, times, weekday
from cpd_app.web.filters import hours
from cpd_app.web.locale import short_locale

if TYPE_CHECKING:
    from cpd_app.models import Event

TABS = ("coming", "mine", "past")
#: nobody comes any more
OVER = ("closed", "settled")


@dataclass(frozen=True)
class EventRow:
    """One event as components/row.html prints it."""

    title: str
    href: str
    day: str
    month: str
    meta: list[str]
    figure: str
    #: a word about one's own place: text and kind of components/state.html
    mine: tuple[str, str] | None


@dataclass(frozen=True)
class Month:
    """The events of one month."""

    title: str
    rows: list[EventRow]


@dataclass(frozen=True)
class PlanPage:
    """Everything the plan prints."""

    plan: Plan
    filters: "Filters"
    sub: str
    tabs: list[dict[str, Any]]
    months: list[Month]
    gap_href: str
    gap_words: str
    fields: list[tuple[str, str]]
    places: list[tuple[str, str]]
    societies: list[tuple[str, str]]
    #: of each society's calendar: name, address to copy, link that opens the phone's calendar
    feeds: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Filters:
    """What the address asks for; unknown values ask for nothing."""

    wanted: PlanFilter

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Filters":
        """From the query of a request."""
        tab, page = args.get("tab", ""), args.get("page", "1")
        return cls(
            PlanFilter(
                tab=tab if tab in TABS else "coming",
                field=args.get("field", "")[:80],
                place=args.get("place", "").strip()[:80],
                society=args.get("society", "")[:40],
                gap=args.get("gap") == "1",
                page=max(1, int(page))
                if page.isascii() and page.isdigit() and len(page) < 5
                else 1,
            )
        )

    @property
    def searching(self) -> bool:
        """Whether something is left out."""
        wanted = self.wanted
        return bool(wanted.field or wanted.place or wanted.society or wanted.gap)

    def href(self, **changes: Any) -> str:
        """The address of the plan with some filters changed; the page begins anew."""
        wanted = self.wanted
        asked = {
            "tab": wanted.tab if wanted.tab != "coming" else "",
            "field": wanted.field,
            "place": wanted.place,
            "society": wanted.society,
            "gap": "1" if wanted.gap else "",
            **changes,
        }
        return url_for("annual_plan.index", **{k: v for k, v in asked.items() if v})


def plan_page(plan: Plan, filters: Filters, standing: Standing | None) -> PlanPage:
    """Shape a page of the plan."""
    wanted, missing = filters.wanted, _missing(standing)
    words = {"coming": _("近期"), "mine": _("我报的"), "past": _("参加过")}
    return PlanPage(
        plan=plan,
        filters=filters,
        sub=_sub(plan, missing),
        tabs=[
            {
                "href": filters.href(tab=tab if tab != "coming" else "", gap=""),
                "text": f"{words[tab]} {plan.counts[tab]}" if plan.counts[tab] else words[tab],
                "active": tab == wanted.tab,
            }
            for tab in TABS
        ],
        months=months_of(plan.events, standing),
        gap_href=filters.href(gap="" if wanted.gap else "1"),
        gap_words=_("补得上 %(hours)s 学时", hours=hours(missing)) if missing else "",
        fields=_options(plan.fields),
        places=[(place, place) for place in plan.places],
        societies=_options(plan.societies),
        feeds=[
            (name, feed_address(code), subscription(code))
            for code, name in _options(plan.societies)
        ],
    )


@dataclass(frozen=True)
class ClosingCard:
    """What home says of events that would bring the missing hours."""

    title: str
    href: str
    rows: list[EventRow]


def closing_words(events: Iterable[PlannedEvent], standing: Standing) -> ClosingCard:
    """Whether they are enough, and each of them with what the year would get."""
    found, missing = list(events), _missing(standing)
    brought = sum(p.prospect.gain for p in found if p.prospect)
    title = _("补得上 %(hours)s 学时的活动", hours=hours(missing))
    if brought < missing:
        title = _("能补学时的活动")
    return ClosingCard(
        title=title,
        href=url_for("annual_plan.index", gap=1),
        rows=[
            replace(row_of(p, standing), figure=_gain(p), month=_short_month(p.event))
            for p in found
        ],
    )


def months_of(events: Iterable[PlannedEvent], standing: Standing | None) -> list[Month]:
    """Rows in the order given, headed by the month in which they begin."""
    return [
        Month(title, [row_of(planned, standing) for planned in of_month])
        for title, of_month in groupby(events, key=lambda p: _month(p.event))
    ]


def row_of(planned: PlannedEvent, standing: Standing | None) -> EventRow:
    """One event: day, title, where, how long, whose if not one's own society's, what it brings."""
    event = planned.event
    begins = event.starts_at.astimezone(ZoneInfo(event.zone))
    home_id = standing.registration.society_id if standing else None
    return EventRow(
        title=event.title,
        href=url_for("annual_plan.show", event_id=event.id),
        day=str(begins.day),
        month=weekday(begins),
        meta=[
            event.place or mode_word(event.mode),
            _length(event),
            *([] if event.society_id == home_id else [owner_name(planned)]),
        ],
        figure=figure_of(planned),
        mine=my_place(planned),
    )


def figure_of(planned: PlannedEvent) -> str:
    """What one got, once it is over; before, +6.0: what it would bring by one's own table.

    Without a registration what the owner's staff approved.
    """
    if planned.event.state in OVER:
        return hours(planned.attended.hours) if planned.attended is not None else ""
    if planned.prospect is not None:
        found: int | None = planned.prospect.hours
    else:
        found = (planned.event.approved or {}).get("hours")
    return f"+{hours(found)}" if isinstance(found, int) and found else ""


def owner_name(planned: PlannedEvent) -> str:
    """Whose event it is, in the reader's language."""
    if planned.society is None:
        return _("中国工程师联合体")
    return planned.society.name_en if short_locale() == "en" else planned.society.name


def my_place(planned: PlannedEvent) -> tuple[str, str] | None:
    """One's own place on the roster, how far the event is, or that there is no place left."""
    entry, event = planned.entry, planned.event
    if event.state == "cancelled":
        return _("已取消"), "blocker"
    if event.state in OVER:
        return (_("已结项"), "quiet") if event.state == "settled" else (_("等结项"), "none")
    if entry is not None and entry.excused and entry.state == EntryState.LISTED:
        return _("已请假"), "none"
    listed = (_("进行中"), "now") if event.starts_at <= clock.now() else (_("已报名"), "ok")
    words = {
        EntryState.LISTED: listed,
        EntryState.WAITING: (_("候补"), "now"),
        EntryState.PENDING: (_("待组织者确认"), "now"),
        EntryState.DECLINED: (_("没有通过"), "blocker"),
    }
    if entry is not None and entry.state in words:
        return words[EntryState(entry.state)]
    return (_("名额已满"), "none") if planned.left == 0 else None


def _gain(planned: PlannedEvent) -> str:
    return f"+{hours(planned.prospect.gain)}" if planned.prospect else ""


def _short_month(event: "Event") -> str:
    begins = event.starts_at.astimezone(ZoneInfo(event.zone))
    return f"{begins:%b}" if short_locale() == "en" else f"{begins.month}月"


def _options(choices: Iterable[Choice]) -> list[tuple[str, str]]:
    english = short_locale() == "en"
    return [(c.code, c.name_en if english else c.name) for c in choices]


def _missing(standing: Standing | None) -> int:
    year = standing.current if standing else None
    return year.missing if year else 0


def _sub(plan: Plan, missing: int) -> str:
    count = plan.counts["coming"]
    if not count:
        return ""
    said = ngettext("近期 %(num)s 场", "近期 %(num)s 场", count)
    return (
        _("%(count)s，您今年还差 %(hours)s 学时", count=said, hours=hours(missing))
        if missing
        else said
    )


def _month(event: "Event") -> str:
    begins = event.starts_at.astimezone(ZoneInfo(event.zone))
    if short_locale() == "en":
        return f"{begins:%B %Y}"
    return f"{begins.year}年{begins.month}月"


def _length(event: "Event") -> str:
    """09:00–17:00, or for more days how many."""
    here = ZoneInfo(event.zone)
    first, last = event.starts_at.astimezone(here), event.ends_at.astimezone(here)
    days = (last.date() - first.date()).days + 1
    if days > 1 and (last - first).total_seconds() > 24 * 3600:
        return ngettext("%(num)s 天", "%(num)s 天", days)
    return times(event.starts_at, event.ends_at, event.zone)
