"""What runs in the background, in words: jobs of the clock, long tasks, their states."""

#: job of the clock -> what it does
CLOCK_NAMES: dict[str, str] = {
    "hand-over": "派发后台任务",
    "send-messages": "发出到时的消息",
    "remind": "提醒到期、年度学时和补正",
    "remind-events": "提醒明天的活动",
    "seal-journal": "封存操作日志",
    "settle-attendance": "把考勤换算成学时",
    "ask-leaving": "询问没签退的人",
    "turn-events": "开放和结束活动",
    "judge-standings": "安排更新续期体检的汇总",
    "turn-filings": "检查补正期限",
    "report-acts": "向联合体报告证书变动",
    "expire-terms": "标记到期的证书",
    "clean-up": "清理过期的数据",
    "remove-orphans": "清理没有归属的文件",
    "thin-out-heads": "整理日志封条",
    "backup": "每晚备份",
    "read-bounces": "读取退信",
}

#: kind of a long task -> its name
TASK_NAMES: dict[str, str] = {
    "read_import": "读取导入文件",
    "save_import": "导入",
    "undo_import": "撤销导入",
    "rules_effect": "试算规则的影响",
    "recalculation_trial": "试算重新折算",
    "recalculation": "重新折算",
    "nudge": "催办",
    "dossiers": "打包申请卷宗",
    "standings": "更新续期体检的汇总",
    "relief_for_all": "告知全会减免",
    "relief_withdrawn_all": "告知收回全会减免",
    "calendar_moves": "按新的工作日历改期限",
    "register_sheet": "导出名册",
    "own_export": "导出我的全部资料",
    "closing_package": "结项包",
    "attendance_sheet": "导出出席",
}

#: state of a long task -> its word
JOB_STATES: dict[str, str] = {
    "due": "排队",
    "running": "进行中",
    "done": "完成",
    "failed": "失败",
    "cancelled": "已停下",
}

SENTENCES: dict[str, str] = {
    "no_filings": "这段时间没有收到申请。请换一段时间。",
    "too_many_filings": "一次最多打包 %(most)s 份。请把时间段缩短。",
    "too_much_evidence": "连同佐证超过 %(most)s GB。请把时间段缩短，或不带佐证。",
    "no_room": "服务器的磁盘放不下这么多。请把时间段缩短，或不带佐证。",
    "nothing_to_export": "没有可导出的行。请放宽筛选。",
    "days_the_wrong_way": "最后一天不能早于第一天。",
}
