"""All display formatting: hours, days, moments, durations. Templates print, they do not compute."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Flask

from cpd_app.clock import BEIJING
from cpd_app.domain.numbers import spaced_phone
from cpd_app.web.locale import short_locale
from cpd_app.wording import duration


def hours(value: int | None) -> str:
    """学时 from hundredths, always one decimal: 3250 -> 32.5."""
    return "–" if value is None else f"{value / 100:.1f}"


def day(value: date | None) -> str:
    """2027年3月14日 / 14 Mar 2027."""
    if value is None:
        return "–"
    if short_locale() == "en":
        return str(format_date(value, "d MMM y", locale="en"))
    return f"{value.year}年{value.month}月{value.day}日"


def short_day(value: date | None) -> str:
    """3月14日 / 14 Mar."""
    if value is None:
        return "–"
    if short_locale() == "en":
        return str(format_date(value, "d MMM", locale="en"))
    return f"{value.month}月{value.day}日"


def last_day(ends_on: date) -> date:
    """The last day of something that ends before `ends_on`."""
    return ends_on - timedelta(days=1)


def moment(value: datetime | None, zone: ZoneInfo = BEIJING) -> str:
    """A day and 24-hour time in Beijing."""
    if value is None:
        return "–"
    local = value.astimezone(zone)
    return f"{day(local.date())} {local:%H:%M}"


def size(value: int) -> str:
    """Bytes as a person reads them: 1.2 MB."""
    if value < 1024 * 1024:
        return f"{max(1, value // 1024)} KB"
    return f"{value / 1024 / 1024:.1f} MB"


def phone(value: str | None) -> str:
    """+86 138 0000 1234; nothing for none."""
    return spaced_phone(value or "")


def init(app: Flask) -> None:
    """Give the filters to the templates."""
    for function in (hours, day, last_day, short_day, moment, duration, phone, size):
        app.jinja_env.filters[function.__name__] = function
