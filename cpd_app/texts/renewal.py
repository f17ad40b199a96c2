"""Readiness in words: the name of each check, what it says, and what to do."""

#: code of a check -> its name
CHECK_NAMES: dict[str, str] = {
    "years_met": "每年学时",
    "audit_proof": "经得起审核",
    "evidence": "佐证材料",
    "rulings": "待认定的记录",
    "returns": "退回补正",
    "certificate": "证书状态",
    "society_membership": "学会会籍",
    "summary": "职业发展总结",
    "expiry": "有效期",
}

#: verdict of a year -> its word
VERDICTS: dict[str, str] = {
    "waived": "已减免",
    "ahead": "未开始",
    "met": "达标",
    "on_track": "正常",
    "behind": "落后",
    "short": "未达标",
}

SENTENCES: dict[str, str] = {
    "years_met_ok": "已结束的各年都达标，今年进度正常。",
    "year_short": "第 %(years)s 年还差 %(missing)s 学时，今后的活动补不上这一年。",
    "year_behind": (
        "第 %(year)s 年还差 %(missing)s 学时，还有 %(days_left)s 天，到%(ends_on)s为止。"
    ),
    "audit_proof_ok": "达标各年的学时都经得起审核。",
    "not_audit_proof": "第 %(years)s 年有 %(missing)s 学时佐证不全，现在照计，审核时可能被减。",
    "evidence_ok": "计入学时的记录佐证齐全。",
    "evidence_missing": "%(records)s 条计入学时的记录缺佐证。",
    "rulings_ok": "没有等待学会认定的记录。",
    "ruling_open": "%(records)s 条记录等待学会认定，认定前计 0 学时。",
    "returns_ok": "没有退回补正的材料。",
    "return_open": "有 %(records)s 份材料退回，请在%(due_on)s前答复。",
    "return_overdue": "退回的材料已过%(due_on)s的期限，请联系学会。",
    "certificate_ok": "证书有效。",
    "certificate_suspended": "证书已暂停。暂停期间学时照计，要求也不变。",
    "certificate_cancelled": "证书已注销，不能再注册。",
    "certificate_revoked": "证书已撤销，不能再注册。",
    "barred": "请联系联合体。",
    "society_membership_ok": "学会会籍覆盖证书有效期。",
    "membership_unknown": "没有您的学会会籍到期日，请联系学会登记。",
    "membership_ends": "学会会籍到%(until)s为止，早于证书到期日，请按时续费。",
    "membership_lapsed": "学会会籍已在%(until)s到期，请先恢复会籍。",
    "summary_ok": "职业发展总结字数合适。",
    "summary_missing": "还没有职业发展总结（%(least)s 至 %(most)s 字）。",
    "summary_short": "职业发展总结有 %(characters)s 字，至少 %(least)s 字。",
    "summary_long": "职业发展总结有 %(characters)s 字，至多 %(most)s 字。",
    "expiry_ok": "证书有效期到%(last_on)s，还没到申报再注册的时间。",
    "expires_soon": "证书到%(last_on)s到期，还有 %(days_left)s 天，可以申报再注册。",
    "expired": "证书已在%(last_on)s到期，还没有申报再注册，请尽快联系学会。",
    "unknown_year": "证书没有第 %(year)s 年。请选证书期内的一年。",
    "bad_deferral": "补足期限要在%(first)s到%(last)s之间。请改日期。",
}
