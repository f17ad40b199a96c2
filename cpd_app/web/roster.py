"""The organiser's roster of an event: names, a list from a file, who waits, who walked in."""

import csv
import io
import json
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.documents.spreadsheets import as_text
from cpd_app.domain.errors import DomainError, Rejected
from cpd_app.texts.roster import ROSTER_COLUMNS
from cpd_app.usecases import guests, roster, roster_files, roster_lists, roster_shown
from cpd_app.usecases.roster_entries import Named
from cpd_app.usecases.roster_lists import NewName
from cpd_app.web import event_words
from cpd_app.web.import_pages import template_of, uploaded
from cpd_app.web.roster_page import (
    EXPORT_HEADING,
    entry_page,
    export_row,
    filter_of,
    preview_page,
    roster_page,
)
from cpd_app.wording import sentence

bp = Blueprint("roster", __name__, url_prefix="/events/<int:event_id>/roster")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: a list of 5,000 people, carried by the page that shows it
MOST_FORM = 4 * 1024 * 1024
#: fields of the form that takes one person down
FIELDS = ("name", "number", "phone", "unit")


@bp.before_request
def make_room() -> None:
    """The confirmed list comes back in the form."""
    if request.endpoint == "roster.confirm":
        request.max_form_memory_size = MOST_FORM


@bp.get("")
@signed_in
def index(event_id: int) -> ResponseReturnValue:
    """Who is on it, who waits for a decision or a place, who is off."""
    return _page(event_id)


@bp.post("")
@signed_in
def add(event_id: int) -> ResponseReturnValue:
    """Put one person on the roster who is standing at the door."""
    try:
        with transaction():
            added = roster_lists.add_walk_in(
                current_actor(), event_id, NewName(_named()), now=clock.now()
            )
    except DomainError as refusal:
        if not isinstance(refusal, Rejected):
            raise
        errors = {refusal.field or "": sentence(refusal.code, refusal.values)}
        return _page(event_id, errors=errors), 422
    entry = added.entry
    if not added.created:
        flash(_("%(name)s已经在名单上。", name=entry.name), "info")
    elif entry.person_id is None:
        flash(_("已登记%(name)s为来宾，激活账号后自动对上。", name=entry.name), "success")
    else:
        flash(_("已登记%(name)s。", name=entry.name), "success")
    return redirect(url_for("roster.index", event_id=event_id), 303)


@bp.post("/decisions")
@signed_in
def decide(event_id: int) -> ResponseReturnValue:
    """Let those in who were chosen, or do not."""
    chosen = request.form.getlist("entry", type=int)
    accept = request.form.get("decision") == "accept"
    if not chosen:
        flash(_("请先选人。"), "error")
    else:
        try:
            with transaction():
                changed = roster.decide(
                    current_actor(),
                    event_id,
                    chosen,
                    accept=accept,
                    reason=request.form.get("reason", ""),
                    now=clock.now(),
                )
        except Rejected as refusal:
            flash(sentence(refusal.code, refusal.values), "error")
        else:
            said = (
                ngettext("%(num)s 人已列入名单。", "%(num)s 人已列入名单。", changed)
                if accept
                else ngettext("%(num)s 人没有通过。", "%(num)s 人没有通过。", changed)
            )
            flash(said, "success")
    if request.form.get("from") == "entry" and len(chosen) == 1:
        return redirect(url_for("roster.show", event_id=event_id, entry_id=chosen[0]), 303)
    back = request.form.get("show", "")
    return redirect(url_for("roster.index", event_id=event_id, show=back or None), 303)


@bp.post("/import")
@signed_in
def preview(event_id: int) -> ResponseReturnValue:
    """Read a file and show what adding it would do; nothing is kept."""
    try:
        _name, data = uploaded()
        checked = roster_files.check_list(current_actor(), event_id, data, now=clock.now())
    except Rejected as refusal:
        return _page(event_id, fault=sentence(refusal.code, refusal.values)), 422
    tabs = event_words.tabs_of(checked.event, "roster.index")
    return render_template(
        "roster/preview.html",
        page=preview_page(checked),
        event=checked.event,
        words=event_words,
        tabs=tabs,
    )


@bp.post("/import/confirm")
@signed_in
def confirm(event_id: int) -> ResponseReturnValue:
    """Add the rows that the preview showed as good."""
    try:
        with transaction():
            added = roster_lists.add_names(current_actor(), event_id, _listed(), now=clock.now())
    except Rejected as refusal:
        return _page(event_id, fault=sentence(refusal.code, refusal.values)), 422
    count = sum(1 for one in added if one.created)
    flash(ngettext("已登记 %(num)s 人。", "已登记 %(num)s 人。", count), "success")
    return redirect(url_for("roster.index", event_id=event_id), 303)


