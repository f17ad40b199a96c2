"""Check-in by link: a code becomes a claim, and whoever it is confirms it; script or not."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.wrappers import Response as Redirect

from cpd_app import access, clock
from cpd_app.access import (
    DEVICE_COOKIE,
    current_actor,
    current_person,
    public,
    somebody_is_signed_in,
)
from cpd_app.db import transaction
from cpd_app.domain.checkin import Outcome
from cpd_app.domain.errors import Conflict, DomainError, NotFound, Rejected
from cpd_app.policy import Actor
from cpd_app.schemas.checkin import GuestSchema
from cpd_app.usecases import checkin, claims, receipts, signin
from cpd_app.usecases.checkin import CheckedIn
from cpd_app.usecases.claims import Claim
from cpd_app.usecases.guessing import guesser
from cpd_app.usecases.receipts import Receipt, Result
from cpd_app.usecases.scans import Room, room_of
from cpd_app.web.forms import read
from cpd_app.web.locale import short_locale
from cpd_app.web.signin import address
from cpd_app.wording import duration, sentence

bp = Blueprint("checkin", __name__)

CLAIM_COOKIE = "cpd_claim"
SCAN_COOKIE = "cpd_scan"
#: a browser is the same device for a year; its own scan it remembers for the day of the event
DEVICE_LASTS = timedelta(days=365)
SCAN_LASTS = timedelta(hours=16)
#: outcomes that the heading says already
SAID_BY_HEADING = frozenset({Outcome.ACCEPTED})


@dataclass(frozen=True)
class Face:
    """Times of a page in the event's own zone."""

    day: str
    time: str
    #: until when a claim holds
    until: str = ""
    #: from when codes to leave are shown
    leaves: str = ""
    #: how long somebody was there
    stayed: str = ""


@bp.get("/C/<string:code>")
@public
def open_code(code: str) -> ResponseReturnValue:
    """Exchange the code for a claim, before anybody signs in; the address forgets the code."""
    try:
        claim = claims.claim_of(code, now=clock.now())
    except Rejected as refused:
        return _refused(refused)
    return _held(claim)


@bp.get("/check-in")
@public
def index() -> ResponseReturnValue:
    """What is left to do for the claim; without one, how to scan and the six characters."""
    claim = _claim()
    if claim is None:
        over = CLAIM_COOKIE in request.cookies
        return render_template("checkin/enter.html", said=sentence("claim_over") if over else "")
    return _ask(claim)


@bp.post("/check-in/code")
@public
def type_code() -> ResponseReturnValue:
    """Exchange six typed characters, or a pasted link, for a claim."""
    text, now = request.form.get("code", "").strip()[:300], clock.now()
    person_id = current_person().id if somebody_is_signed_in() else None
    try:
        if claims.is_typed(text):
            by = guesser(person_id, address(), this_device())
            with transaction():
                found = claims.find_typed(text, by=by, now=now)
            return _held(found.claimed())
        return _held(claims.claim_of(text, now=now))
    except Rejected as refused:
        status = 429 if refused.code == "too_many_codes" else 422
        said = sentence(refused.code, refused.values)
        return render_template("checkin/enter.html", value=text, error=said), status


@bp.post("/check-in")
@public
def confirm() -> ResponseReturnValue:
    """The signed-in member's scan."""
    claim = _claim()
    if claim is None or not somebody_is_signed_in():
        return redirect(url_for("checkin.index"), 303)
    try:
        with transaction():
            done = checkin.finish_claim(
                current_actor(), claim, device=this_device(), now=clock.now()
            )
    except (Rejected, Conflict) as refused:
        return _refused(refused)
    return _done(done)


