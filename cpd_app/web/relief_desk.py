"""减免 at the desk: requests by their deadline, one with its effect, relief for all."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app import clock
from cpd_app.access import asks_again, current_actor, staff_area
from cpd_app.db import transaction
from cpd_app.domain.errors import Conflict, DomainError, NotFound, Rejected
from cpd_app.domain.relief import ReliefState
from cpd_app.policy import Permission, Target, may
from cpd_app.schemas.relief import (
    DecisionSchema,
    ForAllSchema,
    ReasonSchema,
    after,
    last_of,
)
from cpd_app.usecases import (
    appeals,
    relief,
    relief_decisions,
    relief_effect,
    relief_for_all,
    relief_lists,
)
from cpd_app.usecases.credits_shown import names_of
from cpd_app.usecases.relief import Asked
from cpd_app.usecases.relief_decisions import Decided, ForAll, span_for_all
from cpd_app.usecases.relief_grounds import offered_grounds
from cpd_app.web import desk, relief_words
from cpd_app.web.forms import Read, read
from cpd_app.web.progress_page import verdict_word
from cpd_app.wording import sentence

bp = Blueprint("relief_desk", __name__, url_prefix="/staff/relief")

TABS = (
    ReliefState.SUBMITTED,
    ReliefState.GRANTED,
    ReliefState.REFUSED,
    ReliefState.ANNULLED,
    ReliefState.WITHDRAWN,
)


@dataclass(frozen=True)
class Tab:
    """One state with its number, as `filter_tabs` draws it."""

    href: str
    text: str
    count: int
    active: bool


@bp.get("")
@staff_area
def index() -> ResponseReturnValue:
    """Requests in one state; those that wait with the nearest deadline first."""
    society_id = desk.society_id()
    state = request.args.get("state", ReliefState.SUBMITTED)
    if state not in set(TABS):
        raise NotFound
    page = max(1, request.args.get("page", 1, type=int))
    listed, counts = relief_lists.society_reliefs(
        current_actor(), society_id, state=state, page=page
    )
    waiting = counts.get(ReliefState.SUBMITTED, 0)
    pages = max(1, -(-counts.get(state, 0) // relief_lists.PAGE))
    return render_template(
        "relief/desk.html",
        heading=ngettext("%(num)s 份申请等待决定", "%(num)s 份申请等待决定", waiting)
        if waiting
        else _("没有等待决定的申请"),
        listed=listed,
        state=state,
        tabs=[
            Tab(url_for("relief_desk.index", state=s.value), relief_words.state_word(s.value),
                counts.get(s, 0), s == state)
            for s in TABS
        ],
        page=page,
        pages=pages,
        own_id=current_actor().person_id,
        words=relief_words,
        sets=desk.is_registrar(),
    )  # fmt: skip


@bp.route("/<int:relief_id>", methods=["GET", "POST"])
@staff_area
def show(relief_id: int) -> ResponseReturnValue:
    """One request: the evidence beside it, what it would do, and the society's word."""
    asked = _asked(relief_id)
    given, values = Read(), _values(asked)
    if request.method == "POST":
        given, values = read(DecisionSchema()), request.form.to_dict()
        if given.ok and _decide(relief_id, given, values):
            flash(_("已决定，会员能看到结果和理由。"), "success")
            return redirect(url_for("relief_desk.index"), 303)
        asked = _asked(relief_id)
    page = render_template(
        "relief/decide.html",
        asked=asked,
        effect=relief_words.effect_rows(relief.effect_of_asked(asked, on=clock.today())),
        values=values,
        errors=given.errors,
        names=names_of({asked.relief.decided_by_id, asked.relief.asked_by_id} - {None}),
        appeal=_appeal(asked),
        may_decide=may(current_actor(), Permission.DECIDE_RELIEF, _target(asked)),
        may_annul=_may_annul(asked),
        telling=relief_for_all.telling_of(current_actor(), asked.relief),
        may_tell=may(current_actor(), Permission.SET_RELIEF, _target(asked)),
        words=relief_words,
    )
    return page, 200 if given.ok else 422


@bp.post("/<int:relief_id>/telling")
@staff_area
def go_on(relief_id: int) -> ResponseReturnValue:
    """Go on with telling the society, where it was stopped."""
    _asked(relief_id)
    try:
        with transaction():
            relief_for_all.go_on_telling(current_actor(), relief_id, now=clock.now())
    except Conflict as refusal:
        flash(sentence(refusal.code), "error")
    else:
        flash(_("继续告知，已告知的不会再收到。"), "success")
    return redirect(url_for("relief_desk.show", relief_id=relief_id), 303)


