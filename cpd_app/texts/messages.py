"""What messages say: a title and a text for each kind, here in Chinese.

`message_<kind>[_<variant>]_title` and `…_text`; a text's places are as in domain/messages.py.
A title stands alone in a list and as the subject of a letter, so it says what happened or is due.
"""

SENTENCES: dict[str, str] = {
    "message_expiry_title": "证书还有 %(months)s 个月到期",
    "message_expiry_text": (
        "您的工程会员证书（注册编号 %(number)s）有效期至%(ends_on)s。请看续期体检还缺什么，"
        "并在到期前提交再注册申请。"
    ),
    "message_expiry_days_title": "证书还有 %(days)s 天到期",
    "message_expiry_days_text": (
        "您的工程会员证书（注册编号 %(number)s）有效期至%(ends_on)s，还有 %(days)s 天。"
        "请现在就看续期体检还缺什么，并在到期前提交再注册申请。"
    ),
    "message_year_behind_title": "第 %(year)s 年还缺 %(missing_hours)s 学时",
    "message_year_behind_text": (
        "您的第 %(year)s 个持续职业发展年度到%(ends_on)s结束，还有 %(days)s 天，"
        "还缺 %(missing_hours)s 学时。请最迟在这一天完成活动并记入记录；每年单独计算，"
        "缺的不能用别的年度补。"
    ),
    "message_year_behind_deferred_title": "延期的第 %(year)s 年还缺 %(missing_hours)s 学时",
    "message_year_behind_deferred_text": (
        "您的第 %(year)s 个持续职业发展年度已获准延期，最后一天是%(ends_on)s，还有 %(days)s 天，"
        "还缺 %(missing_hours)s 学时。之后完成的活动，请在记录里选“用来补第 %(year)s 年”。"
    ),
    "message_filed_title": "再注册申请已收到",
    "message_filed_text": (
        "学会已收到您的再注册申请，回执编号 %(number)s。审核进度随时在再注册页查看，"
        "需要您做什么时会再通知您。"
    ),
    "message_returned_title": "再注册申请需要补正",
    "message_returned_text": (
        "您的再注册申请 %(number)s 有 %(points)s 处需要补正。请逐项答复，"
        "最后一天是%(due_on)s；时间不够的，可以申请延长一次。"
    ),
    "message_returned_extended_title": "补正期限已延长",
    "message_returned_extended_text": (
        "您的再注册申请 %(number)s 的补正期限延长到%(due_on)s。请逐项答复，不能再延长。"
    ),
    "message_returned_moved_title": "补正期限改到%(due_on)s",
    "message_returned_moved_text": (
        "放假安排公布了，您的再注册申请 %(number)s 的补正，最后一天由%(before_on)s改到%(due_on)s。"
        "请逐项答复。"
    ),
    "message_returned_overdue_title": "补正期限已过，还可以答复",
    "message_returned_overdue_text": (
        "您的再注册申请 %(number)s 的补正期限到%(due_on)s已过，没有收到答复。"
        "学会作出决定前还可以补交，会注明逾期。请尽快答复。"
    ),
    "message_return_due_title": "补正还剩 %(work_days)s 个工作日",
    "message_return_due_text": (
        "您的再注册申请 %(number)s 还有需要补正的内容没有答复。请逐项答复，最后一天是%(due_on)s。"
    ),
    "message_return_due_last_day_title": "今天是补正的最后一天",
    "message_return_due_last_day_text": (
        "您的再注册申请 %(number)s 还有需要补正的内容没有答复，请在今天（%(due_on)s）24 点前提交。"
    ),
    "message_verifying_asked_title": "学会正在核实您的记录",
    "message_verifying_asked_text": (
        "为审核再注册申请 %(number)s，学会已向%(unit)s发函核实。等待期间审核期限暂停，"
        "您不用做什么。"
    ),
    "message_verifying_answered_title": "核实已有答复",
    "message_verifying_answered_text": (
        "%(unit)s已答复核实函，再注册申请 %(number)s 的审核继续进行。对答复有不同意见的，"
        "可以在进度页说明一次。"
    ),
    "message_verifying_silent_title": "核实没有等到答复",
    "message_verifying_silent_text": (
        "%(unit)s没有答复核实函，再注册申请 %(number)s 的审核继续进行。您可以在进度页说明一次。"
    ),
    "message_decided_passed_title": "再注册申请已获准",
    "message_decided_passed_text": (
        "您的再注册申请 %(number)s 已准予再注册。新证书在“我的证书”里查看和下载。"
    ),
    "message_decided_conditional_title": "再注册申请附条件获准",
    "message_decided_conditional_text": (
        "您的再注册申请 %(number)s 附条件再注册：请补足 %(make_up_hours)s 学时，"
        "最后一天是%(until_on)s，补哪一年写在决定书里。不同意的可以申诉，"
        "最后一天是%(appeal_until_on)s。"
    ),
    "message_decided_refused_title": "再注册申请未获准",
    "message_decided_refused_text": (
        "您的再注册申请 %(number)s 不予再注册，理由写在决定书里。不同意的可以申诉，"
        "最后一天是%(appeal_until_on)s。"
    ),
    "message_decided_appeal_moved_title": "申诉期限改到%(appeal_until_on)s",
    "message_decided_appeal_moved_text": (
        "放假安排公布了，对再注册申请 %(number)s 的决定，申诉的最后一天由%(before_on)s"
        "改到%(appeal_until_on)s。"
    ),
    "message_relief_appeal_moved_title": "申诉期限改到%(appeal_until_on)s",
    "message_relief_appeal_moved_text": (
        "放假安排公布了，对减免申请（%(ground)s）的决定，申诉的最后一天由%(before_on)s"
        "改到%(appeal_until_on)s。"
    ),
    "message_certificate_appeal_moved_title": "申诉期限改到%(appeal_until_on)s",
    "message_certificate_appeal_moved_text": (
        "放假安排公布了，对证书（注册编号 %(number)s）的处理，申诉的最后一天由%(before_on)s"
        "改到%(appeal_until_on)s。"
    ),
    "message_relief_granted_title": "减免申请已批准",
    "message_relief_granted_text": (
        "学会批准了您的申请（%(ground)s）。续期体检已按减免后的要求计算。"
    ),
    "message_relief_partly_title": "减免申请部分批准",
    "message_relief_partly_text": (
        "学会批准了您申请的一部分（%(ground)s），批准了哪些、为什么写在申请页。"
        "不同意的可以申诉，最后一天是%(appeal_until_on)s。"
    ),
    "message_relief_for_all_title": "学会统一减免学时要求",
    "message_relief_for_all_text": (
        "学会对全体会员作了减免（%(ground)s），不用申请。续期体检已按减免后的要求计算。"
    ),
    "message_relief_withdrawn_all_title": "统一减免已收回",
    "message_relief_withdrawn_all_text": (
        "学会收回了对全体会员的减免（%(ground)s）。请在续期体检里看各年度还缺多少学时。"
    ),
    "message_relief_refused_title": "减免申请未获批准",
    "message_relief_refused_text": (
        "学会没有批准您的申请（%(ground)s），理由写在申请页。不同意的可以申诉，"
        "最后一天是%(appeal_until_on)s。"
    ),
    "message_relief_withdrawn_title": "减免已收回",
    "message_relief_withdrawn_text": (
        "学会收回了此前的减免（%(ground)s），理由写在申请页。不同意的可以申诉，"
        "最后一天是%(appeal_until_on)s。"
    ),
    "message_appeal_upheld_title": "申诉结果：维持原决定",
    "message_appeal_upheld_text": (
        "没有参加原决定的人复核了您对%(about)s的申诉，维持原决定。理由在申诉页查看。"
    ),
    "message_appeal_set_aside_title": "申诉结果：撤销原决定",
    "message_appeal_set_aside_text": (
        "没有参加原决定的人复核了您对%(about)s的申诉，原决定已撤销。接下来怎么办在申诉页查看。"
    ),
    "message_appeal_set_aside_act_title": "申诉结果：申诉成立",
    "message_appeal_set_aside_act_text": (
        "没有参加原决定的人复核了您对%(about)s的申诉，认为申诉成立。撤销要由第二个人确认，"
        "生效时会再通知您。"
    ),
    "message_certificate_suspended_title": "您的证书已暂停",
    "message_certificate_suspended_text": (
        "您的工程会员证书（注册编号 %(number)s）自%(effective_on)s起暂停，"
        "依据写在“我的证书”里。不同意的可以申诉，最后一天是%(appeal_until_on)s。"
    ),
    "message_certificate_suspended_asked_title": "已按您的申请暂停证书",
    "message_certificate_suspended_asked_text": (
        "您的工程会员证书（注册编号 %(number)s）自%(effective_on)s起暂停。要恢复时，"
        "在“我的证书”里申请。"
    ),
    "message_certificate_resumed_title": "您的证书已恢复",
    "message_certificate_resumed_text": (
        "您的工程会员证书（注册编号 %(number)s）自%(effective_on)s起恢复有效。"
    ),
    "message_certificate_cancelled_title": "您的证书已注销",
    "message_certificate_cancelled_text": (
        "您的工程会员证书（注册编号 %(number)s）自%(effective_on)s起注销，"
        "依据写在“我的证书”里。不同意的可以申诉，最后一天是%(appeal_until_on)s。"
    ),
    "message_certificate_cancelled_asked_title": "已按您的申请注销证书",
    "message_certificate_cancelled_asked_text": (
        "您的工程会员证书（注册编号 %(number)s）自%(effective_on)s起注销。您的记录仍然保留，"
        "随时可以下载。"
    ),
    "message_certificate_transferred_title": "转会完成",
    "message_certificate_transferred_text": (
        "您已转到新的学会，原来的注册 %(number)s 自%(effective_on)s起注销。"
        "证书有效期和记录跟着您走，新编号在“我的证书”里查看。"
    ),
    "message_certificate_revoked_title": "您的证书已撤销",
    "message_certificate_revoked_text": (
        "您的工程会员证书（注册编号 %(number)s）自%(effective_on)s起撤销，"
        "依据写在“我的证书”里。不同意的可以申诉，最后一天是%(appeal_until_on)s。"
    ),
    "message_certificate_renewed_title": "证书已续期",
    "message_certificate_renewed_text": (
        "您的工程会员证书（注册编号 %(number)s）自%(effective_on)s起进入新的有效期。"
        "新证书在“我的证书”里查看和下载。"
    ),
    "message_certificate_upgraded_title": "证书等级已变更",
    "message_certificate_upgraded_text": (
        "您的工程会员证书（注册编号 %(number)s）自%(effective_on)s起变更等级。"
        "新证书在“我的证书”里查看。"
    ),
    "message_certificate_annulled_title": "此前的处理已作废",
    "message_certificate_annulled_text": (
        "此前对您的工程会员证书（注册编号 %(number)s）的处理自%(effective_on)s起作废，"
        "证书恢复处理前的状态。"
    ),
    "message_certificate_expired_title": "证书有效期已满",
    "message_certificate_expired_text": (
        "您的工程会员证书（注册编号 %(number)s）有效期已于%(effective_on)s届满。能不能、"
        "怎样再注册，在再注册页查看。"
    ),
    "message_certificate_wish_declined_title": "学会没有办理您的申请",
    "message_certificate_wish_declined_text": (
        "学会没有办理您对证书（注册编号 %(number)s）的申请：%(act)s。证书状态不变；"
        "想知道原因，请联系学会。"
    ),
    "message_registered_confirmed_title": "报名成功：%(title)s",
    "message_registered_confirmed_text": "%(starts_at)s 开始。现场扫码签到、签退，学时才能记上。",
    "message_registered_listed_title": "已列入名单：%(title)s",
    "message_registered_listed_text": (
        "主办方把您列入了名单。%(starts_at)s 开始，现场扫码签到、签退，学时才能记上。"
        "不能去的，请在活动页请假。"
    ),
    "message_registered_waiting_title": "已进入候补：%(title)s",
    "message_registered_waiting_text": (
        "名额已满，您在候补名单上。%(starts_at)s 开始；有人让出名额时按先后补上，会通知您。"
    ),
    "message_registered_pending_title": "报名待确认：%(title)s",
    "message_registered_pending_text": "%(starts_at)s 开始。主办方确认后会再通知您。",
    "message_registered_declined_title": "未列入名单：%(title)s",
    "message_registered_declined_text": "主办方没有接受您的报名或签到，理由：%(reason)s。",
    "message_registered_promoted_title": "已补上名额：%(title)s",
    "message_registered_promoted_text": (
        "有人让出了名额，您已报名成功。%(starts_at)s 开始。不能去的，请在活动页取消，让给后面的人。"
    ),
    "message_registered_removed_title": "已移出名单：%(title)s",
    "message_registered_removed_text": (
        "主办方把您移出了名单，%(starts_at)s的活动不用前往。有疑问请联系主办方。"
    ),
    "message_event_tomorrow_title": "明天：%(title)s",
    "message_event_tomorrow_text": (
        "%(starts_at)s 开始，地点：%(place)s。现场扫码签到、签退，学时才能记上。"
    ),
    "message_event_tomorrow_today_title": "今天：%(title)s",
    "message_event_tomorrow_today_text": (
        "%(starts_at)s 开始，地点：%(place)s。现场扫码签到、签退，学时才能记上。"
    ),
    "message_event_changed_changed_title": "时间或地点有变：%(title)s",
    "message_event_changed_changed_text": (
        "现定于%(starts_at)s 开始，地点：%(place)s。不能去的，请在活动页取消。"
    ),
    "message_event_changed_agenda_title": "议程有变：%(title)s",
    "message_event_changed_agenda_text": (
        "开始时间（%(starts_at)s）和地点没有变，场次、议程或可得的学时有变化。"
        "新的安排在活动页查看。"
    ),
    "message_event_changed_cancelled_title": "活动已取消：%(title)s",
    "message_event_changed_cancelled_text": (
        "原定%(starts_at)s 开始的活动已取消，不用前往。原因：%(reason)s。"
    ),
    "message_planned_approved_title": "活动已批准：%(title)s",
    "message_planned_approved_text": (
        "学会批准了活动计划，最多可得 %(given_hours)s 学时。到签到时间自动开放，"
        "也可以在活动页提前开放。"
    ),
    "message_planned_sent_back_title": "活动计划要修改：%(title)s",
    "message_planned_sent_back_text": "学会退回了活动计划：%(reason)s。请在活动页修改后再提交。",
    "message_checked_in_title": "已记 %(given_hours)s 学时：%(title)s",
    "message_checked_in_text": (
        "考勤已换算成学时并记入记录。计算过程在记录里查看；不对的可以在活动页申请更正。"
    ),
    "message_corrected_title": "学时有变化：%(title)s",
    "message_corrected_text": (
        "考勤更正、补传或议程变化后，学时由 %(before_hours)s 变为 %(after_hours)s。"
        "原因和计算过程在考勤页查看；不对的可以申请更正。"
    ),
    "message_answered_accepted_title": "在场说明已接受：%(title)s",
    "message_answered_accepted_text": "您的在场说明已被接受，考勤按它计算。结果在考勤页查看。",
    "message_answered_declined_title": "在场说明未接受：%(title)s",
    "message_answered_declined_text": (
        "您的在场说明没有被接受，答复：%(answer)s。不同意的，可以请学会改判，办法在考勤页。"
    ),
    "message_leaving_title": "请说一下您几点离开",
    "message_leaving_text": (
        "“%(title)s”已结束，没有看到您的签退。请说一下几点离开，否则只能按已有的扫码计算。"
    ),
    "message_leaving_session_title": "请说一下您几点离开",
    "message_leaving_session_text": (
        "“%(title)s”的“%(session)s”已结束，没有看到您的签退。请说一下几点离开，"
        "否则只能按已有的扫码计算。"
    ),
    "message_ruled_title": "学会认定了学时：%(title)s",
    "message_ruled_text": (
        "您申请 %(asked_hours)s 学时，学会认定 %(given_hours)s 学时。理由写在记录里。"
    ),
    "message_rule_changed_title": "规则更新影响您的第 %(year)s 年",
    "message_rule_changed_text": (
        "按新规则（%(version)s）重新计算，"
        "您的第 %(year)s 年（%(starts_on)s至%(last_on)s）由 %(before_hours)s 学时变为 %(after"
        "_hours)s 学时。更早完成的记录仍按原来的规则计算。"
    ),
    "message_match_asked_title": "跨学会重复：对方学会已答复，等本学会",
    "message_match_asked_text": (
        "%(number)s 的一份文件或一项成果也用在另一学会的会员名下。对方学会已经答复。"
        "请看本学会的一边，说是不是同一项。"
    ),
    "message_match_same_title": "跨学会重复已核实：是同一项",
    "message_match_same_text": "%(number)s 和另一学会的会员用的是同一项活动或成果，两人都有份。",
    "message_match_different_title": "跨学会重复已核实：不是同一项",
    "message_match_different_text": (
        "%(number)s 和另一学会的会员用了同一份文件或同一个编号，但不是同一项。请在审核里看是谁的。"
    ),
    "message_assigned_title": "有 %(count)s 份申请交给您审读",
    "message_assigned_text": (
        "有 %(count)s 份再注册申请交给您审读。与申请人有利害关系的，请在申请页申明回避。"
    ),
    "message_nudge_title": "证书到%(last_on)s为止，请补上再注册所缺的内容",
    "message_nudge_text": (
        "学会提醒您，证书（注册编号 %(number)s）到%(last_on)s为止，再注册还有这些没办好："
        "%(gaps)s。%(words)s"
    ),
    "message_nudge_closing_title": "最晚%(file_by_on)s提交再注册申请",
    "message_nudge_closing_text": (
        "学会提醒您，证书（注册编号 %(number)s）到%(last_on)s为止，"
        "再注册申请最晚%(file_by_on)s提交，还有这些没办好：%(gaps)s。%(words)s"
    ),
    "message_trial_title": "这是一条测试消息",
    "message_trial_text": "您看到了它，说明这个渠道能通知到您。",
    "message_about_relief": "减免申请决定",
    "message_about_decision": "再注册决定",
    "message_about_act": "证书处理",
    "message_act_suspended": "暂停证书",
    "message_act_resumed": "恢复证书",
    "message_act_cancelled": "注销证书",
    "message_unsaid": "一条新的通知",
    "message_unsaid_why": "内容请在相关页面查看。",
    "message_place_unsaid": "见活动页",
    "message_version": "第 %(number)s 版",
    # letters
    "message_answer": "去答复",
    "message_see": "查看",
    "message_renew": "去再注册",
    "message_say": "去说明",
    "message_check": "看还缺什么",
    "message_settings": "消息设置",
    "message_greeting": "%(name)s，您好：",
    "message_intro": "您有 %(count)s 条新消息：",
    "message_several": "%(count)s 条消息：%(first)s 等",
    "message_copied": "按钮打不开的，把这个地址复制到浏览器：",
    "message_why": "您的账号登记了 %(email)s，所以收到这封信。请不要直接回复。",
    "message_why_must": (
        "您的账号登记了 %(email)s，所以收到这封信。"
        "到期和再注册申请的通知至少要有一个渠道送到。请不要直接回复。"
    ),
    "message_change": "选择收哪些消息、怎么收、什么时候收",
    "no_channel_left": "到期和补正的通知至少要留一个渠道。请保留邮件或转发中的一项。",
    "daily_in_quiet": "这个时间在免打扰时段里。请换一个时间，或改免打扰时段。",
    "too_many_trials": "测试消息一小时最多发三次，请在 %(minutes)s 分钟后再试。",
}

#: sentences that English writes otherwise for one -> the number that decides
COUNTED: dict[str, str] = {
    "message_expiry_title": "months",
    "message_expiry_days_title": "days",
    "message_expiry_days_text": "days",
    "message_year_behind_text": "days",
    "message_year_behind_deferred_text": "days",
    "message_returned_text": "points",
    "message_return_due_title": "work_days",
    "message_assigned_title": "count",
    "message_assigned_text": "count",
    "too_many_trials": "minutes",
}
