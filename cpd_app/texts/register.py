"""Words of the register: the three levels and the states of a certificate (handbook Q3, Q31)."""

#: level -> code of its name
LEVELS = {
    "apprentice": "level_apprentice",
    "professional": "level_professional",
    "senior": "level_senior",
}
#: state of a certificate -> code of its name
STATES = {
    "active": "term_state_active",
    "waiting": "term_state_waiting",
    "suspended": "term_state_suspended",
    "expired": "term_state_expired",
    "cancelled": "term_state_cancelled",
    "revoked": "term_state_revoked",
}

SENTENCES: dict[str, str] = {
    "level_apprentice": "见习工程会员",
    "level_professional": "专业工程会员",
    "level_senior": "资深工程会员",
    "term_state_active": "有效",
    "term_state_waiting": "未生效",
    "term_state_suspended": "已暂停",
    "term_state_expired": "已到期",
    "term_state_cancelled": "已注销",
    "term_state_revoked": "已撤销",
}
