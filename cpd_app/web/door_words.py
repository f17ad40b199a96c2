"""What a door says of a scan: one card for the page without script, the same words for the script.

Three states and no more: confirmed (the server has it), queued (this phone has it), refused.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from cpd_app.domain.checkin import Outcome
from cpd_app.usecases.door import DoorAnswer
from cpd_app.wording import sentence


@dataclass(frozen=True)
class Card:
    """The result of one scan, as large as the page allows."""

    #: confirmed or refused; queued is known to scripts only
    state: str
    icon: str
    head: str
    text: str
    time: str = ""
    name: str = ""
    meta: str = ""
    scan_id: int | None = None


def card_of(answer: DoorAnswer) -> Card:
    """What the server kept."""
    kept, said = answer.scanned, words()
    zone = ZoneInfo(answer.event.zone)
    shown = said[f"{kept.outcome}_{kept.direction}"]
    others = [f"{_time(o.at, zone)}{_door(o.door)}" for o in answer.others]
    text = shown["text"].replace("{others}", _("、").join(others))
    return Card(
        state="confirmed",
        icon=shown["icon"],
        head=shown["head"],
        text=text,
        time=_time(kept.at, zone),
        name=answer.entry.name,
        meta=" · ".join(part for part in (answer.entry.unit, answer.entry.number) if part),
        scan_id=kept.scan_id,
    )


def refused_card(said: str, direction: str, code: str = "") -> Card:
    """What was not kept, and why."""
    head = refusals().get(code, {}).get("head", "")
    return Card("refused", "x-octagon", words()[f"refused_{direction}"]["head"], said, name=head)


def words() -> dict[str, dict[str, str]]:
    """Head, text and icon of everything that a card can say; whoever shows it fills `{…}` in.

    icons: check-circle check2-all question-circle person-exclamation cone-striped x-octagon upload
    """
    outcomes = {
        Outcome.ACCEPTED: {
            "in": (_("已签到"), _("请直接入场。"), "check-circle"),
            "out": (_("已签退"), _("离场时间已记下。"), "check-circle"),
        },
        Outcome.ALREADY_IN: {
            "in": (_("此前已签到"), _("{others} 已签到过。请核对是不是本人。"), "check2-all"),
            "out": (_("此前已签到"), _("{others} 已签到过。请核对是不是本人。"), "check2-all"),
        },
        Outcome.ALREADY_OUT: {
            "in": (_("此前已签退"), _("{others} 已签退过，以最后一次为准。"), "check2-all"),
            "out": (_("此前已签退"), _("{others} 已签退过，以最后一次为准。"), "check2-all"),
        },
        Outcome.NOT_IN: {
            "in": (
                _("已签退"),
                _("没有签到记录。请提醒对方在「我在场」补报入场时间。"),
                "question-circle",
            ),
            "out": (
                _("已签退"),
                _("没有签到记录。请提醒对方在「我在场」补报入场时间。"),
                "question-circle",
            ),
        },
        Outcome.PENDING: {
            "in": (
                _("已记下，待确认"),
                _("可以入场，是否计入由组织者确认。"),
                "person-exclamation",
            ),
            "out": (
                _("已记下，待确认"),
                _("离场时间已记下，是否计入由组织者确认。"),
                "person-exclamation",
            ),
        },
        Outcome.REHEARSAL: {
            "in": (_("彩排：扫得出"), _("彩排的扫码不计入。"), "cone-striped"),
            "out": (_("彩排：扫得出"), _("彩排的扫码不计入。"), "cone-striped"),
        },
    }
    said = {
        f"{outcome}_{direction}": {"head": head, "text": text, "icon": icon}
        for outcome, both in outcomes.items()
        for direction, (head, text, icon) in both.items()
    }
    said["queued_in"] = {
        "head": _("已存，待发送"),
        "text": _("没有网络，时间按 {time} 记。可以入场，联网后自动发送。"),
        "icon": "upload",
    }
    said["queued_out"] = {
        "head": _("已存，待发送"),
        "text": _("没有网络，离场时间按 {time} 记，联网后自动发送。"),
        "icon": "upload",
    }
    said["refused_in"] = {"head": _("没有签到"), "text": "", "icon": "x-octagon"}
    said["refused_out"] = {"head": _("没有签退"), "text": "", "icon": "x-octagon"}
    return said


def refusals() -> dict[str, dict[str, str]]:
    """What a door refuses, in a few words for the card and as a sentence that says what to do."""
    blank = {"opens": "{opens}", "closed": "{closed}"}
    heads = {
        "wrong_pass": _("不是本场的会员码"),
        "not_on_roster": _("名单里没有这个号"),
        "checkin_not_open": _("还没有开始"),
        "checkin_closed": _("扫码已经结束"),
        "scan_too_late": _("超过 72 小时"),
        "door_not_kept": _("没有存下来"),
    }
    return {code: {"head": head, "text": sentence(code, blank)} for code, head in heads.items()}


def _time(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"


def _door(name: str) -> str:
    return _("（%(door)s）", door=name) if name else ""
