"""Who reads which file, at the desk: one tap for all, by hand, handed on, given back; settings."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import audit_area, current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.policy import Permission
from cpd_app.schemas.audits import AssignSchema, AuditSettingsSchema, ReasonSchema
from cpd_app.usecases import audit_readers, reasons
from cpd_app.usecases.audit_access import held_filing, readers_of, settings_of
from cpd_app.usecases.audit_file import reason_templates
from cpd_app.usecases.credits_shown import names_of
from cpd_app.web import desk
from cpd_app.web.audit_words import verdict_words
from cpd_app.web.forms import Read, read
from cpd_app.wording import sentence

bp = Blueprint("readers", __name__)


@bp.get("/readers")
@staff_area
def index() -> ResponseReturnValue:
    """The society's readers and what they have, its settings and its own reasons."""
    return _page(Read(), {})


@bp.post("/readers/balance")
@staff_area
def balance() -> ResponseReturnValue:
    """Give every file that nobody reads to those with the least to read."""
    with transaction():
        done = audit_readers.assign_balanced(
            current_actor(), desk.society_id(), now=clock.now(), today=clock.today()
        )
    flash(ngettext("已分配 %(num)s 份档案。", "已分配 %(num)s 份档案。", done.files), "success")
    if done.left_over:
        flash(
            ngettext(
                "还有 %(num)s 份没有人可分：可选的人都要回避，或没有审核员。",
                "还有 %(num)s 份没有人可分：可选的人都要回避，或没有审核员。",
                done.left_over,
            ),
            "error",
        )
    return redirect(url_for("audits.index"), 303)


@bp.post("/readers/settings")
@staff_area
def settings() -> ResponseReturnValue:
    """Change how many read a file, what is countersigned, the margin, days of experts."""
    given = read(AuditSettingsSchema())
    if given.ok:
        try:
            with transaction():
                audit_readers.change_audit_settings(
                    current_actor(), desk.society_id(), given.value, now=clock.now()
                )
        except Rejected as refusal:
            given.refuse(refusal, known=request.form)
        else:
            flash(_("审核设置已保存。"), "success")
            return redirect(url_for("audits.readers.index"), 303)
    return _page(given, request.form.to_dict())


@bp.post("/readers/reasons")
@staff_area
def add_reason() -> ResponseReturnValue:
    """Keep words that readers use again and again."""
    given = read(ReasonSchema())
    if given.ok:
        value = given.value
        with transaction():
            reasons.add_reason(
                current_actor(), desk.society_id(), value["verdict"], value["text"] or "",
                value["text_en"] or "", now=clock.now(),
            )  # fmt: skip
        flash(_("常用理由已添加。"), "success")
        return redirect(url_for("audits.readers.index"), 303)
    return _page(given, request.form.to_dict())


@bp.post("/readers/reasons/<int:reason_id>/remove")
@staff_area
def remove_reason(reason_id: int) -> ResponseReturnValue:
    """Offer these words no more."""
    with transaction():
        reasons.remove_reason(current_actor(), desk.society_id(), reason_id, now=clock.now())
    flash(_("常用理由已去掉。"), "success")
    return redirect(url_for("audits.readers.index"), 303)


@bp.route("/<int:filing_id>/readers", methods=["GET", "POST"])
@staff_area
def of_filing(filing_id: int) -> ResponseReturnValue:
    """Who reads this file, and the form that gives it to somebody."""
    actor, today = current_actor(), clock.today()
    held_filing(actor, filing_id, Permission.ASSIGN_READER, today=today)
    given = Read()
    if request.method == "POST":
        given = read(AssignSchema())
        if given.ok:
            try:
                with transaction():
                    audit_readers.assign_reader(
                        actor, filing_id, given.value["person"], part=given.value["part"],
                        until_on=given.value["until_on"], now=clock.now(), today=today,
                    )  # fmt: skip
            except (Rejected, Conflict) as refusal:
                given.refuse(refusal, known=request.form)
            else:
                flash(_("已分配。"), "success")
                return redirect(url_for("audits.readers.of_filing", filing_id=filing_id), 303)
    return _assignment(filing_id, given)


