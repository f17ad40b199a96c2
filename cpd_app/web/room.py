"""What a room shows: the projector's page (on a phone: the compact code), and sheets to print."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Blueprint, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from cpd_app import clock
from cpd_app.access import at_the_door, current_actor, door_actor, signed_in
from cpd_app.domain.room_codes import Direction, link_of
from cpd_app.usecases import room
from cpd_app.web.locale import short_locale
from cpd_app.web.qr import qr_svg

bp = Blueprint("room", __name__)

#: states in which codes are taken, or will be when the window opens
TAKES_CODES = {"approved", "open"}


@dataclass(frozen=True)
class Screen:
    """The projector's page as it is drawn first; the script goes on from here."""

    projection: room.Projection
    arrivals: room.Arrivals
    now: datetime
    #: what was chosen: auto (by the agenda), in, out
    chosen: str

    @property
    def direction(self) -> Direction:
        """What is shown."""
        if self.chosen == "auto":
            return self.projection.direction_at(self.now)
        return Direction(self.chosen)

    @property
    def phase(self) -> str:
        """Whether codes are taken: before, open, after, or blocked by the event's state."""
        session = self.projection.session
        if self.projection.event.state not in TAKES_CODES:
            return "blocked"
        if self.now < session.opens_at:
            return "before"
        return "open" if self.now <= session.closes_at else "after"

    @property
    def shown(self) -> room.ShownCode:
        """The code of this moment."""
        return self.projection.shown(self.direction, now=self.now)

    @property
    def qr(self) -> Markup:
        """The same code to scan."""
        return qr_svg(_link(self.shown.code), border=0)

    @property
    def count(self) -> int:
        """How many have done what is shown."""
        return self.arrivals.left if self.direction is Direction.OUT else self.arrivals.came

    @property
    def per_minute(self) -> int:
        """How many in the last minute."""
        if self.direction is Direction.OUT:
            return self.arrivals.left_per_minute
        return self.arrivals.came_per_minute

    @property
    def of(self) -> int:
        """Of how many: the roster, or those who came; never fewer than have done it."""
        if self.direction is Direction.OUT:
            return max(self.arrivals.came, self.arrivals.left)
        return max(self.arrivals.expected, self.arrivals.came)

    def time(self, moment: datetime) -> str:
        """24-hour time where the event is."""
        return f"{self._there(moment):%H:%M}"

    def day(self, moment: datetime) -> str:
        """3月12日 周五 / Fri 12 Mar, where the event is."""
        there = self._there(moment).date()
        if short_locale() == "en":
            return str(format_date(there, "EEE d MMM", locale="en"))
        return str(format_date(there, "M月d日 EEE", locale="zh_Hans_CN"))

    def _there(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.projection.event.zone))


@bp.get("/events/<int:event_id>/sessions/<int:session_id>/projector")
@at_the_door
def projector(event_id: int, session_id: int) -> ResponseReturnValue:
    """The code as large as the screen; without script the page fetches itself anew."""
    actor, now = door_actor(), clock.now()
    chosen = request.args.get("direction", "auto")
    screen = Screen(
        room.projection_of(actor, event_id, session_id, now=now),
        room.arrivals_of(actor, event_id, session_id, now=now),
        now,
        chosen if chosen in set(Direction) else "auto",
    )
    return render_template(
        "room/projector.html",
        screen=screen,
        base=link_of(current_app.config["CPD"].base_url, ""),
        sent_ms=_milliseconds(clock.now()),
        ms=_milliseconds,
    )


@bp.get("/events/<int:event_id>/sessions/<int:session_id>/arrivals")
@at_the_door
def arrivals(event_id: int, session_id: int) -> ResponseReturnValue:
    """Counts and the server's time; with `codes` the codes too, for browsers without crypto."""
    actor, now = door_actor(), clock.now()
    counts = room.arrivals_of(actor, event_id, session_id, now=now)
    projection = room.projection_of(actor, event_id, session_id, now=now)
    said: dict[str, Any] = {
        "taken": projection.event.state in TAKES_CODES,
        "in": {"count": counts.came, "rate": counts.came_per_minute},
        "out": {"count": counts.left, "rate": counts.left_per_minute},
        "expected": counts.expected,
    }
    if "codes" in request.args:
        for direction in Direction:
            shown = projection.shown(direction, now=now)
            said[direction] |= {"code": shown.code, "short": shown.short_code}
    return jsonify(said | {"now": _milliseconds(clock.now())})


@bp.get("/events/<int:event_id>/code-sheet")
@signed_in
def sheet(event_id: int) -> ResponseReturnValue:
    """A sheet for each session, or for `?session_id=`: codes for rooms without a projector."""
    printed = room.printed_codes_of(current_actor(), event_id, now=clock.now())
    wanted = request.args.get("session_id", type=int)
    if wanted is not None:
        printed = [one for one in printed if one.session.id == wanted]
    return render_template(
        "room/sheet.html",
        event_id=event_id,
        printed=printed,
        qr=lambda shown, label: qr_svg(_link(shown.code), label),
        zone=lambda event: ZoneInfo(event.zone),
    )


def _link(code: str) -> str:
    return link_of(current_app.config["CPD"].base_url, code)


def _milliseconds(moment: datetime) -> int:
    """As scripts count time."""
    return round(moment.timestamp() * 1000)
