"""The demo member's notifications: a test message that was read, one that was not, quiet hours."""

from datetime import timedelta

from cpd_app import clock
from cpd_app.db import transaction
from cpd_app.domain.messages import Habits
from cpd_app.policy import Actor
from cpd_app.usecases import inbox, message_choices


def make_messages(actor: Actor) -> None:
    """As its owner would have done on the phone."""
    now = clock.now()
    with transaction():
        lines = message_choices.lines_of(actor)
        message_choices.choose(
            actor,
            lines.wanted,
            Habits(quiet_from=21 * 60 + 30, quiet_to=7 * 60 + 30),
            shown=lines.offered,
            now=now - timedelta(days=20),
        )
    for days in (20, 1):
        with transaction():
            message_choices.send_trial(actor, now=now - timedelta(days=days))
    with transaction():
        first = inbox.inbox_of(actor).messages[-1]
        inbox.read_message(actor, first.id, now=now - timedelta(days=20))
