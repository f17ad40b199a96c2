"""Events as iCalendar (RFC 5545): time zones described, lines folded, texts escaped."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone
from icalendar.enums import STATUS

from cpd_app.domain.calendar import CalendarEntry, DayEntry, Feed, zones_of

PRODUCT = "-//CPD//Engineering members//ZH"
#: how often a subscription should be asked again; the older name is what Outlook and Apple read
ASK_AGAIN = timedelta(hours=6)
#: when a day's reminder rings
MORNING = timedelta(hours=9)


def calendar_file(feed: Feed) -> bytes:
    """A feed, or a single event as a feed of one; the same data gives the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if feed.name:
        calendar.add("name", feed.name)
        calendar.add("x-wr-calname", feed.name)
        calendar.add("refresh-interval", ASK_AGAIN, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT6H")
    if feed.link:
        calendar.add("url", feed.link)
    for zone, (first, last) in sorted(zones_of(feed.entries).items()):
        if ZoneInfo(zone).key != "UTC":  # written as Z, without a description
            calendar.add_component(Timezone.from_tzinfo(ZoneInfo(zone), zone, first, last))
    for entry in feed.entries:
        calendar.add_component(_day(entry) if isinstance(entry, DayEntry) else _event(entry))
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry) -> Event:
    zone = ZoneInfo(entry.zone)
    event = _begun(entry)
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    sure = STATUS.TENTATIVE if entry.tentative else STATUS.CONFIRMED
    event.add("status", STATUS.CANCELLED if entry.cancelled else sure)
    if entry.place:
        event.add("location", entry.place)
    for before in entry.alarms:
        event.add_component(_alarm(entry.title, -before))
    return event


def _day(entry: DayEntry) -> Event:
    """A whole day as DATE: a midnight would be another day in another zone."""
    event = _begun(entry)
    event.add("dtstart", entry.on)
    event.add("dtend", entry.on + timedelta(days=1))  # exclusive
    event.add("status", STATUS.CANCELLED if entry.cancelled else STATUS.CONFIRMED)
    event.add("transp", "TRANSPARENT")
    event.add("x-microsoft-cdo-busystatus", "FREE")  # Outlook does not look at TRANSP
    for days in entry.alarms:
        event.add_component(_alarm(entry.title, MORNING - timedelta(days=days)))
    return event


def _alarm(title: str, trigger: timedelta) -> Alarm:
    """A reminder on the screen; Apple leaves out one without DESCRIPTION."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", trigger)
    return alarm


def _begun(entry: CalendarEntry | DayEntry) -> Event:
    """What every entry has, whatever it is about."""
    changed = entry.updated_at.replace(microsecond=0)
    event = Event()
    event.add("uid", entry.uid)
    # A calendar without METHOD: DTSTAMP says when the event was last revised, as RFC 5545 asks.
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", entry.sequence)
    event.add("summary", entry.title)
    for name, value in (("description", entry.description), ("url", entry.link)):
        if value:
            event.add(name, value)
    return event
