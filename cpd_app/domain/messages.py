"""What people are told: kinds of messages, what must reach them, by which ways, and when.

Sources: domain.md §10; design.md §6 (messages are rows).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from cpd_app.domain.errors import Rejected

#: messages that come within this time of each other leave as one letter
BUNDLE = timedelta(minutes=10)


class Channel(StrEnum):
    """A way out of the house; the inbox needs none, every message stands there."""

    EMAIL = "email"
    WEBHOOK = "webhook"
    """The society's bridge to SMS, WeCom and the like."""


class Topic(StrEnum):
    """What a person chooses channels for: kinds that belong together."""

    EXPIRY = "expiry"
    YEAR = "year"
    FILING = "filing"
    DECISIONS = "decisions"
    EVENTS = "events"
    CHECKIN = "checkin"
    RULES = "rules"
    SOCIETY = "society"


#: of these a person cannot be without every channel (issue: never none)
MUST_REACH = frozenset({Topic.EXPIRY, Topic.FILING})
#: what goes to the society's bridge unless the person says otherwise: an SMS costs money
BRIDGED = frozenset({Topic.EXPIRY, Topic.FILING})


class MessageKind(StrEnum):
    """What a message is about; after each the names in its `data`.

    `…_on` is a day (ISO), `…_at` an instant (ISO, with `zone`), `…_hours` hundredths of 学时;
    `variant` chooses among several texts of one kind.
    """

    EXPIRY = "expiry"
    """number, ends_on (the last day), months (left, a begun one counted whole); registration_id.
    variant: days (days left, today included, when they are few), or none"""
    YEAR_BEHIND = "year_behind"
    """number, year, ends_on (the last day), days (left, today included), missing_hours;
    registration_id. variant: deferred (the last day of grace), or none"""
    FILED = "filed"
    """number; filing_id"""
    RETURNED = "returned"
    """number, points, due_on; filing_id, return_id. variant: none, extended, overdue, moved
    (before_on)"""
    RETURN_DUE = "return_due"
    """number, work_days (left after today), due_on; filing_id, return_id. variant: last_day, or
    none"""
    VERIFYING = "verifying"
    """number, unit; filing_id. variant: asked, answered, silent"""
    DECIDED = "decided"
    """number; filing_id. variant: passed, conditional (make_up_hours, until_on, appeal_until_on),
    refused (appeal_until_on), appeal_moved (before_on, appeal_until_on)"""
    RELIEF = "relief"
    """ground, ground_en; relief_id. variant: granted, for_all, withdrawn_all, partly, refused,
    withdrawn (these three: appeal_until_on), appeal_moved (before_on, appeal_until_on)"""
    APPEAL = "appeal"
    """about (relief, decision, act); appeal_id. variant: upheld, set_aside, set_aside_act (a second
    person has to confirm it): what became of the decision that it was against"""
    CERTIFICATE = "certificate"
    """number, effective_on; registration_id. variant: suspended, cancelled, revoked (these three:
    appeal_until_on), suspended_asked, cancelled_asked, transferred, resumed, renewed, upgraded,
    annulled, expired, wish_declined (act), appeal_moved (before_on, appeal_until_on)"""
    REGISTERED = "registered"
    """title, starts_at, zone; event_id. variant: confirmed, listed, waiting, pending, declined
    (reason), promoted, removed"""
    EVENT_TOMORROW = "event_tomorrow"
    """title, starts_at, zone, place; event_id. variant: today (told late), or none"""
    EVENT_CHANGED = "event_changed"
    """title, starts_at, zone, place; event_id. variant: changed, agenda (given_hours), cancelled
    (reason)"""
    PLANNED = "planned"
    """title; event_id: to who planned it. variant: approved (given_hours), sent_back (reason)"""
    CHECKED_IN = "checked_in"
    """title, given_hours; event_id, activity_id: the receipt of what attendance gave"""
    CORRECTED = "corrected"
    """title, before_hours, after_hours; event_id"""
    ANSWERED = "answered"
    """title; event_id, statement_id: 我在场. variant: accepted, declined (answer)"""
    LEAVING = "leaving"
    """title, session; event_id, session_id: 您几点离开？"""
    RULED = "ruled"
    """title, asked_hours, given_hours; activity_id: 学会认定 of one record"""
    RULE_CHANGED = "rule_changed"
    """year, starts_on, last_on, before_hours, after_hours, version; registration_id"""
    ASSIGNED = "assigned"
    """count: files that lie with an auditor or expert since now"""
    MATCH = "match"
    """number; match_id: to staff, of a file or achievement also used in another society.
    variant: asked (the other society has answered), same, different (settled)"""
    NUDGE = "nudge"
    """number, last_on (of the certificate), gaps (list of {code, values}), words;
    registration_id: 催办 by staff. variant: closing (file_by_on, the last day to file), or none"""
    TRIAL = "trial"
    """nothing: a person tries whether their channels reach them"""


#: another release may have told others (who goes back to this one): they wait for it
KINDS = tuple(kind.value for kind in MessageKind)

