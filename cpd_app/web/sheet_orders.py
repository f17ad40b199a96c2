"""Have the register made as a spreadsheet, from either of its lists."""

import secrets

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from cpd_app import clock
from cpd_app.access import current_actor
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected
from cpd_app.usecases.members import MemberFilter
from cpd_app.usecases.register_sheets import SheetOrder, order_sheet
from cpd_app.web import desk
from cpd_app.web.locale import short_locale
from cpd_app.wording import sentence


def ordered(subject: str, form: str, wanted: MemberFilter, *, back: str) -> ResponseReturnValue:
    """Order it, and go to the page that shows how far it is."""
    order = SheetOrder(desk.society_id(), subject, form, wanted, clock.today(), short_locale())
    key = request.form.get("key", "")[:40] or secrets.token_hex(8)
    try:
        with transaction():
            job = order_sheet(
                current_actor(), order, key=f"{subject}:{form}:{key}", now=clock.now()
            )
            job_id = job.id
    except Rejected as refusal:
        flash(sentence(refusal.code), "error")
        return redirect(back, 303)
    return redirect(url_for("job_files.show", job_id=job_id), 303)
