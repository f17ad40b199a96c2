"""The federation's page of reports: what societies did to certificates, and that it arrived."""

import csv
import io
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.documents.spreadsheets import as_text
from cpd_app.domain.errors import Conflict
from cpd_app.usecases import federation_reports
from cpd_app.usecases.federation_reports import PAGE_SIZE
from cpd_app.web.locale import short_locale
from cpd_app.wording import sentence

bp = Blueprint("federation", __name__, url_prefix="/staff/federation")


@bp.get("")
@staff_area
def index() -> ResponseReturnValue:
    """Every report, those that are not acknowledged first when asked for."""
    only_open = request.args.get("state") == "open"
    page = max(1, request.args.get("page", 1, type=int))
    rows, total = federation_reports.reports(current_actor(), only_open=only_open, page=page)
    _rows, waiting = federation_reports.reports(current_actor(), only_open=True)
    pages = max(1, -(-total // PAGE_SIZE))
    kept: dict[str, Any] = {"state": "open"} if only_open else {}
    return render_template(
        "certificates/reports.html",
        heading=ngettext("%(num)s 份报送待确认", "%(num)s 份报送待确认", waiting)
        if waiting
        else _("报送都已确认"),
        rows=[(r, s.name_en if short_locale() == "en" else s.name) for r, s in rows],
        only_open=only_open,
        waiting=waiting,
        page=page,
        pages=pages,
        previous=url_for("federation.index", page=page - 1, **kept) if page > 1 else "",
        following=url_for("federation.index", page=page + 1, **kept) if page < pages else "",
    )


@bp.get("/reports/<int:report_id>/<any(csv, json):form>")
@staff_area
def download(report_id: int, form: str) -> ResponseReturnValue:
    """One report: the JSON to the letter as it was signed, or the same as a table."""
    report = federation_reports.report_of(current_actor(), report_id)
    if form == "json":
        response = Response(report.content, content_type="application/json")
    else:
        text = io.StringIO()
        lines = federation_reports.rows_of(report)
        csv.writer(text).writerows([as_text(cell) for cell in line] for line in lines)
        body = text.getvalue().encode("utf-8-sig")
        response = Response(body, content_type="text/csv; charset=utf-8")
    name = f"report-{report.society_id}-{report.number}.{form}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Digest"] = f"sha-256={report.digest}"
    return response


@bp.post("/reports/<int:report_id>/acknowledge")
@staff_area
def acknowledge(report_id: int) -> ResponseReturnValue:
    """It arrived, and those of the society before it."""
    try:
        with transaction():
            count = federation_reports.acknowledge_report(
                current_actor(), report_id, now=clock.now()
            )
    except Conflict as error:
        flash(sentence(error.code), "error")
    else:
        flash(ngettext("已确认收到 %(num)s 份。", "已确认收到 %(num)s 份。", count), "success")
    return redirect(url_for("federation.index", state="open"), 303)
