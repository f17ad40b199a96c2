"""Words of 意见与投诉, and the committee that every unfavourable letter names (handbook Q40)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Committee:
    """Where anybody can write about evaluation, registration and management."""

    name: str
    address: str
    postcode: str
    email: str
    #: one sentence for a letter: refusal, suspension, cancellation, revocation
    sentence: str


#: language -> the committee as the handbook's Q40 names it
COMMITTEE: dict[str, Committee] = {
    "zh": Committee(
        name="中国工程师联合体标准与质量监督委员会",
        address="北京市海淀区学院南路86号",
        postcode="100081",
        email="cse@cast-cse.org.cn",
        sentence=(
            "对工程能力评价、注册、管理有意见或投诉的，可书面向中国工程师联合体标准与质量监督委员会反映："
            "北京市海淀区学院南路86号，邮编 100081，邮箱 cse@cast-cse.org.cn。"
        ),
    ),
    "en": Committee(
        name="Standards and Quality Supervision Committee, Chinese Society of Engineers",
        address="86 Xueyuan South Road, Haidian District, Beijing",
        postcode="100081",
        email="cse@cast-cse.org.cn",
        sentence=(
            "Comments and complaints about evaluation, registration or management can be sent in "
            "writing to the Standards and Quality Supervision Committee of the Chinese Society of "
            "Engineers: 86 Xueyuan South Road, Haidian District, Beijing 100081, "
            "cse@cast-cse.org.cn."
        ),
    ),
}

KINDS = {"opinion": "complaint_kind_opinion", "complaint": "complaint_kind_complaint"}
STATES = {
    "received": "complaint_state_received",
    "in_hand": "complaint_state_in_hand",
    "passed_on": "complaint_state_passed_on",
    "answered": "complaint_state_answered",
}

SENTENCES: dict[str, str] = {
    "complaint_kind_opinion": "意见建议",
    "complaint_kind_complaint": "投诉",
    "complaint_state_received": "已收到",
    "complaint_state_in_hand": "调查核实中",
    "complaint_state_passed_on": "已转联合体委员会",
    "complaint_state_answered": "已答复",
    "complaint_kind_unknown": "请选择意见建议或投诉。",
    "complaint_text_short": "请至少写 %(least)s 个字，说清是什么事、什么时候。",
    "complaint_text_long": "最多 %(most)s 个字。更多材料请寄给标准与质量监督委员会。",
    "complaint_consent_missing": "留下姓名或联系方式，要先同意用它来答复您。",
    "complaint_not_found": "没有查到。请对照回执上的编号和查询码再输一次。",
    "complaint_answered": "这一件已经答复，不能再改。",
    "complaint_passed_on": "这一件已经转给联合体，由委员会答复。",
    "complaint_answer_missing": "请写下答复。",
    "too_many_complaints": (
        "这个网络提交得太频繁，请在 %(minutes)s 分钟后再试，或写信给标准与质量监督委员会。"
    ),
}
