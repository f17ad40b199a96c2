"""Sentences for the refusals of domain.md §4 and of what a member does with a record."""

SENTENCES: dict[str, str] = {
    # conversion, in the order in which it is checked
    "unknown_kind": "没有这一类活动，或学会没有启用它。请换一类。",
    "unknown_field": "这一类活动没有这一项。",
    "choose_one": "时长、天数或次数只填一种。",
    "missing_field": "请填写这一项。",
    "unknown_value": "请从列出的选项里选一个。",
    "ends_before_start": "结束早于开始。请检查日期或时刻。",
    "bad_value": "请填一个有效的数值，例如 120。",
    "too_many_minutes": (
        "超过了每天 450 分钟的上限，这里最多 %(most)s 分钟。跨几天的活动请填开始日期。"
    ),
    "too_many_days": "超过了活动跨越的 %(most)s 天。请检查开始和结束日期。",
    "no_ruling_needed": "这一类活动按折算表计学时，不需要认定。",
    # at entry
    "not_finished_yet": "这一天还没有到。活动结束后再记。",
    "no_rule_set": "这一天没有适用的折算表，没有保存。请联系学会。",
    "no_registration": "您的账号还没有注册编号，没有保存。请联系学会。",
    "bad_day": "请填一个日期，例如 2026-10-15。",
    "bad_time": "请填 24 小时制的时刻，例如 09:30。",
    "too_long": "太长了，最多 %(most)s 个字。",
    "both_times": "开始和结束的时刻要么都填，要么都不填。",
    "key_reused": "这一条已经保存过，内容与这次不同。请从记录里打开它再改。",
    # what is done with a record
    "withdrawn": "这条记录已撤回。要改它，请先恢复。",
    "not_a_draft": "这条记录已经不是草稿。请从记录里打开它再改。",
    "not_proposed": "这条记录不需要确认，或已经确认过。",
    "same_record": "请选另一条记录。",
    "bad_secrecy": "上传照片或文件前，请说明内容是否涉密。",
}
