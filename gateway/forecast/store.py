"""What the events of one store say of the lanes it will need. Pure: no clock, no I/O."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.config import GatewayConfig
from gateway.forecast.advisor import LaneAdvisor, Need
from gateway.forecast.arrivals import ArrivalForecast
from gateway.forecast.lanes import Checkouts, ServiceLevel
from gateway.forecast.service import ServiceTimes
from gateway.state.heard import Heard
from gateway.state.view import StoreView
from messages.payloads import Joined, LaneState, LineCrossing, ServiceDone

LEARNS_FROM = ("crossing", "joined", "service_done")
"""Types of the events that :meth:`StoreForecast.note` wants to hear again after a restart."""

ENOUGH = 50
"""Arrivals at the checkouts before a forecast is given at all."""

HOLD_S = 10.0
"""A need is worked out again after so long."""


class StoreForecast:
    """Learns from events; answers how many lanes are needed.

    Args:
        config: the store.
    """

    def __init__(self, config: GatewayConfig) -> None:
        zone = ZoneInfo(config.timezone)
        promise = config.checkouts
        self._arrivals = ArrivalForecast(lambda t_s: _local(t_s, zone))
        self._service = ServiceTimes()
        self._advisor = LaneAdvisor(
            ServiceLevel(promise.promise, promise.share, promise.wait_s),
            Checkouts(max(1, len(config.lanes)), open_s=promise.open_s, stay_s=promise.stay_s),
            self._arrivals,
            self._service,
        )
        self._joined = 0
        self._need: tuple[float, Need | None] = (float("-inf"), None)

    def note(self, event: Heard) -> None:
        """Take in an event that has not come before; late ones count when they come."""
        match event.payload:
            case LineCrossing(direction="in"):
                self._arrivals.entered(event.true_s)
            case Joined():
                self._joined += 1
                self._arrivals.joined(event.true_s)
            case ServiceDone(service_s=service_s):
                self._arrivals.served()
                self._service.served(service_s)
            case _:
                pass

    def need(self, view: StoreView) -> Need | None:
        """Say what is needed; None while too little was seen, or a lane is unseen now."""
        made_s, need = self._need
        if not 0.0 <= view.now_s - made_s < HOLD_S:
            need = self._work_out(view)
            self._need = view.now_s, need
        return need

    def _work_out(self, view: StoreView) -> Need | None:
        lanes = view.lanes.values()
        blind = any(lane.state is LaneState.UNKNOWN or lane.waiting is None for lane in lanes)
        if self._joined < ENOUGH or not lanes or blind:
            return None
        have = sum(lane.state is LaneState.OPEN for lane in lanes)
        waiting = sum(lane.waiting or 0 for lane in lanes)
        return self._advisor.advise(view.now_s, have=have, waiting=waiting)


def _local(t_s: float, zone: ZoneInfo) -> tuple[int, float]:
    moment = datetime.fromtimestamp(t_s, zone)
    return moment.weekday(), moment.hour * 3600.0 + moment.minute * 60.0 + moment.second
