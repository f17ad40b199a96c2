"""Words of certificates and their public look-up; in both languages where a paper has both."""

#: level -> Chinese and English name of the handbook's Q3
LEVEL_NAMES: dict[str, tuple[str, str]] = {
    "apprentice": ("见习工程会员", "Apprentice Engineer"),
    "professional": ("专业工程会员", "Professional Engineer"),
    "senior": ("资深工程会员", "Senior Professional Engineer"),
}

#: what a certificate on paper says: code -> zh, en
PAPER: dict[str, tuple[str, str]] = {
    "title": ("工程会员证书", "Certificate of Registration"),
    "certifies": ("兹证明", "This is to certify that"),
    "meets": (
        "经评价符合工程能力要求，注册为",
        "has been assessed, meets the competence standard, and is registered as",
    ),
    "number": ("注册编号", "Registration no."),
    "field": ("专业领域", "Field"),
    "society": ("授权学会", "Authorised society"),
    "term": ("有效期", "Valid"),
    "begins": ("此日起生效", "Not valid before"),
    "issued": ("打印日期", "Printed on"),
    "federation": ("中国工程师联合体", "Chinese Society of Engineers"),
    "sample": (
        "示范样式 · 联合体正式版式提供前使用",
        "Sample layout, used until the federation supplies its own",
    ),
    "verify": (
        "扫码核验当前状态。证书可能已暂停、注销或撤销，以核验页为准。",
        "Scan for its present state. It may have been suspended, cancelled or revoked since.",
    ),
}

#: state -> word on the public page, zh and en; the page shows both
PUBLIC_STATES: dict[str, tuple[str, str]] = {
    "active": ("有效", "Valid"),
    "waiting": ("未生效", "Not in force yet"),
    "suspended": ("暂停", "Suspended"),
    "expired": ("有效期届满", "Expired"),
    "in_review": ("有效期届满，再注册审核中", "Expired, re-registration under review"),
    "cancelled": ("注销", "Cancelled"),
    "revoked": ("撤销", "Revoked"),
}
#: act -> word in the public history, zh and en
PUBLIC_ACTS: dict[str, tuple[str, str]] = {
    "issued": ("颁证", "Issued"),
    "renewed": ("再注册", "Re-registered"),
    "upgraded": ("晋级", "Upgraded"),
    "suspended": ("暂停", "Suspended"),
    "resumed": ("恢复有效", "Resumed"),
    "expired": ("有效期届满", "Expired"),
    "cancelled": ("注销", "Cancelled"),
    "revoked": ("撤销", "Revoked"),
    "annulled": ("更正", "Corrected"),
}

SENTENCES: dict[str, str] = {
    "certificate_unknown": "没有查到这个编号的证书。请对照证书上的注册编号再输一次。",
    "too_many_lookups": "这个网络查询得太频繁，请在 %(minutes)s 分钟后再试。",
    "too_many_names": "姓名核对得太频繁，请在 %(minutes)s 分钟后再试。",
    "key_exists": "这个学会已有签名密钥。要换新的，请用 rotate-key。",
    "no_paper_waiting": "证书还没有生效。可以先下载，证书上写明从哪天起生效。",
    "no_paper_suspended": "证书已暂停，恢复后可以下载。",
    "no_paper_expired": "有效期已届满，再注册后可以下载新证书。",
    "no_paper_in_review": "有效期已届满，再注册正在审核，通过后可以下载新证书。",
    "no_paper_cancelled": "证书已注销，不能再下载。",
    "no_paper_revoked": "证书已撤销，不能再下载。",
}
