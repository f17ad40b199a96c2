"""Door mode: pair a phone, scan passes with or without script, what the page keeps for offline."""

import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from cpd_app import clock
from cpd_app.access import at_the_door, door_actor, paired_phone, public, steward_cookie
from cpd_app.db import transaction
from cpd_app.domain.errors import Rejected
from cpd_app.domain.pass_codes import read_pass
from cpd_app.domain.room_codes import Direction
from cpd_app.schemas.door import DoorScanSchema
from cpd_app.usecases import door, door_roster, stewards
from cpd_app.usecases.door_roster import DoorEntry, DoorSession
from cpd_app.web.door_words import card_of, refusals, refused_card, words
from cpd_app.web.forms import read
from cpd_app.web.packed import packed_json
from cpd_app.wording import sentence

bp = Blueprint("door", __name__, url_prefix="/door")

#: longer than any event; the server ends a pairing, not the cookie
COOKIE_LASTS = 400 * 24 * 3600


@bp.get("/pair")
@public
def ask_to_pair() -> ResponseReturnValue:
    """Where a steward types the code; a scanned one comes behind `#` and is filled in."""
    return render_template("door/pair.html", code="", error="")


@bp.post("/pair")
@public
def pair() -> ResponseReturnValue:
    """Exchange the code for this phone's secret."""
    code = request.form.get("code", "")
    with transaction():
        paired = stewards.pair_phone(code, address=request.remote_addr or "-", now=clock.now())
    if paired.refusal:
        said = sentence(paired.refusal, {"minutes": paired.minutes})
        page = render_template("door/pair.html", code=code, error=said)
        return page, 429 if paired.minutes else 422
    answer = redirect(url_for("door.page", event_id=paired.event_id), 303)
    answer.set_cookie(
        steward_cookie(paired.event_id),
        paired.secret,
        max_age=COOKIE_LASTS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return answer


@bp.get("/<int:event_id>")
@at_the_door
def page(event_id: int) -> ResponseReturnValue:
    """The scanner: with script a live page, without it a form and a search."""
    card = None
    if scan_id := request.args.get("scan", type=int):
        card = card_of(door.answer_of(door_actor(), event_id, scan_id, now=clock.now()))
    return _page(event_id, card)


@bp.post("/<int:event_id>")
@at_the_door
def scan(event_id: int) -> ResponseReturnValue:
    """One scan of the form: a pass, a number, or somebody found by name."""
    given = read(DoorScanSchema(), _posted())
    if not given.ok:
        return _page(event_id, refused_card(" ".join(given.errors.values()), _direction())), 422
    try:
        with transaction():
            answer = door.scan_at_door(door_actor(), event_id, given.value, now=clock.now())
    except Rejected as refusal:
        said = sentence(refusal.code, refusal.values)
        return _page(event_id, refused_card(said, _direction(), refusal.code)), 422
    kept = answer.scanned
    return _back(event_id, scan=kept.scan_id, session=kept.session_id, direction=kept.direction)


@bp.post("/<int:event_id>/undo")
@at_the_door
def undo(event_id: int) -> ResponseReturnValue:
    """Take the scan on the page back."""
    scan_id = request.form.get("scan", default=0, type=int)
    with transaction():
        door.undo_scan(door_actor(), event_id, scan_id, now=clock.now())
    flash(_("已撤销。"), "success")
    return _back(event_id, session=request.form.get("session"), direction=_direction())


@bp.get("/<int:event_id>/roster")
@at_the_door
def roster(event_id: int) -> ResponseReturnValue:
    """What the page keeps for offline, or with `since` what changed; a token for its scans too."""
    now = clock.now()
    found = door_roster.door_roster_of(door_actor(), event_id, since=_since(), now=now)
    data = {
        "now": _milliseconds(now),
        "csrf": generate_csrf(),
        "over": found.is_over,
        "changes": found.changes_only,
        "event": {"id": found.event.id, "title": found.event.title, "zone": found.event.zone},
        "sessions": [_session_json(s) for s in found.sessions],
        "entries": [_entry_json(e) for e in found.entries],
    }
    return packed_json(data)


@bp.post("/<int:event_id>/leave")
@at_the_door
def leave(event_id: int) -> ResponseReturnValue:
    """End the pairing of this phone."""
    with transaction():
        stewards.leave_door(door_actor(), event_id, now=clock.now())
    answer = redirect(url_for("door.ask_to_pair"), 303)
    answer.delete_cookie(steward_cookie(event_id))
    return answer


def _page(event_id: int, card: Any) -> str:
    actor, now = door_actor(), clock.now()
    found = door_roster.door_roster_of(actor, event_id, since=now, now=now)
    text = request.args.get("q", "").strip()
    people = door_roster.found_at_door(actor, event_id, text, now=now) if text else []
    chosen = _chosen(found.sessions, now)
    return render_template(
        "door/page.html",
        event=found.event,
        sessions=found.sessions,
        chosen=chosen,
        direction=_direction(chosen, now),
        over=found.is_over,
        inside=found.inside.get(chosen.id, 0) if chosen else 0,
        card=card,
        q=text,
        short=bool(text) and len("".join(text.split())) < door_roster.LEAST,
        people=people[: door_roster.MOST_FOUND],
        more=len(people) > door_roster.MOST_FOUND,
        key=str(uuid.uuid4()),
        phone=paired_phone(),
        words={"cards": words(), "refusals": refusals()},
    )


def _posted() -> dict[str, Any]:
    """The form as the API's body: what was typed is a pass or a number."""
    form = request.form
    typed = form.get("code", "").strip()
    body: dict[str, Any] = {"key": form.get("key", ""), "direction": str(_direction())}
    if session_id := form.get("session", type=int):
        body["session_id"] = session_id
    if entry_id := form.get("entry", type=int):
        body["entry_id"] = entry_id
    elif form.get("name", "").strip():
        body["walk_in"] = {k: form.get(k, "") for k in ("name", "number", "phone", "unit")}
    elif looks_like_pass(typed):
        body["pass"] = typed
    else:
        body["number"] = typed
    return body


def looks_like_pass(typed: str) -> bool:
    """Whether it has the shape of a pass; registration numbers of societies have not."""
    try:
        read_pass(typed)
    except Rejected:
        return False
    return True


def _chosen(sessions: tuple[DoorSession, ...], now: datetime) -> DoorSession | None:
    """The session asked for, else the one that is on, else the next one."""
    asked = request.values.get("session", type=int)
    for wanted in (
        [s for s in sessions if s.id == asked],
        [s for s in sessions if s.opens_at <= now <= s.closes_at],
        [s for s in sessions if s.opens_at > now],
        list(sessions[-1:]),
    ):
        if wanted:
            return wanted[0]
    return None


def _direction(chosen: DoorSession | None = None, now: datetime | None = None) -> Direction:
    """What was asked for, else what the agenda says."""
    asked = request.values.get("direction")
    if asked in set(Direction):
        return Direction(asked)
    later = chosen is not None and now is not None and chosen.turns_at <= now
    return Direction.OUT if later else Direction.IN


def _back(event_id: int, **kept: Any) -> ResponseReturnValue:
    """To the page again; session and direction stay as they were."""
    return redirect(url_for("door.page", event_id=event_id, **kept), 303)


def _since() -> datetime | None:
    given = request.args.get("since", type=int)
    if given is None:
        return None
    try:
        return datetime.fromtimestamp(given / 1000, tz=clock.BEIJING)
    except (OverflowError, ValueError, OSError):
        return None


def _entry_json(row: DoorEntry) -> list[Any]:
    """Without names of fields, for there are thousands (js/lib/door-stock.js reads them)."""
    return [
        row.id,
        row.name,
        row.number,
        row.unit,
        row.state,
        row.inside,
        _milliseconds(row.since),
        list(row.been),
        row.digest,
        row.joined,
    ]


def _session_json(row: DoorSession) -> dict[str, Any]:
    return {
        name: _milliseconds(value) if isinstance(value, datetime) else value
        for name, value in asdict(row).items()
    }


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)
