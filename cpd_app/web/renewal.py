"""再注册: the guided way from the readiness check to the receipt."""

import uuid
from typing import Any

from flask import (
    Blueprint,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.documents.dossier_rows import groups_of
from cpd_app.domain.audits import OPEN
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.filing import Asked, Page, pages_of
from cpd_app.domain.summary import COUNTED, HEADING, ITEM
from cpd_app.schemas.evidence import upload_of
from cpd_app.storage import local_files
from cpd_app.texts.dossier import declaration as declaration_words
from cpd_app.texts.filing import DECLARATION_VERSION
from cpd_app.usecases import dossiers, filings, summaries
from cpd_app.usecases.evidence import Outcome
from cpd_app.usecases.files import Upload
from cpd_app.usecases.progress import Standing
from cpd_app.usecases.rules_in_force import compiled
from cpd_app.usecases.snapshots import Frozen, freeze
from cpd_app.web import uploads
from cpd_app.web.dossier_files import sent_dossier
from cpd_app.web.locale import short_locale
from cpd_app.web.progress import shown_standing
from cpd_app.web.renewal_page import outline_text, renewal_page, summary_count
from cpd_app.wording import sentence

bp = Blueprint("renewal", __name__)
#: states in which a filing takes the place of the way to it
DONE = {*(state.value for state in OPEN), "passed"}


@bp.get("/renewal")
@signed_in
def index() -> ResponseReturnValue:
    """The steps to a filing and how each stands; the filing itself once there is one."""
    standing, registrations = shown_standing()
    if standing is None:
        return render_template("progress/none.html")
    former = filings.filings_of(standing.registration.id, standing.term.id)
    if former and former[0].state in DONE:
        return redirect(url_for("filings.show", filing_id=former[0].id), 303)
    written = summaries.text_of_term(standing.registration.id, standing.term.id)
    return render_template(
        "renewal/index.html",
        page=renewal_page(standing, written),
        former=former,
        standing=standing,
        registrations=registrations,
    )


@bp.get("/renewal/record-form")
@signed_in
def record_form() -> ResponseReturnValue:
    """The whole record form as the society will see it."""
    standing = _standing()
    return render_template(
        "renewal/record_form.html",
        groups=form_groups(freeze(standing, declaration=None)),
        back=url_for("renewal.index"),
        adopted=standing.adopted,
        filing=None,
    )


@bp.get("/renewal/summary")
@signed_in
def summary() -> ResponseReturnValue:
    """Write the summary; it is saved while one types."""
    standing = _standing()
    kept = summaries.summary_of(current_actor(), standing.registration.id, today=clock.today())
    return _editor(standing, kept)


@bp.post("/renewal/summary")
@signed_in
def save() -> ResponseReturnValue:
    """Keep what was written; to script as JSON, with both texts when it was changed elsewhere."""
    actor, posted = current_actor(), request.form
    registration_id = posted.get("registration_id", 0, type=int)
    text = posted.get("text", "").replace("\r\n", "\n")
    if "outline" in posted:
        text = "\n\n".join(part for part in (text.rstrip(), _outline(_standing())) if part)
    try:
        with transaction():
            kept = summaries.save_summary(
                actor, registration_id, text, version=posted.get("version", 0, type=int),
                now=clock.now(), today=clock.today(),
            )  # fmt: skip
    except Conflict as conflict:
        theirs = summaries.summary_of(actor, registration_id, today=clock.today())
        return _conflict(conflict, theirs, text)
    if uploads.wants_json():
        return jsonify(version=kept.version, characters=kept.characters, said=summary_count(kept))
    flash(_("已保存，%(count)s。", count=summary_count(kept)), "success")
    return redirect(url_for("renewal.summary"), 303)


@bp.route("/renewal/submit", methods=["GET", "POST"])
@signed_in
def submit() -> ResponseReturnValue:
    """Read the declaration, add the pages the society asks for, file."""
    standing = _standing()
    if request.method == "GET":
        if not standing.readiness.can_file:
            return redirect(url_for("renewal.index"), 303)
        return _submit_page(standing, str(uuid.uuid4()))
    agreed = request.form.get("declaration_version", type=int) if "agree" in request.form else None
    key = request.form.get("key", "")
    new = filings.NewFiling(standing.registration.id, agreed, key or None)
    try:
        brought = _pages()
        with transaction():
            filed = filings.file_with_pages(
                current_actor(), new, brought,
                store=local_files(), now=clock.now(), today=clock.today(),
            )  # fmt: skip
    except (Rejected, Conflict) as refusal:
        said = sentence(refusal.code, refusal.values)
        status = 409 if isinstance(refusal, Conflict) else 422
        return _submit_page(standing, key, error=said, field=refusal.field or ""), status
    flash(_("已提交，受理编号 %(number)s。", number=filed.filing.number), "success")
    return redirect(url_for("filings.show", filing_id=filed.filing.id), 303)


@bp.get("/renewal/dossier/<any(pdf, docx, zip):form>")
@signed_in
def dossier(form: str) -> ResponseReturnValue:
    """The dossier as it would be filed today, marked as a draft."""
    taken = dossiers.take_draft(
        current_actor(), _standing().registration.id,
        language=short_locale(), now=clock.now(), today=clock.today(),
    )  # fmt: skip
    return sent_dossier(taken, form)


def form_groups(frozen: Frozen) -> list[dict[str, Any]]:
    """The record form as page and paper show it, from the same lines."""
    rule_sets = {r.rule_version_id: compiled(r.rule_version_id) for r in frozen.records}
    return groups_of(frozen.records, frozen.years, rule_sets, short_locale())


def _standing() -> Standing:
    standing, _registrations = shown_standing()
    if standing is None:
        raise NotFound
    return standing


def _outline(standing: Standing) -> str:
    return outline_text(summaries.outline_for(standing)).rstrip()


def _editor(
    standing: Standing, kept: summaries.SummaryText, *, mine: str | None = None
) -> ResponseReturnValue:
    outline = summaries.outline_for(standing)
    page = render_template(
        "renewal/summary.html",
        standing=standing,
        kept=kept,
        text=kept.text if mine is None else mine,
        theirs=kept.text if mine is not None else None,
        count=summary_count(kept),
        outline=outline,
        outline_text=outline_text(outline).rstrip(),
        counting={"word": COUNTED, "marks": f"{HEADING}|{ITEM}"},
    )
    return (page, 409) if mine is not None else page


def _conflict(conflict: Conflict, theirs: summaries.SummaryText, mine: str) -> ResponseReturnValue:
    """Both texts stay: what was kept elsewhere, and what was written here."""
    if uploads.wants_json():
        body = {
            "code": conflict.code,
            "message": sentence(conflict.code),
            "errors": {},
            "text": theirs.text,
            "version": theirs.version,
        }
        return jsonify(body), 409
    return _editor(_standing(), theirs, mine=mine)


def _submit_page(standing: Standing, key: str, *, error: str = "", field: str = "") -> str:
    asked = pages_of(standing.registration.society.settings)
    return render_template(
        "renewal/submit.html",
        standing=standing,
        declaration=declaration_words(DECLARATION_VERSION, short_locale()),
        version=DECLARATION_VERSION,
        pages={page.value: how.value for page, how in asked.items() if how is not Asked.OFF},
        secrecy=uploads.secrecy_options(),
        key=key,
        error=error,
        field=field,
    )


def _pages() -> dict[Page, Upload]:
    """The pages that were really picked, read before the transaction."""
    brought: dict[Page, Upload] = {}
    for page in Page:
        file = request.files.get(page.value)
        if file is None or not file.filename:
            continue
        read = upload_of(file, request.form.get("secrecy", ""))
        if isinstance(read, Outcome):
            raise read.refusal or Rejected("no_file", page.value)
        brought[page] = read
    return brought
