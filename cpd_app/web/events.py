"""The organiser's events: the list, a new one, the studio, and the forms of its plan."""

import uuid
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.agenda import may_be_held
from cpd_app.domain.errors import Conflict, DomainError, NotAllowed, NotFound
from cpd_app.domain.kinds import Kind
from cpd_app.policy import Permission
from cpd_app.usecases import event_lists, events
from cpd_app.usecases.event_access import event_for
from cpd_app.usecases.event_counts import counts_of
from cpd_app.usecases.event_input import NewEvent
from cpd_app.usecases.event_owners import FEDERATION, owner_asked, owners_for
from cpd_app.usecases.registrations import fields_of_engineering
from cpd_app.usecases.rules_in_force import Rules
from cpd_app.web import (
    event_acts,
    event_forms,
    event_organisers,
    event_page,
    event_rehearsal,
    event_sessions,
    event_words,
)
from cpd_app.web.activity_forms import named
from cpd_app.web.event_forms import HeadForm
from cpd_app.web.locale import short_locale

if TYPE_CHECKING:
    from cpd_app.models import Event

bp = Blueprint("events", __name__, url_prefix="/events")
for part in (event_sessions, event_acts, event_organisers, event_rehearsal):
    bp.register_blueprint(part.bp)

#: zones an organiser chooses from; any other one can come in over the API and is kept
ZONES = (
    "Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Singapore", "Asia/Tokyo", "Asia/Seoul",
    "Asia/Bangkok", "Asia/Dubai", "Europe/Moscow", "Europe/Berlin", "Europe/London",
    "America/Sao_Paulo", "America/New_York", "America/Los_Angeles", "Australia/Sydney",
)  # fmt: skip
#: what is taken over from an earlier event: everything but its days
NOT_COPIED = ("starts_on", "ends_on", "version")


@bp.get("/plan")
@signed_in
def index() -> ResponseReturnValue:
    """The events that the visitor runs, the running ones first."""
    actor = current_actor()
    listed = event_lists.events_of(actor, now=clock.now())
    return render_template(
        "events/index.html", listed=listed, may_plan=bool(owners_for(actor)), words=event_words
    )


@bp.get("/new")
@signed_in
def choose() -> ResponseReturnValue:
    """Choose the owner, where there are several, and the kind of the new event."""
    owners, owner = _owners(), request.args.get("society")
    rule_set = Rules(owner_asked(current_actor(), owner or owners[0][0])).on(clock.today()).rule_set
    kinds = [kind for kind in rule_set.usable_kinds if may_be_held(kind)]
    grouped = [
        (group, of_group)
        for group in rule_set.groups.values()
        if (of_group := [k for k in kinds if k.group == group.code])
    ]
    return render_template(
        "events/choose.html",
        owners=owners,
        owner=owner or owners[0][0],
        groups=grouped,
        named=named,
    )


@bp.route("/new/<string:kind>", methods=["GET", "POST"])
@signed_in
def new(kind: str) -> ResponseReturnValue:
    """Fill in and keep a new event; its agenda comes with it, the same hours each day."""
    owners = _owners()
    owner = request.values.get("society") or owners[0][0]
    society_id = owner_asked(current_actor(), owner)
    known = _kind(society_id, kind)
    form = _fresh(known, owner)
    if request.method == "POST":
        form = event_forms.typed_head(known, request.form)
        found = event_forms.read_head(known, request.form)
        if found.ok:
            try:
                sessions = event_forms.sittings(found.value, request.form)
                made = NewEvent(found.value, society_id, sessions, request.form.get("key") or None)
                with transaction():
                    event_id = events.plan_event(current_actor(), made, now=clock.now()).event.id
            except DomainError as error:
                found.refuse(error)
            else:
                flash(_("已存为草稿。议程可以再改，好了就提交给学会。"), "success")
                return redirect(url_for("events.studio", event_id=event_id), 303)
        form.errors = {event_forms.MOMENTS.get(k, k): said for k, said in found.errors.items()}
    return _form_page(form, owners=owners, owner=owner), 422 if form.errors else 200