@bp.post("/check-in/guest")
@public
def finish_as_guest() -> ResponseReturnValue:
    """The scan of somebody without an account: pending until the organiser says."""
    claim = _claim()
    if claim is None:
        return redirect(url_for("checkin.index"), 303)
    given = read(GuestSchema())
    if given.ok:
        try:
            with transaction():
                done = checkin.finish_as_guest(
                    _guest(), claim, given.value, device=this_device(), now=clock.now()
                )
            return _done(done)
        except Rejected as refused:
            if refused.code in {"checkin_not_open", "checkin_closed"}:
                return _refused(refused)
            given.refuse(refused)
        except Conflict as refused:
            return _refused(refused)
    return _ask(claim, errors=given.errors), 422


@bp.post("/check-in/same-guest")
@public
def same_guest() -> ResponseReturnValue:
    """Another scan of the guest who scanned before with this browser."""
    claim, receipt = _claim(), _receipt()
    if claim is None or receipt is None:
        return redirect(url_for("checkin.index"), 303)
    try:
        with transaction():
            done = checkin.finish_as_same_guest(
                _guest(), claim, receipt, device=this_device(), now=clock.now()
            )
    except (Rejected, Conflict) as refused:
        return _refused(refused)
    return _done(done)


@bp.get("/check-in/done")
@public
def done() -> ResponseReturnValue:
    """What became of this browser's last scan."""
    result = _result()
    if result is None:
        return redirect(url_for("checkin.index"), 303)
    said = "" if result.outcome in SAID_BY_HEADING else sentence(result.outcome.value)
    return render_template(
        "checkin/done.html",
        result=result,
        face=_face(result.at, result.room, result=result),
        said=said,
        calendar=""
        if result.is_guest
        else url_for("calendars.event", event_id=result.room.event_id),
        can_undo=result.can_be_undone(clock.now()),
    )


@bp.post("/check-in/undo")
@public
def undo() -> ResponseReturnValue:
    """Void the scan that was just made."""
    result, receipt = _result(), _receipt()
    if result is None or receipt is None:
        return redirect(url_for("checkin.index"), 303)
    try:
        with transaction():
            receipts.undo_scan(_whose(result), receipt, now=clock.now())
    except Rejected as refused:
        return _refused(refused)
    return redirect(url_for("checkin.done"), 303)


@bp.post("/check-in/not-me")
@public
def not_me() -> ResponseReturnValue:
    """不是我: void the scan, sign the other one out, keep its moment for who holds the phone."""
    result, receipt = _result(), _receipt()
    if result is None or receipt is None:
        return redirect(url_for("checkin.index"), 303)
    try:
        with transaction():
            claim = receipts.hand_on(_whose(result), receipt, now=clock.now())
    except Rejected as refused:
        return _refused(refused)
    _end_sign_in()
    answer = _held(claim) if claim else redirect(url_for("checkin.index"), 303)
    answer.delete_cookie(SCAN_COOKIE)
    return answer


@bp.post("/check-in/change-person")
@public
def change_person() -> ResponseReturnValue:
    """Before anything was kept: sign the other one out; the claim stays."""
    _end_sign_in()
    return redirect(url_for("checkin.index"), 303)


def _ask(claim: Claim, *, errors: dict[str, str] | None = None) -> str:
    """The claim's page: a button for who is signed in, else the question who it is."""
    room = room_of(claim.session_id)
    face = _face(claim.reading.at, room, claim=claim)
    if somebody_is_signed_in():
        name = current_person().name
        return render_template("checkin/confirm.html", claim=claim, room=room, face=face, name=name)
    result = _result()
    same = result is not None and result.is_guest and result.room.event_id == room.event_id
    return render_template(
        "checkin/who.html",
        claim=claim,
        room=room,
        face=face,
        same=result.name if result and same else "",
        guest=request.form if request.endpoint == "checkin.finish_as_guest" else {},
        errors=errors or {},
    )


