"""The compact head of a file, its story in words, and the years after reading."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from cpd_app.domain.decisions import YearResult, latest_make_up, shortfalls_of
from cpd_app.domain.hours import format_hours
from cpd_app.policy import Actor, Permission
from cpd_app.usecases.credits_shown import names_of
from cpd_app.usecases.decision_sums import Sums, sums_of_many
from cpd_app.usecases.filing_case import case_of
from cpd_app.usecases.filing_story import FilingProcess, Happened, filing_process_of
from cpd_app.usecases.returns import returns_of
from cpd_app.web.filters import day, moment
from cpd_app.web.process_words import (
    answer_words,
    outcome_words,
    state_words,
    title_of,
    verdict_words,
)

if TYPE_CHECKING:
    from cpd_app.models import FileReturn, SnapshotRecord


@dataclass(frozen=True)
class Head:
    """What stands on top of every page about one file."""

    process: FilingProcess
    name: str
    #: state in words, its kind for components/state.html
    state: tuple[str, str]
    story: list[dict[str, Any]]
    names: dict[int, str]
    returns: "list[FileReturn]"
    content: dict[str, Any]
    checks: list[Any]

    @property
    def filing(self) -> Any:
        """The filing."""
        return self.process.filing


@dataclass(frozen=True)
class DecisionPage:
    """The years after reading, and what an outcome would need."""

    sums: Sums
    years: tuple[YearResult, ...]
    short: dict[int, str]
    latest: date
    judged: int
    #: records a reader said something about: record, verdict in words, hours left, reason
    rows: list[tuple[Any, str, int, str]]

    @property
    def can_pass(self) -> bool:
        """Whether every year is met."""
        return not self.short


def head_of(actor: Actor, filing_id: int, *, today: date) -> Head:
    """The head of a file for staff."""
    case_of(actor, filing_id, Permission.PROCESS_FILING)
    process = filing_process_of(actor, filing_id, today=today)
    made = returns_of(filing_id)
    names = names_of(
        {h.by_id for h in process.happened} | {d.proposed_by_id for d in process.decisions}
    )
    snapshots = process.filing.snapshots
    return Head(
        process=process,
        name=process.case.registration.person.name,
        state=state_words(process.filing.state),
        story=[_told(h, names.get(h.by_id or 0, "")) for h in reversed(process.happened)],
        names=names,
        returns=made,
        content=dict(snapshots[-1].content or {}) if snapshots else {},
        checks=list(snapshots[-1].checks) if snapshots else [],
    )


def records_shown(actor: Actor, filing_id: int) -> "list[tuple[SnapshotRecord, str]]":
    """The records of a file with their titles, in order of finishing day."""
    case = case_of(actor, filing_id, Permission.PROCESS_FILING)
    records = sums_of_many([case])[filing_id].records.values()
    return [(r, title_of(r)) for r in records]


def decision_page(sums: Sums, today: date) -> DecisionPage:
    """What the page of the decision prints."""
    said = [r for r in sums.results if r.verdict is not None]
    return DecisionPage(
        sums=sums,
        years=sums.years,
        short={s.year: format_hours(s.hours) for s in shortfalls_of(sums.years)},
        latest=latest_make_up(today),
        judged=len(said),
        rows=[
            (
                sums.records[r.record_id],
                verdict_words(r.verdict or ""),
                r.hours,
                sums.judgements[r.record_id].reason,
            )
            for r in said
        ],
    )


def member_story(process: FilingProcess) -> list[dict[str, Any]]:
    """What happened in words for the member: no names of readers; newest first."""
    return [_told(h, "") for h in reversed(process.happened)]


def _told(happened: Happened, name: str) -> dict[str, Any]:
    title, tone = _title(happened)
    values = happened.values
    meta = [name] if name else []
    if values.get("number") and happened.code in {"decided", "set_aside", "filed"}:
        meta.append(_("编号 %(number)s", number=values["number"]))
    when = day(values["on"]) if "on" in values else moment(happened.at)
    return {
        "title": title,
        "when": when,
        "text": "",
        "meta": meta,
        "icon": "",
        "tone": tone,
        "now": False,
        "void": False,
    }


def _title(happened: Happened) -> tuple[str, str]:
    """What happened, and its tone."""
    values = happened.values
    words: dict[str, Callable[[], str]] = {
        "filed": lambda: _("提交申请"),
        "opened": lambda: _("开始审阅"),
        "complete": lambda: _("完整性检查：材料齐全"),
        "withdrawn": lambda: _("撤回申请"),
        "returned": lambda: _("退回补正，%(n)s 项", n=values["points"]),
        "answered": lambda: _("已答复（过了期限）") if values["late"] else _("已答复"),
        "asked_unit": lambda: _("发函核实，%(n)s 条记录", n=values["records"]),
        "unit_answered": lambda: answer_words(str(values["outcome"])),
        "proposed": lambda: _("提出：%(outcome)s", outcome=outcome_words(values["outcome"])),
        "sent_back": lambda: _("会签未同意，退回提出人"),
        "decided": lambda: outcome_words(str(values["outcome"])),
        "set_aside": lambda: _("申诉成立，决定撤销，重新审阅"),
    }
    return words[happened.code](), "warning" if happened.code == "returned" else ""
