"""Records of the member: the list, the log form with its live result, a record's page and acts."""

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor, current_person, signed_in
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.kinds import Kind, RuleSet
from cpd_app.usecases import activities, preview, same_activity
from cpd_app.usecases.activity_input import ActivityState
from cpd_app.usecases.confirmed_hours import confirmations_on
from cpd_app.usecases.progress import standing_of
from cpd_app.usecases.record_details import record_detail
from cpd_app.usecases.records import unfinished_of
from cpd_app.usecases.registrations_shown import shown_registration
from cpd_app.usecases.rulings import rulings_on
from cpd_app.usecases.under_filing import filings_over
from cpd_app.web import activity_forms as forms
from cpd_app.web.activity_files import attach, secrecy_fault
from cpd_app.web.activity_list import Filters, listing
from cpd_app.web.activity_live import consequence_of, live, refuse, saved_words
from cpd_app.web.activity_page import differences, record_page
from cpd_app.web.forms import Read
from cpd_app.wording import sentence

if TYPE_CHECKING:
    from cpd_app.models import Activity

bp = Blueprint("activities", __name__)


@bp.get("/activities")
@signed_in
def index() -> ResponseReturnValue:
    """Every record of the shown registration, by year and month."""
    actor, person, today = current_actor(), current_person(), clock.today()
    shown, registrations = shown_registration(
        person.id, chosen_id=person.shown_registration_id, day=today
    )
    if shown is None or shown.term is None:
        return render_template("activities/none.html")
    standing = standing_of(actor, shown.registration, on=today)
    unfinished = unfinished_of(person.id, shown.registration.society)
    rule_set = _rule_set_or_none()
    page = listing(standing, unfinished, Filters.of(request.args), rule_set)
    return render_template(
        "activities/list.html",
        page=page,
        standing=standing,
        registrations=registrations,
        find="find" in request.args or page.filters.searching,
    )


@bp.get("/activities/new")
@signed_in
def choose() -> ResponseReturnValue:
    """Choose what kind of activity is logged; the usual ones first."""
    actor = current_actor()
    if not _has_registration():
        return render_template("activities/none.html")
    rule = preview.rules_on(actor, clock.today())
    kinds = {kind.code: kind for kind in rule.rule_set.usable_kinds}
    usual = [kinds[code] for code in preview.usual_kinds(actor) if code in kinds]
    grouped = [
        (group, of_group)
        for group in rule.rule_set.groups.values()
        if (of_group := [k for k in kinds.values() if k.group == group.code])
    ]
    draft = request.args.get("draft", type=int)
    return render_template(
        "activities/choose.html", usual=usual, groups=grouped, draft=draft, named=forms.named
    )


@bp.route("/activities/new/<string:kind>", methods=["GET", "POST"])
@signed_in
def log(kind: str) -> ResponseReturnValue:
    """Fill in and keep one record of a kind."""
    if not _has_registration():
        return render_template("activities/none.html")
    known = _kind(kind)
    if request.method == "POST":
        return _log(known)
    copied = request.args.get("copy", type=int)
    form = forms.empty_form(known, clock.today())
    if copied is not None:
        form = forms.copied_form(known, _own(copied), clock.today())
    return _form_page(form)


@bp.post("/activities/preview/<string:kind>")
@signed_in
def live_result(kind: str) -> ResponseReturnValue:
    """What is typed would come to this; nothing is kept."""
    known = _kind(kind)
    activity_id = request.args.get("activity", type=int)
    result = live(current_actor(), known, request.form, clock.today(), activity_id)
    return render_template("activities/_result.html", live=result)


@bp.get("/activities/<int:activity_id>")
@signed_in
def show(activity_id: int) -> ResponseReturnValue:
    """One record: hours and how they come about, proofs, history."""
    detail = record_detail(current_actor(), activity_id, on=clock.today())
    page = record_page(current_actor(), detail)
    if page.own and detail.row.state == ActivityState.DRAFT:
        return redirect(url_for("activities.edit", activity_id=activity_id), 303)
    of = None if page.own else current_actor().staff_of
    return render_template(
        "activities/show.html",
        page=page,
        row=detail.row,
        rulings=rulings_on(activity_id, of=of),
        confirmations=confirmations_on(activity_id, of=of),
    )


