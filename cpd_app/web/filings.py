"""A filing after it was made: where it stands, what is frozen, withdraw, add, take along."""

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.usecases import dossiers, filings
from cpd_app.usecases.deadlines import DeadlineKind, deadline_of
from cpd_app.usecases.snapshots import filed_of
from cpd_app.web.dossier_files import sent_dossier
from cpd_app.web.filing_words import FilingPage, filing_page
from cpd_app.web.locale import short_locale
from cpd_app.web.renewal import form_groups

if TYPE_CHECKING:
    from cpd_app.models import Filing

bp = Blueprint("filings", __name__)


@bp.get("/filings/<int:filing_id>")
@signed_in
def show(filing_id: int) -> ResponseReturnValue:
    """The receipt, the state in words, deadlines, and what was frozen."""
    filing = filings.filing_for(current_actor(), filing_id)
    return render_template("renewal/filing.html", page=_page(filing), filing=filing)


@bp.get("/filings/<int:filing_id>/record-form")
@signed_in
def record_form(filing_id: int) -> ResponseReturnValue:
    """The record form as it was filed."""
    filing = filings.filing_for(current_actor(), filing_id)
    frozen = filed_of(filing)
    return render_template(
        "renewal/record_form.html",
        groups=form_groups(frozen),
        back=url_for("filings.show", filing_id=filing_id),
        adopted=(frozen.content or {}).get("adopted", False),
        filing=filing,
    )


@bp.route("/filings/<int:filing_id>/withdraw", methods=["GET", "POST"])
@signed_in
def withdraw(filing_id: int) -> ResponseReturnValue:
    """Ask once, then take the filing back."""
    filing = filings.filing_for(current_actor(), filing_id)
    if request.method == "GET":
        return render_template("renewal/withdraw.html", filing=filing)
    with transaction():
        filings.withdraw_filing(
            current_actor(), filing_id, version=request.form.get("version", type=int),
            now=clock.now(),
        )  # fmt: skip
    flash(_("已撤回。记录可以再改动，准备好后重新提交。"), "success")
    return redirect(url_for("renewal.index"), 303)


@bp.route("/filings/<int:filing_id>/supplement", methods=["GET", "POST"])
@signed_in
def supplement(filing_id: int) -> ResponseReturnValue:
    """Show what would be added, then add it."""
    actor = current_actor()
    filing = filings.filing_for(actor, filing_id)
    if request.method == "GET":
        records = filings.supplement_of(actor, filing, today=clock.today())
        return render_template("renewal/supplement.html", filing=filing, records=records)
    with transaction():
        filings.add_supplement(
            actor, filing_id, version=request.form.get("version", type=int),
            now=clock.now(), today=clock.today(),
        )  # fmt: skip
    flash(_("已补交，和原来的申请一起审阅。"), "success")
    return redirect(url_for("filings.show", filing_id=filing_id), 303)


@bp.get("/filings/<int:filing_id>/dossier/<any(pdf, docx, zip):form>")
@signed_in
def dossier(filing_id: int, form: str) -> ResponseReturnValue:
    """The dossier as it was filed, for the member and whoever reads the filing."""
    with transaction():
        taken = dossiers.take_filed(
            current_actor(), filing_id, language=short_locale(), now=clock.now(),
            with_files=form == "zip",
        )  # fmt: skip
    return sent_dossier(taken, form)


def _page(filing: "Filing") -> FilingPage:
    actor = current_actor()
    return filing_page(
        filing,
        filed_of(filing),
        deadline_of(DeadlineKind.COMPLETENESS, filing.id),
        to_add=len(filings.supplement_of(actor, filing, today=clock.today())),
        own=filing.person_id == actor.person_id,
    )
