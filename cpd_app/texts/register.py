"""Words of the register: the three levels and the states of a certificate (handbook Q3, Q31)."""

#: level -> code of its name
LEVELS = {
    "apprentice": "level_apprentice",
    "professional": "level_professional",
    "senior": "level_senior",
}
#: state of a certificate -> code of its name
STATES = {
    "active": "certificate_active",
    "waiting": "certificate_waiting",
    "suspended": "certificate_suspended",
    "expired": "certificate_expired",
    "cancelled": "certificate_cancelled",
    "revoked": "certificate_revoked",
}

SENTENCES: dict[str, str] = {
    "level_apprentice": "见习工程会员",
    "level_professional": "专业工程会员",
    "level_senior": "资深工程会员",
    "certificate_active": "有效",
    "certificate_waiting": "未生效",
    "certificate_suspended": "已暂停",
    "certificate_expired": "已到期",
    "certificate_cancelled": "已注销",
    "certificate_revoked": "已撤销",
}
