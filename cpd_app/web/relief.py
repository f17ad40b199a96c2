"""减免与延期 for the member: what was asked for, asking with the effect in view, taking it back."""

import uuid
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, current_person, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, DomainError, NotFound, Rejected
from cpd_app.domain.relief import Effect, latest_deferral
from cpd_app.schemas.evidence import uploads_of
from cpd_app.schemas.relief import ReliefSchema, after
from cpd_app.storage import local_files
from cpd_app.usecases import appeals, relief, relief_lists
from cpd_app.usecases.files import Upload
from cpd_app.usecases.registrations_shown import shown_registration
from cpd_app.usecases.relief import NewRelief, years_of_term
from cpd_app.usecases.relief_grounds import offered_grounds
from cpd_app.web import relief_words, uploads
from cpd_app.web.filters import day
from cpd_app.web.forms import Read, read
from cpd_app.wording import sentence

if TYPE_CHECKING:
    from cpd_app.models import Registration, ReliefGround, Term

bp = Blueprint("relief", __name__, url_prefix="/relief")

#: a field of the rule -> the form's
FORM_NAMES = {"to_on": "last_on", "ground_id": "ground"}
#: still being typed: no fault yet
UNFINISHED = {"missing", "unknown_ground"}


@bp.get("")
@signed_in
def index() -> ResponseReturnValue:
    """Every request of the shown registration, newest first."""
    registration, _term = _shown()
    return render_template(
        "relief/index.html",
        listed=relief_lists.own_reliefs(current_actor(), registration),
        registration=registration,
        words=relief_words,
    )


@bp.route("/new", methods=["GET", "POST"])
@signed_in
def new() -> ResponseReturnValue:
    """Ask for relief; the effect is shown first, by a button or while one types."""
    registration, term = _shown()
    given = Read()
    effect = None
    if request.method == "POST":
        given = _read(registration)
        if given.ok and request.form.get("act") == "send" and (made := _ask(given)):
            flash(_("已提交，学会会在期限内答复。"), "success")
            return redirect(url_for("relief.show", relief_id=made), 303)
        if given.ok:
            effect = _effect(given)
    page = render_template(
        "relief/new.html",
        registration=registration,
        grounds=offered_grounds(registration.society_id),
        chosen=_chosen(registration),
        years=_year_options(registration, term),
        values=request.form if request.method == "POST" else request.args,
        errors=given.errors,
        effect=effect,
        secrecy=uploads.secrecy_options(),
        key=request.form.get("key") or str(uuid.uuid4()),
        latest=_latest(registration, term),
        words=relief_words,
    )
    return page, 200 if given.ok else 422


@bp.post("/effect")
@signed_in
def effect() -> ResponseReturnValue:
    """What is typed would change this; nothing is kept."""
    registration, _term = _shown()
    given = _read(registration)
    if "ground" in given.errors or not given.ok:
        return render_template("relief/_effect.html", effect=None, fault="", words=relief_words)
    rows = _effect(given)
    fault = next(iter(given.errors.values()), "")
    return render_template("relief/_effect.html", effect=rows, fault=fault, words=relief_words)


@bp.get("/<int:relief_id>")
@signed_in
def show(relief_id: int) -> ResponseReturnValue:
    """One request: what was asked, its effect, the decision, and what one can do."""
    asked = relief.relief_asked(current_actor(), relief_id)
    if asked.relief.person_id not in (None, current_actor().person_id):
        return redirect(url_for("relief_desk.show", relief_id=relief_id), 303)
    wide = asked.registration is None
    today = clock.today()
    return render_template(
        "relief/show.html",
        asked=asked,
        effect=relief_words.effect_rows(relief.effect_of_asked(asked, on=today)),
        appeal=None if wide else appeals.appealable("relief", relief_id, today=today),
        words=relief_words,
    )


@bp.post("/<int:relief_id>/withdraw")
@signed_in
def withdraw(relief_id: int) -> ResponseReturnValue:
    """Take it back while it is not decided."""
    try:
        with transaction():
            relief.withdraw_relief(current_actor(), relief_id, seen=None, now=clock.now())
    except Conflict as conflict:
        flash(sentence(conflict.code, conflict.values), "error")
    else:
        flash(_("已撤回。"), "success")
    return redirect(url_for("relief.show", relief_id=relief_id), 303)


def _shown() -> "tuple[Registration, Term]":
    person = current_person()
    shown, _registrations = shown_registration(
        person.id, chosen_id=person.shown_registration_id, day=clock.today()
    )
    if shown is None or shown.term is None:
        raise NotFound
    return shown.registration, shown.term


def _read(registration: "Registration") -> Read:
    """The typed form; what the chosen ground does not ask for is passed over."""
    given = read(ReliefSchema())
    if not given.ok:
        return given
    typed: dict[str, Any] = given.value
    ground = _ground(registration, typed["ground"])
    lasting = ground is not None and ground.effect == Effect.REDUCTION
    put_off = ground is not None and ground.effect == Effect.DEFERRAL
    given.value = NewRelief(
        registration_id=registration.id,
        ground_id=typed["ground"],
        from_on=typed["from_on"] if lasting else None,
        to_on=after(typed["last_on"]) if lasting else None,
        year=None if lasting else typed["year"],
        until_on=typed["until_on"] if put_off else None,
        words=typed["words"],
        key=typed["key"],
    )
    return given


def _effect(given: Read) -> list[dict[str, Any]] | None:
    try:
        found = relief.preview_relief(current_actor(), given.value, today=clock.today())
    except Rejected as refusal:
        if request.endpoint != "relief.effect" or refusal.code not in UNFINISHED:
            _refuse(given, refusal)
        return None
    return relief_words.effect_rows(found)


def _ask(given: Read) -> int | None:
    """Send it; the id of the request, or None when it was refused."""
    files = uploads_of(
        request.files.getlist("file"),
        request.form.get("secrecy", ""),
        key=request.form.get("key", ""),
    )
    for outcome in files:
        if not isinstance(outcome, Upload):
            given.errors["file"] = uploads.why(outcome.refusal or Rejected("no_file"))
            return None
    try:
        with transaction():
            made = relief.ask_relief(
                current_actor(),
                given.value,
                [file for file in files if isinstance(file, Upload)],
                store=local_files(),
                now=clock.now(),
                today=clock.today(),
            )
            return made.id
    except (Rejected, Conflict) as refusal:
        _refuse(given, refusal)
        return None


def _refuse(given: Read, refusal: DomainError) -> None:
    name = FORM_NAMES.get(refusal.field or "", refusal.field or "")
    given.errors[name] = sentence(refusal.code, refusal.values)


def _ground(registration: "Registration", ground_id: int) -> "ReliefGround | None":
    offered = offered_grounds(registration.society_id)
    return next((ground for ground in offered if ground.id == ground_id), None)


def _chosen(registration: "Registration") -> "ReliefGround | None":
    return _ground(registration, request.values.get("ground", 0, type=int))


def _year_options(registration: "Registration", term: "Term") -> list[tuple[int, str]]:
    return [
        (
            year.index,
            _(
                "第 %(n)s 年（%(first)s起）",
                n=year.index,
                first=day(year.starts_on),
            ),
        )
        for year in years_of_term(registration, term)
    ]


def _latest(registration: "Registration", term: "Term") -> dict[int, str]:
    years = years_of_term(registration, term)
    return {year.index: day(latest_deferral(year)) for year in years}
