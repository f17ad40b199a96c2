"""催办 in words: what a member lacks, why somebody is left out, what came of a call."""

#: why somebody who was chosen is left out -> the words after their number
LEFT_OUT: dict[str, str] = {
    "recently": "7 天内已催过",
    "same_person": "同一人的另一项注册会催办",
    "nothing": "不缺什么",
    "silent": "已停发通知",
    "no_phone": "没有手机号",
    "oneself": "是您自己",
    "gone": "不再能续期",
}

#: what came of a call -> its words
OUTCOMES: dict[str, str] = {
    "reached": "联系上了",
    "no_answer": "没有接听",
    "wrong_number": "号码不对",
    "will_file": "答应申请",
    "gives_up": "不再续期",
}

SENTENCES: dict[str, str] = {
    "gap_not_activated": "账号还没有激活",
    "gap_year_short": "第 %(years)s 年差 %(missing_hours)s 学时",
    "gap_year_behind": "第 %(year)s 年差 %(missing_hours)s 学时，到%(ends_on)s为止",
    "gap_not_audit_proof": "第 %(years)s 年有 %(missing_hours)s 学时佐证不全",
    "gap_evidence": "%(records)s 条记录缺佐证",
    "gap_return": "退回补正要在%(due_on)s前答复",
    "gap_return_overdue": "退回补正没有在%(due_on)s前答复",
    "gap_membership_unknown": "学会会籍的到期日没有登记",
    "gap_membership_lapsed": "学会会籍已在%(until_on)s到期",
    "gap_membership_ends": "学会会籍到%(until_on)s为止，早于证书到期日",
    "gap_summary": "职业发展总结还没有写",
    "gap_summary_length": "职业发展总结有 %(characters)s 字，要 %(least)s 至 %(most)s 字",
    "gap_not_filed": "还没有提交再注册申请",
    "nobody_to_nudge": "选的人都不用催。请换一个筛选。",
    "note_too_long": "电话记录最多 %(most)s 个字，现在有 %(length)s 个字。请写短一些。",
    "words_too_long": "附言最多 200 个字。请写短一些。",
}

#: sentences that English writes otherwise for one -> the number that decides
COUNTED: dict[str, str] = {"gap_evidence": "records"}
