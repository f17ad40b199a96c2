"""Attendance in words: flags, marks, why there is no record, what happened, the arithmetic."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app.domain.presence import Attended, Stay
from cpd_app.usecases.attendance import stay_from
from cpd_app.usecases.attendance_facts import BY_ORGANISER
from cpd_app.usecases.attendance_table import Happened, presence_behind
from cpd_app.wording import arithmetic, duration, sentence

if TYPE_CHECKING:
    from cpd_app.models import Activity, Correction, Event, Scan, Statement

#: flag -> icon of components/mark.html
ICONS = {
    "one_device": "copy",
    "old_code": "clock",
    "burst": "clock",
    "two_rooms": "copy",
    "self_scan": "person-exclamation",
    "same_file": "copy",
    "missing_in": "box-arrow-right",
    "missing_out": "box-arrow-right",
    "late": "clock",
    "static_code": "printer",
    "said": "chat-left-text",
    "pending": "person-exclamation",
    "corrected": "pencil",
}


def clock_words(moment: datetime | None, event: "Event", *, day: bool = False) -> str:
    """09:30 in the event's zone; with its day where the event has several."""
    if moment is None:
        return ""
    local = moment.astimezone(ZoneInfo(event.zone))
    return f"{local:%m-%d %H:%M}" if day else f"{local:%H:%M}"


def has_days(event: "Event") -> bool:
    """Whether times need their day."""
    zone = ZoneInfo(event.zone)
    return event.starts_at.astimezone(zone).date() != event.ends_at.astimezone(zone).date()


