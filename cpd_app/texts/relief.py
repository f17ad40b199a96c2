"""Sentences and words for relief under the contingency plan, make-up hours and appeals."""

SENTENCES: dict[str, str] = {
    "unknown_ground": "学会没有这个事由，或已不再使用。请从列表里选一个。",
    "relief_outside_term": "这段时间不在当前证书有效期内。请改日期。",
    "too_short_for_ground": "这个事由至少要满 %(months)s 个整月。请检查起止日期。",
    "relief_changes_nothing": "这样申请不会改变任何一年的要求。请换一段时间。",
    "too_many_requests": "已有 %(most)s 份申请等待决定。请等学会答复，或先撤回其中一份。",
    "more_than_asked_for": "不能多于会员申请的范围。请改日期。",
    "relief_changed": "这份申请刚有变化。请看过新的状态再决定。",
    "relief_decided": "这份申请已经有结果，不能再改。",
    "relief_not_granted": "这份减免没有生效，不用收回。",
    "nothing_to_go_on_with": "没有停下的告知，不用继续。",
    "wide_only_reduces": "全会统一的事由只能减免，不能延期。",
    "bad_ground_code": "代码只用小写字母、数字和连字符，例如 heat-wave。",
    "ground_exists": "已有这个代码的事由。请换一个代码，或直接改那一个。",
    "cannot_make_up": "这条记录没有计入，不能用来补足。",
    "not_bindable": "这条记录的完成日不在第 %(year)s 年的补足期内。",
    "appeal_too_late": "申诉期限已过，或这个决定不能申诉。可以书面向学会反映。",
    "appealed_already": "对这个决定的申诉已有结果。",
    "appeal_decided": "这份申诉已经有结果。",
    "decided_before": "您参加过原来的决定，这份申诉由其他同事处理。",
}

#: whose practice a default ground follows, for readers of English; the Chinese is its `source`
GROUND_SOURCES_EN: dict[str, str] = {
    "illness": "Default; after ICE (UK), Engineers Ireland and North Dakota",
    "parental": "Default; after ICE (UK) and Engineers Ireland",
    "abroad": "Default",
    "duty": "Default; after North Dakota and South Carolina",
    "unemployed": "Default; after ICE (UK)",
    "retired": "Default; after IET (UK) and ICE (UK)",
    "disaster": "Default; decided by the society for everybody",
}

#: what a ground does
EFFECTS: dict[str, str] = {
    "reduction": "按整月减免",
    "waiver": "免一年",
    "deferral": "延期补足",
}

#: where a request stands
RELIEF_STATES: dict[str, str] = {
    "submitted": "等待决定",
    "granted": "已批准",
    "refused": "未批准",
    "withdrawn": "已撤回",
    "annulled": "已收回",
}

#: where an appeal stands
APPEAL_STATES: dict[str, str] = {
    "open": "等待处理",
    "upheld": "申诉成立",
    "dismissed": "维持原决定",
    "withdrawn": "已撤回",
}

#: what an appeal is against
APPEAL_SUBJECTS: dict[str, str] = {
    "relief": "减免与延期的决定",
    "decision": "再注册审核决定",
    "act": "证书状态的决定",
}
