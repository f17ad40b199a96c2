"""The address of a private calendar, and what a program reads there."""

from typing import Any

from icalendar import Calendar

from tests.support.page import Browser


def path_in(address: str) -> str:
    return "/calendars/" + address.strip().split("/calendars/")[1]


def read(browser: Browser, path: str, **headers: str) -> dict[str, Any]:
    """The entries of the calendar by their titles."""
    answer = browser.client.get(path, headers=headers)
    assert answer.status_code == 200
    return {str(e["SUMMARY"]): e for e in Calendar.from_ical(answer.get_data()).walk("VEVENT")}
