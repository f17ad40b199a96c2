"""One message of every kind and variant, with the data that the use cases give it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cpd_app.domain.messages import Channel, MessageKind
from cpd_app.usecases.parcels import Parcel, Told

#: 9 o'clock in Beijing
NOW = datetime(2027, 3, 10, 1, tzinfo=UTC)
BEHIND = {
    "number": "SF-E-2023-00417",
    "year": 4,
    "ends_on": "2027-04-09",
    "days": 30,
    "missing_hours": 1250,
    "registration_id": 417,
}
FILING = {"number": "SF-2027-000123", "filing_id": 123}
RETURN = {**FILING, "return_id": 7, "points": 3, "due_on": "2027-03-24"}
APPEAL = {"appeal_until_on": "2027-03-31"}
MOVED = {"before_on": "2027-03-31", "appeal_until_on": "2027-04-02"}
CERTIFICATE = {"number": "SF-E-2023-00417", "effective_on": "2027-03-10", "registration_id": 417}
GROUND = {"ground": "产假或育儿假", "ground_en": "Maternity or parental leave", "relief_id": 31}
EVENT = {
    "title": "示范·储能安全技术研讨",
    "starts_at": "2027-03-18T01:00:00+00:00",
    "zone": "Asia/Shanghai",
    "event_id": 55,
}
PLACE = {"place": "上海 示范大厦三楼报告厅"}
LACKING = {
    "number": "SF-E-2023-00417",
    "registration_id": 417,
    "words": "有困难请来电。",
    "gaps": [
        {"code": "gap_year_short", "values": {"years": 3, "missing_hours": 850}},
        {"code": "gap_evidence", "values": {"records": 1}},
    ],
}
HOURS = {"before_hours": 300, "after_hours": 450}


def _each(variants: Sequence[str], data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {variant: dict(data) for variant in variants}


#: kind -> variant ("" has no variant) -> data besides the variant
SAMPLES: dict[MessageKind, dict[str, dict[str, Any]]] = {
    MessageKind.EXPIRY: {
        "": {"number": "SF-E-2023-00417", "ends_on": "2027-09-10", "months": 6,
             "registration_id": 417},
        "days": {"number": "SF-E-2023-00417", "ends_on": "2027-03-12", "months": 1, "days": 3,
                 "registration_id": 417},
    },
    MessageKind.YEAR_BEHIND: {"": BEHIND, "deferred": {**BEHIND, "year": 3}},
    MessageKind.FILED: {"": FILING},
    MessageKind.RETURNED: {
        "": RETURN,
        "extended": {**RETURN, "due_on": "2027-04-08"},
        "overdue": RETURN,
        "moved": {**RETURN, "before_on": "2027-03-24", "due_on": "2027-03-26"},
    },
    MessageKind.RETURN_DUE: {
        "": {**RETURN, "work_days": 3},
        "last_day": {**RETURN, "work_days": 0, "due_on": "2027-03-10"},
    },
    MessageKind.VERIFYING: _each(
        ("asked", "answered", "silent"), {**FILING, "unit": "示范超高压公司"}
    ),
    MessageKind.DECIDED: {
        "passed": FILING,
        "conditional": {**FILING, **APPEAL, "make_up_hours": 850, "until_on": "2027-12-31"},
        "refused": {**FILING, **APPEAL},
        "appeal_moved": {**FILING, **MOVED},
    },
    MessageKind.RELIEF: {
        "granted": GROUND,
        "for_all": {**GROUND, "ground": "自然灾害", "ground_en": "Natural disaster"},
        "withdrawn_all": {**GROUND, "ground": "自然灾害", "ground_en": "Natural disaster"},
        "partly": {**GROUND, **APPEAL},
        "refused": {**GROUND, **APPEAL},
        "withdrawn": {**GROUND, **APPEAL},
        "appeal_moved": {**GROUND, **MOVED},
    },
    MessageKind.APPEAL: {
        "upheld": {"about": "relief", "appeal_id": 9},
        "set_aside": {"about": "decision", "appeal_id": 9},
        "set_aside_act": {"about": "act", "appeal_id": 9},
    },
    MessageKind.CERTIFICATE: {
        **_each(("suspended", "cancelled", "revoked"), {**CERTIFICATE, **APPEAL}),
        **_each(
            ("suspended_asked", "cancelled_asked", "transferred", "resumed", "renewed",
             "upgraded", "annulled", "expired"),
            CERTIFICATE,
        ),
        "wish_declined": {**CERTIFICATE, "act": "suspended"},
        "appeal_moved": {**CERTIFICATE, **MOVED},
    },
    MessageKind.REGISTERED: {
        **_each(
            ("confirmed", "listed", "waiting", "pending", "promoted", "removed"), EVENT
        ),
        "declined": {**EVENT, "reason": "本次只面向会员单位。"},
    },
    MessageKind.EVENT_TOMORROW: _each(("", "today"), {**EVENT, **PLACE}),
    MessageKind.EVENT_CHANGED: {
        "changed": {**EVENT, **PLACE},
        "agenda": {**EVENT, **PLACE},
        "cancelled": {**EVENT, **PLACE, "reason": "台风停航，改期另行通知。"},
    },
    MessageKind.PLANNED: {
        "approved": {**EVENT, "given_hours": 450},
        "sent_back": {**EVENT, "reason": "请补上下午的讲者"},
    },
    MessageKind.CHECKED_IN: {"": {**EVENT, "given_hours": 300, "activity_id": 901}},
    MessageKind.CORRECTED: {"": {**EVENT, **HOURS}},
    MessageKind.ANSWERED: {
        "accepted": {**EVENT, "statement_id": 4, "answer": ""},
        "declined": {**EVENT, "statement_id": 4, "answer": "签到表上没有您的签名"},
    },
    MessageKind.LEAVING: {
        "": {**EVENT, "session": EVENT["title"], "session_id": 77},
        "session": {**EVENT, "session": "分会场二", "session_id": 78},
    },
    MessageKind.RULED: {
        "": {"title": "示范·科普进校园", "asked_hours": 400, "given_hours": 300, "activity_id": 901}
    },
    MessageKind.RULE_CHANGED: {
        "": {"year": 4, "starts_on": "2026-04-10", "last_on": "2027-04-09", "before_hours": 5200,
             "after_hours": 4800, "version": 3, "registration_id": 417}
    },
    MessageKind.MATCH: _each(
        ("asked", "same", "different"), {"number": "SF-E-2023-00417", "match_id": 9}
    ),
    MessageKind.ASSIGNED: {"": {"count": 12}},
    MessageKind.NUDGE: {
        "": {**LACKING, "last_on": "2027-06-09"},
        "closing": {**LACKING, "last_on": "2027-03-09", "file_by_on": "2027-03-31"},
    },
    MessageKind.TRIAL: {"": {}},
}  # fmt: skip


def data_of(kind: MessageKind, variant: str) -> dict[str, Any]:
    """What a message of this kind and variant has."""
    return {**SAMPLES[kind][variant], **({"variant": variant} if variant else {})}


def a_parcel(messages: Sequence[tuple[MessageKind, str]], locale: str, **over: Any) -> Parcel:
    """A letter's parcel to a demo member."""
    made: dict[str, Any] = {
        "envelope": "示范".encode().hex() + "0001",
        "channel": Channel.EMAIL,
        "person_id": 1,
        "name": "高启明" if locale == "zh" else "Gao Qiming",
        "locale": locale,
        "email": "gao@demo.test",
        "phone": None,
        "society_id": 1,
        "messages": tuple(
            Told(number, kind, data_of(kind, variant), NOW)
            for number, (kind, variant) in enumerate(messages, start=1)
        ),
        "society": "示范电机工程学会"
        if locale == "zh"
        else "Demonstration Society of Electrical Engineering",
    }
    return Parcel(**{**made, **over})
