"""By which ways a person wants to be told what, when, and whether those ways reach them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from cpd_app.db import session
from cpd_app.domain.errors import Rejected, TooMany
from cpd_app.domain.messages import (
    Channel,
    Habits,
    MessageKind,
    Topic,
    by_default,
    check_habits,
    check_wanted,
    leaves_at,
)
from cpd_app.models import (
    MessageChoice,
    MessageHabit,
    Person,
    Reach,
    Registration,
    Webhook,
)
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.usecases import attempts, journal
from cpd_app.usecases.event_input import is_zone
from cpd_app.usecases.messages import Draft, habits_of, tell

Wanted = Mapping[Topic, frozenset[Channel]]


@dataclass(frozen=True)
class Bridge:
    """A society's relay, by the name that its members know."""

    society_id: int
    name: str


@dataclass(frozen=True)
class Line:
    """A way out to one person, and how it stands."""

    channel: Channel
    #: e-mail address or phone; empty: there is none
    address: str
    #: relays of the person's societies; empty for e-mail
    bridges: tuple[Bridge, ...] = ()
    #: untried, ok, failing, bounced; none without an address
    state: str = "none"
    since: datetime | None = None
    last_ok_at: datetime | None = None
    problem: dict[str, Any] | None = None

    @property
    def usable(self) -> bool:
        """Whether something can be sent there."""
        return self.state in {"untried", "ok", "failing"}


@dataclass(frozen=True)
class Lines:
    """How a person can be reached, and what they chose."""

    lines: tuple[Line, ...]
    wanted: dict[Topic, frozenset[Channel]]
    habits: Habits
    #: nothing is sent to this person any more (domain.md §9)
    stopped: bool

    @property
    def offered(self) -> frozenset[Channel]:
        """Ways that there is an address for."""
        return frozenset(line.channel for line in self.lines if line.address)

    @property
    def usable(self) -> frozenset[Channel]:
        """Ways by which something can be sent now."""
        return frozenset(line.channel for line in self.lines if line.usable)


@dataclass(frozen=True)
class Trial:
    """A test message that was written: when it leaves, and by which ways."""

    due_at: datetime
    channels: frozenset[Channel]


def lines_of(actor: Actor) -> Lines:
    """One's own ways, choices and times."""
    person = _own(actor)
    reaches = {
        reach.channel: reach
        for reach in session.scalars(select(Reach).where(Reach.person_id == person.id))
    }
    lines = [_line(Channel.EMAIL, person.email or "", reaches)]
    bridges = _bridges_of(person.id)
    if bridges:
        lines.append(_line(Channel.WEBHOOK, person.phone or "", reaches, bridges))
    return Lines(
        tuple(lines),
        _wanted_of(person.id),
        habits_of([person.id]).get(person.id, Habits()),
        stopped=person.messages_stopped_at is not None,
    )


def worst_line(actor: Actor) -> Line | None:
    """The way that needs its owner's attention most, for the "me" page; None when all is well."""
    lines = lines_of(actor).lines
    order = ("bounced", "none", "failing")
    troubled = [line for line in lines if line.state in order]
    return min(troubled, key=lambda line: order.index(line.state), default=None)


def choose(
    actor: Actor, wanted: Wanted, habits: Habits, *, shown: frozenset[Channel], now: datetime
) -> None:
    """Keep what a person wants by which way, and when (journalled).

    `shown` are the ways that stood in the form: of the others the choice stays as it was. Raises
    Rejected `no_channel_left`, `daily_in_quiet`, `unknown_zone`.
    """
    person = _own(actor)
    lines = lines_of(actor)
    if not is_zone(habits.zone):
        raise Rejected("unknown_zone", "zone", found=habits.zone)
    asked = lines.offered & shown
    check_wanted(wanted, asked)
    check_habits(habits)
    changed = _changed(lines, wanted, asked)
    for (topic, channel), on in changed.items():
        _keep(person.id, topic, channel, wanted=on)
    data: dict[str, Any] = {
        f"{topic.value}_{channel.value}": on for (topic, channel), on in changed.items()
    }
    if habits != lines.habits:
        session.merge(
            MessageHabit(
                person_id=person.id,
                zone=habits.zone,
                quiet_from=habits.quiet_from,
                quiet_to=habits.quiet_to,
                daily_at=habits.daily_at,
            )
        )
        data |= {
            "zone": habits.zone,
            "quiet": [habits.quiet_from, habits.quiet_to],
            "daily_at": habits.daily_at,
        }
    if data:
        journal.record(actor, "messages.chosen", "person", person.id, now=now, data=data)


