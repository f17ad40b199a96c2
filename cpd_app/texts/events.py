"""Words of events and their plan, and sentences for what can be refused about them."""

#: state of an event -> code of its name
STATES = {
    "draft": "event_state_draft",
    "submitted": "event_state_submitted",
    "approved": "event_state_approved",
    "open": "event_state_open",
    "closed": "event_state_closed",
    "settled": "event_state_settled",
    "cancelled": "event_state_cancelled",
}
#: who may come -> code of its name
OPEN_TO = {
    "own": "open_to_own",
    "societies": "open_to_societies",
    "list": "open_to_list",
    "public": "open_to_public",
}
#: what a missing out-scan gives -> code of its name
MISSING_OUT = {
    "full": "missing_out_full",
    "until_last_proof": "missing_out_until_last_proof",
    "none": "missing_out_none",
}
#: in a place or online -> code of its name
MODES = {"venue": "mode_venue", "online": "mode_online"}

SENTENCES: dict[str, str] = {
    "changed_it_yourself": "学时是您改的，由同事审批。",
    "event_state_draft": "草稿",
    "event_state_submitted": "待批准",
    "event_state_approved": "已批准",
    "event_state_open": "签到开放",
    "event_state_closed": "已结束",
    "event_state_settled": "已结项",
    "event_state_cancelled": "已取消",
    "open_to_own": "本学会的会员",
    "open_to_societies": "各学会的会员",
    "open_to_list": "名单上的人",
    "open_to_public": "任何人",
    "missing_out_full": "算到结束",
    "missing_out_until_last_proof": "算到最后一次扫码",
    "missing_out_none": "组织者核实前不算",
    "mode_venue": "现场",
    "mode_online": "线上",
    # the plan
    "event_too_long": "活动最长 %(most)s 天。再长的请分成几个活动。",
    "too_many_sessions": "一个活动最多 %(most)s 个场次。",
    "session_ends_before_start": "“%(title)s”的结束早于开始。",
    "session_too_long": "“%(title)s”超过 24 小时。请分成几个场次。",
    "session_outside_event": "“%(title)s”不在活动的时间里。请先改场次，或把活动时间放宽。",
    "rooms_overlap": "“%(title)s”和“%(other)s”同时用%(room)s。请改时间或会场。",
    "too_many_parts": "一个场次最多 %(most)s 个环节。",
    "part_without_title": "有一个环节没有写内容。",
    "part_ends_before_start": "“%(title)s”的结束早于开始。",
    "part_outside_session": "“%(title)s”不在场次的时间里。",
    "parts_overlap": "“%(title)s”和“%(other)s”的时间重合。",
    "speaker_without_name": "“%(title)s”的讲者没有写姓名。",
    "unknown_zone": "没有这个时区。请从列出的选项里选。",
    "no_such_time": "这一刻因夏令时跳过，当地没有。请换一个时刻。",
    "not_an_event_kind": "这一类不按在场时间算学时，不能办成签到活动。",
    "choose_society": "您为几个学会组织活动，请选一个。",
    "pause_outside_day": "休息要在每天的开始和结束之间。",
    "bad_part_time": "请填时刻，例如 09:30。",
    # its states
    "nothing_credited": "还没有计学时的场次。请先排议程。",
    "late_reason_missing": "活动已经开始，请写明为什么现在才报。",
    "reason_missing": "请写明理由。",
    "not_in_this_state": "活动的状态刚变过，这一步不用做了。请看现在的状态。",
    "approval_is_missing": "学会还没有批准现在的计划，批准后再做这一步。",
    "event_not_begun": "活动还没有开始，不能结束签到。不办了请取消。",
    "event_was_scanned": "已有人签到，不能取消。可以提前结束签到。",
    "event_is_over": "活动已经结项或取消，不能再改。",
    "session_was_scanned": "这个场次已有人签到，不能删除。",
    # people who run it
    "too_many_organisers": "一个活动最多邀请 %(most)s 人。",
    "invitation_over": "这个邀请已用过、过期或撤回。请组织者再发一个。",
    # what to look at; nothing is refused
    "parallel_sessions": (
        "有场次同时进行，一个人只能在一处：合计 %(alone)s 分钟，每人最多计 %(minutes)s 分钟。"
    ),
    "long_day": "%(day)s计 %(minutes)s 分钟，超过每天 %(most)s 分钟。请核对休息和用餐。",
    "no_break": "“%(title)s”有 4 小时以上没有休息。请核对茶歇和用餐。",
}
