"""Passing files together at the desk: the list, one's proposal, another's confirmation."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, NotAllowed, Rejected
from cpd_app.schemas.filing_acts import seen_of, words_of
from cpd_app.usecases import bulk_passes
from cpd_app.usecases.credits_shown import names_of
from cpd_app.web import desk
from cpd_app.wording import sentence


def add_to(bp: Blueprint) -> None:
    """Register these pages beside those of one file."""
    bp.add_url_rule("/bulk", "bulk", index, methods=["GET", "POST"])
    bp.add_url_rule("/bulk/<int:bulk_id>", "bulk_show", show)
    bp.add_url_rule("/bulk/<int:bulk_id>/confirm", "bulk_confirm", confirm, methods=["POST"])
    bp.add_url_rule("/bulk/<int:bulk_id>/withdraw", "bulk_withdraw", withdraw, methods=["POST"])


@staff_area
def index() -> ResponseReturnValue:
    """Files that can be passed together, those that cannot with the reason, and what waits."""
    society_id = desk.society_id()
    if request.method == "POST":
        made = _tried(
            lambda: bulk_passes.propose_bulk(
                current_actor(), society_id, request.form.getlist("file", type=int),
                words_of(request.form, "reasons"), now=clock.now(), today=clock.today(),
            ),
            _("已提出，等另一位确认。"),
        )  # fmt: skip
        if made is not None:
            return redirect(url_for("audit_process.bulk_show", bulk_id=made.id), 303)
    candidates = bulk_passes.candidates_of(current_actor(), society_id, today=clock.today())
    return render_template(
        "audit_process/bulk.html",
        ready=[c for c in candidates if c.left_out is None],
        left=[(c, sentence(c.left_out.value)) for c in candidates if c.left_out is not None],
        bulks=bulk_passes.open_bulks(current_actor(), society_id),
        most=bulk_passes.MOST_FILES,
    )


@staff_area
def show(bulk_id: int) -> ResponseReturnValue:
    """One bulk pass, number by number."""
    shown = bulk_passes.bulk_of(current_actor(), bulk_id)
    bulk = shown.bulk
    return render_template(
        "audit_process/bulk_show.html",
        shown=shown,
        bulk=bulk,
        left=[(case, sentence(why)) for case, why in shown.left_out],
        names=names_of({bulk.proposed_by_id, bulk.confirmed_by_id}),
        own=bulk.proposed_by_id == current_actor().person_id,
    )


@staff_area
def confirm(bulk_id: int) -> ResponseReturnValue:
    """Confirm a colleague's bulk pass."""
    _tried(
        lambda: bulk_passes.confirm_bulk(
            current_actor(), bulk_id, seen=seen_of(request.form), now=clock.now(),
            today=clock.today(),
        ),
        _("已确认，每份各有一份决定书。"),
    )  # fmt: skip
    return redirect(url_for("audit_process.bulk_show", bulk_id=bulk_id), 303)


@staff_area
def withdraw(bulk_id: int) -> ResponseReturnValue:
    """Take a bulk pass back, or do not confirm it."""
    _tried(
        lambda: bulk_passes.withdraw_bulk(
            current_actor(), bulk_id, words_of(request.form, "words"),
            seen=seen_of(request.form), now=clock.now(),
        ),
        _("已撤回，这些档案回到审阅中。"),
    )  # fmt: skip
    return redirect(url_for("audit_process.bulk_show", bulk_id=bulk_id), 303)


def _tried(act: Callable[[], Any], words: str) -> Any:
    try:
        with transaction():
            made = act()
    except (Rejected, Conflict, NotAllowed) as refusal:
        flash(sentence(refusal.code, refusal.values), "error")
        return None
    flash(words, "success")
    return made
