"""One record of a file beside its evidence: frames, claim against evidence, flags, history."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app.clock import BEIJING
from cpd_app.domain.filed_flags import FlagKind
from cpd_app.domain.hours import format_hours
from cpd_app.domain.kinds import Kind
from cpd_app.policy import Actor
from cpd_app.texts.trace import trace_lines
from cpd_app.usecases.audit_file import AuditFile
from cpd_app.usecases.audit_flags import Flag
from cpd_app.usecases.files import View
from cpd_app.usecases.rules_in_force import compiled
from cpd_app.web.activity_forms import field_words, named
from cpd_app.web.activity_page import value_words
from cpd_app.web.audit_words import (
    elsewhere_words,
    flag_icon,
    flag_name,
    flag_sentence,
    near_day,
    verdict_words,
)
from cpd_app.web.filters import day
from cpd_app.web.locale import short_locale

if TYPE_CHECKING:
    from cpd_app.models import File, Judgement, SnapshotRecord


@dataclass(frozen=True)
class Frame:
    """One page of evidence."""

    file_id: int
    name: str
    #: image, page (of a PDF), gone
    kind: str
    src: str
    whole: str
    meta: str
    #: 第 2 页，共 5 页; empty for what has one page
    page: str = ""


@dataclass(frozen=True)
class FlagLine:
    """A flag with its sentence and where it leads."""

    kind: str
    name: str
    icon: str
    text: str
    more: str
    #: pairs of href and text
    links: list[tuple[str, str]]


@dataclass(frozen=True)
class Panel:
    """What stands beside a record."""

    record: "SnapshotRecord"
    title: str
    kind_name: str
    frames: list[Frame]
    missing: list[str]
    #: label, as claimed, as the evidence says (empty: to be read there)
    claims: list[tuple[str, str, str]]
    minutes: int | None
    arithmetic: list[str]
    flags: list[FlagLine]
    #: when, what, whether it is void
    history: list[tuple[str, str, bool]]
    reflection: str
    #: what the member answered when the record was sent back: when, words
    answers: list[tuple[str, str]]


@dataclass(frozen=True)
class WholeAnswer:
    """A point about the whole file and what the member answered."""

    asks: str
    when: str
    words: str
    frames: list[Frame]


def panel_of(actor: Actor, file: AuditFile, record: "SnapshotRecord", *, today: date) -> Panel:
    """Shape a record for the evidence column."""
    content = record.content or {}
    kind = kind_of(record)
    fields = content.get("fields", {})
    minutes = fields.get("minutes")
    return Panel(
        record=record,
        title=title_of(record),
        kind_name=named(kind.names) if kind else record.kind,
        frames=_frames(file, _papers(file, record), today),
        missing=_missing(kind, content.get("missing_proofs", [])),
        claims=_claims(record, content, kind),
        minutes=minutes if isinstance(minutes, int) else None,
        arithmetic=trace_lines(
            [*content.get("trace", []), *content.get("reasons", [])], short_locale()
        ),
        flags=[flag_line(file, f) for f in file.flags.get(record.id, [])],
        history=_history(actor, file, record, today),
        reflection=content.get("reflection") or "",
        answers=[
            (near_day(item.answered_at.astimezone(BEIJING).date(), today), item.answer)
            for item in file.answers.get(record.id, [])
            if item.answer and item.answered_at
        ],
    )


def title_of(record: "SnapshotRecord") -> str:
    """Its title as filed; erased values leave their place."""
    return str(record.content["title"]) if record.content else _("内容已按规定删除")


def kind_of(record: "SnapshotRecord") -> Kind | None:
    """The record's kind under the rules it was filed with."""
    return compiled(record.rule_version_id).kinds.get(record.kind)


def flag_line(file: AuditFile, flag: Flag) -> FlagLine:
    """A flag with links as far as this reader may follow them."""
    links: list[tuple[str, str]] = []
    if flag.kind in {FlagKind.SAME_FILE, FlagKind.SAME_ACHIEVEMENT} and file.is_staff:
        links = [
            (
                url_for("members.show", registration_id=o.registration_id, r=o.activity_id),
                _("看%(name)s的那条", name=o.name),
            )
            for o in flag.others
        ]
    links += [
        (url_for("audits.show", filing_id=file.filing.id, r=ref), title_of(file.record(ref)))
        for ref in flag.records
    ]
    return FlagLine(
        kind=str(flag.kind),
        name=flag_name(str(flag.kind)),
        icon=flag_icon(str(flag.kind)),
        text=flag_sentence(flag),
        more=elsewhere_words(flag) if flag.elsewhere else "",
        links=links,
    )


def whole_answers(file: AuditFile, *, today: date) -> list[WholeAnswer]:
    """What the member answered to points of a return that concern the file as a whole."""
    return [
        WholeAnswer(
            item.asks,
            near_day(item.answered_at.astimezone(BEIJING).date(), today),
            item.answer or "",
            _frames(file, [{"file_id": f} for f in item.files], today),
        )
        for item in file.answers.get(None, [])
        if item.answered_at
    ]


