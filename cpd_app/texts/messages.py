"""What messages say: a title and a text for each kind, here in Chinese.

`message_<kind>[_<variant>]_title` and `…_text`; a text's places are as in domain/messages.py.
A title stands alone in a list and as the subject of a letter, so it says what happened or is due.
"""

SENTENCES: dict[str, str] = {
    "message_expiry_title": "证书还有 %(months)s 个月到期",
    "message_expiry_text": (
        "你的工程会员证书（注册编号 %(number)s）有效期至%(ends_on)s。请看续期体检还缺什么，"
        "并在到期前提交再注册申请。"
    ),
    "message_year_behind_title": "第 %(year)s 年还缺 %(missing_hours)s 学时",
    "message_year_behind_text": (
        "你的第 %(year)s 个持续职业发展年度到%(ends_on)s结束，还有 %(days)s 天，"
        "还缺 %(missing_hours)s 学时。每年都要满 50 学时，缺的不能用别的年度补。"
    ),
    "message_filed_title": "再注册申请已收到",
    "message_filed_text": "学会已收到你的再注册申请，回执编号 %(number)s。进度在再注册页查看。",
    "message_returned_title": "再注册申请需要补正",
    "message_returned_text": (
        "你的再注册申请 %(number)s 有 %(points)s 处需要补正。请在%(due_on)s前逐项答复；"
        "需要更多时间的，可以申请延长一次。"
    ),
    "message_return_due_title": "补正还剩 %(work_days)s 个工作日",
    "message_return_due_text": (
        "你的再注册申请 %(number)s 还有需要补正的内容没有答复，最后一天是%(due_on)s。"
    ),
    "message_verifying_asked_title": "学会正在核实你的记录",
    "message_verifying_asked_text": (
        "为审核再注册申请 %(number)s，学会已向%(unit)s发函核实。等待期间审核期限暂停，"
        "你不用做什么。"
    ),
    "message_verifying_answered_title": "核实已有答复",
    "message_verifying_answered_text": (
        "%(unit)s已答复核实函，再注册申请 %(number)s 的审核继续进行。"
    ),
    "message_decided_passed_title": "再注册申请已获准",
    "message_decided_passed_text": (
        "你的再注册申请 %(number)s 已准予再注册。新证书在“我的证书”里查看和下载。"
    ),
    "message_decided_conditional_title": "再注册申请附条件获准",
    "message_decided_conditional_text": (
        "你的再注册申请 %(number)s 附条件再注册：请按决定书补足学时。补什么、到哪天，"
        "决定书里都写明了。"
    ),
    "message_decided_refused_title": "再注册申请未获准",
    "message_decided_refused_text": (
        "你的再注册申请 %(number)s 不予再注册。理由和申诉的办法写在决定书里。"
    ),
    "message_relief_granted_title": "减免申请已批准",
    "message_relief_granted_text": (
        "学会批准了你的申请（%(ground)s）。续期体检已按减免后的要求计算。"
    ),
    "message_relief_refused_title": "减免申请未获批准",
    "message_relief_refused_text": (
        "学会没有批准你的申请（%(ground)s）。理由和申诉的办法在申请页查看。"
    ),
    "message_relief_withdrawn_title": "减免已收回",
    "message_relief_withdrawn_text": (
        "学会收回了此前的减免（%(ground)s）。理由和申诉的办法在申请页查看。"
    ),
    "message_appeal_upheld_title": "申诉结果：维持原决定",
    "message_appeal_upheld_text": (
        "没有参加原决定的人复核了你的申诉 %(number)s，维持原决定。理由在申诉页查看。"
    ),
    "message_appeal_set_aside_title": "申诉结果：撤销原决定",
    "message_appeal_set_aside_text": (
        "没有参加原决定的人复核了你的申诉 %(number)s，原决定已撤销。接下来怎么办在申诉页查看。"
    ),
    "message_certificate_suspended_title": "你的证书已暂停",
    "message_certificate_suspended_text": (
        "你的工程会员证书（注册编号 %(number)s）自%(effective_on)s起暂停。"
        "依据和申诉的办法在“我的证书”里查看。"
    ),
    "message_certificate_resumed_title": "你的证书已恢复",
    "message_certificate_resumed_text": (
        "你的工程会员证书（注册编号 %(number)s）自%(effective_on)s起恢复有效。"
    ),
    "message_certificate_cancelled_title": "你的证书已注销",
    "message_certificate_cancelled_text": (
        "你的工程会员证书（注册编号 %(number)s）自%(effective_on)s起注销。"
        "依据和申诉的办法在“我的证书”里查看。"
    ),
    "message_certificate_revoked_title": "你的证书已撤销",
    "message_certificate_revoked_text": (
        "你的工程会员证书（注册编号 %(number)s）自%(effective_on)s起撤销。"
        "依据和申诉的办法在“我的证书”里查看。"
    ),
    "message_certificate_upgraded_title": "证书等级已变更",
    "message_certificate_upgraded_text": (
        "你的工程会员证书（注册编号 %(number)s）自%(effective_on)s起变更等级。"
        "新证书在“我的证书”里查看。"
    ),
    "message_certificate_annulled_title": "此前的处理已作废",
    "message_certificate_annulled_text": (
        "此前对你的工程会员证书（注册编号 %(number)s）的处理自%(effective_on)s起作废，"
        "证书恢复处理前的状态。"
    ),
    "message_certificate_expired_title": "证书有效期已满",
    "message_certificate_expired_text": (
        "你的工程会员证书（注册编号 %(number)s）有效期已满。能不能、怎样再注册，在再注册页查看。"
    ),
    "message_registered_confirmed_title": "报名成功：%(title)s",
    "message_registered_confirmed_text": "%(starts_at)s开始。现场扫码签到、签退，学时才能记上。",
    "message_registered_pending_title": "报名待确认：%(title)s",
    "message_registered_pending_text": "%(starts_at)s开始。主办方确认后会再通知你。",
    "message_registered_declined_title": "报名未通过：%(title)s",
    "message_registered_declined_text": "主办方没有接受这次报名，理由在活动页查看。",
    "message_registered_promoted_title": "已补上名额：%(title)s",
    "message_registered_promoted_text": "有人让出了名额，你已报名成功。%(starts_at)s开始。",
    "message_event_tomorrow_title": "明天：%(title)s",
    "message_event_tomorrow_text": (
        "%(starts_at)s开始，地点：%(place)s。现场扫码签到、签退，学时才能记上。"
    ),
    "message_event_changed_changed_title": "活动有变化：%(title)s",
    "message_event_changed_changed_text": (
        "现在是%(starts_at)s开始，地点：%(place)s。其他变化在活动页查看。"
    ),
    "message_event_changed_cancelled_title": "活动已取消：%(title)s",
    "message_event_changed_cancelled_text": "原定%(starts_at)s开始的活动已取消，不用前往。",
    "message_checked_in_title": "已记 %(given_hours)s 学时：%(title)s",
    "message_checked_in_text": (
        "考勤已换算成学时并记入记录。计算过程在记录里查看；不对的可以在活动页申请更正。"
    ),
    "message_corrected_title": "考勤有更正：%(title)s",
    "message_corrected_text": (
        "主办方更正了考勤，学时由 %(before_hours)s 变为 %(after_hours)s。计算过程在记录里查看。"
    ),
    "message_leaving_title": "请说一下你几点离开",
    "message_leaving_text": (
        "“%(title)s”的“%(session)s”已结束，没有看到你的签退。请说一下几点离开，"
        "否则只能按已有的扫码计算。"
    ),
    "message_rule_changed_title": "规则更新影响你的 %(year)s 年",
    "message_rule_changed_text": (
        "按新规则（%(version)s），"
        "你的 %(year)s 年由 %(before_hours)s 学时变为 %(after_hours)s 学时。"
        "更早完成的记录仍按原来的规则计算。"
    ),
    "message_nudge_title": "请补上再注册所缺的内容",
    "message_nudge_text": "学会提醒你，注册编号 %(number)s 的再注册还缺：%(gaps)s。%(words)s",
    "message_trial_title": "这是一条测试消息",
    "message_trial_text": "你看到了它，说明这个渠道能通知到你。",
    "no_channel_left": "到期和补正的通知至少要留一个渠道。请保留邮件或转发中的一项。",
    "daily_in_quiet": "这个时间在免打扰时段里。请换一个时间，或改免打扰时段。",
    "too_many_trials": "测试消息一小时最多发三次，请在 %(minutes)s 分钟后再试。",
}