def flag_words(flag: Mapping[str, Any]) -> str:
    """A flag in a few characters: 一机 4 人."""
    code = flag["code"]
    if code == "one_device":
        return _("一机 %(people)s 人", people=flag["people"])
    if code == "burst":
        return _("同时旧码 %(people)s 人", people=flag["people"])
    if code == "old_code":
        seconds = flag["seconds"]
        if seconds < 60:
            return _("码晚到 %(seconds)s 秒", seconds=seconds)
        return _("码晚到 %(minutes)s 分", minutes=seconds // 60)
    return {
        "two_rooms": _("两处同时"),
        "self_scan": _("自己扫自己"),
        "same_file": _("同一附件"),
        "missing_in": _("缺签到"),
    }[code]


def flag_reason(flag: Mapping[str, Any], event: "Event") -> str:
    """Why somebody should look, in a sentence."""
    code = flag["code"]
    values = {k: v for k, v in flag.items() if k != "code"}
    for name in ("from", "to", "at"):
        if name in values:
            values[name] = clock_words(datetime.fromisoformat(values[name]), event)
    return sentence(f"flag_{code}", values)


def mark_words(mark: str) -> str:
    """What stands beside the letter."""
    return {"late": _("补传"), "static_code": _("印刷码"), "flagged": _("待看")}.get(mark, mark)


def held_words(held: str | None) -> str:
    """Why there is no record; empty when there is one."""
    if held is None:
        return ""
    return {
        "guest": _("来宾，还没有对上会员，激活账号后补记。"),
        "pending": _("等组织者确认，确认后记入。"),
        "declined": _("组织者没有通过，不记入。"),
        "cancelled": _("已取消，不记入。"),
        "no_registration": _("没有注册，不产生学时记录。"),
        "nothing": _("没有可计的时间。"),
        "plan_changed": _("活动计划有改动，等学会批准后更新。"),
        "joined": _("已并入同一人的另一条名单。"),
    }.get(held, _("折算表不收，没有记入。"))


def stay_words(stay: Stay, event: "Event") -> str:
    """在场 08:58–13:34."""
    day = has_days(event)
    first = clock_words(stay.in_at, event, day=day)
    if stay.inside:
        return _("%(first)s 起，还在场", first=first)
    if stay.out_at is None:
        return _("%(first)s 起，没有签退", first=first)
    return f"{first}–{clock_words(stay.out_at, event)}"


def presence_words(found: Attended, event: "Event") -> str:
    """All stays, and what counts of them: for the table and for those who hear it."""
    stays = _("、").join(stay_words(stay, event) for stay in found.stays)
    if not stays:
        return _("没有签到")
    return _("在场 %(stays)s，计入 %(minutes)s 分钟", stays=stays, minutes=found.minutes)


def sums_of(stays: Sequence[Stay], event: "Event", minutes: int, trace: Iterable[Any]) -> list[str]:
    """The arithmetic, a line each: presence, breaks taken off, minutes, ÷ 45."""
    return [*stay_lines(stays, event, minutes), *arithmetic(trace)]


def presence_lines(activity: "Activity") -> list[str]:
    """The presence behind an event's record, as its arithmetic begins; empty for all others."""
    behind = presence_behind(activity)
    if behind is None:
        return []
    event, attendance = behind
    return stay_lines([stay_from(s) for s in attendance.presence], event, attendance.minutes)


def stay_lines(stays: Sequence[Stay], event: "Event", minutes: int) -> list[str]:
    """Presence, what was taken off, what counts; `minutes` are those that the table was given."""
    if not stays:
        return []
    said = _("、").join(stay_words(stay, event) for stay in stays)
    lines = [_("在场 %(stays)s", stays=said)]
    off = sum(stay.breaks for stay in stays) // 60
    if off:
        lines.append(_("减去休息和不计时段 %(off)s", off=duration(off)))
    lectures = sum(stay.lectures for stay in stays) // 60
    if lectures:
        lines.append(_("减去本人授课 %(off)s，另记授课", off=duration(lectures)))
    counted = sum(stay.seconds for stay in stays) // 60
    if not counted and any(stay.inside for stay in stays):
        return [*lines, _("签退后计入")]
    lines.append(ngettext("计入 %(num)s 分钟", "计入 %(num)s 分钟", counted))
    if minutes and minutes < counted:
        lines.append(_("超过每天的上限，按 %(minutes)s 分钟算", minutes=minutes))
    return lines


def policy_line(found: Attended, event: "Event") -> str:
    """What the missing out-scan gave."""
    if not found.missing_out:
        return ""
    return {
        "full": _("缺签退：算到场次结束"),
        "until_last_proof": _("缺签退：算到最后一次扫码"),
        "none": _("缺签退：等组织者核实后计"),
    }[event.missing_out]


def story_title(item: Happened, event: "Event") -> str:
    """What happened, in a few words."""
    if item.scan is not None:
        return _scan_title(item.scan, event)
    if item.correction is not None:
        return _correction_title(item.correction, event)
    return "" if item.statement is None else _statement_title(item.statement, event)


def _scan_title(scan: "Scan", event: "Event") -> str:
    did = _("签到") if scan.direction == "in" else _("签退")
    how = {
        "pass": _("扫会员码"),
        "door": _("门岗登记"),
        "room_code": _("本人扫会场码"),
        "typed_code": _("本人输 6 位码"),
        "static_code": _("本人扫印刷码"),
    }.get(scan.source, "")
    room = next((s.title for s in event.sessions if s.id == scan.session_id), "")
    return _("%(did)s，%(how)s · %(room)s", did=did, how=how, room=room)


def scan_note(scan: "Scan") -> str:
    """What stands beside a scan: how old its code was, that it came later."""
    notes = []
    if scan.code_age is not None and scan.code_age > 20 and scan.source not in BY_ORGANISER:
        notes.append(_("码已 %(seconds)s 秒", seconds=scan.code_age))
    if "late" in scan.marks:
        waited = int((scan.received_at - scan.at).total_seconds()) // 60
        notes.append(_("没有网络，%(after)s后补传", after=duration(max(waited, 1))))
    return _("，").join(notes)


def _correction_title(correction: "Correction", event: "Event") -> str:
    if correction.verb == "reversal":
        return _("作废一次扫码")
    if correction.verb == "absence":
        return _("更正：不在场")
    if correction.verb == "as_scanned":
        return _("撤销更正，恢复扫码结果")
    day = has_days(event)
    spans = _("、").join(
        f"{clock_words(datetime.fromisoformat(first), event, day=day)}"
        f"–{clock_words(datetime.fromisoformat(last), event)}"
        for first, last in correction.after
    )
    return _("更正：在场 %(spans)s", spans=spans)


def _statement_title(statement: "Statement", event: "Event") -> str:
    if statement.kind == "leaving":
        left = clock_words(statement.out_at, event)
        return _("本人说：%(left)s 离开", left=left)
    words = statement.words or _("（迟到的扫码）")
    return _("本人说：%(words)s", words=words)


def statement_state(statement: "Statement") -> tuple[str, str]:
    """Word and kind of components/state.html."""
    if statement.state == "accepted":
        return (_("采纳"), "ok")
    if statement.state == "declined":
        return (_("没有采纳"), "none")
    return (_("等答复"), "now")