def _papers(file: AuditFile, record: "SnapshotRecord") -> list[dict[str, Any]]:
    """What was filed with a record, after what came with answers."""
    answered = [{"file_id": f} for item in file.answers.get(record.id, []) for f in item.files]
    return [*answered, *(record.content or {}).get("evidence", ())]


def _frames(file: AuditFile, papers: list[dict[str, Any]], today: date) -> list[Frame]:
    frames: list[Frame] = []
    for paper in papers:
        row = file.files.get(paper["file_id"])
        name = paper.get("name") or (row.name if row else None) or _("文件")
        if row is None or row.state != "ready":
            words = _("本人已紧急清除这个文件。") if row and row.state == "purged" else ""
            frames.append(Frame(paper["file_id"], name, "gone", "", "", words))
            continue
        whole = url_for("audits.file", filing_id=file.filing.id, file_id=row.id)
        uploaded = row.created_at.astimezone(BEIJING).date()
        meta = _("%(name)s · 本人 %(day)s上传", name=name, day=near_day(uploaded, today))
        if row.media_type != "application/pdf":
            frames.append(Frame(row.id, name, "image", whole, whole, meta))
            continue
        frames += _pages(file, row, name, meta)
    return frames


def _pages(file: AuditFile, row: "File", name: str, meta: str) -> list[Frame]:
    """A PDF page by page; the original stands behind each."""
    whole = url_for("audits.file", filing_id=file.filing.id, file_id=row.id)
    of = row.pages or 1
    return [
        Frame(
            row.id,
            name,
            "page",
            url_for("audits.file", filing_id=file.filing.id, file_id=row.id, page=number),
            whole,
            meta,
            _("第 %(n)s 页，共 %(of)s 页", n=number, of=of) if of > 1 else "",
        )
        for number in range(1, of + 1)
    ]


def _missing(kind: Kind | None, codes: list[str]) -> list[str]:
    names = {p.code: named(p.names) for p in kind.evidence} if kind else {}
    return [names.get(code, code) for code in codes]


def _claims(
    record: "SnapshotRecord", content: dict[str, Any], kind: Kind | None
) -> list[tuple[str, str, str]]:
    if not content:
        return []
    labels = field_words(kind)
    started_on = date.fromisoformat(content["started_on"])
    days = day(record.ended_on)
    if started_on != record.ended_on:
        days = f"{day(started_on)} – {days}"
    rows = [(_("日期"), days, "")]
    if content.get("starts_at_time") and content.get("ends_at_time"):
        rows.append((_("时刻"), f"{content['starts_at_time']}–{content['ends_at_time']}", ""))
    rows += [
        (labels[name], str(content[name]), "")
        for name in ("organiser", "place", "achievement_key")
        if content.get(name)
    ]
    rows += [
        (labels.get(name, name), value_words(kind, name, value), "")
        for name, value in content.get("fields", {}).items()
        if name != "minutes" and value not in (None, "")
    ]
    return rows


def _history(
    actor: Actor, file: AuditFile, record: "SnapshotRecord", today: date
) -> list[tuple[str, str, bool]]:
    """What happened to the record and who looked at its evidence, the oldest first."""
    content = record.content or {}
    found: list[tuple[datetime, str, bool]] = []
    papers = [file.files[e["file_id"]] for e in content.get("evidence", [])
              if e["file_id"] in file.files]  # fmt: skip
    if papers:
        words = ngettext("本人附 %(num)s 个文件", "本人附 %(num)s 个文件", len(papers))
        found.append((min(p.created_at for p in papers), words, False))
    found += [
        (view.at, _view_words(actor, view), False)
        for paper in papers
        for view in file.views.get(paper.id, [])
    ]
    found += [
        (said.at, said_words(file, said), said.replaced_at is not None)
        for said in file.said.get(record.id, [])
    ]
    found.sort(key=lambda item: item[0])
    # Several files opened in one minute are one look.
    lines = ((_when(at, today), words, void) for at, words, void in found)
    return list(dict.fromkeys(lines))


def _view_words(actor: Actor, view: View) -> str:
    if view.person_id == actor.person_id:
        return _("您打开佐证，本人能看到")
    return _("%(name)s打开过佐证", name=view.name)


def said_words(file: AuditFile, said: "Judgement") -> str:
    """示范·许岩：核减为 6.5。按佐证上的实际时长计。."""
    words = verdict_words(said.verdict)
    if said.verdict in {"accepted", "reduced"}:
        words = f"{words} {format_hours(said.hours)}"
    name = file.names.get(said.by_id, "")
    head = _("%(name)s：%(words)s", name=name, words=words)
    return _("%(head)s。%(reason)s", head=head, reason=said.reason) if said.reason else head


def _when(at: datetime, today: date) -> str:
    local = at.astimezone(BEIJING)
    if local.date() == today:
        return _("今天 %(at)s", at=f"{local:%H:%M}")
    return near_day(local.date(), today)
