"""The attendance table as rows of a sheet: one row a person, every in and out with its moment."""

from collections.abc import Iterator

from flask_babel import gettext as _

from cpd_app.documents.spreadsheets import Cell
from cpd_app.domain.hours import to_number
from cpd_app.sheets import attendance_words as words
from cpd_app.usecases.attendance_table import Table


def heading() -> list[str]:
    """What stands above the columns."""
    return [
        _("姓名"), _("注册编号"), _("单位"), _("签到"), _("签退"), _("全部进出"), _("计入分钟"),
        _("计入学时"), _("佐证等级"), _("缺签退"), _("更正过"), _("标记"), _("没有记入的原因"),
    ]  # fmt: skip


def rows(table: Table) -> Iterator[list[Cell]]:
    """Times are the event's own, with their day; minutes and hours are numbers."""
    event = table.event
    for line in table.lines:
        one, found = line.light, line.attended
        first = min((s.in_at for s in found.stays), default=None)
        last = max((s.out_at for s in found.stays if s.out_at and not s.assumed), default=None)
        marks = [words.flag_words(f) for f in one.flags] + [words.mark_words(m) for m in one.marks]
        yield [
            one.name,
            one.number or "",
            one.unit or "",
            words.clock_words(first, event, day=True),
            words.clock_words(last, event, day=True),
            _("、").join(words.stay_words(stay, event) for stay in found.stays),
            one.minutes,
            to_number(one.hours),
            line.letter or "",
            _("是") if one.missing_out else "",
            _("是") if one.corrected else "",
            _("、").join(marks),
            words.held_words(one.held),
        ]