@bp.post("/<int:relief_id>/annul")
@staff_area
@asks_again
def annul(relief_id: int) -> ResponseReturnValue:
    """Set a granted relief aside."""
    _asked(relief_id)
    given = read(ReasonSchema())
    typed = given.value or {"reason": "", "seen": 0}
    try:
        with transaction():
            relief_decisions.annul_relief(
                current_actor(),
                relief_id,
                typed["reason"],
                seen=typed["seen"],
                now=clock.now(),
                today=clock.today(),
            )
    except (Rejected, Conflict) as refusal:
        flash(sentence(refusal.code, refusal.values), "error")
    else:
        flash(_("已收回，会员能看到理由，也可以申诉。"), "success")
    return redirect(url_for("relief_desk.show", relief_id=relief_id), 303)


@bp.route("/for-all", methods=["GET", "POST"])
@staff_area
@asks_again
def for_all() -> ResponseReturnValue:
    """Relief for the whole society: seen on a sample first, then given by a document."""
    society_id = desk.society_id()
    given, effect = Read(), None
    if not desk.is_registrar():
        return render_template("errors/403.html"), 403
    if request.method == "POST":
        given = read(ForAllSchema())
        made = _give(society_id, given) if given.ok and request.form.get("act") == "give" else None
        if made is not None:
            flash(_("已对全会生效，正在告知会员。"), "success")
            return redirect(url_for("relief_desk.show", relief_id=made), 303)
        if given.value is not None:
            effect = _effect_on_all(society_id, given)
    page = render_template(
        "relief/for_all.html",
        grounds=[
            (ground.id, relief_words.ground_name(ground))
            for ground in offered_grounds(society_id, society_wide=True)
        ],
        values=request.form,
        errors=given.errors,
        effect=effect,
        verdict_word=verdict_word,
    )
    return page, 200 if given.ok else 422


def _asked(relief_id: int) -> Asked:
    asked = relief.relief_asked(current_actor(), relief_id)
    if asked.relief.society_id != desk.society_id():
        raise NotFound
    return asked


def _decide(relief_id: int, given: Read, values: dict[str, Any]) -> bool:
    said = given.value
    try:
        with transaction():
            relief_decisions.decide_relief(
                current_actor(),
                relief_id,
                Decided(
                    grant=said["verdict"] == "grant",
                    reason=said["reason"],
                    from_on=said["from_on"],
                    to_on=after(said["last_on"]),
                    until_on=said["until_on"],
                    document_no=said["document_no"],
                ),
                seen=said["seen"],
                now=clock.now(),
                today=clock.today(),
            )
    except (Rejected, Conflict) as refusal:
        _refuse(given, refusal)
        values["seen"] = relief.relief_asked(current_actor(), relief_id).relief.version
        return False
    return True


def _give(society_id: int, given: Read) -> int | None:
    """The id of the relief; None when it was refused."""
    said = given.value
    try:
        with transaction():
            made = relief_decisions.give_relief_to_all(
                current_actor(),
                society_id,
                ForAll(said["ground"], said["from_on"], after(said["last_on"]), said["words"],
                       said["document_no"]),
                now=clock.now(),
            )  # fmt: skip
    except Rejected as refusal:
        _refuse(given, refusal)
        return None
    return made.id


def _effect_on_all(society_id: int, given: Read) -> relief_effect.EffectOnAll | None:
    try:
        span = span_for_all(given.value["from_on"], after(given.value["last_on"]))
    except Rejected as refusal:
        _refuse(given, refusal)
        return None
    return relief_effect.effect_on_all(current_actor(), society_id, span, on=clock.today())


def _refuse(given: Read, refusal: DomainError) -> None:
    name = {"to_on": "last_on"}.get(refusal.field or "", refusal.field or "")
    given.errors[name] = sentence(refusal.code, refusal.values)


def _values(asked: Asked) -> dict[str, Any]:
    row = asked.relief
    return {
        "seen": row.version,
        "from_on": row.from_on or "",
        "last_on": last_of(row.to_on) or "",
        "until_on": row.until_on or "",
    }


def _appeal(asked: Asked) -> appeals.Appealable | None:
    if asked.registration is None:
        return None
    return appeals.appealable("relief", asked.relief.id, today=clock.today())


def _may_annul(asked: Asked) -> bool:
    if asked.relief.state != ReliefState.GRANTED:
        return False
    wanted = Permission.SET_RELIEF if asked.registration is None else Permission.DECIDE_RELIEF
    return may(current_actor(), wanted, _target(asked))


def _target(asked: Asked) -> Target:
    row = asked.relief
    return Target(owner_id=row.person_id, societies=frozenset({row.society_id}))
