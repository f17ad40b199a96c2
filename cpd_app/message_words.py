"""A message in the reader's language, and the page where what it is about can be done.

The inbox and the worker say the same words; the worker sets the language first.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from cpd_app.domain.hours import format_hours
from cpd_app.domain.messages import MessageKind
from cpd_app.texts import SENTENCES
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
    MessageKind.PLANNED: "/events/{event_id}",
    MessageKind.CORRECTED: "/events/{event_id}/my-attendance",
    MessageKind.ANSWERED: "/events/{event_id}/my-attendance",
    MessageKind.LEAVING: "/events/{event_id}/statement?kind=leaving",
    MessageKind.RULED: "/activities/{activity_id}",
    MessageKind.RULE_CHANGED: "/readiness",
    MessageKind.ASSIGNED: "/staff/audits",
    MessageKind.MATCH: "/staff/matches/{match_id}",
    MessageKind.NUDGE: "/readiness",
    MessageKind.TRIAL: "/me/messages",
}
#: what there is to do on the page, when it is more than to look
ACTIONS: dict[MessageKind, str] = {
    MessageKind.EXPIRY: "renew",
    MessageKind.RETURNED: "answer",
    MessageKind.RETURN_DUE: "answer",
    MessageKind.LEAVING: "say",
    MessageKind.NUDGE: "check",
    MessageKind.YEAR_BEHIND: "check",
    MessageKind.TRIAL: "settings",
}
#: of an instant whose message does not say where it is told
BEIJING_ZONE = "Asia/Shanghai"
#: values that are codes with words of their own
CODED = frozenset({"about", "act"})
#: what somebody typed and a sentence goes on after: its own full stop would make two
TYPED = frozenset({"reason", "answer"})
FULL_STOPS = "。．.；;，, "
#: where a variant is done elsewhere
PAGES_OF_VARIANTS: dict[tuple[MessageKind, str], str] = {
    (MessageKind.RELIEF, "for_all"): "/readiness",
    (MessageKind.RELIEF, "withdrawn_all"): "/readiness",
    (MessageKind.CERTIFICATE, "expired"): "/renewal",
}


def title(kind: MessageKind, data: dict[str, Any]) -> str:
    """What happened or is due, in one line."""
    return _said(f"{_code(kind, data)}_title", data)


def text(kind: MessageKind, data: dict[str, Any]) -> str:
    """What it means and what to do."""
    return _said(f"{_code(kind, data)}_text", data)


def said(kind: MessageKind, data: dict[str, Any]) -> dict[str, str]:
    """Both, by name."""
    return {"title": title(kind, data), "text": text(kind, data)}


def path(kind: MessageKind, data: dict[str, Any]) -> str:
    """The page where it can be done, from the root of the service."""
    page = PAGES_OF_VARIANTS.get((kind, data.get("variant", "")), PAGES[kind])
    try:
        return page.format(**data)
    except KeyError:
        return PAGES[MessageKind.TRIAL]  # told by an older release, which named no place


def action(kind: MessageKind) -> str:
    """What the way to that page says."""
    return sentence(f"message_{ACTIONS.get(kind, 'see')}")


def values(data: dict[str, Any], names: Iterable[str] | None = None) -> dict[str, Any]:
    """The data (or these of it) as people write it: days, moments by the event's clock, 学时.

    What an older release did not keep is left out: a gap in a sentence, and not a lost inbox.
    """
    english = language() == "en"
    return {
        name: _shown(name, data.get(f"{name}_en", data[name]) if english else data[name], data)
        if name in data
        else ""
        for name in (data if names is None else names)
    }


def _said(code: str, data: dict[str, Any]) -> str:
    """A sentence with its values; others of the data are not even written out."""
    if code not in SENTENCES:  # a variant of a newer release, from which somebody went back
        code = "message_unsaid" if code.endswith("_title") else "message_unsaid_why"
    return sentence(code, values(data, _places(code)))


@cache
def _places(code: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.findall(r"%\((\w+)\)s", SENTENCES[code])))


def _code(kind: MessageKind, data: dict[str, Any]) -> str:
    variant = data.get("variant")
    return f"message_{kind}_{variant}" if variant else f"message_{kind}"


def _shown(name: str, value: Any, data: dict[str, Any]) -> Any:
    ending = name.rpartition("_")[2]
    if ending in BY_ENDING:
        return BY_ENDING[ending](value, data)
    if name in TYPED and isinstance(value, str):
        return value.rstrip(FULL_STOPS)
    if name in CODED:
        return sentence(f"message_{name}_{value}")
    if name == "version" and isinstance(value, int):
        return sentence("message_version", {"number": value})
    if name == "place" and not value:
        return sentence("message_place_unsaid")
    return _listed(value) if name == "gaps" else value


def _moment(value: str, data: dict[str, Any]) -> str:
    moment = datetime.fromisoformat(value).astimezone(ZoneInfo(data.get("zone", BEIJING_ZONE)))
    between = " " if language() == "zh" else ", "
    return f"{day(moment.date())}{between}{moment:%H:%M}"


def _listed(gaps: list[dict[str, Any]]) -> str:
    parts = [sentence(gap["code"], values(gap["values"])) for gap in gaps]
    return ("；" if language() == "zh" else "; ").join(parts)


#: last word of a name -> how people write such a value
BY_ENDING: dict[str, Callable[[Any, dict[str, Any]], str]] = {
    "on": lambda value, _data: day(date.fromisoformat(value)),
    "at": _moment,
    "hours": lambda value, _data: format_hours(value),
}
