"""How pages name an event: its state, its days and times in its own zone, its kind, its owner."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_timezone_location
from flask import current_app, flash, url_for
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor
from cpd_app.policy import Permission, may
from cpd_app.texts.events import MISSING_OUT, MODES, OPEN_TO, STATES
from cpd_app.usecases.event_access import event_target
from cpd_app.web.filters import day, short_day
from cpd_app.web.locale import short_locale
from cpd_app.wording import sentence

if TYPE_CHECKING:
    from cpd_app.models import Event

#: how components/state.html draws a state: kind, icon
STATE_KINDS = {
    "draft": ("none", ""),
    "submitted": ("now", "hourglass-split"),
    "approved": ("quiet", ""),
    "open": ("ok", "qr-code"),
    "closed": ("waiting", ""),
    "settled": ("quiet", "patch-check"),
    "cancelled": ("none", ""),
}


@dataclass(frozen=True)
class Tab:
    """One place of an event's own navigation, as components/filter_tabs.html draws it."""

    href: str
    text: str
    active: bool
    count: int | None = None


def state_word(state: str) -> str:
    """What a state is called."""
    return sentence(STATES[state])


def open_to_word(code: str) -> str:
    """Who may come."""
    return sentence(OPEN_TO[code])


def missing_out_word(code: str) -> str:
    """What a missing out-scan gives."""
    return sentence(MISSING_OUT[code])


def mode_word(code: str) -> str:
    """On site or online."""
    return sentence(MODES[code])


def clock_time(moment: datetime, zone: str) -> str:
    """09:30 in the event's zone."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"


def times(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """09:00–17:00; a night's end says its day (22:00–次日 02:00)."""
    here = ZoneInfo(zone)
    first, last = starts_at.astimezone(here), ends_at.astimezone(here)
    if last.date() == first.date():
        return f"{first:%H:%M}–{last:%H:%M}"
    if last.date() == first.date() + timedelta(days=1):
        return f"{first:%H:%M}–" + _("次日 %(time)s", time=f"{last:%H:%M}")
    return f"{first:%H:%M}–{short_day(last.date())} {last:%H:%M}"


def when(event: "Event") -> str:
    """Day and times of an event: 12月1日 周二 09:00–17:00, or its first and last day.

    The year is said when it is not the present one.
    """
    here = ZoneInfo(event.zone)
    first, last = event.starts_at.astimezone(here), event.ends_at.astimezone(here)
    begins = (short_day if first.year == clock.today().year else day)(first.date())
    last_on = (last - timedelta(microseconds=1)).date()
    if last_on == first.date() or last - first < timedelta(hours=24):
        begins = with_weekday(begins, first)
        return f"{begins} {times(event.starts_at, event.ends_at, event.zone)}"
    return f"{begins} – {short_day(last_on)}"


def with_weekday(written: str, moment: datetime) -> str:
    """A written day with its weekday: 12月1日 周二 / Tue 1 Dec."""
    pair = [written, weekday(moment)]
    return " ".join(reversed(pair) if short_locale() == "en" else pair)


def weekday(moment: datetime) -> str:
    """周五 / Fri."""
    return str(format_date(moment, "EEE", locale="en" if short_locale() == "en" else "zh"))


def zone_note(event: "Event") -> str:
    """The zone, where it is not Beijing's."""
    return "" if event.zone == "Asia/Shanghai" else zone_name(event.zone)


def zone_name(zone: str) -> str:
    """A zone as people call it: 东京, Tokyo."""
    if zone == "Asia/Shanghai":
        return _("北京时间")
    english = short_locale() == "en"
    name = str(get_timezone_location(zone, locale="en" if english else "zh", return_city=True))
    return _("%(city)s时间", city=name)


def tabs_of(event: "Event", here: str, counts: dict[str, int | None] | None = None) -> list[Tab]:
    """The event's own navigation: every screen about it that this visitor may open."""
    actor, target = current_actor(), event_target(event, now=clock.now())
    return [
        Tab(
            url_for(endpoint, event_id=event.id),
            text,
            endpoint == here,
            (counts or {}).get(endpoint),
        )
        for endpoint, text, permission in _places()
        if endpoint in current_app.view_functions and may(actor, permission, target)
    ]


def _places() -> Iterable[tuple[str, str, Permission]]:
    return (
        ("events.studio", _("计划"), Permission.RUN_EVENT),
        ("roster.index", _("名单"), Permission.RUN_EVENT),
        ("attendance.index", _("出席"), Permission.READ_ATTENDANCE),
        ("stewards.index", _("门岗"), Permission.RUN_EVENT),
        ("events.organisers.index", _("组织者"), Permission.RUN_EVENT),
        ("events.rehearsal.index", _("彩排"), Permission.RUN_EVENT),
        ("events.acts.approval", _("审批"), Permission.APPROVE_EVENT),
    )


def say_kept(*, back: bool) -> None:
    """Saved; and whether staff have to look again because hours changed."""
    if back:
        flash(_("已保存。学时有改动，已交学会再批准；签到照常。"), "warning")
    else:
        flash(_("已保存。"), "success")
