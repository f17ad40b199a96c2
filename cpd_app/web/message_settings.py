"""The settings of messages ready to print: ways with their health, the table, the times."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from flask import url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from cpd_app.domain.messages import MUST_REACH, Channel, Habits, Topic
from cpd_app.domain.numbers import spaced_phone
from cpd_app.schemas.messages import EACH
from cpd_app.usecases.message_choices import Line, Lines
from cpd_app.web.filters import moment
from cpd_app.web.reach_words import reason_of, said_of

#: zones to choose between; where members work, from east to west
ZONES = (
    "Pacific/Auckland",
    "Australia/Sydney",
    "Asia/Tokyo",
    "Asia/Shanghai",
    "Asia/Urumqi",
    "Asia/Hong_Kong",
    "Asia/Singapore",
    "Asia/Jakarta",
    "Asia/Dhaka",
    "Asia/Karachi",
    "Asia/Dubai",
    "Asia/Riyadh",
    "Europe/Moscow",
    "Africa/Nairobi",
    "Africa/Cairo",
    "Europe/Berlin",
    "Africa/Lagos",
    "Europe/London",
    "America/Sao_Paulo",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
)
#: hours of the one letter a day that are offered
DAILY = tuple(f"{hour:02d}:00" for hour in range(6, 23))


@dataclass(frozen=True)
class Way:
    """A channel as the page shows it."""

    channel: str
    name: str
    address: str
    #: ok, warning, blocker, waiting
    kind: str
    state: str
    meta: str
    advice: str
    #: why it does not arrive, and the other side's own words
    reason: str
    said: str
    href: str
    action: str


@dataclass(frozen=True)
class Page:
    """The content of the settings."""

    ways: list[Way]
    #: value and name of the columns
    columns: list[tuple[str, str]]
    #: topic, name, what belongs to it, whether a channel must stay
    topics: list[tuple[str, str, str, bool]]
    #: chosen pairs, as in the form
    wanted: set[str]
    quiet: bool
    quiet_from: str
    quiet_to: str
    zone: str
    zones: list[tuple[str, str]]
    daily_at: str
    daily: list[tuple[str, str]]
    stopped: bool
    usable: bool


def page_of(lines: Lines, form: Mapping[str, Any] | None, *, now: datetime) -> Page:
    """Of what is kept, or of what was typed and refused."""
    habits = lines.habits
    kept = _kept(lines) if form is None else _typed(form)
    zone = str(kept["zone"])
    return Page(
        ways=[_way(line, habits) for line in lines.lines],
        columns=[(line.channel.value, channel_name(line)) for line in lines.lines if line.address],
        topics=_topics(),
        usable=bool(lines.usable),
        zones=[(z, _zone_name(z, now)) for z in dict.fromkeys((*ZONES, habits.zone))],
        daily=[
            (EACH, _("随时，十分钟内的合成一封")),
            *((t, _daily(t)) for t in _daily_times(kept)),
        ],
        stopped=lines.stopped,
        **{**kept, "zone": zone},
    )


def channel_name(line: Line) -> str:
    """邮件, or the societies' own words for their relay."""
    if line.channel is Channel.EMAIL:
        return _("邮件")
    return _("、").join(dict.fromkeys(bridge.name for bridge in line.bridges))


def health_word(line: Line) -> str:
    """What stands beside 通知渠道 on the "me" page: 邮件退信."""
    name = channel_name(line)
    words = {
        "bounced": _("%(channel)s退信", channel=name),
        "failing": _("%(channel)s发送失败", channel=name),
        "none": _("%(channel)s未填", channel=name),
    }
    return words.get(line.state, "")


def _kept(lines: Lines) -> dict[str, Any]:
    habits = lines.habits
    quiet = habits.quiet_from != habits.quiet_to
    usual = Habits()
    return {
        "wanted": {
            f"{topic.value}_{channel.value}"
            for topic, channels in lines.wanted.items()
            for channel in channels
        },
        "quiet": quiet,
        "quiet_from": _time(habits.quiet_from if quiet else usual.quiet_from),
        "quiet_to": _time(habits.quiet_to if quiet else usual.quiet_to),
        "zone": habits.zone,
        "daily_at": EACH if habits.daily_at is None else _time(habits.daily_at),
    }


