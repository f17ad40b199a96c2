"""Sentences about attendance: what is not edited, what is asked for, what was flagged."""

SENTENCES: dict[str, str] = {
    "event_record": (
        "这条记录由活动签到得出，不能自己改动。有出入时请到活动页写「我在场」，由组织者答复。"
    ),
}
