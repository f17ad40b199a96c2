"""Requests for relief made through the use case, and grounds by their code."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from cpd_app.models import Relief, ReliefGround
from cpd_app.usecases import relief, relief_decisions, relief_grounds
from cpd_app.usecases.relief import NewRelief
from cpd_app.usecases.relief_decisions import Decided
from cpd_app.usecases.relief_grounds import NewGround
from tests.support.people import Someone
from tests.support.store import Store

Do = Callable[..., Any]


def ground(store: Store, code: str) -> int:
    """The id of a default ground."""
    return store.one(
        select(ReliefGround.id).where(ReliefGround.code == code, ReliefGround.society_id.is_(None))
    )


def a_ground(
    do: Do, registrar: Someone, society_id: int, *, now: datetime, code: str = "study"
) -> ReliefGround:
    """A ground that only this society has."""
    new = NewGround("脱产学习", "Full-time study", "证明", "Proof", "deferral")
    made: ReliefGround = do(
        relief_grounds.add_ground, registrar.actor, society_id, code, new, now=now
    )
    return made


def a_request(
    do: Do, store: Store, someone: Someone, code: str = "illness", *, now: datetime, **over: Any
) -> Relief:
    """Asked for by the member; six months of the third year unless the ground is a deferral."""
    assert someone.registration
    spans: dict[str, dict[str, Any]] = {
        "abroad": {"year": 3, "until_on": date(2027, 1, 31)},
        "duty": {"year": 3},
    }
    span = spans.get(code, {"from_on": date(2025, 3, 1), "to_on": date(2025, 9, 1)})
    new = NewRelief(
        **{
            "registration_id": someone.registration.id,
            "ground_id": ground(store, code),
            "words": "住院治疗，附医院证明",
            **span,
            **over,
        }
    )
    made: Relief = do(relief.ask_relief, someone.actor, new, now=now, today=now.date())
    return made


def granted(
    do: Do, store: Store, someone: Someone, by: Someone, code: str = "abroad", *, now: datetime,
    **over: Any,
) -> Relief:  # fmt: skip
    """The same, granted as asked."""
    asked = a_request(do, store, someone, code, now=now, **over)
    said = Decided(grant=True, reason="材料齐全")
    made: Relief = do(
        relief_decisions.decide_relief, by.actor, asked.id, said, seen=1, now=now, today=now.date()
    )
    return made


def refused(
    do: Do, store: Store, someone: Someone, by: Someone, *, now: datetime, code: str = "illness"
) -> Relief:
    """The same, refused."""
    asked = a_request(do, store, someone, code, now=now)
    said = Decided(grant=False, reason="证明没有写明时间")
    made: Relief = do(
        relief_decisions.decide_relief, by.actor, asked.id, said, seen=1, now=now, today=now.date()
    )
    return made
