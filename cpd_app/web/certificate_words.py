"""The register and its acts in words: states, reasons, the dated history of a certificate."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import pgettext

from cpd_app.domain.certificates import TWO_PEOPLE, ActKind
from cpd_app.sheets.words import reason_word
from cpd_app.texts.certificates import KINDS
from cpd_app.usecases.act_letters import has_letter
from cpd_app.usecases.files import FileState
from cpd_app.usecases.register_list import Certificate
from cpd_app.web.filters import day, moment
from cpd_app.web.locale import short_locale
from cpd_app.web.member_list import STATE_KINDS
from cpd_app.wording import sentence

if TYPE_CHECKING:
    from cpd_app.models import CertificateAct

#: how an act looks in the history
LOOKS = {
    "issued": ("check-lg", ""),
    "renewed": ("check-lg", ""),
    "upgraded": ("arrow-up", ""),
    "suspended": ("pause-circle", "warning"),
    "resumed": ("check-lg", ""),
    "cancelled": ("x-lg", ""),
    "revoked": ("x-lg", "blocker"),
    "annulled": ("pencil", ""),
}
#: addresses of the acts
VERBS = {
    "suspend": ActKind.SUSPENDED,
    "resume": ActKind.RESUMED,
    "cancel": ActKind.CANCELLED,
    "revoke": ActKind.REVOKED,
}


def kind_word(kind: str) -> str:
    """暂停, 恢复 …."""
    if kind == ActKind.RESUMED:
        return str(pgettext("act", "恢复"))
    if kind == ActKind.ANNULLED:
        return str(pgettext("act", "更正"))
    return sentence(KINDS[kind])


def state_word(state: str, *, under_review: bool = False) -> str:
    """The state as the register's narrow column says it."""
    if under_review:
        return _("期满，审核中")
    return {
        "active": _("有效"),
        "suspended": _("暂停"),
        "expired": _("期满"),
        "cancelled": _("注销"),
        "revoked": _("撤销"),
    }[state]


def state_look(state: str, *, under_review: bool = False) -> tuple[str, str, str]:
    """Word, kind and icon; only 暂停, 撤销 and 期满，审核中 carry colour."""
    kind, icon = ("now", "circle-half") if under_review else STATE_KINDS[state]
    if kind == "none":
        kind = "waiting"
    return state_word(state, under_review=under_review), kind, icon


def field_of(found: Certificate) -> str:
    """The field in the reader's language; what the file said when it is not mapped."""
    field = found.registration.field
    if field is None:
        return found.registration.field_text
    return field.name_en if short_locale() == "en" else field.name


def verb_word(kind: ActKind) -> str:
    """What a button does: the same word in Chinese, another one in English."""
    return {
        ActKind.SUSPENDED: str(pgettext("do", "暂停")),
        ActKind.RESUMED: str(pgettext("do", "恢复")),
        ActKind.CANCELLED: str(pgettext("do", "注销")),
        ActKind.REVOKED: str(pgettext("do", "撤销")),
        ActKind.ANNULLED: str(pgettext("do", "更正")),
    }[kind]


def history_of(found: Certificate) -> list[dict[str, Any]]:
    """The certificate's acts as `history` draws them, newest first."""
    by_id = {a.id: a for a in found.acts}
    made = []
    for act in reversed(found.acts):
        icon, tone = LOOKS[act.kind]
        void = act.state == "annulled"
        made.append(
            {
                "id": act.id,
                "title": kind_word(act.kind),
                "when": day(act.effective_on),
                "text": _text(act, by_id, found),
                "meta": [line for line in _meta(act, found) if line],
                "icon": icon,
                "tone": "" if void else tone,
                "void": void,
                "annullable": act.id in found.annullable,
                "paper": paper_link(act.id, found.papers.get(act.id)),
                "letter": url_for("act_letters.letter", act_id=act.id) if has_letter(act) else "",
            }
        )
    return made


def paper_link(act_id: int, state: FileState | None) -> tuple[str, str] | None:
    """Words and address of an act's document; without an address while it cannot be opened."""
    if state is None:
        return None
    if state is FileState.READY:
        return _("查看文件"), url_for("act_letters.paper", act_id=act_id)
    words = {
        FileState.ARRIVED: _("文件处理中"),
        FileState.BROKEN: _("文件无法读取"),
        FileState.PURGED: _("文件已清除"),
    }
    return words[state], ""


def _text(act: "CertificateAct", by_id: dict[int, "CertificateAct"], found: Certificate) -> str:
    if act.kind == ActKind.ANNULLED:
        aside = by_id.get(act.annuls_id or 0)
        if aside is None:
            return reason_word(act.reason_code)
        return _("%(day)s的%(kind)s作废", day=day(aside.effective_on), kind=kind_word(aside.kind))
    if act.kind in {"issued", "renewed", "upgraded"}:
        term = next((t for t in found.registration.terms if t.id == act.term_id), None)
        return sentence(f"level_{term.level}") if term else ""
    return reason_word(act.reason_code)


def _meta(act: "CertificateAct", found: Certificate) -> Iterator[str]:
    reason = reason_word(act.reason_code) if act.kind == ActKind.ANNULLED else ""
    founded = [reason, act.legal_basis or "", act.document_no or ""]
    yield " · ".join(text for text in founded if text)
    if act.kind == ActKind.RENEWED:
        yield _("编号不变，发新证")
    if act.published_at is None or act.reason_code == "imported":
        return
    report = found.reported.get(act.id)
    public = _("公示 %(when)s", when=moment(act.published_at))
    if report is None:
        yield _("%(public)s · 待报联合体", public=public)
    else:
        yield _("%(public)s · 报联合体 %(when)s", public=public, when=moment(report.made_at))


def buttons_of(found: Certificate) -> list[dict[str, Any]]:
    """The acts that are possible, as buttons; the mildest first and the only one that is filled."""
    order = [ActKind.RESUMED, ActKind.SUSPENDED, ActKind.CANCELLED, ActKind.REVOKED]
    verbs = {kind: verb for verb, kind in VERBS.items()}
    return [
        {
            "verb": verbs[kind],
            "text": verb_word(kind),
            "two": kind in TWO_PEOPLE,
            "main": kind is ActKind.RESUMED,
        }
        for kind in order
        if kind in found.possible
    ]


def public_line(kind: str, number: str, name: str, reason: str, basis: str, day_words: str) -> str:
    """What the notice will say, for the preview of a form."""
    parts = [day_words, f"{number} {name}", kind_word(kind), reason, basis]
    return " · ".join(part for part in parts if part)
