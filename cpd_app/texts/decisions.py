"""Sentences of returns, verification and decisions; words of their states."""

SENTENCES: dict[str, str] = {
    # completeness and return
    "complete_already": "完整性检查已经做过了。",
    "nothing_asked": "请至少写一项要补正的内容。",
    "return_closed": "这次退回已经答复或结束，不能再改。",
    "asked_already": "已经申请过延长，请等学会答复。",
    "nothing_answered": "还没有写答复，也没有附文件。请先答复至少一项。",
    # verification
    "no_record_named": "请选要核实的记录，最多 50 条。",
    "verification_answered": "这封核实函的答复已经登记过了。",
    "not_answered_yet": "单位还没有答复，请等答复后再说明。",
    "said_already": "您已经说明过了，学会能看到。",
    # deciding
    "year_not_met": "第 %(year)s 年还差 %(missing)s 学时，不能通过。",
    "nothing_to_make_up": "各年都达到要求，没有要补的学时。请选通过。",
    "make_up_missing": "第 %(year)s 年没有达到要求，请填要补的学时。",
    "make_up_too_little": "第 %(year)s 年差 %(missing)s 学时，要补的学时不能比它少。",
    "make_up_too_late": "补足的日期要在今天之后，最晚%(last)s。",
    "not_conditional": "只有附条件通过才写要补的学时和日期。",
    "conditional_once": "已经附条件通过过一次。请选通过或不予再注册。",
    "more_readers_needed": "学会要求每份档案至少 %(readers)s 人审阅，还没有到齐。",
    "own_file": "这是您本人的档案，由同事处理。",
    "same_employer": "您和这位会员在同一单位，这份档案由别的同事处理。",
    "second_person": "要由提出人以外的另一位来确认。",
    "decided_already": "这项决定刚有同事处理过。请看过最新状态。",
    "renewed_already": "这个证书期已经有了下一期，不能再次通过。",
    # passing together
    "nothing_chosen": "请至少选一份档案。",
    "too_many_chosen": "一次最多 %(most)s 份。请分几次。",
    "nothing_passable": "选的档案现在都不能一起通过，原因在各行里。",
    "unchecked_record": "有计入学时的记录还没核对（E 或 F）。",
    "open_check": "有一项检查没有通过。",
    "judged_down": "有记录被核减、不认可或要佐证。",
    "other_state": "状态已经变了。",
}

#: outcome -> zh, en, as letters and pages name it
OUTCOMES: dict[str, tuple[str, str]] = {
    "passed": ("准予再注册", "Re-registered"),
    "conditional": ("附条件再注册", "Re-registration on condition"),
    "refused": ("不予再注册", "Re-registration refused"),
}
