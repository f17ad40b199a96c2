"""Sentences of scanning codes: what became of a scan, and why a code is not taken."""

SENTENCES: dict[str, str] = {
    "wrong_code": "这个签到码不对。请扫会场屏幕上现在的码，或再看一遍 6 位码。",
    "code_expired": "这个签到码已经过期。请扫会场屏幕上现在的码。",
    "checkin_not_open": "签到还没有开始，%(opens)s 起可以扫码。",
    "checkin_closed": "扫码已于 %(closed)s 结束。到过现场的，可以填写「我在场」。",
    "claim_over": "这次扫码已超过 10 分钟。请再扫一次会场屏幕上的码。",
    "claim_used": "这次扫码已由另一个人用过。请再扫一次会场屏幕上的码。",
    "guest_unknown": "请填写手机号或注册编号，学会据此找到您。",
    "undo_too_late": "扫码超过 10 分钟，不能自己撤回。请联系现场的组织者。",
    "scan_undone": "本人撤回了这次扫码",
    "accepted": "已记下。",
    "already_checked_in": "之前已经签到，这次也记下了。",
    "already_checked_out": "之前已经签退，这次也记下了。",
    "not_checked_in": "已记下签退。没有找到签到记录，请组织者补上，或填写「我在场」。",
    "pending": "已记下，等组织者确认后计学时。",
    "rehearsal": "彩排扫码成功，不计学时。",
    "kept_as_statement": "码是真的，但到得太晚，已作为「我在场」交给组织者。",
    "next_check_out": "%(time)s 起扫签退码，入口处和屏幕上都有。",
    "next_hours": "约一分钟后，学时记入您的记录。",
    "next_organiser": "等组织者确认。",
}
