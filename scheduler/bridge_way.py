"""The way out over a society's bridge: one signed call for a parcel, and rest for a dead bridge."""

from datetime import datetime
from typing import Any

from cpd_app.bridge_calls import call
from cpd_app.calling import Answer, Caller, NotReachedError
from cpd_app.config import Settings
from cpd_app.db import transaction
from cpd_app.domain.bridges import Verdict, verdict
from cpd_app.domain.errors import Rejected
from cpd_app.usecases import bridges
from cpd_app.usecases.bridges import Bridge
from cpd_app.usecases.parcels import Parcel, RefusedError
from cpd_app.usecases.sealing import SealedError


class BridgeWay:
    """Sends parcels to bridges; a Way of usecases/parcels.py.

    No transaction is open while a bridge is called. What comes of a call is kept with the bridge:
    after some failures in a row it rests for a while, for all workers, so that a batch for a dead
    bridge costs a few time limits and not one for each parcel.
    """

    def __init__(self, settings: Settings, caller: Caller | None = None) -> None:
        self.settings = settings
        self.caller = caller or Caller(settings.bridge_hosts)

    def send(self, parcel: Parcel, *, now: datetime) -> None:
        """Call the bridge.

        Raises RefusedError: `no_phone`, `bridge_nobody` (lasting); `bridge_rests` (left alone, not
        tried), `bridge_off`, `bridge_locked`, `bridge_address`, `bridge_refused`, or what a
        NotReachedError says.
        """
        if not parcel.phone:
            raise RefusedError("no_phone", lasting=True)
        bridge = _bridge_of(parcel)
        if bridge.rests_until is not None and now < bridge.rests_until:
            raise RefusedError("bridge_rests", lasting=False, tried=False)
        try:
            answer = call(self.caller, bridge, parcel, base_url=self.settings.base_url, now=now)
        except Rejected as refusal:
            problem = {"code": refusal.code, "values": refusal.values}
            self._failed(bridge, problem, now=now)
            raise RefusedError("bridge_address", lasting=False) from refusal
        except NotReachedError as failure:
            self._failed(bridge, {"code": failure.code, "values": {}}, now=now)
            raise RefusedError(failure.code, lasting=False) from failure
        self._judge(bridge, answer, now=now)

    def close(self) -> None:
        """Every call has a connection of its own."""

    def _judge(self, bridge: Bridge, answer: Answer, *, now: datetime) -> None:
        said = verdict(answer.status)
        if said is Verdict.FAILED:
            values = {"status": answer.status}
            self._failed(bridge, {"code": "bridge_status", "values": values}, now=now)
            raise RefusedError("bridge_refused", lasting=False, said=f"{answer.status}")
        with transaction():
            bridges.note_reached(bridge.society_id, now=now)
        if said is Verdict.NOBODY:
            raise RefusedError("bridge_nobody", lasting=True, said=f"{answer.status}")

    def _failed(self, bridge: Bridge, problem: dict[str, Any], *, now: datetime) -> None:
        with transaction():
            bridges.note_failed(bridge.society_id, problem, now=now)


def _bridge_of(parcel: Parcel) -> Bridge:
    try:
        # A transaction of its own, so that none is open during the call.
        with transaction():
            bridge = bridges.bridge_of(parcel.society_id) if parcel.society_id else None
    except SealedError:
        raise RefusedError("bridge_locked", lasting=False) from None
    if bridge is None:
        raise RefusedError("bridge_off", lasting=False)
    return bridge
