"""转发: the society's bridge to SMS, WeCom and the like, set and tried by its registrar."""

import json
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import asks_again, current_actor, current_person, staff_area
from cpd_app.bridge_calls import body_of, call
from cpd_app.calling import Caller, NotReachedError
from cpd_app.db import transaction
from cpd_app.domain.bridges import Verdict, verdict
from cpd_app.domain.errors import Rejected, TooMany
from cpd_app.domain.messages import Channel, MessageKind
from cpd_app.schemas.bridges import BridgeSchema
from cpd_app.usecases import bridges
from cpd_app.usecases.bridges import Bridge, Tester
from cpd_app.usecases.parcels import Parcel, Told
from cpd_app.usecases.sealing import SealedError
from cpd_app.web import desk
from cpd_app.web.forms import Read, read
from cpd_app.web.locale import short_locale
from cpd_app.wording import sentence

if TYPE_CHECKING:
    from cpd_app.config import Settings
    from cpd_app.models import Webhook

bp = Blueprint("bridges", __name__, url_prefix="/staff/bridge")

#: of the other side's answer, as the page shows it
MOST_SAID = 500


@dataclass(frozen=True)
class Trial:
    """What came of a call now."""

    good: bool
    text: str
    #: how long it took, milliseconds
    took: int
    said: str = ""


@bp.get("")
@staff_area
def index() -> ResponseReturnValue:
    """Whether there is a bridge and whether it works; what is sent over it."""
    return _page(None)


@bp.route("/edit", methods=["GET", "POST"])
@staff_area
@asks_again
def edit() -> ResponseReturnValue:
    """Name and address; members' names and phones go there, so the password is asked again."""
    row = bridges.bridge_shown(current_actor(), desk.society_id())
    values = {"name": row.name if row else "", "url": ""}
    given = Read()
    if request.method == "POST":
        values = request.form.to_dict()
        given = read(BridgeSchema())
        secret = _save(given) if given.ok else ""
        if given.ok and secret:
            return render_template("bridges/secret.html", secret=secret, first=True)
        if given.ok:
            flash(_("已保存。"), "success")
            return redirect(url_for("bridges.index"), 303)
    page = render_template("bridges/edit.html", row=row, values=values, errors=given.errors)
    return page, 200 if given.ok else 422


@bp.post("/secret")
@staff_area
@asks_again
def rotate() -> ResponseReturnValue:
    """Another secret, shown once."""
    with transaction():
        secret = bridges.rotate_secret(current_actor(), desk.society_id(), now=clock.now())
    return render_template("bridges/secret.html", secret=secret, first=False)


@bp.post("/turn")
@staff_area
def turn() -> ResponseReturnValue:
    """Let it carry messages, or no longer."""
    on = request.form.get("on") == "true"
    with transaction():
        bridges.turn_bridge(current_actor(), desk.society_id(), on=on, now=clock.now())
    flash(_("转发已启用。") if on else _("转发已停用，消息只走站内和邮件。"), "success")
    return redirect(url_for("bridges.index"), 303)


@bp.post("/try")
@staff_area
def try_now() -> ResponseReturnValue:
    """Call it now with a trial message to a phone of one's own, and show what it answered."""
    society_id, phone = desk.society_id(), request.form.get("phone", "")
    try:
        with transaction():
            bridge, tester = bridges.bridge_to_try(
                current_actor(), society_id, phone, now=clock.now()
            )
    except TooMany as refusal:
        return _page(None, phone=phone, error=sentence(refusal.code, refusal.values)), 429
    except Rejected as refusal:
        return _page(None, phone=phone, error=sentence(refusal.code, refusal.values)), 422
    except SealedError:
        return _page(Trial(good=False, text=sentence("bridge_locked"), took=0), phone=phone)
    return _page(_tried(bridge, tester, now=clock.now()), phone=phone)


