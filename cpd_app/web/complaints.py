"""意见与投诉: the public form, its receipt and answer; the desk that answers."""

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, public, staff_area
from cpd_app.db import transaction
from cpd_app.domain.complaints import KEPT, MOST_CHARACTERS, ComplaintState
from cpd_app.domain.errors import Conflict, NotAllowed, Rejected, TooMany
from cpd_app.schemas.complaints import AnswerSchema, ComplaintSchema, PassOnSchema, ReceiptSchema
from cpd_app.texts.complaints import COMMITTEE, KINDS, STATES
from cpd_app.usecases import complaints
from cpd_app.usecases.complaints import PAGE, Waiting
from cpd_app.web import desk
from cpd_app.web.forms import Read, read
from cpd_app.web.locale import short_locale
from cpd_app.web.signin import address
from cpd_app.wording import sentence

if TYPE_CHECKING:
    from cpd_app.models import Society

bp = Blueprint("complaints", __name__)

#: state -> how a list draws it
TONES = {"received": "warning", "in_hand": "calm", "passed_on": "waiting", "answered": "ok"}


@bp.get("/complaints")
@public
def form() -> ResponseReturnValue:
    """The form, and the committee's address for who would rather write a letter."""
    about = request.args.get("number", "")[:60]
    values = {"key": complaints.new_key(), "registration_number": about}
    return _form(values, Read())


@bp.post("/complaints")
@public
def submit() -> ResponseReturnValue:
    """Take it and show the receipt, once."""
    given = read(ComplaintSchema())
    if given.ok:
        try:
            with transaction():
                receipt = complaints.submit_complaint(
                    given.value, address=address(), now=clock.now()
                )
            return render_template("complaints/receipt.html", receipt=receipt)
        except Rejected as refused:
            given.refuse(refused)
        except TooMany as refused:
            given.refuse(refused)
            return _form(request.form.to_dict(), given), 429
    return _form(request.form.to_dict(), given), 422


@bp.get("/complaints/answer")
@public
def ask() -> ResponseReturnValue:
    """Where one reads the answer."""
    return render_template("complaints/ask.html", values={}, errors={})


@bp.post("/complaints/answer")
@public
def read_answer() -> ResponseReturnValue:
    """The state of a letter and its answer, for who has the receipt."""
    given, values = read(ReceiptSchema()), request.form.to_dict()
    if not given.ok:
        return render_template("complaints/ask.html", values=values, errors=given.errors), 422
    try:
        with transaction():
            found = complaints.answer_with(
                given.value["number"], given.value["secret"], address=address(), now=clock.now()
            )
    except TooMany as refused:
        said = {"": sentence(refused.code, refused.values)}
        return render_template("complaints/ask.html", values=values, errors=said), 429
    if found is None:
        said = {"": sentence("complaint_not_found")}
        return render_template("complaints/ask.html", values=values, errors=said), 404
    return render_template(
        "complaints/answer.html", found=found, state=sentence(STATES[found.state])
    )


@bp.get("/staff/complaints")
@staff_area
def index() -> ResponseReturnValue:
    """Letters at this desk."""
    page = request.args.get("page", 1, type=int)
    waiting = complaints.complaints_at(current_actor(), _desk(), page=max(page, 1))
    return render_template(
        "complaints/index.html",
        heading=_heading(waiting),
        waiting=waiting,
        states={code: sentence(said) for code, said in STATES.items()},
        kinds={code: sentence(said) for code, said in KINDS.items()},
        tones=TONES,
        page=page,
        pages=max(1, -(-waiting.total // PAGE)),
    )


@bp.get("/staff/complaints/<int:complaint_id>")
@staff_area
def show(complaint_id: int) -> ResponseReturnValue:
    """One letter."""
    return _letter(complaint_id, Read(), "")


@bp.post("/staff/complaints/<int:complaint_id>/take")
@staff_area
def take(complaint_id: int) -> ResponseReturnValue:
    """Look into it."""
    given = read(AnswerSchema())
    complaints.complaint_for(current_actor(), complaint_id)
    if given.ok:
        try:
            with transaction():
                complaints.take_complaint(
                    current_actor(), complaint_id, version=given.value["version"], now=clock.now()
                )
        except Conflict as refused:
            flash(sentence(refused.code), "warning")
    return redirect(url_for("complaints.show", complaint_id=complaint_id), 303)


@bp.post("/staff/complaints/<int:complaint_id>/answer")
@staff_area
def answer(complaint_id: int) -> ResponseReturnValue:
    """Answer it."""
    given = read(AnswerSchema())
    complaints.complaint_for(current_actor(), complaint_id)
    if given.ok:
        try:
            with transaction():
                complaints.answer_complaint(
                    current_actor(),
                    complaint_id,
                    given.value["answer"] or "",
                    version=given.value["version"],
                    now=clock.now(),
                )
            flash(_("已答复。来信人凭编号和查询码可以看到。"), "ok")
            return redirect(url_for("complaints.index"), 303)
        except (Rejected, Conflict) as refused:
            given.refuse(refused)
    return _letter(complaint_id, given, request.form.get("answer", "")), 422


@bp.post("/staff/complaints/<int:complaint_id>/pass-on")
@staff_area
def pass_on(complaint_id: int) -> ResponseReturnValue:
    """Give it to the federation's committee."""
    given = read(PassOnSchema())
    complaints.complaint_for(current_actor(), complaint_id)
    if given.ok:
        try:
            with transaction():
                complaints.pass_on(
                    current_actor(),
                    complaint_id,
                    given.value["words"] or "",
                    version=given.value["version"],
                    now=clock.now(),
                )
            flash(_("已转给联合体标准与质量监督委员会，由委员会答复。"), "success")
            return redirect(url_for("complaints.index"), 303)
        except (Rejected, Conflict) as refused:
            given.refuse(refused)
    return _letter(complaint_id, given, ""), 422


def _letter(complaint_id: int, given: Read, typed: str) -> str:
    found = complaints.complaint_for(current_actor(), complaint_id)
    return render_template(
        "complaints/show.html",
        found=found,
        state=sentence(STATES[found.state]),
        kind=sentence(KINDS[found.kind]),
        tone=TONES[found.state],
        is_open=found.state != ComplaintState.ANSWERED
        and (found.society_id is not None or current_actor().is_federation),
        sender=complaints.sender_of(current_actor(), found),
        passed_from=complaints.passed_from(found),
        errors=given.errors,
        typed=typed,
        most=MOST_CHARACTERS,
    )


def _form(values: dict[str, str], given: Read) -> str:
    return render_template(
        "complaints/form.html",
        values=values,
        errors=given.errors,
        kinds=[(code, sentence(said)) for code, said in KINDS.items()],
        societies=[
            ("", _("中国工程师联合体")),
            *((s.code, _name(s)) for s in complaints.societies_to_choose()),
        ],
        committee=COMMITTEE[short_locale()],
        most=MOST_CHARACTERS,
        years=KEPT.days // 365,
    )


def _name(society: "Society") -> str:
    return society.name_en if short_locale() == "en" else society.name


def _desk() -> int | None:
    """The society at whose desk the visitor sits; None for the federation."""
    opened = desk.open_desk()
    if opened is None and not current_actor().is_federation:
        raise NotAllowed
    return opened.society_id if opened else None


def _heading(waiting: Waiting) -> str:
    return _("%(num)s 件等待答复", num=waiting.open) if waiting.open else _("没有等待答复的来信")
