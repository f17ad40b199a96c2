"""补录: pick many photos at once, then fill one card for each; the last choice is carried over."""

import uuid
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage, MultiDict

from cpd_app import clock
from cpd_app.access import current_actor, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, Rejected
from cpd_app.domain.kinds import Kind
from cpd_app.schemas.evidence import uploads_of
from cpd_app.storage import local_files
from cpd_app.usecases import backfill, preview
from cpd_app.usecases.backfill import Card, Strip
from cpd_app.web import activity_forms as forms
from cpd_app.web import uploads
from cpd_app.web.activity_live import consequence_of, live

if TYPE_CHECKING:
    from cpd_app.policy import Actor

bp = Blueprint("backfill", __name__)

#: the button that changes the kind of a card without saving it
SWITCH = "switch"


@bp.get("/backfill")
@signed_in
def index() -> ResponseReturnValue:
    """Pick up to 30 photos or PDFs; or go on with those that wait."""
    actor, today = current_actor(), clock.today()
    preview.rules_on(actor, today)  # without a registration there is nothing to fill in for
    return _pick_page(actor)


@bp.post("/backfill")
@signed_in
def add() -> ResponseReturnValue:
    """Make a draft of each file."""
    actor = current_actor()
    try:
        picked = uploads_of(
            _up_to_many(), request.form.get("secrecy", ""), key=request.form.get("key", "")
        )
        with transaction():
            outcomes = backfill.add_drafts(
                actor, picked, store=local_files(), now=clock.now(), today=clock.today()
            )
    except (Rejected, Conflict) as refused:
        if uploads.wants_json():
            return uploads.refusal(refused, 422 if isinstance(refused, Rejected) else 409)
        flash(uploads.why(refused), "error")
        return redirect(url_for("backfill.index"), 303)
    if uploads.wants_json():
        return uploads.answer(outcomes)
    uploads.tell(outcomes)
    return _go_on(actor)


@bp.get("/backfill/next")
@signed_in
def go_on() -> ResponseReturnValue:
    """The first card that waits."""
    return _go_on(current_actor())


@bp.route("/backfill/<int:activity_id>", methods=["GET", "POST"])
@signed_in
def card(activity_id: int) -> ResponseReturnValue:
    """One photo and the few fields that make it a record."""
    actor = current_actor()
    strip = backfill.strip_of(actor, today=clock.today())
    shown = strip.card(activity_id)
    if shown.is_done:
        return redirect(url_for("activities.show", activity_id=activity_id), 303)
    if request.method == "POST" and SWITCH not in request.form:
        return _save(actor, strip, shown)
    carried = backfill.carried_over(actor, shown.activity)
    if request.method == "POST":
        kind = _kind(actor, request.form[SWITCH])
        form = forms.typed_form(kind, request.form, shown.activity)
        return _card_page(actor, strip, shown, form, request.form.getlist("proofs"))
    kind = _kind(actor, carried.kind)
    if shown.is_untouched:
        typed = MultiDict({"organiser": carried.organiser or ""})
        form = forms.typed_form(kind, typed, shown.activity)
    else:
        form = forms.form_of(kind, shown.activity)
    form.values["version"] = str(shown.activity.version)
    return _card_page(actor, strip, shown, form, list(carried.proofs))


@bp.post("/backfill/<int:activity_id>/discard")
@signed_in
def discard(activity_id: int) -> ResponseReturnValue:
    """Throw a card away, and its photo unless it proves another record."""
    actor = current_actor()
    strip = backfill.strip_of(actor, today=clock.today())
    following = strip.after(strip.card(activity_id))
    with transaction():
        backfill.discard_card(actor, activity_id, store=local_files(), now=clock.now())
    flash(_("这一张没有留下。"), "success")
    return _to(following)


def _save(actor: "Actor", strip: Strip, shown: Card) -> ResponseReturnValue:
    kind = _kind(actor, request.form.get("kind", ""))
    read = forms.read_record(kind, request.form)
    form = forms.typed_form(kind, request.form, shown.activity)
    proofs = request.form.getlist("proofs")
    if read.ok:
        try:
            with transaction():
                backfill.save_card(
                    actor,
                    shown.activity.id,
                    read.value,
                    proofs,
                    version=request.form.get("version", -1, type=int),
                    now=clock.now(),
                    today=clock.today(),
                )
        except (Rejected, Conflict) as error:
            read.refuse(error, known=form.labels)
        else:
            return _to(strip.after(shown))
    form.errors = read.errors
    return _card_page(actor, strip, shown, form, proofs, status=422)


def _card_page(
    actor: "Actor",
    strip: Strip,
    shown: Card,
    form: forms.LogForm,
    proofs: list[str],
    *,
    status: int = 200,
) -> ResponseReturnValue:
    today = clock.today()
    kinds = preview.rules_on(actor, today).rule_set.usable_kinds
    usual = _usual(actor, form.kind, kinds)
    page = render_template(
        "backfill/card.html",
        strip=strip,
        card=shown,
        following=strip.after(shown),
        form=form,
        proofs=_fitting(form, proofs),
        usual=usual,
        other_kinds=[k for k in kinds if k not in usual],
        named=forms.named,
        live=live(actor, form.kind, form.values, today, shown.activity.id),
        consequence=consequence_of(actor, form.values.get("ended_on", "")),
    )
    return page, status


def _pick_page(actor: "Actor") -> str:
    return render_template(
        "backfill/index.html",
        strip=backfill.strip_of(actor, today=clock.today()),
        most=backfill.MOST_AT_ONCE,
        secrecy=uploads.secrecy_options(),
        key=str(uuid.uuid4()),
    )


def _usual(actor: "Actor", chosen: Kind, kinds: tuple[Kind, ...]) -> list[Kind]:
    """The chosen kind first, then those the member logs most; four fit beside each other."""
    by_code = {k.code: k for k in kinds}
    codes = [chosen.code, *preview.usual_kinds(actor), *by_code]
    return [by_code[c] for c in dict.fromkeys(codes) if c in by_code][:4]


def _kind(actor: "Actor", code: str) -> Kind:
    """A kind of today's table; without one the first, which is what drawers are full of."""
    kinds = {k.code: k for k in preview.rules_on(actor, clock.today()).rule_set.usable_kinds}
    return kinds.get(code) or next(iter(kinds.values()))


def _fitting(form: forms.LogForm, proofs: list[str]) -> list[str]:
    """Tags that the kind lists; where it lists one proof only, the photo is that proof."""
    listed = [code for code, _name in form.proofs]
    return listed if len(listed) == 1 else [code for code in proofs if code in listed]


def _up_to_many() -> list[FileStorage]:
    picked = [f for f in request.files.getlist("file") if f.filename]
    if len(picked) > backfill.MOST_AT_ONCE:
        raise Rejected("too_many_at_once", "file", most=backfill.MOST_AT_ONCE)
    return picked


def _go_on(actor: "Actor") -> ResponseReturnValue:
    return _to(backfill.strip_of(actor, today=clock.today()).first_waiting)


def _to(card: Card | None) -> ResponseReturnValue:
    if card is None:
        return redirect(url_for("backfill.index"), 303)
    return redirect(url_for("backfill.card", activity_id=card.activity.id), 303)
