"""申请卷宗打包: choose the days, have the worker make one ZIP, download it for a week."""

import secrets
from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cpd_app import clock
from cpd_app.access import asks_again, current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected
from cpd_app.schemas.fields import day_of
from cpd_app.storage import local_files
from cpd_app.usecases import bulk_dossiers
from cpd_app.usecases.bulk_dossiers import Span
from cpd_app.web import desk
from cpd_app.web.forms import Read
from cpd_app.web.locale import short_locale
from cpd_app.wording import sentence

bp = Blueprint("bulk_dossiers", __name__, url_prefix="/staff/dossiers")


@bp.get("")
@staff_area
def choose() -> ResponseReturnValue:
    """The days between which filings came in, and how many that are."""
    return _page(Read())


@bp.post("")
@staff_area
@asks_again
def order() -> ResponseReturnValue:
    """Have them made; their page shows how far it is."""
    first_on, last_on = _days()
    given = Read()
    if first_on is None or last_on is None:
        given.errors["first_on" if first_on is None else "last_on"] = sentence("bad_day")
    elif last_on < first_on:
        given.errors["last_on"] = sentence("days_the_wrong_way")
    if first_on is None or last_on is None or not given.ok:
        return _page(given)
    try:
        with transaction():
            job = bulk_dossiers.order_dossiers(
                current_actor(),
                Span(desk.society_id(), first_on, last_on),
                with_evidence="with_evidence" in request.form,
                room=local_files().room(),
                language=short_locale(),
                key=request.form.get("key", "")[:40] or secrets.token_hex(8),
                now=clock.now(),
            )
            job_id = job.id
    except Rejected as refusal:
        given.refuse(refusal)
        return _page(given)
    return redirect(url_for("job_files.show", job_id=job_id), 303)


def _days() -> tuple[date | None, date | None]:
    return day_of(request.values.get("first_on")), day_of(request.values.get("last_on"))


def _page(given: Read) -> ResponseReturnValue:
    today = clock.today()
    first_on, last_on = _days()
    span = (first_on or today.replace(month=1, day=1), last_on or today)
    estimate = bulk_dossiers.estimate_of(current_actor(), Span(desk.society_id(), *span))
    page = render_template(
        "work/dossiers.html",
        estimate=estimate,
        with_evidence="with_evidence" in request.form,
        values={
            "first_on": request.values.get("first_on") or span[0].isoformat(),
            "last_on": request.values.get("last_on") or span[1].isoformat(),
        },
        errors=given.errors,
        key=secrets.token_hex(8),
    )
    return page, 200 if given.ok else 422
