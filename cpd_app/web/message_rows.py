"""A message as a row of the inbox: words, icon, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from cpd_app import message_words
from cpd_app.clock import BEIJING
from cpd_app.domain.messages import TOPICS, MessageKind, Topic
from cpd_app.web.filters import day, short_day

if TYPE_CHECKING:
    from cpd_app.models import Message

ICONS = {
    Topic.EXPIRY: "hourglass-split",
    Topic.YEAR: "bar-chart-line",
    Topic.FILING: "clipboard-check",
    Topic.DECISIONS: "card-heading",
    Topic.EVENTS: "calendar-event",
    Topic.CHECKIN: "qr-code-scan",
    Topic.RULES: "sliders",
    Topic.SOCIETY: "megaphone",
}


#: what asks the reader for an act, and says so in the list
TO_DO = frozenset(message_words.ACTIONS) - {MessageKind.TRIAL}


@dataclass(frozen=True)
class Row:
    """One message ready to print."""

    id: int
    icon: str
    title: str
    text: str
    when: str
    #: for machines, in UTC
    at: str
    unread: bool
    #: where it leads, and what there is to do there ("" when there is only something to see)
    path: str
    act: str


def row_of(message: "Message", *, now: datetime) -> Row:
    """In the reader's language; the time is that of Beijing."""
    kind = MessageKind(message.kind)
    return Row(
        id=message.id,
        icon=ICONS[TOPICS[kind]],
        title=message_words.title(kind, message.data),
        text=message_words.text(kind, message.data),
        when=_when(message.created_at, now),
        at=message.created_at.isoformat(),
        unread=message.read_at is None,
        path=message_words.path(kind, message.data),
        act=message_words.action(kind) if kind in TO_DO else "",
    )


def _when(moment: datetime, now: datetime) -> str:
    """As short as it can be told apart: 09:02, 昨天, 10月3日, 2025年10月3日."""
    local, today = moment.astimezone(BEIJING), now.astimezone(BEIJING).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    if local.date() == today - timedelta(days=1):
        return _("昨天")
    return short_day(local.date()) if local.year == today.year else day(local.date())
