"""再注册审核: the queue of files, one file beside its evidence, and what a reader says of it."""

import uuid
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import audit_area, current_actor
from cpd_app.db import transaction
from cpd_app.domain.errors import DomainError, NotFound, Rejected
from cpd_app.domain.hours import format_hours
from cpd_app.errors import status_of, wants_json
from cpd_app.media.reading import page_picture
from cpd_app.media.types import MediaType
from cpd_app.schemas.audits import JudgementSchema
from cpd_app.storage import local_files
from cpd_app.texts.trace import trace_lines
from cpd_app.usecases import audit_file, audit_queue, judgements
from cpd_app.usecases.audit_file import reason_templates
from cpd_app.usecases.judgements import NewJudgement, Told
from cpd_app.usecases.matches import count_to_answer
from cpd_app.web import audit_assignment, audit_list, desk
from cpd_app.web.audit_page import cells_of, file_page, verdict_state, year_line
from cpd_app.web.evidence import FILE_POLICY
from cpd_app.web.forms import Read, read
from cpd_app.web.locale import short_locale

if TYPE_CHECKING:
    from cpd_app.models import ReasonTemplate

bp = Blueprint("audits", __name__, url_prefix="/staff/audits")
bp.register_blueprint(audit_assignment.bp)


@bp.get("")
@audit_area
def index() -> ResponseReturnValue:
    """The queue: by deadline and risk, its filters in the address."""
    society_id = _society()
    _bring_up_to_date(society_id)
    today = clock.today()
    wanted = audit_list.filter_of(request.args)
    found = audit_queue.queue_of(current_actor(), society_id, wanted, today=today)
    return render_template(
        "audits/index.html",
        page=audit_list.queue_page(current_actor(), found, wanted, today=today),
        is_registrar=society_id is not None and desk.is_registrar(),
        matches=count_to_answer(society_id) if society_id is not None else 0,
    )


@bp.get("/<int:filing_id>")
@audit_area
def show(filing_id: int) -> ResponseReturnValue:
    """The workbench; the opened record is in the address (`r`), else the year (`y`)."""
    return _workbench(filing_id, Read(), {})


@bp.post("/<int:filing_id>/records/<int:record_id>/judgement")
@audit_area
def judge(filing_id: int, record_id: int) -> ResponseReturnValue:
    """Say what is to become of a record; a script gets the new totals, a form the next record."""
    given = read(JudgementSchema())
    today = clock.today()
    if given.ok:
        said = _with_template(filing_id, given.value)
        try:
            with transaction():
                told = judgements.judge_record(
                    current_actor(), filing_id, record_id, said, now=clock.now(), today=today
                )
        except DomainError as error:
            if isinstance(error, NotFound):
                raise
            return _refused(filing_id, record_id, error)
        if wants_json():
            return jsonify(_news(filing_id, told, today))
        flash(_("已保存。"), "success")
        return redirect(url_for("audits.show", filing_id=filing_id, y=_year_of(told)), 303)
    if wants_json():
        raise Rejected("bad_value", next(iter(given.errors), None))
    return _workbench(filing_id, given, request.form.to_dict(), record_id=record_id)


@bp.post("/<int:filing_id>/undo")
@audit_area
def undo(filing_id: int) -> ResponseReturnValue:
    """Take the last judgement back; the record is not judged again."""
    key = request.form.get("key") or None
    with transaction():
        told = judgements.take_back(
            current_actor(), filing_id, key=key, now=clock.now(), today=clock.today()
        )
    if wants_json():
        return jsonify(_news(filing_id, told, clock.today()))
    flash(_("已撤回上一次判定。"), "success")
    record_id = told.judgement.record_id
    return redirect(url_for("audits.show", filing_id=filing_id, r=record_id), 303)


@bp.get("/<int:filing_id>/records/<int:record_id>/hours")
@audit_area
def hours(filing_id: int, record_id: int) -> ResponseReturnValue:
    """What the minutes on the evidence would give: the engine's arithmetic."""
    minutes = request.args.get("minutes", 0, type=int)
    record, made = judgements.converted_hours(
        current_actor(), filing_id, record_id, minutes or 1, today=clock.today()
    )
    lines = trace_lines(made.trace, short_locale())
    return jsonify(
        hours=format_hours(min(made.hours, record.recognised)),
        words=lines[0] if minutes and lines else "",
    )