def _face(
    at: datetime, room: Room, *, claim: Claim | None = None, result: Result | None = None
) -> Face:
    zone = ZoneInfo(room.zone)
    local = at.astimezone(zone)
    stayed = ""
    if result is not None and result.came_at is not None:
        stayed = duration(int((result.at - result.came_at).total_seconds() // 60))
    return Face(
        day=format_date(local, "EEE d MMM", locale="en")
        if short_locale() == "en"
        else f"{local.month}月{local.day}日，{format_date(local, 'EEEE', locale='zh')}",
        time=f"{local:%H:%M}",
        until=f"{(claim.claimed_at + claims.LASTS).astimezone(zone):%H:%M}" if claim else "",
        leaves=f"{result.leaves_from.astimezone(zone):%H:%M}" if result else "",
        stayed=stayed,
    )


def _claim() -> Claim | None:
    return claims.unsealed(request.cookies.get(CLAIM_COOKIE), _secret(), now=clock.now())


def _receipt() -> Receipt | None:
    return receipts.unsealed(request.cookies.get(SCAN_COOKIE), _secret())


def _result() -> Result | None:
    """This browser's last scan; a member's is shown to nobody else who signed in after them."""
    receipt = _receipt()
    if receipt is None:
        return None
    try:
        result = receipts.result_of(receipt)
    except NotFound:
        return None
    if result.person_id is None:
        return result
    mine = somebody_is_signed_in() and current_person().id == result.person_id
    return result if mine else None


def _whose(result: Result) -> Actor:
    return _guest() if result.is_guest else current_actor()


def _guest() -> Actor:
    return Actor(person_id=None, origin="guest")


def _end_sign_in() -> None:
    if current_user.is_authenticated:
        with transaction():
            signin.end_sign_in(current_actor(), current_user.sign_in.id, now=clock.now())
        access.forget()


def _held(claim: Claim) -> Redirect:
    """On to the claim's page; the claim is in this browser and nowhere else."""
    answer = redirect(url_for("checkin.index"), 303)
    _keep(answer, CLAIM_COOKIE, claims.sealed(claim, _secret()), claims.LASTS)
    remember_device(answer, this_device())
    return answer


def _done(done: CheckedIn) -> ResponseReturnValue:
    answer = redirect(url_for("checkin.done"), 303)
    remember(answer, done)
    answer.delete_cookie(CLAIM_COOKIE)
    return answer


def remember_device(answer: Redirect, device: str) -> None:
    """Keep this browser's random id in it."""
    _keep(answer, DEVICE_COOKIE, device, DEVICE_LASTS)


def remember(answer: Redirect, done: CheckedIn) -> None:
    """Keep in this browser which scan was its last: `checkin.done` shows it and can undo it."""
    if done.receipt is not None:
        _keep(answer, SCAN_COOKIE, receipts.sealed(done.receipt, _secret()), SCAN_LASTS)


def _refused(refused: DomainError) -> ResponseReturnValue:
    """The reason first; a claim that somebody else used is of no more use here."""
    page = render_template(
        "checkin/refused.html",
        code=refused.code,
        said=sentence(refused.code, refused.values),
        statement=statement_link(refused.values),
    )
    answer = Response(page, 409 if isinstance(refused, Conflict) else 422)
    if refused.code == "claim_used":
        answer.delete_cookie(CLAIM_COOKIE)
    return answer


def statement_link(values: dict[str, Any]) -> str:
    """Where one says 我在场, with what an expired code proves filled in."""
    if "event" not in values:
        return ""
    return url_for(
        "attendance.state",
        event_id=values["event"],
        session=values["session"],
        code=values["typed"],
        code_at=values["shown_at"].isoformat(),
    )


def _keep(answer: Redirect, name: str, value: str, lasts: timedelta) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=lasts,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def this_device() -> str:
    """This browser's random id; a new one for what is none."""
    try:
        return str(uuid.UUID(request.cookies.get(DEVICE_COOKIE, "")))
    except ValueError:
        return str(uuid.uuid4())


def _secret() -> str:
    return str(current_app.secret_key)
