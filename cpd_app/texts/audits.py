"""Sentences for the audit of a filing."""

SENTENCES: dict[str, str] = {
    "filing_state": "这份申请现在的状态不能做这一步，可能刚有同事处理过。请看过最新状态再继续。",
    # judging
    "reason_needed": "请写明理由，本人会看到。",
    "reduced_hours": (
        "核减后的学时要大于 0、小于 %(most)s，按 %(step)s 进位。要全部不计，请选不认可。"
    ),
    "judged_meanwhile": "%(name)s刚判过这一条，您的判定没有保存。请看过再判。",
    "match_settled": "这一处已经核实了结。",
    "nothing_to_undo": "没有可以撤回的判定。",
    # readers
    "reader_unfit": "这位不是本学会的审核员或外部专家。",
    "reader_conflict": "这位不能审这份档案：是本人、同一单位，或已声明回避。",
    "reader_already": "已经有人在审这份档案。请刷新看看。",
    "reader_until_past": "截止日已经过了。请选今天或以后的日期。",
}
