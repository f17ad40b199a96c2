"""The acts of the register: a form with its preview, the second person, the member's wishes."""

import uuid
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import asks_again, current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.certificates import NEVER_PUBLIC, REASONS, TWO_PEOPLE, ActKind
from cpd_app.domain.errors import Conflict, DomainError, NotAllowed, NotFound, Rejected
from cpd_app.schemas.certificates import ActSchema, TransferSchema, VersionSchema
from cpd_app.schemas.evidence import uploads_of
from cpd_app.sheets.words import reason_word
from cpd_app.storage import local_files
from cpd_app.usecases import act_history, act_papers, acts, register_list, transfers
from cpd_app.usecases.credits_shown import names_of
from cpd_app.usecases.files import Upload
from cpd_app.usecases.notices import public_name
from cpd_app.usecases.register_list import Certificate
from cpd_app.web import desk, uploads
from cpd_app.web.certificate_words import (
    VERBS,
    history_of,
    kind_word,
    paper_link,
    public_line,
    state_look,
    verb_word,
)
from cpd_app.web.filters import day
from cpd_app.web.forms import Read, read

if TYPE_CHECKING:
    from cpd_app.models import CertificateAct

bp = Blueprint("acts", __name__)


@bp.route(
    "/<int:registration_id>/<any(suspend, resume, cancel, revoke):verb>", methods=["GET", "POST"]
)
@staff_area
@asks_again
def act(registration_id: int, verb: str) -> ResponseReturnValue:
    """Suspend, resume, cancel or revoke: what will happen, what the public will read."""
    return _form(_certificate(registration_id), VERBS[verb])


@bp.route("/acts/<int:act_id>/annul", methods=["GET", "POST"])
@staff_area
@asks_again
def annul(act_id: int) -> ResponseReturnValue:
    """Set an act aside, after an appeal or an error."""
    row = acts.act_of(current_actor(), act_id)
    return _form(_certificate(row.registration_id), ActKind.ANNULLED, annuls=row)


@bp.route("/transfer", methods=["GET", "POST"])
@staff_area
@asks_again
def transfer() -> ResponseReturnValue:
    """Take in a member whom another society lets go."""
    given, values = Read(), {}
    if request.method == "POST":
        values = request.form.to_dict()
        given = read(TransferSchema())
        if given.ok and (made := _received(given)) is not None:
            return redirect(url_for("certificates.index", r=made), 303)
    page = render_template("certificates/transfer.html", values=values, errors=given.errors)
    return page, 200 if given.ok else 422


def _received(given: Read) -> int | None:
    try:
        with transaction():
            made = transfers.receive_transfer(
                current_actor(),
                desk.society_id(),
                given.value,
                now=clock.now(),
                today=clock.today(),
            ).id
    except (Rejected, Conflict) as error:
        given.refuse(error, known=TransferSchema().fields)
        return None
    flash(_("已转入，记录和学时随人转来。"), "success")
    return made


@bp.get("/proposals")
@staff_area
def proposals() -> ResponseReturnValue:
    """What waits for a second person, and what members ask for."""
    found = act_history.open_proposals(current_actor(), desk.society_id())
    return render_template(
        "certificates/proposals.html",
        rows=[
            {
                "act": act,
                "registration": registration,
                "kind": kind_word(act.kind),
                "reason": reason_word(act.reason_code),
            }
            for act, registration in found
        ],
        names=names_of({act.proposed_by_id for act, _registration in found}),
    )


@bp.route("/acts/<int:act_id>/confirm", methods=["GET", "POST"])
@staff_area
@asks_again
def confirm(act_id: int) -> ResponseReturnValue:
    """The second person looks at the proposal, then brings it in force or lets it go."""
    row = acts.act_of(current_actor(), act_id)
    found = _certificate(row.registration_id)
    given = Read()
    if request.method == "POST":
        given = read(VersionSchema())
        if given.ok and _confirmed(act_id, given):
            said = _("%(kind)s已生效，公众现在就能看到。", kind=kind_word(row.kind))
            flash(said, "success")
            return _to(found)
    annulled = next((a for a in found.acts if a.id == row.annuls_id), None)
    page = render_template(
        "certificates/confirm.html",
        row=row,
        found=found,
        kind=kind_word(row.kind),
        verb=verb_word(ActKind(row.kind)),
        reason=reason_word(row.reason_code),
        what=_consequences(ActKind(row.kind), annulled),
        public=_public(found, ActKind(row.kind), row.reason_code or "", row.legal_basis or ""),
        proposer=names_of({row.proposed_by_id}).get(row.proposed_by_id or 0, ""),
        own=row.proposed_by_id == current_actor().person_id,
        paper=paper_link(row.id, act_papers.paper_states([row]).get(row.id)),
        errors=given.errors,
    )
    return page, 200 if given.ok else 422


@bp.post("/acts/<int:act_id>/drop")
@staff_area
def drop(act_id: int) -> ResponseReturnValue:
    """Let a proposal or a wish go."""
    given = read(VersionSchema())
    version = given.value["version"] if given.ok else 0
    with transaction():
        acts.drop_act(current_actor(), act_id, version=version, now=clock.now())
    flash(_("已放弃，什么也没有改变。"), "success")
    return redirect(url_for("certificates.acts.proposals"), 303)


@bp.route("/acts/<int:act_id>/grant", methods=["GET", "POST"])
@staff_area
@asks_again
def grant(act_id: int) -> ResponseReturnValue:
    """Do what a member asked for."""
    row = acts.act_of(current_actor(), act_id)
    return _form(_certificate(row.registration_id), ActKind(row.kind), wish=row)


