"""What the audit's pages call things: states of a file, verdicts, flags, time that is left."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from cpd_app.domain.filed_flags import FlagKind
from cpd_app.domain.review import YearReview, YearState
from cpd_app.texts.renewal import VERDICTS
from cpd_app.usecases.audit_flags import Flag
from cpd_app.web.activity_page import mark_words
from cpd_app.web.filters import day, short_day


def state_words(state: str) -> str:
    """Where a file stands, as the queue says it."""
    return {
        "filed": _("完整性检查"),
        "reading": _("审核"),
        "returned": str(pgettext("file", "退回补正")),
        "unanswered": _("补正超期"),
        "verifying": _("核实中"),
        "proposed": _("待会签"),
        "conditional": _("有条件通过"),
        "passed": _("已通过"),
        "refused": _("未通过"),
        "withdrawn": _("已撤回"),
    }[state]


def narrow_level(level: str) -> str:
    """见习, 专业, 资深 where a column has room for a few letters."""
    return {
        "apprentice": str(pgettext("narrow", "见习")),
        "professional": str(pgettext("narrow", "专业")),
        "senior": str(pgettext("narrow", "资深")),
    }[level]


def verdict_words(verdict: str) -> str:
    """What a reader said of a record."""
    return {
        "accepted": _("认可"),
        "reduced": _("核减"),
        "rejected": _("不认可"),
        "evidence_wanted": _("要佐证"),
        "taken_back": _("撤回判定"),
    }[verdict]


#: verdict -> kind and icon of `state`
VERDICT_KINDS = {
    "accepted": ("ok", ""),
    "reduced": ("now", "scissors"),
    "rejected": ("blocker", ""),
    "evidence_wanted": ("warning", "paperclip"),
}


def year_words(review: YearReview, running: str | None) -> tuple[str, str, str]:
    """A year of a file in a word, with kind and icon of `state`.

    `running`: what was filed of a year that is not over: nothing is short before its end.
    """
    state = review.state
    if running is not None and state is not YearState.MET and not review.done:
        return _(VERDICTS[running]), "waiting", "clock"
    return {
        YearState.WAIVED: (_("免除"), "ok", ""),
        YearState.MET: (_("达标"), "ok", ""),
        YearState.SHORT: (_("不足"), "blocker", ""),
        YearState.READING: (_("正在审"), "now", ""),
        YearState.UNREAD: (_("未审"), "waiting", ""),
    }[state]


def left_words(due_on: date, today: date) -> tuple[str, str]:
    """How long until a day: 今天, 明天, 4 天, with its tone."""
    days = (due_on - today).days
    if days < 0:
        late = -days
        return ngettext("超期 %(num)s 天", "超期 %(num)s 天", late), "blocker"
    if days == 0:
        return _("今天"), "blocker"
    if days == 1:
        return _("明天"), "warning"
    return ngettext("%(num)s 天", "%(num)s 天", days), ""


def due_words(due_on: date, today: date) -> str:
    """今天 24:00 到期; the day's name when it is not today."""
    if due_on == today:
        return _("今天 24:00 到期")
    if due_on < today:
        return _("%(day)s 已到期", day=near_day(due_on, today))
    return _("%(day)s 24:00 到期", day=near_day(due_on, today))


def near_day(value: date, today: date) -> str:
    """A day of the current year without its year."""
    return short_day(value) if value.year == today.year else day(value)


def flag_name(kind: str) -> str:
    """The few characters on the flag."""
    return {
        "same_file": _("同一文件"),
        "same_achievement": _("同一成果"),
        "too_many_minutes": _("一天过满"),
        "overlap": _("时间重叠"),
        "lump": _("集中补录"),
        "event": _("签到待核"),
        "late_entry": _("迟录"),
    }[kind]


def flag_icon(kind: str) -> str:
    """The icon before them."""
    if kind in {"same_file", "same_achievement"}:
        return "copy"
    return "exclamation-triangle" if kind == "event" else "clock"


def flag_sentence(flag: Flag) -> str:
    """Why to look twice; a question, never an accusation."""
    values: dict[str, Any] = dict(flag.values)
    match flag.kind:
        case FlagKind.SAME_FILE | FlagKind.SAME_ACHIEVEMENT:
            said = _shared_sentence(flag.kind, values.get("people", 0))
        case FlagKind.TOO_MANY_MINUTES:
            said = _(
                "%(day)s这一天，几条记录合计 %(minutes)s 分钟，多于 450 分钟。",
                day=day(values["day"]),
                minutes=values["minutes"],
            )
        case FlagKind.OVERLAP:
            said = _("与这份档案里的另一条记录时间重叠。")
        case FlagKind.LUMP:
            same = values["from_on"] == values["to_on"]
            said = (
                _(
                    "%(on)s集中记入了 %(count)s 条，都晚于结束日 90 天以上。",
                    on=day(values["from_on"]),
                    count=values["count"],
                )
                if same
                else _(
                    "%(from_on)s到%(to_on)s集中记入了 %(count)s 条，都晚于结束日 90 天以上。",
                    from_on=day(values["from_on"]),
                    to_on=day(values["to_on"]),
                    count=values["count"],
                )
            )
        case FlagKind.EVENT:
            words = _("、").join(mark_words(m) for m in values["marks"])
            said = _("活动签到留有标记：%(words)s。", words=words)
        case _:
            said = _("在年度结束 90 天以后才记入。")
    return said


def _shared_sentence(kind: FlagKind, people: int) -> str:
    if kind is FlagKind.SAME_FILE:
        return ngettext(
            "也附在另 %(num)s 名会员的记录上。", "也附在另 %(num)s 名会员的记录上。", people
        )
    return ngettext(
        "同一成果也记在另 %(num)s 名会员名下。合作的成果各计各的，请核对署名次序。",
        "同一成果也记在另 %(num)s 名会员名下。合作的成果各计各的，请核对署名次序。",
        people,
    )


def elsewhere_words(flag: Flag) -> str:
    """Members of other societies are only counted, with what was settled with their societies."""
    said = ngettext(
        "其中 %(num)s 名是其他学会的会员，联合体已收到两边的编号。",
        "其中 %(num)s 名是其他学会的会员，联合体已收到两边的编号。",
        flag.elsewhere,
    )
    if flag.settled is None:
        return str(said)
    return str(_("%(said)s已核实：%(outcome)s。", said=said, outcome=match_answer(flag.settled)))


def match_answer(code: str) -> str:
    """What is said of a file or achievement that is used in two societies."""
    return {"same": _("是同一项"), "different": _("不是同一项")}[code]


def match_state(state: str) -> str:
    """How a match stands for a society that has its side of it."""
    return {
        "to_answer": _("等本学会答复"),
        "waiting": _("已答复，等对方"),
        "disputed": _("两边说法不同，等联合体裁定"),
        "settled": _("已核实"),
    }[state]
