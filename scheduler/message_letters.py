"""A parcel as a letter: plain and HTML, in the reader's language, with the society's name.

One message has its title as the subject; several are one letter with a list, what must reach first.
"""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from flask import current_app
from flask_babel import force_locale, gettext

from cpd_app.config import Settings
from cpd_app.domain.messages import MUST_REACH, TOPICS
from cpd_app.mail import letter_to
from cpd_app.message_words import action, path, text, title
from cpd_app.usecases.parcels import Parcel, Told
from cpd_app.wording import sentence
from scheduler.post import CATALOGUES

#: where a reader chooses what comes when and how
SETTINGS_PAGE = "/me/messages"
#: how a mail reader is told the language
LANGUAGES = {"zh": "zh-CN", "en": "en"}


@dataclass(frozen=True)
class Part:
    """A message as it stands in a letter."""

    title: str
    text: str
    action: str
    url: str


def message_letter(parcel: Parcel, settings: Settings, *, now: datetime) -> EmailMessage:
    """The letter of a parcel; its Message-ID is the envelope's, so a repeat can be told."""
    with force_locale(CATALOGUES[parcel.locale]):
        words = _words(parcel, settings)
        env = current_app.jinja_env
        plain = env.get_template("mail/messages.txt").render(words)
        html = env.get_template("mail/messages.html").render(words)
    letter = letter_to(
        parcel.email or "",
        subject=words["subject"],
        text=plain.strip() + "\n",
        html=html,
        sender=settings.mail_from,
        now=now,
        word=parcel.envelope,
    )
    letter["Content-Language"] = LANGUAGES[parcel.locale]
    letter["X-Auto-Response-Suppress"] = "All"
    return letter


def _words(parcel: Parcel, settings: Settings) -> dict[str, Any]:
    """Everything that a letter says, in the language that is set."""
    told = sorted(parcel.messages, key=lambda m: (TOPICS[m.kind] not in MUST_REACH, m.created_at))
    parts = [_part(one, settings) for one in told]
    service = gettext("继续教育学时")
    return {
        "lang": LANGUAGES[parcel.locale],
        "subject": _subject(parts),
        "parts": parts,
        "listed": " · ".join(part.title for part in parts),
        "letterhead": " · ".join(name for name in (parcel.society, service) if name),
        "greeting": sentence("message_greeting", {"name": parcel.name}),
        "intro": sentence("message_intro", {"count": len(parts)}),
        "copied": sentence("message_copied"),
        "why": _why(parcel, told),
        "change": sentence("message_change"),
        "settings_url": settings.base_url + SETTINGS_PAGE,
        "service": service,
        "home": settings.base_url,
        "colon": "：" if parcel.locale == "zh" else ": ",
    }


def _part(told: Told, settings: Settings) -> Part:
    return Part(
        title(told.kind, told.data),
        text(told.kind, told.data),
        action(told.kind),
        settings.base_url + path(told.kind, told.data),
    )


def _subject(parts: list[Part]) -> str:
    """One line, whatever people typed into the title of an event."""
    first = " ".join(parts[0].title.split())
    if len(parts) == 1:
        return first
    return sentence("message_several", {"count": len(parts), "first": first})


def _why(parcel: Parcel, told: list[Told]) -> str:
    """Why somebody gets it, and what cannot be turned off."""
    must = any(TOPICS[one.kind] in MUST_REACH for one in told)
    return sentence("message_why_must" if must else "message_why", {"email": parcel.email})