def _form(
    found: Certificate,
    kind: ActKind,
    *,
    annuls: "CertificateAct | None" = None,
    wish: "CertificateAct | None" = None,
) -> ResponseReturnValue:
    """One form for all of them."""
    given = Read()
    values: dict[str, Any] = {
        "effective_on": clock.today().isoformat(),
        "reason_code": wish.reason_code if wish else "",
        "seen": act_history.last_act_id(found.registration.id) or "",
        "key": str(uuid.uuid4()),
        "version": wish.version if wish else "",
    }
    if request.method == "POST":
        values = {**values, **request.form.to_dict()}
        given = read(ActSchema())
        if given.ok and (done := _acted(found, kind, given, annuls, wish)) is not None:
            return done
        # shown again with the history as it is now, which the person then has seen
        values["seen"] = act_history.last_act_id(found.registration.id) or ""
        found = _certificate(found.registration.id)
    page = render_template(
        "certificates/act.html",
        found=found,
        kind=kind.value,
        verb=verb_word(kind),
        two=kind in TWO_PEOPLE,
        wish=wish,
        annuls=annuls,
        annulled_word=kind_word(annuls.kind) if annuls else "",
        reasons=[(code, reason_word(code)) for code in REASONS[kind]],
        what=_consequences(kind, annuls),
        public=_public(found, kind, values["reason_code"], values.get("legal_basis", "")),
        hidden=[reason_word(code) for code in REASONS[kind] if code in NEVER_PUBLIC],
        state=state_look(found.state, under_review=found.under_review),
        history=history_of(found),
        secrecy=uploads.secrecy_options(),
        values=values,
        errors=given.errors,
    )
    return page, 200 if given.ok else 422


def _paper(given: Read) -> Upload | None:
    """The signed document of the form; one that cannot be taken is said beside its field."""
    picked = uploads_of(request.files.getlist("file"), request.form.get("secrecy", ""))
    for one in picked:
        if isinstance(one, Upload):
            return one
        given.errors["file"] = uploads.why(one.refusal or Rejected("no_file"))
    return None


def _acted(
    found: Certificate,
    kind: ActKind,
    given: Read,
    annuls: "CertificateAct | None",
    wish: "CertificateAct | None",
) -> ResponseReturnValue | None:
    """Do it, or note in the form why not."""
    new = acts.with_kind(given.value, kind, annuls.id if annuls else None)
    actor, now, today = current_actor(), clock.now(), clock.today()
    paper, store = _paper(given), local_files()
    if given.errors:
        return None
    known = {**ActSchema().fields, "secrecy": None}
    try:
        with transaction():
            if wish is not None:
                version = request.form.get("version", 0, type=int)
                row = acts.grant_wish(
                    actor, wish.id, new, paper, version=version, store=store, now=now, today=today
                )
            else:
                row = acts.act(
                    actor, found.registration.id, new, paper, store=store, now=now, today=today
                )
            state = row.state
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        given.refuse(error, known=known)
        return None
    if state == "consented":
        said = _("已同意转会。转入的学会办理时，这里的注册随即注销并公告。")
    elif state == "proposed":
        said = _("已提出%(kind)s，等另一位同事确认后生效。", kind=kind_word(kind.value))
    else:
        said = _("%(kind)s已生效，公众现在就能看到。", kind=kind_word(kind.value))
    flash(said, "success")
    return _to(found)


def _confirmed(act_id: int, given: Read) -> bool:
    try:
        with transaction():
            acts.confirm_act(
                current_actor(),
                act_id,
                version=given.value["version"],
                now=clock.now(),
                today=clock.today(),
            )
    except NotFound:
        raise
    except DomainError as error:
        given.refuse(error, known={})
        return False
    return True


def _certificate(registration_id: int) -> Certificate:
    """A certificate of this desk's society; another society's is not there."""
    found = register_list.certificate_of(current_actor(), registration_id, today=clock.today())
    if found.registration.society_id != desk.society_id():
        raise NotFound
    return found


def _to(found: Certificate) -> ResponseReturnValue:
    return redirect(url_for("certificates.index", r=found.registration.id), 303)


def _consequences(kind: ActKind, annulled: "CertificateAct | None") -> list[str]:
    """What will happen, line by line."""
    lines = {
        ActKind.SUSPENDED: [
            _("证书变为暂停；期间学时照记，年度要求照算。"),
            _("本人可在 15 个工作日内申诉；本人申请的除外。"),
        ],
        ActKind.RESUMED: [_("证书恢复有效，有效期不变。")],
        ActKind.CANCELLED: [
            _("证书注销，不能再注册；记录仍归本人。"),
            _("去世或放弃最后一个注册时，停发一切消息。"),
        ],
        ActKind.REVOKED: [
            _("证书撤销，只有更正能挽回。"),
            _("本人终身不得在任何学会注册。"),
            _("本人可在 15 个工作日内申诉。"),
        ],
    }.get(kind, [])
    if kind is ActKind.ANNULLED and annulled is not None:
        lines = [
            _("%(day)s的%(kind)s作废，划去但仍可看到。",
              day=day(annulled.effective_on), kind=kind_word(annulled.kind)),
            _("证书的状态和终身限制恢复到那之前的样子。"),
        ]  # fmt: skip
    if kind in TWO_PEOPLE:
        return [*lines, _("另一位同事确认后才生效，随即公告并报联合体。")]
    return [*lines, _("保存后立即公告，并报联合体。")]


def _public(found: Certificate, kind: ActKind, reason_code: str, basis: str) -> str:
    """The notice as it will stand there."""
    known = reason_code in REASONS[kind] and reason_code not in NEVER_PUBLIC
    return public_line(
        kind.value,
        found.registration.number,
        public_name(found.registration.person.name, found.registration.society),
        reason_word(reason_code) if known else "",
        basis,
        day(clock.today()),
    )