@bp.get("/<int:event_id>/studio")
@signed_in
def studio(event_id: int) -> ResponseReturnValue:
    """Everything about an event for who runs it: the answer, the agenda, what to do next."""
    now = clock.now()
    event = event_for(current_actor(), event_id, Permission.RUN_EVENT, now=now)
    counts = counts_of(event.id)
    page = event_page.studio_of(event, counts, now=now)
    tabs = event_words.tabs_of(event, "events.studio", {"roster.index": counts.listed or None})
    return render_template(
        "events/studio.html",
        page=page,
        event=event,
        tabs=tabs,
        facts=event_page.policy_words(event),
        words=event_words,
        kind=_kind_name(event),
    )


@bp.route("/<int:event_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(event_id: int) -> ResponseReturnValue:
    """Change everything but the agenda; nothing typed is lost when somebody else saved first."""
    event = event_for(current_actor(), event_id, Permission.RUN_EVENT, now=clock.now())
    known = _kind(event.society_id, request.values.get("kind", event.kind))
    form, status = event_forms.head_form(known, event), 200
    if request.method == "POST":
        form = event_forms.typed_head(known, request.form)
        found = event_forms.read_head(known, request.form)
        status = 422
        if found.ok:
            version = request.form.get("version", type=int)
            try:
                with transaction():
                    changed = events.change_event(
                        current_actor(), event_id, found.value, version=version, now=clock.now()
                    )
                    back = changed.back_to_staff
            except Conflict as error:
                if error.code != "changed_meanwhile":
                    raise
                found.refuse(error)
                form.values["version"], status = _version_now(event_id), 409
            except DomainError as error:
                found.refuse(error)
            else:
                event_words.say_kept(back=back)
                return redirect(url_for("events.studio", event_id=event_id), 303)
        form.errors = {event_forms.MOMENTS.get(k, k): said for k, said in found.errors.items()}
    page = _form_page(form, event=event, kinds=_kinds_of(event.society_id))
    return page, status


def _form_page(form: HeadForm, **more: object) -> str:
    return render_template(
        "events/form.html",
        form=form,
        name=named(form.kind.names),
        zones=_zones(form.values.get("zone", "")),
        fields=_fields(),
        words=event_words,
        **more,
    )


def _fresh(kind: Kind, owner: str) -> HeadForm:
    """A new form; with `?copy=` everything of an earlier event but its days."""
    copied = request.args.get("copy", type=int)
    values = {
        "zone": "Asia/Shanghai", "mode": "venue", "open_to": "own", "opens_before": "60",
        "closes_after": "60", "starts_time": "09:00", "ends_time": "17:00",
        "gives_certificate": "true",
    }  # fmt: skip
    if copied is not None:
        event = event_for(current_actor(), copied, Permission.RUN_EVENT, now=clock.now())
        known = event_forms.head_form(kind, event).values
        values |= {name: text for name, text in known.items() if name not in NOT_COPIED}
    return HeadForm(kind, {**values, "society": owner, "key": str(uuid.uuid4())})


def _owners() -> list[tuple[str, str]]:
    """Code and name of every owner to choose from; who plans for nobody is turned away."""
    english = short_locale() == "en"
    found = [
        (o.code, o.name_en if english else o.name) if o else (FEDERATION, _("中国工程师联合体"))
        for o in owners_for(current_actor())
    ]
    if not found:
        raise NotAllowed
    return found


def _kind(society_id: int | None, code: str) -> Kind:
    kind = next((k for k in _kinds(society_id) if k.code == code), None)
    if kind is None:
        raise NotFound
    return kind


def _kinds(society_id: int | None) -> list[Kind]:
    rule_set = Rules(society_id).on(clock.today()).rule_set
    return [kind for kind in rule_set.usable_kinds if may_be_held(kind)]


def _kinds_of(society_id: int | None) -> list[tuple[str, str]]:
    return [(kind.code, named(kind.names)) for kind in _kinds(society_id)]


def _kind_name(event: "Event") -> str:
    """What the kind is called, also when the table does not hold it any more."""
    return dict(_kinds_of(event.society_id)).get(event.kind, event.kind)


def _zones(chosen: str) -> list[tuple[str, str]]:
    zones = ZONES if chosen in ZONES or not chosen else (*ZONES, chosen)
    return [(zone, event_words.zone_name(zone)) for zone in zones]


def _fields() -> list[tuple[int, str]]:
    english = short_locale() == "en"
    return [(f.id, f.name_en if english else f.name) for f in fields_of_engineering()]


def _version_now(event_id: int) -> str:
    event = event_for(current_actor(), event_id, Permission.RUN_EVENT, now=clock.now())
    return str(event.version)