@bp.get("/<int:filing_id>/files/<int:file_id>")
@audit_area
def file(filing_id: int, file_id: int) -> ResponseReturnValue:
    """A file that was filed, or a page of it; that it was opened is written for the member."""
    with transaction():
        opened = audit_file.open_evidence(
            current_actor(),
            filing_id,
            file_id,
            preview="preview" in request.args,
            store=local_files(),
            now=clock.now(),
            today=clock.today(),
        )
    stream, media_type, page = opened.stream, opened.media_type, request.args.get("page", type=int)
    if page is not None and media_type == MediaType.PDF:
        with opened.stream as paper:
            stream, media_type = BytesIO(page_picture(paper.read(), page)), MediaType.JPEG
    response = send_file(
        stream,
        mimetype=media_type,
        download_name=opened.name,
        max_age=0,
        conditional=False,
        etag=False,
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def _workbench(
    filing_id: int, given: Read, values: dict[str, Any], *, record_id: int | None = None
) -> ResponseReturnValue:
    actor, today = current_actor(), clock.today()
    if audit_file.opens_first(actor, filing_id, today=today):
        with transaction():
            audit_file.open_filing(actor, filing_id, now=clock.now(), today=today)
    shown = audit_file.audit_file(actor, filing_id, today=today)
    society_id = shown.filing.society_id if shown.is_staff else None
    queue = audit_queue.queue_of(actor, society_id, audit_queue.QueueFilter(), today=today)
    opened = request.args.get("r", type=int) if record_id is None else record_id
    page = render_template(
        "audits/show.html",
        file=shown,
        page=file_page(actor, shown, year=request.args.get("y", ""), record_id=opened, today=today),
        queue=audit_list.queue_page(actor, queue, audit_queue.QueueFilter(), today=today),
        reasons=[(r.id, r.verdict, _reason_text(r)) for r in shown.reasons],
        values=values,
        errors=given.errors,
        key=str(uuid.uuid4()),
    )
    return page, 200 if given.ok else 422


def _refused(filing_id: int, record_id: int, error: DomainError) -> ResponseReturnValue:
    """A script gets the refusal and how the file stands now, so that nothing is lost."""
    if wants_json():
        raise error
    given = Read()
    given.refuse(error, known=request.form)
    page = _workbench(filing_id, given, request.form.to_dict(), record_id=record_id)
    return (page[0], status_of(error)) if isinstance(page, tuple) else page


def _news(filing_id: int, told: Told, today: date) -> dict[str, Any]:
    """What a judgement changed on the page: rows, years, progress."""
    reading = told.reading
    shown = _year_of(told)
    rows = {}
    for record in reading.records:
        said = reading.judgements.get(record.id)
        chosen = record.id in reading.chosen
        words, kind, icon = verdict_state(
            said, chosen=chosen, answered=record.id in reading.answered
        )
        rows[record.id] = {
            "words": words, "kind": kind, "icon": icon, "chosen": chosen,
            "seen": said.id if said else 0,
        }  # fmt: skip
    cells = cells_of(filing_id, reading, shown, today=today)
    return {
        "record": told.judgement.record_id,
        "rows": rows,
        "years": render_template("audits/_years.html", cells=cells),
        "lines": {y.index: year_line(y) for y in reading.years},
        "done": reading.done,
        "needed": reading.needed,
        "at": f"{clock.now().astimezone(clock.BEIJING):%H:%M}",
    }


def _year_of(told: Told) -> int:
    by_id = {r.id: r.year_index for r in told.reading.records}
    return by_id.get(told.judgement.record_id, 1)


def _with_template(filing_id: int, value: dict[str, Any]) -> NewJudgement:
    """The words of the chosen template, where nothing else was written."""
    said: NewJudgement = value["said"]
    if value["template"] is None:
        return said
    society_id = audit_file.society_of(current_actor(), filing_id, today=clock.today())
    chosen = next((r for r in reason_templates(society_id) if r.id == value["template"]), None)
    if chosen is None or chosen.verdict != said.verdict:
        return said
    words = said.reason or _reason_text(chosen)
    code = chosen.code if words in {chosen.text, chosen.text_en} else None
    return NewJudgement(said.verdict, said.hours, said.minutes, words, code, said.key, said.seen)


def _reason_text(row: "ReasonTemplate") -> str:
    return row.text_en if short_locale() == "en" else row.text


def _society() -> int | None:
    """The desk's society; None for an outside expert, who has no desk."""
    here = desk.open_desk()
    return here.society_id if here else None


def _bring_up_to_date(society_id: int | None) -> None:
    """Rate what is new, so that risk orders the list; a page's share at a time."""
    if society_id is None:
        return
    waiting = audit_queue.unrated([society_id])
    if waiting:
        with transaction():
            audit_queue.rate_files(current_actor(), waiting, now=clock.now())
