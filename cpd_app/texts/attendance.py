"""Sentences about attendance: what is not edited, what is refused, why something is flagged."""

SENTENCES: dict[str, str] = {
    "event_record": (
        "这条记录由活动签到得出，不能自己改动。有出入时请到活动页写「我在场」，由组织者答复。"
    ),
    # corrections
    "attendance_settled": "活动已结项，出席由学会更正。",
    "own_attendance": "自己的出席要由另一位组织者或学会更正；也可以写「我在场」。",
    "times_missing": "没有签到或签退可依，请把两个时刻都填上。",
    "outside_session": "这段时间不在场次内。请核对场次和时刻。",
    "not_yet": "这个时刻还没有到。",
    "unknown_scan": "没有找到这次扫码。",
    "scan_is_void": "这次扫码已经作废。",
    "too_many_people": "一次最多更正 %(most)s 人，请分几次。",
    # statements
    "answered_already": "已经答复过。不同意时由学会改判。",
    "too_many_statements": "这个活动已写过 %(most)s 次说明，请等组织者答复。",
    "already_said": "已经交给组织者，请等答复。",
    # why somebody should look; never a verdict
    "flag_one_device": "同一部手机为 %(people)s 人扫过码。",
    "flag_old_code": "扫码时，码已经显示了 %(seconds)s 秒。",
    "flag_burst": "一分钟内有 %(people)s 人用同样的旧码签到。",
    "flag_two_rooms": "%(from)s–%(to)s 同时在另一个活动签到。",
    "flag_self_scan": "在门岗给自己扫过码。",
    "flag_same_file": "附件和别人的，或另一个活动的，是同一份文件。",
    "flag_missing_in": "%(at)s 签退，之前没有签到。",
}
