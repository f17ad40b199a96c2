"""A member's private calendar: its page on the phone, and the feed that calendars read."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, public, signed_in
from cpd_app.db import transaction
from cpd_app.domain.calendar import CalendarEntry, DayEntry, Feed
from cpd_app.domain.errors import NotFound
from cpd_app.domain.hours import format_hours
from cpd_app.domain.own_calendar import Item, ItemKind, Said
from cpd_app.usecases import calendar_feeds, own_calendar
from cpd_app.web.calendars import calendar_answer, event_entry, place_of
from cpd_app.web.devices import calendar_name
from cpd_app.web.locale import CATALOGUES
from cpd_app.web.qr import qr_svg
from cpd_app.web.signin import address

if TYPE_CHECKING:
    from datetime import date

    from cpd_app.models import Event

bp = Blueprint("own_calendar", __name__)

#: a copy of the feed is good for so many seconds; it is one person's, so no proxy keeps it
KEPT_SECONDS = 900
#: before an event: the evening before is too late to pack, an hour before one leaves
EVENT_ALARMS = (timedelta(days=1), timedelta(hours=1))
PAGES = {
    ItemKind.RETURN: "/renewal/answer",
    ItemKind.YEAR_END: "/",
    ItemKind.WINDOW: "/renewal",
    ItemKind.EXPIRY: "/renewal",
}


@dataclass(frozen=True)
class Made:
    """A new address as the page shows it, this once."""

    address: str
    #: opens the phone's calendar
    subscription: str
    qr: str


@bp.get("/me/calendar")
@signed_in
def index() -> ResponseReturnValue:
    """Whether there is an address, who reads it, and how to change it."""
    return render_template("own_calendar/index.html", feed=calendar_feeds.own_feed(current_actor()))


@bp.post("/me/calendar/make")
@signed_in
def make() -> ResponseReturnValue:
    """A new address, in place of the old one; it is shown this once."""
    with transaction():
        token = calendar_feeds.make_feed(current_actor(), now=clock.now())
    link = _address(url_for("own_calendar.feed", token=token))
    subscription = urlsplit(link)._replace(scheme="webcal").geturl()
    made = Made(link, subscription, qr_svg(subscription, _("订阅地址的二维码")))
    return render_template("own_calendar/made.html", made=made), 201


@bp.post("/me/calendar/revoke")
@signed_in
def revoke() -> ResponseReturnValue:
    """No address any more."""
    with transaction():
        calendar_feeds.revoke_feed(current_actor(), now=clock.now())
    flash(_("日历地址已停用，订阅它的日历不会再更新。"))
    return redirect(url_for("own_calendar.index"), 303)


@bp.get("/calendars/own/<string:token>.ics")
@public
def feed(token: str) -> ResponseReturnValue:
    """The calendar of whoever the address was made for; without cookies, in their language."""
    now, today = clock.now(), clock.today()
    found = calendar_feeds.open_feed(token, now=now)
    if found is None:
        with transaction():
            calendar_feeds.count_unknown(address=address(), now=now)
        raise NotFound
    calendar = own_calendar.calendar_of(found, now=now, today=today)
    if calendar.has_news:
        with transaction():
            calendar = own_calendar.keep_said(found, now=now, today=today)
    if found.use_is_old:
        with transaction():
            reader = calendar_name(request.headers.get("User-Agent", ""))
            calendar_feeds.note_read(found.feed_id, read_by=reader, now=now)
    with force_locale(CATALOGUES[found.locale]):
        entries = tuple(
            _entry(one, calendar.events.get(one.item.key), found.person_id, now=now)
            for one in calendar.said
        )
        response = calendar_answer(
            Feed(_("我的继续教育日历"), entries, _address(url_for("progress.home")))
        )
    response.headers["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    response.headers["X-Robots-Tag"] = "noindex"
    if response.last_modified is None:
        response.last_modified = found.created_at.replace(microsecond=0)
    response.set_etag(response.get_etag()[0] or "", weak=True)
    return response.make_conditional(request)


def _entry(
    one: Said, event: "Event | None", person_id: int, *, now: datetime
) -> CalendarEntry | DayEntry:
    item, told = one.item, one.told
    if event is not None:
        quiet = item.cancelled or item.tentative
        alarms = () if quiet else tuple(a for a in EVENT_ALARMS if event.starts_at - a > now)
        entry = event_entry(event, place=place_of(event, whole=True), gone=item.cancelled)
        return replace(
            entry,
            sequence=told.sequence,
            updated_at=told.changed_at,
            tentative=item.tentative,
            alarms=alarms,
        )
    today = now.astimezone(clock.BEIJING).date()
    return DayEntry(
        uid=str(uuid5(NAMESPACE_URL, f"urn:cpd:calendar:{person_id}:{item.key}")),
        sequence=told.sequence,
        title=_title(item),
        on=_day(item),
        updated_at=told.changed_at,
        cancelled=item.cancelled,
        description=_text(item),
        link=_address(PAGES[item.kind]),
        alarms=()
        if item.cancelled
        else tuple(d for d in item.alarms if _day(item) - timedelta(days=d) > today),
    )


def _day(item: Item) -> "date":
    if item.on is None:
        raise ValueError(f"an entry without a day: {item.key}")
    return item.on


def _title(item: Item) -> str:
    values = item.values
    if item.kind is ItemKind.RETURN:
        return _("补正答复的最后一天")
    if item.kind is ItemKind.WINDOW:
        return _("可以提交再注册申请了")
    if item.kind is ItemKind.EXPIRY:
        return _("工程会员证书到期")
    year, hours = values["year"], format_hours(values["hours"])
    return {
        "met": _("第 %(year)s 年结束，已达标", year=year),
        "waived": _("第 %(year)s 年结束，已减免", year=year),
        "ahead": _("第 %(year)s 年结束，要满 %(hours)s 学时", year=year, hours=hours),
        "missing": _("第 %(year)s 年结束，还缺 %(hours)s 学时", year=year, hours=hours),
    }[values["how"]]


def _text(item: Item) -> str:
    values = item.values
    lines = {
        ItemKind.RETURN: _("再注册申请 %(number)s 需要补正。", number=values["number"]),
        ItemKind.YEAR_END: _("注册编号 %(number)s 的持续职业发展年度。", number=values["number"]),
        ItemKind.WINDOW: _("注册编号 %(number)s，从这一天起可以提交。", number=values["number"]),
        ItemKind.EXPIRY: _("注册编号 %(number)s，这是有效期的最后一天。", number=values["number"]),
    }
    said = [lines[item.kind]]
    if values.get("provisional"):
        said.append(_("暂定：这一年的放假安排还没有公布。"))
    if values.get("filed"):
        said.append(_("再注册申请已提交。"))
    return "\n".join(said)


def _address(path: str) -> str:
    return str(current_app.config["CPD"].base_url) + path
