"""Columns of the import files as people call them, and sentences about files and their rows."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column of a file: its code stands in the heading, its names may stand there too."""

    code: str
    zh: str
    en: str


def _columns(text: str) -> tuple[Column, ...]:
    return tuple(Column(*(p.strip() for p in line.split("|"))) for line in text.strip().split("\n"))


#: heading of a members file; order is that of the template
MEMBER_COLUMNS = _columns(
    """
    login | 账号 | Account
    name | 姓名 | Name
    email | 邮箱 | E-mail
    society | 学会代码 | Society
    registration_no | 注册编号 | Registration no.
    level | 级别 | Level
    field | 工程技术领域 | Field
    starts_on | 证书起始日 | Valid from
    phone | 手机号 | Mobile
    employer | 工作单位 | Employer
    name_en | 护照英文姓名 | Name in passport
    specialty | 专业类别 | Specialty
    ends_on | 证书截止日 | Valid until
    state | 证书状态 | Certificate state
    society_member_no | 学会会员号 | Membership no.
    membership_until | 会籍截止日 | Membership until
    """
)

#: heading of a records file; the kinds' own fields are named by the rule set too
ACTIVITY_COLUMNS = _columns(
    """
    login | 账号 | Account
    kind | 活动类别 | Kind
    title | 名称 | Title
    organiser | 主办单位 | Organiser
    started_on | 开始日期 | Started on
    ended_on | 结束日期 | Finished on
    minutes | 净时长（分钟） | Minutes
    days | 天数 | Days
    stated_hours | 标明学时 | Hours stated
    level | 级别 | Level
    rank | 本人排名 | Own rank
    work | 工作内容 | Work
    tier | 刊物类别 | Tier
    characters | 字数 | Characters
    role | 角色 | Role
    translated | 译著 | Translated
    patent_type | 专利类型 | Patent type
    events | 次数 | Times
    papers | 审稿篇数 | Papers refereed
    repeat | 重复授课 | Repeated
    abroad | 境外 | Abroad
    hours_asked | 申请学时 | Hours asked for
    achievement_key | 成果标识 | Achievement key
    """
)

#: what an export says besides; `record_id` keeps an export that is imported from doubling
EXPORT_COLUMNS = _columns(
    """
    place | 地点 | Place
    reflection | 心得 | Reflection
    state | 状态 | State
    registration_no | 注册编号 | Registration no.
    year | 年度 | Year
    conversion_hours | 折算学时 | Converted hours
    claimed_hours | 申报学时 | Claimed hours
    recognised_hours | 认可学时 | Recognised hours
    assurance | 佐证等级 | Assurance
    evidence | 佐证数 | Files
    record_id | 记录号 | Record
    """
)

SENTENCES: dict[str, str] = {
    # the file
    "file_missing": "请选择一个 CSV 或 XLSX 文件。",
    "file_empty": "文件里没有内容。请检查后再传。",
    "file_unknown": "请传 CSV 或 XLSX 文件。旧的 .xls 请先在 Excel 里另存为 .xlsx。",
    "file_broken": "这个文件打不开，可能没有存完整。请在 Excel 里另存一次再传。",
    "file_bomb": "这个文件展开后太大。请只保留要导入的那张表。",
    "file_encoding": "读不出文件的文字。请存为 UTF-8 编码的 CSV，或 XLSX。",
    "too_many_rows": "一次最多 %(most)s 行。请分成几个文件。",
    "columns_missing": "缺少这些列：%(columns)s。请对照模板检查第一行。",
    "column_twice": "“%(column)s”这一列出现了两次。请只留一列。",
    "columns_ignored": "这些列不认识，没有读：%(columns)s。",
    # a row
    "too_many_cells": "这一行比标题多出几格。请检查是否多了分隔符。",
    "bad_number": "“%(found)s”不是一个数。请填数字，例如 120。",
    "bad_boolean": "“%(found)s”不是 true 或 false。",
    "bad_date": "“%(found)s”不是一个日期。请写成 2026-10-15。",
    "bad_character": "这一格含有不能保存的字符。请重新输入这一格。",
    "unknown_login": "没有找到“%(login)s”这个账号。请先导入会员，或检查写法。",
    "not_your_own": "“%(login)s”不是您的账号。这里只能导入自己的记录。",
    "not_yourself": "不能由本人导入自己的记录或注册。请由另一位注册管理员来做。",
    "other_society": "这一行属于“%(society)s”，不是您管理的学会。",
    # what is only said
    "column_not_used": "这一类活动没有这一项，已忽略。",
    "outside_term": "结束日期不在任何证书有效期内，计 0 学时。",
    "field_to_map": "“%(text)s”不在领域目录里，先按原文保存，待对应。",
    "contact_kept": "账号已激活，联系方式不由导入更改，保留原来的。",
    "name_changed": "姓名由“%(former)s”改为“%(name)s”，旧名仍保留。",
    "term_corrected": "更正了自 %(starts_on)s 起的证书有效期。",
    "term_cut": "晋级：原证书有效期到 %(ends_on)s 为止。",
    "gives_nothing": "按折算规则，这一条得 0 学时。",
    # why a row stays when its import is taken back
    "kept_changed": "之后改动过，保留。",
    "kept_filed": "已随再注册提交，保留。",
    "kept_bound": "已用来补前面的年度，保留。要撤销，请先改回本年。",
    "kept_relief": "注册上有减免或减免申请，保留。",
    "kept_in_use": "之后已在使用，保留。",
    # an import as a whole
    "import_has_bad_rows": "有 %(bad)s 行不能导入，因此一行也没有保存。",
    "import_not_previewed": "这次导入已经确认过，或已放弃。",
    "import_not_done": "只有已完成的导入才能撤销。",
    "import_too_old": "导入超过 %(days)s 天后不能撤销。请逐条更正。",
    "import_nothing": "没有可以导入的行。",
    "job_is_over": "这项工作已经结束。",
    "job_must_end": "这项工作要做完，不能停下。",
    "worker_died": "处理多次中断，没有完成。请再试一次；仍不行请告诉学会。",
}

#: what an import is called while it goes through its states
STATES: dict[str, str] = {
    "reading": "正在读取",
    "previewed": "待确认",
    "saving": "正在导入",
    "done": "已导入",
    "undoing": "正在撤销",
    "undone": "已撤销",
    "discarded": "已放弃",
    "failed": "没有读成",
}
