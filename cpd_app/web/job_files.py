"""A file made in the background: how far it is, then where to take it while it is kept."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import asks_again, current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.downloads import download
from cpd_app.usecases import export_orders, job_files
from cpd_app.usecases.job_files import Shown
from cpd_app.web.job_words import known_words, task_name, unit_of

bp = Blueprint("job_files", __name__)


@bp.get("/jobs/<int:job_id>")
@signed_in
def show(job_id: int) -> ResponseReturnValue:
    """One order: its progress, and its file once it is made."""
    shown = job_files.shown_job(current_actor(), job_id, now=clock.now())
    job = shown.job
    own = job.kind == export_orders.TASK
    return render_template(
        "jobs/own.html" if own else "jobs/show.html",
        shown=shown,
        name=task_name(job.kind),
        heading=_heading(shown),
        unit=unit_of(job.kind),
        problem=known_words(job.problem),
        back=_back(shown),
    )


@bp.get("/jobs/<int:job_id>/file")
@signed_in
@asks_again
def file(job_id: int) -> ResponseReturnValue:
    """What a job made, for who ordered it; a download that broke off goes on where it was."""
    with transaction():
        made = job_files.take_file(current_actor(), job_id, now=clock.now())
    return download(made)


def _heading(shown: Shown) -> str:
    """The answer: is it there."""
    if shown.under_way:
        return _("正在做")
    if shown.file is not None:
        return _("做好了")
    if shown.job.state == "done":
        return _("文件不在了") if shown.is_own else _("做好了")
    return _("没有做成") if shown.job.state == "failed" else _("停下了")


def _back(shown: Shown) -> tuple[str, str]:
    """Where one orders such a file, and what that page is called."""
    job = shown.job
    match job.kind:
        case export_orders.TASK:
            return url_for("exports.index"), _("导出我的全部资料")
        case "register_sheet" if job.payload["subject"] == "certificates":
            return url_for("certificates.index"), _("证书登记")
        case "register_sheet":
            return url_for("members.index"), _("会员")
        case "dossiers":
            return url_for("bulk_dossiers.choose"), _("打包申请卷宗")
        case "closing_package" | "attendance_sheet":
            return url_for("attendance.index", event_id=job.subject_id), _("出席")
        case _:
            return url_for("work.index"), _("后台工作")
