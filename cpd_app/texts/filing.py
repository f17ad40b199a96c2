"""Sentences of the filing, and the declaration of truth that goes with it (handbook Q14)."""

#: raised by one whenever the words below change; each filing keeps the version agreed to
DECLARATION_VERSION = 1

#: version -> zh, en; former versions stay, since filings name them
DECLARATIONS: dict[int, tuple[str, str]] = {
    1: (
        (
            "我声明：本次再注册提交的活动记录、职业发展总结和佐证材料均真实、完整，由本人提供，不含涉密内容。"
            "我知道，经查实材料弄虚作假的，将取消再注册，撤销工程会员证书，并终身不得再申请工程会员。"
        ),
        (
            "I declare that the records, the development summary and the evidence filed with this "
            "re-registration are true and complete, are my own, and hold nothing classified. I "
            "know that if any of it is found to be false, the re-registration is void, the "
            "certificate is revoked, and I may never apply to be an engineering member again."
        ),
    ),
}

SENTENCES: dict[str, str] = {
    # why it cannot be filed today: the obstacles of readiness
    "cannot_file_window_not_open": "还没到提交再注册的时间。",
    "cannot_file_window_closed": "提交再注册的时间已过，请联系学会。",
    "cannot_file_already_filed": "这个证书期的再注册申请已经提交，正在学会处理。",
    "cannot_file_year_behind": "本年度的进度落后，还不能提交。请先补足进度。",
    "cannot_file_years_met": "有年度没有达标，还不能提交。请先看续期体检。",
    "cannot_file_audit_proof": "有年度经得起审核的学时不够，还不能提交。请先补佐证。",
    "cannot_file_returns": "有退回的材料过了期限，还不能提交。请联系学会。",
    "cannot_file_certificate": "证书现在的状态不能再注册。请联系学会。",
    "cannot_file_society_membership": "学会会籍已到期，还不能提交。请先恢复会籍。",
    "cannot_file_summary": "职业发展总结还没有写好，还不能提交。",
    # filing
    "declaration_missing": "请先阅读并同意真实性声明，再提交。",
    "declaration_changed": "真实性声明的文字刚有更新。请重新阅读后再提交。",
    "page_missing": "学会要求上传这一页。请签字或盖章后拍照上传。",
    "filing_key_reused": "这次提交的编号已经用在另一个注册上。请重新打开页面再提交。",
    # after it
    "filing_opened": "审阅人已经打开这份申请，不能再撤回。需要改动时，请等学会退回，或联系学会。",
    "supplement_closed": "这份申请现在不能补交。证书期已结束，或学会已有决定。",
    "nothing_to_add": "提交之后没有新的或有变化的记录，不用补交。",
    "under_filing": "这条记录在再注册申请 %(number)s 里，现在不能改动。审阅人还没打开申请的，"
    "可以先撤回申请再改；已经打开的，请等学会退回，在答复里说明。",
    # summary
    "summary_changed": "总结在别处改过。两边的文字都还在，请选一份或合在一起再保存。",
    "summary_too_long": "太长了，最多保存 %(most)s 个字符。",
}
