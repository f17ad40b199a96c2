"""A message in the reader's language, and the page where what it is about can be done.

The inbox and the worker say the same words; the worker sets the language first.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cpd_app.domain.hours import format_hours
from cpd_app.domain.messages import MessageKind
from cpd_app.wording import day, language, sentence

#: kind -> path, its places filled from the data
PAGES: dict[MessageKind, str] = {
    MessageKind.EXPIRY: "/renewal",
    MessageKind.YEAR_BEHIND: "/",
    MessageKind.FILED: "/filings/{filing_id}",
    MessageKind.RETURNED: "/renewal/answer",
    MessageKind.RETURN_DUE: "/renewal/answer",
    MessageKind.VERIFYING: "/renewal/filing/{filing_id}/progress",
    MessageKind.DECIDED: "/renewal/filing/{filing_id}/progress",
    MessageKind.RELIEF: "/relief/{relief_id}",
    MessageKind.APPEAL: "/appeals/{appeal_id}",
    MessageKind.CERTIFICATE: "/registrations/{registration_id}/certificate",
    MessageKind.REGISTERED: "/events/{event_id}",
    MessageKind.EVENT_TOMORROW: "/events/{event_id}",
    MessageKind.EVENT_CHANGED: "/events/{event_id}",
    MessageKind.CHECKED_IN: "/activities/{activity_id}",
    MessageKind.CORRECTED: "/activities/{activity_id}",
    MessageKind.LEAVING: "/events/{event_id}",
    MessageKind.RULE_CHANGED: "/readiness",
    MessageKind.NUDGE: "/readiness",
    MessageKind.TRIAL: "/me/messages",
}


def title(kind: MessageKind, data: dict[str, Any]) -> str:
    """What happened or is due, in one line."""
    return sentence(f"{_code(kind, data)}_title", values(data))


def text(kind: MessageKind, data: dict[str, Any]) -> str:
    """What it means and what to do."""
    return sentence(f"{_code(kind, data)}_text", values(data))


def path(kind: MessageKind, data: dict[str, Any]) -> str:
    """The page where it can be done, from the root of the service."""
    return PAGES[kind].format(**data)


def values(data: dict[str, Any]) -> dict[str, Any]:
    """The data as people write it: days, moments by the event's clock, 学时."""
    return {name: _shown(name, value, data) for name, value in data.items()}


def _code(kind: MessageKind, data: dict[str, Any]) -> str:
    variant = data.get("variant")
    return f"message_{kind}_{variant}" if variant else f"message_{kind}"


def _shown(name: str, value: Any, data: dict[str, Any]) -> Any:
    if name.endswith("_on"):
        return day(date.fromisoformat(value))
    if name.endswith("_at"):
        moment = datetime.fromisoformat(value).astimezone(ZoneInfo(data["zone"]))
        between = " " if language() == "zh" else ", "
        return f"{day(moment.date())}{between}{moment:%H:%M}"
    if name.endswith("_hours"):
        return format_hours(value)
    if name == "gaps":
        parts = [sentence(gap["code"], values(gap["values"])) for gap in value]
        return ("；" if language() == "zh" else "; ").join(parts)
    return value
