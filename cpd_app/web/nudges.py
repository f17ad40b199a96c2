"""催办: choose who is reminded, see what one of them will read, send or export it, note calls."""

import csv
import io
import secrets

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import asks_again, current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.documents.spreadsheets import as_text
from cpd_app.domain.errors import Rejected
from cpd_app.domain.nudges import Way
from cpd_app.usecases import call_notes, nudge_list, nudge_runs, nudges, standings
from cpd_app.usecases.nudge_list import Chosen, Plan
from cpd_app.web import desk, nudge_words
from cpd_app.web.forms import Read
from cpd_app.web.nudge_words import filter_of, href, query_of
from cpd_app.wording import sentence

bp = Blueprint("nudges", __name__, url_prefix="/staff/nudges")


@bp.get("")
@staff_area
def index() -> ResponseReturnValue:
    """Certificates that end soon, the first to end first; filters stand in the address."""
    actor, society_id, today = current_actor(), desk.society_id(), clock.today()
    wanted = filter_of(request.args)
    page = request.args.get("page", 1, type=int)

    def read() -> nudge_list.NudgePage:
        return nudge_list.nudge_page(
            actor, society_id, wanted, on=today, now=clock.now(), page=page
        )

    found = read()
    old = standings.old_among([r.registration_id for r in found.rows], on=today)
    if old:
        with transaction():
            standings.judge_again(old, on=today)
        found = read()
    return render_template(
        "nudges/index.html",
        found=found,
        wanted=wanted,
        heading=nudge_words.heading(found, wanted),
        tabs=nudge_words.tabs(found, wanted),
        options=nudge_words.options(),
        kept=query_of(wanted),
        words=nudge_words,
        previous=href(wanted, page=found.page - 1) if found.page > 1 else "",
        following=href(wanted, page=found.page + 1) if found.page < found.pages else "",
    )


@bp.get("/preview")
@staff_area
def preview() -> ResponseReturnValue:
    """Who will be reminded and who is left out, and the message as one of them will read it."""
    return _preview(request.args.get("words", ""), Read())


@bp.post("/preview")
@staff_area
def send() -> ResponseReturnValue:
    """Show the message again with one's own sentence, or remind everybody who was chosen."""
    words = request.form.get("words", "")
    if request.form.get("act") != Way.MESSAGE:
        return _preview(words, Read())
    return _order(Way.MESSAGE, words)


@bp.post("/csv")
@staff_area
@asks_again
def export() -> ResponseReturnValue:
    """Put everybody who was chosen into a file for an SMS platform; they count as reminded."""
    return _order(Way.CSV, request.form.get("words", ""))


@bp.get("/runs/<int:job_id>")
@staff_area
def run(job_id: int) -> ResponseReturnValue:
    """How far a nudge is, how many were reminded, and who was left out and why."""
    found = nudge_runs.run_of(current_actor(), job_id)
    return render_template("nudges/run.html", run=found, words=nudge_words)


@bp.post("/runs/<int:job_id>/csv")
@staff_area
@asks_again
def file(job_id: int) -> ResponseReturnValue:
    """Name, phone and text of everybody in an order for SMS; no cell can become a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["name", "phone", "text"])
    with transaction():
        for said in nudge_runs.rows_for_sms(current_actor(), job_id, now=clock.now()):
            told = nudge_words.preview_of(said)
            # the phone as the gateway dials it: +86…
            writer.writerow([as_text(said.name), said.phone or "", as_text(told.text)])
    name = f"sms-{clock.today().isoformat()}.csv"
    return Response(
        text.getvalue().encode("utf-8-sig"),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@bp.route("/members/<int:registration_id>", methods=["GET", "POST"])
@staff_area
def contacts(registration_id: int) -> ResponseReturnValue:
    """Calls and nudges of one member, and a form for the call that has just ended."""
    given, values = Read(), request.form.to_dict()
    if request.method == "POST":
        try:
            with transaction():
                call_notes.note_call(
                    current_actor(),
                    registration_id,
                    values.get("outcome", ""),
                    values.get("words", ""),
                    now=clock.now(),
                )
        except Rejected as refusal:
            given.refuse(refusal, known={"outcome": "", "words": ""})
        else:
            flash(_("已记下这次电话。"), "success")
            return redirect(url_for("nudges.contacts", registration_id=registration_id), 303)
    page = render_template(
        "nudges/contacts.html",
        file=call_notes.contact_file(current_actor(), registration_id),
        outcomes=nudge_words.outcomes(),
        values=values,
        errors=given.errors,
        most=call_notes.MOST_WORDS,
        words=nudge_words,
    )
    return page, 200 if given.ok else 422


def _chosen() -> Chosen:
    # What is no id names nobody: left out, it would leave nothing chosen, which means everybody.
    ids = {_id(text) for text in request.values.getlist("id")}
    return Chosen(filter_of(request.values), tuple(sorted(ids)))


def _id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _plan(way: Way) -> Plan:
    return nudge_list.plan_of(
        current_actor(), desk.society_id(), _chosen(), way, on=clock.today(), now=clock.now()
    )


def _preview(words: str, given: Read) -> ResponseReturnValue:
    chosen, plan = _chosen(), _plan(Way.MESSAGE)
    shown = request.values.get("person", 0, type=int)
    person = shown if shown in plan.ids else (plan.ids[0] if plan.ids else None)
    seen = None
    if person is not None:
        said = nudges.said_to(current_actor(), desk.society_id(), person, words, on=clock.today())
        seen = nudge_words.preview_of(said)
    page = render_template(
        "nudges/preview.html",
        plan=plan,
        for_sms=_plan(Way.CSV),
        chosen=chosen,
        kept=query_of(chosen.wanted),
        typed=words,
        seen=seen,
        around=nudge_words.neighbours(plan, person) if person is not None else None,
        key=request.values.get("key") or secrets.token_hex(8),
        most=nudges.MOST_WORDS,
        errors=given.errors,
        words=nudge_words,
    )
    return page, 200 if given.ok else 422


def _order(way: Way, words: str) -> ResponseReturnValue:
    given = Read()
    try:
        with transaction():
            job = nudges.order_nudges(
                current_actor(),
                desk.society_id(),
                _chosen(),
                way,
                words,
                key=request.form.get("key", "")[:40] or secrets.token_hex(8),
                on=clock.today(),
                now=clock.now(),
            )
    except Rejected as refusal:
        if refusal.code == "nobody_to_nudge":
            flash(sentence(refusal.code), "error")
            return redirect(href(_chosen().wanted), 303)
        given.refuse(refusal, known={"words": ""})
        return _preview(words, given)
    return redirect(url_for("nudges.run", job_id=job.id), 303)
