"""A filing in words for the member: where it stands, what comes next, what is frozen."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from cpd_app.domain.audits import OPEN, FilingState
from cpd_app.usecases.snapshots import Frozen
from cpd_app.web.filters import day, hours

if TYPE_CHECKING:
    from cpd_app.models import Deadline, Filing

#: how components/state.html and notices colour a state
KINDS = {
    FilingState.PASSED: "ok",
    FilingState.RETURNED: "warning",
    FilingState.UNANSWERED: "warning",
    FilingState.CONDITIONAL: "warning",
    FilingState.REFUSED: "blocker",
    FilingState.WITHDRAWN: "quiet",
}


@dataclass(frozen=True)
class FilingPage:
    """What the page of a filing prints."""

    filing: "Filing"
    state: str
    kind: str
    next_step: str
    #: 学会应在…前核对材料; empty when there is no open deadline
    deadline: str
    years: list[dict[str, str]]
    records: int
    recognised: str
    #: records that can be added now (补交第五年的记录)
    to_add: int
    own: bool
    may_withdraw: bool
    is_open: bool


def filing_page(
    filing: "Filing", frozen: Frozen, deadline: "Deadline | None", *, to_add: int, own: bool
) -> FilingPage:
    """Shape a filing for its page."""
    state = FilingState(filing.state)
    return FilingPage(
        filing=filing,
        state=state_word(state),
        kind=KINDS.get(state, "info"),
        next_step=_next_step(state, opened=filing.opened_at is not None),
        deadline=_deadline(deadline),
        years=[_year(year) for year in frozen.years],
        records=len(frozen.records),
        recognised=hours(sum(y["recognised"] for y in frozen.years)),
        to_add=to_add,
        own=own,
        may_withdraw=own
        and filing.opened_at is None
        and state in {FilingState.FILED, FilingState.READING},
        is_open=state in OPEN,
    )


def state_word(state: FilingState) -> str:
    """How a state reads: 已提交, 审阅中, 已通过."""
    return {
        FilingState.FILED: _("已提交，等待核对"),
        FilingState.READING: _("审阅中"),
        FilingState.RETURNED: _("已退回补正"),
        FilingState.UNANSWERED: _("补正已过期，由学会处理"),
        FilingState.VERIFYING: _("核实中"),
        FilingState.PROPOSED: _("审阅中"),
        FilingState.CONDITIONAL: _("有条件通过"),
        FilingState.PASSED: _("已通过"),
        FilingState.REFUSED: _("未通过"),
        FilingState.WITHDRAWN: _("已撤回"),
    }[state]


def _next_step(state: FilingState, *, opened: bool) -> str:
    if state is FilingState.FILED or (state is FilingState.READING and not opened):
        return _("学会先核对材料是否齐全，再交给审阅人。审阅人打开之前，可以撤回重交。")
    return {
        FilingState.READING: _("审阅人正在看材料。需要补正时会退回，并在这里说明。"),
        FilingState.RETURNED: _("请按学会列出的各点答复。"),
        FilingState.UNANSWERED: _("答复的期限已过，由学会的人决定下一步，不会自动判定。"),
        FilingState.VERIFYING: _("学会正在向有关单位核实几条记录，期间期限暂停。"),
        FilingState.PROPOSED: _("决定由第二人复核后生效。"),
        FilingState.CONDITIONAL: _("请在期限前补足学时。"),
        FilingState.PASSED: _("新的证书有效期已经登记。"),
        FilingState.REFUSED: _("理由见学会的决定，可以申诉。"),
        FilingState.WITHDRAWN: _("申请已撤回，记录可以再改动。准备好后重新提交。"),
    }[state]


def _deadline(deadline: "Deadline | None") -> str:
    if deadline is None or deadline.closed_at is not None:
        return ""
    words = _(
        "学会应在%(day)s前核对材料（%(days)s 个工作日）",
        day=day(deadline.due_on), days=deadline.work_days,
    )  # fmt: skip
    if deadline.provisional:
        words += _("；当年的放假安排还没公布，日期暂定")
    return words


def _year(year: Any) -> dict[str, str]:
    return {
        "label": _("第 %(n)s 年", n=year["index"]),
        "required": hours(year["required"]),
        "recognised": hours(year["recognised"]),
        "audit_proof": hours(year["audit_proof"]),
    }