@bp.get("/template")
@signed_in
def template(event_id: int) -> ResponseReturnValue:
    """An empty file with the right heading."""
    roster_shown.event_of_roster(current_actor(), event_id, now=clock.now())
    return send_file(
        template_of("roster", ROSTER_COLUMNS),
        mimetype=XLSX,
        as_attachment=True,
        download_name="roster.xlsx",
    )


@bp.post("/export")
@signed_in
def export(event_id: int) -> ResponseReturnValue:
    """Everybody who is listed or waits, as CSV that a spreadsheet opens."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    with transaction():
        rows = roster_shown.export_roster(current_actor(), event_id, now=clock.now())
        writer.writerow([str(_(words)) for words in EXPORT_HEADING])
        writer.writerows([as_text(cell) for cell in export_row(row)] for row in rows)
    data = io.BytesIO(text.getvalue().encode("utf-8-sig"))
    name = f"roster-{event_id}.csv"
    return send_file(data, mimetype="text/csv", as_attachment=True, download_name=name)


@bp.get("/<int:entry_id>")
@signed_in
def show(event_id: int, entry_id: int) -> ResponseReturnValue:
    """One entry: who it is, how it came on the roster, what can be done with it."""
    return _entry(event_id, entry_id)


@bp.post("/<int:entry_id>")
@signed_in
def correct(event_id: int, entry_id: int) -> ResponseReturnValue:
    """Correct how a guest was taken down."""
    try:
        with transaction():
            entry = guests.correct_guest(
                current_actor(), event_id, entry_id, _named(), now=clock.now()
            )
            person_id, joined_id = entry.person_id, entry.joined_id
    except Rejected as refusal:
        errors = {refusal.field or "": sentence(refusal.code, refusal.values)}
        return _entry(event_id, entry_id, errors=errors), 422
    found = person_id is not None or joined_id is not None
    flash(_("已找到这位会员，学时会记到本人。") if found else _("已改正。"), "success")
    shown = joined_id or entry_id
    return redirect(url_for("roster.show", event_id=event_id, entry_id=shown), 303)


@bp.post("/<int:entry_id>/excuse")
@signed_in
def excuse(event_id: int, entry_id: int) -> ResponseReturnValue:
    """Note an apology, or take the note back."""
    excused = request.form.get("excused") == "1"
    try:
        with transaction():
            roster.excuse(current_actor(), event_id, entry_id, excused=excused, now=clock.now())
    except Rejected as refusal:
        flash(sentence(refusal.code, refusal.values), "error")
    else:
        flash(_("已记为请假。") if excused else _("已去掉请假。"), "success")
    return redirect(url_for("roster.show", event_id=event_id, entry_id=entry_id), 303)


@bp.post("/<int:entry_id>/removal")
@signed_in
def remove(event_id: int, entry_id: int) -> ResponseReturnValue:
    """Take somebody off the roster who was put on it by mistake."""
    try:
        with transaction():
            entry = roster.remove_name(current_actor(), event_id, entry_id, now=clock.now())
    except Rejected as refusal:
        flash(sentence(refusal.code, refusal.values), "error")
        return redirect(url_for("roster.show", event_id=event_id, entry_id=entry_id), 303)
    flash(_("已把%(name)s移出名单。", name=entry.name), "success")
    return redirect(url_for("roster.index", event_id=event_id), 303)


def _page(event_id: int, *, errors: dict[str, str] | None = None, fault: str = "") -> str:
    wanted = filter_of(request.args)
    found = roster_shown.roster_of(current_actor(), event_id, wanted, now=clock.now())
    return render_template(
        "roster/index.html",
        page=roster_page(found, wanted),
        event=found.event,
        words=event_words,
        tabs=event_words.tabs_of(found.event, "roster.index"),
        values={name: request.form.get(name, "") for name in FIELDS},
        errors=errors or {},
        fault=fault,
    )


def _entry(event_id: int, entry_id: int, *, errors: dict[str, str] | None = None) -> str:
    row = roster_shown.entry_shown(current_actor(), event_id, entry_id, now=clock.now())
    return render_template(
        "roster/show.html",
        page=entry_page(row),
        event=row.event,
        words=event_words,
        tabs=event_words.tabs_of(row.event, "roster.index"),
        values={name: request.form.get(name, "") for name in FIELDS} if errors else None,
        errors=errors or {},
    )


def _named() -> Named:
    name, number, phone, unit = (request.form.get(field, "").strip() for field in FIELDS)
    return Named(name, number or None, phone or None, unit or None)


def _listed() -> list[NewName]:
    """The rows that the preview's page carried; anything else is refused like a broken file."""
    try:
        rows: Any = json.loads(request.form.get("people", ""))
        return [NewName(Named(*(_text(cell) for cell in row))) for row in rows]
    except (ValueError, TypeError):
        raise Rejected("file_broken", "file") from None


def _text(cell: Any) -> Any:
    if not isinstance(cell, str | None):
        raise TypeError
    return cell
