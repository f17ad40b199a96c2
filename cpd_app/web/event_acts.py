"""The acts that move an event on: submit, take back, approve, open, close, cancel."""

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.policy import Permission, may
from cpd_app.usecases import event_states
from cpd_app.usecases.event_access import event_for, event_target
from cpd_app.usecases.event_counts import counts_of
from cpd_app.usecases.event_hours import needs_approval
from cpd_app.usecases.event_input import EventState
from cpd_app.web import event_page, event_words
from cpd_app.wording import sentence

if TYPE_CHECKING:
    from cpd_app.models import Event

bp = Blueprint("acts", __name__, url_prefix="/<int:event_id>")


@bp.route("/submission", methods=["GET", "POST"])
@signed_in
def submit(event_id: int) -> ResponseReturnValue:
    """Look at the hours once more, then hand the plan to staff; late with a reason."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        reason = request.form.get("late_reason")
        try:
            with transaction():
                event_states.submit_event(
                    current_actor(), event_id, late_reason=reason, now=clock.now()
                )
        except Rejected as error:
            errors[error.field or ""] = sentence(error.code, error.values)
        else:
            flash(_("已提交学会。批准后签到到时自动开放。"), "success")
            return _studio(event_id)
    event = _event(event_id, Permission.RUN_EVENT)
    if not event_states.may_submit(event):
        return _studio(event_id)
    return _judged("events/submit.html", event, errors)


@bp.post("/submission/take-back")
@signed_in
def take_back(event_id: int) -> ResponseReturnValue:
    """Work on a submitted plan again."""
    with transaction():
        event_states.take_back(current_actor(), event_id, now=clock.now())
    flash(_("已撤回，可以继续改。改好后再提交。"), "success")
    return _studio(event_id)


@bp.route("/approval", methods=["GET", "POST"])
@signed_in
def approval(event_id: int) -> ResponseReturnValue:
    """Staff look at the plan and its hours, then approve it or say what to change.

    Who planned it may look too, and reads that a colleague decides.
    """
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            said = _decide(event_id)
        except Rejected as error:
            errors[error.field or ""] = sentence(error.code, error.values)
        except Conflict as error:
            errors[""] = sentence(error.code, error.values)
        else:
            flash(said, "success")
            return redirect(url_for("events.acts.approval", event_id=event_id), 303)
    return _judged("events/approval.html", _event(event_id, Permission.READ_ATTENDANCE), errors)


@bp.post("/opening")
@signed_in
def open_event(event_id: int) -> ResponseReturnValue:
    """Let the codes work now, or again."""
    with transaction():
        event_states.open_event(current_actor(), event_id, now=clock.now())
    flash(_("签到已开放，各场次在自己的时间里收码。"), "success")
    return _studio(event_id)


@bp.route("/closing", methods=["GET", "POST"])
@signed_in
def close(event_id: int) -> ResponseReturnValue:
    """End the check-in, after saying what that means."""
    if request.method == "POST":
        with transaction():
            event_states.close_event(current_actor(), event_id, now=clock.now())
        flash(_("签到已结束，正在算出席。"), "success")
        return _studio(event_id)
    event = _event(event_id, Permission.RUN_EVENT)
    return render_template(
        "events/close.html",
        event=event,
        counts=counts_of(event.id),
        missing_out=event_words.missing_out_word(event.missing_out),
    )


@bp.route("/cancellation", methods=["GET", "POST"])
@signed_in
def cancel(event_id: int) -> ResponseReturnValue:
    """It does not take place; who enrolled sees why."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            with transaction():
                event_states.cancel_event(
                    current_actor(), event_id, reason=request.form.get("reason", ""),
                    now=clock.now(),
                )  # fmt: skip
        except Rejected as error:
            errors[error.field or ""] = sentence(error.code, error.values)
        else:
            flash(_("活动已取消，日历里也会显示取消。"), "success")
            return _studio(event_id)
    event = _event(event_id, Permission.RUN_EVENT)
    page = render_template(
        "events/cancel.html",
        event=event,
        counts=counts_of(event.id),
        errors=errors,
        value=request.form.get("reason", ""),
    )
    return page, 422 if errors else 200


def _decide(event_id: int) -> str:
    """Approve, or send back; what is said about it."""
    actor, now = current_actor(), clock.now()
    if request.form.get("answer") == "back":
        with transaction():
            reason = request.form.get("reason", "")
            event_states.send_back(actor, event_id, reason=reason, now=now)
        return _("已退回，组织者能看到理由。")
    with transaction():
        event_states.approve_event(
            actor,
            event_id,
            version=request.form.get("version", type=int),
            late_reason=request.form.get("late_reason"),
            now=now,
        )
    return _("已批准。")


def _judged(template: str, event: "Event", errors: dict[str, str]) -> ResponseReturnValue:
    """The plan with its hours, for who submits it and who approves it."""
    now, actor = clock.now(), current_actor()
    page = event_page.studio_of(event, counts_of(event.id), now=now)
    target = event_target(event, now=now)
    html = render_template(
        template,
        page=page,
        event=event,
        facts=event_page.policy_words(event),
        errors=errors,
        values=request.form,
        late=now >= event.starts_at and not event.late_reason,
        waiting=event.state == EventState.SUBMITTED
        or (event.state in {EventState.OPEN, EventState.CLOSED} and needs_approval(event)),
        runs=may(actor, Permission.RUN_EVENT, target),
        approves=may(actor, Permission.APPROVE_EVENT, target)
        and not event_states.has_changed(actor, event),
        changed=event_states.has_changed(actor, event),
        changes=event_page.changes_of(event),
        tabs=event_words.tabs_of(event, "events.acts.approval"),
        words=event_words,
    )
    return html, 422 if errors else 200


def _event(event_id: int, permission: Permission) -> "Event":
    return event_for(current_actor(), event_id, permission, now=clock.now())


def _studio(event_id: int) -> ResponseReturnValue:
    return redirect(url_for("events.studio", event_id=event_id), 303)