TOPICS: dict[MessageKind, Topic] = {
    MessageKind.EXPIRY: Topic.EXPIRY,
    MessageKind.YEAR_BEHIND: Topic.YEAR,
    MessageKind.FILED: Topic.FILING,
    MessageKind.RETURNED: Topic.FILING,
    MessageKind.RETURN_DUE: Topic.FILING,
    MessageKind.VERIFYING: Topic.FILING,
    MessageKind.DECIDED: Topic.DECISIONS,
    MessageKind.RELIEF: Topic.DECISIONS,
    MessageKind.APPEAL: Topic.DECISIONS,
    MessageKind.CERTIFICATE: Topic.DECISIONS,
    MessageKind.REGISTERED: Topic.EVENTS,
    MessageKind.EVENT_TOMORROW: Topic.EVENTS,
    MessageKind.EVENT_CHANGED: Topic.EVENTS,
    MessageKind.PLANNED: Topic.EVENTS,
    MessageKind.CHECKED_IN: Topic.CHECKIN,
    MessageKind.CORRECTED: Topic.CHECKIN,
    MessageKind.ANSWERED: Topic.CHECKIN,
    MessageKind.LEAVING: Topic.CHECKIN,
    MessageKind.RULED: Topic.DECISIONS,
    MessageKind.RULE_CHANGED: Topic.RULES,
    MessageKind.ASSIGNED: Topic.SOCIETY,
    MessageKind.MATCH: Topic.SOCIETY,
    MessageKind.NUDGE: Topic.SOCIETY,
    MessageKind.TRIAL: Topic.SOCIETY,
}

#: not held back to be bundled or for the letter of the day, after which some would come too late;
#: quiet hours hold for them too
AT_ONCE = frozenset(
    {
        MessageKind.RETURNED,
        MessageKind.RETURN_DUE,
        MessageKind.LEAVING,
        MessageKind.EVENT_TOMORROW,
        MessageKind.TRIAL,
    }
)
#: bundled, since who moves an event twice in ten minutes writes to everybody once; but not held
#: back for the letter of the day
SAME_DAY = frozenset({MessageKind.EVENT_CHANGED})


@dataclass(frozen=True)
class Habits:
    """When a person wants to be written to."""

    zone: str = "Asia/Shanghai"
    #: minutes after midnight between which nothing is sent; equal: no quiet hours
    quiet_from: int = 22 * 60
    quiet_to: int = 8 * 60
    #: minutes after midnight of the one letter a day; None: each as it comes, bundled
    daily_at: int | None = None


def channels_for(
    kind: MessageKind, choices: Mapping[Channel, bool], reachable: frozenset[Channel]
) -> frozenset[Channel]:
    """The ways a message goes, besides the inbox.

    Choices not made follow the default: e-mail for everything, the bridge for what must reach. What
    must reach goes by every reachable way when the choices leave none; an expiry notice goes by
    every reachable way as soon as e-mail is not among them, so that two ways are tried where there
    are two (domain.md §10).
    """
    topic = TOPICS[kind]
    if kind is MessageKind.TRIAL:
        return reachable
    chosen = frozenset(
        channel for channel in reachable if choices.get(channel, by_default(topic, channel))
    )
    if topic is Topic.EXPIRY and Channel.EMAIL not in chosen:
        return reachable
    return chosen or (reachable if topic in MUST_REACH else chosen)


def by_default(topic: Topic, channel: Channel) -> bool:
    """Whether a topic goes by a channel as long as the person chose nothing."""
    return channel is Channel.EMAIL or topic in BRIDGED


def check_wanted(wanted: Mapping[Topic, frozenset[Channel]], offered: frozenset[Channel]) -> None:
    """Refuse choices that leave what must reach without any channel: `no_channel_left`.

    Who has no channel at all has nothing to choose, and is told in the inbox.
    """
    if offered and any(not wanted.get(topic, frozenset()) & offered for topic in MUST_REACH):
        raise Rejected("no_channel_left", "wanted")


def check_habits(habits: Habits) -> None:
    """Refuse the one letter a day at a time at which nothing is sent: `daily_in_quiet`."""
    if habits.daily_at is not None and _is_quiet(habits.daily_at, habits):
        raise Rejected("daily_in_quiet", "daily_at")


def leaves_at(kind: MessageKind, moment: datetime, habits: Habits) -> datetime:
    """When a message that comes into being at `moment` leaves: bundled, and outside quiet hours."""
    if kind in AT_ONCE:
        return out_of_quiet(moment, habits)
    if habits.daily_at is None or kind in SAME_DAY:
        return out_of_quiet(moment + BUNDLE, habits)
    return out_of_quiet(_next_at(moment, habits.zone, habits.daily_at), habits)


def out_of_quiet(moment: datetime, habits: Habits) -> datetime:
    """The moment itself, or the end of the quiet hours in which it lies, by the person's clock."""
    local = moment.astimezone(ZoneInfo(habits.zone))
    quiet = _is_quiet(local.hour * 60 + local.minute, habits)
    return _next_at(moment, habits.zone, habits.quiet_to) if quiet else moment


def quiet_begins(moment: datetime, habits: Habits) -> datetime:
    """When the quiet hours began that hold at a moment, or the last ones before it."""
    return _next_at(moment - timedelta(days=1), habits.zone, habits.quiet_from)


def _is_quiet(minutes: int, habits: Habits) -> bool:
    """Whether nothing is sent at this time of the day; quiet hours may run over midnight."""
    if habits.quiet_from == habits.quiet_to:
        return False
    if habits.quiet_from < habits.quiet_to:
        return habits.quiet_from <= minutes < habits.quiet_to
    return minutes >= habits.quiet_from or minutes < habits.quiet_to


def _next_at(moment: datetime, zone: str, minutes: int) -> datetime:
    """The next moment strictly later at which the clock of the zone shows these minutes."""
    local = moment.astimezone(ZoneInfo(zone))
    wanted = time(minutes // 60, minutes % 60)
    day = local.date() + timedelta(days=0 if local.time() < wanted else 1)
    found = datetime.combine(day, wanted, ZoneInfo(zone)).astimezone(UTC)
    if found <= moment:  # the hour comes twice where clocks go back, and the first one is over
        found = datetime.combine(day, wanted.replace(fold=1), ZoneInfo(zone)).astimezone(UTC)
    return found.astimezone(moment.tzinfo)
