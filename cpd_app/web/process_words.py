"""A filing in words: its state, its deadlines, what a unit said, what was decided."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from cpd_app.domain.decisions import Outcome
from cpd_app.texts.decisions import OUTCOMES
from cpd_app.texts.renewal import CHECK_NAMES
from cpd_app.usecases.return_answers import DaysLeft
from cpd_app.web.filters import day
from cpd_app.web.locale import short_locale

if TYPE_CHECKING:
    from cpd_app.models import FileReturn, SnapshotRecord


def title_of(record: "SnapshotRecord") -> str:
    """What a record was called when it was filed; its kind once that was erased."""
    return str((record.content or {}).get("title") or record.kind)


def outcome_words(outcome: str) -> str:
    """A decision by name."""
    return OUTCOMES[outcome][short_locale() == "en"]


def verdict_words(verdict: str) -> str:
    """A judgement by name."""
    return {
        "accepted": _("认可"),
        "reduced": _("核减"),
        "rejected": _("不认可"),
        "evidence_wanted": _("要佐证"),
    }.get(verdict, verdict)


def state_words(state: str) -> tuple[str, str]:
    """Where a filing stands, and the kind of its mark."""
    return {
        "filed": (_("已提交，待完整性检查"), "waiting"),
        "reading": (_("审阅中"), "now"),
        "returned": (_("已退回补正"), "warning"),
        "unanswered": (_("逾期未答复"), "warning"),
        "verifying": (_("核实中，期限暂停"), "waiting"),
        "proposed": (_("待会签"), "waiting"),
        "conditional": (_("附条件再注册"), "warning"),
        "passed": (_("准予再注册"), "ok"),
        "refused": (_("不予再注册"), "blocker"),
        "withdrawn": (_("已撤回"), "none"),
    }[state]


def count_words(left: DaysLeft | None) -> str:
    """第 3 个工作日，共 10；最后一天 2027年11月8日（暂定）."""
    if left is None:
        return ""
    last = day(left.due_on)
    if left.provisional:
        last = _("%(day)s（放假安排公布前为暂定）", day=last)
    if left.paused:
        return _("期限暂停中，原最后一天 %(last)s", last=last)
    if left.over:
        return _("期限已过，最后一天是 %(last)s", last=last)
    if not left.day:
        return _("共 %(of)s 个工作日，从下一个工作日起算；最后一天 %(last)s", of=left.of, last=last)
    return _("第 %(n)s 个工作日，共 %(of)s；最后一天 %(last)s", n=left.day, of=left.of, last=last)


def left_words(left: DaysLeft) -> str:
    """The answer on top of the member's page."""
    if left.paused:
        return _("期限暂停中")
    if left.over:
        return _("期限已过，仍可答复")
    if not left.left:
        return _("今天 24:00 到期")
    return _("还有 %(n)s 个工作日", n=left.left)


def answer_words(outcome: str) -> str:
    """What a unit said."""
    return {
        "confirmed": _("单位答复：属实"),
        "denied": _("单位答复：不属实"),
        "no_answer": _("单位没有答复"),
    }[outcome]


def outcome_options() -> list[tuple[str, str]]:
    """The three outcomes to choose between."""
    return [(code.value, outcome_words(code.value)) for code in Outcome]


def return_words(made: "FileReturn") -> str:
    """Where a return stands."""
    if made.state == "answered":
        return _("已答复（过了期限）") if made.late else _("已答复")
    return {
        "open": _("等答复"),
        "unanswered": _("逾期未答复"),
        "withdrawn": _("不再需要"),
    }[made.state]


def bulk_words(state: str) -> str:
    """Where a bulk pass stands."""
    return {"proposed": _("待确认"), "confirmed": _("已确认"), "withdrawn": _("已撤回")}[state]


def check_name(code: str) -> str:
    """The name of a check of readiness."""
    return _(CHECK_NAMES[code]) if code in CHECK_NAMES else code


def record_title(records: "Iterable[tuple[SnapshotRecord, str]]", record_id: int | None) -> str:
    """The title of one of the records shown; without one it is about the filing as a whole."""
    return next((title for r, title in records if r.id == record_id), _("整份申请"))
