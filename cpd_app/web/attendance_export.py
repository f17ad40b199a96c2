"""The attendance table as a file: one row a person, every in and out with its moment."""

from collections.abc import Iterable

from cpd_app.documents.spreadsheets import as_text
from cpd_app.usecases.attendance_table import Table
from cpd_app.web import attendance_words as words
from cpd_app.web.filters import hours

HEADING = (
    "姓名", "注册编号", "单位", "签到", "签退", "全部进出", "分钟", "学时", "等级", "缺签退",
    "更正", "标记", "说明",
)  # fmt: skip


def export_rows(table: Table) -> Iterable[list[str]]:
    """Heading and rows; times are the event's own, with their day."""
    event = table.event
    yield list(HEADING)
    for line in table.lines:
        one, found = line.light, line.attended
        first = min((s.in_at for s in found.stays), default=None)
        last = max((s.out_at for s in found.stays if s.out_at and not s.assumed), default=None)
        marks = [words.flag_words(f) for f in one.flags] + [words.mark_words(m) for m in one.marks]
        yield [
            as_text(one.name),
            as_text(one.number or ""),
            as_text(one.unit or ""),
            words.clock_words(first, event, day=True),
            words.clock_words(last, event, day=True),
            "、".join(words.stay_words(stay, event) for stay in found.stays),
            str(one.minutes),
            hours(one.hours),
            line.letter or "",
            "是" if one.missing_out else "",
            "是" if one.corrected else "",
            "、".join(marks),
            words.held_words(one.held),
        ]