def send_trial(actor: Actor, *, now: datetime) -> Trial:
    """Write a test message to oneself; it goes by every way that there is, in the usual hours.

    Raises TooMany `too_many_trials`.
    """
    person = _own(actor)
    counted = (attempts.subject("trial", person.id),)
    minutes = attempts.minutes_to_wait(counted, now=now)
    if minutes:
        raise TooMany("too_many_trials", minutes=minutes)
    attempts.note(counted, now=now)
    lines = lines_of(actor)
    bridges = [bridge for line in lines.lines for bridge in line.bridges]
    draft = Draft(
        person.id,
        MessageKind.TRIAL,
        key=f"trial-{person.id}-{secrets.token_hex(8)}",
        # one relay is enough for a trial: each would carry the letter's words a second time
        society_id=bridges[0].society_id if bridges else None,
    )
    told = tell(draft, now=now)
    due_at = leaves_at(MessageKind.TRIAL, now, lines.habits)
    return Trial(due_at, lines.usable if told else frozenset())


def _line(
    channel: Channel, address: str, reaches: Mapping[str, Reach], bridges: tuple[Bridge, ...] = ()
) -> Line:
    if not address:
        return Line(channel, "", bridges)
    reach = reaches.get(channel.value)
    if reach is None:
        return Line(channel, address, bridges, "untried")
    return Line(
        channel, address, bridges, reach.state, reach.since, reach.last_ok_at, reach.problem
    )


def _bridges_of(person_id: int) -> tuple[Bridge, ...]:
    """Relays that are on, of the societies that the person is registered in."""
    rows = session.execute(
        select(Webhook.society_id, Webhook.name)
        .where(
            Webhook.active.is_(True),
            Webhook.society_id.in_(
                select(Registration.society_id).where(Registration.person_id == person_id)
            ),
        )
        .order_by(Webhook.society_id)
    )
    return tuple(Bridge(society_id, name) for society_id, name in rows)


def _wanted_of(person_id: int) -> dict[Topic, frozenset[Channel]]:
    rows = session.scalars(select(MessageChoice).where(MessageChoice.person_id == person_id))
    made = {(row.topic, row.channel): row.wanted for row in rows}
    return {
        topic: frozenset(
            channel
            for channel in Channel
            if made.get((topic.value, channel.value), by_default(topic, channel))
        )
        for topic in Topic
    }


def _changed(
    lines: Lines, wanted: Wanted, asked: frozenset[Channel]
) -> dict[tuple[Topic, Channel], bool]:
    return {
        (topic, channel): channel in wanted.get(topic, frozenset())
        for topic in Topic
        for channel in sorted(asked)
        if (channel in wanted.get(topic, frozenset())) != (channel in lines.wanted[topic])
    }


def _keep(person_id: int, topic: Topic, channel: Channel, *, wanted: bool) -> None:
    """A choice that is the default again is no choice: a later default is theirs too."""
    key = {"person_id": person_id, "topic": topic.value, "channel": channel.value}
    if wanted == by_default(topic, channel):
        session.execute(delete(MessageChoice).filter_by(**key))
    else:
        session.merge(MessageChoice(**key, wanted=wanted))


def _own(actor: Actor) -> Person:
    person = session.get_one(Person, actor.person_id)
    require(actor, Permission.OWN_ACCOUNT, Target(owner_id=person.id))
    return person
