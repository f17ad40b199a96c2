"""Words of letters about a filing: decision, return, 核实; each in zh and en."""

from cpd_app.texts.complaints import COMMITTEE

#: code -> zh, en
WORDS: dict[str, tuple[str, str]] = {
    "passed": ("准予再注册决定书", "Decision: re-registered"),
    "conditional": ("附条件再注册决定书", "Decision: re-registration on condition"),
    "refused": ("不予再注册决定书", "Decision: re-registration refused"),
    "return": ("补正通知书", "Notice: please add to your filing"),
    "verification": ("核实函", "Request for verification"),
    "dear": ("{name}：", "To {name},"),
    "filing": (
        "再注册申请 {number}，注册编号 {registration}",
        "Filing {number}, registration {registration}",
    ),
    "decided_passed": (
        "您于{filed}提交的再注册申请，经审核准予再注册。注册编号不变，新证书有效期自{starts}起至{ends}止。",
        (
            "Your application filed on {filed} was examined: you are "
            "re-registered. The registration number stays. The new certificate is "
            "valid from {starts} to {ends}."
        ),
    ),
    "decided_conditional": (
        (
            "您于{filed}提交的再注册申请，"
            "经审核附条件再注册：请在{until}前补足下列学时。补足并经确认后，准予再注册。补的学时只计入所补的年"
            "度，不重复计算。"
        ),
        (
            "Your application filed on {filed} was examined: you are re-registered "
            "on condition that the hours below are made up by {until}. They count "
            "for the year they repair and for no other."
        ),
    ),
    "decided_refused": (
        "您于{filed}提交的再注册申请，经审核不予再注册。",
        ("Your application filed on {filed} was examined: re-registration is refused."),
    ),
    "make_up": ("第 {year} 年补 {hours} 学时", "Year {year}: {hours} CPD hours"),
    "reasons": ("理由", "Reasons"),
    "results": ("逐条认定", "Record by record"),
    "record": ("活动记录", "Record"),
    "filed": ("申报折算", "Filed"),
    "left": ("认定学时", "Confirmed"),
    "why": ("说明", "Remark"),
    "accepted": ("认可", "Accepted"),
    "reduced": ("核减", "Reduced"),
    "rejected": ("不认可", "Rejected"),
    "evidence_wanted": ("缺佐证", "Evidence missing"),
    "unjudged": (
        "其余 {number} 条记录未审，不影响本决定。",
        "Records not examined because they were not needed: {number}.",
    ),
    "appeal": ("申诉", "Appeal"),
    "appeal_words": (
        (
            "对本决定不服的，"
            "可以在送达次日起 {days} 个工作日内（最后一天为{last}{provisional}），"
            "在“持续职业发展”的再注册进度页向本学会提出申诉，由没有参加本决定的人复核。申诉期间证书保持原状。"
        ),
        (
            "You may appeal to the society on the page of your filing within {days}"
            " working days (last day {last}{provisional}). People who took no part "
            "in this decision will review it. Meanwhile the certificate stays as "
            "it was."
        ),
    ),
    "provisional": (
        "，当年放假安排公布前为暂定",
        ", provisional until the year's calendar is announced",
    ),
    "complaint": ("意见和投诉", "Complaints"),
    "complaint_words": (COMMITTEE["zh"].sentence, COMMITTEE["en"].sentence),
    "return_words": (
        (
            "您提交的再注册申请需要补正，"
            "请在 {days} 个工作日内（最后一天为{last}{provisional}）在“持续职业发展”里逐项答复。"
            "需要更多时间的，可以申请延长一次。"
        ),
        (
            "Your filing needs something more. Please answer point by point in the "
            "CPD service within {days} working days (last day {last}{provisional})"
            ". You may ask for more time once."
        ),
    ),
    "points": ("需要补正的内容", "What is needed"),
    "whole": ("整份申请", "The filing as a whole"),
    "asks": ("请补正", "Please add"),
    "verify_words": (
        "为审核工程会员再注册申请，请贵单位核实下列与 {name} 有关的活动，并书面答复是否属实。",
        (
            "To examine an application for re-registration, please check the "
            "activities below of {name} and say in writing whether they are true."
        ),
    ),
    "day": ("完成日", "Finished on"),
    "organiser": ("主办单位", "Organiser"),
    "verify_note": (
        "答复请注明本函编号。所列内容只用于本次审核，请勿用于其他用途。",
        ("Please name the number of this letter. Its content serves this examination only."),
    ),
    "suspended": ("暂停证书决定书", "Decision: certificate suspended"),
    "suspended_words": (
        "您的工程会员证书（注册编号 {number}）自{day}起暂停。暂停期间学时照计，年度要求不变。",
        (
            "Your certificate (registration no. {number}) is suspended from {day}. Meanwhile hours "
            "count as before, and so does the requirement of each year."
        ),
    ),
    "resumed": ("恢复证书通知书", "Notice: certificate resumed"),
    "resumed_words": (
        "您的工程会员证书（注册编号 {number}）自{day}起恢复有效。",
        "Your certificate (registration no. {number}) is in force again from {day}.",
    ),
    "cancelled": ("注销证书决定书", "Decision: certificate cancelled"),
    "cancelled_words": (
        "您的工程会员证书（注册编号 {number}）自{day}起注销。",
        "Your certificate (registration no. {number}) is cancelled from {day}.",
    ),
    "revoked": ("撤销证书决定书", "Decision: certificate revoked"),
    "revoked_words": (
        "您的工程会员证书（注册编号 {number}）自{day}起撤销，不得再申请工程会员注册。",
        (
            "Your certificate (registration no. {number}) is revoked from {day}. No further "
            "registration can be applied for."
        ),
    ),
    "annulled": ("更正通知书", "Notice of correction"),
    "annulled_words": (
        (
            "此前对您的工程会员证书（注册编号 {number}）作出的处理自{day}起作废，"
            "证书恢复处理前的状态。"
        ),
        (
            "What was done before to your certificate (registration no. {number}) is set aside "
            "from {day}. The certificate stands as it stood before."
        ),
    ),
    "certificate": ("注册编号：{number}", "Registration no. {number}"),
    "basis": ("依据", "Basis"),
    "document": ("文号", "Document"),
    "appeal_act_words": (
        (
            "对本决定不服的，可以在送达次日起 {days} 个工作日内（最后一天为{last}{provisional}），"
            "在“持续职业发展”的证书页向本学会提出申诉，由没有参加本决定的人复核。"
        ),
        (
            "You may appeal to the society on the page of your certificate within {days} working "
            "days (last day {last}{provisional}). People who took no part in this decision will "
            "review it."
        ),
    ),
    "sample": ("示范样式", "Sample"),
    "seal": ("（盖章）", "(seal)"),
    "number": ("编号", "No."),
    "page": ("第 {page} 页，共 {pages} 页", "Page {page} of {pages}"),
    "no_glyph": ("〓 代替字库里没有的字：", "〓 stands for characters that no font here has:"),
}


def words(language: str) -> dict[str, str]:
    """All words of letters in zh or en."""
    return {code: pair[language == "en"] for code, pair in WORDS.items()}
