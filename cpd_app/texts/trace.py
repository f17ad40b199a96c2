"""The arithmetic of a record in sentences, from the stored steps of trace and reasons."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cpd_app.domain.hours import format_hours

Said = Mapping[str, Any]
NameOf = Callable[[Any], str | None]

ABOUT_ANOTHER = {"counts_once": "winner", "same_activity": "other"}
NOT_IN_TABLE = (
    "学会的折算表不收这样的记录，不计学时",
    "The society's table does not take such a record: nothing is counted",
)
WHOLE_SENTENCES = {
    "outside_term": (
        "完成日不在证书有效期内，不计学时",
        "The finishing day lies outside the certificate's term: nothing is counted",
    ),
    "nothing_applies": (
        "折算表对这条记录没有给出学时",
        "The table gives nothing for this record",
    ),
    "withdrawn": ("记录已撤回，不计学时", "The record was withdrawn: nothing is counted"),
    "left_out": (
        "本人没有把它计入这个注册",
        "The member left it out of this registration",
    ),
    "not_in_table": NOT_IN_TABLE,
    "unknown_kind": NOT_IN_TABLE,
}
AMOUNTS = ("per_minutes", "fixed", "per_unit", "per_full", "table")


def trace_lines(
    steps: Iterable[Said], language: str = "zh", name_of: NameOf | None = None
) -> list[str]:
    """One sentence for each thing that happened, in order, in zh or en.

    `steps` are a trace, or a trace followed by the reasons of the allocation. `name_of` gives
    the title of another record named by a reason.
    """
    english = language.startswith("en")
    lines: list[str] = []
    formula, hours = "", 0
    for step in steps:
        rule = str(step.get("rule") or step.get("code"))
        if rule in AMOUNTS:
            formula = _amount(rule, step, english=english)
        elif rule == "factor":
            formula += f" × {_name(step, english=english)} {step['factor']} = {step['result']}"
        elif rule == "step":
            lines.append(f"{formula} → {_h(step['hours'], english=english)}")
            formula = ""
        else:
            if formula:
                lines.append(formula if rule == "zero_when" else _ended(formula, english=english))
                formula = ""
            lines.append(_other(rule, step, hours, name_of, english=english))
        hours = step.get("hours", hours)
    if formula:
        lines.append(_ended(formula, english=english))
    return lines


def _amount(rule: str, step: Said, *, english: bool) -> str:
    match rule:
        case "per_minutes":
            weight = "" if step["weight"] == "1" else f" × {step['weight']}"
            minutes = f"{step['minutes']} {'min' if english else '分钟'}"
            return f"{minutes} ÷ {step['per']}{weight} = {step['value']}"
        case "per_unit":
            unit = step["unit"]["en" if english else "zh"]
            count = f"{unit}: {step['count']}" if english else f"{step['count']} {unit}"
            return f"{count} × {step['each']} = {format_hours(step['hours'])}"
        case "per_full":
            return _per_full(step, english=english)
        case "table":
            cells = [cell["en" if english else "zh"] for cell in step["by"]]
            names = ", ".join(cells) if english else "".join(cells)
            return f"{names} {format_hours(step['hours'])}"
    return f"{'Each' if english else '每项'} {format_hours(step['hours'])}"


def _per_full(step: Said, *, english: bool) -> str:
    unit = step["unit"]["en" if english else "zh"]
    count, size = f"{step['count']:,}", f"{step['size']:,}"
    if english:
        most = "" if step["most"] is None else f", at most {step['most']}"
        text = f"{unit}: {count}, {step['full']} full {size} × {step['each']}{most}"
    else:
        most = "" if step["most"] is None else f"，至多 {step['most']}"
        text = f"{count} {unit}，满 {step['full']} 个 {size} × {step['each']}{most}"
    return f"{text} = {format_hours(step['hours'])}"


def _other(rule: str, step: Said, before: int, name_of: NameOf | None, *, english: bool) -> str:
    """The sentence of a step that stands on a line of its own."""
    if rule in ABOUT_ANOTHER:
        other = name_of(step[ABOUT_ANOTHER[rule]]) if name_of else None
        return _about_another(rule, other, english=english)
    if rule in WHOLE_SENTENCES:
        return WHOLE_SENTENCES[rule][english]
    now = _h(step.get("hours", 0), english=english)
    if rule in ("needs_ruling", "ruled"):
        return _ruling(rule, step, now, english=english)
    if rule == "zero_when":
        return f"{_name(step, english=english)} → {now}"
    return f"{_cut(rule, step, english=english)}{format_hours(before)} → {now}"


def _cut(rule: str, step: Said, *, english: bool) -> str:
    """Why hours are fewer than they were: item cap, deduction, year cap."""
    if rule == "item_cap":
        cap = _cap(step, english=english)
        return f"At most {cap} for one record: " if english else f"单项上限 {cap}："
    if rule == "confirmed":
        return "Confirmed in the audit: " if english else "再注册审核认定："
    name = _name(step, english=english)
    if rule == "deducted":
        taken = _h(step["hours_deducted"], english=english)
        if english:
            return f"Less {taken} already counted as “{name}”: "
        return f"扣除已计“{name}”{taken}："
    cap = format_hours(step["cap"])
    return f"Year cap of “{name}” {cap}: " if english else f"“{name}”年度上限 {cap}："


def _cap(step: Said, *, english: bool) -> str:
    cap = format_hours(step["cap"])
    if "per_day" not in step:
        return cap
    per_day = format_hours(step["per_day"])
    if english:
        return f"{per_day} a day × {step['days']} = {cap}"
    return f"每天 {per_day} × {step['days']} 天 = {cap}"


def _ruling(rule: str, step: Said, now: str, *, english: bool) -> str:
    if "asked" not in step:
        return "Waits for the society's ruling" if english else "等待学会认定"
    asked = _h(step["asked"], english=english)
    if rule == "ruled":
        return f"Asked {asked}, ruled {now}" if english else f"申请 {asked}，学会认定 {now}"
    if english:
        return f"Asked {asked}; 0.0 until the society has ruled"
    return f"申请 {asked}，学会认定前计 0.0"


def _about_another(rule: str, title: str | None, *, english: bool) -> str:
    if english:
        other = f"“{title}”" if title else "another record"
        if rule == "counts_once":
            return f"The same achievement counts once: it is counted in {other}"
        return f"Overlaps in time with {other}, held at 0.0: the same activity?"
    other = f"“{title}”" if title else "另一条记录"
    if rule == "counts_once":
        return f"同一成果只计一次，已计在{other}"
    return f"与{other}时间重叠，先计 0.0：同一活动？"


def _ended(formula: str, *, english: bool) -> str:
    return f"{formula} {'h' if english else '学时'}"


def _h(hours: int, *, english: bool) -> str:
    return f"{format_hours(hours)} {'h' if english else '学时'}"


def _name(step: Said, *, english: bool) -> str:
    return str(step["en" if english else "zh"])
