"""Sentences for deadlines in working days."""

SENTENCES: dict[str, str] = {
    "bad_deadline": "期限要有 1 到 199 个工作日，这里是 %(work_days)s。",
    "deadline_closed": "这个期限已经结束，不能再延长。",
    "extended_already": "期限已经延长过一次，不能再延长。",
    "deadline_completeness": "完整性检查",
    "deadline_return": "退回补正",
    "deadline_relief": "减免申请",
    "deadline_appeal_decision": "对审核结论的申诉",
    "deadline_appeal_relief": "对减免决定的申诉",
    "deadline_appeal_act": "对证书处理的申诉",
    "notice_line": "第 %(line)s 行没有看懂。请写成：2027-02-05～2027-02-12 休 春节。",
    "notice_year": "第 %(line)s 行的日期不在 %(year)s 年。",
    "notice_twice": "第 %(line)s 行的%(day)s前面已经写过。",
    "notice_weekday": "第 %(line)s 行的%(day)s本来就是工作日，不能是调休上班。",
    "notice_short": "放假不到 %(least)s 天，不像一份完整的通知。请核对后再录入。",
    "notice_which_year": "年份要在 %(first)s 到 %(last)s 之间。",
}
