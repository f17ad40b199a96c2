"""Sentences of doors: pairing a phone, passes, what a door is told, why a scan is not taken."""

SENTENCES: dict[str, str] = {
    "not_paired": "这部手机没有和这场活动配对，或者已被停用。请向组织者要一个新的配对码。",
    "pairing_unknown": "没有这个配对码。请对照组织者的屏幕再输一次。",
    "pairing_used": "这个配对码已经用过。请组织者再发一个。",
    "pairing_expired": "这个配对码已过期。请组织者再发一个。",
    "pairing_wait": "输错的次数太多，请在 %(minutes)s 分钟后再试。",
    "steward_over": "这个门岗已停用，或活动已经结束。",
    "steward_name_missing": "请给门岗起个名字，不超过 %(most)s 个字，如“东门”。",
    "too_many_stewards": "一场活动最多 %(most)s 个门岗。请先停用不再使用的。",
    "doors_over": "活动已经结束，不能再添加门岗。",
    "wrong_pass": "这不是本场活动的会员码。请对方打开本场活动的会员码再扫，或按姓名查找。",
    "not_on_roster": "名单里没有这个会员号。请按姓名查找，或做现场登记。",
    "whom_unclear": "会员码、名单条目、会员号和现场登记只填一种。",
    "session_unclear": "现在没有或不止一个场次可以签到，请选一个场次。",
    "scan_too_late": "这条扫码已超过 72 小时，不能再计入。请组织者在出席表里更正。",
    "door_not_kept": (
        "这次扫码没有存下来：没有网络，这台设备也存不下。请联网再扫一次，或先记在纸上。"
    ),
    "door_undo_too_late": "只能撤销 10 分钟内的扫码。请组织者在出席表里更正。",
}
