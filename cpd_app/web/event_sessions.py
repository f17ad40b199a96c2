"""The agenda's editor: one session with its parts, typed row by row or pasted as text."""

from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.agenda_text import read_agenda
from cpd_app.domain.errors import Conflict, DomainError, NotFound
from cpd_app.policy import Permission
from cpd_app.usecases import events
from cpd_app.usecases.event_access import event_for
from cpd_app.web import event_forms, event_words
from cpd_app.web.event_forms import SessionForm
from cpd_app.wording import sentence

if TYPE_CHECKING:
    from cpd_app.models import Event, EventSession

bp = Blueprint("sessions", __name__, url_prefix="/<int:event_id>/sessions")


@bp.route("/new", methods=["GET", "POST"])
@signed_in
def new(event_id: int) -> ResponseReturnValue:
    """Add a session, on the day after the last one's end unless another day is said."""
    return _edit(_event(event_id), None)


@bp.route("/<int:session_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(event_id: int, session_id: int) -> ResponseReturnValue:
    """Change a session: its times, its room and what happens in it."""
    event = _event(event_id)
    return _edit(event, _session(event, session_id))


@bp.route("/<int:session_id>/remove", methods=["GET", "POST"])
@signed_in
def remove(event_id: int, session_id: int) -> ResponseReturnValue:
    """Take a session out of the plan, after asking."""
    event = _event(event_id)
    held = _session(event, session_id)
    if request.method == "GET":
        return render_template(
            "events/remove_session.html", event=event, held=held, words=event_words
        )
    with transaction():
        changed = events.remove_session(
            current_actor(),
            event_id,
            session_id,
            version=request.form.get("version", type=int),
            now=clock.now(),
        )
        back = changed.back_to_staff
    event_words.say_kept(back=back)
    return redirect(url_for("events.studio", event_id=event_id), 303)


def _edit(event: "Event", kept: "EventSession | None") -> ResponseReturnValue:
    """The form, what was pasted into it, more rows for it, or what became of it."""
    if request.method == "GET":
        return _page(event, kept, event_forms.session_form(event, kept, day=_next_day(event)))
    form = event_forms.typed_session(request.form)
    act = request.form.get("act", "")
    if act == "paste":
        return _page(event, kept, event_forms.with_pasted(form, read_agenda(form.pasted)))
    if act == "rows":
        return _page(event, kept, form)
    return _keep(event, kept, form)


def _keep(event: "Event", kept: "EventSession | None", form: SessionForm) -> ResponseReturnValue:
    status = 422
    try:
        planned = event_forms.read_session(form, event.zone)
        if planned is not None:
            with transaction():
                changed = events.keep_session(
                    current_actor(),
                    event.id,
                    kept.id if kept else None,
                    planned,
                    version=request.form.get("version", type=int),
                    now=clock.now(),
                )
                back = changed.back_to_staff
            event_words.say_kept(back=back)
            return redirect(url_for("events.studio", event_id=event.id), 303)
    except Conflict as error:
        if error.code != "changed_meanwhile":
            raise
        form.errors[""] = sentence(error.code)
        form.values["version"], status = str(_event(event.id).version), 409
    except DomainError as error:
        name = {"starts_at": "starts", "ends_at": "ends"}.get(error.field or "", error.field or "")
        form.errors[name] = sentence(error.code, error.values)
    return _page(event, kept, form, status)


def _page(
    event: "Event", kept: "EventSession | None", form: SessionForm, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "events/session.html", event=event, held=kept, form=form, words=event_words
    )
    return page, 422 if form.errors and status == 200 else status


def _next_day(event: "Event") -> date:
    """The day that a further session most likely belongs to."""
    zone = ZoneInfo(event.zone)
    held = [s for s in event.sessions if not s.rehearsal]
    last = max((s.ends_at for s in held), default=event.starts_at)
    return (last - timedelta(microseconds=1)).astimezone(zone).date()


def _event(event_id: int) -> "Event":
    return event_for(current_actor(), event_id, Permission.RUN_EVENT, now=clock.now())


def _session(event: "Event", session_id: int) -> "EventSession":
    found = next((s for s in event.sessions if s.id == session_id and not s.rehearsal), None)
    if found is None:
        raise NotFound
    return found
