"""The grounds of a society's contingency plan: the defaults, and what the society made of them."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from cpd_app.db import session
from cpd_app.domain.errors import Conflict, NotFound, Rejected
from cpd_app.domain.relief import Effect
from cpd_app.models import ReliefGround
from cpd_app.policy import Actor, Permission, Target, require
from cpd_app.reference import load_relief_grounds
from cpd_app.usecases import journal

MOST_MONTHS = 60
CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LENGTHS = {"name": 80, "name_en": 120, "proof": 200, "proof_en": 200, "source": 200}


@dataclass(frozen=True)
class NewGround:
    """A ground as the registrar types it."""

    name: str
    name_en: str
    proof: str
    proof_en: str
    effect: str
    least_months: int = 0
    society_wide: bool = False
    #: clause of the plan
    source: str = ""


def load_grounds() -> None:
    """Bring the default grounds to what this release carries; a society's own stay as they are."""
    known = {
        row.code: row
        for row in session.scalars(select(ReliefGround).where(ReliefGround.society_id.is_(None)))
    }
    for position, said in enumerate(load_relief_grounds(), start=1):
        row = known.get(said.code)
        if row is None:
            row = ReliefGround(society_id=None, code=said.code, offered=True)
            session.add(row)
        _fill(row, asdict(said))
        row.position = position


def grounds_of(society_id: int) -> list[ReliefGround]:
    """Every ground of a society in its order: its own instead of the default of the same code."""
    rows = session.scalars(
        select(ReliefGround).where(
            or_(ReliefGround.society_id.is_(None), ReliefGround.society_id == society_id)
        )
    ).all()
    own = {row.code for row in rows if row.society_id is not None}
    kept = [row for row in rows if row.society_id is not None or row.code not in own]
    return sorted(kept, key=lambda row: (row.position, row.id))


def offered_grounds(society_id: int, *, society_wide: bool = False) -> list[ReliefGround]:
    """Grounds that can be chosen: by a member, or by the society for all at once."""
    return [
        row for row in grounds_of(society_id) if row.offered and row.society_wide is society_wide
    ]


def ground_for(society_id: int, ground_id: int, *, society_wide: bool = False) -> ReliefGround:
    """One that can be chosen; Rejected `unknown_ground`."""
    offered = offered_grounds(society_id, society_wide=society_wide)
    found = next((row for row in offered if row.id == ground_id), None)
    if found is None:
        raise Rejected("unknown_ground", "ground")
    return found


def named_grounds(ground_ids: set[int]) -> dict[int, ReliefGround]:
    """Grounds by id, also those that are no longer offered."""
    rows = session.scalars(select(ReliefGround).where(ReliefGround.id.in_(ground_ids)))
    return {row.id: row for row in rows}


def society_grounds(actor: Actor, society_id: int) -> list[ReliefGround]:
    """The same as `grounds_of`, for staff."""
    require(actor, Permission.FIND_MEMBER, Target(societies=frozenset({society_id})))
    return grounds_of(society_id)


def society_ground(actor: Actor, society_id: int, code: str) -> ReliefGround:
    """One ground of a society by its code, for the registrar."""
    _require(actor, society_id)
    found = next((row for row in grounds_of(society_id) if row.code == code), None)
    if found is None:
        raise NotFound
    return found


def set_ground(
    actor: Actor, society_id: int, code: str, new: NewGround, *, now: datetime
) -> ReliefGround:
    """Change a ground for the own society; a default is taken over as the society's own.

    Requests that were made keep the ground and effect they were made on.
    """
    row = _own(actor, society_id, code)
    _check(new)
    before = _seen(row)
    _fill(row, asdict(new))
    session.flush()
    _note(actor, row, "relief_ground.changed", {"before": before, "after": _seen(row)}, now)
    return row


def add_ground(
    actor: Actor, society_id: int, code: str, new: NewGround, *, now: datetime
) -> ReliefGround:
    """A further ground of the society; Rejected `bad_ground_code`, Conflict `ground_exists`."""
    _require(actor, society_id)
    if not CODE.fullmatch(code) or len(code) > 40:
        raise Rejected("bad_ground_code", "code")
    grounds = grounds_of(society_id)
    if any(row.code == code for row in grounds):
        raise Conflict("ground_exists", "code")
    _check(new)
    position = max((row.position for row in grounds), default=0) + 1
    row = ReliefGround(society_id=society_id, code=code, position=position, offered=True)
    _fill(row, asdict(new))
    session.add(row)
    session.flush()
    _note(actor, row, "relief_ground.added", {"after": _seen(row)}, now)
    return row


def offer_ground(
    actor: Actor, society_id: int, code: str, *, offered: bool, now: datetime
) -> ReliefGround:
    """Let a ground be chosen from now on, or no longer."""
    row = _own(actor, society_id, code)
    if row.offered is not offered:
        row.offered = offered
        verb = "relief_ground.offered" if offered else "relief_ground.switched_off"
        _note(actor, row, verb, None, now)
    return row


def _own(actor: Actor, society_id: int, code: str) -> ReliefGround:
    row = society_ground(actor, society_id, code)
    if row.society_id is not None:
        return row
    own = ReliefGround(society_id=society_id, code=code, position=row.position, offered=row.offered)
    _fill(own, _seen(row))
    session.add(own)
    session.flush()
    return own


def _fill(row: ReliefGround, said: Mapping[str, Any]) -> None:
    for name in ("name", "name_en", "proof", "proof_en", "source"):
        setattr(row, name, str(said[name]).strip())
    row.effect = Effect(said["effect"])
    row.least_months = said["least_months"]
    row.society_wide = said["society_wide"]


def _seen(row: ReliefGround) -> dict[str, Any]:
    names = (*LENGTHS, "effect", "least_months", "society_wide")
    return {name: getattr(row, name) for name in names}


def _check(new: NewGround) -> None:
    for name, most in LENGTHS.items():
        text = getattr(new, name).strip()
        if not text and name != "source":
            raise Rejected("missing", name)
        if len(text) > most:
            raise Rejected("too_long", name, most=most)
    if new.effect not in set(Effect):
        raise Rejected("bad_value", "effect")
    if new.society_wide and new.effect != Effect.REDUCTION:
        raise Rejected("wide_only_reduces", "effect")
    if not 0 <= new.least_months <= MOST_MONTHS:
        raise Rejected("bad_value", "least_months")


def _require(actor: Actor, society_id: int) -> None:
    require(actor, Permission.SET_RELIEF, Target(societies=frozenset({society_id})))


def _note(
    actor: Actor, row: ReliefGround, verb: str, values: dict[str, Any] | None, now: datetime
) -> None:
    journal.record(
        actor,
        verb,
        "relief_ground",
        row.id,
        now=now,
        society_id=row.society_id,
        data={"code": row.code},
        values=values,
    )