def _tried(bridge: Bridge, tester: Tester, *, now: datetime) -> Trial:
    """The call holds no transaction; what came of it is kept afterwards."""
    settings: Settings = current_app.config["CPD"]
    began = time.monotonic()
    values: dict[str, object] = {}
    good, code, said = False, "", ""
    try:
        answer = call(
            Caller(settings.bridge_hosts),
            bridge,
            _trial_parcel(tester, bridge.society_id, now=now),
            base_url=settings.base_url,
            now=now,
        )
    except Rejected as refusal:
        code, values = refusal.code, refusal.values
    except NotReachedError as failure:
        code = failure.code
    else:
        codes = {Verdict.TAKEN: "bridge_taken", Verdict.NOBODY: "bridge_unknown"}
        code = codes.get(verdict(answer.status), "bridge_status")
        good = code != "bridge_status"
        said, values = answer.text[:MOST_SAID], {"status": answer.status}
    with transaction():
        if good:
            bridges.note_reached(bridge.society_id, now=now)
        else:
            bridges.note_failed(bridge.society_id, {"code": code, "values": values}, now=now)
    return Trial(good, sentence(code, values), round((time.monotonic() - began) * 1000), said)


def _save(given: Read) -> str:
    """Check where the address leads before it is kept; the secret of a new bridge."""
    allowed = current_app.config["CPD"].bridge_hosts
    try:
        if given.value.url:
            Caller(allowed).check(given.value.url)
        with transaction():
            return bridges.set_bridge(
                current_actor(), desk.society_id(), given.value, allowed=allowed, now=clock.now()
            )
    except Rejected as refusal:
        given.refuse(refusal)
    except NotReachedError as failure:
        given.errors["url"] = sentence(failure.code)
    return ""


def _page(trial: Trial | None, *, phone: str | None = None, error: str = "") -> str:
    row = bridges.bridge_shown(current_actor(), desk.society_id())
    here = desk.open_desk()
    return render_template(
        "bridges/index.html",
        row=row,
        heading=_heading(row),
        problem=sentence(row.problem["code"], row.problem["values"]) if row and row.problem else "",
        trial=trial,
        phone=current_person().phone if phone is None else phone,
        error=error,
        example=_example(here.code if here else "", here.name if here else ""),
    )


def _heading(row: "Webhook | None") -> str:
    if row is None:
        return _("还没有设置转发")
    if not row.active:
        return _("%(name)s转发已停用", name=row.name)
    if row.failing_since:
        return _("%(name)s转发不通", name=row.name)
    return _("%(name)s转发正常", name=row.name) if row.last_ok_at else _("请试发一次")


def _trial_parcel(tester: Tester, society_id: int, *, now: datetime) -> Parcel:
    return Parcel(
        envelope=f"try-{secrets.token_hex(8)}",
        channel=Channel.WEBHOOK,
        person_id=tester.person_id,
        name=tester.name,
        locale=tester.locale,
        email=tester.email,
        phone=tester.phone,
        society_id=society_id,
        messages=(Told(0, MessageKind.TRIAL, {}, now),),
    )


def _example(code: str, name: str) -> str:
    """What a bridge receives, made by the code that makes the real thing."""
    now = clock.now()
    bridge = Bridge(0, code, name, name, "", "", None)
    data = {"number": "CSEE-E-2023-00417", "ends_on": "2027-03-14", "months": 3}
    parcel = Parcel(
        envelope="9f2c41d07be84a55",
        channel=Channel.WEBHOOK,
        person_id=17,
        name=_("示范·李明"),
        locale=short_locale(),
        email="li.ming@example.org",
        phone="+8613800000000",
        society_id=0,
        messages=(Told(4711, MessageKind.EXPIRY, data, now),),
    )
    base_url = current_app.config["CPD"].base_url
    said = json.loads(body_of(bridge, parcel, base_url=base_url, now=now))
    return json.dumps(said, ensure_ascii=False, indent=2)
