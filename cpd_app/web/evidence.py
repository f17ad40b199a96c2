"""Proofs of a record: look, add, tag, take off, remove for good; and the files themselves."""

import uuid
from contextlib import nullcontext
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.schemas.evidence import uploads_of
from cpd_app.storage import local_files
from cpd_app.usecases import evidence, files
from cpd_app.usecases.activities import own_activity, readable_activity
from cpd_app.usecases.evidence import Attachment
from cpd_app.web import uploads
from cpd_app.web.evidence_panel import Panel, panel_of
from cpd_app.web.paths import safe_path

if TYPE_CHECKING:
    from cpd_app.models import Activity

bp = Blueprint("evidence", __name__)
uploads.make_room(bp)

#: a file is no page of ours: nothing in it may load or run anything
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'"


@bp.app_template_global("evidence_panel")
def evidence_panel(activity: "Activity") -> Panel:
    """The same slots for the record's own page."""
    return panel_of(current_actor(), activity)


@bp.app_template_global("may_purge")
def may_purge(attached: Attachment) -> bool:
    """Whether 紧急清除 is offered for a file."""
    return files.may_purge(current_actor(), attached.file_id)


bp.add_app_template_global(uploads.preview_url, "preview_of")


@bp.get("/activities/<int:activity_id>/evidence")
@signed_in
def index(activity_id: int) -> ResponseReturnValue:
    """The proofs of a record, and the form that adds more."""
    actor = current_actor()
    shown = panel_of(actor, readable_activity(actor, activity_id))
    reusable = evidence.files_to_reuse(actor, activity_id) if shown.own else []
    return render_template(
        "evidence/index.html",
        panel=shown,
        reuse=reusable,
        secrecy=uploads.secrecy_options(),
        chosen=request.args.getlist("proof"),
        key=str(uuid.uuid4()),
    )


@bp.post("/activities/<int:activity_id>/evidence")
@signed_in
def add(activity_id: int) -> ResponseReturnValue:
    """Attach the files of the form; one that cannot be taken stops no other."""
    actor, posted = current_actor(), request.form
    own_activity(actor, activity_id)
    picked = uploads_of(
        request.files.getlist("file"),
        posted.get("secrecy", ""),
        posted.getlist("proofs"),
        posted.get("key", ""),
    )
    try:
        with transaction():
            outcomes = evidence.add_files(
                actor, activity_id, picked, store=local_files(), now=clock.now()
            )
    except Conflict as conflict:
        if uploads.wants_json():
            return uploads.refusal(conflict, 409)
        flash(uploads.why(conflict), "error")
        return _back(activity_id)
    if uploads.wants_json():
        return uploads.answer(outcomes)
    uploads.tell(outcomes)
    return _back(activity_id)


@bp.post("/activities/<int:activity_id>/evidence/reuse")
@signed_in
def reuse(activity_id: int) -> ResponseReturnValue:
    """Let a file of another record prove this one too."""
    actor = current_actor()
    file_id = request.form.get("file_id", 0, type=int)
    with transaction():
        evidence.attach_file(
            actor, activity_id, file_id, request.form.getlist("proofs"), now=clock.now()
        )
    flash(_("已用作这条记录的佐证。"), "success")
    return _back(activity_id)


@bp.post("/evidence/<int:evidence_id>/proofs")
@signed_in
def tag(evidence_id: int) -> ResponseReturnValue:
    """Say what a file proves."""
    with transaction():
        tagged = evidence.tag_evidence(
            current_actor(), evidence_id, request.form.getlist("proofs"), now=clock.now()
        )
    flash(_("已改好这个文件的用途。"), "success")
    return _back(tagged.activity_id)


@bp.post("/evidence/<int:evidence_id>/remove")
@signed_in
def remove(evidence_id: int) -> ResponseReturnValue:
    """Take a file off a record."""
    actor = current_actor()
    attached = evidence.attached_by_id(actor, evidence_id)
    try:
        with transaction():
            evidence.detach_evidence(actor, evidence_id, store=local_files(), now=clock.now())
    except Rejected as refusal:
        flash(uploads.why(refusal), "error")
    else:
        flash(_("已移除。"), "success")
    return _back(attached.activity_id)


@bp.route("/files/<int:file_id>/purge", methods=["GET", "POST"])
@signed_in
def purge(file_id: int) -> ResponseReturnValue:
    """紧急清除: ask once, then remove the bytes, the preview and the copies waiting to be sent."""
    actor = current_actor()
    file = files.purgeable_file(actor, file_id)
    if request.method == "GET":
        viewers = files.views_of([file_id]).get(file_id, [])
        return render_template("evidence/purge.html", file=file, viewers=viewers, back=_referrer())
    with transaction():
        records = evidence.purge_evidence(actor, file_id, store=local_files(), now=clock.now())
    return render_template(
        "evidence/purged.html", file=file, records=records, own=file.person_id == actor.person_id
    )


@bp.get("/files/<int:file_id>")
@signed_in
def show(file_id: int) -> ResponseReturnValue:
    """A file for whoever may see it; opening it is written down unless it is one's own."""
    return _file(file_id, preview=False)


@bp.get("/files/<int:file_id>/preview")
@signed_in
def preview(file_id: int) -> ResponseReturnValue:
    """The small picture of a file, under the same rule."""
    return _file(file_id, preview=True)


def _file(file_id: int, *, preview: bool) -> ResponseReturnValue:
    actor = current_actor()
    own = files.readable_file(actor, file_id).person_id == actor.person_id
    # Only others' looks are written down; the owner's need not wait for anybody's write.
    with nullcontext() if own else transaction():
        opened = files.open_file(
            actor, file_id, preview=preview, store=local_files(), now=clock.now()
        )
    return sent_file(opened)


def sent_file(opened: files.Opened) -> ResponseReturnValue:
    """A file as an answer that no cache keeps and that can run nothing."""
    response = send_file(
        opened.stream,
        mimetype=opened.media_type,
        as_attachment="download" in request.args,
        download_name=opened.name,
        max_age=0,
        conditional=False,
        etag=False,
    )
    # A file that is purged must not come back from anybody's cache.
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def _referrer() -> str:
    """The page of ours that led here."""
    return safe_path(urlsplit(request.referrer or "").path)


def _back(activity_id: int) -> ResponseReturnValue:
    return redirect(url_for("evidence.index", activity_id=activity_id), 303)