def _typed(form: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "wanted": set(form["wanted"]),
        "quiet": bool(form.get("quiet")),
        **{name: form.get(name, "") for name in ("quiet_from", "quiet_to", "zone", "daily_at")},
    }


def _topics() -> list[tuple[str, str, str, bool]]:
    words = {
        Topic.EXPIRY: (_("到期提醒"), _("到期前 12、6、3、1 个月")),
        Topic.FILING: (_("再注册申请"), _("收件、补正、补正的期限")),
        Topic.YEAR: (_("年度学时"), _("年度结束前，还没有跟上进度时")),
        Topic.DECISIONS: (_("决定"), _("审核、减免、申诉、证书的变更")),
        Topic.EVENTS: (_("报名的活动"), _("报名结果、前一天、变动和取消")),
        Topic.CHECKIN: (_("签到和学时"), _("记入的学时、更正、几点离开")),
        Topic.RULES: (_("规则更新"), _("新规则改变了您的学时时")),
        Topic.SOCIETY: (_("学会的提醒"), _("学会催办再注册所缺的内容")),
    }
    return [
        (topic.value, name, about, topic in MUST_REACH) for topic, (name, about) in words.items()
    ]


def _way(line: Line, habits: Habits) -> Way:
    zone = ZoneInfo(habits.zone)
    email = line.channel is Channel.EMAIL
    last = (
        _("最近送达 %(when)s", when=moment(line.last_ok_at, zone))
        if line.last_ok_at
        else _("还没有发过")
        if line.state == "untried"
        else ""
    )
    since = moment(line.since, zone) if line.since else ""
    kind, state, advice = {
        "ok": ("ok", _("能收到"), ""),
        "untried": ("waiting", _("没有试过"), ""),
        "failing": (
            "warning",
            _("发送失败"),
            _("从 %(when)s 起发不出去，会继续试。", when=since),
        ),
        "bounced": (
            "blocker",
            _("退信") if email else _("号码无效"),
            _("从 %(when)s 起，这个地址收不到，已停发。请更正。", when=since)
            if email
            else _("从 %(when)s 起，这个号码收不到，已停发。请更正。", when=since),
        ),
    }.get(line.state, ("warning", _("未填"), _("填了才能收到。")))
    changes = line.state in {"bounced", "none"}
    return Way(
        channel=line.channel.value,
        name=channel_name(line),
        address=line.address if email else spaced_phone(line.address),
        kind=kind,
        state=state,
        meta=last,
        advice=advice,
        reason=_reason(line) if line.state in {"bounced", "failing"} else "",
        said=said_of(line.problem) if line.state in {"bounced", "failing"} else "",
        href=(url_for("me.account.email") if email else url_for("me.profile")) if changes else "",
        action=_action(line.state, email=email) if changes else "",
    )


def _reason(line: Line) -> str:
    reason = reason_of(line.problem)
    return _("原因：%(reason)s", reason=reason) if reason else ""


def _action(state: str, *, email: bool) -> str:
    if email:
        return _("更正邮箱") if state == "bounced" else _("填写邮箱")
    return _("怎样换手机号")


def _zone_name(zone: str, now: datetime) -> str:
    """上海 UTC+8."""
    locale = get_locale()
    city = get_timezone_location(zone, locale=locale, return_city=True)
    offset = now.astimezone(ZoneInfo(zone)).utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    whole, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"{city} UTC{sign}{whole}" + (f":{rest:02d}" if rest else "")


def _daily_times(kept: Mapping[str, Any]) -> list[str]:
    """The offered times, and the one that was chosen by other means."""
    chosen = str(kept["daily_at"])
    return sorted({*DAILY, chosen} - {"", EACH})


def _daily(time: str) -> str:
    return _("每天 %(time)s 一封", time=time)


def _time(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