@bp.post("/<int:filing_id>/readers/<int:reader_id>/replace")
@staff_area
def replace(filing_id: int, reader_id: int) -> ResponseReturnValue:
    """Hand a file on to somebody else, or only take it away; what was judged stays."""
    actor, today = current_actor(), clock.today()
    person_id = request.form.get("person", 0, type=int)
    try:
        with transaction():
            if person_id:
                audit_readers.replace_reader(
                    actor, filing_id, reader_id, person_id, now=clock.now(), today=today
                )
            else:
                audit_readers.end_reader(actor, filing_id, reader_id, now=clock.now(), today=today)
    except (Rejected, Conflict) as refusal:
        flash(sentence(refusal.code, refusal.values), "error")
    else:
        flash(_("已改派。") if person_id else _("已取消分配。"), "success")
    return redirect(url_for("audits.readers.of_filing", filing_id=filing_id), 303)


@bp.post("/<int:filing_id>/take")
@staff_area
def take(filing_id: int) -> ResponseReturnValue:
    """Read a file that nobody reads yet."""
    with transaction():
        audit_readers.take_file(current_actor(), filing_id, now=clock.now(), today=clock.today())
    return redirect(url_for("audits.show", filing_id=filing_id), 303)


@bp.route("/<int:filing_id>/conflict", methods=["GET", "POST"])
@audit_area
def conflict(filing_id: int) -> ResponseReturnValue:
    """Step back from a file: who knows the member should not judge it."""
    actor, today = current_actor(), clock.today()
    held_filing(actor, filing_id, Permission.READ_AUDIT, today=today)
    given = Read()
    if request.method == "POST":
        try:
            with transaction():
                audit_readers.declare_conflict(
                    actor, filing_id, request.form.get("words", "")[:500], now=clock.now(),
                    today=today,
                )  # fmt: skip
        except Rejected as refusal:
            given.refuse(refusal, known=request.form)
        else:
            flash(_("已回避，这份档案改由别人审。"), "success")
            return redirect(url_for("audits.index"), 303)
    page = render_template(
        "audits/conflict.html", filing_id=filing_id, values=request.form, errors=given.errors
    )
    return page, 200 if given.ok else 422


def _assignment(filing_id: int, given: Read) -> ResponseReturnValue:
    actor, today = current_actor(), clock.today()
    filing = held_filing(actor, filing_id, Permission.ASSIGN_READER, today=today)
    rows = readers_of([filing_id], today=today).get(filing_id, [])
    names = names_of({filing.person_id, *(r.person_id for r in rows)})
    page = render_template(
        "audits/assign.html",
        filing=filing,
        name=names.get(filing.person_id, ""),
        rows=[(r, names.get(r.person_id, "")) for r in rows],
        choices=[
            (c.person_id, _choice(c))
            for c in audit_readers.reader_choices(actor, filing.society_id, today=today)
        ],
        values=request.form,
        errors=given.errors,
    )
    return page, 200 if given.ok else 422


def _choice(choice: audit_readers.ReaderChoice) -> str:
    words = ngettext("在审 %(num)s 份", "在审 %(num)s 份", choice.load)
    if choice.is_expert:
        return _("%(name)s，外部专家，%(words)s", name=choice.name, words=words)
    return _("%(name)s，%(words)s", name=choice.name, words=words)


def _page(given: Read, values: dict[str, Any]) -> ResponseReturnValue:
    actor, society_id = current_actor(), desk.society_id()
    choices = audit_readers.reader_choices(actor, society_id, today=clock.today())
    told = settings_of(society_id)
    page = render_template(
        "audits/readers.html",
        choices=choices,
        told=told,
        values=values,
        errors=given.errors,
        reasons=[(r, verdict_words(r.verdict)) for r in reason_templates(society_id)],
        verdicts=[(v, verdict_words(v)) for v in ("reduced", "rejected", "evidence_wanted")],
        outcomes=[
            ("passed", _("通过")),
            ("conditional", _("有条件通过")),
            ("refused", _("未通过")),
        ],
        is_registrar=desk.is_registrar(),
    )
    return page, 200 if given.ok else 422