@bp.route("/activities/<int:activity_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(activity_id: int) -> ResponseReturnValue:
    """Correct a record, or finish a draft."""
    activity = _own(activity_id)
    if activity.event_id is not None:
        return _of_event(activity.event_id)
    if (held := filings_over([activity_id]).get(activity_id)) is not None:
        flash(sentence("under_filing", {"number": held.number}), "info")
        return _to(activity_id)
    code = request.args.get("kind") or activity.kind
    if not code:
        return redirect(url_for("activities.choose", draft=activity_id), 303)
    known = _kind_of(activity) if code == activity.kind else _kind(code)
    if request.method == "POST":
        return _correct(known, activity)
    return _form_page(forms.form_of(known, activity))


@bp.route("/activities/<int:activity_id>/withdraw", methods=["GET", "POST"])
@signed_in
def withdraw(activity_id: int) -> ResponseReturnValue:
    """Ask once, then take the record back; it can be restored."""
    activity = _own(activity_id)
    if activity.event_id is not None:
        return _of_event(activity.event_id)
    if request.method == "GET":
        return render_template("activities/withdraw.html", activity=activity)
    version = request.form.get("version", type=int)
    with transaction():
        activities.withdraw_activity(current_actor(), activity_id, version=version, now=clock.now())
    flash(_("已撤回，不再计学时。需要时可以恢复。"), "success")
    return _to(activity_id)


def _of_event(event_id: int) -> ResponseReturnValue:
    """What scans say is disputed where they are shown."""
    flash(sentence("event_record"), "info")
    return redirect(url_for("attendance.mine", event_id=event_id), 303)


@bp.post("/activities/<int:activity_id>/restore")
@signed_in
def restore(activity_id: int) -> ResponseReturnValue:
    """Undo a withdrawal."""
    with transaction():
        activities.restore_activity(
            current_actor(), activity_id, now=clock.now(), today=clock.today()
        )
    flash(_("已恢复，重新计学时。"), "success")
    return _to(activity_id)


@bp.post("/activities/<int:activity_id>/accept")
@signed_in
def accept(activity_id: int) -> ResponseReturnValue:
    """Accept what an organiser or employer proposed."""
    with transaction():
        activities.accept_activity(
            current_actor(), activity_id, now=clock.now(), today=clock.today()
        )
    flash(_("已确认，开始计学时。"), "success")
    return _to(activity_id)


@bp.post("/activities/<int:activity_id>/same")
@signed_in
def same(activity_id: int) -> ResponseReturnValue:
    """Answer 同一活动？: one and the same, or two different ones."""
    actor, other = current_actor(), request.form.get("other", 0, type=int)
    if request.form.get("answer") == "merge":
        with transaction():
            same_activity.merge_into(actor, activity_id, other, now=clock.now())
        flash(_("已合并为一条，两边的佐证都在。"), "success")
        return _to(other)
    word = request.form.get("word", "")
    if not word.strip():
        flash(_("请用一句话说明两者有什么不同。"), "error")
        return _to(activity_id)
    with transaction():
        activities.tell_apart(actor, activity_id, other, word, now=clock.now())
    flash(_("已说明是不同的活动，分别计学时。"), "success")
    return _to(activity_id)


@bp.post("/activities/<int:activity_id>/leave-out")
@signed_in
def leave_out(activity_id: int) -> ResponseReturnValue:
    """Take a record out of one registration, or put it back."""
    left_out = request.form.get("left_out") == "true"
    registration_id = request.form.get("registration_id", 0, type=int)
    with transaction():
        activities.leave_out(
            current_actor(), activity_id, registration_id, left_out=left_out, now=clock.now()
        )
    flash(_("已移出这个注册。") if left_out else _("已计入这个注册。"), "success")
    return _to(activity_id)


def _log(kind: Kind) -> ResponseReturnValue:
    """Keep what was posted, then its files; or show the form again with everything typed."""
    read = forms.read_record(kind, request.form)
    form = forms.typed_form(kind, request.form)
    _check_files(read)
    if read.ok:
        try:
            with transaction():
                kept = activities.log_activity(
                    current_actor(), read.value, now=clock.now(), today=clock.today()
                )
        except Rejected as error:
            refuse(current_actor(), kind, read, error, clock.today(), _id_of(form))
        else:
            return _saved(kept.activity.id)
    form.errors = read.errors
    return _form_page(form), 422


def _correct(kind: Kind, activity: "Activity") -> ResponseReturnValue:
    read = forms.read_record(kind, request.form)
    form = forms.typed_form(kind, request.form, activity)
    _check_files(read)
    if read.ok:
        try:
            with transaction():
                activities.correct_activity(
                    current_actor(),
                    activity.id,
                    read.value,
                    version=request.form.get("version", -1, type=int),
                    now=clock.now(),
                    today=clock.today(),
                )
        except Rejected as error:
            refuse(current_actor(), kind, read, error, clock.today(), _id_of(form))
        except Conflict as error:
            if error.code != "changed_meanwhile":
                raise
            return _changed_meanwhile(form, activity.id)
        else:
            return _saved(activity.id)
    form.errors = read.errors
    return _form_page(form), 422


def _check_files(read: Read) -> None:
    if fault := secrecy_fault(request.files, request.form):
        read.errors["secrecy"] = fault


def _saved(activity_id: int) -> ResponseReturnValue:
    """Attach what came with the form, say what it came to, open the record."""
    actor = current_actor()
    attach(actor, activity_id, request.files, request.form)
    detail = record_detail(actor, activity_id, on=clock.today())
    flash(saved_words(actor, detail, clock.today()), "success")
    return _to(activity_id)


def _changed_meanwhile(form: forms.LogForm, activity_id: int) -> ResponseReturnValue:
    """Another device saved first: what it saved beside what was typed here; nothing is lost."""
    kept = _own(activity_id)
    theirs = forms.form_of(form.kind, kept)
    rows = differences(form.kind, theirs.values, form.values, form.labels)
    form.values["version"] = str(kept.version)
    form.activity = kept
    return _form_page(form, differences=rows), 409


def _form_page(form: forms.LogForm, **more: object) -> str:
    return render_template(
        "activities/log.html",
        form=form,
        live=live(current_actor(), form.kind, form.values, clock.today(), _id_of(form)),
        consequence=consequence_of(current_actor(), form.values.get("ended_on", "")),
        competences=forms.competence_options(),
        **more,
    )


def _id_of(form: forms.LogForm) -> int | None:
    return form.activity.id if form.activity else None


def _kind(code: str) -> Kind:
    """A kind of the table of today; NotFound for unknown ones and those switched off."""
    kind = preview.rules_on(current_actor(), clock.today()).rule_set.kinds.get(code)
    if kind is None or not kind.enabled:
        raise NotFound
    return kind


def _kind_of(activity: "Activity") -> Kind:
    """A record's kind by the version that computed it, also when it was switched off since."""
    detail = record_detail(current_actor(), activity.id, on=clock.today())
    return detail.kind or _kind(activity.kind)


def _rule_set_or_none() -> RuleSet | None:
    try:
        return preview.rules_on(current_actor(), clock.today()).rule_set
    except Rejected:
        return None


def _has_registration() -> bool:
    person = current_person()
    shown, _all = shown_registration(person.id, chosen_id=None, day=clock.today())
    return shown is not None and shown.term is not None


def _own(activity_id: int) -> "Activity":
    return activities.own_activity(current_actor(), activity_id)


def _to(activity_id: int) -> ResponseReturnValue:
    return redirect(url_for("activities.show", activity_id=activity_id), 303)
