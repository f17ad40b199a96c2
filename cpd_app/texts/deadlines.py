"""Sentences for deadlines in working days."""

SENTENCES: dict[str, str] = {
    "bad_deadline": "期限要有 1 到 199 个工作日，这里是 %(work_days)s。",
    "deadline_closed": "这个期限已经结束，不能再延长。",
    "extended_already": "期限已经延长过一次，不能再延长。",
}
