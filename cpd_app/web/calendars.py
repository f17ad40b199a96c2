"""Events for calendars: one as a file, a society's plan as a feed that phones ask again."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, public, signed_in
from cpd_app.documents.calendars import calendar_file
from cpd_app.domain.calendar import CalendarEntry, Feed, changed_at
from cpd_app.domain.hours import format_hours
from cpd_app.usecases import calendars
from cpd_app.usecases.event_hours import approved_hours
from cpd_app.web.event_words import times
from cpd_app.web.filters import short_day
from cpd_app.web.locale import short_locale

if TYPE_CHECKING:
    from cpd_app.models import Event

bp = Blueprint("calendars", __name__)

ICS = "text/calendar; charset=utf-8"
#: a feed may be kept for so many seconds; calendars ask every few hours
KEPT_SECONDS = 3600


@bp.get("/events/<int:event_id>.ics")
@signed_in
def event(event_id: int) -> ResponseReturnValue:
    """One event as a file for whoever may read it; the same event again changes the first."""
    planned = calendars.calendar_of_event(current_actor(), event_id, now=clock.now())
    found = planned.event
    entry = event_entry(found, place=place_of(found, whole=True), gone=planned.given_back)
    response = calendar_answer(Feed("", (entry,)))
    response.headers["Content-Disposition"] = f'attachment; filename="event-{found.id}.ics"'
    return response


@bp.get("/calendars/<string:code>.ics")
@public
def society(code: str) -> ResponseReturnValue:
    """The plan that a society announces; what it is about, when and where, nobody's name."""
    plan = calendars.calendar_of_society(code, now=clock.now())
    name = _name(plan)
    entries = tuple(event_entry(e, place=place_of(e, whole=False)) for e in plan.events)
    response = calendar_answer(
        Feed(_("%(name)s活动计划", name=name), entries, _address("progress.home"))
    )
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    response.vary.add("Accept-Language")
    response.set_etag(response.get_etag()[0] or "", weak=True)
    return response.make_conditional(request)


def feed_address(code: str) -> str:
    """Where a society's feed is, as a calendar is told."""
    return _address("calendars.society", code=code)


def subscription(code: str) -> str:
    """The same as a link that opens the phone's calendar."""
    return urlsplit(feed_address(code))._replace(scheme="webcal").geturl()


def calendar_answer(feed: Feed) -> Response:
    """A feed as an answer with its ETag and when something of it changed last."""
    response = make_response(calendar_file(feed))
    response.headers["Content-Type"] = ICS
    last = changed_at(feed.entries)
    if last is not None:  # or werkzeug would say that an empty calendar changed just now
        response.last_modified = last
    response.add_etag()
    return response


def event_entry(event: "Event", *, place: str, gone: bool = False) -> CalendarEntry:
    """An event in the words of the visitor's language."""
    return CalendarEntry(
        uid=event.uid,
        sequence=event.sequence,
        title=event.title,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        zone=event.zone,
        updated_at=event.updated_at,
        cancelled=gone or event.state == "cancelled",
        place=place,
        description=_description(event),
        link=_address("annual_plan.show", event_id=event.id),
    )


def _description(event: "Event") -> str:
    hours = approved_hours(event)
    lines = [event.organiser or ""]
    if hours:
        lines.append(_("全程参加 %(hours)s 学时", hours=format_hours(hours)))
    here = ZoneInfo(event.zone)
    for session in event.sessions:
        if not session.rehearsal:
            span = times(session.starts_at, session.ends_at, event.zone)
            words = (session.title, session.room or "")
            day = short_day(session.starts_at.astimezone(here).date())
            lines.append(" ".join(filter(None, (day, span, *words))))
    return "\n".join(filter(None, lines))


def place_of(event: "Event", *, whole: bool) -> str:
    """City and room; a feed that anybody reads does not say the address of an online meeting."""
    if event.mode == "online" and not whole:
        return ""
    return " ".join(filter(None, (event.place, event.venue)))


def _name(plan: calendars.SocietyPlan) -> str:
    if plan.society is None:
        return _("中国工程师联合体")
    return plan.society.name_en if short_locale() == "en" else plan.society.name


def _address(endpoint: str, **values: Any) -> str:
    return str(current_app.config["CPD"].base_url) + url_for(endpoint, **values)
