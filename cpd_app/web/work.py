"""后台工作: the clock's jobs and whether one is late, long tasks with their progress, letters."""

import re
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import current_actor, staff_area
from cpd_app.texts.work import CLOCK_NAMES, JOB_STATES
from cpd_app.usecases import job_runs, standing_jobs, work
from cpd_app.usecases.job_files import makes_file
from cpd_app.usecases.job_runs import TaskState
from cpd_app.usecases.standing_jobs import Progress
from cpd_app.usecases.work import Task
from cpd_app.web import desk
from cpd_app.web.job_words import problem_words, task_name, unit_of

bp = Blueprint("work", __name__)

#: how a state looks in a list
STATE_KINDS = {
    "due": ("waiting", "clock"),
    "running": ("now", "circle-half"),
    "done": ("quiet", "check-lg"),
    "failed": ("warning", "exclamation-triangle"),
    "cancelled": ("none", "x-lg"),
}
_EVERY = re.compile(r"every (\d+) (s|min)")
_DAILY = re.compile(r"daily at (\d\d:\d\d)")
_HOURLY = re.compile(r"hourly (\d\d:\d\d) to (\d\d:\d\d)")


@dataclass(frozen=True)
class ClockLine:
    """A job of the clock in words."""

    state: TaskState
    name: str
    when: str
    counts: str


@bp.get("/staff/work")
@staff_area
def index() -> ResponseReturnValue:
    """What runs in the background, what waits, and what failed."""
    actor, now = current_actor(), clock.now()
    here = desk.open_desk()
    chosen = request.args.get("state", "")
    chosen = chosen if chosen in work.STATES else ""
    tasks = work.tasks_of(
        actor,
        here.society_id if here else None,
        state=chosen,
        page=request.args.get("page", 1, type=int),
        now=now,
    )
    lines = [clock_line(state) for state in job_runs.clock_seen_by(actor, now=now)]
    letters = work.letters_waiting(actor, now=now)
    standings = _standings(here.society_id) if here else None
    return render_template(
        "work/index.html",
        heading=_heading(lines, tasks.counts),
        lines=lines,
        letters=letters,
        standings=standings,
        failed=[(clock_name(r.name), r) for r in job_runs.failed_runs(actor, now=now)],
        tasks=tasks,
        tabs=_tabs(tasks.counts, chosen),
        previous=_href(chosen, tasks.page - 1) if tasks.page > 1 else "",
        following=_href(chosen, tasks.page + 1) if tasks.page < tasks.pages else "",
        task_name=task_name,
        task_href=task_href,
        state_of=state_of,
        problem_of=problem_of,
        unit_of=unit_of,
        has_desk=here is not None,
    )


@bp.get("/staff/work/standings")
@staff_area
def standings() -> ResponseReturnValue:
    """How far the standings of the society are; `X-Done: 1` when they are of today."""
    found = _standings(desk.society_id())
    answer = make_response(render_template("work/_standings.html", standings=found))
    if not found.waiting:
        answer.headers["X-Done"] = "1"
    return answer


def _standings(society_id: int) -> Progress:
    return standing_jobs.progress_of(current_actor(), society_id, on=clock.today())


def clock_line(state: TaskState) -> ClockLine:
    """A job of the clock as the page prints it."""
    counts = state.last.counts if state.last else {}
    done = sum(count for count in counts.values() if isinstance(count, int))
    told = str(ngettext("做了 %(num)s 件", "做了 %(num)s 件", done)) if done else ""
    return ClockLine(state, clock_name(state.name), when_words(state.when), told)


def clock_name(name: str) -> str:
    """What a job of the clock does; its name, for one that came with another release."""
    return str(_(CLOCK_NAMES[name])) if name in CLOCK_NAMES else name


def when_words(when: str) -> str:
    """How often, in the reader's language."""
    every, daily = _EVERY.fullmatch(when), _DAILY.fullmatch(when)
    if every and every[2] == "s":
        return str(ngettext("每 %(num)s 秒", "每 %(num)s 秒", int(every[1])))
    if every:
        return str(ngettext("每 %(num)s 分钟", "每 %(num)s 分钟", int(every[1])))
    if hourly := _HOURLY.fullmatch(when):
        return str(_("%(first)s 到 %(last)s 每小时", first=hourly[1], last=hourly[2]))
    return str(_("每天 %(at)s", at=daily[1])) if daily else when


def task_href(task: Task) -> str:
    """The page of a task, where it has one."""
    job = task.job
    match job.kind:
        case "nudge":
            return url_for("nudges.run", job_id=job.id) if task.may_stop else ""
        case "read_import" | "save_import" | "undo_import" if job.society_id is not None:
            return url_for("imports.show", import_id=job.subject_id) if task.may_stop else ""
        case "relief_for_all" | "relief_withdrawn_all":
            return url_for("relief_desk.show", relief_id=job.subject_id)
        case "rules_effect":
            return url_for("rules.show", version_id=job.subject_id)
        case _ if makes_file(job) and task.may_stop:
            return url_for("job_files.show", job_id=job.id)
        case _:
            return ""


def state_of(state: str) -> tuple[str, str, str]:
    """Word, kind and icon of a task's state."""
    kind, icon = STATE_KINDS[state]
    return str(_(JOB_STATES[state])), kind, icon


def problem_of(task: Task) -> str:
    """Why a task failed."""
    return problem_words(task.job.problem)


def _heading(lines: list[ClockLine], counts: dict[str, int]) -> str:
    late = sum(line.state.late for line in lines)
    if late:
        return str(ngettext("%(num)s 项定时工作没有按时", "%(num)s 项定时工作没有按时", late))
    running = counts.get("running", 0) + counts.get("due", 0)
    if running:
        return str(ngettext("%(num)s 项任务在进行", "%(num)s 项任务在进行", running))
    return str(_("后台工作正常") if lines else _("还没有运行过后台进程"))


def _tabs(counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    everything = {
        "href": _href("", 1),
        "text": _("全部"),
        "count": f"{sum(counts.values()):,}",
        "active": not chosen,
    }
    return [everything] + [
        {
            "href": _href(state, 1),
            "text": _(JOB_STATES[state]),
            "count": f"{counts.get(state, 0):,}",
            "active": chosen == state,
        }
        for state in work.STATES
        if counts.get(state) or chosen == state
    ]


def _href(state: str, page: int) -> str:
    asked: dict[str, Any] = {"state": state, "page": page if page > 1 else None}
    return url_for("work.index", **{k: v for k, v in asked.items() if v})
