"""Words of the dossier: record form, development summary, list of checksums."""

from cpd_app.texts import documents
from cpd_app.texts.filing import DECLARATIONS

#: code -> zh, en
LABELS: dict[str, tuple[str, str]] = {
    "form_title": ("持续职业发展活动记录表", "Record of Continuing Professional Development"),
    "summary_title": ("职业发展总结", "Professional Development Summary"),
    "checksums_title": ("证明材料校验清单", "Checksums of the evidence"),
    "draft": ("草稿", "DRAFT"),
    "draft_note": (
        "草稿：按当前记录生成，尚未提交再注册。",
        "Draft: made from the records as they are now; nothing has been filed.",
    ),
    "receipt": ("受理编号", "Receipt no."),
    "filed_on": ("提交时间", "Filed"),
    "supplemented": ("已补交 {number} 次", "supplemented {number} times"),
    # the member
    "name": ("姓名", "Name"),
    "registration_number": ("注册编号", "Registration no."),
    "level": ("级别", "Level"),
    "field": ("工程技术领域", "Field"),
    "society": ("学会", "Society"),
    "employer": ("工作单位", "Employer"),
    "term": ("证书有效期", "Certificate term"),
    "membership": ("学会会员", "Society membership"),
    "until": ("{number} 至 {day}", "{number} until {day}"),
    "apprentice": ("见习工程会员", "Apprentice Engineer"),
    "professional": ("专业工程会员", "Professional Engineer"),
    "senior": ("资深工程会员", "Senior Professional Engineer"),
    # years
    "year": ("年度", "Year"),
    "year_of": ("第 {n} 年", "Year {n}"),
    "period": ("起止", "From – to"),
    "required": ("要求", "Required"),
    "claimed": ("申报学时", "Claimed"),
    "recognised": ("系统折算", "Recognised"),
    "confirmed": ("学会认定", "Confirmed"),
    "audit_proof": ("经得起审核", "Audit-proof"),
    "verdict": ("结论", "Verdict"),
    "verdict_waived": ("已减免", "Waived"),
    "verdict_ahead": ("未开始", "Not begun"),
    "verdict_met": ("达标", "Met"),
    "verdict_on_track": ("正常", "On track"),
    "verdict_behind": ("落后", "Behind"),
    "verdict_short": ("未达标", "Short"),
    "total": ("合计", "Total"),
    "records": ("{number} 条", "{number} records"),
    "one_record": ("1 条", "1 record"),
    # columns of the form
    "row": ("序号", "No."),
    "title": ("活动名称 · 主办单位 · 地点", "Activity · organiser · place"),
    "kind": ("类别 · 级别、角色", "Kind · level, role"),
    "dates": ("起止日期", "Dates"),
    "minutes": ("净时长\n（分钟）", "Net\nminutes"),
    "assurance": ("等级", "Level"),
    "competences": ("素质能力", "Competences"),
    "evidence": ("证明材料（编号、SHA-256）", "Evidence (no., SHA-256)"),
    "trace": ("折算依据", "Conversion"),
    "reflection": ("收获与反思", "Reflection"),
    "rule": ("规则", "Rules"),
    "rule_number": ("{code} 第 {number} 版", "{code} version {number}"),
    "declassified": ("已脱密", "declassified"),
    "no_evidence": ("无", "none"),
    "from_attendance": ("活动签到", "check-in"),
    "erased": ("内容已按规定删除", "content erased as the law asks"),
    "colon": ("：", ": "),
    "semicolon": ("；", "; "),
    "bracketed": ("（{text}）", " ({text})"),
    "computed": (
        "系统折算（默认表，非官方），以学会认定为准。",
        "Computed by the default table, which is not official; what the society confirms counts.",
    ),
    "levels": (
        (
            "等级：A 组织者扫码 · B 本人扫码签到签退 · C 名单或更正 · D 工作人员核对过的材料 · "
            "E 有材料未核对 · F 仅本人陈述"
        ),
        (
            "Level: A scanned by the organiser · B own check-in and check-out · "
            "C roster or correction · D documents checked by staff · E documents not checked · "
            "F statement only"
        ),
    ),
    # summary, declaration, signatures
    "characters": ("{number} 字", "{number} characters"),
    "no_summary": ("还没有写。", "Not written yet."),
    "declaration": ("真实性声明", "Declaration of truth"),
    "signature": ("本人签字：", "Signature of the member:"),
    "unit_opinion": ("单位意见（盖章）：", "Opinion of the employer (seal):"),
    "society_opinion": (
        "学会审核意见（签字、盖章）：",
        "Opinion of the society (signature, seal):",
    ),
    "date_line": ("　　　年　　月　　日", "Date:"),
    # checksums
    "number": ("编号", "No."),
    "file": ("文件", "File"),
    "pages": ("页", "Pages"),
    "original": ("上传时的 SHA-256", "SHA-256 as uploaded"),
    "kept": ("保存的 SHA-256", "SHA-256 as kept"),
    "gone": ("文件已移除", "file removed"),
    "no_files": ("没有证明材料。", "There is no evidence."),
    "checksums_note": (
        (
            "照片保存时去掉了位置等信息，所以两列可以不同。"
            "ZIP 里的 SHA256SUMS 可用 sha256sum -c 核对。"
        ),
        (
            "Photos are kept without location and the like, so the two may differ. "
            "SHA256SUMS in the ZIP can be checked with sha256sum -c."
        ),
    ),
    "digest": ("申请的校验值", "Digest of the filing"),
}


def labels(language: str) -> dict[str, str]:
    """All words of a dossier in zh or en, with those of every document."""
    english = language == "en"
    own = {code: words[english] for code, words in LABELS.items()}
    return {**documents.labels(language), **own}


def declaration(version: int, language: str) -> str:
    """The text of a version of the declaration."""
    return DECLARATIONS[version][language == "en"]
