"""The register as rows of a sheet: members with how their year stands, or certificates."""

from datetime import timedelta

from flask_babel import gettext as _

from cpd_app.documents.spreadsheets import Cell
from cpd_app.domain.hours import to_number
from cpd_app.sheets.words import field_name, level_word, reason_word, state_word
from cpd_app.texts.renewal import VERDICTS
from cpd_app.usecases.register_sheets import SheetRow


def heading(subject: str) -> list[str]:
    """What stands above the columns; those of the member list begin as they do on the page."""
    if subject == "certificates":
        return [
            _("编号"), _("姓名"), _("级别"), _("领域"), _("起"), _("有效至"), _("状态"), _("事由"),
        ]  # fmt: skip
    return [
        _("编号"), _("姓名"), _("护照英文姓名"), _("单位"), _("工程技术领域"), _("级别"), _("起"),
        _("有效至"), _("状态"), _("账号"), _("本年度"), _("本年度到"), _("本年度要求学时"),
        _("本年度认可学时"), _("本年度还差学时"), _("本年度进度"), _("各年合计还差学时"),
        _("续期体检"),
    ]  # fmt: skip


def cells(subject: str, one: SheetRow) -> list[Cell]:
    """One registration; days as 2026-10-15, hours as numbers."""
    row = one.row
    starts_on, last_on = row.starts_on.isoformat(), (row.ends_on - timedelta(days=1)).isoformat()
    state = state_word(row.state)
    if subject == "certificates":
        level, field = level_word(row.level), field_name(row)
        reason = reason_word(one.reason)
        return [row.number, row.name, level, field, starts_on, last_on, state, reason]
    return [
        row.number,
        row.name,
        row.name_en or "",
        row.employer or "",
        field_name(row),
        level_word(row.level),
        starts_on,
        last_on,
        state,
        _("已激活") if row.activated else _("未激活"),
        *_year(one),
        to_number(one.missing),
        "" if one.ready is None else _("就绪") if one.ready else _("未就绪"),
    ]


def _year(one: SheetRow) -> list[Cell]:
    year = one.year
    if year is None:
        return [None] * 6
    return [
        year.index,
        year.last_on.isoformat(),
        to_number(year.required),
        to_number(year.recognised),
        to_number(year.missing),
        _(VERDICTS[year.verdict]),
    ]
