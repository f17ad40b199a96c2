"""Long tasks in words: what one is called, what it counts, why it failed."""

from typing import Any

from flask_babel import gettext as _

from cpd_app.texts import SENTENCES
from cpd_app.texts.work import TASK_NAMES
from cpd_app.wording import sentence

#: kind of job -> what it counts; others count steps
UNITS = {
    "read_import": "rows",
    "save_import": "rows",
    "undo_import": "rows",
    "nudge": "people",
    "rules_effect": "people",
    "recalculation_trial": "people",
    "recalculation": "people",
    "register_sheet": "people",
    "standings": "people",
    "relief_for_all": "people",
    "relief_withdrawn_all": "people",
    "calendar_moves": "files",
    "dossiers": "files",
    "own_export": "files",
    "process_file": "files",
}


def task_name(kind: str) -> str:
    """What a long task is called."""
    return str(_(TASK_NAMES[kind])) if kind in TASK_NAMES else kind


def unit_of(kind: str) -> str:
    """What a job counts."""
    return UNITS.get(kind, "parts")


def problem_words(problem: dict[str, Any] | None) -> str:
    """Why a task failed, for those who look after the work of a society."""
    if not problem:
        return ""
    return known_words(problem) or str(_("意外错误，已记入运行日志"))


def known_words(problem: dict[str, Any] | None) -> str:
    """Why a task failed, where there is a sentence for it; "" for what nobody foresaw."""
    code = (problem or {}).get("code", "")
    return sentence(code, problem) if code in SENTENCES else ""
