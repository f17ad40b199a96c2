"""Sentences for what can be refused around rules, recalculation and rulings."""

SENTENCES: dict[str, str] = {
    # versions
    "draft_exists": "已经有一份草案。请先发布或放弃它，再起草新的。",
    "published_already": "这一版已经发布，不能再改。请起草新的一版。",
    "rule_set_invalid": "草案里还有 %(problems)s 处不对，不能试算，也不能发布。请先改好。",
    "not_published": "草案不能采用。请先发布。",
    "adopted_already": "学会已经采用了这一版。",
    "in_future": "这一天还没有到。请检查日期。",
    "value_is_gone": "草案里已经没有这个数值。请重新打开页面再改。",
    "bad_hours": "请填 0 或以上的数，例如 7.5，最多两位小数。",
    "bad_share": "请填 0 或以上的数，例如 0.6，最多四位小数。",
    "bad_whole": "请填 1 或以上的整数。",
    # recalculation
    "not_tried_yet": "请先试算，看过结果再重算。",
    "nothing_to_recalculate": "这一天起的记录都已按现用的版本计算，不用重算。",
    # rulings
    "more_than_asked": "最多认定申请的 %(asked)s 学时。",
    "not_on_step": "学时按 %(step)s 进位，请填它的倍数。",
    "names_the_member": "摘要会作为先例给同事查，请不要写会员姓名。",
    "ruled_meanwhile": "同事刚认定过这条记录。请看过他的认定再决定是否改。",
}
